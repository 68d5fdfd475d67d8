"""Steps that networks need, by keep probability, each at the learning rate that suits it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.arrays import Floats
from analysis.scenes.growing.grids import KEPT_IN_TIME, TUNED_RATES
from analysis.scenes.growing.networks import networks, part_of
from nets.recipe import Recipe

if TYPE_CHECKING:
    from analysis.scenes.base import Grown
    from analysis.scenes.time import Settings

_KEY = "time"


def grow(settings: Settings, seed: int, replicate: int) -> Grown:
    """Epochs to all goals by keep probability, and as multiples of those without dropout.

    Half of the networks, those of even number, choose the rate, the others are timed: chosen and timed by the same
    ones, the arm with the most noise would seem fastest. All start from the same weights.
    """
    key = (_KEY, replicate)
    data = part_of(settings.data, settings.train_images, seed, *key, test_size=settings.test_images)
    found: Grown = {}
    for keep in KEPT_IN_TIME:
        times: dict[str, list[Floats]] = {"loss": [], "low": [], "accuracy": []}
        courses: dict[str, list[Floats]] = {"loss": [], "accuracy": []}
        for rate in TUNED_RATES:
            recipe = Recipe(
                width=settings.width, drop_prob=1.0 - keep, epochs=settings.epochs, learning_rate=rate,
                schedule="constant",
            )  # fmt: skip
            trained = networks(recipe, data, seed, *key, count=2 * settings.pairs, may_diverge=True)
            found["epochs"] = trained.epochs
            losses = np.log10(trained.train_loss)
            times["loss"].append(reached(trained.epochs, losses, np.log10(settings.loss)))
            times["low"].append(reached(trained.epochs, losses, np.log10(settings.low_loss)))
            times["accuracy"].append(reached(trained.epochs, -trained.test_accuracy, -settings.accuracy))
            courses["loss"].append(losses[1::2].mean(0))
            courses["accuracy"].append(trained.test_accuracy[1::2].mean(0))
        for goal, each in times.items():
            epochs = np.array(each)
            chosen = int(np.argmin(np.nan_to_num(epochs[:, 0::2], nan=2.0 * settings.epochs).mean(1)))
            found[f"rate:{goal}:{keep:g}"] = TUNED_RATES[chosen]
            found[f"epochs:{goal}:{keep:g}"] = epochs[chosen, 1::2].mean()
            if goal in courses:
                found[f"curve:{goal}:{keep:g}"] = courses[goal][chosen]
            ratio = np.asarray(found[f"epochs:{goal}:{keep:g}"]) / np.asarray(found[f"epochs:{goal}:1"])
            found[f"ratio:{goal}:{keep:g}"] = ratio
    return found


def reached(times: Floats, curves: Floats, goal: float) -> Floats:
    """When each of ``curves`` (networks, times) is first at or below ``goal``, on a line between looks; NaN if never.

    >>> reached(np.array([0.0, 1.0, 2.0]), np.array([[3.0, 2.0, 0.0], [3.0, 2.0, 2.0]]), 1.0)
    array([1.5, nan])
    """
    found = np.full(len(curves), np.nan)
    for which, curve in enumerate(curves):
        below = np.flatnonzero(curve <= goal)
        if len(below) and below[0] > 0:
            after, before = below[0], below[0] - 1
            part = (curve[before] - goal) / (curve[before] - curve[after])
            found[which] = times[before] + part * (times[after] - times[before])
        elif len(below):
            found[which] = times[0]
    return found
