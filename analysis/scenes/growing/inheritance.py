"""Children of two parents that have no allele in common: whose genes they have, and what they have whole."""

from typing import TYPE_CHECKING

import numpy as np

from analysis.arrays import Bools, Floats, Integers
from analysis.scenes.base import Grown
from analysis.streams import generator_for, seed_for
from sim import FREE, Recombination
from sim.genome import pack, unpack
from sim.infinite import reproduce
from sim.reproduction import NOBODY, mutation_table, offspring_genomes

if TYPE_CHECKING:
    from analysis.scenes.inheritance import Settings


def grow(settings: "Settings", seed: int, replicate: int) -> Grown:
    """Shares and sets of finite children, and how far exact infinite populations are from two laws."""
    key = ("inheritance", replicate)
    n, linked = settings.loci, genetic_map(settings)
    theory = {"unlinked": 1.0 / (4.0 * n), "linked": variance_of_share(linked)}
    found: Grown = {}
    for way, recombination in (("clonal", None), ("unlinked", FREE), ("linked", linked)):
        mothers_own = children(recombination, n, settings.children, seed_for(seed, *key, way))
        share = mothers_own.mean(1)
        hers = np.zeros(settings.largest)
        for k in range(1, settings.largest + 1):
            of_set = mothers_own[:, sets_of(k, settings)]
            hers[k - 1] = of_set.all(2).mean()
            found[f"whole:{way}:{k}"] = hers[k - 1] + (~of_set).all(2).mean()
        found[f"mothers:{way}"] = hers
        found[f"shares:{way}"] = np.bincount(mothers_own.sum(1), minlength=n + 1) / len(share)
        if recombination is not None:
            found[f"share:{way}"] = share.mean()
            found[f"spread:{way}"] = share.var() * 4.0 * n
            found[f"by_map:{way}"] = share.var() / theory[way]
    rng = generator_for(seed, *key, "exact")
    found |= {f"off:sets:{way}": off_sets(settings.largest, rng, free=way == "unlinked") for way in theory}
    found["off:decay"] = off_decay(settings.exact_loci, settings.generations, rng)
    for way, rate in (("clonal", 0.0), ("unlinked", 0.5), ("linked", settings.rate)):
        found[f"decay:{way}"] = decay(rate, settings.generations, rng)
    return found


def genetic_map(settings: "Settings") -> Recombination:
    """Chromosomes of equal size."""
    return Recombination.chromosomes([settings.loci // settings.chromosomes] * settings.chromosomes, settings.rate)


def sets_of(k: int, settings: "Settings") -> Integers:
    """Sets of ``k`` neighbours, none on two chromosomes and no locus in two of them, (sets, k)."""
    size = settings.loci // settings.chromosomes
    whole = np.arange(settings.loci).reshape(settings.chromosomes, size)[:, : size - size % k]
    return whole.reshape(-1, k)


def children(recombination: Recombination | None, loci: int, count: int, seed: int) -> Bools:
    """Which alleles, (children, loci), are the mother's, who has allele 1 everywhere where the father has 0.

    By the simulator's own kernel, without mutation; copies of the mother where there is no recombination.
    """
    parents = pack(np.array([np.ones(loci, dtype=np.bool_), np.zeros(loci, dtype=np.bool_)]))
    mothers = np.zeros(count, dtype=np.int64)
    fathers = np.full(count, NOBODY if recombination is None else 1, dtype=np.int64)
    made, _ = offspring_genomes(
        parents, mothers, fathers, loci, recombination or FREE, mutation_table(loci, 0.0), np.uint64(seed)
    )
    return unpack(made, loci)


def variance_of_share(recombination: Recombination) -> float:
    """Of the share of a child's genes that are its mother's: the mean of ``(1 - 2 r) / 4`` over all pairs of loci."""
    rates = recombination.between(len(recombination.hazard))
    return float(np.mean(1.0 - 2.0 * rates) / 4.0)


def off_sets(largest: int, rng: np.random.Generator, *, free: bool) -> float:
    """How far the share of children with a whole set is from ``p**2 + 2 p (1 - p) / 2 prod(1 - r)``, at most.

    In infinite populations in which a share ``p`` has all of the set and the others nothing of it.
    """
    worst = 0.0
    for k in range(1, largest + 1):
        rates = np.full(k - 1, 0.5) if free else rng.uniform(0.0, 0.5, k - 1)
        p = rng.uniform(0.05, 0.95)
        parents = np.zeros(2**k)
        parents[0], parents[-1] = 1.0 - p, p
        expected = p**2 + p * (1.0 - p) * np.prod(1.0 - rates)
        worst = max(worst, abs(float(reproduce(parents, rates=None if free else rates)[-1] - expected)))
    return worst


def off_decay(loci: int, generations: int, rng: np.random.Generator) -> float:
    """How far disequilibria of all pairs are from ``D (1 - r)**t``, at most, from random genotype frequencies on."""
    rates = rng.uniform(0.0, 0.5, loci - 1)
    remain = 1.0 - Recombination(rates).between(loci)
    pairs = np.triu_indices(loci, 1)
    population = rng.dirichlet(np.ones(2**loci))
    first, worst = disequilibria(population), 0.0
    for t in range(1, generations + 1):
        population = reproduce(population, rates=rates)
        worst = max(worst, float(np.max(np.abs(disequilibria(population) - first * remain**t)[pairs])))
    return worst


def decay(rate: float, generations: int, rng: np.random.Generator) -> Floats:
    """Disequilibrium of two loci at all times, as a share of the first."""
    population = rng.dirichlet(np.ones(4))
    course = np.empty(generations + 1)
    for t in range(generations + 1):
        course[t] = disequilibria(population)[0, 1]
        population = reproduce(population, rates=[rate])
    course /= course[0]
    return course


def disequilibria(frequencies: Floats) -> Floats:
    """``P(both) - P(one) P(other)`` of allele 1 at any two loci, (loci, loci), from all genotypes' frequencies."""
    loci = frequencies.size.bit_length() - 1
    alleles = (np.arange(frequencies.size)[:, None] >> np.arange(loci)) & 1
    ones = frequencies @ alleles
    both: Floats = (alleles * frequencies[:, None]).T @ alleles - np.outer(ones, ones)
    return both
