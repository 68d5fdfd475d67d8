"""What a child takes from its parents, for bit-packed genomes.

`sim.reference` says the same in slow, readable Python; the two agree to the bit.
"""

import math

import numpy as np
from numba import njit

from sim.arrays import Bools, Floats, Indices, Words
from sim.draws import LANE_MUTATION, LANE_RECOMBINATION, branch, uniform
from sim.reproduction.recombination import Recombination

_ONE = np.uint64(1)


def offspring_genomes(
    genomes: Words,
    mothers: Indices,
    fathers: Indices,
    loci: int,
    recombination: Recombination,
    mutations: Floats,
    stream: np.uint64,
    out: Words | None = None,
) -> tuple[Words, Bools]:
    """Make the children of bit-packed genomes ``(individuals, words)``.

    A father of -1 is none: the child copies its mother. ``mutations``: cumulative probabilities of 0, 1, 2 .. flips, as
    from `mutation_table`. Returns the children and whether each may differ from its mother: the value of one that
    does not need not be computed again. ``out``, of the children's shape, may receive them.
    """
    shape = (len(mothers), genomes.shape[1])
    children = out if out is not None and out.shape == shape else np.empty(shape, dtype=np.uint64)
    if recombination.free:
        return children, _free(genomes, mothers, fathers, children, loci, mutations, stream)
    recombination.check(loci)
    changed = _mapped(genomes, mothers, fathers, children, loci, recombination.hazard, mutations, stream)
    return children, changed


@njit(cache=True, nogil=True)
def _free(
    genomes: Words, mothers: Indices, fathers: Indices, children: Words, loci: int, table: Floats, stream: np.uint64
) -> Bools:
    """One random word decides about 64 loci."""
    size, width = len(mothers), genomes.shape[1]
    changed = np.empty(size, dtype=np.bool_)
    flips = np.zeros(width, dtype=np.uint64)
    for child in range(size):
        own = branch(stream, np.uint64(child))
        mother, father = mothers[child], fathers[child]
        if father < 0:
            for word in range(width):
                children[child, word] = genomes[mother, word]
        else:
            for word in range(width):
                kept = genomes[mother, word]
                taken = (kept ^ genomes[father, word]) & branch(own, LANE_RECOMBINATION + np.uint64(word))
                children[child, word] = kept ^ taken
        mutated = _mutate(children, child, loci, table, flips, own)
        changed[child] = mutated or (father >= 0 and father != mother)
    return changed


@njit(cache=True, nogil=True)
def _mapped(
    genomes: Words, mothers: Indices, fathers: Indices, children: Words, loci: int, hazard: Floats, table: Floats,
    stream: np.uint64,
) -> Bools:  # fmt: skip
    """Copies stretches of words from one parent and then the other; a word with a crossover is made of both.

    The chance of no crossover in several intervals is ``exp(-their hazard)``, so an exponential number says how far to
    go to the next.
    """
    size, width, end = len(mothers), genomes.shape[1], hazard[-1]
    changed = np.empty(size, dtype=np.bool_)
    flips = np.zeros(width, dtype=np.uint64)
    guide = _guide(hazard)
    for child in range(size):
        own = branch(stream, np.uint64(child))
        mother, father = mothers[child], fathers[child]
        giver, taken, at, number = mother, 0, 0, _ONE
        if father >= 0 and branch(own, LANE_RECOMBINATION) & _ONE:
            giver = father
        while True:
            if father < 0 or father == mother:
                at = loci
            else:
                target = hazard[at] - math.log(1.0 - uniform(own, LANE_RECOMBINATION + number))
                number += _ONE
                at = _beyond(target, hazard, guide) if target < end else loci
            last = at // 64 if at < loci else width - 1
            for word in range(taken, last + 1):
                children[child, word] = genomes[giver, word]
            if at == loci:
                break
            taken = last + 1
            giver = mother + father - giver
            before = (_ONE << np.uint64(at % 64)) - _ONE
            children[child, last] = (children[child, last] & before) | (genomes[giver, last] & ~before)
        mutated = _mutate(children, child, loci, table, flips, own)
        changed[child] = mutated or (father >= 0 and father != mother)
    return changed


@njit(cache=True, nogil=True)
def _guide(hazard: Floats) -> Indices:
    """For each of as many equal steps of hazard as there are loci, the first locus beyond its start."""
    loci = len(hazard)
    guide = np.empty(loci + 1, dtype=np.int64)
    at = 0
    for slot in range(loci + 1):
        while at < loci and hazard[at] <= hazard[loci - 1] * (slot / loci):
            at += 1
        guide[slot] = at
    return guide


@njit(cache=True, nogil=True)
def _beyond(target: float, hazard: Floats, guide: Indices) -> int:
    """The first locus whose hazard is beyond the target, which is less than the last one's."""
    at = guide[int(target / hazard[-1] * len(hazard))]
    while hazard[at - 1] > target:
        at -= 1
    while hazard[at] <= target:
        at += 1
    return int(at)


@njit(cache=True, nogil=True)
def _mutate(children: Words, child: int, loci: int, table: Floats, flips: Words, own: np.uint64) -> bool:
    """Flip as many distinct loci as the table says; ``flips`` is all 0 before and after."""
    count, u = 0, uniform(own, LANE_MUTATION)
    while u >= table[count]:
        count += 1
    if count == 0:
        return False
    done, number = 0, np.uint64(1)
    while done < count:
        site = int(uniform(own, LANE_MUTATION + number) * loci)
        number += _ONE
        bit = _ONE << np.uint64(site % 64)
        if not flips[site // 64] & bit:
            flips[site // 64] |= bit
            children[child, site // 64] ^= bit
            done += 1
    if count > len(flips):
        flips[:] = 0
    else:
        for again in range(1, int(number)):
            flips[int(uniform(own, LANE_MUTATION + np.uint64(again)) * loci) // 64] = 0
    return True
