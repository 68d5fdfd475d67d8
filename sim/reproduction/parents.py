"""Who the parents are: Wright-Fisher sampling, a mother and perhaps a father for each child.

`sim.reference` says the same in slow, readable Python; the two agree to the bit.
"""

import numpy as np
from numba import njit

from sim.arrays import Floats, Indices, Words
from sim.draws import LANE_ISLAND, LANE_PARENTS, LANE_SELFING, LANE_SEX, branch, branches, uniform
from sim.reproduction.modes import Reproduction

NOBODY = -1
"""The father of a child that has none."""
_FEW_TRIES = 3.0
"""Rejection takes max(weights) / mean(weights) tries on average; beyond this many a table of aliases is quicker."""
_NONE: Indices = np.empty(0, dtype=np.int64)
_ONE = np.uint64(1)


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
    chances, tries, barren = _chances(weights, starts)
    if barren >= 0:
        where = f" on island {barren}" if len(starts) > 2 else ""
        raise ValueError(
            f"nobody{where} can reproduce: all fitnesses are zero or not finite; lower the selection, or start from "
            "viable individuals"
        )
    aliases = _NONE
    if tries > _FEW_TRIES:
        chances, aliases = alias_table(weights, starts)
    origins = _origins(ends, migration, stream) if migration > 0.0 else _NONE

    streams = branches(stream, int(ends[-1]))

    def draw(role: int) -> Indices:
        return _draw(chances, aliases, starts, ends, origins, LANE_PARENTS + np.uint64(role << 24), streams)

    mothers = draw(0)
    if reproduction.sex_fraction == 0.0:
        return mothers, np.full(len(mothers), NOBODY)
    fathers = draw(1)
    for role in range(2, reproduction.mates + 1):
        other = draw(role)
        nearer = _distance(log_fitness, other, mothers) < _distance(log_fitness, fathers, mothers)
        fathers[nearer] = other[nearer]
    if reproduction.sex_fraction < 1.0 or reproduction.selfing > 0.0:
        _leave_out(fathers, mothers, reproduction.sex_fraction, reproduction.selfing, stream)
    return mothers, fathers


def _distance(log_fitness: Floats, mates: Indices, mothers: Indices) -> Floats:
    """How far mates are from mothers in log fitness; nobody is near to herself."""
    return np.where(mates == mothers, np.inf, np.abs(log_fitness[mates] - log_fitness[mothers]))


@njit(cache=True, nogil=True)
def _chances(weights: Floats, starts: Indices) -> tuple[Floats, float, int]:
    """Weights relative to the largest on the island, the most tries that a draw takes on average, and a barren island.

    The last is -1 where everybody lives with somebody who can be drawn.
    """
    chances, most = np.empty(len(weights)), 0.0
    for island in range(len(starts) - 1):
        own = weights[starts[island] : starts[island + 1]]
        top, total = own.max(), own.sum()
        if not 0.0 < top < np.inf:
            return chances, most, island
        chances[starts[island] : starts[island + 1]] = own / top
        most = max(most, top * len(own) / total)
    return chances, most, -1


@njit(cache=True, nogil=True)
def _draw(
    chances: Floats, aliases: Indices, starts: Indices, ends: Indices, origins: Indices, lane: np.uint64,
    streams: Words,
) -> Indices:  # fmt: skip
    """A parent for each child of an island: an individual drawn uniformly is taken with its chance.

    Else its alias is, or, where there are no aliases, another one is drawn. All children's first tries come first, then
    the second ones of those left over: whether a try succeeds cannot be foreseen by the processor, and so it only
    decides where the next number is written.
    """
    parents = np.empty(len(streams), dtype=np.int64)
    waiting = np.arange(len(streams)).astype(np.uint64)
    for home in range(len(starts) - 1):
        first, size = starts[home], starts[home + 1] - starts[home]
        here, left, draw = waiting[ends[home] : ends[home + 1]], ends[home + 1] - ends[home], lane
        while left > 0:
            trying, left = left, 0
            for i in range(trying):
                child = here[i]
                if len(origins):
                    first, size = starts[origins[child]], starts[origins[child] + 1] - starts[origins[child]]
                # The part behind the point is uniform on its own, and decides about the individual before it.
                at = uniform(streams[child], draw) * size
                chosen = np.uint64(first + int(at))
                taken = at - int(at) < chances[chosen]
                if len(aliases):
                    parents[child] = chosen if taken else aliases[chosen]
                else:
                    parents[child] = chosen
                    here[np.uint64(left)] = child
                    left += not taken
            draw += _ONE
    return parents


@njit(cache=True, nogil=True)
def _origins(ends: Indices, migration: float, stream: np.uint64) -> Indices:
    """The island that each child's parents live on: its own, or any other."""
    islands = len(ends) - 1
    origins = np.empty(ends[islands], dtype=np.int64)
    for home in range(islands):
        for child in range(ends[home], ends[home + 1]):
            own = branch(stream, np.uint64(child))
            origins[child] = home
            if uniform(own, LANE_ISLAND) < migration:
                other = int(uniform(own, LANE_ISLAND + _ONE) * (islands - 1))
                origins[child] = other + (other >= home)
    return origins


@njit(cache=True, nogil=True)
def _leave_out(fathers: Indices, mothers: Indices, sex_fraction: float, selfing: float, stream: np.uint64) -> None:
    """Clonal children have no father; those of one individual have it twice."""
    for child in range(len(fathers)):
        own = branch(stream, np.uint64(child))
        if uniform(own, LANE_SEX) >= sex_fraction:
            fathers[child] = NOBODY
        elif uniform(own, LANE_SELFING) < selfing:
            fathers[child] = mothers[child]


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
