"""What the simulator asks of a landscape, and what all landscapes on bi-allelic genomes share."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, Self

import numpy as np

from sim import genome
from sim.arrays import Bools, Floats, Indices, Individuals, Words
from sim.reproduction import Recombination, mutation_table, offspring_genomes
from sim.walsh import butterflies

ENUMERABLE = 20
"""Landscapes of at most so many loci are enumerated where no closed form is known."""


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
        self,
        individuals: Individuals,
        mothers: Indices,
        fathers: Indices,
        recombination: Recombination,
        mutation: float,
        stream: np.uint64,
        out: Individuals | None = None,
    ) -> tuple[Individuals, Bools]:
        """The children of the given parents (a father of -1 is none), and whether each may differ from its mother.

        ``out`` is memory that nobody needs any more, of which the children may be made.
        """

    def knocked_out(self, individual: Individuals, masks: Bools) -> Floats:
        """Log fitness of one individual ``(1, ...)`` when only the masked elements are intact.

        ``masks``: (masks, elements), True where the element is present. Returns (masks,).
        """

    def crossed(self, first: Individuals, second: Individuals, masks: Bools) -> Floats:
        """Log fitness, (masks,), of children with the masked elements of ``first`` and the rest of ``second``."""

    def observations(self, individuals: Individuals) -> Floats:
        """A number for each individual and element, ``(individuals, elements)``: its correlation is linkage."""


@dataclass(frozen=True, kw_only=True, eq=False)
class GenomeLandscape(ABC):
    """A landscape on packed haploid genomes: log fitness is ``selection`` times a value.

    Loci have two alleles, 0 and 1, written -1 and +1 in the Walsh expansion ``log fitness = sum_S c_S chi_S`` over
    uniformly random genotypes, whose order-k variance is ``V_k = sum_{|S| = k} c_S**2``.
    """

    loci: int
    """Number of loci, at least 1."""
    selection: float = 1.0
    """Log fitness per unit of value."""

    def __post_init__(self) -> None:
        if self.loci < 1:
            raise ValueError(f"loci must be at least 1; got {self.loci}")
        if not np.isfinite(self.selection):
            raise ValueError(f"selection must be a finite number; got {self.selection}")

    @abstractmethod
    def values(self, genomes: Words) -> Floats:
        """Values (individuals,) of packed genomes ``(individuals, words)``."""

    def value_spectrum(self) -> Floats | None:
        """Variance of the value at order 0 (the mean squared) to ``loci``, (loci + 1,); None without closed form."""
        return None

    def value_effects(self) -> tuple[float, Floats] | None:
        """The mean of the value and its first-order Walsh coefficients (loci,); None without a closed form."""
        return None

    @property
    def elements(self) -> int:
        """Number of loci."""
        return self.loci

    def log_fitness(self, individuals: Words) -> Floats:
        """Log fitness of packed genomes. Raises ValueError for genomes of another number of words."""
        if individuals.ndim != 2 or individuals.shape[1] != genome.words(self.loci):
            raise ValueError(
                f"genomes of {self.loci} loci are packed into rows of {genome.words(self.loci)} words; got an array of "
                f"shape {individuals.shape}: pack them with sim.pack"
            )
        return self.selection * self.values(individuals)

    def spectrum(self) -> Floats:
        """``V_0`` to ``V_loci`` of log fitness, (loci + 1,), from a closed form or by enumeration.

        Raises ValueError where there is no closed form and too many loci to enumerate.
        """
        found = self.value_spectrum()
        return self.selection**2 * (self._enumerated_spectrum() if found is None else found)

    @property
    def knows_effects(self) -> bool:
        """Whether `effects` has an answer."""
        return self.loci <= ENUMERABLE or self.value_effects() is not None

    def effects(self) -> tuple[float, Floats]:
        """The mean of log fitness and its first-order coefficients (loci,): half the difference that a locus makes.

        Raises ValueError where there is no closed form and too many loci to enumerate.
        """
        mean, first = self.value_effects() or (self._coefficients[0], self._coefficients[1 << np.arange(self.loci)])
        return self.selection * float(mean), self.selection * first

    def _enumerated_spectrum(self) -> Floats:
        sizes = np.bitwise_count(np.arange(len(self._coefficients), dtype=np.uint64))
        return np.bincount(sizes, weights=self._coefficients**2, minlength=self.loci + 1).astype(np.float64)

    @cached_property
    def _coefficients(self) -> Floats:
        """All ``2**loci`` Walsh coefficients of the value."""
        if self.loci > ENUMERABLE:
            raise ValueError(
                f"the Walsh coefficients of {type(self).__name__} have no closed form, and {self.loci} loci are too "
                f"many to enumerate; at most {ENUMERABLE} can be"
            )
        coefficients = self.values(np.arange(2**self.loci, dtype=np.uint64)[:, None])
        butterflies(coefficients, 0.5, 0.5, 0.5)
        return coefficients

    def founders(self, size: int, seed: int) -> Words:
        """Genomes with every allele at frequency 1/2 and no linkage disequilibrium."""
        return self.random_individuals(size, seed)

    def random_individuals(self, size: int, seed: int) -> Words:
        """Uniformly random genomes."""
        return genome.random_genomes(size, self.loci, seed)

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
        """Recombination, then symmetric mutation at ``mutation`` per locus."""
        mutations = mutation_table(self.loci, mutation)
        return offspring_genomes(individuals, mothers, fathers, self.loci, recombination, mutations, stream, out)

    def knocked_out(self, individual: Words, masks: Bools) -> Floats:
        """Log fitness with allele 0 at the unmasked loci."""
        return self.log_fitness(individual & genome.pack(masks))

    def crossed(self, first: Words, second: Words, masks: Bools) -> Floats:
        """Log fitness of the children of two genomes."""
        take = genome.pack(masks)
        return self.log_fitness((first & take) | (second & ~take))

    def observations(self, individuals: Words) -> Floats:
        """Alleles as 0 and 1."""
        return genome.unpack(individuals, self.loci).astype(np.float64)


@dataclass(frozen=True, kw_only=True, eq=False)
class Shifted(GenomeLandscape):
    """A landscape seen from elsewhere: the value of a genome is that of the genome with some loci flipped.

    This is how a target moves: nothing changes but which allele is the good one.
    """

    base: GenomeLandscape
    flips: Words
    """(1, words), 1 where the locus is flipped."""

    @classmethod
    def of(cls, base: GenomeLandscape, flips: Bools) -> Self:
        """Flip the loci where ``flips``, (loci,), is True."""
        return cls(loci=base.loci, selection=base.selection, base=base, flips=genome.pack(flips[None]))

    def values(self, genomes: Words) -> Floats:
        """Those of the base."""
        return self.base.values(genomes ^ self.flips)

    def value_spectrum(self) -> Floats | None:
        """That of the base: a flip changes signs only."""
        return self.base.value_spectrum()

    def value_effects(self) -> tuple[float, Floats] | None:
        """Those of the base, with the signs of flipped loci turned."""
        found = self.base.value_effects()
        return found and (found[0], np.where(genome.unpack(self.flips, self.loci)[0], -found[1], found[1]))

    def knocked_out(self, individual: Words, masks: Bools) -> Floats:
        """As the base does, seen from here."""
        return self.base.knocked_out(individual ^ self.flips, masks)


def on_grid(coefficients: Floats, largest_sum: float) -> Floats:
    """Coefficients rounded to a grid so coarse that sums of them up to ``largest_sum`` are exact in float64.

    Then a value does not depend on the order in which its terms are added, and every way of computing it gives the same
    bits; the rounding is at most 1e-15 of the largest sum.
    """
    if largest_sum == 0.0:
        return coefficients
    step = 2.0 ** (int(np.ceil(np.log2(largest_sum))) - 51)
    return np.round(coefficients / step) * step


def sums_by_byte(coefficients: Floats) -> Floats:
    """Sums of eight ``coefficients * s`` in a row for each of the 256 states of their signs ``s``, (n / 8, 256)."""
    padded = np.zeros(-(-len(coefficients) // 8) * 8)
    padded[: len(coefficients)] = coefficients
    signs = np.where((np.arange(256)[:, None] >> np.arange(8)) & 1, 1.0, -1.0)
    table: Floats = padded.reshape(-1, 8) @ signs.T
    return table
