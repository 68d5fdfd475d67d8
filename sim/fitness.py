"""Fitness from log fitness."""

import math

import numpy as np
from numba import njit

from sim.arrays import Floats, Indices

_LOG2_E = 1.4426950408889634
_LN_2 = (0.6931471803691238, 1.9082149292705877e-10)
"""The logarithm of 2, as a number whose multiples up to 2**20 are exact and the rest of it (Cody & Waite 1980)."""
_ROUND = 1.5 * 2.0**52
"""Adding it to a number rounds to an integer, which the lowest bits of the sum then hold."""
_LEAST = -708.0
"""Below it the exponential is no normal float64, and is taken as 0."""
_C2, _C3, _C4, _C5, _C6, _C7, _C8, _C9, _C10, _C11, _C12, _C13 = (1.0 / math.factorial(k) for k in range(2, 14))


def relative_fitness(log_fitness: Floats, strength: float = 1.0) -> Floats:
    """``exp(strength * (log_fitness - its maximum))``, (individuals,), to 2 units in the last place.

    0 where that is below ``exp(-708)``, and NaN everywhere where no individual is viable.
    """
    top = float(log_fitness.max())
    if not math.isfinite(top):
        return np.full(len(log_fitness), np.nan)
    weights = np.empty(len(log_fitness))
    _exponentials(log_fitness, top, strength, weights)
    return weights


def mean_fitness(log_fitness: Floats, weights: Indices | Floats | None) -> float:
    """Mean of ``exp(log fitness)``, rows counted by their weights; infinite where log fitness is beyond 709."""
    top = float(log_fitness.max())
    if top == -math.inf:
        return 0.0
    fitness = relative_fitness(log_fitness)
    mean = fitness.mean() if weights is None else weights @ fitness / weights.sum()
    with np.errstate(over="ignore"):
        return float(np.exp(top) * mean)


@njit(cache=True, nogil=True)
def _exponentials(log_fitness: Floats, top: float, strength: float, out: Floats) -> None:
    """A library's exponential takes one number at a time; this loop takes as many as the processor's vectors hold.

    ``x = n log 2 + r`` with a whole n, so that ``exp(x) = 2**n exp(r)``, the latter by its series for |r| < .35.
    """
    for i in range(len(log_fitness)):
        x = strength * (log_fitness[i] - top)
        rounded = x * _LOG2_E + _ROUND
        n = rounded - _ROUND
        r = (x - n * _LN_2[0]) - n * _LN_2[1]
        series = _C10 + r * (_C11 + r * (_C12 + r * _C13))
        series = _C6 + r * (_C7 + r * (_C8 + r * (_C9 + r * series)))
        series = 1.0 + r * (1.0 + r * (_C2 + r * (_C3 + r * (_C4 + r * (_C5 + r * series)))))
        power = np.int64((np.float64(rounded).view(np.int64) + 1023) << 52).view(np.float64)
        out[i] = series * power if x > _LEAST else 0.0
