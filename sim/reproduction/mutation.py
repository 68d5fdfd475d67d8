"""Mutation: how often a locus flips."""

from functools import lru_cache

import numpy as np

from sim.arrays import Floats
from sim.reproduction.points import poisson_table

_CERTAIN = 20.0
"""Points at a locus on average with which it has forgotten everything, as far as float64 can tell."""


def check_rate(mutation: float) -> None:
    """Raises ValueError for a rate outside [0, 1/2], beyond which a locus would forget more than everything."""
    if not 0.0 <= mutation <= 0.5:
        raise ValueError(f"mutation must lie in [0, 1/2] per locus and generation; got {mutation}")


@lru_cache(maxsize=64)
def mutation_table(loci: int, mutation: float) -> Floats:
    """Cumulative probabilities of 0, 1, 2 .. points of mutation on ``loci``, each of which flips the locus it falls on.

    A locus flips where an odd number of them falls, and with ``-log(1 - 2 mutation) / 2`` a locus that has exactly the
    probability ``mutation``, independently of the others. Raises ValueError for a rate outside [0, 1/2].
    """
    check_rate(mutation)
    with np.errstate(divide="ignore"):
        each = min(-np.log1p(-2.0 * mutation) / 2.0, _CERTAIN)
    return poisson_table(loci * each)
