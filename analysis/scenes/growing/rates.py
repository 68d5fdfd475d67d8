"""Networks by optimiser and learning rate, without and with dropout."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.arrays import Floats
from analysis.scenes.growing.grids import ADAM, RATES, WAYS
from analysis.scenes.growing.networks import networks, part_of
from nets.recipe import Recipe

if TYPE_CHECKING:
    from analysis.scenes.base import Grown
    from analysis.scenes.rates import Settings

_KEY = "rates"
_SGD = ("plain", "momentum", "heavy")


def grow(settings: Settings, seed: int, replicate: int) -> Grown:
    """Accuracies by way and arm at all learning rates, and what validation images choose.

    All networks start from the same weights and see the images in the same order. One that diverges counts as it is.
    """
    key = (_KEY, replicate)
    data = part_of(
        settings.data, settings.train_images, seed, *key,
        test_size=settings.test_images, validation=settings.validation_images,
    )  # fmt: skip
    found: Grown = {}
    chosen: dict[tuple[str, str], int] = {}
    validated: dict[tuple[str, str], Floats] = {}
    for way, momentum in WAYS.items():
        adam = way == "adam"
        for arm, drop_prob in (("none", 0.0), ("dropout", settings.drop_prob)):
            test, validation = [], []
            for rate in RATES:
                recipe = Recipe(
                    width=settings.width, drop_prob=drop_prob, epochs=settings.epochs, momentum=momentum,
                    learning_rate=rate * ADAM if adam else rate, optimiser="adam" if adam else "sgd",
                )  # fmt: skip
                trained = networks(recipe, data, seed, *key, count=settings.networks, may_diverge=True)
                test.append(trained.test_accuracy[:, -1].mean())
                validation.append(trained.validation_accuracy[:, -1].mean())
            found[f"accuracy:{way}:{arm}"] = test
            validated[way, arm] = np.array(validation)
            chosen[way, arm] = best(validated[way, arm])
            found[f"rate:{way}:{arm}"] = np.log10(RATES[chosen[way, arm]])
            found[f"low:{way}:{arm}"] = test[0]
        dropout = np.asarray(found[f"accuracy:{way}:dropout"])
        found[f"kept rate:{way}"] = dropout[chosen[way, "none"]]
        found[f"own rate:{way}"] = dropout[chosen[way, "dropout"]]
    for arm in ("none", "dropout"):
        highest = [validated[way, arm].max() for way in _SGD]
        found[f"memory:{arm}"] = -np.log10(1.0 - WAYS[_SGD[best(np.array(highest))]])
    return found


def best(accuracies: Floats) -> int:
    """Which is highest; of several, the one in the middle."""
    highest = np.flatnonzero(accuracies == accuracies.max())
    return int(highest[len(highest) // 2])
