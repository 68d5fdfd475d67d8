"""Means over masks beside the scaled layer or network, exactly for random layers, by sampling for trained networks."""

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from analysis.scenes.base import Grown
from analysis.scenes.growing.networks import networks, part_of
from analysis.streams import generator_for, seed_for
from nets.draws import keep, key_of
from nets.mlp import Mlp
from nets.recipe import Recipe
from nets.theory import bernoulli, geometric_mean
from nets.threads import single_thread

if TYPE_CHECKING:
    from analysis.scenes.scaling import Settings

DEPTHS = (1, 2, 3)
_KEEP = 0.5


def grow(settings: "Settings", seed: int, replicate: int) -> Grown:
    """Of one random layer, and of networks of three depths trained without dropout and with it."""
    found = of_layers(settings.units, generator_for(seed, "scaling", replicate, "layers"))
    data = part_of(settings.data, settings.train_images, seed, "scaling", replicate, test_size=settings.test_images)
    inputs, labels = torch.from_numpy(data.test.inputs), torch.from_numpy(data.test.labels)
    for depth in DEPTHS:
        recipe = Recipe(
            layers=depth,
            width=settings.width,
            epochs=settings.epochs,
            drop_prob=1.0 - _KEEP,
            learning_rate=settings.learning_rate,
        )
        for arm, each in (("none", recipe.without_dropout()), ("dropout", recipe)):
            network = networks(each, data, seed, "scaling", replicate, depth).networks[0]
            masks = seed_for(seed, "scaling", replicate, depth, "masks")
            for name, number in of_network(network, inputs, labels, masks, settings.masks).items():
                found[f"{name}:{depth}:{arm}"] = number
    return found


def of_layers(units: int, rng: np.random.Generator) -> Grown:
    """Means over all masks, divided by what is kept of a linear layer, and the same layers with nothing dropped."""
    noise = bernoulli(units, 1.0 - _KEEP, inverted=False)
    inputs = torch.from_numpy(np.abs(rng.standard_normal((8, units))))
    first, second = (torch.from_numpy(rng.standard_normal((units, 6)) / np.sqrt(units)) for _ in range(2))
    second = second[:6]
    dropped = noise.factors[:, None] * inputs
    whole, doubled = inputs @ first, dropped @ first / _KEEP
    half = noise.expectation(dropped @ first)
    logs = torch.log_softmax(doubled, -1)
    pairs = {
        "linear": (whole, half / _KEEP),
        "geometric": (torch.softmax(whole, -1), geometric_mean(logs, noise.probabilities).exp()),
        "softmax": (torch.softmax(whole, -1), noise.expectation(logs.exp())),
        "rectified": (torch.relu(whole), noise.expectation(torch.relu(doubled))),
        "two": (torch.relu(whole) @ second, noise.expectation(torch.relu(doubled) @ second)),
    }
    found: Grown = {"off:halves": float((half - whole * _KEEP).abs().max())}
    for name, (scaled, mean) in pairs.items():
        found |= {f"scaled:{name}": scaled.numpy(), f"mean:{name}": mean.numpy()}
        found[f"off:{name}"] = float((mean - scaled).abs().max())
    return found


def of_network(network: Mlp, inputs: Tensor, labels: Tensor, seed: int, masks: int) -> dict[str, float]:
    """Accuracy and log-probability of right answers, scaled, not scaled, and averaged; and how far scores are off.

    ``bias``: mean square over examples and classes of the mean score over masks less the scaled network's, as a share
    of the variance of the latter's scores. The product of two halves of the masks, so that their noise adds nothing.
    """
    with single_thread(), torch.no_grad():
        scaled = passed(network, inputs, [torch.ones(())] * len(network.widths))
        doubled = passed(network, inputs, [torch.tensor(1.0 / _KEEP)] * len(network.widths))
        keys = torch.tensor([key_of(seed, layer) for layer in range(len(network.widths))])
        off, probabilities = torch.zeros(2, *scaled.shape), torch.zeros_like(scaled)
        for number in range(masks // 2 * 2):
            drawn = [
                keep(keys[layer, None], number, (len(inputs), width), 1.0 - _KEEP)[0] / _KEEP
                for layer, width in enumerate(network.widths)
            ]
            once = passed(network, inputs, drawn)
            off[number % 2] += (once - scaled) / (masks // 2)
            probabilities += torch.softmax(once, 1) / (masks // 2 * 2)
        found = {"bias": float(off.prod(0).mean() / scaled.var())}
        for name, each in (("scaled", scaled), ("unscaled", doubled), ("averaged", probabilities.log())):
            found[f"accuracy:{name}"] = float((each.argmax(1) == labels).double().mean())
            found[f"log:{name}"] = -float(cross_entropy(each, labels))
    return found


def passed(network: Mlp, inputs: Tensor, factors: list[Tensor]) -> Tensor:
    """Scores (examples, classes) with each hidden layer multiplied by its factors."""
    for weight, bias, factor in zip(network.weights, network.biases, factors, strict=False):
        inputs = torch.relu(inputs @ weight + bias) * factor
    return inputs @ network.weights[-1] + network.biases[-1]
