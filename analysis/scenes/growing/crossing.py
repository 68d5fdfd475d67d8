"""The growing of the scene about crossing: children of populations and of networks, by how much comes from whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.measures.knock_out import KEEP_PROBS, knock_out_curve
from analysis.scenes.growing.networks import part_of
from analysis.sides.base import RunFailedError
from analysis.streams import generator_for, seed_for
from nets.games import CrossGame as NetworkCross
from nets.matching import match
from nets.recipe import Recipe
from nets.training import Seeds, train
from sim import CLONAL, SEXUAL, CrossGame, evolve

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from analysis.arrays import Floats
    from analysis.measures.game import ScaledGame
    from analysis.scenes.base import Grown
    from analysis.scenes.crossing import Settings
    from nets.data import Split
    from nets.mlp import Mlp
    from sim import Landscape, Population

KEY = "crossing"
SHARES = KEEP_PROBS
"""Of a child's elements, those that come from the first parent."""
_COUPLES = 16
_UNSELECTED = 8192
_MODES = {"clonal": CLONAL, "sexual": SEXUAL}


def grow(settings: Settings, seed: int, replicate: int) -> Grown:
    """Viability by share, ``valley:who:cross:arm``, at one half, ``viability:...``, and how much parents differ."""
    found: Grown = {"shares": SHARES}
    for who, (games, base) in (*_of_genes(settings, seed, replicate, found), *_of_neurons(settings, seed, replicate)):
        seen = valley(games, base, settings.children, generator_for(seed, KEY, replicate, "children"))
        found[f"valley:{who}"], found[f"viability:{who}"] = seen, seen[len(seen) // 2]
    return found


def valley(games: Sequence[ScaledGame], base: float, children: int, rng: np.random.Generator) -> Floats:
    """Viability (shares,) of children who take each element from the first parent with the probability of a share.

    What they are worth above ``base``, in units of what their parents are, weighted by their shares; so it is 1 at both
    ends, and in the middle the hybrid viability. Natural units; means over ``games`` of both. NaN where parents are
    worth no more than ``base``.
    """
    curves = [next(iter(knock_out_curve(game, children, rng).values())).mean for game in games]
    mean = np.mean(curves, axis=0)
    worth = SHARES * mean[-1] + (1.0 - SHARES) * mean[0] - base
    found: Floats = (mean - base) / worth if np.all(worth > 0.0) else np.full_like(mean, np.nan)
    return found


_Crossed = tuple[str, tuple["Sequence[ScaledGame]", float]]


def _of_genes(settings: Settings, seed: int, replicate: int, into: Grown) -> Iterator[_Crossed]:
    """Two populations of each mode, evolved apart, on each landscape."""
    for name in ("pairs", "rugged", "networks"):
        key = (KEY, name, replicate)
        landscape = getattr(settings, name).build(seed_for(seed, *key, "landscape"))
        size, mutation = settings.population_of(name)
        random = landscape.random_individuals(_UNSELECTED, seed_for(seed, *key, "baseline"))
        base = float(np.exp(landscape.log_fitness(random)).mean())
        for mode, reproduction in _MODES.items():
            ours, theirs = (
                evolve(
                    landscape,
                    reproduction,
                    landscape.founders(size, seed_for(seed, *key, "founders", which)),
                    generations=settings.generations,
                    mutation=mutation,
                    seed=seed_for(seed, *key, "evolution", mode, which),
                )
                for which in "AB"
            )
            for cross, mates in (("within", ours), ("between", theirs)):
                rng = generator_for(seed, *key, "couples", cross)
                games, apart = _couples(landscape, ours, mates, rng)
                into[f"apart:{name}:{cross}:{mode}"] = apart
                yield f"{name}:{cross}:{mode}", (games, base)


def _couples(
    landscape: Landscape, ours: Population, mates: Population, rng: np.random.Generator
) -> tuple[list[CrossGame], float]:
    """Random couples, and the share of elements in which the two of a couple differ."""
    mothers, fathers = ours.draw(_COUPLES, rng), mates.draw(_COUPLES, rng)
    games = [
        CrossGame(landscape=landscape, first=mothers[i : i + 1], second=fathers[i : i + 1]) for i in range(_COUPLES)
    ]
    return games, float(np.mean(landscape.observations(mothers) != landscape.observations(fathers)))


def _of_neurons(settings: Settings, seed: int, replicate: int) -> Iterator[_Crossed]:
    """Networks of one hidden layer and of two, without dropout and with it."""
    data = part_of(settings.data, settings.train_images, seed, KEY, replicate)
    for depth, layers in (("one", 1), ("two", 2)):
        dropout = Recipe(
            width=settings.width // layers, layers=layers, drop_prob=settings.drop_prob, epochs=settings.epochs
        )
        for arm, recipe in {"none": dropout.without_dropout(), "dropout": dropout}.items():
            for cross, (first, second) in _pairs(recipe, data, seed, replicate, depth).items():
                game = NetworkCross(first, second, data.test.inputs, data.test.labels)
                yield f"{depth}:{cross}:{arm}", ([game], data.guessing)


def _pairs(recipe: Recipe, data: Split, seed: int, replicate: int, depth: str) -> Mapping[str, tuple[Mlp, Mlp]]:
    """A network with a stranger, from other initial weights, as it comes and matched, and with a sibling."""
    initial, order = (
        [seed_for(seed, KEY, replicate, depth, what, name) for name in "ABC"] for what in ("initial", "training")
    )
    made = train(
        recipe,
        data,
        [
            Seeds(initial=one, training=two)
            for one, two in zip((initial[0], initial[1], initial[0]), order, strict=True)
        ],
    )
    if made.diverged.any():
        raise RunFailedError(f"{KEY}: {recipe.summary} diverged; try a wider network or more training images")
    one, stranger, sibling = made.networks
    return {
        "strangers": (one, stranger),
        "matched": (one, match(one, stranger, data.train.inputs)),
        "siblings": (one, sibling),
    }
