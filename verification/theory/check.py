"""What a check is made of: a number that was simulated, beside the one that theory expects."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import sqrt
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from analysis.arrays import Floats
from analysis.streams import seed_for
from verification.theory.panel import Arm, Panel, Points

ROOT = 1
"""Every stream is named after its check, under this root."""
LIMIT = 4.0
"""Standard errors that a sampled number may lie off."""
ALARM = float(2.0 * stats.norm.sf(LIMIT))
"""The probability that chance alone takes it further."""
NAN = float("nan")

Kind = Literal["exact", "sampled", "joint", "limit", "order"]


@dataclass(frozen=True, kw_only=True)
class Check:
    """One number of a law.

    ``exact``: equal but for rounding. ``sampled``: within 4 standard errors. ``joint``: chi-square, or the largest of
    many deviations, as one z. ``limit``: the law is the leading order of what is simulated, so a relative deviation is
    allowed. ``order``: larger than expected, by 4 standard errors.
    """

    what: str
    """The quantity, and the setting that tells it from others of its family."""
    simulated: str
    """Population, loci and replicates."""
    kind: Kind
    measured: float
    expected: float
    reach: float = NAN
    """Half the 95 % interval around what was measured; NaN where it has none."""
    score: float
    """z; for ``exact`` and ``limit`` the deviation."""
    tolerance: float
    """What the score may be."""
    sees: float
    """The smallest relative error that would fail: a sampled one in half of all runs, and 1.5 times it in 98 %."""

    @property
    def holds(self) -> bool:
        """Whether theory and simulator agree. A score that is no number is a failure."""
        return self.score >= self.tolerance if self.kind == "order" else abs(self.score) <= self.tolerance

    @property
    def chancy(self) -> bool:
        """Whether a correct simulator could fail by bad luck."""
        return self.kind in {"sampled", "joint"}


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What a family found, and its panel."""

    checks: tuple[Check, ...]
    panel: Panel


@dataclass(frozen=True, kw_only=True)
class Family:
    """A law, and how it is tried."""

    name: str
    title: str
    law: str
    """A formula in words that Markdown can show."""
    source: str
    seconds: float
    """About how long it takes one core."""
    measure: Callable[[float], Findings]
    """Simulates; the argument is the share of the replicates that are run, 1 for all."""


def seed(*key: str | int) -> int:
    """The seed of a stream."""
    return seed_for(ROOT, "theory", *key)


def replicates(count: int, effort: float, *, least: int = 8) -> int:
    """So many replicates, or the share of them that the effort asks for."""
    return max(least, round(count * effort))


def exact(what: str, simulated: str, measured: ArrayLike, expected: ArrayLike, *, tolerance: float = 1e-12) -> Check:
    """Numbers of any shape that are equal but for rounding; the one furthest off speaks for all.

    ``tolerance``: as a share of the largest expected number, or of 1 where that is 0.
    """
    found, law = np.broadcast_arrays(np.asarray(measured, dtype=np.float64), np.asarray(expected, dtype=np.float64))
    worst = np.unravel_index(np.argmax(np.abs(found - law)), found.shape)
    scale = float(np.max(np.abs(law))) or 1.0
    return Check(
        what=what,
        simulated=simulated,
        kind="exact",
        measured=float(found[worst]),
        expected=float(law[worst]),
        score=float(found[worst] - law[worst]) / scale,
        tolerance=tolerance,
        sees=tolerance,
    )


def mean_of(what: str, simulated: str, values: Floats, expected: float) -> Check:
    """The mean of independent replicates (R,), whose spread gives its error: Student's t, told as z."""
    return sampled(
        what,
        simulated,
        float(values.mean()),
        float(values.std(ddof=1)) / sqrt(len(values)),
        expected,
        freedom=len(values) - 1,
    )


def ratio_of(what: str, simulated: str, above: Floats, below: Floats, expected: float) -> Check:
    """The ratio of two means over the same replicates (R,), with its error to first order."""
    ratio = float(above.mean() / below.mean())
    error = float(np.std(above - ratio * below, ddof=1)) / sqrt(len(above)) / abs(float(below.mean()))
    return sampled(what, simulated, ratio, error, expected, freedom=len(above) - 1)


def share_of(what: str, simulated: str, hits: int, trials: int, expected: float) -> Check:
    """A share of independent trials, whose error is the binomial one under the law."""
    return sampled(what, simulated, hits / trials, sqrt(expected * (1.0 - expected) / trials), expected)


def sampled(
    what: str, simulated: str, measured: float, error: float, expected: float, *, freedom: float = np.inf
) -> Check:
    """A number with a standard error that has ``freedom`` degrees of freedom."""
    score = _as_z(2.0 * float(stats.t.sf(abs(measured - expected) / error, freedom)))
    return Check(
        what=what,
        simulated=simulated,
        kind="sampled",
        measured=measured,
        expected=expected,
        reach=float(stats.t.isf(0.025, freedom)) * error,
        score=float(np.copysign(score, measured - expected)),
        tolerance=LIMIT,
        sees=float(stats.t.isf(ALARM / 2.0, freedom)) * error / (abs(expected) or 1.0),
    )


def chi_square(what: str, simulated: str, statistic: float, freedom: float, *, draws: float | None = None) -> Check:
    """A sum of squares that is chi-square if the law holds; ``measured`` is its ratio to its degrees of freedom.

    ``draws``: how many independent draws the shares in question come from; the error that is seen is a typical relative
    one of a share. None where the law is about the squares themselves: then it is theirs.
    """
    low, high = stats.chi2.cdf(statistic, freedom), stats.chi2.sf(statistic, freedom)
    excess = float(stats.chi2.isf(ALARM / 2.0, freedom)) - freedom
    return Check(
        what=what,
        simulated=simulated,
        kind="joint",
        measured=statistic / freedom,
        expected=1.0,
        score=float(np.copysign(_as_z(2.0 * float(min(low, high))), low - 0.5)),
        tolerance=LIMIT,
        sees=excess / freedom if draws is None else sqrt(excess / draws),
    )


def vector(what: str, simulated: str, mean: Floats, covariance: Floats, expected: Floats, *, freedom: float) -> Check:
    """A mean vector (p,), with the covariance (p, p) of its error that was estimated with ``freedom``.

    Hotelling's T squared, told as the chi-square of the same probability. The error that is seen is a typical relative
    one of an entry.
    """
    entries, inverse, off = len(mean), np.linalg.inv(covariance), mean - expected
    squared = float(off @ inverse @ off)
    scale = (freedom - entries + 1.0) / (entries * freedom)
    chance = float(stats.f.sf(squared * scale, entries, freedom - entries + 1.0))
    excess = float(stats.f.isf(ALARM / 2.0, entries, freedom - entries + 1.0)) / scale - entries
    found = chi_square(what, simulated, float(stats.chi2.isf(chance, entries)), entries)
    return replace(found, sees=sqrt(excess / float(np.sum(expected**2 * np.diag(inverse)))))


def largest(what: str, simulated: str, scores: Floats, *, error: float) -> Check:
    """The largest of many z's (any shape), beside the median of that many normals' largest.

    ``error``: the relative standard error behind a z of 1.
    """
    top, count = float(np.max(np.abs(scores))), np.size(scores)
    chance = -float(np.expm1(count * np.log1p(-2.0 * stats.norm.sf(top))))
    return Check(
        what=what,
        simulated=simulated,
        kind="joint",
        measured=top,
        expected=float(stats.norm.isf((1.0 - 0.5 ** (1.0 / count)) / 2.0)),
        score=float(stats.norm.isf(chance)),
        tolerance=LIMIT,
        sees=float(stats.norm.isf(ALARM / count / 4.0)) * error,
    )


def limit(
    what: str, simulated: str, measured: float, expected: float, *, tolerance: float, error: float = 0.0
) -> Check:
    """A law that is the leading order, so that a relative deviation up to ``tolerance`` is its own, not an error."""
    return Check(
        what=what,
        simulated=simulated,
        kind="limit",
        measured=measured,
        expected=expected,
        reach=1.96 * error or NAN,
        score=measured / expected - 1.0,
        tolerance=tolerance,
        sees=tolerance + LIMIT * error / abs(expected),
    )


def more_than(what: str, simulated: str, values: Floats, bound: float) -> Check:
    """The mean of replicates (R,) that should be larger than ``bound``."""
    error = float(values.std(ddof=1)) / sqrt(len(values))
    return Check(
        what=what,
        simulated=simulated,
        kind="order",
        measured=float(values.mean()),
        expected=bound,
        reach=float(stats.t.isf(0.025, len(values) - 1)) * error,
        score=(float(values.mean()) - bound) / error,
        tolerance=LIMIT,
        sees=LIMIT * error / abs(float(values.mean())),
    )


def marks(x: ArrayLike, found: Sequence[Check], arm: Arm, label: str = "", *, hollow: bool = False) -> Points:
    """What sampled checks measured, to be drawn."""
    error = [check.reach / 1.96 for check in found]
    return Points(x=x, y=[check.measured for check in found], error=error, arm=arm, label=label, hollow=hollow)


def _as_z(chance: float) -> float:
    """The |z| that chance alone exceeds with this probability."""
    return float(stats.norm.isf(min(chance, 1.0) / 2.0))
