"""Selection: how much more often one individual becomes a parent than another.

Every kind is a weight for each individual, so that one kernel draws the parents of all of them.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numba import njit

from sim.arrays import Floats, Indices
from sim.draws import LANE_RANK, uniform
from sim.fitness import relative_fitness


class Selection(Protocol):
    """A kind of selection."""

    def weights(self, log_fitness: Floats, stream: np.uint64) -> Floats:
        """Chances (individuals,) of being drawn as a parent, up to a common factor; the largest is 1.

        ``log_fitness``: (individuals,), natural units. ``stream`` breaks ties at random.
        """


@dataclass(frozen=True, kw_only=True)
class Proportional:
    """Chances in proportion to ``exp(strength * log fitness)``: Wright-Fisher selection."""

    strength: float = 1.0

    def weights(self, log_fitness: Floats, stream: np.uint64) -> Floats:  # noqa: ARG002 - there are no ties to break
        """As above; the fittest has weight 1, so nothing overflows."""
        return relative_fitness(log_fitness, self.strength)


@dataclass(frozen=True, kw_only=True)
class Truncation:
    """The fittest ``fraction`` has equal chances, the others have none; ties at the edge are broken at random."""

    fraction: float = 0.5

    def __post_init__(self) -> None:
        if not 0.0 < self.fraction <= 1.0:
            raise ValueError(f"fraction must lie in (0, 1]; got {self.fraction}")

    def weights(self, log_fitness: Floats, stream: np.uint64) -> Floats:
        """1 for those kept, 0 for the others; at least one is kept."""
        kept = max(1, round(self.fraction * len(log_fitness)))
        edge = np.partition(log_fitness, len(log_fitness) - kept)[len(log_fitness) - kept]
        weights: Floats = (log_fitness > edge).astype(np.float64)
        ties = np.flatnonzero(log_fitness == edge)
        order = np.argsort(_tie_breakers(len(log_fitness), stream)[ties], kind="stable")
        weights[ties[order[: kept - int(weights.sum())]]] = 1.0
        return weights


@dataclass(frozen=True, kw_only=True)
class Tournament:
    """The best of ``size`` individuals drawn at random with replacement becomes the parent.

    That is a chance by rank: ``((j + 1)**size - j**size) / individuals**size`` for the one with j below it.
    """

    size: int = 2

    def __post_init__(self) -> None:
        if self.size < 1:
            raise ValueError(f"size must be at least 1; got {self.size}")

    def weights(self, log_fitness: Floats, stream: np.uint64) -> Floats:
        """As above, relative to the best; equals are ranked at random."""
        order: Indices = np.lexsort((_tie_breakers(len(log_fitness), stream), log_fitness))
        steps = np.diff((np.arange(len(log_fitness) + 1) / len(log_fitness)) ** self.size)
        weights = np.empty(len(log_fitness))
        weights[order] = steps / steps[-1]
        return weights


PROPORTIONAL = Proportional()


@njit(cache=True, nogil=True)
def _tie_breakers(size: int, stream: np.uint64) -> Floats:
    numbers = np.empty(size)
    for i in range(size):
        numbers[i] = uniform(stream, LANE_RANK + np.uint64(i))
    return numbers
