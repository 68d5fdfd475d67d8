"""One generation in slow, plain Python: what the kernels in `sim.reproduction` compute, to be read.

Fed the same stream, kernel and reference agree to the bit.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence

_WORD = 2**64
_PARENTS, _SEX, _SELFING, _RECOMBINATION, _MUTATION, _, _ISLAND = (lane << 32 for lane in range(7))
_ROLE = 2**24

Parents = tuple[int, int | None]
"""Mother and, perhaps, father."""


def branch(state: int, index: int) -> int:
    """SplitMix64's finaliser of the ``index``-th step from ``state``."""
    z = (state + 0x9E3779B97F4A7C15 * (index + 1)) % _WORD
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % _WORD
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB % _WORD
    return z ^ (z >> 31)


def uniform(state: int, index: int) -> float:
    """The upper 53 bits of a draw, as a number in [0, 1)."""
    return (branch(state, index) >> 11) * 2.0**-53


def choose_parents(
    log_fitness: Sequence[float],
    chances: Sequence[float],
    aliases: Sequence[int],
    stream: int,
    *,
    sex_fraction: float,
    selfing: float = 0.0,
    mates: int = 1,
    islands: Sequence[Sequence[int]],
    migration: float = 0.0,
) -> list[Parents]:
    """The parents of each child, as many as there are individuals; ``islands`` lists who lives on each.

    An individual that is drawn is taken with its chance; else its alias is, or, without aliases, another is drawn.
    """

    def draw(own: int, role: int, candidates: Sequence[int]) -> int:
        attempt = 0
        while True:
            at = uniform(own, _PARENTS + role * _ROLE + attempt) * len(candidates)
            chosen = candidates[int(at)]
            if at - int(at) < chances[chosen]:
                return chosen
            if aliases:
                return aliases[chosen]
            attempt += 1

    parents: list[Parents] = []
    for home, natives in enumerate(islands):
        for child in natives:
            own, candidates = branch(stream, child), natives
            if migration > 0.0 and uniform(own, _ISLAND) < migration:
                others = [island for island in range(len(islands)) if island != home]
                candidates = islands[others[int(uniform(own, _ISLAND + 1) * len(others))]]
            mother = draw(own, 0, candidates)
            if uniform(own, _SEX) >= sex_fraction:
                parents.append((mother, None))
            elif selfing > 0.0 and uniform(own, _SELFING) < selfing:
                parents.append((mother, mother))
            else:
                fathers = [draw(own, role, candidates) for role in range(1, mates + 1)]
                parents.append(
                    (
                        mother,
                        min(
                            fathers,
                            key=lambda f: math.inf if f == mother else abs(log_fitness[f] - log_fitness[mother]),
                        ),
                    )
                )
    return parents


def offspring(
    genomes: Sequence[Sequence[bool]],
    parents: Sequence[Parents],
    rates: Sequence[float] | None,
    points: Sequence[float],
    mutations: Sequence[float],
    stream: int,
) -> list[list[bool]]:
    """The children of unpacked genomes: each locus from either parent, then mutation.

    ``rates`` are those between neighbours, or None for free recombination; ``points`` and ``mutations`` the cumulative
    probabilities of 0, 1, 2 .. points on the map, and of points of mutation.
    """
    children = []
    for child, (mother, father) in enumerate(parents):
        own, loci = branch(stream, child), len(genomes[0])
        genome = list(genomes[mother])
        if father is not None:
            from_father = _free(loci, own) if rates is None else _strand(rates, points, own)
            genome = [genomes[father][i] if from_father[i] else genome[i] for i in range(loci)]
        for locus in _mutated(loci, mutations, own):
            genome[locus] = not genome[locus]
        children.append(genome)
    return children


def _free(loci: int, own: int) -> list[bool]:
    """Whether each locus comes from the father: a bit for each."""
    return [bool(branch(own, _RECOMBINATION + i // 64) >> (i % 64) & 1) for i in range(loci)]


def _strand(rates: Sequence[float], points: Sequence[float], own: int) -> list[bool]:
    """The same along a map: a random start, and a change in every interval into which a random point falls."""
    hazard = [0.0]
    for rate in rates:
        hazard.append(hazard[-1] - math.log1p(-rate))
    count = bisect_right(points, uniform(own, _RECOMBINATION + 1))
    targets = [uniform(own, _RECOMBINATION + 2 + point) * hazard[-1] for point in range(count)]
    changes = {bisect_right(hazard, target) for target in targets}
    strand = [bool(branch(own, _RECOMBINATION) & 1)]
    for locus in range(1, len(hazard)):
        strand.append(strand[-1] ^ (locus in changes))
    return strand


def _mutated(loci: int, mutations: Sequence[float], own: int) -> set[int]:
    """The loci under an odd number of points."""
    count = bisect_right(mutations, uniform(own, _MUTATION))
    sites: set[int] = set()
    for number in range(1, count + 1):
        sites ^= {int(uniform(own, _MUTATION + number) * loci)}
    return sites
