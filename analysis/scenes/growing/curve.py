"""A curve through a few noisy points by networks with several remedies against overfitting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from analysis.arrays import Floats
from analysis.scenes.growing.networks import networks
from analysis.streams import generator_for
from nets.data import Dataset, Split
from nets.recipe import Recipe

if TYPE_CHECKING:
    from analysis.scenes.base import Grown
    from analysis.scenes.curve import Settings

_KEY = "curve"
_GRID = np.linspace(-1.0, 1.0, 101)
_STEEP, _CONSTANT = 4.0, 2.0
"""What a network is given of ``x``: 4 x, and a constant, without which all its units would bend at 0."""


def grow(settings: Settings, seed: int, replicate: int) -> Grown:
    """The points, the curves of all remedies at equally spaced places, and their errors.

    Errors, in units of the noise's standard deviation: ``training``, from the points that were learnt; ``truth``, from
    the curve that the points come from; both are root mean squares. All networks start from the same weights.
    """
    rng = generator_for(seed, _KEY, replicate, "points")
    many = settings.points * settings.more
    x = rng.uniform(-1.0, 1.0, many)
    y = truth(x) + settings.noise * rng.normal(size=many)
    few = slice(settings.points)
    plain = Recipe(
        layers=2, width=settings.width, drop_prob=0.0, optimiser="adam", learning_rate=settings.learning_rate,
        steps=settings.steps, batch_size=settings.points,
    )  # fmt: skip
    remedies = {
        "none": (plain, few),
        "light": (plain.model_copy(update={"drop_prob": settings.light_drop_prob}), few),
        "dropout": (plain.model_copy(update={"drop_prob": settings.drop_prob}), few),
        "decay": (plain.model_copy(update={"weight_decay": settings.weight_decay}), few),
        "data": (plain, slice(None)),
    }
    found: Grown = {"x": _GRID, "points:x": x[few], "points:y": y[few], "many:x": x, "many:y": y}
    for name, (recipe, which) in remedies.items():
        data = Split(train=learnt(x[which], y[which]), test=learnt(_GRID, truth(_GRID)))
        trained = networks(recipe, data, seed, _KEY, replicate, may_diverge=True)
        found[f"training:{name}"] = np.sqrt(trained.train_loss[0, -1]) / settings.noise
        found[f"truth:{name}"] = np.sqrt(trained.test_loss[0, -1]) / settings.noise
        found[f"curve:{name}"] = trained.networks[0].logits(torch.from_numpy(data.test.inputs))[:, 0].numpy()
    return found


def truth(x: Floats) -> Floats:
    """One wave."""
    wave: Floats = np.sin(np.pi * x)
    return wave


def learnt(x: Floats, y: Floats) -> Dataset:
    """Points as a network is given them."""
    inputs = np.stack([_STEEP * x, np.full_like(x, _CONSTANT)], axis=1).astype(np.float32)
    return Dataset(inputs=inputs, labels=y[:, None].astype(np.float32), classes=0)
