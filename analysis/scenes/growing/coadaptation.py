"""The growing of the scene about co-adaptation: pairs of networks of each arm, and what the panel says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from analysis.measures.design import sample
from analysis.scenes.growing.networks import networks, part_of
from analysis.sides.networks import subject_of
from analysis.sides.panel import PanelSpec, take_panel
from analysis.streams import generator_for, seed_for
from nets.data import Dataset, Split
from nets.games import AblationGame
from nets.recipe import Recipe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.scenes.base import Grown
    from analysis.scenes.coadaptation import Settings
    from nets.mlp import Mlp

KEY = "coadaptation"
_TAKEN = ("first_order_share", "hybrid_viability", "retention_at_half", "mean_association", "performance")
_MISLED = 0.75
_SUMMED, _RATE, _DECAY = 256, 0.02, 0.01
"""Of networks that learn to add: examples, learning rate, and weight decay, with which they converge."""


def grow(settings: Settings, seed: int, replicate: int) -> Grown:
    """The panel, ``measure:condition:width:arm``, and the signs of paths on a plain sum, ``against:arm``."""
    data = part_of(settings.data, settings.train_images, seed, KEY, replicate, test_size=settings.test_images)
    spec = PanelSpec(masks=settings.masks, measures=_TAKEN)
    found: Grown = {}
    for size, width in settings.widths.items():
        for arm, recipe in _recipes(settings, width).items():
            first, second = networks(recipe, data, seed, KEY, replicate, size, count=2).networks
            subject = subject_of((first, second), data, settings.probe_images)
            # Interactions of one network of the two, which halves what most of the time is spent on.
            subject = replace(subject, wholes=subject.wholes[:1])
            readings = take_panel(subject, spec, seed_for(seed, KEY, replicate, "panel", size))
            found |= {f"{name}:{size}:{arm}": value for name, value in readings.values.items()}
            found[f"misled:{size}:{arm}"] = _misled(settings, first, data, seed, replicate)
    return found | {f"against:{arm}": value for arm, value in _sums(settings, seed, replicate).items()}


def _recipes(settings: Settings, width: int) -> Mapping[str, Recipe]:
    plain = Recipe(
        width=width, drop_prob=0.0, learning_rate=settings.learning_rate, epochs=settings.epochs, batch_size=50
    )
    others = {
        "dropout": {"drop_prob": settings.drop_prob},
        "light": {"drop_prob": settings.light_drop_prob},
        "decay": {"weight_decay": settings.weight_decay},
    }
    return {"none": plain} | {arm: plain.model_copy(update=update) for arm, update in others.items()}


def _misled(settings: Settings, network: Mlp, data: Split, seed: int, replicate: int) -> float:
    """Share of the accuracy above guessing that is kept when a random quarter of the units answer another image.

    NaN where the network is not to be told from guessing.
    """
    probe = data.test.take(np.arange(min(settings.probe_images, len(data.test))))
    game = AblationGame(
        network, probe.inputs, probe.labels, background="resample", seed=seed_for(seed, KEY, replicate, "others")
    )
    masks = sample(game.n, settings.wrong_masks, generator_for(seed, KEY, replicate, "misled"), _MISLED).masks
    intact = game.performance(np.ones((1, game.n), dtype=np.bool_))["accuracy"][0]
    worth = intact - data.guessing
    if worth <= 1.5 / np.sqrt(len(probe)):
        return float("nan")
    return float((game.performance(masks)["accuracy"].mean() - data.guessing) / worth)


def _sums(settings: Settings, seed: int, replicate: int) -> Mapping[str, float]:
    """What works against the sum in networks that learnt to add their inputs, those too being dropped with dropout."""
    rng = generator_for(seed, KEY, replicate, "sums")
    inputs = rng.integers(0, 2, (2 * _SUMMED, settings.summands)).astype(np.float32)
    every = Dataset(inputs=inputs, labels=inputs.sum(1, keepdims=True), classes=0)
    parts = np.split(np.arange(len(every)), 2)
    data = Split(train=every.take(parts[0]), test=every.take(parts[1]))
    plain = Recipe(width=settings.adders, drop_prob=0.0, learning_rate=_RATE, steps=settings.steps, batch_size=_SUMMED)
    arms = {
        "none": {},
        "dropout": {"drop_prob": settings.drop_prob, "input_drop_prob": settings.drop_prob},
        "decay": {"weight_decay": _DECAY},
    }
    found = {}
    for arm, update in arms.items():
        (network,) = networks(plain.model_copy(update=update), data, seed, KEY, replicate, "sums").networks
        found[arm] = against(network, data.train.inputs)
    return found


def against(network: Mlp, inputs: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> float:
    """Share of the strength of all paths from an input to the output that is negative, from 0 to 1.

    A path's strength is the product of its two weights; a unit that is silent on all ``inputs`` (examples, features)
    has none. NaN where no unit is left.
    """
    alive = (network.hidden(torch.from_numpy(inputs))[0] > 0.0).any(0)
    paths = (network.weights[0] * network.weights[1].T)[:, alive].double()
    total = float(paths.abs().sum())
    return float(-paths.clamp(max=0.0).sum()) / total if total else float("nan")
