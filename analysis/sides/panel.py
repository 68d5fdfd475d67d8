"""The panel: every measure of one subject, the same code for genes and neurons."""

import difflib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator

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
_ENGINES = ("performance", "training_performance")
_SHARES = ("first_order_share", "second_order_share")
_OF_WORTH = ("synergy_mass", "redundancy_mass", "retention_at_half")
_CROSSING = ("hybrid_viability", "half_swap_load")
_ASSOCIATION = ("mean_association", "effective_number", "effective_rank")
TAKEN = (*_ENGINES, *_SHARES, *_OF_WORTH, "context_dependence", *_CROSSING, *_ASSOCIATION)
"""Names of the measures."""


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
    measures: tuple[str, ...] = Field(
        default=(), description="measures to take, as mixability measures names them; all by default"
    )

    @field_validator("measures")
    @classmethod
    def _known(cls, measures: tuple[str, ...]) -> tuple[str, ...]:
        for name in measures:
            if name.partition(":")[0] not in TAKEN:
                near = difflib.get_close_matches(name, TAKEN, n=1)
                hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(TAKEN)}"
                raise ValueError(f"no measure is called {name!r}; {hint}")
        return tuple(sorted(set(measures)))

    def takes(self, *measures: str) -> bool:
        """Whether any of some measures is to be taken."""
        asked = {name.partition(":")[0] for name in self.measures}
        return not asked or bool(asked & set(measures))


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
    found = Readings(
        values=dict(subject.performance), reasons={}, curves=dict(subject.curves), portrait=dict(subject.pictures)
    )
    if spec.takes(*_SHARES, *_OF_WORTH):
        _interactions(subject, spec, seed, found)
    if spec.takes("context_dependence"):
        _contexts(subject, spec, seed, found)
    if spec.takes(*_CROSSING):
        _crossings(subject, spec, seed, found)
    if spec.takes(*_ASSOCIATION):
        _associations(subject, found)
    asked = {name.partition(":")[0] for name in spec.measures}
    values = {key: value for key, value in found.values.items() if not asked or key.partition(":")[0] in asked}
    reasons = {key: why for key, why in found.reasons.items() if np.isnan(values.get(key, 0.0))}
    return replace(found, values=values, reasons=reasons)


def _interactions(subject: Subject, spec: PanelSpec, seed: int, into: Readings) -> None:
    """Spectrum, synergy and redundancy, knock-out curve: averages over the subject's wholes."""
    values, curves, reasons = into.values, into.curves, into.reasons
    found: defaultdict[str, list[Floats | float]] = defaultdict(list)
    for game in subject.wholes:
        design = choose(game.n, spec.masks, generator_for(seed, "masks"))
        performance = game.performance(design.masks)
        knocked_out = knock_out_curve(game, spec.knock_out_masks, generator_for(seed, "knock-out"))
        for scale, (name, of_masks) in zip(SCALE_NAMES, performance.items(), strict=True):
            measured, curve = spectrum(design, of_masks), knocked_out[name]
            if game is subject.wholes[0] and scale == "log":
                into.portrait.update(
                    interaction=measured.interaction,
                    interaction_error=measured.interaction_error,
                    mixability=measured.mixability,
                )
            worth = float(curve.mean[-1] - curve.mean[0])
            enough = worth > subject.floor[name]
            found[f"spectrum:{scale}"].append(measured.shares)
            found[f"retained:{scale}"].append(curve.retained if enough else np.full_like(curve.mean, np.nan))
            found[f"retention_at_half:{scale}"].append(curve.retention_at_half if enough else np.nan)
            found[f"synergy_mass:{scale}"].append(measured.synergy / worth if enough else np.nan)
            found[f"redundancy_mass:{scale}"].append(measured.redundancy / worth if enough else np.nan)
            if measured.reason:
                reasons.update(dict.fromkeys([f"{share}:{scale}" for share in _SHARES], measured.reason))
            if not enough:
                reasons.update(dict.fromkeys([f"{measure}:{scale}" for measure in _OF_WORTH], _NO_WORTH))
    for scale in SCALE_NAMES:
        values[f"wholes_defined:{scale}"] = float(sum(not np.isnan(v) for v in found[f"retention_at_half:{scale}"]))
        curves[f"spectrum:{scale}"] = _mean_rows(found[f"spectrum:{scale}"])
        curves[f"retained:{scale}"] = _mean_rows(found[f"retained:{scale}"])
        for share, value in zip(_SHARES, curves[f"spectrum:{scale}"][:2], strict=True):
            values[f"{share}:{scale}"] = float(value)
        for measure in _OF_WORTH:
            values[f"{measure}:{scale}"] = _mean(found[f"{measure}:{scale}"])


def _contexts(subject: Subject, spec: PanelSpec, seed: int, into: Readings) -> None:
    """How much the worth of an element depends on its partners: averages over the subject's wholes."""
    found: defaultdict[str, list[Floats | float]] = defaultdict(list)
    for game in subject.wholes:
        contexts = on_both_scales(game, spec.partners, generator_for(seed, "partners"))
        for scale, context in zip(SCALE_NAMES, contexts.values(), strict=True):
            if game is subject.wholes[0] and scale == "log":
                into.portrait["context_dependence"] = context.dependence
            found[scale].append(context.overall)
            if context.reason:
                into.reasons[f"context_dependence:{scale}"] = context.reason
    into.values.update({f"context_dependence:{scale}": _mean(overall) for scale, overall in found.items()})


def _crossings(subject: Subject, spec: PanelSpec, seed: int, into: Readings) -> None:
    """Children of two parents, under each condition."""
    for condition, games in subject.crosses.items():
        masks = sample(games[0].n, spec.children, generator_for(seed, "children")).masks
        crossed = list(crossing(games, masks, subject.baseline, subject.floor).values())
        natural, log = crossed
        into.values[f"hybrid_viability:{condition}"] = natural.hybrid_viability
        into.values[f"half_swap_load:{condition}"] = log.half_swap_load
        for scale, result in zip(SCALE_NAMES, crossed, strict=True):
            into.values[f"parents_{scale}:{condition}"] = result.parents
            into.values[f"children_{scale}:{condition}"] = result.children
        into.reasons[f"hybrid_viability:{condition}"] = _NO_GAIN


def _associations(subject: Subject, into: Readings) -> None:
    """How much elements go together over observations: averages over matrices."""
    associations = [association(observed) for observed in subject.observations]
    into.values["mean_association"] = _mean([a.mean_squared for a in associations])
    into.values["effective_number"] = _mean([a.effective_number for a in associations])
    into.values["effective_rank"] = _mean([a.effective_rank for a in associations])
    into.values["constant_elements"] = _mean([float(np.sum(~a.varying)) for a in associations])
    for a in associations:
        if a.reason:
            into.reasons.update(dict.fromkeys(_ASSOCIATION, a.reason))
    into.portrait["association"] = associations[0].correlation


def _mean(values: Sequence[Floats | float]) -> float:
    """Mean of the defined values; NaN where there is none."""
    defined = [float(v) for v in values if not np.isnan(v)]
    return float(np.mean(defined)) if defined else float("nan")


def _mean_rows(rows: Sequence[Floats | float]) -> Floats:
    """Mean of the defined values in each column; NaN where there is none."""
    return np.array([_mean(column) for column in np.array(rows, dtype=np.float64).T])
