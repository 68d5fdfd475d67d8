"""Errors of means of products of different units, as unbiased squares are: a jackknife is not enough for them."""

import numpy as np
from scipy.special import stdtrit

from analysis.arrays import Floats
from analysis.measures.combining import combining_ability
from analysis.measures.jackknife import GROUPS

_LEAST = 1e-300


def error_of_products(error: Floats, quadratic: Floats) -> tuple[Floats, Floats]:
    """Standard error of a mean of products of units, and the reach of its 95 % interval.

    ``error``: that of the jackknife. ``quadratic``: the variance due to pairs of units, which leaving groups out counts
    ``2 G (G - 3/2) / (G - 1)**2`` times (Efron & Stein 1981, of degree 2). The excess is taken off, and the degrees of
    freedom are those of all pairs of groups, as far as pairs of units dominate. Where they do not, the excess is small
    and makes up for skewness, of which a standard error knows nothing (see docs/verification.md).
    """
    excess = 2.0 * GROUPS * (GROUPS - 1.5) / (GROUPS - 1.0) ** 2 - 1.0
    variance = np.maximum(error**2, _LEAST)
    quadratic = np.minimum(quadratic, variance)
    dominance = (quadratic / np.maximum(variance - excess * quadratic, quadratic)) ** 2
    corrected: Floats = np.sqrt(np.maximum(variance - excess * quadratic * dominance, quadratic))
    of_pairs = GROUPS * (GROUPS - 3.0) / 2.0
    degrees = (GROUPS - 1.0) + (of_pairs - (GROUPS - 1.0)) * dominance
    reach: Floats = corrected * stdtrit(degrees, 0.975)
    return corrected, reach


def quadratic_variance(products: Floats, count: float) -> float:
    """Variance, due to pairs of units, of the mean product of two different of ``count`` units.

    ``products``: sums of the products of all units of one group with all of another, (groups, groups). They are
    taken apart as hybrids of their groups are: what is specific to two groups is due to pairs.
    """
    specific = max(combining_ability(products).specific_variance, 0.0)
    return 2.0 * specific * (GROUPS / count) ** 2 / (count * (count - 1.0))
