"""Hits: what random losses of elements do to a whole, one and many."""

from dataclasses import dataclass

import numpy as np

from analysis.arrays import Bools, Floats
from analysis.measures.game import AnyGame, evaluate, size_of
from analysis.measures.jackknife import GROUPS, T_GROUPS, jackknife_error


@dataclass(frozen=True, kw_only=True)
class DirectionalEpistasis:
    """How performance falls with the number of hits: ``ln w(k) = -a k**beta``."""

    hits: Floats
    """(hits,): k = 1, 2, ..."""
    kept: Floats
    """(hits,): ``w(k)``, mean performance after k random hits as a share of the whole's, above the baseline."""
    kept_error: Floats
    """(hits,): standard error over draws."""
    strength: float
    """``a``, the fall of ``ln w`` at the first hit. NaN where `reason` says why."""
    beta: float
    """Above 1 hits harm more together than apart (synergistic, negative epistasis), below 1 less (antagonistic). NaN
    where `reason` says why."""
    beta_error: float
    """Jackknife standard error over draws."""
    reason: str
    """Why the fit is undefined, or empty."""

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of ``beta``, over draws."""
        reach = T_GROUPS * self.beta_error
        return self.beta - reach, self.beta + reach


def directional_epistasis(
    game: AnyGame, n: int | None = None, *, baseline: float = 0.0, most: int = 10, draws: int = 1000, seed: int = 0
) -> DirectionalEpistasis:
    """Measure ``w(k)`` for k up to ``most`` hits and fit it, on a scale of natural units such as viability or skill.

    The draws are orders of being hit, so that k + 1 hits include k. ``baseline``: performance worth nothing, such as
    the accuracy of guessing. The fit is a line through ``ln(-ln w)`` against ``ln k`` (Azevedo et al. 2006), each
    point weighted by its error, but none more than four times as much as the middle one: the curve is a model, and must
    not hang on a point that is known exactly. Costs ``most draws + 1`` evaluations. Raises ValueError for fewer than 64
    draws.
    """
    size = size_of(game, n)
    if draws < 4 * GROUPS:
        raise ValueError(f"directional epistasis needs at least {4 * GROUPS} draws; got {draws}")
    hits = np.arange(1.0, min(most, size) + 1.0)
    place = np.argsort(np.random.default_rng(seed).random((draws, size)), axis=1)
    masks = np.concatenate([np.ones((1, size), dtype=np.bool_), *(place >= k for k in hits)])
    values = evaluate(game, masks) - baseline
    whole, after = float(values[0]), values[1:].reshape(len(hits), draws)
    if whole <= 0.0:
        kept = error = np.full(len(hits), np.nan)
        fit, fit_error, reason = (np.nan, np.nan), np.nan, "the whole is no better than the baseline"
    else:
        kept, error = after.mean(1) / whole, after.std(1, ddof=1) / whole / np.sqrt(draws)
        reason = _unfit(kept, error)
        fit, fit_error = (np.nan, np.nan), np.nan
        if not reason:
            fit = _line(hits, kept, error)
            groups = np.array_split(np.arange(draws), GROUPS)
            left_out = [_line(hits, np.delete(after, g, axis=1).mean(1) / whole, error)[1] for g in groups]
            fit_error = float(jackknife_error(np.array(left_out)))
    return DirectionalEpistasis(
        hits=hits,
        kept=kept,
        kept_error=error,
        strength=float(np.exp(fit[0])),
        beta=fit[1],
        beta_error=fit_error,
        reason=reason,
    )


def _unfit(kept: Floats, error: Floats) -> str:
    """Why the curve has no ``ln(-ln w)`` to fit, at some point or surely."""
    if len(kept) < 2:
        return "a curve needs at least 2 hits"
    if np.any(kept <= 2.0 * error):
        return f"nothing is left after {int(np.argmax(kept <= 2.0 * error)) + 1} hits: fit fewer"
    if np.any(kept >= 1.0 - 2.0 * error):
        return "so few hits do no harm that could be told from none"
    return ""


def _line(hits: Floats, kept: Floats, error: Floats) -> tuple[float, float]:
    """Intercept and slope of ``ln(-ln w)`` against ``ln k``, weighted."""
    within = np.clip(kept, 1e-12, 1.0 - 1e-12)
    spread = np.maximum(error, 1e-9) / np.abs(within * np.log(within))
    weight = 1.0 / np.maximum(spread, np.median(spread) / 4.0)
    design = np.column_stack([np.ones(len(hits)), np.log(hits)]) * weight[:, None]
    intercept, slope = np.linalg.lstsq(design, np.log(-np.log(within)) * weight, rcond=None)[0]
    return float(intercept), float(slope)


@dataclass(frozen=True, kw_only=True)
class Robustness:
    """What the loss of single elements costs."""

    cost: Floats
    """(n,): ``v(all) - v(all but i)``, in performance units."""
    tolerance: float
    """The cost below which a loss counts as none."""

    @property
    def share(self) -> float:
        """Share of the elements whose loss costs no more than the tolerance: from 0, each is needed, to 1."""
        return float(np.mean(self.cost <= self.tolerance))


def robustness(game: AnyGame, n: int | None = None, *, tolerance: float) -> Robustness:
    """Take away every element in turn; ``n + 1`` evaluations."""
    size = size_of(game, n)
    masks: Bools = np.concatenate([np.ones((1, size), dtype=np.bool_), ~np.eye(size, dtype=np.bool_)])
    values = evaluate(game, masks)
    return Robustness(cost=values[0] - values[1:], tolerance=tolerance)
