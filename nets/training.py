"""Train independent networks side by side, each on random streams of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from nets.arrays import Bools, Floats, Indices
from nets.data import Dataset, Split
from nets.dropout import keep_mask
from nets.mlp import Ensemble
from nets.recipe import Recipe
from nets.threads import single_thread

CURVE_POINTS = 41
"""Times, at most, at which accuracy is taken during training."""


@dataclass(frozen=True, kw_only=True)
class Seeds:
    """The two sources of randomness of one network: siblings share ``initial`` and differ in ``training``."""

    initial: int
    """Initial weights."""
    training: int
    """Order of the examples and dropout masks."""


@dataclass(frozen=True, kw_only=True)
class Trained:
    """Trained networks and the way they came."""

    networks: Ensemble
    epochs: Indices
    """Epochs at which the curves were taken, (times,); 0 is before training."""
    train_accuracy: Floats
    """(networks, times)."""
    test_accuracy: Floats
    """(networks, times)."""
    diverged: Bools
    """(networks,), True where a network ended worse on its training examples than it began, or not finite at all."""


def train(
    recipe: Recipe, data: Split, seeds: Sequence[Seeds], *, on_epoch: Callable[[int], None] | None = None
) -> Trained:
    """Train one network for each of ``seeds``.

    A network's weights are the same to the bit whether it is trained alone or beside others. ``on_epoch`` is told
    each epoch as it is done. A network that diverges is marked and does not disturb the others.
    """
    with single_thread():
        return _train(recipe, data, seeds, on_epoch)


def _train(recipe: Recipe, data: Split, seeds: Sequence[Seeds], on_epoch: Callable[[int], None] | None) -> Trained:
    inputs, labels = torch.from_numpy(data.train.inputs), torch.from_numpy(data.train.labels)
    networks = Ensemble.initial(recipe, inputs.shape[1], data.train.classes, [s.initial for s in seeds])
    parameters = [p.requires_grad_() for p in networks.parameters()]
    optimiser = torch.optim.SGD(
        parameters, lr=recipe.learning_rate, momentum=recipe.momentum, weight_decay=recipe.weight_decay
    )
    batch = min(recipe.batch_size, len(labels))
    steps = len(labels) // batch
    order_rngs, mask_rngs = zip(*(_training_streams(s.training) for s in seeds), strict=True)
    cross_entropy_before = _cross_entropies(networks, data.train)
    times = np.unique(np.linspace(0, recipe.epochs, CURVE_POINTS).round().astype(np.int64))
    curves = []
    for epoch in range(recipe.epochs + 1):
        if epoch in times:
            curves.append([_accuracies(networks, part) for part in (data.train, data.test)])
        if epoch == recipe.epochs:
            break
        orders = torch.from_numpy(np.stack([rng.permutation(len(labels)) for rng in order_rngs]))
        for step in range(steps):
            for group in optimiser.param_groups:
                group["lr"] = recipe.learning_rate * (1.0 - (epoch * steps + step) / (recipe.epochs * steps))
            which = orders[:, step * batch : (step + 1) * batch]
            logits = _forward(networks, inputs[which], recipe, mask_rngs)
            losses = torch.nn.functional.cross_entropy(logits.flatten(0, 1), labels[which].flatten(), reduction="sum")
            optimiser.zero_grad()
            torch.autograd.backward(losses / batch)
            optimiser.step()
        if on_epoch is not None:
            on_epoch(epoch + 1)
    for parameter in parameters:
        parameter.requires_grad = False
    accuracies = np.array(curves)
    return Trained(
        networks=networks,
        epochs=times,
        train_accuracy=accuracies[:, 0].T,
        test_accuracy=accuracies[:, 1].T,
        diverged=~(_cross_entropies(networks, data.train) <= cross_entropy_before),
    )


def _training_streams(seed: int) -> tuple[np.random.Generator, np.random.Generator]:
    """Generators for the order of the examples and for the masks."""
    order, masks = np.random.SeedSequence(seed).spawn(2)
    return np.random.default_rng(order), np.random.default_rng(masks)


def _forward(networks: Ensemble, inputs: Tensor, recipe: Recipe, mask_rngs: Sequence[np.random.Generator]) -> Tensor:
    """Scores (networks, batch, classes) of inputs (networks, batch, features), with dropout."""
    activations = _drop(inputs, recipe.input_drop_prob, mask_rngs)
    last = len(networks.weights) - 1
    for layer, (weight, bias) in enumerate(zip(networks.weights, networks.biases, strict=True)):
        activations = torch.baddbmm(bias, activations, weight)
        if layer < last:
            activations = _drop(torch.relu(activations), recipe.drop_prob, mask_rngs)
    return activations


def _drop(activations: Tensor, drop_prob: float, rngs: Sequence[np.random.Generator]) -> Tensor:
    if drop_prob == 0.0:
        return activations
    shape = tuple(activations.shape[1:])
    masks = torch.stack([keep_mask(rng, shape, drop_prob) for rng in rngs])
    return activations * masks / (1.0 - drop_prob)


def _accuracies(networks: Ensemble, data: Dataset) -> list[float]:
    inputs, labels = torch.from_numpy(data.inputs), torch.from_numpy(data.labels)
    with torch.no_grad():
        return [float((networks[i].logits(inputs).argmax(1) == labels).double().mean()) for i in range(len(networks))]


def _cross_entropies(networks: Ensemble, data: Dataset) -> Floats:
    """Mean cross-entropy (networks,), NaN where the scores are not finite."""
    inputs, labels = torch.from_numpy(data.inputs), torch.from_numpy(data.labels)
    with torch.no_grad():
        losses = [
            float(torch.nn.functional.cross_entropy(networks[i].logits(inputs), labels)) for i in range(len(networks))
        ]
    return np.array(losses)
