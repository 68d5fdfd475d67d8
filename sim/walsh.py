"""Walsh space: fast transforms over all ``2**n`` subsets, and the moments of a population in it.

The number of a genotype and that of a set of loci are read alike: bit ``l`` stands for locus ``l``.
"""

import numpy as np
from numba import njit

from sim.arrays import Floats

CACHED_LEVELS = 12
"""Blocks of ``2**12`` doubles (32 KiB) stay in a core's first cache."""


def loci(values: Floats) -> int:
    """The L of ``2**L`` values, one for each genotype. Raises ValueError where their number is no power of two."""
    number = int(values.size).bit_length() - 1
    if values.ndim != 1 or values.size != 2**number:
        raise ValueError(f"give one value for each of the 2**L genotypes, in one row; got an array of {values.shape}")
    return number


def moments(frequencies: Floats, *, overwrite: bool = False) -> Floats:
    """``W(S) = E[prod_{l in S} x_l]`` for every set S of loci, ``x_l`` being -1 for allele 0 and +1 for allele 1.

    ``frequencies``: (2**L,) float64, of the genotypes. Returns (2**L,), in their place with ``overwrite``. Raises
    ValueError where their number is no power of two.
    """
    loci(frequencies)
    result = frequencies if overwrite else frequencies.copy()
    butterflies(result, 1.0, 1.0, 1.0)
    return result


def from_moments(values: Floats, *, overwrite: bool = False) -> Floats:
    """The frequencies (2**L,) that have these `moments` (2**L,); the same shapes, errors and ``overwrite``."""
    number = loci(values)
    result = values if overwrite else values.copy()
    transform(result, np.tile([[0.5, -0.5], [0.5, 0.5]], (number, 1, 1)))
    return result


@njit(cache=True, nogil=True)
def transform(v: Floats, steps: Floats) -> None:
    """Multiply ``2**n`` values in place by a matrix for each bit, ``steps`` (n, 2, 2).

    The values ``a`` without bit l and ``b`` with it become ``steps[l] @ (a, b)``.
    """
    levels = len(steps)
    inner = min(levels, CACHED_LEVELS)
    block = 1 << inner
    for start in range(0, v.size, block):
        for level in range(inner):
            _step(v, start, start + block, 1 << level, steps[level])
    for level in range(inner, levels):
        _step(v, 0, v.size, 1 << level, steps[level])


@njit(cache=True, nogil=True)
def _step(v: Floats, start: int, end: int, stride: int, step: Floats) -> None:
    low_a, low_b, high_a, high_b = step[0, 0], step[0, 1], step[1, 0], step[1, 1]
    for base in range(start, end, 2 * stride):
        for i in range(base, base + stride):
            a, b = v[i], v[i + stride]
            v[i] = low_a * a + low_b * b
            v[i + stride] = high_a * a + high_b * b


@njit(cache=True, nogil=True)
def butterflies(v: Floats, absent: float, present: float, spread: float) -> None:
    """Transform ``2**n`` values in place, one butterfly an element (Yates 1937).

    For each bit, the values ``a`` without it and ``b`` with it become ``absent * a + present * b`` and
    ``spread * (b - a)``. The first levels run within blocks that fit in a core's cache, the others two at a time.
    """
    size = v.size
    levels = 0
    while 1 << levels < size:
        levels += 1
    inner = min(levels, CACHED_LEVELS)
    block = 1 << inner
    for start in range(0, size, block):
        for level in range(inner):
            _butterfly(v, start, start + block, 1 << level, absent, present, spread)
    level = inner
    while level + 1 < levels:
        _double_butterfly(v, 1 << level, absent, present, spread)
        level += 2
    if level < levels:
        _butterfly(v, 0, size, 1 << level, absent, present, spread)


@njit(cache=True, nogil=True)
def _butterfly(v: Floats, start: int, end: int, stride: int, absent: float, present: float, spread: float) -> None:
    for base in range(start, end, 2 * stride):
        for i in range(base, base + stride):
            a, b = v[i], v[i + stride]
            v[i] = absent * a + present * b
            v[i + stride] = spread * (b - a)


@njit(cache=True, nogil=True)
def _double_butterfly(v: Floats, stride: int, absent: float, present: float, spread: float) -> None:
    """Two levels in one pass over memory."""
    for base in range(0, v.size, 4 * stride):
        for i in range(base, base + stride):
            a, b, c, d = v[i], v[i + stride], v[i + 2 * stride], v[i + 3 * stride]
            low, low_difference = absent * a + present * b, spread * (b - a)
            high, high_difference = absent * c + present * d, spread * (d - c)
            v[i] = absent * low + present * high
            v[i + stride] = absent * low_difference + present * high_difference
            v[i + 2 * stride] = spread * (high - low)
            v[i + 3 * stride] = spread * (high_difference - low_difference)
