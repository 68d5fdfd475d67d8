"""Populations in MacKay's race, and what becomes of a new good gene."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from analysis.scenes.base import Grown
from analysis.streams import seed_for
from sim import (
    CLONAL,
    SEXUAL,
    AdditiveLandscape,
    BlockLandscape,
    GenomeLandscape,
    Population,
    Truncation,
    evolve,
    pack,
    unpack,
)
from sim.arrays import Words

if TYPE_CHECKING:
    from analysis.scenes.race import Settings

ARMS = ("clonal", "sexual")
BACKGROUNDS = ("alone", "smooth", "conspiracies")
_LOCI, _SET = 50, 5
_SPREAD = 0.2  # of log fitness among founders, on the smooth background
_PER_BIT = 0.01  # log fitness of a good bit; the fitter half is kept whatever it is


def grow(settings: "Settings", seed: int, replicate: int) -> Grown:
    """The race, and on each background the share of new good genes that spread."""
    return _race(settings, seed, replicate) | _newcomers(settings, seed, replicate)


def _race(settings: "Settings", seed: int, replicate: int) -> Grown:
    """Share of good bits among the newborn in each generation, and when it reaches the target (NaN: never)."""
    key = ("scene", "race", replicate)
    founders = BlockLandscape.count(settings.bits).founders(2 * settings.population, seed_for(seed, *key, "founders"))
    found: Grown = {}
    for arm in ARMS:
        good = np.fromiter(_shares(settings, founders, arm, seed_for(seed, *key, "evolution", arm)), dtype=np.float64)
        there = np.flatnonzero(good >= settings.target)
        found[f"good:{arm}"] = good
        found[f"until:{arm}"] = float(there[0]) if len(there) else np.nan
    return found


def _shares(settings: "Settings", founders: Words, arm: str, seed: int) -> Iterator[float]:
    landscape = BlockLandscape.count(settings.bits, selection=_PER_BIT)
    scale = _PER_BIT * settings.bits
    population: Population | Words = founders
    for generation in range(settings.generations + 1):
        mutation = 0.0
        if isinstance(population, Population) and arm == "clonal":
            survivors = np.sort(population.log_fitness)[settings.population :]
            mutation = optimal_mutation(survivors.mean() / scale - 0.5, settings.bits)
        population = evolve(
            landscape,
            CLONAL if arm == "clonal" else SEXUAL,
            population,
            generations=min(1, generation),
            mutation=mutation,
            seed=seed,
            selection=Truncation(fraction=0.5),
            engine="individuals",
        )
        yield float(population.log_fitness.mean() / scale)


def _newcomers(settings: "Settings", seed: int, replicate: int) -> Grown:
    """Of many populations with one carrier of a new gene, the share in which most have it in the end."""
    found: Grown = {}
    for name in BACKGROUNDS:
        key = ("scene", "race", "new gene", name, replicate)
        where = background(name, settings.worth, seed_for(seed, *key, "landscape"))
        spread = dict.fromkeys(ARMS, 0)
        for trial in range(settings.newcomers):
            founders = where.founders(settings.small_population, seed_for(seed, *key, "founders", trial))
            genes = unpack(founders, where.loci)
            genes[:, -1] = False
            genes[0, -1] = True
            for arm, mode in zip(ARMS, (CLONAL, SEXUAL), strict=True):
                last = evolve(
                    where,
                    mode,
                    pack(genes),
                    generations=settings.new_generations,
                    mutation=0.0,
                    seed=seed_for(seed, *key, "evolution", arm, trial),
                )
                carriers = unpack(last.individuals, where.loci)[:, -1]
                spread[arm] += bool(last.shares @ carriers > 0.5)
        found |= {f"spread:{name}:{arm}": count / settings.newcomers for arm, count in spread.items()}
    return found


def background(name: str, worth: float, seed: int) -> GenomeLandscape:
    """Fifty loci that vary, or none does that matters, and a last one of its own whose allele 1 is ``worth`` more."""
    if name == "conspiracies":
        sizes = [_SET] * (_LOCI // _SET)
        sets = BlockLandscape.conspiracies(sizes)
        return BlockLandscape(
            loci=_LOCI + 1, blocks=[*sets.blocks, np.array([_LOCI])], pays=[*sets.pays, np.array([0.0, worth])]
        )
    effects = AdditiveLandscape.random(loci=_LOCI, effects="normal", seed=seed).effects_of_loci
    others = effects * (_SPREAD if name == "smooth" else 0.0)
    return AdditiveLandscape(loci=_LOCI + 1, effects_of_loci=np.append(others, worth / 2.0))


def optimal_mutation(excess: float, bits: int) -> float:
    """Mutation a bit that gains most with ``excess`` good bits over half, as a share: ``1 / (16 bits excess**2)``.

    At most 1/2, beyond which a bit would forget more than everything (MacKay 2003, eq. 19.7 ff.).
    """
    return min(0.5, 1.0 / (16.0 * bits * excess**2)) if excess > 0.0 else 0.5
