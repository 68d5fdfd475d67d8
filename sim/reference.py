"""One generation in slow, plain Python: what the kernels in `sim.reproduction` compute, to be read.

Fed the same stream, kernel and reference agree to the bit.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

_WORD = 2**64
_MOTHER, _SEX, _FATHER, _RECOMBINATION, _MUTATION = (lane << 32 for lane in range(5))


def branch(state: int, index: int) -> int:
    """SplitMix64's finaliser of the ``index``-th step from ``state``."""
    z = (state + 0x9E3779B97F4A7C15 * (index + 1)) % _WORD
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % _WORD
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB % _WORD
    return z ^ (z >> 31)


def uniform(state: int, index: int) -> float:
    """The upper 53 bits of a draw, as a number in [0, 1)."""
    return (branch(state, index) >> 11) * 2.0**-53


def choose_parents(log_fitness: Sequence[float], sex_fraction: float, stream: int) -> list[tuple[int, int]]:
    """The mother and father of each child; the mother twice where there is no father."""
    top = max(log_fitness)
    cumulative = list(accumulate(math.exp(value - top) for value in log_fitness))

    def pick(u: float) -> int:
        return min(bisect_right(cumulative, u * cumulative[-1]), len(cumulative) - 1)

    parents = []
    for child in range(len(log_fitness)):
        own = branch(stream, child)
        mother = pick(uniform(own, _MOTHER))
        father = pick(uniform(own, _FATHER)) if uniform(own, _SEX) < sex_fraction else mother
        parents.append((mother, father))
    return parents


def offspring(
    genomes: Sequence[Sequence[bool]], parents: Sequence[tuple[int, int]], mutation: float, stream: int
) -> list[list[bool]]:
    """The children of unpacked genomes: each locus from either parent, then mutation."""
    children = []
    for child, (mother, father) in enumerate(parents):
        own = branch(stream, child)
        genome = []
        for locus in range(len(genomes[0])):
            from_mother = branch(own, _RECOMBINATION + locus // 64) >> (locus % 64) & 1
            genome.append(genomes[mother if from_mother else father][locus])
        for locus in _mutated(len(genome), mutation, own):
            genome[locus] = not genome[locus]
        children.append(genome)
    return children


def _mutated(loci: int, mutation: float, own: int) -> list[int]:
    """The loci that mutate, found by skipping geometrically distributed distances."""
    sites: list[int] = []
    site = -1
    while mutation > 0.0:
        skip = math.log(1.0 - uniform(own, _MUTATION + len(sites))) / math.log1p(-mutation)
        site += 1 + int(min(skip, 2.0**40))
        if site >= loci:
            break
        sites.append(site)
    return sites
