"""Everything that can be said of one layer of one trained model.

There is one network, so nothing here is about replicates: an interval says how far a number would move with other
presence masks and with other examples of the same kind, not with another network trained alike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import stats

from analysis.arrays import Bools, Floats, Integers
from analysis.measures.association import Association, association
from analysis.measures.context import ContextDependence, on_both_scales
from analysis.measures.design import choose
from analysis.measures.game import ScaledGame
from analysis.measures.jackknife import T_GROUPS, jackknife_error
from analysis.measures.knock_out import KEEP_PROBS, KnockOutCurve, knock_out_curve
from analysis.measures.network import Modularity, describe, interaction_network, modularity
from analysis.measures.spectrum import Spectrum, spectrum
from analysis.stats import REACH
from analysis.streams import generator_for

if TYPE_CHECKING:
    import networkx as nx

    from nets.probing import ProbeGame

MASKS, KNOCK_OUT_MASKS, PARTNERS = 8192, 64, 32
ON_SCALES = (
    "first_order_share", "second_order_share", "higher_order_share", "context_dependence", "retention_at_half",
    "synergy_mass", "redundancy_mass",
)  # fmt: skip
"""Measures that are taken on every scale, by their names in the glossary."""
ASSOCIATIONS = ("mean_association", "effective_number", "effective_rank")
_REWIRINGS = 20
_HALF = int(np.flatnonzero(KEEP_PROBS == 0.5)[0])
_SURE = 3.0  # standard errors that a worth is told from nothing by
_NO_WORTH = "the intact layer is not to be told from an absent one"


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A number and how far it can be trusted. NaN where `reason` says why."""

    value: float
    over_masks: float
    """Reach of a 95 % interval over presence masks; 0 where all masks were evaluated."""
    over_examples: float
    """Reach of a 95 % interval over examples: Student's, from a jackknife of their folds."""
    reason: str = ""

    @property
    def reach(self) -> float:
        """Reach of a 95 % interval over both."""
        return float(np.hypot(self.over_masks, self.over_examples))

    @property
    def low(self) -> float:
        """Lower end of the interval."""
        return self.value - self.reach

    @property
    def high(self) -> float:
        """Upper end of the interval."""
        return self.value + self.reach


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What was seen on one scale."""

    performance: Estimate
    """Of the intact model."""
    absent: float
    """Performance with none of the elements."""
    spectrum: Spectrum
    knock_out: KnockOutCurve
    retained: tuple[Estimate, ...]
    """At each of `KEEP_PROBS`."""
    context: ContextDependence
    values: Mapping[str, Estimate]
    """By the names in `ON_SCALES`."""


@dataclass(frozen=True, kw_only=True)
class Probe:
    """A layer, taken apart."""

    model: str
    layer: str
    kind: str
    """Plural of what its elements are, such as ``units``."""
    elements: int
    live: Integers
    """(n,): numbers of the elements that change some score."""
    examples: int
    masks: int
    complete: bool
    """Whether these were all masks."""
    background: str
    seed: int
    baseline: Mapping[str, float]
    """Performance of knowing nothing but what is frequent among the examples."""
    readings: Mapping[str, Reading]
    """By scale; the last is the one that network and modules are taken on."""
    association: Association
    associated: Mapping[str, Estimate]
    """By the names in `ASSOCIATIONS`."""
    network: "nx.Graph"
    """Pairs whose interaction is told from 0; nodes are positions in `live`."""
    facts: Mapping[str, float]
    modules: Modularity

    @property
    def scale(self) -> str:
        """The scale that is spoken of first: log-probability, or minus squared error."""
        return list(self.readings)[-1]

    @property
    def silent(self) -> int:
        """Elements that change no score, which are left out."""
        return self.elements - len(self.live)

    @property
    def main(self) -> Reading:
        """The reading on `scale`."""
        return self.readings[self.scale]


def probe(
    model: Any,
    layer: Any,
    inputs: Any,
    labels: Any = None,
    *,
    targets: Any = None,
    masks: int = MASKS,
    knock_out_masks: int = KNOCK_OUT_MASKS,
    partners: int = PARTNERS,
    seed: int = 0,
    background: Any = "zero",
    kind: Any = None,
    outputs: Any = "scores",
    name: str = "",
) -> Probe:
    """Measure how much the elements of one layer of a trained ``torch.nn.Module`` depend on each other.

    ``layer`` to ``targets``, ``background``, ``kind`` and ``outputs`` are as in `nets.probing.ProbeGame`. All ``masks``
    are evaluated where there are no more of them. The model is left as it was found.

    Raises `nets.probing.ProbeError`, a ValueError, with what is wrong and what to do.
    """
    from nets.probing import ProbeError, ProbeGame  # noqa: PLC0415 - torch takes seconds that others need not wait for

    least = {"masks": (masks, 64), "knock_out_masks": (knock_out_masks, 8), "partners": (partners, 32)}
    for argument, (given, few) in least.items():
        if given < few:
            raise ProbeError(f"{argument} must be at least {few}, or no interval could be given; got {given}")
    game = ProbeGame(
        model, layer, inputs, labels, targets=targets, kind=kind, background=background, outputs=outputs, seed=seed
    )
    return measure(
        game,
        masks=masks,
        knock_out_masks=knock_out_masks,
        partners=partners,
        seed=seed,
        name=name or type(model).__name__,
    )


def measure(
    game: "ProbeGame", *, masks: int = MASKS, knock_out_masks: int = KNOCK_OUT_MASKS, partners: int = PARTNERS,
    seed: int = 0, name: str = "",
) -> Probe:  # fmt: skip
    """Take every measure of a game that is already there."""
    counts = masks, knock_out_masks, partners
    kept = _Kept(game)
    found = _take(kept, *counts, seed)
    left_out = [_numbers(_take(kept.without(fold), *counts, seed)) for fold in range(len(game.fold_sizes))]
    by_example = {
        key: _student(left_out) * float(jackknife_error(np.array([n[key] for n in left_out]))) for key in left_out[0]
    }
    design = choose(game.n, masks, generator_for(seed, "masks"))
    readings = {
        scale: _reading(seen, {key: by_example[scale, key] for key in _keys()}) for scale, seen in found.items()
    }
    main = readings[game.scale].spectrum
    graph = interaction_network(main.interaction, main.interaction_error)
    together = association(game.activations)
    return Probe(
        model=name,
        layer=game.layer,
        kind=game.kind,
        elements=game.elements,
        live=game.live,
        examples=game.examples,
        masks=len(design.masks),
        complete=design.kind == "complete",
        background=game.background,
        seed=seed,
        baseline=game.baseline,
        readings=readings,
        association=together,
        associated=_associated(game.activations, together),
        network=graph,
        facts=describe(graph),
        modules=modularity(graph, rewirings=_REWIRINGS),
    )


_Seen = tuple[Spectrum, KnockOutCurve, ContextDependence]


class _Kept:
    """A game that keeps what it gave, by folds of examples, so that folds can be left out without playing again."""

    def __init__(self, game: "ProbeGame") -> None:
        self.n, self._game = game.n, game
        self._sums: list[dict[str, Floats]] = []

    def __call__(self, masks: Bools) -> Floats:
        return self.performance(masks)[self._game.scale]

    def performance(self, masks: Bools) -> Mapping[str, Floats]:
        sums = self._game.by_fold(masks)
        self._sums.append(sums)
        return {scale: of_scale.sum(1) / self._game.examples for scale, of_scale in sums.items()}

    def without(self, fold: int) -> ScaledGame:
        """The same game on the other folds, for those who call it with the same masks in the same order."""
        return _WithoutFold(self._game, self._sums, fold)


class _WithoutFold:
    def __init__(self, game: "ProbeGame", sums: list[dict[str, Floats]], fold: int) -> None:
        self.n, self._scale = game.n, game.scale
        self._sums, self._fold = iter(sums), fold
        self._examples = game.examples - int(game.fold_sizes[fold])

    def __call__(self, masks: Bools) -> Floats:
        return self.performance(masks)[self._scale]

    def performance(self, masks: Bools) -> Mapping[str, Floats]:
        sums = next(self._sums)
        assert all(len(each) == len(masks) for each in sums.values())  # noqa: S101 - the same calls, in their order
        return {scale: (each.sum(1) - each[:, self._fold]) / self._examples for scale, each in sums.items()}


def _take(game: ScaledGame, masks: int, knock_out_masks: int, partners: int, seed: int) -> dict[str, _Seen]:
    """Spectrum, knock-out curve and context dependence on every scale, on the streams that the panel uses."""
    design = choose(game.n, masks, generator_for(seed, "masks"))
    performance = game.performance(design.masks)
    curves = knock_out_curve(game, knock_out_masks, generator_for(seed, "knock-out"))
    contexts = on_both_scales(game, partners, generator_for(seed, "partners"))
    return {
        scale: (spectrum(design, of_masks), curves[scale], contexts[scale]) for scale, of_masks in performance.items()
    }


def _keys() -> list[str]:
    return ["performance", "worth", *(f"retained {k}" for k in range(len(KEEP_PROBS))), *ON_SCALES]


def _numbers(found: Mapping[str, _Seen]) -> dict[tuple[str, str], float]:
    return {(scale, key): value for scale, seen in found.items() for key, value in _of(seen).items()}


def _of(seen: _Seen) -> dict[str, float]:
    """The plain numbers on one scale."""
    shares, curve, context = seen
    worth = float(curve.mean[-1] - curve.mean[0])
    unit = worth if worth > 0.0 else np.nan
    retained, (synergy, redundancy) = (curve.mean - curve.mean[0]) / unit, shares.masses / unit
    numbers = [
        curve.mean[-1], worth, *retained, *shares.shares, context.overall, retained[_HALF], synergy, redundancy
    ]  # fmt: skip
    return dict(zip(_keys(), map(float, numbers), strict=True))


def _reading(seen: _Seen, over_examples: Mapping[str, float]) -> Reading:
    shares, curve, context = seen
    numbers = _of(seen)
    worth = numbers["worth"]
    unsure = "" if worth > _SURE * over_examples["worth"] / T_GROUPS and worth > 0.0 else _NO_WORTH
    with np.errstate(invalid="ignore", divide="ignore"):
        of_curve = REACH * curve.error / np.float64(worth)
        of_masses = T_GROUPS * shares.masses_error / np.float64(worth)
    numbers_over_masks = [*shares.shares_reach, T_GROUPS * context.overall_error, of_curve[_HALF], *of_masses]
    over_masks = dict(zip(ON_SCALES, map(float, numbers_over_masks), strict=True))
    reasons = dict(zip(ON_SCALES, [shares.reason] * 3 + [context.reason] + [unsure] * 3, strict=True))
    if not np.isnan(numbers["first_order_share"]):
        reasons["first_order_share"] = ""

    def estimate(key: str, masks: float, reason: str) -> Estimate:
        if reason:
            return Estimate(value=np.nan, over_masks=np.nan, over_examples=np.nan, reason=reason)
        return Estimate(value=numbers[key], over_masks=masks, over_examples=float(over_examples[key]))

    return Reading(
        performance=estimate("performance", 0.0, ""),
        absent=float(curve.mean[0]),
        spectrum=shares,
        knock_out=curve,
        retained=tuple(estimate(f"retained {k}", float(reach), unsure) for k, reach in enumerate(of_curve)),
        context=context,
        values={key: estimate(key, over_masks[key], reasons[key]) for key in ON_SCALES},
    )


def _student(left_out: Sequence[object]) -> float:
    """What an error is taken times for a 95 % interval, by the number of folds that it comes from."""
    return float(stats.t.ppf(0.975, max(1, len(left_out) - 1)))


def _associated(activations: Floats, whole: Association) -> dict[str, Estimate]:
    """Association over examples, with a jackknife over sixteenths of them."""
    if whole.reason:
        nothing = Estimate(value=np.nan, over_masks=np.nan, over_examples=np.nan, reason=whole.reason)
        return dict.fromkeys(ASSOCIATIONS, nothing)
    groups = np.array_split(np.random.default_rng(0).permutation(len(activations)), min(16, len(activations)))
    left_out = [_three(association(np.delete(activations, group, axis=0))) for group in groups]
    reach = _student(left_out) * jackknife_error(np.array(left_out))
    return {
        key: Estimate(value=value, over_masks=0.0, over_examples=float(far))
        for key, value, far in zip(ASSOCIATIONS, _three(whole), reach, strict=True)
    }


def _three(found: Association) -> tuple[float, float, float]:
    return found.mean_squared, found.effective_number, found.effective_rank
