"""The growing of the scene about the penalty: dropout, and what it adds to the loss on average, added instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from analysis.scenes.growing.descent import Perceptrons, descend, mask_keys
from analysis.scenes.growing.networks import part_of
from analysis.scenes.growing.pairs import measured
from analysis.streams import generator_for, seed_for
from nets.dropout import NOISES
from nets.penalties import QuadraticPenalty
from nets.recipe import Recipe
from nets.theory.families import FamilyName, family_named
from nets.theory.noise import bernoulli
from nets.threads import single_thread
from nets.training import Seeds

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from analysis.scenes.base import Grown
    from analysis.scenes.penalty import Settings
    from nets.data import Split
    from nets.mlp import Mlp

    Loss = Callable[[Perceptrons, Tensor, Tensor, int], Tensor]

_KEY = "penalty"
_TASKS: dict[str, tuple[FamilyName, int]] = {
    "squared": ("linear", 1),
    "entropy": ("softmax", 1),
    "deep": ("softmax", 2),
}
"""The loss, half the squared error or the cross-entropy, and how many hidden layers there are."""
_EXAMPLES, _FEATURES, _UNITS, _CLASSES = 12, 5, 4, 3


def grow(settings: Settings, seed: int, replicate: int) -> Grown:
    """``measure:task:arm`` of pairs of networks, and ``left_out:task``: see `left_out`."""
    data = part_of(
        settings.data, settings.train_images, seed, _KEY, replicate,
        test_size=settings.test_images, validation=settings.validation_images,
    )  # fmt: skip
    found: Grown = {}
    for task, (family, layers) in _TASKS.items():
        key = (_KEY, replicate, task)
        found[f"left_out:{task}"] = left_out(family, layers, settings.drop_prob, seed_for(seed, *key, "instance"))
        seeds = [
            Seeds(initial=seed_for(seed, *key, "initial", which), training=seed_for(seed, *key, "training", which))
            for which in "AB"
        ]
        for arm, pair in _trained(settings, family, layers, data, seeds).items():
            readings = measured((pair[0], pair[1]), data, settings.probe_images, seed_for(seed, *key, "masks"))
            found |= {f"{measure}:{task}:{arm}": value for measure, value in readings.items()}
    return found


def _trained(
    settings: Settings, family: FamilyName, layers: int, data: Split, seeds: Sequence[Seeds]
) -> dict[str, list[Mlp]]:
    recipe = Recipe(
        layers=layers,
        width=settings.width,
        epochs=settings.epochs,
        learning_rate=settings.learning_rate,
        batch_size=50,
        initial_sd=settings.squared_initial_sd if family == "linear" else None,
    )

    def descended(loss: Loss, weight_decay: float = 0.0) -> list[Mlp]:
        changed = recipe.model_copy(update={"weight_decay": weight_decay})
        return descend(changed, data.train, data.train.classes, seeds, loss)

    def plain(networks: Perceptrons, inputs: Tensor, labels: Tensor, _step: int) -> Tensor:
        return misfit(networks.passed(inputs)[-1], labels, family).mean(1).sum()

    def explicit(networks: Perceptrons, inputs: Tensor, labels: Tensor, _step: int) -> Tensor:
        passed = networks.passed(inputs)
        added = [penalty(networks, passed, which, settings.drop_prob, family) for which in range(len(inputs))]
        return misfit(passed[-1], labels, family).mean(1).sum() + torch.stack(added).sum()

    def dropped(masks: int) -> Loss:
        keys = mask_keys(seeds, layers)

        def loss(networks: Perceptrons, inputs: Tensor, labels: Tensor, step: int) -> Tensor:
            often, sizes = inputs.repeat(1, masks, 1), (masks * inputs.shape[1], settings.width)
            noises = [NOISES["bernoulli"](key, step, sizes, settings.drop_prob) for key in keys]
            return misfit(networks.passed(often, noises)[-1], labels.repeat(1, masks), family).mean(1).sum()

        return loss

    decayed = [descended(plain, strength) for strength in settings.weight_decays]
    return {
        "none": descended(plain),
        "decay": max(decayed, key=lambda pair: _validated(pair, data)),
        "explicit": descended(explicit),
        "averaged": descended(dropped(settings.masks)),
        "dropout": descended(dropped(1)),
    }


def misfit(scores: Tensor, labels: Tensor, family: FamilyName) -> Tensor:
    """Minus the log-likelihood, up to a constant: scores (..., outputs) and classes (...) to (...)."""
    return family_named(family).log_partition(scores) - scores.gather(-1, labels[..., None])[..., 0]


def penalty(
    networks: Perceptrons, passed: Sequence[Tensor], which: int, drop_prob: float, family: FamilyName
) -> Tensor:
    """What dropout on all hidden layers of a network adds to its mean loss, to second order: a scalar.

    ``passed`` is what the network hands on. Noise on a layer reaches the scores by their derivatives ``J`` with respect
    to its activations ``h``: ``(1 / 2) (d / (1 - d)) mean_i sum_j h_ij^2 J_ij' A''(s_i) J_ij`` (Wei, Kakade & Ma 2020).
    """
    *hidden, scores = (layer[which] for layer in passed)
    weights = [weight[which] for weight in networks.weights]
    total: Tensor = QuadraticPenalty(drop_prob, family=family)(hidden[-1], weights[-1].T, networks.biases[-1][which, 0])
    jacobian = weights[-1].T
    for layer in range(len(hidden) - 2, -1, -1):
        jacobian = (jacobian * (hidden[layer + 1] > 0.0)[:, None, :]) @ weights[layer + 1].T
        squares = jacobian.square().sum(1)
        if family == "softmax":
            chances = torch.softmax(scores, -1)[:, :, None]
            squares = (chances * jacobian.square()).sum(1) - (chances * jacobian).sum(1).square()
        strength = drop_prob / (1.0 - drop_prob)
        total = total + 0.5 * strength * (hidden[layer].square() * squares).sum(1).mean()
    return total


def left_out(family: FamilyName, layers: int, drop_prob: float, seed: int) -> float:
    """How much of what dropout adds to the mean gradient the penalty leaves out, as a share of its length.

    A network of few units with random weights, as they are initially, on random examples; over all masks.
    """
    rng = generator_for(seed, "network")
    shapes = [(_FEATURES, _UNITS), *[(_UNITS, _UNITS)] * (layers - 1), (_UNITS, _CLASSES)]
    weights = [torch.from_numpy(rng.normal(0.0, np.sqrt(2.0 / shape[0]), (1, *shape))) for shape in shapes]
    biases = [torch.from_numpy(rng.normal(0.0, 0.3, (1, 1, shape[1]))) for shape in shapes]
    parameters = [tensor.requires_grad_() for tensor in (*weights, *biases)]
    inputs = torch.from_numpy(rng.normal(0.0, 1.0, (1, _EXAMPLES, _FEATURES)))
    labels = torch.from_numpy(rng.integers(0, _CLASSES, (1, _EXAMPLES)))
    network = Perceptrons(weights=weights, biases=biases)
    masks = bernoulli(_UNITS * layers, drop_prob)
    points = len(masks)
    each = Perceptrons(
        weights=[weight.expand(points, -1, -1) for weight in weights],
        biases=[bias.expand(points, -1, -1) for bias in biases],
    )
    with single_thread():
        passed = network.passed(inputs)
        plain = misfit(passed[-1], labels, family).mean()
        noises = [masks.factors[:, None, layer * _UNITS : (layer + 1) * _UNITS] for layer in range(layers)]
        thinned = each.passed(inputs.expand(points, -1, -1), noises)[-1]
        dropped = masks.expectation(misfit(thinned, labels.expand(points, -1), family).mean(1))
        explicit = plain + penalty(network, passed, 0, drop_prob, family)
        gradients = [
            torch.cat([g.flatten() for g in torch.autograd.grad(loss, parameters, retain_graph=True)])
            for loss in (plain, dropped, explicit)
        ]
    without, wanted, given = gradients
    return float((given - wanted).norm() / (wanted - without).norm())


def _validated(pair: Sequence[Mlp], data: Split) -> float:
    """Shares of the validation images on which networks are right, summed."""
    part = data.validation or data.test
    inputs, labels = torch.from_numpy(part.inputs), torch.from_numpy(part.labels)
    with single_thread(), torch.no_grad():
        return sum(float((network.logits(inputs).argmax(1) == labels).double().mean()) for network in pair)
