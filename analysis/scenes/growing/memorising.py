"""Networks of more and more parameters on true labels and on labels that mean nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.scenes.growing.grids import CAPACITIES
from analysis.scenes.growing.networks import networks, part_of
from nets.recipe import Recipe

if TYPE_CHECKING:
    from analysis.scenes.base import Grown
    from analysis.scenes.memorising import Settings

_KEY = "memorising"


def grow(settings: Settings, seed: int, replicate: int) -> Grown:
    """Accuracies on training and on new images, by labels, arm and hidden units.

    Both kinds of labels belong to the same images. Of labels that mean nothing every class is as likely for every
    image: a share ``1 - 1 / classes`` of them is exchanged for another class. Networks of one width start from the same
    weights; all see the images in the same order.
    """
    key = (_KEY, replicate)
    classes = part_of(settings.data, settings.train_images, seed, *key).train.classes
    labels = {"true": 0.0, "random": 1.0 - 1.0 / classes}
    plain = Recipe(drop_prob=0.0, epochs=settings.epochs, learning_rate=settings.learning_rate)
    arms = {
        "none": plain,
        "dropout": plain.model_copy(update={"drop_prob": settings.drop_prob}),
        "decay": plain.model_copy(update={"weight_decay": settings.weight_decay}),
    }
    found: Grown = {}
    for kind, noise in labels.items():
        data = part_of(
            settings.data, settings.train_images, seed, *key, test_size=settings.test_images, label_noise=noise
        )
        found[f"guessing:{kind}"] = data.guessing
        for arm, recipe in arms.items():
            for width in CAPACITIES:
                wide = recipe.model_copy(update={"width": width})
                trained = networks(wide, data, seed, *key, count=settings.networks, may_diverge=True)
                train, test = trained.train_accuracy[:, -1].mean(), trained.test_accuracy[:, -1].mean()
                name = f"{kind}:{arm}:{width}"
                found |= {f"training:{name}": train, f"accuracy:{name}": test, f"gap:{name}": train - test}
    found["parameters"] = [parameters(data.train.features, width, classes) for width in CAPACITIES]
    return found


def parameters(features: int, width: int, classes: int) -> int:
    """Weights and biases of a network with one hidden layer."""
    return (features + 1) * width + (width + 1) * classes
