"""The knock-out curve: mean performance when each element is kept with probability q.

``m'(q)`` is the sum of the mixabilities and ``m''(q)`` that of the pair interactions, over both orders of a pair, at
keep probability q (Owen 1972).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analysis.arrays import Floats
from analysis.measures.game import ScaledGame, finite
from analysis.measures.walsh import elements

KEEP_PROBS = np.linspace(0.0, 1.0, 11)


@dataclass(frozen=True, kw_only=True)
class KnockOutCurve:
    """A knock-out curve on one scale."""

    mean: Floats
    """(keep probabilities,): ``m(q) = E[v]``. ``m''(q)`` is the sum of the pair interactions, so a convex curve
    means net synergy and a concave one net redundancy."""

    error: Floats
    """(keep probabilities,): standard error over masks; 0 at the ends, and where all masks were evaluated."""

    @property
    def retained(self) -> Floats:
        """``(m(q) - m(0)) / (m(1) - m(0))``: 0 with nothing left, 1 intact; NaN where the whole is worth nothing."""
        worth = self.mean[-1] - self.mean[0]
        return (self.mean - self.mean[0]) / worth if worth > 0.0 else np.full_like(self.mean, np.nan)

    @property
    def retention_at_half(self) -> float:
        """The share of the whole's worth that a random half of the elements keeps."""
        return float(np.interp(0.5, KEEP_PROBS, self.retained))


def knock_out_curve(game: ScaledGame, samples: int, rng: np.random.Generator) -> Mapping[str, KnockOutCurve]:
    """Measure ``m(q)`` at `KEEP_PROBS`, with the same random numbers at each, so that the curve is smooth.

    Costs ``9 samples + 2`` evaluations.
    """
    order = rng.random((samples, game.n))
    inner = [order < q for q in KEEP_PROBS[1:-1]]
    ends = np.array([[False] * game.n, [True] * game.n])
    values = game.performance(np.concatenate([ends, *inner]))
    return {
        scale: KnockOutCurve(
            mean=np.concatenate([v[:1], v[2:].reshape(-1, samples).mean(1), v[1:2]]),
            error=np.pad(v[2:].reshape(-1, samples).std(1, ddof=1) / np.sqrt(samples), 1),
        )
        for scale, v in values.items()
    }


def exact_knock_out(values: Floats) -> KnockOutCurve:
    """The knock-out curve from the values (2**n,) of all masks: a mean over sizes, weighted binomially."""
    n = elements(values)
    sizes = np.bitwise_count(np.arange(2**n, dtype=np.uint32))
    of_size = np.bincount(sizes, finite(values), n + 1)
    kept, q = np.arange(n + 1), KEEP_PROBS[:, None]
    return KnockOutCurve(mean=(q**kept * (1.0 - q) ** (n - kept)) @ of_size, error=np.zeros(len(KEEP_PROBS)))
