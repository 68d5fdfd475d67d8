"""The panel: every measure of one subject, the same code for genes and neurons."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from analysis.arrays import Floats
from analysis.measures.association import association
from analysis.measures.context import on_both_scales
from analysis.measures.crossing import crossing
from analysis.measures.design import choose, sample
from analysis.measures.knock_out import knock_out_curve
from analysis.measures.spectrum import spectrum
from analysis.sides.base import Subject
from analysis.streams import generator_for

SCALE_NAMES = ("natural", "log")
_NO_GAIN = "the parents are not to be told from the baseline"
_NO_WORTH = "the intact whole is not to be told from nothing at all"


class PanelSpec(BaseModel):
    """How finely to measure."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    masks: int = Field(default=8192, ge=256, le=10_000_000, description="presence masks for the interaction spectrum")
    knock_out_masks: int = Field(
        default=64, ge=8, le=1_000_000, description="masks at each point of the knock-out curve"
    )
    children: int = Field(default=128, ge=64, le=1_000_000, description="children of each pair of parents")
    pairs: int = Field(default=32, ge=1, le=100_000, description="pairs of individuals crossed in a population")
    partners: int = Field(
        default=32, ge=32, le=1_000_000, description="sets of partners beside which every element is flipped"
    )
    members: int = Field(default=4, ge=1, le=100_000, description="individuals of a population taken apart")


@dataclass(frozen=True, kw_only=True)
class Readings:
    """What the panel says of one subject."""

    values: dict[str, float]
    """``measure:condition`` to value; NaN where undefined."""
    reasons: dict[str, str]
    """Why a value is undefined."""
    curves: dict[str, Floats]
    """What figures draw: ``performance``, ``spectrum:natural`` and ``:log`` (3,), ``retained:natural`` and ``:log``."""
    portrait: dict[str, Floats]
    """What the figures draw of the first whole (on the log scale) and of the first observations."""


def take_panel(subject: Subject, spec: PanelSpec, seed: int) -> Readings:
    """Measure everything. Two arms measured with one seed see the same masks."""
    values: dict[str, float] = dict(subject.performance)
    curves: dict[str, Floats] = dict(subject.curves)
    possible: dict[str, str] = {}
    portrait: dict[str, Floats] = dict(subject.pictures)
    _interactions(subject, spec, seed, Readings(values=values, reasons=possible, curves=curves, portrait=portrait))
    for condition, games in subject.crosses.items():
        masks = sample(games[0].n, spec.children, generator_for(seed, "children")).masks
        crossed = list(crossing(games, masks, subject.baseline, subject.floor).values())
        natural, log = crossed
        values[f"hybrid_viability:{condition}"] = natural.hybrid_viability
        values[f"half_swap_load:{condition}"] = log.half_swap_load
        for scale, result in zip(SCALE_NAMES, crossed, strict=True):
            values[f"parents_{scale}:{condition}"] = result.parents
            values[f"children_{scale}:{condition}"] = result.children
        possible[f"hybrid_viability:{condition}"] = _NO_GAIN
    associations = [association(observed) for observed in subject.observations]
    values["mean_association"] = _mean([a.mean_squared for a in associations])
    values["effective_number"] = _mean([a.effective_number for a in associations])
    values["effective_rank"] = _mean([a.effective_rank for a in associations])
    values["constant_elements"] = _mean([float(np.sum(~a.varying)) for a in associations])
    for a in associations:
        if a.reason:
            possible.update(dict.fromkeys(("mean_association", "effective_number", "effective_rank"), a.reason))
    reasons = {key: why for key, why in possible.items() if np.isnan(values[key])}
    portrait["association"] = associations[0].correlation
    return Readings(values=values, reasons=reasons, curves=curves, portrait=portrait)


def _interactions(subject: Subject, spec: PanelSpec, seed: int, into: Readings) -> None:
    """Spectrum, synergy and redundancy, context dependence, knock-out curve: averages over the subject's wholes."""
    values, curves, reasons = into.values, into.curves, into.reasons
    found: defaultdict[str, list[Floats | float]] = defaultdict(list)
    for game in subject.wholes:
        design = choose(game.n, spec.masks, generator_for(seed, "masks"))
        performance = game.performance(design.masks)
        knocked_out = knock_out_curve(game, spec.knock_out_masks, generator_for(seed, "knock-out"))
        contexts = on_both_scales(game, spec.partners, generator_for(seed, "partners"))
        for scale, (name, of_masks) in zip(SCALE_NAMES, performance.items(), strict=True):
            measured, curve, context = spectrum(design, of_masks), knocked_out[name], contexts[name]
            if game is subject.wholes[0] and scale == "log":
                into.portrait.update(
                    interaction=measured.interaction,
                    interaction_error=measured.interaction_error,
                    mixability=measured.mixability,
                    context_dependence=context.dependence,
                )
            worth = float(curve.mean[-1] - curve.mean[0])
            enough = worth > subject.floor[name]
            found[f"spectrum:{scale}"].append(measured.shares)
            found[f"context_dependence:{scale}"].append(context.overall)
            if context.reason:
                reasons[f"context_dependence:{scale}"] = context.reason
            found[f"retained:{scale}"].append(curve.retained if enough else np.full_like(curve.mean, np.nan))
            found[f"retention_at_half:{scale}"].append(curve.retention_at_half if enough else np.nan)
            found[f"synergy_mass:{scale}"].append(measured.synergy / worth if enough else np.nan)
            found[f"redundancy_mass:{scale}"].append(measured.redundancy / worth if enough else np.nan)
            if measured.reason:
                reasons[f"first_order_share:{scale}"] = reasons[f"second_order_share:{scale}"] = measured.reason
            if not enough:
                for measure in ("retention_at_half", "synergy_mass", "redundancy_mass"):
                    reasons[f"{measure}:{scale}"] = _NO_WORTH
    for scale in SCALE_NAMES:
        values[f"wholes_defined:{scale}"] = float(sum(not np.isnan(v) for v in found[f"retention_at_half:{scale}"]))
        curves[f"spectrum:{scale}"] = _mean_rows(found[f"spectrum:{scale}"])
        curves[f"retained:{scale}"] = _mean_rows(found[f"retained:{scale}"])
        values[f"first_order_share:{scale}"], values[f"second_order_share:{scale}"] = (
            float(share) for share in curves[f"spectrum:{scale}"][:2]
        )
        for measure in ("context_dependence", "synergy_mass", "redundancy_mass", "retention_at_half"):
            values[f"{measure}:{scale}"] = _mean(found[f"{measure}:{scale}"])


def _mean(values: Sequence[Floats | float]) -> float:
    """Mean of the defined values; NaN where there is none."""
    defined = [float(v) for v in values if not np.isnan(v)]
    return float(np.mean(defined)) if defined else float("nan")


def _mean_rows(rows: Sequence[Floats | float]) -> Floats:
    """Mean of the defined values in each column; NaN where there is none."""
    return np.array([_mean(column) for column in np.array(rows, dtype=np.float64).T])
