"""Who the parents are: Wright-Fisher sampling, a mother and perhaps a father for each child.

`sim.reference` says the same in slow, readable Python; the two agree to the bit.
"""

import numpy as np
from numba import njit

from sim.arrays import Floats, Indices
from sim.draws import LANE_ISLAND, LANE_PARENTS, LANE_SELFING, LANE_SEX, branch, uniform
from sim.reproduction.modes import Reproduction

NOBODY = -1
"""The father of a child that has none."""
_FEW_TRIES = 3.0
"""Rejection takes max(weights) / mean(weights) tries on average; beyond this many a table of aliases is quicker."""
_NONE: Indices = np.empty(0, dtype=np.int64)
_ONE, _ROLE = np.uint64(1), np.uint64(24)


def choose_parents(
    log_fitness: Floats,
    weights: Floats,
    reproduction: Reproduction,
    stream: np.uint64,
    *,
    islands: Indices | None = None,
    children: Indices | None = None,
    migration: float = 0.0,
) -> tuple[Indices, Indices]:
    """Draw the parents of each child in proportion to ``weights``, (individuals,).

    ``islands``: (islands + 1,), where each island's individuals start and the last one's end (default: one island);
    ``children``: the same of the next generation (default: as many as there are). A child comes from another island,
    each equally likely, with probability ``migration``. ``log_fitness``, (individuals,), is what mates are matched by.
    Returns mothers and fathers, (children,) each; a father of -1 is none.

    Raises ValueError where nobody on an island can be drawn.
    """
    starts = np.array([0, len(weights)]) if islands is None else islands
    ends = starts if children is None else children
    tops = np.maximum.reduceat(weights, starts[:-1])
    for island, top in enumerate(tops):
        if not 0.0 < top < np.inf:
            where = f" on island {island}" if len(tops) > 1 else ""
            raise ValueError(
                f"nobody{where} can reproduce: all fitnesses are zero or not finite; lower the selection, or start "
                "from viable individuals"
            )
    tries = np.max(tops * np.diff(starts) / np.add.reduceat(weights, starts[:-1]))
    chances, aliases = (
        (weights / np.repeat(tops, np.diff(starts)), _NONE) if tries < _FEW_TRIES else alias_table(weights, starts)
    )
    return _choose(
        log_fitness, chances, aliases, starts, ends, migration,
        reproduction.sex_fraction, reproduction.selfing, reproduction.mates, stream,
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _choose(  # noqa: C901 - one loop: a call of a function in it would cost as much as what the function does
    log_fitness: Floats, chances: Floats, aliases: Indices, starts: Indices, ends: Indices, migration: float,
    sex_fraction: float, selfing: float, mates: int, stream: np.uint64,
) -> tuple[Indices, Indices]:  # fmt: skip
    """An individual drawn uniformly is taken with its chance; else its alias is, or, without aliases, another draw."""
    islands = len(starts) - 1
    mothers = np.empty(ends[islands], dtype=np.int64)
    fathers = np.full(ends[islands], NOBODY, dtype=np.int64)
    for home in range(islands):
        for child in range(ends[home], ends[home + 1]):
            own = branch(stream, np.uint64(child))
            origin = home
            if migration > 0.0 and uniform(own, LANE_ISLAND) < migration:
                other = int(uniform(own, LANE_ISLAND + _ONE) * (islands - 1))
                origin = other + (other >= home)
            first, size = starts[origin], starts[origin + 1] - starts[origin]
            mother = father = NOBODY
            for role in range(1 + mates):
                if role == 1 and sex_fraction < 1.0 and uniform(own, LANE_SEX) >= sex_fraction:
                    break
                if role == 1 and selfing > 0.0 and uniform(own, LANE_SELFING) < selfing:
                    father = mother
                    break
                draw = LANE_PARENTS + (np.uint64(role) << _ROLE)
                while True:
                    # The part behind the point is uniform on its own, and decides about the individual before it.
                    at = uniform(own, draw) * size
                    chosen = first + int(at)
                    if at - int(at) < chances[chosen]:
                        break
                    if len(aliases):
                        chosen = aliases[chosen]
                        break
                    draw += _ONE
                if role == 0:
                    mother = chosen
                elif role == 1 or (
                    abs(log_fitness[chosen] - log_fitness[mother]) < abs(log_fitness[father] - log_fitness[mother])
                ):
                    father = chosen
            mothers[child], fathers[child] = mother, father
    return mothers, fathers


@njit(cache=True, nogil=True)
def alias_table(weights: Floats, starts: Indices) -> tuple[Floats, Indices]:
    """Chances and aliases, (individuals,), that make one draw an individual in proportion to its weight (Walker 1977).

    Built in linear time (Vose 1991), for each island on its own.
    """
    chances = np.ones(len(weights))
    aliases = np.arange(len(weights))
    small = np.empty(len(weights), dtype=np.int64)
    large = np.empty(len(weights), dtype=np.int64)
    for island in range(len(starts) - 1):
        first, last = starts[island], starts[island + 1]
        total = 0.0
        for i in range(first, last):
            total += weights[i]
        smalls = larges = 0
        for i in range(first, last):
            chances[i] = weights[i] / total * (last - first)
            if chances[i] < 1.0:
                small[smalls] = i
                smalls += 1
            else:
                large[larges] = i
                larges += 1
        while smalls > 0 and larges > 0:
            smalls -= 1
            less, more = small[smalls], large[larges - 1]
            aliases[less] = more
            chances[more] -= 1.0 - chances[less]
            if chances[more] < 1.0:
                larges -= 1
                small[smalls] = more
                smalls += 1
        for i in range(larges):
            chances[large[i]] = 1.0
        for i in range(smalls):
            chances[small[i]] = 1.0
    return chances, aliases
