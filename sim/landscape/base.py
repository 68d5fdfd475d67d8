"""What the simulator asks of a landscape."""

from typing import Protocol

import numpy as np

from sim.arrays import Bools, Floats, Indices, Individuals


class Landscape(Protocol):
    """A map from individuals to log fitness, with the inheritance that its individuals need.

    An *element* is what recombination moves whole: a locus of a genome, a row of a gene network. Fitness is
    ``exp(log_fitness)``; log fitness is in natural units, as selection sees it.
    """

    @property
    def elements(self) -> int:
        """Number of elements of an individual."""

    def founders(self, size: int, seed: int) -> Individuals:
        """The individuals, ``(size, ...)``, with which a population starts."""

    def random_individuals(self, size: int, seed: int) -> Individuals:
        """Individuals, ``(size, ...)``, that no selection has touched."""

    def log_fitness(self, individuals: Individuals) -> Floats:
        """Log fitness of each individual, ``(individuals,)``."""

    def offspring(
        self, individuals: Individuals, mothers: Indices, fathers: Indices, mutation: float, stream: np.uint64
    ) -> tuple[Individuals, Bools]:
        """The children of the given parents, and whether each differs from its mother."""

    def knocked_out(self, individual: Individuals, masks: Bools) -> Floats:
        """Log fitness of one individual ``(1, ...)`` when only the masked elements are intact.

        ``masks``: (masks, elements), True where the element is present. Returns (masks,).
        """

    def crossed(self, first: Individuals, second: Individuals, masks: Bools) -> Floats:
        """Log fitness, (masks,), of children with the masked elements of ``first`` and the rest of ``second``."""

    def observations(self, individuals: Individuals) -> Floats:
        """A number for each individual and element, ``(individuals, elements)``: its correlation is linkage."""
