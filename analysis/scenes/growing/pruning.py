"""The growing of the scene about pruning: what idles in a trained network, and what can be cut from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from analysis.scenes.growing.networks import networks, part_of
from nets.features import dead, histogram
from nets.games import AblationGame
from nets.mlp import Mlp
from nets.recipe import Recipe
from nets.threads import single_thread

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.arrays import Floats
    from analysis.scenes.base import Grown
    from analysis.scenes.pruning import Settings
    from nets.data import Split

KEY = "pruning"
SHARES = np.linspace(0.0, 0.98, 50)
"""Of the weights, those that are cut."""
SIZES = np.linspace(0.0, 3.0, 61)
"""Edges, in root mean squares of a layer's initial weights, between which its weights are counted."""
_IDLE = 0.1
"""Below this, in the same units, a weight is near zero."""


def grow(settings: Settings, seed: int, replicate: int) -> Grown:
    """What idles and what can be cut, ``what:size:arm``, and curves of the wide networks."""
    data = part_of(settings.data, settings.train_images, seed, KEY, replicate, test_size=settings.test_images)
    found: Grown = {"shares": SHARES, "sizes": (SIZES[1:] + SIZES[:-1]) / 2.0}
    for size, width in {"narrow": settings.narrow, "wide": settings.wide}.items():
        for arm, recipe in _recipes(settings, width).items():
            trained = networks(recipe, data, seed, KEY, replicate, size, count=settings.networks).networks
            each = [measured(settings, network, data) for network in trained]
            found |= {f"{what}:{size}:{arm}": np.array([one[what] for one in each]).mean(0) for what in each[0]}
        # Weights as they were before the first step: the draw is that of every arm.
        untrained = _recipes(settings, width)["none"].model_copy(update={"steps": 1, "learning_rate": 1e-30})
        started = networks(untrained, data, seed, KEY, replicate, size, count=settings.networks, may_diverge=True)
        found[f"idle:{size}:start"] = np.mean([idle(network, data) for network in started.networks])
        found[f"weights:{size}:start"] = np.mean([_sizes(network, data) for network in started.networks], axis=0)
    return found


def _recipes(settings: Settings, width: int) -> Mapping[str, Recipe]:
    plain = Recipe(width=width, drop_prob=0.0, epochs=settings.epochs, learning_rate=settings.learning_rate)
    others = {"dropout": {"drop_prob": settings.drop_prob}, "decay": {"weight_decay": settings.weight_decay}}
    return {"none": plain} | {arm: plain.model_copy(update=update) for arm, update in others.items()}


def measured(settings: Settings, network: Mlp, data: Split) -> dict[str, float | Floats]:
    """All that is asked of one network with one hidden layer."""
    with single_thread(), torch.no_grad():
        hidden = network.hidden(torch.from_numpy(data.train.inputs))[0]
    by_weights, by_units = without_weights(network, data), without_units(network, data, hidden.mean(0).double().numpy())
    return {
        "accuracy": float(by_weights[0]),
        "dead": float(dead(hidden.numpy()).mean()),
        "idle": idle(network, data),
        "weights": _sizes(network, data),
        "cut": by_weights,
        "prunable-weights": prunable(by_weights, SHARES, settings.allowed),
        "prunable-units": prunable(by_units, np.arange(len(by_units)) / (len(by_units) - 1.0), settings.allowed),
    }


def _live(network: Mlp, data: Split) -> list[torch.Tensor]:
    """Weights by layer, but for those from inputs that are the same on all training images: nothing ever moves them."""
    varies = torch.from_numpy(np.ptp(data.train.inputs, axis=0) > 0.0)
    return [network.weights[0][varies], *network.weights[1:]]


def _relative(network: Mlp, data: Split) -> Floats:
    """Magnitudes of the weights in root mean squares of their layer's initial ones (He et al. 2015)."""
    layers = zip(_live(network, data), network.weights, strict=True)
    return np.concatenate([live.abs().double().numpy().ravel() / (2.0 / len(whole)) ** 0.5 for live, whole in layers])


def idle(network: Mlp, data: Split) -> float:
    """Share of the weights that are near zero."""
    return float((_relative(network, data) < _IDLE).mean())


def _sizes(network: Mlp, data: Split) -> Floats:
    """Shares of the weights between neighbouring `SIZES`, the largest with the last."""
    return histogram(_relative(network, data), SIZES)


def without_weights(network: Mlp, data: Split) -> Floats:
    """Test accuracy (shares,) without the smallest weights of each layer, a share of those that ever move."""
    inputs, labels = torch.from_numpy(data.test.inputs), torch.from_numpy(data.test.labels)
    limits = [torch.quantile(live.abs().flatten(), torch.from_numpy(SHARES).float()) for live in _live(network, data)]
    found = []
    with single_thread(), torch.no_grad():
        for place, share in enumerate(SHARES):
            kept = [
                weight * (weight.abs() > of_layer[place]) if share else weight
                for weight, of_layer in zip(network.weights, limits, strict=True)
            ]
            scores = Mlp(weights=kept, biases=network.biases).logits(inputs)
            found.append(float((scores.argmax(1) == labels).double().mean()))
    return np.array(found)


def without_units(network: Mlp, data: Split, activity: Floats) -> Floats:
    """Test accuracy (units + 1,) without the least units, by mean activation times the norm of outgoing weights."""
    worth = activity * network.weights[1].double().norm(dim=1).numpy()
    rank = np.argsort(np.argsort(worth, kind="stable"), kind="stable")
    masks = rank >= np.arange(len(rank) + 1)[:, None]
    return AblationGame(network, data.test.inputs, data.test.labels).performance(masks)["accuracy"]


def prunable(accuracy: Floats, shares: Floats, allowed: float) -> float:
    """The largest share that can be cut before more accuracy is lost than allowed; ``accuracy[0]`` is the whole's."""
    lost = np.flatnonzero(accuracy < accuracy[0] - allowed)
    return float(shares[lost[0] - 1]) if len(lost) else float(shares[-1])
