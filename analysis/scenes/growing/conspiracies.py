"""Populations of one large conspiracy and of several small ones, in worlds that stay and worlds that change."""

from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from analysis.arrays import Bools
from analysis.scenes.base import Grown
from analysis.scenes.growing.landscapes import watched
from analysis.streams import seed_for
from sim import CLONAL, SEXUAL, BlockLandscape, Environment, MovingTarget, Population, Shifted, Static, pack, unpack

if TYPE_CHECKING:
    from analysis.scenes.conspiracies import Settings

WORLDS = ("static", "changing")
PAYS = ("equal", "superlinear")
DESIGNS = ("large", "small")
_MODES = {"clonal": CLONAL, "sexual": SEXUAL}
NEEDED = ("any", "half", "all")
"""How many of the small ones must be complete for them to succeed."""
_POINTS = 100


def grow(settings: "Settings", seed: int, replicate: int) -> Grown:
    """Mean pay, reliability and success over time, for each design in each world, and their later means."""
    times = np.arange(0, settings.generations + 1, max(1, settings.generations // _POINTS)).tolist()
    late = slice(len(times) // 2, None)
    founders = pack(np.ones((settings.population, settings.members), dtype=np.bool_))
    found: Grown = {"times": times}
    for world, pay, mode, design in product(WORLDS, PAYS, _MODES, DESIGNS):
        key = ("scene", "conspiracies", replicate)
        where = environment(settings, world, landscape(settings, design, pay), seed_for(seed, *key, "world"))
        unit = float(landscape(settings, "small", pay).log_fitness(founders[:1])[0])
        pays, places, whole = [], [], []
        for population in watched(
            where, _MODES[mode], founders, times, mutation=settings.mutation,
            seed=seed_for(seed, *key, "evolution", world, pay, mode, design),
        ):  # fmt: skip
            pays.append(population.shares @ population.log_fitness / unit)
            good = in_place(population, where, settings.members)
            places.append(population.shares @ good.mean(axis=1))
            whole.append(population.shares @ successes(good, settings.members if design == "large" else settings.size))
        name = f"{world}:{pay}:{mode}:{design}"
        found[f"pay:{name}"], found[f"place:{name}"] = pays, places
        found[f"kept:{name}"], found[f"reliability:{name}"] = np.mean(pays[late]), np.mean(places[late])
        full = float(landscape(settings, design, pay).log_fitness(founders[:1])[0]) / unit
        found[f"share:{name}"] = np.mean(pays[late]) / full
        for needed, chance in zip(NEEDED, np.mean(whole[late], axis=0), strict=True):
            found[f"success:{needed}:{name}"] = chance
    return found


def landscape(settings: "Settings", design: str, pay: str) -> BlockLandscape:
    """Conspiracies of one design that pay when complete."""
    sizes = [settings.members] if design == "large" else [settings.size] * (settings.members // settings.size)
    exponent = settings.exponent if pay == "superlinear" else 1.0
    return BlockLandscape.conspiracies(sizes, exponent=exponent, selection=settings.selection)


def environment(settings: "Settings", world: str, where: BlockLandscape, seed: int) -> Environment:
    """A world that stays, or changes."""
    if world == "static":
        return Static(where)
    return MovingTarget(landscape=where, every=settings.every, loci=settings.turned, seed=seed)


def in_place(population: Population, where: Environment, members: int) -> Bools:
    """Which members of each individual do what is asked of them now, (individuals, members)."""
    here = where.at(population.generation)
    flips = here.flips if isinstance(here, Shifted) else np.uint64(0)
    return unpack(population.individuals ^ flips, members)


def successes(good: Bools, size: int) -> Bools:
    """Whether any, half or all conspiracies of ``size`` members are complete, (individuals, 3)."""
    complete = good.reshape(len(good), -1, size).all(axis=2).mean(axis=1)
    return np.stack([complete > 0.0, complete >= 0.5, complete == 1.0], axis=1)
