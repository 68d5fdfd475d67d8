"""What scenes about regularisation compute by themselves, against what can be known of it otherwise."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from torch.nn import functional

from analysis.scenes.batches import Settings as Batches
from analysis.scenes.growing.batches import noise_of_a_step
from analysis.scenes.growing.descent import Perceptrons, descend
from analysis.scenes.growing.gaussian import raised
from analysis.scenes.growing.networks import part_of
from analysis.scenes.growing.pairs import norm
from analysis.scenes.growing.penalty import left_out, misfit, penalty
from nets.mlp import Mlp
from nets.penalties import QuadraticPenalty
from nets.recipe import Recipe
from nets.theory.families import FamilyName
from nets.theory.noise import gaussian
from nets.training import Seeds, train

FAMILIES: tuple[FamilyName, FamilyName] = ("linear", "softmax")


def perceptrons(*widths: int) -> Perceptrons:
    numbers = torch.Generator().manual_seed(4)
    shapes = [(1, *shape) for shape in pairwise(widths)]
    return Perceptrons(
        weights=[torch.randn(shape, generator=numbers, dtype=torch.float64) for shape in shapes],
        biases=[torch.randn((1, 1, shape[2]), generator=numbers, dtype=torch.float64) for shape in shapes],
    )


INPUTS = torch.randn((1, 9, 5), generator=torch.Generator().manual_seed(5), dtype=torch.float64)
LABELS = torch.arange(9)[None] % 3


@pytest.mark.oracle
@pytest.mark.parametrize("family", FAMILIES)
def test_the_penalty_on_one_hidden_layer_is_that_of_its_output_layer(family: FamilyName) -> None:
    network = perceptrons(5, 4, 3)
    passed = network.passed(INPUTS)
    known = QuadraticPenalty(0.3, family=family)(passed[0][0], network.weights[1][0].T, network.biases[1][0, 0])
    assert float(penalty(network, passed, 0, 0.3, family)) == pytest.approx(float(known))


@pytest.mark.oracle
@pytest.mark.parametrize("family", FAMILIES)
def test_little_noise_on_all_layers_adds_the_penalty(family: FamilyName) -> None:
    network, drop = perceptrons(5, 3, 3, 3), 1e-6
    noise = gaussian(6, drop, nodes=3)
    many = Perceptrons(
        weights=[weight.expand(len(noise), -1, -1) for weight in network.weights],
        biases=[bias.expand(len(noise), -1, -1) for bias in network.biases],
    )
    factors = [noise.factors[:, None, :3], noise.factors[:, None, 3:]]
    noisy = many.passed(INPUTS.expand(len(noise), -1, -1), factors)[-1]
    added = noise.expectation(misfit(noisy, LABELS.expand(len(noise), -1), family).mean(1))
    passed = network.passed(INPUTS)
    without = misfit(passed[-1], LABELS, family).mean()
    assert float(added - without) == pytest.approx(float(penalty(network, passed, 0, drop, family)), rel=1e-3)


@pytest.mark.oracle
def test_nothing_is_left_out_of_the_squared_error_of_one_layer_alone() -> None:
    assert left_out("linear", 1, 0.5, 1) < 1e-12
    assert left_out("linear", 2, 0.5, 1) > 1e-3
    assert left_out("softmax", 1, 0.5, 1) > 1e-3


@pytest.mark.oracle
def test_descent_on_all_examples_is_that_of_ordinary_training() -> None:
    """Where a step takes all examples, their order does not matter."""
    data = part_of("digits", 40, 1, "descent", test_size=20)
    recipe = Recipe(width=6, drop_prob=0.0, batch_size=40, epochs=30, weight_decay=1e-2)
    seeds = [Seeds(initial=initial, training=3) for initial in (1, 2)]

    def loss(networks: Perceptrons, inputs: torch.Tensor, labels: torch.Tensor, _step: int) -> torch.Tensor:
        scores = networks.passed(inputs)[-1].flatten(0, 1)
        return functional.cross_entropy(scores, labels.flatten(), reduction="sum") / inputs.shape[1]

    found = descend(recipe, data.train, 10, seeds, loss)
    for network, expected in zip(found, train(recipe, data, seeds).networks, strict=True):
        for ours, theirs in zip(network.weights, expected.weights, strict=True):
            assert torch.allclose(ours, theirs, atol=1e-4)


@pytest.mark.oracle
def test_a_batch_of_one_image_has_one_mask_either_way() -> None:
    data = part_of("digits", 40, 1, "batches", test_size=20)
    found = noise_of_a_step(Batches(width=8), data.train, 1)
    assert found["noise:sample"][0] == pytest.approx(found["noise:batch"][0], rel=1e-5)
    assert found["noise:sample"][-1] < 0.5 * found["noise:batch"][-1]


@pytest.mark.oracle
def test_noise_of_mean_1_raises_what_a_rectifier_hands_on() -> None:
    """By Jensen's inequality, since a rectifier is convex; where every sum is positive, by nothing."""
    numbers = np.random.default_rng(1)
    inputs = torch.from_numpy(numbers.random((200, 4)).astype(np.float32))

    def network(sign: float) -> Mlp:
        second = torch.rand(20, 5) if sign else torch.randn(20, 5)
        return Mlp(
            weights=[torch.rand(4, 20), second, torch.rand(5, 3)],
            biases=[torch.zeros(20), torch.zeros(5), torch.zeros(3)],
        )

    torch.manual_seed(1)
    for kind in ("bernoulli", "gaussian"):
        assert raised(network(0.0), inputs, kind, 0.5, 1) > 1.02
    assert raised(network(1.0), inputs, "bernoulli", 0.5, 1, passes=400) == pytest.approx(1.0, abs=5e-3)


def test_the_norm_is_the_mean_over_two_networks() -> None:
    one = Mlp(weights=[torch.full((2, 2), 1.5), torch.zeros(2, 3)], biases=[torch.ones(2), torch.ones(3)])
    two = Mlp(weights=[torch.zeros(2, 2), torch.zeros(2, 3)], biases=one.biases)
    assert norm((one, two)) == pytest.approx(1.5)
