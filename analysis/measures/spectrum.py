"""The interaction spectrum: how much of the variation of a game is due to single elements, pairs, and more.

In the expansion of `analysis.measures.walsh`, the variance at order ``k`` is ``W_k = sum_{|S| = k} f_S**2``, and
``Var v`` is the sum over ``k >= 1``.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.arrays import Bools, Floats
from analysis.measures import walsh
from analysis.measures.design import MaskDesign, affordable, choose, tabulate
from analysis.measures.game import AnyGame, evaluate, finite, rounding, size_of
from analysis.measures.jackknife import GROUPS, jackknife_error
from analysis.measures.masses import Masses, deconvolved_masses, exact_masses
from analysis.measures.products import error_of_products, quadratic_variance

ORDERS = ("1", "2", "3+")
_WIDEST = 0.5
_ROWS = 64


@dataclass(frozen=True, kw_only=True)
class Spectrum:
    """What one game's masks say about its interactions."""

    variance: float
    """``Var v`` in squared performance units."""
    shares: Floats
    """(3,): ``W_k / Var v`` for orders 1, 2 and 3 and up. They sum to 1; a sampled one may fall a little outside
    [0, 1]. NaN where `reason` says why."""
    shares_error: Floats
    """(3,): standard error over masks; 0 for a complete design."""
    shares_reach: Floats
    """(3,): how far a 95 % interval over masks reaches either way; 0 for a complete design."""
    all_shares: Floats
    """(n,): the share of every order, for a complete design; empty for a sample."""
    mixability: Floats
    """(n,): Banzhaf value, the average worth of each element over random sets of partners."""
    mixability_error: Floats
    """(n,): standard error over masks."""
    influence: Floats
    """(n,): ``Inf_i``, the sum of ``f_S**2`` over the sets that hold the element, for a complete design; empty for a
    sample."""
    context_dependence: Floats
    """(n,): ``c_i = 1 - f_i**2 / Inf_i`` of each element, for a complete design; empty for a sample, which
    cannot tell (see `analysis.measures.context`). NaN for an element without any effect."""
    interaction: Floats
    """(n, n): Banzhaf interaction index ``I_ij``; positive is synergy, negative redundancy; diagonal 0."""
    interaction_error: Floats
    """(n, n): standard error over masks."""
    masses: Floats
    """(2,): synergy mass ``sum_{i<j} max(I_ij, 0)`` and redundancy mass ``sum_{i<j} max(-I_ij, 0)``."""
    masses_error: Floats
    """(2,): jackknife standard error over masks."""
    reason: str
    """Why shares are undefined, or empty."""

    @property
    def first_order_share(self) -> float:
        """``W_1 / Var v``: 1 where every element acts on its own; 1 - this is co-adaptation."""
        return float(self.shares[0])

    @property
    def synergy(self) -> float:
        """Synergy mass, in performance units (the glossary's is divided by the worth of the whole)."""
        return float(self.masses[0])

    @property
    def redundancy(self) -> float:
        """Redundancy mass, in performance units (the glossary's is divided by the worth of the whole)."""
        return float(self.masses[1])

    @property
    def intervals(self) -> Floats:
        """(2, 3): lower and upper end of a 95 % interval of each share, over masks."""
        return np.stack([self.shares - self.shares_reach, self.shares + self.shares_reach])

    def strongest(self, count: int) -> list[tuple[int, int, float, float]]:
        """The pairs with the largest ``|I_ij|``: elements, interaction, standard error."""
        one, two = np.triu_indices(len(self.mixability), 1)
        found = self.interaction[one, two]
        top = np.argsort(-np.abs(found), kind="stable")[:count]
        return [(int(one[k]), int(two[k]), float(found[k]), float(self.interaction_error[one[k], two[k]])) for k in top]


def interaction_spectrum(
    game: AnyGame,
    n: int | None = None,
    *,
    keep_prob: float = 0.5,
    samples: int | None = None,
    seed: int = 0,
) -> Spectrum:
    """Measure the interaction spectrum of a game.

    ``game`` maps masks (masks, n) to performance (masks,); ``n`` may be left out where the game has an ``n``. Costs
    ``2**n`` evaluations up to 20 elements and ``samples`` (8,192) beyond; ``samples=2**n`` asks for all of them, up to
    24 elements.

    Raises ValueError where there is too little memory, too few samples, or a performance that is not finite.

    >>> interaction_spectrum(lambda masks: masks.all(axis=1) * 1.0, n=2).shares.round(3).tolist()
    [0.667, 0.333, 0.0]
    """
    elements = size_of(game, n)
    if affordable(elements, samples):
        return exact_spectrum(tabulate(game, elements), keep_prob, overwrite=True)
    design = choose(elements, samples, np.random.default_rng(seed), keep_prob)
    return spectrum(design, evaluate(game, design.masks))


def spectrum(design: MaskDesign, values: Floats) -> Spectrum:
    """Estimate the spectrum from the values (masks,) of the masks of a design.

    Raises ValueError for values of another shape or not finite.
    """
    if values.shape != (len(design.masks),):
        raise ValueError(f"values must have shape ({len(design.masks)},); got {values.shape}")
    numbers = finite(values)
    return exact_spectrum(numbers, design.keep_prob) if design.kind == "complete" else _sampled(design, numbers)


def exact_spectrum(values: Floats, keep_prob: float = 0.5, *, overwrite: bool = False) -> Spectrum:
    """The spectrum from the values (2**n,) of all masks, numbered as in `analysis.measures.walsh`.

    ``overwrite``: transform float64 values in place; they are lost then. Raises ValueError where they are not finite
    or their number is no power of two, from 2 on.
    """
    n, spread, tiny = walsh.elements(values), keep_prob * (1.0 - keep_prob), rounding(values)
    if n == 0:
        raise ValueError("a spectrum needs at least 1 element; got the value of none")
    coefficients = walsh.walsh_transform(values, keep_prob, overwrite=overwrite)
    weights, influence = walsh.by_order(coefficients)
    single = 1 << np.arange(n)
    of_pairs = np.where(np.eye(n, dtype=np.bool_), 0.0, coefficients[single[:, None] | single])
    interaction = np.where(np.abs(of_pairs) > tiny, of_pairs, 0.0) / spread
    variance = float(weights[1:].sum())
    reason = _constant(variance, tiny)
    shares = np.full(n, np.nan) if reason else weights[1:] / variance
    with np.errstate(invalid="ignore", divide="ignore"):
        context = np.where(influence > tiny**2, np.maximum(1.0 - coefficients[single] ** 2 / influence, 0.0), np.nan)
    return Spectrum(
        variance=variance,
        shares=np.array([shares[0], shares[1:2].sum(), shares[2:].sum()]),
        shares_error=np.full(3, np.nan) if reason else np.zeros(3),
        shares_reach=np.full(3, np.nan) if reason else np.zeros(3),
        all_shares=shares,
        mixability=coefficients[single] / np.sqrt(spread),
        mixability_error=np.zeros(n),
        influence=influence,
        context_dependence=context,
        interaction=interaction,
        interaction_error=np.zeros((n, n)),
        masses=exact_masses(interaction[np.triu_indices(n, 1)]),
        masses_error=np.zeros(2),
        reason=reason,
    )


@dataclass(frozen=True)
class _Sums:
    """Sums over a set of sampled units (masks, or antithetic pairs of masks), from which every estimate follows."""

    count: float
    single: Floats
    """(n,): sum of ``v x_i``."""
    single_squares: Floats
    """(n,): sum of ``(v x_i)**2``."""
    pair: NDArray[np.floating[Any]]
    """(n, n): sum of ``v x_i x_j``."""
    pair_squares: NDArray[np.floating[Any]]
    """(n, n): sum of ``(v x_i x_j)**2``; (1, 1) where it is the same for all pairs."""
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
        count, n = self.count, len(self.single)
        centring = 1.0 - 2.0 / count + 2.0 / count**2
        first = float(self.single @ self.single - self.single_squares.sum())
        squares = np.broadcast_to(self.pair_squares, (n, n))
        second = float(np.sum(self.pair**2) - np.sum(np.diag(self.pair) ** 2) - squares.sum() + np.trace(squares)) / 2.0
        products = count * (count - 1.0)
        return np.array(
            [
                first / products / (1.0 if antithetic else centring),
                second / products / centring,
                self.odd_squares / count + self.even_squares / (count - 1.0),
            ]
        )

    def mean_errors(self) -> tuple[Floats, Floats]:
        """Standard errors of the means of ``v x_i`` (n,) and of ``v x_i x_j`` (n, n)."""
        singles = self.single_squares / self.count - (self.single / self.count) ** 2
        pairs = self.pair_squares / self.count - (self.pair / self.count) ** 2
        error_of = [np.sqrt(np.maximum(variance, 0.0) / (self.count - 1.0)) for variance in (singles, pairs)]
        return error_of[0], error_of[1]


def _sampled(design: MaskDesign, values: Floats) -> Spectrum:
    n, keep_prob, antithetic = design.n, design.keep_prob, design.kind == "antithetic"
    _check_memory(n)
    spread = keep_prob * (1.0 - keep_prob)
    centred, tiny = values - values.mean(), rounding(values)
    unit = float(np.max(np.abs(centred)))
    unit = unit if unit > tiny else 1.0
    odd, even, masks = centred / unit, centred / unit, design.masks
    if antithetic:
        first, second = np.split(odd, 2)
        odd, masks = _but_rounding((first - second) / 2.0, tiny / unit), masks[: len(first)]
        even = (first + second) / 2.0
    even = _but_rounding(even - even.mean(), tiny / unit)
    odd = odd if antithetic else even
    groups = [
        _sums(masks[g], odd[g], even[g], keep_prob, antithetic=antithetic)
        for g in np.array_split(np.arange(len(masks)), GROUPS)
    ]
    total = _total(groups)
    estimate = total.variances(antithetic=antithetic)
    single_error, pair_error = total.mean_errors()
    whole = _masses(total, pair_error, None)
    variances, masses = [], []
    for group in groups:
        rest = total - group
        variances.append(rest.variances(antithetic=antithetic))
        masses.append(_masses(rest, pair_error, whole).values)
    reason = _constant(estimate[2], tiny / unit) or _undetermined(estimate[2], np.array(variances)[:, 2])
    first, second = _products(groups)
    of_pairs = np.array([quadratic_variance(each, total.count) for each in (first, second, first + second)])
    with np.errstate(invalid="ignore", divide="ignore"):  # of a constant game, for which they are not shown
        shares, shares_error = _shares(estimate), jackknife_error(np.array([_shares(v) for v in variances]))
        shares_error, shares_reach = error_of_products(shares_error, of_pairs / estimate[2] ** 2)
    blurred = _blurred(float(shares_reach[1]), len(values))
    unknown = np.array([bool(reason), bool(reason or blurred), bool(reason or blurred)])
    interaction = np.asarray(total.pair / total.count * (unit / spread), dtype=np.float64)
    np.fill_diagonal(interaction, 0.0)
    return Spectrum(
        variance=float(estimate[2]) * unit**2,
        shares=np.where(unknown, np.nan, shares),
        shares_error=np.where(unknown, np.nan, shares_error),
        shares_reach=np.where(unknown, np.nan, shares_reach),
        all_shares=np.empty(0),
        mixability=total.single / total.count * (unit / np.sqrt(spread)),
        mixability_error=single_error * (unit / np.sqrt(spread)),
        influence=np.empty(0),
        context_dependence=np.empty(0),
        interaction=interaction,
        interaction_error=pair_error * (unit / spread),
        masses=whole.values * (unit / spread),
        masses_error=jackknife_error(np.array(masses)) * (unit / spread),
        reason=reason or blurred,
    )


def _sums(masks: Bools, odd: Floats, even: Floats, keep_prob: float, *, antithetic: bool) -> _Sums:
    x = (masks - keep_prob) / np.sqrt(keep_prob * (1.0 - keep_prob))
    small = x.astype(np.float32)  # the noise of a pair's sum is far above single precision, which costs half
    squares, even_squares = small**2, (even**2).astype(np.float32)
    return _Sums(
        count=float(len(masks)),
        single=odd @ x,
        single_squares=odd**2 @ x**2,
        pair=small.T @ (even.astype(np.float32)[:, None] * small),
        pair_squares=np.array([[even @ even]]) if keep_prob == 0.5 else squares.T @ (even_squares[:, None] * squares),
        odd_squares=float(odd @ odd) if antithetic else 0.0,
        even_squares=float(even @ even),
    )


def _total(groups: list[_Sums]) -> _Sums:
    """Sums over all groups, in double precision."""
    fields: list[Any] = [sum((getattr(g, f) for g in groups), np.float64(0.0)) for f in _Sums.__dataclass_fields__]
    return _Sums(*fields)


def _products(groups: list[_Sums]) -> tuple[Floats, Floats]:
    """Sums over elements, and over pairs of elements, of the products of two groups' sums, (groups, groups) each."""
    single = np.array([group.single for group in groups])
    n = single.shape[1]
    pairs = np.zeros((len(groups), len(groups)))
    for start in range(0, n, _ROWS):
        rows = np.stack([group.pair[start : start + _ROWS] for group in groups])
        own = rows[:, np.arange(rows.shape[1]), np.arange(start, start + rows.shape[1])]
        rows = rows.reshape(len(groups), -1)
        pairs += (rows @ rows.T - own @ own.T) / 2.0
    return single @ single.T, pairs


def _masses(sums: _Sums, errors: Floats, start: Masses | None) -> Masses:
    """Synergy and redundancy mass, in units of ``v x_i x_j``; ``errors`` (n, n) are those of all units together."""
    upper = np.triu_indices(len(sums.single), 1)
    if upper[0].size == 0:
        return deconvolved_masses(np.empty(0), 0.0)
    found = np.asarray(sums.pair[upper], dtype=np.float64) / sums.count
    return deconvolved_masses(found, float(np.sqrt(np.mean(errors[upper] ** 2))), start)


def _shares(variances: Floats) -> Floats:
    first, second, total = variances
    shares: Floats = np.array([first, second, total - first - second]) / total
    return shares


def _but_rounding(values: Floats, tiny: float) -> Floats:
    """The values, or zeros where all of them are rounding."""
    return values if np.max(np.abs(values)) > tiny else np.zeros_like(values)


def _check_memory(n: int) -> None:
    import psutil  # noqa: PLC0415 - only here

    needed, free = 4.0 * (GROUPS + 12) * n**2, float(psutil.virtual_memory().available)
    if needed > free:
        raise ValueError(
            f"the pairs of {n} elements need {needed / 1e9:.1f} GB of memory and {free / 1e9:.1f} GB are free: "
            "measure groups of elements as one element each"
        )


def _constant(variance: float, tiny: float) -> str:
    """Why there is nothing to share out, where a game is constant to rounding."""
    return "the performance is the same for all masks" if variance <= tiny**2 else ""


def _undetermined(variance: float, left_out: Floats) -> str:
    error = float(jackknife_error(left_out))
    return "the variance cannot be told from 0 with so few masks" if variance < 2.0 * error else ""


def _blurred(reach: float, masks: int) -> str:
    """Why the shares of pairs and more are unknown, where their intervals are as wide as what they could be."""
    if not reach > _WIDEST:
        return ""
    return (
        f"a sample of {masks} does not tell pairs from larger sets: the share of pairs would be known to within "
        f"{reach:.1g}; about {_round_up(masks * reach / _WIDEST)} would do"
    )


def _round_up(count: float) -> int:
    """A count rounded up to two digits."""
    step = 10 ** max(0, int(np.log10(count)) - 1)
    return int(-(-count // step) * step)
