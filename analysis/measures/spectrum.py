"""The interaction spectrum: how much of the variation of a game is due to single elements, pairs, and more.

With presence drawn Bernoulli(q), ``x_i = (m_i - q) / sqrt(q (1 - q))`` and ``chi_S`` the product of ``x_i`` over
``S``, every game is ``v = sum_S f_S chi_S`` (Walsh, or q-biased Fourier, expansion; O'Donnell 2014, ch. 8). The
variance at order ``k`` is ``W_k = sum_{|S| = k} f_S**2`` and ``Var v`` is the sum over ``k >= 1``.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.arrays import Bools, Floats
from analysis.measures.design import MaskDesign, choose
from analysis.measures.game import Game

ORDERS = ("1", "2", "3+")
_GROUPS = 16
_RELATIVE_FLOOR = 1e-12


@dataclass(frozen=True, kw_only=True)
class Spectrum:
    """What one game's masks say about its interactions."""

    variance: float
    """``Var v`` in squared performance units."""
    shares: Floats
    """(3,): ``W_k / Var v`` for orders 1, 2 and 3 and up. They sum to 1; a sampled one may fall a little outside
    [0, 1]. NaN where `reason` says why."""
    shares_error: Floats
    """(3,): jackknife standard error over masks; 0 for a complete design."""
    mixability: Floats
    """(n,): Banzhaf value, the average worth of each element over random sets of partners."""
    interaction: Floats
    """(n, n): Banzhaf interaction index ``I_ij``; positive is synergy, negative redundancy; diagonal 0."""
    synergy: float
    """Synergy mass ``sum_{i<j} max(I_ij, 0)``."""
    redundancy: float
    """Redundancy mass ``sum_{i<j} max(-I_ij, 0)``."""
    reason: str
    """Why the shares are undefined, or empty."""

    @property
    def first_order_share(self) -> float:
        """``W_1 / Var v``: 1 where every element acts on its own; 1 - this is co-adaptation."""
        return float(self.shares[0])


def interaction_spectrum(
    game: Game | Callable[[Bools], ArrayLike],
    n: int | None = None,
    *,
    keep_prob: float = 0.5,
    samples: int | None = None,
    seed: int = 0,
) -> Spectrum:
    """Measure the interaction spectrum of a game.

    ``game`` maps masks (masks, n) to performance (masks,); ``n`` may be left out where the game has an ``n``. Costs
    ``2**n`` evaluations up to 20 elements and ``samples`` (8,192) beyond.

    >>> interaction_spectrum(lambda masks: masks.all(axis=1) * 1.0, n=2).shares.round(3).tolist()
    [0.667, 0.333, 0.0]
    """
    elements = n if n is not None else getattr(game, "n", None)
    if elements is None:
        raise ValueError("say how many elements the game has: interaction_spectrum(game, n=...)")
    design = choose(elements, samples, np.random.default_rng(seed), keep_prob)
    return spectrum(design, np.asarray(game(design.masks), dtype=np.float64))


def spectrum(design: MaskDesign, values: Floats) -> Spectrum:
    """Estimate the spectrum from the values (masks,) of the masks of a design.

    Raises ValueError for values of another shape or not finite.
    """
    if values.shape != (len(design.masks),):
        raise ValueError(f"values must have shape ({len(design.masks)},); got {values.shape}")
    if not np.all(np.isfinite(values)):
        first = int(np.flatnonzero(~np.isfinite(values))[0])
        mend = "check the game's inputs and weights" if np.isnan(values[first]) else "clip the performance"
        raise ValueError(f"values must be finite; mask {first} gave {values[first]}: {mend}")
    return _exact(design, values) if design.kind == "complete" else _sampled(design, values)


def walsh_transform(values: Floats, keep_prob: float = 0.5) -> Floats:
    """All coefficients ``f_S`` of a game from all its values; ``S`` and mask are both read as bits.

    One butterfly an element, ``n 2**n`` additions in all (Yates 1937), for the product measure with any keep
    probability.
    """
    n = int(values.size).bit_length() - 1
    if values.size != 2**n:
        raise ValueError(f"all 2**n values are needed; got {values.size}")
    result = values.astype(np.float64, copy=True)
    spread = np.sqrt(keep_prob * (1.0 - keep_prob))
    for element in range(n):
        pairs = result.reshape(-1, 2, 2**element)
        absent, present = pairs[:, 0].copy(), pairs[:, 1].copy()
        pairs[:, 0] = (1.0 - keep_prob) * absent + keep_prob * present
        pairs[:, 1] = spread * (present - absent)
    return result


def _exact(design: MaskDesign, values: Floats) -> Spectrum:
    n, spread = design.n, design.keep_prob * (1.0 - design.keep_prob)
    coefficients = walsh_transform(values, design.keep_prob)
    order = np.bitwise_count(np.arange(2**n, dtype=np.uint32))
    weights = np.bincount(order, coefficients**2, minlength=3)
    single = 1 << np.arange(n)
    interaction = np.where(np.eye(n, dtype=np.bool_), 0.0, coefficients[single[:, None] | single] / spread)
    pairs = interaction[np.triu_indices(n, 1)]
    variance = float(weights[1:].sum())
    reason = _constant(variance, values)
    shares = np.array([weights[1], weights[2], weights[3:].sum()])
    return Spectrum(
        variance=variance,
        shares=np.full(3, np.nan) if reason else shares / variance,
        shares_error=np.full(3, np.nan) if reason else np.zeros(3),
        mixability=coefficients[single] / np.sqrt(spread),
        interaction=interaction,
        synergy=float(np.maximum(pairs, 0.0).sum()),
        redundancy=float(np.maximum(-pairs, 0.0).sum()),
        reason=reason,
    )


@dataclass(frozen=True)
class _Sums:
    """Sums over a set of sampled units (masks, or antithetic pairs of masks), from which every estimate follows."""

    count: float
    single: Floats
    """(n,): sum of ``v x_i``."""
    single_squares: float
    """sum over units and elements of ``(v x_i)**2``."""
    pair: Floats
    """(n, n): sum of ``v x_i x_j``."""
    pair_squares: float
    """sum over units and pairs ``i < j`` of ``(v x_i x_j)**2``."""
    odd_squares: float
    """sum of squares of the part of odd order; 0 where the parts are not told apart."""
    even_squares: float
    """sum of squares of the centred values, or of their part of even order."""

    def __sub__(self, other: "_Sums") -> "_Sums":
        return _Sums(*(getattr(self, f) - getattr(other, f) for f in self.__dataclass_fields__))

    def variances(self, *, antithetic: bool) -> Floats:
        """(3,): unbiased ``W_1``, ``W_2`` and ``Var v``.

        A plain square of a mean is too large by its variance, for ``W_1`` by about ``n Var v / count`` in all, so
        products of different units are averaged instead. Where the sample mean was taken off first, the average
        falls short by the factor ``centring``, which is divided out.
        """
        count = self.count
        centring = 1.0 - 2.0 / count + 2.0 / count**2
        first = float(self.single @ self.single) - self.single_squares
        second = float(np.sum(np.triu(self.pair, 1) ** 2)) - self.pair_squares
        products = count * (count - 1.0)
        return np.array(
            [
                first / products / (1.0 if antithetic else centring),
                second / products / centring,
                self.odd_squares / count + self.even_squares / (count - 1.0),
            ]
        )


def _sampled(design: MaskDesign, values: Floats) -> Spectrum:
    n, keep_prob = design.n, design.keep_prob
    spread = keep_prob * (1.0 - keep_prob)
    antithetic = design.kind == "antithetic"
    if antithetic:
        first, second = np.split(values, 2)
        odd, even = (first - second) / 2.0, (first + second) / 2.0
        masks = design.masks[: len(first)]
    else:
        odd = even = values
        masks = design.masks
    centred = even - even.mean()
    groups = [
        _sums(masks[g], odd[g] if antithetic else centred[g], centred[g], keep_prob, antithetic=antithetic)
        for g in np.array_split(np.arange(len(masks)), _GROUPS)
    ]
    total = _total(groups)
    estimate = total.variances(antithetic=antithetic)
    left_out = np.array([(total - group).variances(antithetic=antithetic) for group in groups])
    reason = _constant(estimate[2], values) or _undetermined(estimate[2], left_out[:, 2])
    halves = [_total(groups[0::2]), _total(groups[1::2])]
    upper = np.triu_indices(n, 1)
    one, two = (half.pair[upper] / half.count / spread for half in halves)
    interaction = total.pair / total.count / spread
    np.fill_diagonal(interaction, 0.0)
    return Spectrum(
        variance=float(estimate[2]),
        shares=np.full(3, np.nan) if reason else _shares(estimate),
        shares_error=np.full(3, np.nan) if reason else _jackknife(np.array([_shares(e) for e in left_out])),
        mixability=total.single / total.count / np.sqrt(spread),
        interaction=interaction,
        synergy=_cross_fitted_mass(one, two),
        redundancy=_cross_fitted_mass(-one, -two),
        reason=reason,
    )


def _sums(masks: Bools, odd: Floats, centred: Floats, keep_prob: float, *, antithetic: bool) -> _Sums:
    x = (masks - keep_prob) / np.sqrt(keep_prob * (1.0 - keep_prob))
    squares = x**2
    of_singles = squares.sum(1)
    of_pairs = (of_singles**2 - (squares**2).sum(1)) / 2.0
    return _Sums(
        count=float(len(masks)),
        single=odd @ x,
        single_squares=float(odd**2 @ of_singles),
        pair=x.T @ (centred[:, None] * x),
        pair_squares=float(centred**2 @ of_pairs),
        odd_squares=float(odd @ odd) if antithetic else 0.0,
        even_squares=float(centred @ centred),
    )


def _total(groups: list[_Sums]) -> _Sums:
    return _Sums(*(sum(getattr(g, f) for g in groups) for f in _Sums.__dataclass_fields__))


def _shares(variances: Floats) -> Floats:
    first, second, total = variances
    shares: Floats = np.array([first, second, total - first - second]) / total
    return shares


def _jackknife(left_out: Floats) -> Floats:
    """Standard error from estimates (groups, ...) that each leave one group out (Efron & Stein 1981)."""
    groups = len(left_out)
    error: Floats = np.sqrt((groups - 1) / groups * np.sum((left_out - left_out.mean(0)) ** 2, axis=0))
    return error


def _cross_fitted_mass(one: Floats, two: Floats) -> float:
    """``sum max(I, 0)`` from two independent estimates of ``I``: one says which to add, the other what.

    Adding the positive part of a noisy estimate would count noise as mass; this counts 0 for noise on average
    and falls short, never over, where an interaction is too small for its sign to be sure.
    """
    return float((two[one > 0.0].sum() + one[two > 0.0].sum()) / 2.0)


def _constant(variance: float, values: Floats) -> str:
    """Why there is nothing to share out, where a game is constant to rounding."""
    scale = float(np.max(np.abs(values)))
    return "the performance is the same for all masks" if variance <= _RELATIVE_FLOOR * scale**2 else ""


def _undetermined(variance: float, left_out: Floats) -> str:
    error = float(_jackknife(left_out))
    return "the variance cannot be told from 0 with so few masks" if variance < 2.0 * error else ""
