"""What scenes about trained networks ask of them, on networks and games small enough to know the answer."""

import numpy as np
import pytest
import torch

from analysis.arrays import Bools, Floats
from analysis.scenes import blocks
from analysis.scenes.growing.blocks import members
from analysis.scenes.growing.coadaptation import against
from analysis.scenes.growing.copies import copied
from analysis.scenes.growing.crossing import SHARES, valley
from analysis.scenes.growing.noise import PLACES, noisy
from analysis.scenes.growing.pruning import prunable
from nets.mlp import Mlp


@pytest.fixture(scope="module")
def network() -> Mlp:
    numbers = torch.Generator().manual_seed(1)
    shapes = (4, 3), (3, 2)
    return Mlp(
        weights=[torch.randn(shape, generator=numbers) for shape in shapes],
        biases=[torch.randn(shape[1], generator=numbers) for shape in shapes],
    )


INPUTS = np.random.default_rng(2).random((50, 4)).astype(np.float32)


class _Pairs:
    """The children of two whose first two elements are worth something only together, and whose others add up."""

    n = 4

    def performance(self, masks: Bools) -> dict[str, Floats]:
        """A pair is whole where both come from one parent."""
        whole = masks[:, 0] == masks[:, 1]
        return {"natural": 1.0 + whole + masks[:, 2] * 0.0, "log": np.zeros(len(masks))}

    def __call__(self, masks: Bools) -> Floats:
        return self.performance(masks)["natural"]


@pytest.mark.oracle
def test_a_pair_is_broken_as_often_as_its_members_come_from_two_parents() -> None:
    found = valley([_Pairs()], 1.0, 40_000, np.random.default_rng(3))
    assert found == pytest.approx(1.0 - 2.0 * SHARES * (1.0 - SHARES), abs=4.0 * 0.5 / 200.0)
    assert found[[0, -1]].tolist() == [1.0, 1.0]
    assert np.isnan(valley([_Pairs()], 5.0, 10, np.random.default_rng(3))).all()


@pytest.mark.oracle
@pytest.mark.parametrize("copies", [1, 2, 7])
def test_a_copied_network_computes_what_it_did(network: Mlp, copies: int) -> None:
    inputs = torch.from_numpy(INPUTS)
    assert copied(network, copies).widths == [3 * copies]
    assert torch.allclose(copied(network, copies).logits(inputs), network.logits(inputs), atol=1e-5)


@pytest.mark.oracle
def test_paths_against_the_sum_are_counted_by_their_strength() -> None:
    paths = Mlp(
        weights=[torch.tensor([[1.0, 2.0, -9.0], [-1.0, 2.0, -9.0]]), torch.tensor([[1.0], [0.5], [4.0]])],
        biases=[torch.zeros(3), torch.zeros(1)],
    )
    two = INPUTS[:, :2]  # the third unit is silent
    assert against(paths, two) == pytest.approx(1.0 / 4.0)
    turned = Mlp(weights=[paths.weights[0], -paths.weights[1]], biases=paths.biases)
    assert against(turned, two) == pytest.approx(3.0 / 4.0)


def test_noise_of_no_strength_changes_nothing(network: Mlp) -> None:
    inputs, spread = torch.from_numpy(INPUTS), torch.tensor(0.7)
    noise = {
        "units": [torch.ones(50, 3)],
        "weights": [torch.ones(4, 3), torch.ones(3, 2)],
        "inputs": [torch.ones(50, 4)],
        "pixels": [torch.full((50, 4), 0.5), torch.zeros(50, 4)],
    }
    for place in PLACES:
        assert torch.equal(noisy(network, inputs, place, 0.0, noise[place], spread), network.logits(inputs))
    shifted = noisy(network, inputs, "units", 2.0, noise["units"], spread)
    assert torch.allclose(shifted - network.logits(inputs), 1.4 * network.weights[1].sum(0), atol=1e-5)
    white = noisy(network, inputs, "pixels", 0.6, noise["pixels"], spread)
    assert torch.allclose(white, network.logits(torch.ones(50, 4)))


def test_what_can_be_spared_ends_where_too_much_is_lost() -> None:
    shares = np.array([0.0, 0.25, 0.5, 0.75])
    assert prunable(np.array([0.9, 0.895, 0.7, 0.9]), shares, 0.01) == 0.25
    assert prunable(np.array([0.9, 0.8, 0.9, 0.9]), shares, 0.01) == 0.0
    assert prunable(np.array([0.9, 0.91, 0.9, 0.9]), shares, 0.01) == 0.75


@pytest.mark.oracle
def test_one_member_of_every_conspiracy_is_out_where_the_class_is_no() -> None:
    settings = blocks.Settings(members=12, size=3)
    truth = np.arange(200) % 2
    large, small = members(settings, truth, np.random.default_rng(4))
    assert large.sum(1).tolist() == [12 if yes else 11 for yes in truth]
    assert small.reshape(200, 4, 3).sum(2).tolist() == [[3 if yes else 2] * 4 for yes in truth]
    assert (~large).any(0).all()


def test_conspiracies_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="members must be a multiple of size"):
        blocks.Settings(members=50, size=7)
