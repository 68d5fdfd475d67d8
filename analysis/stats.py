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
_ENOUGH_TO_RESAMPLE = 7
_FAR = 1e3  # beyond it, noncentral t intervals are proportional to t
REACH = 1.959964
"""Standard errors that a 95 % interval of a normal estimate reaches either way."""
_POWER_SUM = REACH + 0.841621  # of a two-sided 5 % test with 80 % power


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
    """95 % interval of `difference`: BCa bootstrap (Efron 1987), or Student's for few replicates (see `interval`)."""
    hedges_g: float
    """Difference in units of the arms' pooled standard deviation, corrected for small samples (Hedges 1981)."""
    hedges_g_low: float
    hedges_g_high: float
    """95 % interval of the populations' difference in units of their pooled standard deviation (see
    `effect_size_interval`); it excludes 0 where the paired t test rejects at 5 %."""
    superiority: float
    """Share of pairs in which mixing gives more, ties counting half."""
    p_value: float
    """Two-sided paired permutation test (random signs), exact up to 13 pairs."""

    @property
    def excludes_zero(self) -> bool:
        """Whether the interval lies wholly on one side of 0."""
        return self.low > 0.0 or self.high < 0.0


def compare(without: Sequence[float], with_mixing: Sequence[float], *, seed: int = 0) -> Comparison:
    """Compare two arms whose replicates are paired by position; a pair that is not finite is left out and counted.

    Raises ValueError for arms of different lengths.
    """
    a, b = np.asarray(without, dtype=np.float64), np.asarray(with_mixing, dtype=np.float64)
    if a.shape != b.shape or a.ndim != 1:
        raise ValueError(f"arms must be paired replicate by replicate; got shapes {a.shape} and {b.shape}")
    defined = np.isfinite(a) & np.isfinite(b)
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
            hedges_g_low=nan,
            hedges_g_high=nan,
            superiority=nan,
            p_value=nan,
        )
    low, high = interval(b - a, seed=seed)
    g_low, g_high = effect_size_interval(a, b)
    return Comparison(
        pairs=len(a),
        replicates=replicates,
        without=float(a.mean()),
        with_mixing=float(b.mean()),
        difference=float((b - a).mean()),
        low=low,
        high=high,
        hedges_g=float(hedges_g(a, b)),
        hedges_g_low=g_low,
        hedges_g_high=g_high,
        superiority=float(np.mean((b > a) + 0.5 * (b == a))),
        p_value=sign_flip_p(b - a, seed=seed),
    )


def interval(values: Floats, *, seed: int = 0) -> tuple[float, float]:
    """95 % interval of a mean over independent replicates: BCa bootstrap, below 7 Student's; a point for equal values.

    With few replicates the plain bootstrap is too narrow, since it resamples a variance that is itself too small on
    average. Its level is therefore widened so that for normal values it would be Student's interval (Hesterberg 2015);
    of 5 or 6 values there are too few means to resample for that (see docs/verification.md).
    """
    if np.ptp(values) <= _ROUNDING * np.max(np.abs(values)):
        return float(values[0]), float(values[0])
    from scipy.stats import bootstrap, norm, t  # noqa: PLC0415 - a second that --help need not wait for

    size, reach = len(values), float(t.ppf((1.0 + CONFIDENCE) / 2.0, len(values) - 1))
    if size < _ENOUGH_TO_RESAMPLE:
        mean, error = float(values.mean()), float(values.std(ddof=1)) / math.sqrt(size)
        return mean - reach * error, mean + reach * error
    quantile = math.sqrt(size / (size - 1)) * reach
    result = bootstrap(
        (values,),
        np.mean,
        n_resamples=_RESAMPLES,
        confidence_level=float(norm.cdf(quantile) - norm.cdf(-quantile)),
        method="BCa",
        rng=np.random.default_rng(seed),
    )
    return float(result.confidence_interval.low), float(result.confidence_interval.high)


def effect_size_interval(a: Floats, b: Floats) -> tuple[float, float]:
    """95 % interval of a paired difference in units of the arms' pooled standard deviation (Algina & Keselman 2003).

    The noncentral t interval of the mean difference in units of the differences' own standard deviation, rescaled. Of
    arms that do not differ, 0; NaN where neither arm varies.
    """
    from scipy.special import nctdtrinc  # noqa: PLC0415 - see interval()

    difference, pooled = b - a, math.sqrt(float(a.var(ddof=1) + b.var(ddof=1)) / 2.0)
    if not difference.any():
        return 0.0, 0.0
    mean = float(difference.mean())
    if pooled <= _ROUNDING * float(np.max(np.abs(difference))):
        return float("nan"), float("nan")
    error = max(float(difference.std(ddof=1)) / math.sqrt(len(a)), abs(mean) / _FAR)
    low, high = (
        error / pooled * float(nctdtrinc(len(a) - 1, p, mean / error))
        for p in ((1 + CONFIDENCE) / 2, (1 - CONFIDENCE) / 2)
    )
    return low, high


@dataclass(frozen=True, kw_only=True)
class Hierarchical:
    """A mean over replicates of which each was measured by samples (masks, individuals, inputs) of its own."""

    mean: float
    """Mean over replicates of their means, each replicate counting alike."""
    low: float
    high: float
    """95 % interval over replicates, NaN below 5. Samples only show through the replicates' means: to resample both
    levels would count their noise twice (Davison & Hinkley 1997, section 3.8)."""
    within: float
    """Share of the variance between replicates' means that is due to the samples, 0 to 1: near 1, more samples would
    narrow the interval; near 0, only more replicates. NaN below 5 replicates or where the means do not vary."""


def hierarchical(samples: Sequence[Floats], *, seed: int = 0) -> Hierarchical:
    """The mean of samples that lie within replicates, (samples,) for each replicate.

    Raises ValueError for a replicate with fewer than 2 samples.
    """
    if any(len(own) < 2 for own in samples):
        raise ValueError(f"each replicate needs at least 2 samples; got {min(len(own) for own in samples)}")
    means = np.array([own.mean() for own in samples])
    if len(means) < MIN_REPLICATES:
        nan = float("nan")
        return Hierarchical(mean=float(means.mean()) if len(means) else nan, low=nan, high=nan, within=nan)
    low, high = interval(means, seed=seed)
    between, noise = float(means.var(ddof=1)), float(np.mean([own.var(ddof=1) / len(own) for own in samples]))
    within = min(1.0, noise / between) if between > 0.0 else float("nan")
    return Hierarchical(mean=float(means.mean()), low=low, high=high, within=within)


def hedges_g(a: Floats, b: Floats, axis: int = -1) -> Floats:
    """``(mean b - mean a) / pooled SD``, times ``1 - 3 / (4 df - 1)``; NaN where neither arm varies but they differ."""
    pooled = np.sqrt((a.var(ddof=1, axis=axis) + b.var(ddof=1, axis=axis)) / 2.0)
    difference = b.mean(axis=axis) - a.mean(axis=axis)
    degrees = a.shape[axis] + b.shape[axis] - 2
    with np.errstate(divide="ignore", invalid="ignore"):
        g: Floats = difference / pooled * (1.0 - 3.0 / (4.0 * degrees - 1.0))
    return np.where(pooled > 0.0, g, np.where(difference == 0.0, 0.0, np.nan))


def equivalence_p(differences: Floats, smallest: float) -> float:
    """P value against "the mean paired difference is ``smallest`` or more, either way" (Schuirmann 1987; two t tests).

    Small where the difference is surely too small to matter. NaN below 5 pairs.
    """
    from scipy.stats import t  # noqa: PLC0415 - see interval()

    size = len(differences)
    if size < MIN_REPLICATES:
        return float("nan")
    mean, error = float(differences.mean()), float(differences.std(ddof=1)) / math.sqrt(size)
    if error <= _ROUNDING * abs(mean):
        return 0.0 if abs(mean) < smallest else 1.0
    return float(t.sf((smallest - abs(mean)) / error, size - 1))


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

    Where ``direction`` is 0 the claim is that it does not, and an interval within ``smallest`` of 0 supports it.
    ``smallest`` is the smallest effect of interest, stated before the run, in the measure's units.
    """
    if direction == 0:
        return _EQUALITY[verdict(comparison, +1, smallest)]
    low, high = sorted((direction * comparison.low, direction * comparison.high))
    if low > smallest:
        return Verdict.SUPPORTED
    if high < -smallest:
        return Verdict.CONTRADICTED
    if -smallest < low and high < smallest:
        return Verdict.NO_EFFECT
    return Verdict.UNDETERMINED


_EQUALITY = {
    Verdict.SUPPORTED: Verdict.CONTRADICTED,
    Verdict.CONTRADICTED: Verdict.CONTRADICTED,
    Verdict.NO_EFFECT: Verdict.SUPPORTED,
    Verdict.UNDETERMINED: Verdict.UNDETERMINED,
}
"""What the verdict on "more" says of "as much"."""


def replicates_to_decide(comparison: Comparison, smallest: float) -> int | None:
    """About how many pairs would settle an undetermined verdict, or None where that cannot be foreseen.

    From the interval's width: the pairs with which a normal interval around the same mean would, with 80 % power,
    clear the nearer of the two bounds +-``smallest``.
    """
    distance = abs(abs(comparison.difference) - smallest)
    if math.isnan(comparison.low) or distance == 0.0:
        return None
    deviation = (comparison.high - comparison.low) / (2.0 * REACH) * math.sqrt(comparison.pairs)
    needed = math.ceil((_POWER_SUM * deviation / distance) ** 2)
    return max(needed, comparison.pairs + 1)
