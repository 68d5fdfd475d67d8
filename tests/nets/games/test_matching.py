"""Units matched and crossed, of perceptrons and of torch modules."""

import copy

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from nets import CrossGame, Dropout, Mlp, match
from nets.games import cross, cross_modules, recompute_statistics
from nets.matching import correlation, match_modules, match_pool
from tests.nets.games.made import INPUTS, LABELS, WIDTH, perceptron, shuffled, with_bias

IMAGES = torch.from_numpy(np.random.default_rng(8).random((30, 1, 8, 8), dtype=np.float32))


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_matching_finds_a_shuffled_copy_and_changes_no_function(layers: int) -> None:
    a, b = perceptron(1, *[WIDTH] * layers), perceptron(2, *[WIDTH] * layers)
    inputs = torch.from_numpy(INPUTS)
    alive = [h.std(0) > 0 for h in a.hidden(inputs)]
    found = match(a, shuffled(a, 9), INPUTS)
    for layer in range(layers):
        assert torch.allclose(
            found.hidden(inputs)[layer][:, alive[layer]], a.hidden(inputs)[layer][:, alive[layer]], atol=1e-6
        )
    assert torch.allclose(match(a, b, INPUTS).logits(inputs), b.logits(inputs), atol=1e-5)


def test_a_pool_is_matched_one_by_one_to_its_reference() -> None:
    pool = [perceptron(seed, 7, 5) for seed in range(4)]
    found = match_pool(pool, INPUTS, to=2)
    assert found[2] is pool[2]
    for which in (0, 1, 3):
        alone = match(pool[2], pool[which], INPUTS)
        assert all(torch.equal(x, y) for x, y in zip(found[which].weights, alone.weights, strict=True))
    with pytest.raises(ValueError, match="to must be a network from 0 to 3; got 4"):
        match_pool(pool, INPUTS, to=4)
    with pytest.raises(ValueError, match="same layers"):
        match_pool([pool[0], perceptron(0, 7)], INPUTS)
    with pytest.raises(ValueError, match="activations of network 1 must be finite; unit 2 of hidden layer 0 is nan"):
        match_pool([pool[0], with_bias(pool[1], 0, np.nan)], INPUTS)


def test_children_of_matched_copies_are_their_parent() -> None:
    """All units alive: copies in any order are then the same units, and any mixture of them the same network."""
    parent = perceptron(3, 5, 4)
    parent = Mlp(weights=parent.weights, biases=[bias + 1.0 for bias in parent.biases])
    pool = match_pool([parent, shuffled(parent, 1), shuffled(parent, 2)], INPUTS)
    child = cross(pool, np.random.default_rng(0).integers(0, 3, 9))
    assert all(torch.equal(x, y) for x, y in zip(child.weights, parent.weights, strict=True))
    assert torch.allclose(child.biases[-1], parent.biases[-1], atol=1e-6)


def test_a_constant_unit_correlates_with_none() -> None:
    x = np.random.default_rng(0).random((9, 2), dtype=np.float32)
    y = x.copy()
    y[:, 0] = 5.0
    found = correlation(x, y)
    assert np.all(found[:, 0] == 0.0)
    assert found[1, 1] == pytest.approx(1)


def numbers(net: nn.Module) -> dict[str, Tensor]:
    """Parameters and statistics, to be read or overwritten."""
    return {name: tensor.data for name, tensor in (*net.named_parameters(), *net.named_buffers())}


def convolutional(seed: int) -> nn.Sequential:
    """A small network with everything in it, its statistics no defaults, and weights so small that no unit is dead."""
    net = nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 5, 2), nn.ReLU(),
        nn.Dropout2d(0.5), nn.Flatten(), nn.Linear(20, 6), nn.BatchNorm1d(6), nn.ReLU(), Dropout(0.5, seed=1),
        nn.Linear(6, 3),
    )  # fmt: skip
    rng = np.random.default_rng(seed)
    for name, tensor in numbers(net).items():
        if tensor.is_floating_point():
            drawn = torch.from_numpy(rng.standard_normal(tuple(tensor.shape)).astype(np.float32))
            tensor.copy_(drawn.abs() + 0.5 if name.endswith(("running_var", "bias")) else drawn * 0.1)
    return net.eval()


def reordered(net: nn.Sequential) -> nn.Sequential:
    """Another order of the units, written out layer by layer."""
    result, rng = copy.deepcopy(net), np.random.default_rng(4)
    first, second, third = (torch.from_numpy(rng.permutation(n)) for n in (4, 5, 6))
    state = {name: tensor.clone() for name, tensor in numbers(result).items()}
    for name in ("0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var"):
        state[name] = state[name][first]
    state["4.weight"], state["4.bias"] = state["4.weight"][second][:, first], state["4.bias"][second]
    state["8.weight"] = state["8.weight"].view(6, 5, 4)[third][:, second].reshape(6, 20)
    for name in ("8.bias", "9.weight", "9.bias", "9.running_mean", "9.running_var"):
        state[name] = state[name][third]
    state["12.weight"] = state["12.weight"][:, third]
    for name, tensor in numbers(result).items():
        tensor.copy_(state[name])
    return result


def masks_of(net: nn.Sequential, seed: int) -> list[Tensor]:
    rng = np.random.default_rng(seed)
    return [torch.from_numpy(rng.random(len(net[k].weight)) < 0.5) for k in (0, 4, 8)]  # type: ignore[arg-type]


def same(first: nn.Module, second: nn.Module, tolerance: float = 0.0) -> None:
    for (name, x), y in zip(numbers(first).items(), numbers(second).values(), strict=True):
        torch.testing.assert_close(x, y, rtol=0.0, atol=tolerance, msg=name)


def test_matching_a_reordered_module_recovers_it_to_the_bit() -> None:
    net = convolutional(0)
    other = reordered(net)
    with torch.no_grad():
        torch.testing.assert_close(other(IMAGES), net(IMAGES))
    found = match_modules(net, other, IMAGES)
    same(found, net)
    same(match_modules(net, convolutional(0), IMAGES), net)


def test_matching_strangers_changes_no_function() -> None:
    ours, theirs = convolutional(0).train(), convolutional(1).train()
    before = copy.deepcopy(theirs)
    found = match_modules(ours, theirs, IMAGES)
    same(theirs, before)
    assert theirs.training
    assert not torch.equal(found[0].weight, theirs[0].weight)  # type: ignore[arg-type]
    with torch.no_grad():
        torch.testing.assert_close(found.eval()(IMAGES), theirs.eval()(IMAGES))


def test_crossing_with_oneself_and_with_a_matched_copy_is_oneself() -> None:
    net = convolutional(0)
    for seed in range(3):
        same(cross_modules(net, net, masks_of(net, seed)), net, 1e-6)
        same(cross_modules(net, match_modules(net, reordered(net), IMAGES), masks_of(net, seed)), net, 1e-6)


def test_a_crossed_unit_brings_its_batch_norm_and_the_last_layer_its_outgoing_weights() -> None:
    a, b = convolutional(0), convolutional(1)
    masks = masks_of(a, 5)
    child, before = cross_modules(a, b, masks), copy.deepcopy(a)
    states = {True: numbers(a), False: numbers(b)}
    layers = {
        0: ("0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var"),
        1: ("4.weight", "4.bias"),
    }
    layers[2] = ("8.weight", "8.bias", "9.weight", "9.bias", "9.running_mean", "9.running_var")
    found = numbers(child)
    for layer, names in layers.items():
        for unit, chosen in enumerate(masks[layer].tolist()):
            assert all(torch.equal(found[name][unit], states[chosen][name][unit]) for name in names)
    for unit, chosen in enumerate(masks[2].tolist()):
        assert torch.equal(found["12.weight"][:, unit], states[chosen]["12.weight"][:, unit])
    share = float(torch.cat(masks).float().mean())
    expected = share * states[True]["12.bias"] + (1 - share) * states[False]["12.bias"]
    torch.testing.assert_close(found["12.bias"], expected)
    same(a, before)


def test_channels_bring_their_blocks_of_columns_where_they_are_the_last_layer() -> None:
    def small(value: float) -> nn.Sequential:
        net = nn.Sequential(nn.Unflatten(1, (1, 2, 2)), nn.Conv2d(1, 2, 1), nn.ReLU(), nn.Flatten(), nn.Linear(8, 2))
        for tensor in numbers(net).values():
            tensor.fill_(value)
        return net

    child = cross_modules(small(1.0), small(2.0), [np.array([True, False])])
    assert child[4].weight[0].tolist() == [1.0] * 4 + [2.0] * 4  # type: ignore[index]
    assert child[4].bias.tolist() == [1.5, 1.5]  # type: ignore[operator]


@pytest.mark.parametrize("layers", [1, 2])
def test_modules_and_perceptrons_cross_and_match_alike(layers: int) -> None:
    a, b = perceptron(1, *[WIDTH] * layers), perceptron(2, *[WIDTH] * layers)
    inputs = torch.from_numpy(INPUTS)
    same(match_modules(a.module(), b.module(), inputs), match(a, b, INPUTS).module())
    mask = np.random.default_rng(6).random(layers * WIDTH) < 0.5
    child = cross_modules(a.module(), b.module(), np.split(mask, layers))
    same(child, cross([a, b], (~mask).astype(np.int64)).module(), 1e-6)
    with torch.no_grad():
        expected = -float(nn.functional.cross_entropy(child(inputs).double(), torch.from_numpy(LABELS)))
    assert CrossGame(a, b, INPUTS, LABELS)(mask[None]) == pytest.approx([expected], abs=1e-6)


def test_recomputed_statistics_are_those_of_the_inputs() -> None:
    child = cross_modules(convolutional(0), convolutional(1), masks_of(convolutional(0), 7))
    child[6].train()
    modes = [part.training for part in child]
    assert recompute_statistics(child, IMAGES) is child
    assert [part.training for part in child] == modes
    with torch.no_grad():
        seen = child[0](IMAGES)
        torch.testing.assert_close(child[1].running_mean, seen.mean((0, 2, 3)))
        torch.testing.assert_close(child[1].running_var, seen.var((0, 2, 3)))
        assert child[1].momentum == 0.1
        once = child[1].running_mean.clone()  # type: ignore[operator]
        recompute_statistics(child, IMAGES, batch_size=10)
        torch.testing.assert_close(child[1].running_mean, once)
    with pytest.raises(ValueError, match="at least two inputs in a batch; got 1 in batches of 1000"):
        recompute_statistics(child, IMAGES[:1])


def test_modules_that_cannot_be_crossed_are_refused() -> None:
    linear = nn.Sequential(nn.Linear(6, 4), nn.ReLU(), nn.Linear(4, 3))
    mask = [np.ones(4, dtype=np.bool_)]
    for wrong in ([], [np.ones(5, dtype=np.bool_)], [np.ones(4)], mask * 2):
        with pytest.raises(ValueError, match=r"boolean masks of \[4\] units, one for each hidden layer; got"):
            cross_modules(linear, linear, wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="same parts of the same shapes; they differ from part 2 on"):
        cross_modules(linear, nn.Sequential(nn.Linear(6, 4), nn.ReLU(), nn.Linear(4, 2)), mask)
    with pytest.raises(ValueError, match="they differ from part 3 on"):
        cross_modules(linear, nn.Sequential(*linear, nn.ReLU()), mask)
    with pytest.raises(TypeError, match="part 0 is a Sequential: write nested parts out"):
        cross_modules(nn.Sequential(linear), linear, mask)
    with pytest.raises(TypeError, match="part 1 is a Unflatten"):
        cross_modules(nn.Sequential(linear[0], nn.Unflatten(1, (2, 2))), linear, mask)
    with pytest.raises(ValueError, match="must have groups=1; part 0 has 2"):
        match_modules(nn.Sequential(nn.Conv2d(2, 2, 1, groups=2)), linear, IMAGES)
    with pytest.raises(ValueError, match="got 1 layers with weights and 0 norms"):
        cross_modules(nn.Sequential(linear[0]), linear, mask)
    with pytest.raises(ValueError, match="got 2 layers with weights and 1 norms behind the last"):
        cross_modules(nn.Sequential(*linear, nn.BatchNorm1d(3)), linear, mask)
    with pytest.raises(ValueError, match="a batch norm must stand behind a layer with weights; part 0"):
        cross_modules(nn.Sequential(nn.BatchNorm1d(6), *linear), linear, mask)
    broken = with_bias(perceptron(1, 4), 0, np.inf).module()
    with pytest.raises(ValueError, match="of the second module must be finite; those of unit 2 of hidden layer 0"):
        match_modules(linear, broken, torch.from_numpy(INPUTS))
