"""A population, whichever engine it lives in: rows of individuals, and how many, or which share, each stands for."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.arrays import Floats, Indices, Individuals
from sim.fitness import mean_fitness


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Population:
    """A population and the way it came."""

    individuals: Individuals
    """Packed genomes (rows, words), of diploids (rows, 2, words), or networks (rows, genes, genes)."""
    log_fitness: Floats
    """(rows,), natural units."""
    history: Floats
    """Mean fitness, (generations + 1,); entry 0 is that of the founders. Infinite where float64 cannot hold it."""
    weights: Indices | Floats | None = None
    """None: every row is an individual. Integers: the copies of each row (clones). Numbers: the share of each row in an
    infinite population."""

    def __repr__(self) -> str:
        size = "infinite" if np.isinf(self.size) else f"{self.size:,.0f} individuals"
        return f"Population({size}, generation {self.generation}, mean fitness {self.mean_fitness:.6g})"

    @property
    def generation(self) -> int:
        """Generations since the founders."""
        return len(self.history) - 1

    @property
    def size(self) -> float:
        """Number of individuals; infinity where rows have shares."""
        if self.weights is None:
            return len(self.individuals)
        return float(self.weights.sum()) if self.weights.dtype.kind == "i" else np.inf

    @cached_property
    def shares(self) -> Floats:
        """The share of each row in the population, (rows,)."""
        if self.weights is None:
            return np.full(len(self.individuals), 1.0 / len(self.individuals))
        shares: Floats = self.weights / self.weights.sum()
        return shares

    @property
    def mean_fitness(self) -> float:
        """Mean of ``exp(log fitness)``."""
        return mean_fitness(self.log_fitness, self.weights)

    def members(self) -> Individuals:
        """A row for every individual. Raises ValueError for an infinite population."""
        if self.weights is None:
            return self.individuals
        if self.weights.dtype.kind != "i":
            raise ValueError("an infinite population cannot be listed; draw some of its members")
        return np.repeat(self.individuals, self.weights.astype(np.int64), axis=0)

    def draw(self, count: int, rng: np.random.Generator) -> Individuals:
        """Individuals (count, ...) drawn with replacement."""
        if self.weights is None:
            return self.individuals[rng.integers(len(self.individuals), size=count)]
        return self.individuals[rng.choice(len(self.individuals), size=count, p=self.shares)]
