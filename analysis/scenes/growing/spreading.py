"""The growing of the scene about new genes: single mutants in populations that vary, clonal and sexual."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.streams import generator_for, seed_for
from sim import CLONAL, SEXUAL, AdditiveLandscape, Demography, GenomeLandscape, NKLandscape, Population, evolve

if TYPE_CHECKING:
    from analysis.arrays import Floats
    from analysis.scenes.base import Grown
    from analysis.scenes.spreading import Settings
    from sim.arrays import Words

KEY = "spreading"
MODES = {"clonal": CLONAL, "sexual": SEXUAL}
ARRIVALS = (0, 10, 30, 100)
"""Generations after which the new gene arises."""


@dataclass(frozen=True, kw_only=True, eq=False)
class WithNewcomer(GenomeLandscape):
    """A landscape of one locus fewer, and a last locus whose allele 1 adds ``advantage`` to log fitness.

    At most 64 loci.
    """

    others: GenomeLandscape
    advantage: float

    def values(self, genomes: Words) -> Floats:
        """Log fitness; ``selection`` is 1."""
        last = np.uint64(self.others.loci)
        new = (genomes[:, 0] >> last).astype(np.float64)
        found: Floats = (
            self.others.log_fitness(genomes & ((np.uint64(1) << last) - np.uint64(1))) + self.advantage * new
        )
        return found


def grow(settings: Settings, seed: int, replicate: int) -> Grown:
    """The share of populations that a new gene takes over, ``taken:landscape:mode:arrival``, and their fitness."""
    found: Grown = {"arrivals": np.array(ARRIVALS)}
    for name in ("uniform", "additive", "epistatic"):
        key = (KEY, name, replicate)
        landscape = WithNewcomer(
            loci=settings.loci + 1,
            others=background(settings, name, seed_for(seed, *key, "landscape")),
            advantage=settings.advantage,
        )
        founders = landscape.others.founders(settings.size * settings.populations, seed_for(seed, *key, "founders"))
        if name == "uniform":
            founders = np.zeros_like(founders)
        for mode in MODES:
            arrivals = ARRIVALS[:1] if name == "uniform" else ARRIVALS
            courses = [_taken(settings, landscape, founders, mode, arrival, seed, *key) for arrival in arrivals]
            found[f"course:{name}:{mode}"] = np.array([share for share, _ in courses])
            for arrival, (share, fitness) in zip(arrivals, courses, strict=True):
                found[f"taken:{name}:{mode}:{arrival}"] = share
                found[f"fitness:{name}:{mode}:{arrival}"] = fitness
    return found


def background(settings: Settings, name: str, seed: int) -> GenomeLandscape:
    """The other loci: on their own, or each with many others; random genomes vary as much in log fitness."""
    if name == "epistatic":
        return NKLandscape.random(loci=settings.loci, k=settings.k, selection=settings.variation, seed=seed)
    drawn = AdditiveLandscape.random(loci=settings.loci, effects="normal", seed=seed)
    return replace(drawn, selection=settings.variation)


def _taken(
    settings: Settings, landscape: WithNewcomer, founders: Words, mode: str, arrival: int, seed: int, *key: str | int
) -> tuple[float, float]:
    """Share of the new gene in the end, and mean log fitness of the other genes, over populations apart."""
    apart = Demography(size=settings.size, islands=settings.populations)

    def go_on(start: Words | Population, generations: int) -> Population:
        return evolve(
            landscape,
            MODES[mode],
            start,
            generations=generations,
            mutation=0.0,
            seed=seed_for(seed, *key, "evolution", mode),
            demography=apart,
            engine="individuals",
        )

    before = go_on(founders, arrival).individuals.copy()
    carriers = generator_for(seed, *key, "carriers", arrival).integers(settings.size, size=settings.populations)
    before[np.arange(settings.populations) * settings.size + carriers, 0] |= np.uint64(1) << np.uint64(settings.loci)
    late = go_on(before, settings.generations).individuals
    has = (late[:, 0] >> np.uint64(settings.loci)).astype(np.float64)
    own = late & ((np.uint64(1) << np.uint64(settings.loci)) - np.uint64(1))
    return float(has.mean()), float(landscape.others.log_fitness(own).mean())
