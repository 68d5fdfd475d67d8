"""Diploids: two genomes, loci that act on their own, and dominance between the alleles of one locus."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Self

import numpy as np
from numba import njit
from pydantic import Field

from sim import genome
from sim.arrays import Bools, Floats, Indices, Words
from sim.landscape.additive import byte_tables
from sim.landscape.base import on_grid
from sim.reproduction import Recombination, mutation_table, offspring_genomes
from sim.spec import LandscapeSpec


@dataclass(frozen=True, kw_only=True, eq=False)
class DominanceLandscape:
    """Diploids: with 0, 1 or 2 copies of allele 1 a locus adds 0, ``dominance * effect`` or ``effect`` to log fitness.

    Individuals are (individuals, 2, words): two packed genomes each. Dominance 1/2 is none, 1 makes allele 1 dominant,
    0 recessive, and beyond 1 heterozygotes are fitter than either. Genetic variance under random mating at allele
    frequencies q: ``V_A = sum 2 q (1 - q) (effect (dominance + (1 - 2 dominance) q))**2`` and
    ``V_D = sum (q (1 - q) effect (1 - 2 dominance))**2`` (Falconer & Mackay 1996, eqs 8.3 to 8.5).
    """

    effects: Floats
    """(loci,)."""
    dominance: Floats
    """(loci,)."""

    def __post_init__(self) -> None:
        if not (np.all(np.isfinite(self.effects)) and np.all(np.isfinite(self.dominance))):
            raise ValueError("effects and dominance must be finite numbers")
        if self.effects.shape != self.dominance.shape or self.effects.ndim != 1 or len(self.effects) == 0:
            raise ValueError(
                f"effects and dominance must be rows of one length; got {self.effects.shape}, {self.dominance.shape}"
            )

    @classmethod
    def random(cls, *, loci: int, selection: float, dominance: float, seed: int) -> Self:
        """Effects of normal size, positive, whose squares add up to ``selection**2``."""
        sizes = np.abs(np.random.default_rng(seed).standard_normal(loci))
        return cls(effects=selection * sizes / np.sqrt(np.sum(sizes**2)), dominance=np.full(loci, dominance))

    @property
    def elements(self) -> int:
        """Number of loci."""
        return len(self.effects)

    def founders(self, size: int, seed: int) -> Words:
        """Both genomes uniformly random."""
        return self.random_individuals(size, seed)

    def random_individuals(self, size: int, seed: int) -> Words:
        """Both genomes uniformly random."""
        return genome.random_genomes(2 * size, self.elements, seed).reshape(size, 2, -1)

    def log_fitness(self, individuals: Words) -> Floats:
        """Log fitness (individuals,)."""
        return _sum(individuals, *self._tables)

    def offspring(
        self,
        individuals: Words,
        mothers: Indices,
        fathers: Indices,
        recombination: Recombination,
        mutation: float,
        stream: np.uint64,
        out: Words | None = None,
    ) -> tuple[Words, Bools]:
        """A gamete of each parent, or both genomes of the only one, with mutation at ``mutation`` per locus and genome.

        A gamete is to the parent's two genomes what a haploid child is to its two parents: the kernel is the same.
        """
        sexual = fathers >= 0
        first = np.stack([2 * mothers, np.where(sexual, 2 * fathers, 2 * mothers + 1)], axis=1)
        second = np.where(sexual[:, None], first + 1, -1)
        genomes, changed = offspring_genomes(
            individuals.reshape(-1, individuals.shape[2]),
            first.reshape(-1), second.reshape(-1), self.elements, recombination,
            mutation_table(self.elements, mutation), stream, None if out is None else out.reshape(-1, out.shape[-1]),
        )  # fmt: skip
        return genomes.reshape(len(mothers), 2, -1), changed.reshape(-1, 2).any(axis=1) | sexual

    def knocked_out(self, individual: Words, masks: Bools) -> Floats:
        """Log fitness with allele 0 in both genomes at the unmasked loci."""
        return self.log_fitness(individual & genome.pack(masks)[:, None])

    def crossed(self, first: Words, second: Words, masks: Bools) -> Floats:
        """Log fitness of individuals with both alleles of masked loci from ``first``, the rest from ``second``."""
        take = genome.pack(masks)[:, None]
        return self.log_fitness((first & take) | (second & ~take))

    def observations(self, individuals: Words) -> Floats:
        """Copies of allele 1: 0, 1 or 2."""
        both = genome.unpack(individuals.reshape(-1, individuals.shape[2]), self.elements)
        copies: Floats = both.reshape(len(individuals), 2, -1).sum(axis=1).astype(np.float64)
        return copies

    @cached_property
    def _tables(self) -> tuple[Floats, Floats, float]:
        """Half the effects by byte, with two copies and with one, and what is to be added to their signs' sum."""
        largest = 2.0 * np.abs(np.concatenate([self.effects, self.effects * self.dominance])).sum()
        two, one = on_grid(self.effects / 2.0, largest), on_grid(self.effects * self.dominance / 2.0, largest)
        return byte_tables(two), byte_tables(one), float(two.sum() + one.sum())


@njit(cache=True, nogil=True)
def _sum(individuals: Words, two: Floats, one: Floats, offset: float) -> Floats:
    values = np.empty(len(individuals))
    for row in range(len(individuals)):
        total = offset
        for word in range(individuals.shape[2]):
            x, y = individuals[row, 0, word], individuals[row, 1, word]
            both, either = x & y, x ^ y
            for octet in range(8):
                at = np.uint64(8 * octet)
                total += two[8 * word + octet, (both >> at) & np.uint64(255)]
                total += one[8 * word + octet, (either >> at) & np.uint64(255)]
        values[row] = total
    return values


class DominanceSpec(LandscapeSpec):
    """Diploids whose loci act on their own, with dominance."""

    source = "Falconer & Mackay 1996, ch. 7"
    copies = 2

    kind: Literal["dominance"] = "dominance"
    loci: int = Field(default=100, ge=1, le=1_000_000, description="loci of a genome")
    dominance: float = Field(default=0.5, ge=-10.0, le=10.0, description="effect of one copy, in that of two")
    selection: float = Field(default=0.2, description="root of the sum of squared effects of two copies")

    @property
    def elements(self) -> int:
        """Number of loci."""
        return self.loci

    @property
    def summary(self) -> str:
        """In a few words."""
        return f"diploids, {self.loci} loci, dominance {self.dominance:g}"

    @property
    def evaluation(self) -> float:
        """Two look-ups for eight loci."""
        return 0.15 * self.loci

    def build(self, seed: int) -> DominanceLandscape:
        """Draw the landscape."""
        return DominanceLandscape.random(loci=self.loci, selection=self.selection, dominance=self.dominance, seed=seed)
