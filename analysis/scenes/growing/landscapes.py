"""Populations watched on three landscapes that scenes share: smooth, rugged, and made of conspiracies."""

from collections.abc import Iterator, Sequence

import numpy as np

from sim import Environment, Landscape, Population, Reproduction, evolve
from sim.arrays import Individuals
from sim.selection import PROPORTIONAL, Selection

NAMES = ("smooth", "rugged", "conspiracies")
_MOMENTS = 60


def moments(generations: int) -> list[int]:
    """Generations at which a population is looked at: 0, and then ever less often."""
    return [0, *np.unique(np.geomspace(1, generations, _MOMENTS).round().astype(np.int64)).tolist()]


def watched(
    where: Landscape | Environment,
    reproduction: Reproduction,
    founders: Individuals,
    times: Sequence[int],
    *,
    mutation: float,
    seed: int,
    selection: Selection = PROPORTIONAL,
) -> Iterator[Population]:
    """The population at each of ``times``, generations in ascending order."""
    start: Individuals | Population = founders
    before = 0
    for time in times:
        start = evolve(
            where,
            reproduction,
            start,
            generations=time - before,
            mutation=mutation,
            seed=seed,
            selection=selection,
        )
        before = time
        yield start


def mean_log_fitness(population: Population) -> float:
    """Over its individuals."""
    return float(population.shares @ population.log_fitness)
