"""Individuals as games: which elements are there, and how fit the individual is."""

from dataclasses import dataclass

import numpy as np

from sim.arrays import Bools, Floats, Individuals
from sim.landscape import Landscape

SCALES = ("fitness", "log fitness")


@dataclass(frozen=True, kw_only=True)
class KnockOutGame:
    """One individual ``(1, ...)`` of a landscape, of which only the masked elements are intact (background ``null``).

    Called with masks (masks, n) it gives log fitness (masks,); `performance` gives fitness as well.
    """

    landscape: Landscape
    individual: Individuals

    @property
    def n(self) -> int:
        """Number of elements."""
        return self.landscape.elements

    def __call__(self, masks: Bools) -> Floats:
        return self.landscape.knocked_out(self.individual, masks)

    def performance(self, masks: Bools) -> dict[str, Floats]:
        """Fitness and log fitness, (masks,) each."""
        return both_scales(self(masks))


@dataclass(frozen=True, kw_only=True)
class CrossGame:
    """The children of two individuals ``(1, ...)``: True elements come from ``first``, False ones from ``second``."""

    landscape: Landscape
    first: Individuals
    second: Individuals

    @property
    def n(self) -> int:
        """Number of elements."""
        return self.landscape.elements

    def __call__(self, masks: Bools) -> Floats:
        return self.landscape.crossed(self.first, self.second, masks)

    def performance(self, masks: Bools) -> dict[str, Floats]:
        """Fitness and log fitness, (masks,) each."""
        return both_scales(self(masks))


def both_scales(log_fitness: Floats) -> dict[str, Floats]:
    """Performance in natural units and on the log scale."""
    return dict(zip(SCALES, (np.exp(log_fitness), log_fitness), strict=True))
