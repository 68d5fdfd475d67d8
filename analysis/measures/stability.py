"""Noise stability: the interaction spectrum's tail, from pairs of masks that are alike to a degree.

Let m' keep each element of m as it is with probability rho and draw it anew otherwise. Then
``Stab(rho) = Cov(v(m), v(m')) = sum_k rho**k W_k`` (O'Donnell 2014, sections 2.4 and 8.3): high orders are forgotten
first. Free recombination is the case rho = 1/2.
"""

from dataclasses import dataclass

import numpy as np

from analysis.arrays import Floats
from analysis.measures.design import probability
from analysis.measures.game import AnyGame, evaluate, rounding, size_of
from analysis.measures.jackknife import GROUPS, T_GROUPS, jackknife_error
from analysis.measures.spectrum import Spectrum

RHOS: Floats = np.linspace(0.1, 1.0, 10)
RHOS.setflags(write=False)
TAIL = 5
"""Orders from this one on are told apart so badly by a curve of covariances that they are given as one."""
_STEPS = len(RHOS)
_EACH, _HIGHER = 32, 16
_WIDEST = 0.25
_LEAST_VARIANCE = 5.0  # in its errors; below, intervals were seen to cover as little as .61
_HALVINGS = 12
_ENFORCED = 1e5  # weight of what a fit is made to obey, beside a curve in units of its error


@dataclass(frozen=True, kw_only=True)
class NoiseStability:
    """Covariance of performance between masks that are alike to a degree."""

    covariance: Floats
    """(10,): ``Stab(rho)`` at `RHOS`, in squared performance units; at 1 it is the variance."""
    covariance_error: Floats
    """(10,): jackknife standard error over masks."""
    shares: Floats
    """(5,): ``W_k / Var v`` for k = 1, 2, 3, 4, and 5 and up: those >= 0 that fit the covariances best. NaN where
    the interval is wider than half the range, as `reason` says: neighbouring orders are hard to tell apart."""
    shares_interval: Floats
    """(2, 5): ends of a 95 % interval of each: what spectra >= 0 could have given these covariances (a profile
    likelihood, since a standard error says nothing of an estimate that cannot fall below 0)."""
    mean_order: float
    """``sum_k k W_k / Var v`` of the same fit: 1 where elements act alone, n for parity."""
    mean_order_interval: Floats
    """(2,): ends of its 95 % interval."""
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
    the spectrum of the same game from other masks, whose first two shares then need not be found from the curve.

    Raises ValueError for fewer than 704 samples, with which no interval could be given.
    """
    size, paths = size_of(game, n), samples // (_STEPS + 1)
    if paths < 4 * GROUPS:
        raise ValueError(f"noise stability needs at least {4 * GROUPS * (_STEPS + 1)} samples; got {samples}")
    rng = np.random.default_rng(seed)
    start, end = (rng.random((paths, size)) < probability(keep_prob) for _ in range(2))
    order = rng.random((paths, size))
    masks = np.concatenate([np.where(order < step / _STEPS, end, start) for step in range(_STEPS + 1)])
    values = evaluate(game, masks).reshape(_STEPS + 1, paths)
    covariance = _covariances(values)
    groups = np.array_split(np.arange(paths), GROUPS)
    left_out = [_covariances(np.delete(values, group, axis=1)) for group in groups]
    error = jackknife_error(np.array(left_out))
    variance = float(covariance[-1])
    reason = ""
    if variance <= rounding(values) ** 2:
        reason = "the performance is the same for all masks"
    elif variance < _LEAST_VARIANCE * error[-1]:
        reason = "the variance is carried by too few of the masks to be known well"
    if reason:
        return NoiseStability(
            covariance=covariance, covariance_error=error,
            shares=np.full(TAIL, np.nan), shares_interval=np.full((2, TAIL), np.nan),
            mean_order=np.nan, mean_order_interval=np.full(2, np.nan), reason=reason,
        )  # fmt: skip
    orders = _orders(size)
    curves, target = _whitened(covariance, _error_covariance(values), orders, known)
    (*shares, mean_order), low, high = _unmix(curves, target, orders)
    unknown = high[:TAIL] - low[:TAIL] > 2.0 * _WIDEST
    which = ", ".join(name for name, unclear in zip(("1", "2", "3", "4", "5+"), unknown, strict=True) if unclear)
    return NoiseStability(
        covariance=covariance,
        covariance_error=error,
        shares=np.where(unknown, np.nan, shares),
        shares_interval=np.stack([low[:TAIL], high[:TAIL]]),
        mean_order=float(mean_order),
        mean_order_interval=np.array([low[TAIL], high[TAIL]]),
        reason=f"so few masks do not tell order {which} from the others" if which else "",
    )


def _covariances(values: Floats) -> Floats:
    """(10,): unbiased ``Stab`` at `RHOS` from values (11, paths) along the paths."""
    centred = values - values.mean(1, keepdims=True)
    products = centred @ centred.T / (values.shape[1] - 1.0)
    return np.array([np.diag(products, apart).mean() for apart in range(_STEPS - 1, -1, -1)])


def _error_covariance(values: Floats) -> Floats:
    """(10, 10): error covariance of `_covariances`, from how the products vary between paths."""
    paths = values.shape[1]
    centred = values - values.mean(1, keepdims=True)
    products = [(centred[: _STEPS + 1 - apart] * centred[apart:]).mean(0) for apart in range(_STEPS - 1, -1, -1)]
    # its inverse is right on average (of normal products)
    covariance: Floats = np.cov(products) * (paths - 1.0) / (paths - _STEPS - 2.0) / paths
    return covariance


def _orders(size: int) -> Floats:
    """Orders that stand for all of them: each up to 32, then fewer and fewer up to the size."""
    each = np.arange(1.0, min(size, _EACH) + 1.0)
    return np.unique(np.append(each, np.geomspace(each[-1], size, _HIGHER).round()))


def _whitened(covariance: Floats, error: Floats, orders: Floats, known: Spectrum | None) -> tuple[Floats, Floats]:
    """Curves ``rho**k`` (rows, orders) and covariances (rows,) in units in which errors are 1 and independent."""
    variance = float(covariance[-1])
    steady = 1e-4 * np.diag(error) + (1e-6 * variance) ** 2
    unit = np.linalg.cholesky(error + np.diag(steady))
    curves = np.linalg.solve(unit, RHOS[:, None] ** orders)
    target = np.linalg.solve(unit, covariance)
    if known is not None and not np.isnan(known.shares).any():
        sure = variance * np.maximum(known.shares_error[:2], 1e-6)[: len(orders)]
        apart = np.eye(len(sure), len(orders)) - known.shares[: len(sure), None]  # W_k less its share of all
        curves = np.concatenate([curves, apart / sure[:, None]])
        target = np.append(target, np.zeros(len(sure)))
    return curves, target


def _unmix(curves: Floats, target: Floats, orders: Floats) -> tuple[Floats, Floats, Floats]:
    """Shares (5,) and mean order, (6,) in all, with the ends of their intervals, by nonnegative least squares."""
    best, misfit = _nonnegative(curves, target)
    # each quantity is a mean over orders, weighted by what the fit finds at each
    means = np.concatenate([np.minimum(orders, TAIL) == np.arange(1.0, TAIL + 1.0)[:, None], orders[None]])
    found = means @ best / best.sum()
    most = misfit**2 + T_GROUPS**2
    enforced = _ENFORCED / best.sum()

    def possible(mean: Floats, at: float) -> bool:
        rows = np.concatenate([curves, enforced * (mean - at)[None]])
        return bool(_nonnegative(rows, np.append(target, 0.0))[1] ** 2 <= most)

    def end(mean: Floats, inside: float, outside: float) -> float:
        if possible(mean, outside):
            return outside
        for _ in range(_HALVINGS):
            middle = (inside + outside) / 2.0
            inside, outside = (middle, outside) if possible(mean, middle) else (inside, middle)
        return outside

    low = np.array([end(mean, at, mean.min()) for mean, at in zip(means, found, strict=True)])
    high = np.array([end(mean, at, mean.max()) for mean, at in zip(means, found, strict=True)])
    return found, low, high


def _nonnegative(curves: Floats, target: Floats) -> tuple[Floats, float]:
    """The nonnegative combination of curves nearest to a target, and how far off it is."""
    from scipy.optimize import nnls  # noqa: PLC0415 - a second that --help need not wait for

    weights, misfit = nnls(curves, target, maxiter=100 * curves.shape[1])
    return weights, float(misfit)
