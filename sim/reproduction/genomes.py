"""What a child takes from its parents, for bit-packed genomes.

`sim.reference` says the same in slow, readable Python; the two agree to the bit.
"""

import numpy as np
from numba import njit

from sim.arrays import Bools, Floats, Indices, Words
from sim.draws import LANE_MUTATION, LANE_RECOMBINATION, branch, branches, uniform
from sim.reproduction.points import points_of
from sim.reproduction.recombination import Recombination

_ZERO, _ONE, _TWO, _FOUR, _EIGHT, _SIXTEEN, _HALF = (np.uint64(shift) for shift in (0, 1, 2, 4, 8, 16, 32))
_BLOCK = 2**15
"""Words that are worked on at a time: 256 KiB."""
_WORD, _LAST = np.uint64(6), np.uint64(63)


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

    A father of -1 is none: the child copies its mother. ``mutations``: cumulative probabilities of 0, 1, 2 .. points of
    mutation, as from `mutation_table`. Returns the children and whether each may differ from its mother: the value of
    one that cannot need not be computed again. ``out``, of the children's shape, may receive them.
    """
    shape = (len(mothers), genomes.shape[1])
    children = out if out is not None and out.shape == shape else np.empty(shape, dtype=np.uint64)
    streams = branches(stream, len(mothers))
    if recombination.free:
        _free(genomes, mothers, fathers, children, streams)
    else:
        recombination.check(loci)
        _mapped(genomes, mothers, fathers, children, recombination.hazard, recombination.points, streams)
    changed = (fathers >= 0) & (fathers != mothers)
    if mutations[0] < 1.0:
        _mutate(children, changed, loci, mutations, streams)
    return children, changed


@njit(cache=True, nogil=True)
def _free(genomes: Words, mothers: Indices, fathers: Indices, children: Words, streams: Words) -> None:
    """One random word decides about 64 loci."""
    width = genomes.shape[1]
    for child in range(len(mothers)):
        own, mother, father = streams[child], mothers[child], fathers[child]
        if father < 0:
            for word in range(width):
                children[child, word] = genomes[mother, word]
            continue
        for word in range(width):
            kept = genomes[mother, word]
            taken = (kept ^ genomes[father, word]) & branch(own, LANE_RECOMBINATION + np.uint64(word))
            children[child, word] = kept ^ taken


@njit(cache=True, nogil=True)
def _mapped(
    genomes: Words, mothers: Indices, fathers: Indices, children: Words, hazard: Floats, table: Floats, streams: Words
) -> None:
    """Mark where children change from one parent to the other, so many at a time that they stay in a core's cache."""
    guide, rows = _guide(hazard), max(1, _BLOCK // genomes.shape[1])
    for first in range(0, len(children), rows):
        part = slice(first, first + rows)
        _mark(children[part], hazard, guide, table, streams[part])
        _mix(genomes, mothers[part], fathers[part], children[part], streams[part])


@njit(cache=True, nogil=True)
def _mark(marks: Words, hazard: Floats, guide: Words, table: Floats, streams: Words) -> None:
    """Mark, in memory of the children's shape, the loci at which a child changes from one parent to the other.

    Points fall on the map at random, as many as ``table`` says, and an interval recombines where any fall into it: with
    chance ``1 - exp(-its hazard)``, independently of the others.
    """
    loci, end = len(hazard), hazard[-1]
    starts, owners = points_of(streams, table, LANE_RECOMBINATION + _ONE)
    marks[:] = 0
    for point in range(starts[len(streams)]):
        child = owners[point]
        u = uniform(streams[child], LANE_RECOMBINATION + _TWO + (point - starts[child]))
        at, target = guide[np.uint64(u * loci)], u * end
        while hazard[at - _ONE] > target:
            at -= _ONE
        at += np.uint64(hazard[at] <= target)  # as likely as not: worth no branch
        while hazard[at] <= target:
            at += _ONE
        marks[child, at >> _WORD] |= _ONE << (at & _LAST)


@njit(cache=True, nogil=True)
def _mix(genomes: Words, mothers: Indices, fathers: Indices, children: Words, streams: Words) -> None:
    """Make children of their marks: a locus is the first locus's parent's if the number of marks up to it is even.

    Three loops, so that all but the one that carries on from word to word can take several words at a time.
    """
    flat, width = children.ravel(), genomes.shape[1]
    for at in range(len(flat)):
        odd = flat[at]
        odd ^= odd << _ONE
        odd ^= odd << _TWO
        odd ^= odd << _FOUR
        odd ^= odd << _EIGHT
        odd ^= odd << _SIXTEEN
        flat[at] = odd ^ (odd << _HALF)
    for child in range(len(mothers)):
        # All ones from where on the child takes after its father, all zeros where it takes after its mother.
        after = _ZERO - (branch(streams[child], LANE_RECOMBINATION) & _ONE)
        for word in range(width):
            children[child, word] ^= after
            after = _ZERO - (children[child, word] >> _LAST)
    for child in range(len(mothers)):
        mother, father = mothers[child], fathers[child]
        father = father if father >= 0 else mother
        for word in range(width):
            kept = genomes[mother, word]
            children[child, word] = kept ^ ((kept ^ genomes[father, word]) & children[child, word])


@njit(cache=True, nogil=True)
def _guide(hazard: Floats) -> Words:
    """For each of as many equal steps of hazard as there are loci, the first locus beyond its start."""
    loci = len(hazard)
    guide = np.empty(loci + 1, dtype=np.uint64)
    at = 0
    for slot in range(loci + 1):
        while at < loci and hazard[at] <= hazard[loci - 1] * (slot / loci):
            at += 1
        guide[slot] = at
    return guide


@njit(cache=True, nogil=True)
def _mutate(children: Words, changed: Bools, loci: int, table: Floats, streams: Words) -> None:
    """Flip the locus under every point, and note it."""
    starts, owners = points_of(streams, table, LANE_MUTATION)
    for point in range(starts[len(streams)]):
        child = owners[point]
        site = np.uint64(uniform(streams[child], LANE_MUTATION + _ONE + (point - starts[child])) * loci)
        children[child, site >> _WORD] ^= _ONE << (site & _LAST)
        changed[child] = True
