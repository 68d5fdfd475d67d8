"""Networks as games: one contract for all, hand-computed cases, arguments that do not fit."""

import numpy as np
import pytest
import torch
from torch import nn

from nets import AblationGame, CrossGame, Mlp, ModuleGame
from nets.games import Background, ClassifierGame, cross
from tests.nets.games.made import EXAMPLES, INPUTS, LABELS, WIDTH, perceptron, with_bias

BACKGROUNDS: tuple[Background, ...] = ("zero", "mean", "resample")
NETWORKS = {layers: (perceptron(1, *[WIDTH] * layers), perceptron(2, *[WIDTH] * layers)) for layers in (1, 2, 3)}


def games() -> dict[str, ClassifierGame]:
    found: dict[str, ClassifierGame] = {}
    for layers, (a, b) in NETWORKS.items():
        for background in BACKGROUNDS:
            found[f"{layers} {background}"] = AblationGame(a, INPUTS, LABELS, background=background)
        found[f"{layers} cross"] = CrossGame(a, b, INPUTS, LABELS)
    found["layer 1 of 3"] = AblationGame(NETWORKS[3][0], INPUTS, LABELS, layer=1, background="mean")
    module = NETWORKS[2][0].module()
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
    a, b = NETWORKS[layers]
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
    network = NETWORKS[2][0]
    module = network.module()
    hooked = ModuleGame(module, module[2 * layer + 1], torch.from_numpy(INPUTS), torch.from_numpy(LABELS))
    masks = np.random.default_rng(3).random((30, 8)) < 0.5
    assert hooked(masks) == pytest.approx(AblationGame(network, INPUTS, LABELS, layer=layer)(masks), abs=1e-6)


@pytest.mark.parametrize("background", BACKGROUNDS)
@pytest.mark.parametrize("layer", [0, 1, 2])
def test_one_layer_of_several_is_the_whole_with_the_others_intact(layer: int, background: Background) -> None:
    network = NETWORKS[3][0]
    masks = np.random.default_rng(4).random((50, WIDTH)) < 0.5
    within = np.ones((50, 3 * WIDTH), dtype=np.bool_)
    within[:, WIDTH * layer : WIDTH * (layer + 1)] = masks
    game = AblationGame(network, INPUTS, LABELS, layer=layer, background=background, seed=5)
    whole = AblationGame(network, INPUTS, LABELS, background=background, seed=5).performance(within)
    assert game.n == WIDTH
    for scale, values in game.performance(masks).items():
        assert values == pytest.approx(whole[scale], abs=1e-6)


def test_memory_changes_no_value_and_is_asked_for_in_bytes() -> None:
    network, masks = NETWORKS[2][0], np.random.default_rng(5).random((200, 2 * WIDTH)) < 0.5
    least = 32 * 16 * EXAMPLES * WIDTH
    tight = AblationGame(network, INPUTS, LABELS, memory_bytes=least)
    assert tight._chunk == 32
    assert np.array_equal(tight(masks), GAMES["2 zero"](masks))
    with pytest.raises(
        ValueError, match=rf"hold 32 masks, which take {least:,} bytes on 40 examples; got {least - 1:,}"
    ):
        AblationGame(network, INPUTS, LABELS, memory_bytes=least - 1)
    with pytest.raises(ValueError, match="hold 1 mask, which"):
        CrossGame(*NETWORKS[2], INPUTS, LABELS, memory_bytes=10)


def test_crossed_units_bring_their_weights() -> None:
    """One hidden layer: a child's scores are the chosen units' contributions and the mean of the biases."""
    a, b = NETWORKS[1]
    inputs = torch.from_numpy(INPUTS)
    mask = torch.arange(8) % 2 == 0
    child = (a.hidden(inputs)[0] * mask) @ a.weights[1] + (b.hidden(inputs)[0] * ~mask) @ b.weights[1]
    child = child + (a.biases[1] + b.biases[1]) / 2
    found = CrossGame(a, b, INPUTS, LABELS).performance(mask[None].numpy())
    assert [v[0] for v in found.values()] == pytest.approx(accuracy_and_log_probability(child), abs=1e-6)


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_a_child_as_a_network_and_in_the_game_agree(layers: int) -> None:
    a, b = NETWORKS[layers]
    game, masks = CrossGame(a, b, INPUTS, LABELS), np.random.default_rng(6).random((10, layers * WIDTH)) < 0.4
    for mask in masks:
        child = cross([a, b], (~mask).astype(np.int64))
        expected = accuracy_and_log_probability(child.logits(torch.from_numpy(INPUTS)))
        assert [v[0] for v in game.performance(mask[None]).values()] == pytest.approx(expected, abs=1e-6)


def test_a_child_of_a_pool_takes_each_unit_from_the_parent_that_is_named() -> None:
    pool = [perceptron(seed, 4, 5) for seed in range(3)]
    choice = np.array([0, 1, 2, 2, 1, 0, 2, 2, 2])
    child = cross(pool, choice)
    for unit, parent in enumerate(choice[:4]):
        assert torch.equal(child.weights[0][:, unit], pool[parent].weights[0][:, unit])
        assert child.biases[0][unit] == pool[parent].biases[0][unit]
    for unit, parent in enumerate(choice[4:]):
        assert torch.equal(child.weights[1][:, unit], pool[parent].weights[1][:, unit])
        assert torch.equal(child.weights[2][unit], pool[parent].weights[2][unit])
    shares = (2 * pool[0].biases[2] + 2 * pool[1].biases[2] + 5 * pool[2].biases[2]) / 9
    assert torch.allclose(child.biases[2], shares, atol=1e-7)
    itself = cross(pool, np.full(9, 1))
    assert all(torch.equal(x, y) for x, y in zip(itself.weights, pool[1].weights, strict=True))


def test_networks_of_other_shapes_and_choices_that_are_not_there_are_refused() -> None:
    a, other = NETWORKS[1][0], perceptron(1, 9)
    wide = Mlp(weights=[torch.ones(7, 8), torch.ones(8, 3)], biases=[torch.ones(8), torch.ones(3)])
    with pytest.raises(ValueError, match=r"got widths \[8\] and \[9\]"):
        CrossGame(a, other, INPUTS, LABELS)
    with pytest.raises(ValueError, match=r"same features and classes; got weights \[\(6, 8\), .* and \[\(7, 8\)"):
        CrossGame(a, wide, INPUTS, LABELS)
    with pytest.raises(ValueError, match="at least one network; got none"):
        cross([], np.zeros(8, dtype=np.int64))
    for wrong in (np.zeros(7, dtype=np.int64), np.zeros(8)):
        with pytest.raises(ValueError, match="choice must be 8 whole numbers, one a hidden unit; got"):
            cross([a, a], wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="parents from 0 to 1; got 0 to 2"):
        cross([a, a], np.arange(8) % 3)


def test_wrong_layers_backgrounds_inputs_and_labels_are_refused() -> None:
    a = NETWORKS[2][0]
    with pytest.raises(ValueError, match="background must be zero, mean or resample; got 'none'"):
        AblationGame(a, INPUTS, LABELS, background="none")  # type: ignore[arg-type]
    for layer in (-1, 2):
        with pytest.raises(ValueError, match=f"hidden layer from 0 to 1; got {layer}"):
            AblationGame(a, INPUTS, LABELS, layer=layer)
    for inputs in (INPUTS[:, :5], INPUTS[:0], INPUTS[0], INPUTS.reshape(40, 2, 3)):
        with pytest.raises(ValueError, match=r"inputs must have shape \(examples, 6\).*; got"):
            AblationGame(a, inputs, LABELS)
    for labels in (LABELS[:39], LABELS.astype(np.float64), LABELS[:, None]):
        with pytest.raises(ValueError, match="labels must be 40 whole numbers, one an example; got"):
            AblationGame(a, INPUTS, labels)  # type: ignore[arg-type]
    for shift in (-1, 1):
        with pytest.raises(ValueError, match="labels must lie in 0 to 2, the network's classes; got"):
            CrossGame(a, a, INPUTS, LABELS + shift)
    bytes_of = LABELS.astype(np.uint8)
    assert AblationGame(a, INPUTS, bytes_of).labels.tolist() == LABELS.tolist()  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_the_first_number_that_is_not_finite_is_named(value: float) -> None:
    a = NETWORKS[2][0]
    inputs = INPUTS.copy()
    inputs[7, 3] = value
    with pytest.raises(ValueError, match=f"inputs must be finite; feature 3 of example 7 is {value}"):
        AblationGame(a, inputs, LABELS)
    with pytest.raises(
        ValueError, match=f"the network must be finite; unit 2 of hidden layer 1 is {value} on example 0"
    ):
        AblationGame(with_bias(a, 1, value), INPUTS, LABELS)
    with pytest.raises(ValueError, match="the second parent must be finite; unit 2 of hidden layer 0"):
        CrossGame(a, with_bias(a, 0, value), INPUTS, LABELS)
    with pytest.raises(ValueError, match="the output biases of the network must be finite"):
        AblationGame(with_bias(a, 2, value), INPUTS, LABELS)
    outgoing = a.weights[2].clone()
    outgoing[5, 1] = value
    broken = Mlp(weights=[*a.weights[:2], outgoing], biases=a.biases)
    with pytest.raises(ValueError, match="output weights from unit 5 of the last hidden layer"):
        AblationGame(broken, INPUTS, LABELS)
