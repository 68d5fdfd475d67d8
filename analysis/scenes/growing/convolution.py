"""The growing of the scene about convolutions: small networks with dropout in more and more of their layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from analysis.scenes.growing.networks import networks, part_of
from analysis.streams import generator_for
from nets.recipe import Recipe
from nets.theory import bernoulli, pooled_noise
from nets.threads import single_thread

if TYPE_CHECKING:
    from analysis.arrays import Floats
    from analysis.scenes.base import Grown
    from analysis.scenes.convolution import Settings
    from nets.data import Dataset
    from nets.training import Trained

KEY = "convolution"
NORMS = {"plain": False, "norm": True}
"""Whether there is batch normalisation."""
WHERE = ("nowhere", "dense", "element", "channel")
"""Where units are dropped: the latter two in dense layers and, element by element or by channels, convolutions."""
POSITIONS = np.arange(1, 11)
"""Of a map that is averaged, where the noise of all its masks is summed up."""
_POOLED = 4
"""Layers of a module up to its first pooled map, without batch normalisation: fold, convolution, rectifier, pool."""


def grow(settings: Settings, seed: int, replicate: int) -> Grown:
    """Accuracies of all networks, gaps of two of them, and how much noise averaging leaves."""
    data = part_of(settings.data, settings.train_images, seed, KEY, replicate, test_size=settings.test_images)
    found: Grown = {}
    for norm, batch_norm in NORMS.items():
        of_norm = {}
        for where in WHERE:
            trained = networks(_recipe(settings, where, batch_norm=batch_norm), data, seed, KEY, replicate)
            of_norm[where] = float(trained.test_accuracy[0, -1])
            found[f"accuracy:{norm}:{where}"] = of_norm[where]
            found[f"training:{norm}:{where}"] = trained.train_accuracy[0, -1]
            if where == "nowhere" and not batch_norm:
                found |= _gap("convolutions", trained)
                found["left:measured"], found["positions"] = _left(trained, data.test)
                size = sum(tensor.numel() for tensor in trained.networks.parameters())
        found[f"gain:{norm}:dense"] = of_norm["dense"] - of_norm["nowhere"]
        for kind in ("element", "channel"):
            found[f"gain:{norm}:{kind}"] = of_norm[kind] - of_norm["dense"]
    width = as_large(size, data.train.features, data.train.classes)
    perceptron = Recipe(width=width, drop_prob=0.0, epochs=settings.epochs)
    found |= _gap("perceptron", networks(perceptron, data, seed, KEY, replicate, "perceptron"))
    found["width:perceptron"] = width
    return found | _noise(seed, replicate)


def as_large(parameters: int, features: int, classes: int) -> int:
    """Units of the one hidden layer of a perceptron with about so many weights and biases, 2 at least."""
    return max(2, round((parameters - classes) / (features + 1 + classes)))


def _recipe(settings: Settings, where: str, *, batch_norm: bool) -> Recipe:
    return Recipe(
        architecture="cnn",
        channels=(settings.channels, 2 * settings.channels),
        width=settings.width,
        batch_norm=batch_norm,
        drop_prob=0.0 if where == "nowhere" else settings.drop_prob,
        conv_dropout="bernoulli" if where == "element" else "channel",
        conv_drop_prob=settings.conv_drop_prob if where in ("element", "channel") else 0.0,
        epochs=settings.epochs,
    )


def _gap(name: str, trained: Trained) -> Grown:
    return {
        f"gap:{name}": trained.train_accuracy[0, -1] - trained.test_accuracy[0, -1],
        f"tested:{name}": trained.test_accuracy[0, -1],
    }


def _left(trained: Trained, data: Dataset) -> tuple[float, int]:
    """The share of noise that averaging leaves if a network's first maps lose elements, and their positions.

    As a multiple of what is left if they lose whole channels, the mean over maps and test images that are not 0.
    """
    with single_thread(), torch.no_grad():
        maps = trained.networks.module(0)[:_POOLED](torch.from_numpy(data.inputs)).double().flatten(2)
    left = pooled_noise(maps, 0.5) / pooled_noise(maps, 0.5, noise_correlation=1.0)
    return float(left[left.isfinite()].mean()), maps.shape[2]


def _noise(seed: int, replicate: int) -> Grown:
    """The relative variance of the mean of equal activations over all masks, beside ``(1 - q) / (q m)``."""
    rng = generator_for(seed, KEY, replicate, "noise")
    keep, level = rng.uniform(0.2, 0.9), rng.uniform(0.5, 2.0)
    odds = (1.0 - keep) / keep
    single = np.array([_variance(int(m), keep, level, channel=False) for m in POSITIONS])
    whole = np.array([_variance(int(m), keep, level, channel=True) for m in POSITIONS])
    return {
        "left:element": single / odds,
        "left:channel": whole / odds,
        "deviation:element": float(np.abs(single - odds / POSITIONS).max()),
        "deviation:channel": float(np.abs(whole - odds).max()),
    }


def _variance(positions: int, keep: float, level: float, *, channel: bool) -> float:
    noise = bernoulli(1 if channel else positions, 1.0 - keep)
    means: Floats = (noise.factors.expand(-1, positions) * level).mean(1).numpy()
    return float(noise.probabilities.numpy() @ (means - level) ** 2) / level**2
