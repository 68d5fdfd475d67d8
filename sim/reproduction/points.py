"""Points that fall on a genome at random: crossovers on a map, mutations on the loci.

Kernels that use them go through all points of all children in one flat loop: a loop of a few rounds for each child
would be mispredicted by the processor at nearly every child. Their indices are unsigned, for numba would look whether
a signed one counts from the end.
"""

import numpy as np
from numba import njit
from scipy.stats import poisson

from sim.arrays import Floats, Words
from sim.draws import uniform

_FEW = 4
"""Points of a child that are counted and noted without a branch."""


def poisson_table(mean: float) -> Floats:
    """Cumulative probabilities of 0, 1, 2 .. points, up to where float64 cannot tell them from 1."""
    most = int(mean + 10.0 * np.sqrt(mean) + 20.0) if mean > 0.0 else 0
    table: Floats = poisson.cdf(np.arange(most + 1), mean)
    table[-1] = 1.0
    table.flags.writeable = False
    return table


def at_least_one(table: Floats) -> Floats:
    """The same, given that there is a point. Raises ValueError where there never is."""
    if table[0] == 1.0:
        raise ValueError("without mutation there are no mutants")
    given: Floats = (table - table[0]) / (1.0 - table[0])
    return given


@njit(cache=True, nogil=True)
def points_of(streams: Words, table: Floats, lane: np.uint64) -> tuple[Words, Words]:
    """How many points each child has, by draw ``lane`` of its stream, (children,), and the ``table``.

    Returns (children + 1,), where each child's points start and the last one's end, and the child of each point. The
    latter is longer than there are points, and what is behind them means nothing.
    """
    children, few = len(streams), min(len(table), _FEW)
    starts = np.zeros(children + 1, dtype=np.uint64)
    for child in range(children):
        u, count = uniform(streams[child], lane), 0
        for k in range(few):
            count += u >= table[k]
        if count == few:
            while u >= table[count]:
                count += 1
        starts[child + 1] = starts[child] + np.uint64(count)
    owners = np.empty(starts[children] + np.uint64(_FEW), dtype=np.uint64)
    for child in range(children):
        first = starts[child]
        for k in range(_FEW):
            owners[first + np.uint64(k)] = child
        for at in range(first + np.uint64(_FEW), starts[child + 1]):
            owners[at] = child
    return starts, owners
