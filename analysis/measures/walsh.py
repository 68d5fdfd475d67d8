"""The fast Walsh-Hadamard transform: all coefficients of a game from all its values.

With presence drawn Bernoulli(q), ``x_i = (m_i - q) / sqrt(q (1 - q))`` and ``chi_S`` the product of ``x_i`` over ``S``,
every game is ``v = sum_S f_S chi_S`` (Walsh, or q-biased Fourier, expansion; O'Donnell 2014, ch. 8). The number of a
mask and that of a set are read alike: bit ``i`` stands for element ``i``.
"""

import numba
import numpy as np

from analysis.arrays import Floats, Integers
from analysis.measures.design import probability
from analysis.measures.game import finite
from sim.walsh import CACHED_LEVELS, butterflies


def walsh_transform(values: Floats, keep_prob: float = 0.5, *, overwrite: bool = False) -> Floats:
    """All coefficients ``f_S`` (2**n,) from all values (2**n,), one butterfly an element (Yates 1937).

    ``n 2**n`` additions in all. With ``overwrite``, float64 values are transformed in place and no memory is needed
    but theirs. Raises ValueError where the number of values is no power of two or one is not finite, and for a keep
    probability of 0 or 1.
    """
    elements(values)
    probability(keep_prob)
    numbers = finite(values)
    result = numbers if overwrite and numbers is values and values.flags.writeable else numbers.copy()
    butterflies(result, 1.0 - keep_prob, keep_prob, np.sqrt(keep_prob * (1.0 - keep_prob)))
    return result


def elements(values: Floats) -> int:
    """The n of ``2**n`` values. Raises ValueError where their number is no power of two."""
    n = int(values.size).bit_length() - 1
    if values.ndim != 1 or values.size != 2**n:
        raise ValueError(f"all 2**n values are needed, in one row; got an array of shape {values.shape}")
    return n


def by_order(coefficients: Floats) -> tuple[Floats, Floats]:
    """``W_k`` (n + 1,), the sum of ``f_S**2`` over sets of size k, and ``Inf_i`` (n,), that over sets that hold i."""
    n = elements(coefficients)
    low = min(n, CACHED_LEVELS)
    sizes = np.bitwise_count(np.arange(2**low, dtype=np.uint32)).astype(np.int64)
    weights, of_low, of_blocks = _squares(coefficients, sizes, n)
    inside = [of_low.reshape(-1, 2, 2**element)[:, 1].sum() for element in range(low)]
    above = [of_blocks.reshape(-1, 2, 2**element)[:, 1].sum() for element in range(n - low)]
    return weights, np.array(inside + above)


@numba.njit(cache=True, nogil=True)
def _squares(coefficients: Floats, sizes: Integers, n: int) -> tuple[Floats, Floats, Floats]:
    """Sums of squares by size of the set, by the number's low bits (as many as ``sizes`` has), and by the others."""
    block = sizes.size
    weights, of_low, of_blocks = np.zeros(n + 1), np.zeros(block), np.zeros(coefficients.size // block)
    for number in range(of_blocks.size):
        more, rest = 0, number
        while rest:
            more += rest & 1
            rest >>= 1
        for i in range(block):
            square = coefficients[number * block + i] ** 2
            weights[more + sizes[i]] += square
            of_low[i] += square
            of_blocks[number] += square
    return weights, of_low, of_blocks
