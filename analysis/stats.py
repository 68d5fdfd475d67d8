"""Comparisons of two arms over independent replicates: difference, interval, effect size, verdict."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from analysis.arrays import Floats

CONFIDENCE = 0.95
MIN_REPLICATES = 5
"""Fewer pairs than this give no interval: a bootstrap of so few says more of the resampling than of the world."""
_RESAMPLES = 9999
_EXACT_PAIRS = 13
_ROUNDING = 1e-12
_POWER_SUM = 1.959964 + 0.841621  # normal quantiles of a two-sided 5 % test with 80 % power


class Verdict(StrEnum):
    """What a comparison says of a claim."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    NO_EFFECT = "no effect"
    CONDITIONAL = "conditional"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two arms, replicate by replicate. Every number but the counts is NaN where too few pairs are defined."""

    pairs: int
    """Replicates in which both arms are defined."""
    replicates: int
    """Replicates in all."""
    without: float
    """Mean of the arm without mixing."""
    with_mixing: float
    """Mean of the arm with mixing."""
    difference: float
    """Mean of (with - without)."""
    low: float
    high: float
    """95 % interval of `difference`: BCa bootstrap (Efron 1987), widened for few replicates (see `interval`)."""
    hedges_g: float
    """Difference in units of the arms' pooled standard deviation, corrected for small samples (Hedges 1981)."""
    superiority: float
    """Share of pairs in which mixing gives more, ties counting half."""
    p_value: float
    """Two-sided paired permutation test (random signs), exact up to 13 pairs."""

    @property
    def excludes_zero(self) -> bool:
        """Whether the interval lies wholly on one side of 0."""
        return self.low > 0.0 or self.high < 0.0


def compare(without: Sequence[float], with_mixing: Sequence[float], *, seed: int = 0) -> Comparison:
    """Compare two arms whose replicates are paired by position; a pair with a NaN in it is left out and counted.

    Raises ValueError for arms of different lengths.
    """
    a, b = np.asarray(without, dtype=np.float64), np.asarray(with_mixing, dtype=np.float64)
    if a.shape != b.shape or a.ndim != 1:
        raise ValueError(f"arms must be paired replicate by replicate; got shapes {a.shape} and {b.shape}")
    defined = ~(np.isnan(a) | np.isnan(b))
    replicates, a, b = len(a), a[defined], b[defined]
    if len(a) < MIN_REPLICATES:
        nan = float("nan")
        return Comparison(
            pairs=len(a),
            replicates=replicates,
            without=float(a.mean()) if len(a) else nan,
            with_mixing=float(b.mean()) if len(b) else nan,
            difference=float((b - a).mean()) if len(a) else nan,
            low=nan,
            high=nan,
            hedges_g=nan,
            superiority=nan,
            p_value=nan,
        )
    low, high = interval(b - a, seed=seed)
    return Comparison(
        pairs=len(a),
        replicates=replicates,
        without=float(a.mean()),
        with_mixing=float(b.mean()),
        difference=float((b - a).mean()),
        low=low,
        high=high,
        hedges_g=hedges_g(a, b),
        superiority=float(np.mean((b > a) + 0.5 * (b == a))),
        p_value=sign_flip_p(b - a, seed=seed),
    )


def interval(values: Floats, *, seed: int = 0) -> tuple[float, float]:
    """95 % BCa bootstrap interval of a mean over independent replicates; of equal values, the value itself.

    With few replicates the plain interval is too narrow, since it resamples a variance that is itself too small on
    average. Its level is therefore widened so that for normal values it would be Student's interval (Hesterberg 2015).
    """
    from scipy.stats import bootstrap, norm, t  # noqa: PLC0415 - a second that --help need not wait for

    if np.ptp(values) <= _ROUNDING * np.max(np.abs(values)):
        return float(values[0]), float(values[0])
    size = len(values)
    quantile = math.sqrt(size / (size - 1)) * float(t.ppf((1.0 + CONFIDENCE) / 2.0, size - 1))
    result = bootstrap(
        (values,),
        np.mean,
        n_resamples=_RESAMPLES,
        confidence_level=float(norm.cdf(quantile) - norm.cdf(-quantile)),
        method="BCa",
        rng=np.random.default_rng(seed),
    )
    return float(result.confidence_interval.low), float(result.confidence_interval.high)


def hedges_g(a: Floats, b: Floats) -> float:
    """``(mean b - mean a) / pooled SD``, times ``1 - 3 / (4 df - 1)``; NaN where neither arm varies but they differ."""
    pooled = math.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 2.0)
    difference = float(b.mean() - a.mean())
    if pooled == 0.0:
        return 0.0 if difference == 0.0 else float("nan")
    degrees = len(a) + len(b) - 2
    return difference / pooled * (1.0 - 3.0 / (4.0 * degrees - 1.0))


def sign_flip_p(differences: Floats, *, seed: int = 0) -> float:
    """Two-sided p value of a mean paired difference, when every sign is as likely as its opposite under the null."""
    from scipy.stats import permutation_test  # noqa: PLC0415 - see interval()

    result = permutation_test(
        [differences],
        lambda values, axis: np.mean(values, axis=axis),
        permutation_type="samples",
        n_resamples=2**_EXACT_PAIRS if len(differences) <= _EXACT_PAIRS else _RESAMPLES,
        rng=np.random.default_rng(seed),
    )
    return float(result.pvalue)


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjust p values for their number (Holm 1979); NaN stays NaN and is not counted."""
    p = np.asarray(p_values, dtype=np.float64)
    adjusted = np.full_like(p, np.nan)
    known = np.flatnonzero(~np.isnan(p))
    running = 0.0
    for rank, index in enumerate(known[np.argsort(p[known], kind="stable")]):
        running = max(running, min(1.0, (len(known) - rank) * p[index]))
        adjusted[index] = running
    return [float(a) for a in adjusted]


def verdict(comparison: Comparison, direction: int, smallest: float) -> Verdict:
    """Judge the claim that mixing moves a measure in ``direction`` (+1 or -1) by more than ``smallest``.

    ``smallest`` is the smallest effect of interest, stated before the run, in the measure's units.
    """
    low, high = sorted((direction * comparison.low, direction * comparison.high))
    if low > smallest:
        return Verdict.SUPPORTED
    if high < -smallest:
        return Verdict.CONTRADICTED
    if -smallest < low and high < smallest:
        return Verdict.NO_EFFECT
    return Verdict.UNDETERMINED


def replicates_to_decide(comparison: Comparison, smallest: float) -> int | None:
    """About how many pairs would settle an undetermined verdict, or None where that cannot be foreseen.

    From the interval's width: the pairs with which a normal interval around the same mean would, with 80 % power,
    clear the nearer of the two bounds +-``smallest``.
    """
    distance = abs(abs(comparison.difference) - smallest)
    if math.isnan(comparison.low) or distance == 0.0:
        return None
    deviation = (comparison.high - comparison.low) / (2.0 * 1.959964) * math.sqrt(comparison.pairs)
    needed = math.ceil((_POWER_SUM * deviation / distance) ** 2)
    return max(needed, comparison.pairs + 1)
