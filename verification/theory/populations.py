"""What several families start from: neutral genomes, copies of one mutant, many populations at once."""

import numpy as np

from analysis.arrays import Bools, Floats, Integers
from sim import CLONAL, SEXUAL, AdditiveLandscape, Population, Reproduction, TabulatedLandscape, pack, unpack
from sim.arrays import Words
from sim.infinite import reproduce
from verification.theory.panel import Arm

MODES: dict[Arm, Reproduction] = {"clonal": CLONAL, "sexual": SEXUAL}


def neutral(loci: int) -> AdditiveLandscape:
    """Loci that do nothing."""
    return AdditiveLandscape(loci=loci, effects_of_loci=np.zeros(loci))


def one_locus(advantage: float) -> AdditiveLandscape:
    """One locus whose allele 1 has the fitness ``exp(advantage)`` beside allele 0."""
    return AdditiveLandscape(loci=1, effects_of_loci=np.array([advantage / 2.0]))


def table(log_fitness: Floats) -> TabulatedLandscape:
    """A landscape of any log fitnesses (2**loci,), by the numbers of the genotypes."""
    loci = len(log_fitness).bit_length() - 1
    return TabulatedLandscape(loci=loci, table=log_fitness, names=[f"locus {i}" for i in range(loci)])


def rugged(loci: int, rng: np.random.Generator, spread: float = 0.3) -> TabulatedLandscape:
    """Independent normal log fitnesses."""
    return table(spread * rng.standard_normal(2**loci))


def drawn_at(frequencies: Floats, size: int, rng: np.random.Generator) -> Words:
    """Genomes in linkage equilibrium, whose alleles 1 have ``frequencies`` (loci,)."""
    return pack(rng.random((size, len(frequencies))) < frequencies)


def copies(size: int, mutants: int, populations: int = 1) -> Words:
    """Populations one after the other, each of which starts with ``mutants`` of allele 1 at one locus."""
    return np.tile((np.arange(size) < mutants).astype(np.uint64), populations)[:, None]


def alleles(population: Population, loci: int) -> Bools:
    """(individuals, loci), of diploids (genomes, loci)."""
    genomes = population.individuals
    return unpack(genomes.reshape(-1, genomes.shape[-1]), loci)


def counts(population: Population, loci: int, populations: int) -> Integers:
    """How many alleles 1 each of several populations has at each locus, (populations, loci)."""
    found = alleles(population, loci).reshape(populations, -1, loci)
    ones: Integers = found.sum(axis=1, dtype=np.int64)
    return ones


def crossed(first: Floats, second: Floats, rates: Floats | None = None) -> Floats:
    """Frequencies (2**loci,) of the children with one parent from each of two infinite pools (2**loci,).

    Children are bilinear in their parents, so these are what the pools mixed evenly have beyond their own children.
    """
    mixed, one, other = (reproduce(pool, rates=rates) for pool in ((first + second) / 2.0, first, second))
    between: Floats = 2.0 * mixed - (one + other) / 2.0
    return between


def children_of_each(loci: int, rates: Floats | None = None) -> Floats:
    """Frequencies of the children (2**loci, 2**loci) of every genotype, a row each, whose mates are drawn evenly."""
    pool = np.full(2**loci, 0.5**loci)
    return np.array([crossed(one, pool, rates) for one in np.eye(2**loci)])
