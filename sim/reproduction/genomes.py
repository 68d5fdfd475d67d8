"""What a child takes from its parents, for bit-packed genomes.

`sim.reference` says the same in slow, readable Python; the two agree to the bit.
"""

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
        _free(genomes, mothers, fathers, children, stream)
    else:
        recombination.check(loci)
        map_ = recombination.hazard, _guide(recombination.hazard), recombination.points
        _mapped(genomes, mothers, fathers, children, *map_, stream)
    changed = (fathers >= 0) & (fathers != mothers)
    if mutations[0] < 1.0:
        _mutate(children, changed, loci, mutations, stream)
    return children, changed


@njit(cache=True, nogil=True)
def _free(genomes: Words, mothers: Indices, fathers: Indices, children: Words, stream: np.uint64) -> None:
    """One random word decides about 64 loci."""
    width = genomes.shape[1]
    for child in range(len(mothers)):
        own = branch(stream, np.uint64(child))
        mother, father = mothers[child], fathers[child]
        if father < 0:
            for word in range(width):
                children[child, word] = genomes[mother, word]
            continue
        for word in range(width):
            kept = genomes[mother, word]
            taken = (kept ^ genomes[father, word]) & branch(own, LANE_RECOMBINATION + np.uint64(word))
            children[child, word] = kept ^ taken


@njit(cache=True, nogil=True)
def _mapped(  # noqa: C901 - one loop: a call of a function in it would cost as much as what the function does
    genomes: Words, mothers: Indices, fathers: Indices, children: Words, hazard: Floats, guide: Indices,
    table: Floats, stream: np.uint64,
) -> None:  # fmt: skip
    """Copies stretches of words from one parent and then the other; a word with a crossover is made of both.

    Points fall on the map at random, as many as ``table`` says, and an interval recombines where any fall into it: with
    chance ``1 - exp(-its hazard)``, independently of the others.
    """
    width, loci, end = genomes.shape[1], len(hazard), hazard[-1]
    crossovers = np.empty(len(table), dtype=np.int64)
    for child in range(len(mothers)):
        own = branch(stream, np.uint64(child))
        mother, father = mothers[child], fathers[child]
        giver, taken, points = mother, 0, 0
        if father >= 0 and father != mother:
            if branch(own, LANE_RECOMBINATION) & _ONE:
                giver = father
            u = uniform(own, LANE_RECOMBINATION + _ONE)
            while u >= table[points]:
                points += 1
        for point in range(points):
            target = uniform(own, LANE_RECOMBINATION + np.uint64(2 + point)) * end
            at = guide[int(target / end * loci)]
            while hazard[at - 1] > target:
                at -= 1
            while hazard[at] <= target:
                at += 1
            place = point
            while place > 0 and crossovers[place - 1] > at:
                crossovers[place] = crossovers[place - 1]
                place -= 1
            crossovers[place] = at
        for point in range(points):
            at = crossovers[point]
            if point > 0 and at == crossovers[point - 1]:
                continue
            for word in range(taken, at // 64 + 1):
                children[child, word] = genomes[giver, word]
            taken = at // 64 + 1
            giver = mother + father - giver
            before = (_ONE << np.uint64(at % 64)) - _ONE
            children[child, at // 64] = (children[child, at // 64] & before) | (genomes[giver, at // 64] & ~before)
        for word in range(taken, width):
            children[child, word] = genomes[giver, word]


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
def _mutate(children: Words, changed: Bools, loci: int, table: Floats, stream: np.uint64) -> None:
    """Flip as many distinct loci of each child as the table says, and note it."""
    width, none = children.shape[1], table[0]
    flips = np.zeros(width, dtype=np.uint64)
    sites = np.empty(len(table), dtype=np.int64)
    for child in range(len(children)):
        own = branch(stream, np.uint64(child))
        u = uniform(own, LANE_MUTATION)
        if u < none:
            continue
        changed[child] = True
        if u < table[1]:
            site = int(uniform(own, LANE_MUTATION + _ONE) * loci)
            children[child, site // 64] ^= _ONE << np.uint64(site % 64)
            continue
        count = 2
        while u >= table[count]:
            count += 1
        found, number = 0, _ONE
        while found < count:
            site = int(uniform(own, LANE_MUTATION + number) * loci)
            number += _ONE
            bit = _ONE << np.uint64(site % 64)
            if not flips[site // 64] & bit:
                flips[site // 64] |= bit
                sites[found] = site
                found += 1
        for flip in range(count):
            flips[sites[flip] // 64] = 0
            children[child, sites[flip] // 64] ^= _ONE << np.uint64(sites[flip] % 64)
