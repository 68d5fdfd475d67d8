"""Combining ability: of a pool of parents crossed with each other, what is good with anyone and what with some.

The performance of the hybrid of i and j is ``y_ij = mean + g_i + g_j + s_ij + noise`` with random ``g`` (general
combining ability, GCA) and ``s`` (specific, SCA): the diallel analysis of variance without parents and reciprocals,
parents random (Griffing 1956, method 4, model II). Of the variance between hybrids ``2 Var g`` is general.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analysis.arrays import Bools, Floats
from analysis.measures.game import ScaledGame
from analysis.measures.jackknife import jackknife_error

MIN_PARENTS = 4
_ROUNDING = 1e-12


@dataclass(frozen=True, kw_only=True)
class CombiningAbility:
    """A table of hybrids and its two parts."""

    hybrids: Floats
    """(parents, parents): mean performance of the children of each pair, the parents' own on the diagonal."""
    general: Floats
    """(parents,): estimated ``g_i``; they sum to 0."""
    specific: Floats
    """(parents, parents): estimated ``s_ij``; 0 on the diagonal."""
    general_variance: float
    """``2 Var g``; sampling may take an estimate below 0."""
    specific_variance: float
    """``Var s``; sampling may take an estimate below 0."""
    share: float
    """``2 Var g / (2 Var g + Var s)`` (Baker 1978), from 0, all depends on the pair, to 1, all on the parents. NaN
    where `reason` says why."""
    share_error: float
    """Jackknife standard error over parents."""
    reason: str
    """Why the share is undefined, or empty."""


def pool(cross: Callable[[int, int], ScaledGame], parents: int, masks: Bools) -> dict[str, CombiningAbility]:
    """Cross every pair of a pool of parents of one recipe and take the table apart, on each scale.

    ``cross(i, j)`` is the game whose True elements come from parent i and whose False ones from j; ``masks``
    (masks, n) are Bernoulli(1/2), independent of each other (not in pairs of complements). Each is used with its
    complement, so that both parents are treated alike. Costs ``parents (parents - 1) (masks + 1)`` evaluations.
    """
    both = np.concatenate([np.ones((1, masks.shape[1]), dtype=np.bool_), masks, ~masks])
    hybrids: dict[str, Floats] = {}
    noise: dict[str, list[float]] = {}
    for i in range(parents):
        for j in range(i + 1, parents):
            ends = np.zeros((1, masks.shape[1]), dtype=np.bool_)
            for scale, values in cross(i, j).performance(np.concatenate([both, ends])).items():
                table = hybrids.setdefault(scale, np.empty((parents, parents)))
                children = (values[1 : 1 + len(masks)] + values[1 + len(masks) : -1]) / 2.0
                table[i, i], table[j, j] = values[0], values[-1]
                table[i, j] = table[j, i] = children.mean()
                noise.setdefault(scale, []).append(float(children.var(ddof=1)) / len(masks))
    return {scale: combining_ability(table, float(np.mean(noise[scale]))) for scale, table in hybrids.items()}


def combining_ability(hybrids: Floats, noise: float = 0.0) -> CombiningAbility:
    """Take a symmetric table (parents, parents) of hybrids apart; its diagonal is kept and not used.

    ``noise``: variance of a hybrid's mean over its children, which would else count as specific. Raises ValueError
    for fewer than 4 parents, with which the parts cannot be told apart.
    """
    parents = len(hybrids)
    if parents < MIN_PARENTS:
        raise ValueError(f"combining ability needs at least {MIN_PARENTS} parents; got {parents}")
    off = hybrids[~np.eye(parents, dtype=np.bool_)]
    if not np.all(np.isfinite(off)):
        raise ValueError("the performance of every hybrid must be finite; leave parents out that give none")
    _, general, specific = _parts(hybrids)
    variances = _variances(hybrids, noise)
    rest = [np.delete(np.delete(hybrids, i, axis=0), i, axis=1) for i in range(parents)]
    reason = "" if np.ptp(off) > _ROUNDING * np.max(np.abs(off)) else "the hybrids do not differ"
    if not reason and (off.var() <= noise or not np.any(variances > 0.0)):
        reason = "the hybrids differ by no more than their noise"
    error = float("nan")
    if not reason and parents > MIN_PARENTS:
        error = float(jackknife_error(np.array([_share(_variances(table, noise)) for table in rest])))
    return CombiningAbility(
        hybrids=hybrids,
        general=general,
        specific=specific,
        general_variance=float(variances[0]),
        specific_variance=float(variances[1]),
        share=float("nan") if reason else _share(variances),
        share_error=error,
        reason=reason,
    )


def _parts(hybrids: Floats) -> tuple[float, Floats, Floats]:
    """Mean, general (parents,) and specific (parents, parents) effects."""
    parents = len(hybrids)
    off = ~np.eye(parents, dtype=np.bool_)
    mean = float(hybrids[off].mean())
    deviation = np.where(off, hybrids - mean, 0.0)
    general = deviation.sum(1) / (parents - 2)
    specific = np.where(off, deviation - general[:, None] - general, 0.0)
    return mean, general, specific


def _variances(hybrids: Floats, noise: float) -> Floats:
    """(2,): unbiased ``2 Var g`` and ``Var s``, from the mean squares of the two parts."""
    parents = len(hybrids)
    _, general, specific = _parts(hybrids)
    of_general = (parents - 2) * np.sum(general**2) / (parents - 1)
    of_specific = np.sum(specific**2) / 2.0 / (parents * (parents - 3) / 2.0)
    return np.array([2.0 * (of_general - of_specific) / (parents - 2), of_specific - noise])


def _share(variances: Floats) -> float:
    """Baker's ratio; a part that is estimated below 0 counts as 0."""
    general, specific = np.maximum(variances, 0.0)
    return float(general / (general + specific)) if general + specific > 0.0 else float("nan")
