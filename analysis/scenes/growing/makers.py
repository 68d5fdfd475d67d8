"""Networks of one architecture on one split, by descent or by evolution, without mixing and with it."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.scenes.base import Grown
from analysis.sides.base import RunFailedError, Subject
from analysis.sides.networks import subject_of
from analysis.sides.neurons import dataset
from analysis.sides.panel import PanelSpec, take_panel
from analysis.streams import seed_for
from nets.data import Split, split
from nets.evolution import Evolution, evolve
from nets.mlp import Mlp
from nets.recipe import Recipe
from nets.training import Seeds, train

if TYPE_CHECKING:
    from analysis.scenes.makers import Settings

_KEY = "makers"
_DESCENDED = {"descent": False, "dropout": True}
_EVOLVED = {"clonal": False, "sexual": True}
"""Makers, and whether they mix."""
_CURVES = ("spectrum:natural", "spectrum:log", "retained:natural", "retained:log")


def grow(settings: "Settings", seed: int, replicate: int) -> Grown:
    """What the panel says of two independent networks of each maker, ``measure:condition:maker``.

    All makers have the same split, and the same masks take units away and mix strangers.
    """
    found: Grown = {}
    for maker in (*_DESCENDED, *_EVOLVED):
        subject = made(settings, maker, seed, replicate)
        readings = take_panel(subject, PanelSpec(masks=settings.masks), seed_for(seed, _KEY, replicate, "panel"))
        found |= {f"{name}:{maker}": value for name, value in readings.values.items()}
        found |= {f"{name}:{maker}": readings.curves[name] for name in _CURVES}
    return found


def made(settings: "Settings", maker: str, seed: int, replicate: int) -> Subject:
    """Two independent networks of a maker; with and without mixing they start from the same weights.

    Raises RunFailedError for a training that diverges.
    """
    key = (_KEY, replicate)
    data = split(dataset(settings.data), settings.train_images, seed_for(seed, *key, "split"))
    data = replace(data, test=data.test.take(np.arange(min(settings.test_images, len(data.test)))))
    seeds = [
        Seeds(initial=seed_for(seed, *key, "initial", name), training=seed_for(seed, *key, "training", name))
        for name in "AB"
    ]
    make = _descended if maker in _DESCENDED else _evolved
    pair = make(settings, maker, data, seeds)
    return subject_of(pair, data, settings.probe_images)


def _descended(settings: "Settings", maker: str, data: Split, seeds: list[Seeds]) -> tuple[Mlp, Mlp]:
    recipe = Recipe(
        width=settings.width,
        drop_prob=settings.drop_prob,
        learning_rate=settings.learning_rate,
        epochs=settings.epochs,
    )
    trained = train(recipe if _DESCENDED[maker] else recipe.without_dropout(), data, seeds)
    if trained.diverged.any():
        raise RunFailedError(
            f"makers: {maker} diverged (it ended worse than it began); "
            f"try --set learning_rate={settings.learning_rate / 5:g}"
        )
    return trained.networks[0], trained.networks[1]


def _evolved(settings: "Settings", maker: str, data: Split, seeds: list[Seeds]) -> tuple[Mlp, Mlp]:
    spec = Evolution(
        sexual=_EVOLVED[maker],
        width=settings.width,
        population=settings.population,
        generations=settings.generations,
        batch_size=settings.judged_by,
        parents=settings.parents,
        mutation_rate=settings.mutation_rate,
        mutation_size=settings.mutation_size,
    )
    one, two = (evolve(spec, data.train, of_one).network for of_one in seeds)
    return one, two
