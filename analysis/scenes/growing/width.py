"""Networks of every width with every keep probability on one split."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.scenes.growing.grids import WIDTHS, WIDTHS_KEPT
from analysis.scenes.growing.networks import networks, part_of
from nets.recipe import Recipe

if TYPE_CHECKING:
    from analysis.scenes.base import Grown
    from analysis.scenes.width import Settings

_KEY = "width"


def grow(settings: Settings, seed: int, replicate: int) -> Grown:
    """Accuracies and what dropout gains, by width and keep probability.

    Networks of one width start from the same weights; all see the images in the same order. One that
    learns nothing, being too small for what is dropped, counts as it is.
    """
    key = (_KEY, replicate)
    data = part_of(settings.data, settings.train_images, seed, *key, test_size=settings.test_images)
    found: Grown = {}
    for width in WIDTHS:
        for keep in WIDTHS_KEPT:
            recipe = Recipe(
                width=width, drop_prob=1.0 - keep, epochs=settings.epochs, learning_rate=settings.learning_rate
            )
            trained = networks(recipe, data, seed, *key, count=settings.networks, may_diverge=True)
            test = trained.test_accuracy[:, -1].mean()
            found[f"accuracy:{width}:{keep:g}"] = test
            found[f"training:{width}:{keep:g}"] = trained.train_accuracy[:, -1].mean()
            found[f"gain:{width}:{keep:g}"] = test - found[f"accuracy:{width}:1"]
    return found
