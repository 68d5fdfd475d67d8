"""Networks as games: one contract for all, hand-computed cases, hooks that leave no trace."""

import numpy as np
import pytest
import torch
from torch import nn

from nets import AblationGame, CrossGame, Ensemble, Mlp, ModuleGame, Recipe, match
from nets.games import ClassifierGame
from nets.matching import correlation

RNG = np.random.default_rng(0)
INPUTS = RNG.random((40, 6), dtype=np.float32)
LABELS = RNG.integers(0, 3, 40)


def networks(layers: int) -> tuple[Mlp, Mlp]:
    pair = Ensemble.initial(Recipe(width=8, layers=layers), 6, 3, [1, 2])
    for bias in pair.biases:
        bias.add_(torch.from_numpy(RNG.standard_normal(bias.shape)).float() * 0.1)
    return pair[0], pair[1]


def games() -> dict[str, ClassifierGame]:
    found: dict[str, ClassifierGame] = {}
    for layers in (1, 2, 3):
        a, b = networks(layers)
        for background in ("zero", "mean", "resample"):
            found[f"{layers} {background}"] = AblationGame(a, INPUTS, LABELS, background=background)
        found[f"{layers} cross"] = CrossGame(a, b, INPUTS, LABELS)
    module = networks(2)[0].module()
    found["module"] = ModuleGame(module, module[3], torch.from_numpy(INPUTS), torch.from_numpy(LABELS))
    return found


GAMES = games()


def accuracy_and_log_probability(scores: torch.Tensor) -> list[float]:
    labels = torch.from_numpy(LABELS)
    return [
        float((scores.argmax(1) == labels).double().mean()),
        -float(nn.functional.cross_entropy(scores.double(), labels)),
    ]


@pytest.mark.parametrize("name", GAMES)
def test_value_of_a_mask_does_not_depend_on_its_companions(name: str) -> None:
    game = GAMES[name]
    masks = np.random.default_rng(1).random((300, game.n)) < 0.5
    together = game.performance(masks)
    for part in (slice(0, 1), slice(17, 20), slice(100, 300)):
        alone = game.performance(masks[part])
        assert all(np.array_equal(together[scale][part], alone[scale]) for scale in together)
    game._chunk, before = 7, game._chunk
    chunked = game.performance(masks)
    game._chunk = before
    assert all(np.array_equal(together[scale], chunked[scale]) for scale in together)


@pytest.mark.parametrize("name", GAMES)
def test_both_scales_and_their_ranges(name: str) -> None:
    game = GAMES[name]
    masks = np.random.default_rng(2).random((20, game.n)) < 0.5
    found = game.performance(masks)
    assert list(found) == ["accuracy", "log-probability"]
    assert np.array_equal(game(masks), found["log-probability"])
    assert np.all((found["accuracy"] >= 0) & (found["accuracy"] <= 1))
    assert np.all(found["log-probability"] <= 0)


@pytest.mark.parametrize("name", GAMES)
def test_masks_of_another_width_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"masks must have shape \(masks, "):
        GAMES[name](np.ones((2, GAMES[name].n + 1), dtype=np.bool_))


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_pure_crosses_are_the_parents_and_intact_is_oneself(layers: int) -> None:
    a, b = networks(layers)
    inputs = torch.from_numpy(INPUTS)
    pure = np.array([[True] * 8 * layers, [False] * 8 * layers])
    crossed = CrossGame(a, b, INPUTS, LABELS).performance(pure)
    ablated = AblationGame(a, INPUTS, LABELS).performance(pure)
    for which, parent in enumerate((a, b)):
        expected = accuracy_and_log_probability(parent.logits(inputs))
        assert [v[which] for v in crossed.values()] == pytest.approx(expected, abs=1e-6)
    assert [v[0] for v in ablated.values()] == pytest.approx(accuracy_and_log_probability(a.logits(inputs)), abs=1e-6)


def test_ablation_of_a_network_computed_on_paper() -> None:
    """Two inputs, two units that copy them, two classes that read one unit each."""
    network = Mlp(weights=[torch.eye(2), torch.eye(2)], biases=[torch.zeros(2), torch.zeros(2)])
    inputs, labels = np.array([[2.0, 0.0], [0.0, 1.0]], dtype=np.float32), np.array([0, 1])
    masks = np.array([[1, 1], [1, 0], [0, 1], [0, 0]], dtype=np.bool_)
    found = AblationGame(network, inputs, labels).performance(masks)
    assert found["accuracy"].tolist() == [1.0, 0.5, 0.5, 0.0], "a tie counts as wrong"
    sure, half = -np.log1p(np.exp(-np.array([2.0, 1.0]))), -np.log(2)
    expected = [sure.mean(), (sure[0] + half) / 2, (half + sure[1]) / 2, half]
    assert found["log-probability"] == pytest.approx(expected, abs=1e-6)
    mean = AblationGame(network, inputs, labels, background="mean").performance(masks[1:2])
    right = [-np.log1p(np.exp(0.5 - 2.0)), -np.log1p(np.exp(0.0 - 0.5))]
    assert mean["log-probability"] == pytest.approx([np.mean(right)], abs=1e-6)


@pytest.mark.parametrize("layer", [0, 1])
def test_fast_and_hooked_ablation_agree(layer: int) -> None:
    network = networks(2)[0]
    module = network.module()
    hooked = ModuleGame(module, module[2 * layer + 1], torch.from_numpy(INPUTS), torch.from_numpy(LABELS))
    fast = AblationGame(network, INPUTS, LABELS)
    masks = np.random.default_rng(3).random((30, 8)) < 0.5
    whole = np.ones((30, 16), dtype=np.bool_)
    whole[:, 8 * layer : 8 * layer + 8] = masks
    assert hooked(masks) == pytest.approx(fast(whole), abs=1e-6)


def test_crossed_units_bring_their_weights() -> None:
    """One hidden layer: a child's scores are the chosen units' contributions and the mean of the biases."""
    a, b = networks(1)
    inputs = torch.from_numpy(INPUTS)
    mask = torch.arange(8) % 2 == 0
    child = (a.hidden(inputs)[0] * mask) @ a.weights[1] + (b.hidden(inputs)[0] * ~mask) @ b.weights[1]
    child = child + (a.biases[1] + b.biases[1]) / 2
    found = CrossGame(a, b, INPUTS, LABELS).performance(mask[None].numpy())
    assert [v[0] for v in found.values()] == pytest.approx(accuracy_and_log_probability(child), abs=1e-6)


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_matching_finds_a_shuffled_copy_and_changes_no_function(layers: int) -> None:
    a, b = networks(layers)
    shuffled_weights, shuffled_biases = list(a.weights), list(a.biases)
    for layer in range(layers):
        order = torch.from_numpy(np.random.default_rng(layer).permutation(8))
        shuffled_weights[layer] = shuffled_weights[layer][:, order]
        shuffled_biases[layer] = shuffled_biases[layer][order]
        shuffled_weights[layer + 1] = shuffled_weights[layer + 1][order]
    shuffled = Mlp(weights=shuffled_weights, biases=shuffled_biases)
    inputs = torch.from_numpy(INPUTS)
    alive = [h.std(0) > 0 for h in a.hidden(inputs)]
    found = match(a, shuffled, INPUTS)
    for layer in range(layers):
        assert torch.allclose(
            found.hidden(inputs)[layer][:, alive[layer]], a.hidden(inputs)[layer][:, alive[layer]], atol=1e-6
        )
    assert torch.allclose(match(a, b, INPUTS).logits(inputs), b.logits(inputs), atol=1e-5)


def test_a_constant_unit_correlates_with_none() -> None:
    x = np.random.default_rng(0).random((9, 2), dtype=np.float32)
    y = x.copy()
    y[:, 0] = 5.0
    found = correlation(x, y)
    assert np.all(found[:, 0] == 0.0)
    assert found[1, 1] == pytest.approx(1)


class Broken(nn.Module):
    """A classifier that fails when it is asked to."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden, self.out, self.fail = nn.Linear(6, 5), nn.Linear(5, 3), False
        self.drop = nn.Dropout(0.5)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        hidden = self.drop(torch.relu(self.hidden(inputs)))
        if self.fail:
            raise RuntimeError("no more")
        return self.out(hidden)  # type: ignore[no-any-return]


def trace(module: Broken) -> tuple[bool, bool, int]:
    return module.training, module.drop.training, sum(len(m._forward_hooks) for m in module.modules())


def test_probing_leaves_no_trace_after_success_a_wrong_argument_and_a_failure() -> None:
    module = Broken()
    module.drop.eval()
    before = trace(module)
    inputs, labels = torch.from_numpy(INPUTS), torch.from_numpy(LABELS)
    game = ModuleGame(module, module.hidden, inputs, labels)
    masks = np.ones((3, 5), dtype=np.bool_)
    assert len(set(game(masks))) == 1, "dropout of the module itself is off while it is probed"
    assert trace(module) == before
    with pytest.raises(ValueError, match="masks must have shape"):
        game(masks[:, :4])
    assert trace(module) == before
    module.fail = True
    with pytest.raises(RuntimeError, match="no more"):
        game(masks)
    assert trace(module) == before


def test_channels_of_a_convolution_are_elements() -> None:
    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 4, 3))
    images = torch.rand(10, 1, 4, 4)
    game = ModuleGame(net, net[1], images, torch.zeros(10, dtype=torch.int64))
    assert game.n == 4
    with torch.no_grad():
        hidden = net[1](net[0](images)) * torch.tensor([1.0, 0, 0, 1]).view(1, 4, 1, 1)
        expected = -float(nn.functional.cross_entropy(net[3](hidden.flatten(1)).double(), torch.zeros(10).long()))
    assert game(np.array([[True, False, False, True]])) == pytest.approx([expected], abs=1e-6)


def test_a_layer_must_be_used_once_and_scores_must_fit() -> None:
    shared, inputs, labels = nn.ReLU(), torch.from_numpy(INPUTS), torch.from_numpy(LABELS)
    twice = nn.Sequential(nn.Linear(6, 4), shared, nn.Linear(4, 3), shared)
    with pytest.raises(ValueError, match=r"used once .* it gave \(40, 4\) and \(40, 3\)"):
        ModuleGame(twice, shared, inputs, labels)
    with pytest.raises(ValueError, match="no output: is it a part of the module"):
        ModuleGame(twice, nn.Linear(4, 3), inputs, labels)
    with pytest.raises(ValueError, match=r"scores \(39, classes\) for 39 labels; got \(40, 3\)"):
        ModuleGame(twice, twice[0], inputs, labels[:39])
    for wrong in (labels.float(), labels + 1, nn.functional.one_hot(labels)):
        with pytest.raises(ValueError, match="labels must be int64 classes from 0 to 2, one an example; got"):
            ModuleGame(twice, twice[0], inputs, wrong)
    with pytest.raises(TypeError, match="layer must be a part of the module"):
        ModuleGame(twice, "0", inputs, labels)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"use torch\.from_numpy"):
        ModuleGame(twice, twice[0], INPUTS, labels)  # type: ignore[arg-type]


def test_wrong_parents_and_backgrounds_are_refused() -> None:
    a = networks(1)[0]
    other = Ensemble.initial(Recipe(width=9), 6, 3, [1])[0]
    with pytest.raises(ValueError, match=r"got widths \[8\] and \[9\]"):
        CrossGame(a, other, INPUTS, LABELS)
    with pytest.raises(ValueError, match="background must be zero, mean or resample; got 'none'"):
        AblationGame(a, INPUTS, LABELS, background="none")  # type: ignore[arg-type]
