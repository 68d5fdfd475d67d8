"""Mutation: how many loci of a genome flip, and which."""

from functools import lru_cache

import numpy as np
from scipy.stats import binom

from sim.arrays import Floats


def check_rate(mutation: float) -> None:
    """Raises ValueError for a rate outside [0, 1/2], beyond which a locus would forget more than everything."""
    if not 0.0 <= mutation <= 0.5:
        raise ValueError(f"mutation must lie in [0, 1/2] per locus and generation; got {mutation}")


@lru_cache(maxsize=64)
def mutation_table(loci: int, mutation: float) -> Floats:
    """Cumulative probabilities of 0, 1, 2 .. flips among ``loci``, up to where float64 cannot tell them from 1.

    The number of flips is binomial, not Poisson or first order in the rate. Raises ValueError for a rate outside
    [0, 1/2].
    """
    check_rate(mutation)
    most = int(binom.isf(2.0**-60, loci, mutation)) + 1 if mutation > 0.0 else 0
    table: Floats = binom.cdf(np.arange(min(most, loci) + 1), loci, mutation)
    table[-1] = 1.0
    table.flags.writeable = False
    return table


def at_least_one(table: Floats) -> Floats:
    """The same, given that there is a flip. Raises ValueError where there never is."""
    if table[0] == 1.0:
        raise ValueError("without mutation there are no mutants")
    given: Floats = (table - table[0]) / (1.0 - table[0])
    return given
