"""Infinite populations of bi-allelic haploids: the exact frequencies of all ``2**L`` genotypes.

Bit ``l`` of a genotype's number is its allele at locus ``l``. Selection is simple for frequencies, recombination and
mutation are for the linkage disequilibria ``D(S) = E[prod_{l in S} (a_l - f_l)]`` of all sets S of loci, where ``f_l``
is the frequency of allele 1 (Barton & Turelli 1991). A child has the loci T of S from its mother and the others from
its father with a probability c(T | S), so that its disequilibria are (Geiringer 1944)

    R(S) = sum over T in S of c(T | S) D(T) D(S - T).

With a map of recombination rates the sum is done as it stands, in ``3**L / 2`` products. With free recombination
``c(T | S) = 2**-|S|``, and R is a subset convolution, in ``L**2 2**L`` steps (Björklund, Husfeldt, Kaski & Koivisto
2007). Plain moments would do in the place of D, but are all about 1 where alleles are rare: rounding would be larger
than what matters.
"""

import numpy as np
from numba import njit
from numpy.typing import ArrayLike

from sim import walsh
from sim.arrays import Floats, Indices

MOST_LOCI = 24
"""With free recombination or none: 1.3 GiB, and some seconds a generation."""

MOST_MAPPED_LOCI = 20
"""With a map: a second or two a generation, and three times that with each locus more."""

_ROUNDING = 1e-9
_RANKED_LOCI = 15  # from here on faster than all products
_LANE_LOCI = 6
_LANES = 2**_LANE_LOCI
_LANE_SIZES = np.bitwise_count(np.arange(_LANES)).astype(np.int64)


def select(frequencies: Floats, log_fitness: Floats) -> Floats:
    """Frequencies (2**L,) after selection: ``p w / sum(p w)``, with ``w = exp(log_fitness)``.

    ``log_fitness``: (2**L,), natural log, of any size; -inf is lethal. Raises ValueError where it has another shape
    than the frequencies, is NaN or +inf, or where no genotype that is present survives, and where frequencies are
    negative or do not sum to 1.
    """
    _checked(frequencies)
    if log_fitness.shape != frequencies.shape:
        raise ValueError(f"log_fitness must have shape {frequencies.shape}, as frequencies; got {log_fitness.shape}")
    if not np.all(log_fitness < np.inf):
        raise ValueError("log_fitness must be numbers below infinity (-inf is lethal); got NaN or +inf")
    top = np.max(log_fitness, where=frequencies > 0.0, initial=-np.inf)
    if top == -np.inf:
        raise ValueError("no genotype that is present survives; let at least one have a log_fitness above -inf")
    selected: Floats = frequencies * np.exp(np.minimum(log_fitness - top, 0.0))
    selected /= selected.sum()
    return selected


def reproduce(
    frequencies: Floats, *, rates: ArrayLike | None = None, sex_fraction: float = 1.0, mutation: ArrayLike = 0.0
) -> Floats:
    """Frequencies (2**L,) of the children of parents (2**L,).

    With probability ``sex_fraction`` a child has two parents, drawn independently, and recombines them. ``rates``
    (L - 1,), in [0, 1/2], are the probabilities that neighbours ``l`` and ``l + 1`` come from different parents, each
    independently (Haldane 1919: no interference); None is free recombination, 1/2 everywhere. Then each allele turns
    into the other with probability ``mutation`` in [0, 1/2], one number or one for each locus (L,).

    A frequency is right to some 1e-16, and far better where alleles are rare; rounding below 0 is set to 0. Without
    mutation, lost alleles stay lost. Raises ValueError where a number is out of its range or an array of another shape,
    where frequencies are negative or do not sum to 1, and for more loci than `MOST_LOCI`, or `MOST_MAPPED_LOCI` with a
    map.
    """
    loci = _checked(frequencies)
    linkage = _linkage(rates, loci)
    fidelity = _fidelity(mutation, loci)
    if not 0.0 <= sex_fraction <= 1.0:
        raise ValueError(f"sex_fraction must lie in [0, 1]; got {sex_fraction}")
    recombining = sex_fraction > 0.0 and bool(np.any(linkage < 1.0))
    most = MOST_MAPPED_LOCI if recombining and np.any(linkage > 0.0) else MOST_LOCI
    if loci > most:
        raise ValueError(f"an exact generation has at most {most} loci, {_advice(most)}; got {loci}")
    if not recombining and np.all(fidelity == 1.0):
        return frequencies.copy()

    ones = allele_frequencies(frequencies)
    disequilibria = frequencies.copy()
    walsh.transform(disequilibria, np.array([[[1.0, 1.0], [-one, 1.0 - one]] for one in ones]))
    if recombining:
        recombined = _recombined(disequilibria, linkage)
        recombined *= sex_fraction
        disequilibria *= 1.0 - sex_fraction
        disequilibria += recombined
        del recombined
    if np.any(fidelity != 1.0):
        disequilibria *= _products(fidelity)
        ones = fidelity * ones + (1.0 - fidelity) / 2.0
    walsh.transform(disequilibria, np.array([[[1.0 - one, -1.0], [one, 1.0]] for one in ones]))
    return _settled(disequilibria)


def allele_frequencies(frequencies: Floats) -> Floats:
    """Frequency of allele 1 at each locus (L,), from those of the genotypes (2**L,)."""
    ones = np.empty(walsh.loci(frequencies))
    for at in reversed(range(ones.size)):
        without, with_it = frequencies.reshape(2, -1)
        ones[at] = with_it.sum() / (without.sum() + with_it.sum())
        frequencies = without + with_it
    return ones


def at_linkage_equilibrium(alleles: ArrayLike) -> Floats:
    """Frequencies of the genotypes (2**L,) with independent loci, from those of allele 1 at each locus (L,)."""
    ones = np.asarray(alleles, dtype=np.float64)
    frequencies = np.ones(1)
    for one in ones:
        frequencies = np.concatenate([(1.0 - one) * frequencies, one * frequencies])
    return frequencies


def bytes_needed(loci: int, *, free: bool) -> int:
    """Memory that `reproduce` takes at its peak, the frequencies it is given included.

    With ``free`` recombination, or otherwise with a map or none.
    """
    genotypes = 1 << loci
    beside = genotypes + 2 * int(_starts(loci)[-1]) if free and loci >= _RANKED_LOCI else genotypes // 4
    return 8 * (3 * genotypes + beside) + 2**16


def _checked(frequencies: Floats) -> int:
    """The number of loci."""
    loci = walsh.loci(frequencies)
    lowest, total = frequencies.min(), frequencies.sum()
    if not lowest >= 0.0:
        raise ValueError(f"frequencies must not be negative; got {lowest}")
    if not abs(total - 1.0) <= _ROUNDING:
        raise ValueError(f"frequencies must sum to 1; got {total}: divide them by their sum")
    return loci


def _linkage(rates: ArrayLike | None, loci: int) -> Floats:
    """``1 - 2 r`` (L - 1,) of neighbours: 0 where they are independent, 1 where they are one."""
    if rates is None:
        return np.zeros(max(loci - 1, 0))
    given = np.asarray(rates, dtype=np.float64)
    if given.shape != (max(loci - 1, 0),):
        raise ValueError(f"rates must have shape ({loci - 1},), one for each pair of neighbours; got {given.shape}")
    if not np.all((given >= 0.0) & (given <= 0.5)):
        raise ValueError(f"rates must lie in [0, 1/2]; got {given}")
    return 1.0 - 2.0 * given


def _fidelity(mutation: ArrayLike, loci: int) -> Floats:
    """``1 - 2 mu`` (L,): what mutation leaves of each locus' ``E[x]``."""
    given = np.asarray(mutation, dtype=np.float64)
    if given.shape not in {(), (loci,)}:
        raise ValueError(f"mutation must be one number or have shape ({loci},); got {given.shape}")
    if not np.all((given >= 0.0) & (given <= 0.5)):
        raise ValueError(f"mutation must lie in [0, 1/2]; got {given}")
    return np.broadcast_to(1.0 - 2.0 * given, (loci,))


def _advice(most: int) -> str:
    return "with a map; let it be free, or simulate individuals" if most < MOST_LOCI else "beyond simulate individuals"


def _products(factors: Floats) -> Floats:
    """For each set of loci (2**L,), the product of its members' factors (L,)."""
    result = np.ones(2 ** len(factors))
    for at, factor in enumerate(factors):
        np.multiply(result[: 2**at], factor, out=result[2**at : 2 ** (at + 1)])
    return result


def _settled(children: Floats) -> Floats:
    """Frequencies freed of rounding, in place: none below 0, and their sum 1. What is too large for it is an error."""
    lowest = children.min()
    if not lowest >= -_ROUNDING:
        raise ArithmeticError(f"a frequency came out as {lowest}, which is no rounding; please report the call")
    np.maximum(children, 0.0, out=children)
    children /= children.sum()
    return children


def _recombined(disequilibria: Floats, linkage: Floats) -> Floats:
    """The children's disequilibria (2**L,), for L >= 2."""
    free = not np.any(linkage)
    return _free(disequilibria) if free and len(linkage) + 1 >= _RANKED_LOCI else _mapped(disequilibria, linkage)


def _mapped(disequilibria: Floats, linkage: Floats) -> Floats:
    """The same with any map, by summing over all ways to share out each set between the parents."""
    children = np.empty_like(disequilibria)
    upper = (-1, 4)
    ways = max(children.size // 8, 1)
    mine, weights = np.empty(ways, dtype=np.int64), np.empty(ways)
    _share_out(disequilibria.reshape(upper), linkage, mine, weights, children.reshape(upper))
    return children


@njit(cache=True, nogil=True)
def _share_out(parents: Floats, linkage: Floats, mine: Indices, weights: Floats, children: Floats) -> None:
    """For disequilibria ``[upper, lowest]``, (2**(L - 2), 4): the sets of the upper loci, and of the lowest two.

    By symmetry the lowest of a set's upper loci is taken to come from the one parent, "me", in all ways.
    """
    for upper in range(len(parents)):
        ways, near = _ways(upper, linkage[1:], mine, weights)
        a0b0 = a0b1 = a0b2 = a0b3 = a1b0 = a1b2 = a2b0 = a2b1 = a3b0 = 0.0
        for i in range(ways):
            weight, a, b = weights[i], parents[mine[i]], parents[upper ^ mine[i]]
            a0, a1, a2, a3 = weight * a[0], weight * a[1], weight * a[2], weight * a[3]
            b0, b1, b2, b3 = b[0], b[1], b[2], b[3]
            a0b0 += a0 * b0
            a0b1 += a0 * b1
            a0b2 += a0 * b2
            a0b3 += a0 * b3
            a1b0 += a1 * b0
            a1b2 += a1 * b2
            a2b0 += a2 * b0
            a2b1 += a2 * b1
            a3b0 += a3 * b0
        same0, same1, same01 = (1.0 + linkage[0]) / 2.0, (1.0 + near) / 2.0, (1.0 + near * linkage[0]) / 2.0
        other0, other1, other01 = 1.0 - same0, 1.0 - same1, 1.0 - same01
        children[upper, 0] = a0b0
        children[upper, 1] = same01 * a1b0 + other01 * a0b1
        children[upper, 2] = same1 * a2b0 + other1 * a0b2
        children[upper, 3] = same1 * (same0 * a3b0 + other0 * a2b1) + other1 * (same0 * a0b3 + other0 * a1b2)


@njit(cache=True, nogil=True)
def _ways(upper: int, linkage: Floats, mine: Indices, weights: Floats) -> tuple[int, float]:
    """Fill in which loci of a set are ``mine``, the lowest always is, and with what probability (``weights``).

    ``linkage[l]``: ``1 - 2 r`` from locus l to the next below. Returns the number of ways, and the linkage of the set's
    lowest locus to the next below all. Loci at a rate of 0 have one way.
    """
    mine[0], weights[0] = 0, 1.0
    ways, seen, near = 1, 0, 1.0
    for at in range(len(linkage) - 1, -1, -1):
        if upper >> at & 1:
            same, other = (1.0 + near) / 2.0, (1.0 - near) / 2.0
            if other > 0.0:
                for i in range(ways):
                    mine[ways + i], weights[ways + i] = (seen ^ mine[i]) | 1 << at, other * weights[i]
            for i in range(ways):
                mine[i], weights[i] = mine[i] | 1 << at, same * weights[i]
            if other > 0.0:
                ways *= 2
            seen |= 1 << at
            near = 1.0
        if seen:
            near *= linkage[at]
    return ways, near


def _free(disequilibria: Floats) -> Floats:
    """The same with free recombination, for 6 loci and more: a ranked subset convolution.

    Each set is given the weight ``z**|S|``, in which sums over subsets (zeta) turn the convolution into plain squares
    of polynomials, of which the inverse sums (Möbius) then need the term ``z**|S|`` alone. Loci are taken from the top
    down, those without the locus before those with it, so that work stays within small blocks; a power is counted from
    the size of what is left of the set, so that only those powers are stored and multiplied that can be there.
    """
    loci = walsh.loci(disequilibria)
    depth = loci - _LANE_LOCI
    starts = _starts(loci)
    halved = disequilibria * _products(np.full(loci, 0.5))
    children = np.empty((1, halved.size))
    lanes = np.empty((2, loci + 1, _LANES))
    above, below = np.empty(starts[-1]), np.empty(starts[-1])
    _square(halved.reshape(1, -1), halved.size, 0, 0, depth, children, above, below, starts, lanes)
    result: Floats = children[0]
    return result


def _starts(loci: int) -> Indices:
    """Where the block of each level starts in a buffer: on level ``k >= 1`` it has ``k + 1`` rows of ``2**(L - k)``."""
    sizes = [(level + 1) * 2 ** (loci - level) for level in range(1, loci - _LANE_LOCI + 1)]
    return np.cumsum([0, 0, *sizes])


@njit(cache=True, nogil=True)
def _square(
    series: Floats,
    width: int,
    level: int,
    ones: int,
    depth: int,
    result: Floats,
    above: Floats,
    below: Floats,
    starts: Indices,
    lanes: Floats,
) -> None:
    """Square what is left when ``level`` loci are done, of which ``ones`` were in the set.

    ``series[i, S]``: the coefficient of ``z**(|S| + i)``, for i to ``ones``, in the first ``width`` columns. Leaves
    that of the square in ``result[i, S]``, for i from ``ones`` to ``level``.
    """
    if level == depth:
        _square_in_lanes(series, ones, depth, result, lanes[0], lanes[1])
        return
    half = width >> 1
    begin, end = starts[level + 1], starts[level + 2]
    block, squared = above[begin:end].reshape(level + 2, half), below[begin:end].reshape(level + 2, half)

    _copy(series[0, :half], block[0])
    for i in range(1, ones + 1):
        _add(series[i, :half], series[i - 1, half:width], block[i])
    _copy(series[ones, half:width], block[ones + 1])
    _square(block, half, level + 1, ones + 1, depth, squared, above, below, starts, lanes)
    for i in range(ones, level + 1):
        _copy(squared[i + 1], result[i, half:])

    _square(series, half, level + 1, ones, depth, squared, above, below, starts, lanes)
    for i in range(ones, level + 1):
        _copy(squared[i], result[i, :half])
        _subtract(squared[i + 1], result[i, half:])


@njit(cache=True, nogil=True)
def _copy(x: Floats, result: Floats) -> None:
    for i in range(result.size):
        result[i] = x[i]


@njit(cache=True, nogil=True)
def _add(x: Floats, y: Floats, result: Floats) -> None:
    for i in range(result.size):
        result[i] = x[i] + y[i]


@njit(cache=True, nogil=True)
def _subtract(x: Floats, result: Floats) -> None:
    for i in range(result.size):
        result[i] -= x[i]


@njit(cache=True, nogil=True)
def _square_in_lanes(series: Floats, ones: int, depth: int, result: Floats, p: Floats, q: Floats) -> None:
    """The same for the last 6 loci at once: ``p`` and ``q`` hold plain powers of z, for all 64 sets side by side."""
    top, last = ones + _LANE_LOCI, depth + _LANE_LOCI
    p[: top + 1] = 0.0
    for i in range(ones + 1):
        for s in range(_LANES):
            p[i + _LANE_SIZES[s], s] = series[i, s]
    for i in range(top + 1):
        _sum_over_subsets(p[i])
    for k in range(ones, last + 1):
        _square_term(p, k, top, q[k])
        _undo_sum_over_subsets(q[k])
    for i in range(ones, depth + 1):
        for s in range(_LANES):
            result[i, s] = q[i + _LANE_SIZES[s], s]


@njit(cache=True, nogil=True)
def _square_term(p: Floats, k: int, top: int, result: Floats) -> None:
    """The coefficient of ``z**k`` in the square of polynomials p of degree ``top``."""
    result[:] = 0.0
    for i in range(max(0, k - top), (k + 1) // 2):
        x, y = p[i], p[k - i]
        for s in range(_LANES):
            result[s] += x[s] * y[s]
    middle = p[k // 2]
    weight = 1.0 if k % 2 == 0 and k // 2 <= top else 0.0
    for s in range(_LANES):
        result[s] = 2.0 * result[s] + weight * middle[s] ** 2


@njit(cache=True, nogil=True)
def _sum_over_subsets(v: Floats) -> None:
    """In place, for 64 sets, two loci at a time."""
    for level in range(0, _LANE_LOCI, 2):
        stride = 1 << level
        for base in range(0, _LANES, 4 * stride):
            for i in range(base, base + stride):
                a, b, c, d = v[i], v[i + stride], v[i + 2 * stride], v[i + 3 * stride]
                v[i + stride], v[i + 2 * stride], v[i + 3 * stride] = a + b, a + c, (a + b) + (c + d)


@njit(cache=True, nogil=True)
def _undo_sum_over_subsets(v: Floats) -> None:
    for level in range(0, _LANE_LOCI, 2):
        stride = 1 << level
        for base in range(0, _LANES, 4 * stride):
            for i in range(base, base + stride):
                a, b, c, d = v[i], v[i + stride], v[i + 2 * stride], v[i + 3 * stride]
                v[i + stride], v[i + 2 * stride], v[i + 3 * stride] = b - a, c - a, (d - c) - (b - a)
