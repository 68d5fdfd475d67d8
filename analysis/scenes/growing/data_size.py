"""Networks on the first few and on more and more of one split's training images."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.scenes.growing.grids import TRAINING_SIZES, training_sizes
from analysis.scenes.growing.networks import networks, part_of
from nets.recipe import Recipe

if TYPE_CHECKING:
    from analysis.scenes.base import Grown
    from analysis.scenes.data_size import Settings

_KEY = "data-size"


def grow(settings: Settings, seed: int, replicate: int) -> Grown:
    """Accuracies, losses and their gaps by arm and training images.

    All are tested on the same images. All start from the same weights, and those of one size see the images in the
    same order.
    """
    key = (_KEY, replicate)
    sizes = training_sizes(settings.train_images)
    whole = part_of(settings.data, max(sizes), seed, *key, test_size=settings.test_images)
    plain = Recipe(
        width=settings.width, drop_prob=0.0, steps=settings.steps, learning_rate=settings.learning_rate
    )  # fmt: skip
    recipes = {
        "none": plain,
        "dropout": plain.model_copy(
            update={"drop_prob": settings.drop_prob, "input_drop_prob": settings.input_drop_prob}
        ),
        "decay": plain.model_copy(update={"weight_decay": settings.weight_decay}),
    }
    found: Grown = {}
    for size, name in zip(sizes, TRAINING_SIZES, strict=True):
        data = replace(whole, train=whole.train.take(np.arange(size)))
        for arm, recipe in recipes.items():
            trained = networks(recipe, data, seed, *key, count=settings.networks, may_diverge=True)
            train, test = trained.train_accuracy[:, -1].mean(), trained.test_accuracy[:, -1].mean()
            found[f"accuracy:{arm}:{name}"], found[f"training:{arm}:{name}"] = test, train
            found[f"gap:{arm}:{name}"] = train - test
            found[f"loss gap:{arm}:{name}"] = trained.test_loss[:, -1].mean() - trained.train_loss[:, -1].mean()
    return found
