"""Noise stability: the interaction spectrum's tail, from pairs of masks that are alike to a degree.

Let m' keep each element of m as it is with probability rho and draw it anew otherwise. Then
``Stab(rho) = Cov(v(m), v(m')) = sum_k rho**k W_k`` (O'Donnell 2014, sections 2.4 and 8.3): high orders are forgotten
first. Free recombination is the case rho = 1/2.
"""

from dataclasses import dataclass

import numpy as np

from analysis.arrays import Floats
from analysis.measures.game import AnyGame, size_of
from analysis.measures.jackknife import GROUPS, T_GROUPS, jackknife_error
from analysis.measures.spectrum import Spectrum

RHOS: Floats = np.linspace(0.1, 1.0, 10)
RHOS.setflags(write=False)
TAIL = 5
"""Orders from this one on are told apart so badly by a curve of covariances that they are given as one."""
_STEPS = len(RHOS)
_WIDEST = 0.25


@dataclass(frozen=True, kw_only=True)
class NoiseStability:
    """Covariance of performance between masks that are alike to a degree."""

    covariance: Floats
    """(10,): ``Stab(rho)`` at `RHOS`, in squared performance units; at 1 it is the variance."""
    covariance_error: Floats
    """(10,): jackknife standard error over masks."""
    shares: Floats
    """(5,): ``W_k / Var v`` for k = 1, 2, 3, 4, and 5 and up: those >= 0 that fit the covariances best. NaN where
    `reason` says why: neighbouring orders are hard to tell apart, so this indicates and does not measure."""
    shares_error: Floats
    """(5,): jackknife standard error over masks."""
    mean_order: float
    """``sum_k k W_k / Var v`` of the same fit: 1 where elements act alone, n for parity."""
    mean_order_error: float
    """Jackknife standard error over masks."""
    reason: str
    """Why shares are undefined, or empty."""


def noise_stability(
    game: AnyGame,
    n: int | None = None,
    *,
    samples: int = 8192,
    keep_prob: float = 0.5,
    seed: int = 0,
    known: Spectrum | None = None,
) -> NoiseStability:
    """Measure noise stability at ten degrees of likeness, and what it says of orders 3, 4, and 5 and up.

    On a path of 11 masks from one random mask to another, elements change over one by one in random order, so that
    masks l tenths of the path apart are alike to ``rho = 1 - l / 10``. ``samples`` counts all evaluations. ``known``:
    the spectrum of the same game from other masks, whose first two orders then need not be found from the curve.

    Raises ValueError for fewer than 704 samples, with which no interval could be given.
    """
    size, paths = size_of(game, n), samples // (_STEPS + 1)
    if paths < 4 * GROUPS:
        raise ValueError(f"noise stability needs at least {4 * GROUPS * (_STEPS + 1)} samples; got {samples}")
    rng = np.random.default_rng(seed)
    start, end = (rng.random((paths, size)) < keep_prob for _ in range(2))
    order = rng.random((paths, size))
    masks = np.concatenate([np.where(order < step / _STEPS, end, start) for step in range(_STEPS + 1)])
    values = np.asarray(game(masks), dtype=np.float64).reshape(_STEPS + 1, paths)
    covariance = _covariances(values)
    groups = np.array_split(np.arange(paths), GROUPS)
    left_out = [_covariances(np.delete(values, group, axis=1)) for group in groups]
    error = jackknife_error(np.array(left_out))
    variance = float(covariance[-1])
    if variance <= 1e-12 * float(np.max(np.abs(values))) ** 2:
        nothing = np.full(TAIL, np.nan)
        return NoiseStability(
            covariance=covariance, covariance_error=error, shares=nothing, shares_error=nothing,
            mean_order=np.nan, mean_order_error=np.nan, reason="the performance is the same for all masks",
        )  # fmt: skip
    weight = 1.0 / np.maximum(error, 1e-6 * variance)
    fit, without = _unmix(covariance, weight, size, known), [_unmix(c, weight, size, known) for c in left_out]
    fit_error = jackknife_error(np.array(without))
    unknown = fit_error[:TAIL] * T_GROUPS > _WIDEST
    unknown[2:] |= unknown[2:].any()
    which = ", ".join(str(order + 1) for order in np.flatnonzero(unknown))
    return NoiseStability(
        covariance=covariance,
        covariance_error=error,
        shares=np.where(unknown, np.nan, fit[:TAIL]),
        shares_error=np.where(unknown, np.nan, fit_error[:TAIL]),
        mean_order=float(fit[TAIL]),
        mean_order_error=float(fit_error[TAIL]),
        reason=f"so few masks do not tell the orders {which} from their neighbours" if which else "",
    )


def _covariances(values: Floats) -> Floats:
    """(10,): unbiased ``Stab`` at `RHOS` from values (11, paths) along the paths."""
    centred = values - values.mean(1, keepdims=True)
    products = centred @ centred.T / (values.shape[1] - 1.0)
    return np.array([np.diag(products, apart).mean() for apart in range(_STEPS - 1, -1, -1)])


def _unmix(covariance: Floats, weight: Floats, size: int, known: Spectrum | None) -> Floats:
    """Shares (5,) and mean order from a covariance curve, by nonnegative least squares; weights are 1 / error."""
    from scipy.optimize import nnls  # noqa: PLC0415 - a second that --help need not wait for

    orders = np.arange(1, min(size, 64) + 1)
    curves, target = RHOS[:, None] ** orders * weight[:, None], covariance * weight
    if known is not None and not np.isnan(known.shares).any():
        sure = known.variance * np.maximum(known.shares_error[:2], 1e-6)
        curves = np.concatenate([curves, np.eye(2, len(orders)) / sure[:, None]])
        target = np.concatenate([target, known.variance * known.shares[:2] / sure])
    found = nnls(curves, target)[0]
    shares = np.zeros(TAIL)
    np.add.at(shares, np.minimum(orders, TAIL) - 1, found)
    fit: Floats = np.append(shares, orders @ found) / found.sum()
    return fit
