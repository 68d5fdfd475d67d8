"""Context dependence: how much an element's worth depends on who else is there.

``delta_i(m) = v(m with i) - v(m without i)`` is the worth of element i beside the partners in m. Its mean over m is
the mixability of i, and ``c_i = Var[delta_i] / E[delta_i**2] = 1 - f_i**2 / Inf_i`` says how much it varies, where
``Inf_i``, the sum of ``f_S**2`` over sets that hold i, is the influence of i (O'Donnell 2014, ch. 2).
"""

from dataclasses import dataclass

import numpy as np

from analysis.arrays import Bools, Floats
from analysis.measures.design import probability
from analysis.measures.game import AnyGame, ScaledGame, evaluate, rounding, size_of
from analysis.measures.jackknife import GROUPS, T_GROUPS, jackknife_error

MIN_BASES = 2 * GROUPS
_TOGETHER = 4096  # evaluations


@dataclass(frozen=True, kw_only=True)
class ContextDependence:
    """How much the worth of each element depends on its partners, from sampled partners."""

    mixability: Floats
    """(n,): mean of ``delta_i``."""
    mixability_error: Floats
    """(n,): standard error over partners."""
    dependence: Floats
    """(n,): ``c_i``, from 0, the same worth with any partners, to 1, worth set wholly by who else is there; unbiased
    squares may take it a little beyond. NaN for an element whose worth is 0, to rounding, beside all partners seen."""
    dependence_error: Floats
    """(n,): jackknife standard error over partners."""
    overall: float
    """``1 - sum_i f_i**2 / sum_i Inf_i = 1 - W_1 / sum_k k W_k``: the mean of ``c_i``, weighted by influence."""
    overall_error: float
    """Jackknife standard error over partners."""
    reason: str
    """Why `overall` is undefined (NaN), or empty."""

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of `overall`, over partners."""
        reach = T_GROUPS * self.overall_error
        return self.overall - reach, self.overall + reach


def context_dependence(
    game: AnyGame,
    n: int | None = None,
    *,
    bases: int = 64,
    keep_prob: float = 0.5,
    seed: int = 0,
) -> ContextDependence:
    """Measure context dependence from ``bases`` random sets of partners, at each of which every element is flipped.

    Costs ``bases (n + 1)`` evaluations. (For games of few elements, `interaction_spectrum` gives it exactly.) Raises
    ValueError for fewer than 32 bases, with which no interval could be given, and for values that are not finite.
    """
    elements = size_of(game, n)
    if bases < MIN_BASES:
        raise ValueError(f"context dependence needs at least {MIN_BASES} sets of partners; got {bases}")
    masks = np.random.default_rng(seed).random((bases, elements)) < probability(keep_prob)
    values = [evaluate(game, _flips(part)) for part in _parts(masks)]
    return _of_values(masks, np.concatenate(values).reshape(bases, -1))


def on_both_scales(
    game: ScaledGame, bases: int, rng: np.random.Generator, keep_prob: float = 0.5
) -> dict[str, ContextDependence]:
    """The same on each scale of a game, from one evaluation."""
    masks = rng.random((bases, game.n)) < probability(keep_prob)
    values = [game.performance(_flips(part)) for part in _parts(masks)]
    return {
        scale: _of_values(masks, np.concatenate([part[scale] for part in values]).reshape(bases, -1))
        for scale in values[0]
    }


def _parts(masks: Bools) -> list[Bools]:
    """The masks in parts whose flips are evaluated together."""
    size = max(1, _TOGETHER // (masks.shape[1] + 1))
    return [masks[start : start + size] for start in range(0, len(masks), size)]


def _flips(masks: Bools) -> Bools:
    """Each mask (bases, n) itself, then those that differ from it in one element: (bases (n + 1), n)."""
    n = masks.shape[1]
    flipped: Bools = masks[:, None] ^ np.concatenate([np.zeros((1, n), dtype=np.bool_), np.eye(n, dtype=np.bool_)])
    return flipped.reshape(len(masks) * (n + 1), n)


def _of_values(masks: Bools, values: Floats) -> ContextDependence:
    """Context dependence from masks (bases, n) and the values (bases, n + 1) of the flips of each."""
    bases, tiny = len(masks), rounding(values)
    worth = np.where(masks, 1.0, -1.0) * (values[:, :1] - values[:, 1:])  # delta_i beside each set of partners
    sums, squares = worth.sum(0), (worth**2).sum(0)
    without_effect = squares <= bases * tiny**2
    constant = bool(without_effect.all())
    groups = np.array_split(np.arange(bases), GROUPS)
    left_out = [(sums - worth[g].sum(0), squares - (worth[g] ** 2).sum(0), bases - len(g)) for g in groups]
    with np.errstate(invalid="ignore", divide="ignore"):
        each = _dependence(sums, squares, bases)
        each_error = jackknife_error(np.array([_dependence(*parts) for parts in left_out]))
        overall = _overall(sums, squares, bases)
        overall_error = float(jackknife_error(np.array([_overall(*parts) for parts in left_out])))
    return ContextDependence(
        mixability=sums / bases,
        mixability_error=worth.std(0, ddof=1) / np.sqrt(bases),
        dependence=np.where(without_effect, np.nan, each),
        dependence_error=np.where(without_effect, np.nan, each_error),
        overall=np.nan if constant else overall,
        overall_error=np.nan if constant else overall_error,
        reason="no element makes any difference" if constant else "",
    )


def _products(sums: Floats, squares: Floats, bases: int) -> Floats:
    """Unbiased ``E[delta_i]**2`` (n,): products of different partners, since a square holds its own noise."""
    product: Floats = (sums**2 - squares) / (bases * (bases - 1.0))
    return product


def _dependence(sums: Floats, squares: Floats, bases: int) -> Floats:
    dependence: Floats = 1.0 - _products(sums, squares, bases) / (squares / bases)
    return dependence


def _overall(sums: Floats, squares: Floats, bases: int) -> float:
    return float(1.0 - _products(sums, squares, bases).sum() / (squares.sum() / bases))
