"""A random landscape in which loci act on their own and in pairs."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numba import njit

from sim import genome
from sim.arrays import Bools, Floats, Indices, Words
from sim.reproduction import offspring_genomes


@dataclass(frozen=True, kw_only=True)
class PairwiseLandscape:
    """Log fitness ``selection * (sum_i a_i s_i + sum_{i<j} b_ij s_i s_j)`` with alleles ``s`` of -1 or +1.

    The coefficients are the landscape's Walsh coefficients, so over random genotypes its variance at order 1
    is ``selection**2 * sum a**2`` and at order 2 ``selection**2 * sum_{i<j} b**2``, and its mean is 0. A locus
    that is knocked out has ``s = 0``: it contributes what a random allele contributes on average.
    """

    additive: Floats
    """``a``, (loci,)."""
    pairs: Floats
    """``b``, (loci, loci), symmetric with zero diagonal."""
    selection: float

    @classmethod
    def random(
        cls, *, loci: int, additive_variance: float, epistatic_variance: float, selection: float, seed: int
    ) -> Self:
        """Draw normal coefficients and scale them, so that the variance at each order is exactly as asked."""
        if loci < 2:
            raise ValueError(f"loci must be at least 2, for there to be a pair; got {loci}")
        rng = np.random.default_rng(seed)
        additive = rng.standard_normal(loci)
        upper = np.triu(rng.standard_normal((loci, loci)), k=1)
        additive *= np.sqrt(additive_variance / np.sum(additive**2))
        upper *= np.sqrt(epistatic_variance / np.sum(upper**2))
        return cls(additive=additive, pairs=upper + upper.T, selection=selection)

    @property
    def elements(self) -> int:
        """Number of loci."""
        return len(self.additive)

    def founders(self, size: int, seed: int) -> Words:
        """Genomes with every allele at frequency 1/2 and no linkage disequilibrium."""
        return self.random_individuals(size, seed)

    def random_individuals(self, size: int, seed: int) -> Words:
        """Uniformly random genomes."""
        alleles = np.random.default_rng(seed).integers(0, 2, size=(size, self.elements), dtype=np.uint8)
        return genome.pack(alleles.astype(np.bool_))

    def log_fitness(self, individuals: Words) -> Floats:
        """Log fitness of packed genomes."""
        return self.selection * _values_of_genomes(individuals, self.additive, self._nibbles)

    def offspring(
        self, individuals: Words, mothers: Indices, fathers: Indices, mutation: float, stream: np.uint64
    ) -> tuple[Words, Bools]:
        """Free recombination and symmetric mutation, at ``mutation`` per locus."""
        return offspring_genomes(individuals, mothers, fathers, self.elements, mutation, stream)

    def knocked_out(self, individual: Words, masks: Bools) -> Floats:
        """Log fitness with the unmasked loci at ``s = 0``."""
        return self._of_states(self._states(individual) * masks)

    def crossed(self, first: Words, second: Words, masks: Bools) -> Floats:
        """Log fitness of the children of two genomes."""
        take = genome.pack(masks)
        return self.log_fitness((first & take) | (second & ~take))

    def observations(self, individuals: Words) -> Floats:
        """Alleles as 0 and 1."""
        return genome.unpack(individuals, self.elements).astype(np.float64)

    @cached_property
    def _nibbles(self) -> Floats:
        """Half the pair effects of four loci on every locus, by their 16 states: (groups, 16, loci)."""
        padded = np.zeros((-(-self.elements // 4) * 4, self.elements))
        padded[: self.elements] = self.pairs / 2.0
        signs = np.where((np.arange(16)[:, None] >> np.arange(4)) & 1, 1.0, -1.0)
        table: Floats = np.einsum("kb,gbi->gki", signs, padded.reshape(-1, 4, self.elements))
        return table

    def _states(self, individuals: Words) -> Floats:
        return np.where(genome.unpack(individuals, self.elements), 1.0, -1.0)

    def _of_states(self, states: Floats) -> Floats:
        return self.selection * _values_of_states(states, self.additive, self.pairs)


@njit(cache=True, nogil=True)
def _values_of_states(states: Floats, additive: Floats, pairs: Floats) -> Floats:
    """``sum_i s_i (a_i + sum_j b_ij s_j / 2)`` for rows of ``states``, (individuals, loci), each -1, 0 or +1.

    The inner loop runs over independent sums, so it is vectorised without reordering any of them.
    """
    size, loci = states.shape
    values, field = np.empty(size), np.empty(loci)
    for row in range(size):
        field[:] = 0.0
        for j in range(loci):
            s = states[row, j]
            for i in range(loci):
                field[i] += s * pairs[j, i]
        value = 0.0
        for i in range(loci):
            value += states[row, i] * (additive[i] + 0.5 * field[i])
        values[row] = value
    return values


@njit(cache=True, nogil=True)
def _values_of_genomes(genomes: Words, additive: Floats, nibbles: Floats) -> Floats:
    """The same for packed genomes, four loci at a time: ``nibbles[g, k]`` is what they add to every locus."""
    size, loci = len(genomes), len(additive)
    values, field = np.empty(size), np.empty(loci)
    for row in range(size):
        field[:] = additive
        for group in range(len(nibbles)):
            k = (genomes[row, group // 16] >> np.uint64(4 * (group % 16))) & np.uint64(15)
            for i in range(loci):
                field[i] += nibbles[group, k, i]
        value = 0.0
        for i in range(loci):
            bit = (genomes[row, i // 64] >> np.uint64(i % 64)) & np.uint64(1)
            value += field[i] if bit else -field[i]
        values[row] = value
    return values
