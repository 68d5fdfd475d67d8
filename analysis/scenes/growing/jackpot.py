"""Populations that pair at random and others that breed jackpots; and rare sets of genes, followed exactly."""

from typing import TYPE_CHECKING

import numpy as np

from analysis.arrays import Floats
from analysis.scenes.base import Grown
from analysis.scenes.growing.crosses import cross
from analysis.scenes.growing.landscapes import NAMES, mean_log_fitness, moments, watched
from analysis.streams import generator_for, seed_for
from sim import CLONAL, SEXUAL, Recombination, Reproduction, TabulatedLandscape, evolve, infinite_population

if TYPE_CHECKING:
    from analysis.scenes.jackpot import Settings

ARMS = ("clonal", "sexual", "brood", "alleles")
RARE = 1e-12
"""A frequency at which a jackpot does not meet another one."""
_DRAWS = 8


def grow(settings: "Settings", seed: int, replicate: int) -> Grown:
    """Mean log fitness at all times and in the end, what children are worth, and what becomes of rare sets."""
    return _bred(settings, seed, replicate) | rare_sets(settings, seed, replicate)


def _bred(settings: "Settings", seed: int, replicate: int) -> Grown:
    times = moments(settings.generations)
    found: Grown = {"times": times}
    for name in NAMES:
        key = ("scene", "jackpot", name, replicate)
        landscape = getattr(settings, name).build(seed_for(seed, *key, "landscape"))
        for arm, reproduction in zip(ARMS, reproductions(settings.brood), strict=True):
            ours, theirs = (
                list(
                    watched(
                        landscape,
                        reproduction,
                        landscape.founders(settings.population, seed_for(seed, *key, "founders", which)),
                        times,
                        mutation=settings.mutation,
                        seed=seed_for(seed, *key, "evolution", arm, which),
                    )
                )
                for which in "AB"
            )
            courses = [[mean_log_fitness(population) for population in each] for each in (ours, theirs)]
            course = np.mean(courses, axis=0)
            children = cross(landscape, ours[-1], theirs[-1], seed_for(seed, *key, "crosses"))
            found[f"course:{name}:{arm}"], found[f"end:{name}:{arm}"] = course, course[-1]
            found[f"viability:{name}:{arm}"] = children.viability
            found[f"load:{name}:{arm}"] = children.load
    return found


def reproductions(brood: int) -> tuple[Reproduction, ...]:
    """Of each arm."""
    best = (Reproduction(sex_fraction=1.0, best_of=n) for n in (brood, "alleles"))
    return (CLONAL, SEXUAL, *best)


def rare_sets(settings: "Settings", seed: int, replicate: int) -> Grown:
    """How rare sets grow, in doublings a generation, by their size; and how far growth is from the law.

    Sets on which the law is tried are of random size, advantage, frequency and rate of recombination.
    """
    genes = np.arange(1, settings.largest + 1)
    found: Grown = {}
    for arm, mode in (("clonal", CLONAL), ("sexual", SEXUAL)):
        growth = [growth_of_set(int(k), settings.advantage, mode, RARE) for k in genes]
        found[f"growth:{arm}"] = growth
        found |= {f"doublings:{arm}:{k}": np.log2(factor) for k, factor in zip(genes, growth, strict=True)}
    rng = generator_for(seed, "scene", "jackpot", "sets", replicate)
    off: dict[str, list[float]] = {"clonal": [], "unlinked": [], "linked": []}
    for way, deviations in off.items():
        for _ in range(_DRAWS):
            k, advantage = int(rng.integers(2, settings.largest + 1)), float(2.0 ** rng.uniform(0.0, settings.largest))
            frequency, rate = float(10.0 ** rng.uniform(-9.0, -0.3)), float(rng.uniform(0.0, 0.5))
            linked = Reproduction(sex_fraction=1.0, recombination=Recombination.uniform(k, rate))
            mode = {"clonal": CLONAL, "unlinked": SEXUAL, "linked": linked}[way]
            whole = {"clonal": 1.0, "unlinked": 2.0 ** (1 - k), "linked": (1.0 - rate) ** (k - 1)}[way]
            grown = growth_of_set(k, advantage, mode, frequency)
            deviations.append(grown / float(law(np.array(whole), advantage, frequency)) - 1.0)
    return found | {f"off:{way}": np.max(np.abs(deviations)) for way, deviations in off.items()}


def growth_of_set(genes: int, advantage: float, mode: Reproduction, frequency: float) -> float:
    """The factor by which a set of genes grows in a generation, by the exact infinite engine.

    The complete set has ``advantage`` times the fitness of those without any of it; a part of it is lethal.
    """
    table = np.full(2**genes, -np.inf)
    table[0], table[-1] = 0.0, np.log(advantage)
    landscape = TabulatedLandscape(loci=genes, table=table, names=[f"gene {i}" for i in range(genes)])
    frequencies = np.zeros(2**genes)
    frequencies[0], frequencies[-1] = 1.0 - frequency, frequency
    before = infinite_population(landscape, frequencies=frequencies)
    after = evolve(landscape, mode, before, generations=1, mutation=0.0, seed=0)
    return float(after.shares[-1] / before.shares[-1])


def law(whole: Floats, advantage: float, frequency: float) -> Floats:
    """The same, where a child of a parent with the set and one without it has it with probability ``whole / 2``.

    With k genes that is ``2**(1 - k)`` if they are unlinked, ``(1 - r)**(k - 1)`` at rate r between neighbours, 1 in
    clones, whose children have one parent. Of a rare set the growth is ``advantage * whole``.
    """
    parents = frequency * advantage / (1.0 - frequency + frequency * advantage)
    growth: Floats = parents * (parents + (1.0 - parents) * whole) / frequency
    return growth
