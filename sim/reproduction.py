"""Wright-Fisher reproduction: who the parents are, and what a child takes from each.

`sim.reference` says the same in slow, readable Python; the two agree to the bit.
"""

import math
from dataclasses import dataclass

import numpy as np
from numba import njit

from sim.arrays import Bools, Floats, Indices, Words
from sim.draws import (
    LANE_EFFECT,
    LANE_FATHER,
    LANE_MOTHER,
    LANE_MUTATION,
    LANE_RECOMBINATION,
    LANE_SEX,
    branch,
    normal,
    uniform,
)


@dataclass(frozen=True, kw_only=True)
class Reproduction:
    """A way to reproduce.

    ``sex_fraction`` in [0, 1] is the probability that a child has two parents, in which case it takes each
    element from either with probability 1/2, independently (free recombination).
    """

    sex_fraction: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.sex_fraction <= 1.0:
            raise ValueError(f"sex_fraction must lie in [0, 1]; got {self.sex_fraction}")


CLONAL = Reproduction(sex_fraction=0.0)
SEXUAL = Reproduction(sex_fraction=1.0)


@njit(cache=True, nogil=True)
def choose_parents(log_fitness: Floats, sex_fraction: float, stream: np.uint64) -> tuple[Indices, Indices]:
    """Draw the parents of each child in proportion to fitness.

    ``log_fitness``: (individuals,). Returns mothers and fathers, (individuals,) each; a child without a
    second parent has its mother twice. One parent costs a draw and, by the guide table of Chen & Asau
    (1974), a constant expected number of comparisons.
    """
    size = len(log_fitness)
    top = log_fitness.max()
    cumulative = np.empty(size)
    total = 0.0
    for i in range(size):
        total += math.exp(log_fitness[i] - top)
        cumulative[i] = total

    guide = np.empty(size, dtype=np.int64)
    at = 0
    for slot in range(size):
        while cumulative[at] <= total * (slot / size) and at < size - 1:
            at += 1
        guide[slot] = at

    mothers = np.empty(size, dtype=np.int64)
    fathers = np.empty(size, dtype=np.int64)
    for child in range(size):
        own = branch(stream, np.uint64(child))
        mothers[child] = _pick(uniform(own, LANE_MOTHER), cumulative, guide)
        fathers[child] = mothers[child]
        if uniform(own, LANE_SEX) < sex_fraction:
            fathers[child] = _pick(uniform(own, LANE_FATHER), cumulative, guide)
    return mothers, fathers


@njit(cache=True, nogil=True)
def _pick(u: float, cumulative: Floats, guide: Indices) -> int:
    """The first individual whose cumulative weight exceeds the share ``u`` of the total."""
    size = len(cumulative)
    target = u * cumulative[size - 1]
    at = int(guide[int(u * size)])
    while cumulative[at] <= target and at < size - 1:
        at += 1
    return at


@njit(cache=True, nogil=True)
def _next_mutation(at: int, log_keep: float, own: np.uint64, number: int) -> int:
    """The site after ``at`` that mutates, by geometric skips; ``log_keep`` is log(1 - rate)."""
    skip = math.log(1.0 - uniform(own, LANE_MUTATION + np.uint64(number))) / log_keep
    return at + 1 + int(min(skip, 2.0**40))


@njit(cache=True, nogil=True)
def offspring_genomes(
    genomes: Words, mothers: Indices, fathers: Indices, loci: int, mutation: float, stream: np.uint64
) -> tuple[Words, Bools]:
    """Make the children of bit-packed genomes.

    ``genomes``: (individuals, words); ``mutation``: flips per locus and generation. Returns the children and
    whether each differs from its mother, so that the value of an unchanged genome need not be computed again.
    """
    size, width = len(mothers), genomes.shape[1]
    children = np.empty((size, width), dtype=np.uint64)
    changed = np.zeros(size, dtype=np.bool_)
    log_keep = math.log1p(-mutation)
    for child in range(size):
        own = branch(stream, np.uint64(child))
        mother, father = mothers[child], fathers[child]
        for word in range(width):
            x, y = genomes[mother, word], genomes[father, word]
            take = branch(own, LANE_RECOMBINATION + np.uint64(word))
            children[child, word] = (x & take) | (y & ~take)
        if mutation > 0.0:
            number = 0
            site = _next_mutation(-1, log_keep, own, number)
            while site < loci:
                children[child, site // 64] ^= np.uint64(1) << np.uint64(site % 64)
                number += 1
                site = _next_mutation(site, log_keep, own, number)
        for word in range(width):
            if children[child, word] != genomes[mother, word]:
                changed[child] = True
    return children, changed


@njit(cache=True, nogil=True)
def offspring_networks(
    networks: Floats, mothers: Indices, fathers: Indices, mutation: float, stream: np.uint64
) -> tuple[Floats, Bools]:
    """Make the children of gene networks: rows segregate whole, entries mutate.

    ``networks``: (individuals, genes, genes). An entry that is not 0 is replaced by a standard normal number
    with probability ``mutation`` per generation; absent connections stay absent.
    """
    size, genes = len(mothers), networks.shape[1]
    children = np.empty((size, genes, genes))
    changed = np.zeros(size, dtype=np.bool_)
    log_keep = math.log1p(-mutation)
    for child in range(size):
        own = branch(stream, np.uint64(child))
        mother, father = mothers[child], fathers[child]
        for row in range(genes):
            take = branch(own, LANE_RECOMBINATION + np.uint64(row // 64)) >> np.uint64(row % 64)
            parent = mother if take & np.uint64(1) else father
            children[child, row] = networks[parent, row]
            changed[child] |= parent != mother
        if mutation > 0.0:
            effects = branch(own, LANE_EFFECT)
            number = 0
            site = _next_mutation(-1, log_keep, own, number)
            while site < genes * genes:
                row, column = site // genes, site % genes
                if children[child, row, column] != 0.0:
                    children[child, row, column] = normal(effects, np.uint64(number))
                    changed[child] = True
                number += 1
                site = _next_mutation(site, log_keep, own, number)
    return children, changed
