"""The growing of the scene about filters: an autoencoder and a classifier, without dropout and with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from analysis.scenes.growing.networks import networks, part_of
from nets.features import hoyer, kurtosis, localisation_order, moran, spread
from nets.recipe import Recipe
from nets.threads import single_thread

if TYPE_CHECKING:
    from analysis.arrays import Floats
    from analysis.scenes.base import Grown
    from analysis.scenes.filters import Settings
    from nets.data import Dataset
    from nets.training import Trained

KEY = "filters"
SHOWN = 24
"""Filters of each network that are drawn."""
_MOST = 20
"""Pixels, at most, of the side of the middle that is drawn; in MNIST digits lie within it."""
_SMALL = 0.01
"""SD of initial weights: larger ones would hide what is learnt."""


def grow(settings: Settings, seed: int, replicate: int) -> Grown:
    """Statistics of all filters and activations, ``what:network:arm``, and some filters of the autoencoder."""
    data = part_of(settings.data, settings.train_images, seed, KEY, replicate, test_size=settings.test_images)
    recipes = {
        "autoencoder": Recipe(
            architecture="autoencoder", width=settings.width, drop_prob=settings.drop_prob, initial_sd=_SMALL,
            optimiser="adam", learning_rate=1e-3, batch_size=settings.batch, epochs=settings.epochs,
        ),
        "classifier": Recipe(
            width=settings.width, drop_prob=settings.drop_prob, initial_sd=_SMALL, batch_size=settings.batch,
            epochs=settings.epochs,
        ),
    }  # fmt: skip
    found: Grown = {}
    for name, recipe in recipes.items():
        for arm, own in (("none", recipe.without_dropout()), ("dropout", recipe)):
            trained = networks(own, data, seed, KEY, replicate, name)
            seen = _seen(trained, data.train)
            numbers = _of_filters(seen, data.train) | _of_activations(trained, data.test)
            found |= {f"{what}:{name}:{arm}": value for what, value in numbers.items()}
            if name == "autoencoder":
                found[f"sheet:{arm}"] = _sheet(seen, _shape(data.train))
    return found


def _seen(trained: Trained, data: Dataset) -> Floats:
    """What units see of the images, (units, pixels): weights times the pixels' standard deviations."""
    weights = next(state[0] for state in trained.networks.state if state)
    seen: Floats = weights[0].T.double().numpy() * data.inputs.std(0, dtype=np.float64)
    return seen


def _of_filters(seen: Floats, data: Dataset) -> dict[str, float]:
    """Means over filters; the spread is in units of that of an even image."""
    height, width = _shape(data)
    varying = data.inputs.std(0) > 0.0
    even = np.sqrt((height**2 + width**2 - 2.0) / 12.0)
    return {
        "spread": float(np.nanmean(spread(seen, (height, width)))) / even,
        "moran": float(np.nanmean(moran(seen, (height, width), varying))),
        "hoyer": float(np.nanmean(hoyer(seen[:, varying]))),
        "kurtosis": float(np.nanmean(kurtosis(seen[:, varying]))),
    }


def _of_activations(trained: Trained, data: Dataset) -> dict[str, float]:
    """Of hidden units on test images; and what the network gets wrong."""
    network, inputs = trained.networks[0], torch.from_numpy(data.inputs)
    with single_thread(), torch.no_grad():
        hidden = network.hidden(inputs)[-1].double()
    wrong = 1.0 - float(trained.test_accuracy[0, -1])
    if np.isnan(wrong):
        wrong = float(trained.test_loss[0, -1]) / float(inputs.double().var(0, correction=0).mean())
    return {
        "activation": float(hidden.mean()),
        "log activation": float(hidden.mean().log()),
        "zeros": float((hidden == 0.0).double().mean()),
        "wrong": wrong,
    }


def _sheet(seen: Floats, shape: tuple[int, int]) -> Floats:
    """The middles, (filters, height, width), of filters evenly from the most localised to the least."""
    order = localisation_order(seen, shape)
    chosen = order[np.linspace(0, len(order) - 1, SHOWN).round().astype(np.int64)]
    top, left = (max(0, side - _MOST) // 2 for side in shape)
    sheet: Floats = seen[chosen].reshape(SHOWN, *shape)[:, top : top + _MOST, left : left + _MOST]
    return sheet


def _shape(data: Dataset) -> tuple[int, int]:
    if data.image is None:
        raise ValueError("filters are looked at as images; take data of images")
    return data.image[0], data.image[1]
