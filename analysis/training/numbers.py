"""Every number that a training is told by: one a replicate and arm."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from analysis.arrays import Bools, Floats, Matrix
from analysis.stats import MIN_REPLICATES, Comparison, compare, interval
from analysis.training.arms import Arm, Training
from nets.features import (
    dead,
    gini,
    hoyer,
    kurtosis,
    lifetime_sparseness,
    moran,
    population_sparseness,
    spread,
    zero_share,
)

_Of = Callable[[Floats | Matrix], float]
SEEN = ":seen"
"""Ends the keys of numbers of weights times the standard deviations of their inputs."""


@dataclass(frozen=True, kw_only=True)
class Number:
    """One measure in all arms."""

    key: str
    """Its name, with ``:layer`` where there is one for each layer."""
    group: str
    """What it is told of: ``learning``, ``filters`` or ``layer 1`` and so on."""
    label: str
    """With its unit, a few words."""
    meaning: str
    values: Sequence[Floats]
    """(replicates,) for each arm, NaN where it is undefined."""

    @cached_property
    def comparison(self) -> Comparison | None:
        """Both arms, replicate by replicate; None where there is one."""
        return compare(*(list(own) for own in self.values)) if len(self.values) == 2 else None

    @cached_property
    def means(self) -> tuple[tuple[float, float, float], ...]:
        """For each arm the mean over replicates with its 95 % interval, NaN below five."""
        return tuple(_with_interval(own[np.isfinite(own)]) for own in self.values)


def _with_interval(known: Floats) -> tuple[float, float, float]:
    if len(known) < MIN_REPLICATES:
        return float(known.mean()) if len(known) else np.nan, np.nan, np.nan
    return float(known.mean()), *interval(known)


def numbers(training: Training) -> list[Number]:
    """All numbers that can be taken: of the curves' ends, of the filters, of every layer's activations."""
    return [*_learning(training), *_filters(training), *_layers(training)]


def _learning(training: Training) -> Iterator[Number]:
    def take(key: str, label: str, meaning: str, of: Callable[[Arm], Floats]) -> Number:
        return Number(
            key=key, group="learning", label=label, meaning=meaning, values=[of(arm) for arm in training.arms]
        )

    def end(name: str) -> Callable[[Arm], Floats]:
        return lambda arm: training.curves(arm, name)[:, -1]

    if training.has("test_accuracy"):
        yield take("test_accuracy", "test accuracy", "share of test examples that are named rightly, at the end",
                   end("test_accuracy"))  # fmt: skip
        yield take("train_accuracy", "training accuracy", "the same of training examples", end("train_accuracy"))
        yield take("accuracy_gap", "accuracy gap", "training accuracy less test accuracy, at the end",
                   lambda arm: end("train_accuracy")(arm) - end("test_accuracy")(arm))  # fmt: skip
    if training.has("test_loss"):
        yield take("test_loss", "test loss", "mean loss on test examples, at the end", end("test_loss"))
        yield take("train_loss", "training loss", "the same on training examples", end("train_loss"))
        yield take("loss_gap", "loss gap", "test loss less training loss, at the end",
                   lambda arm: end("test_loss")(arm) - end("train_loss")(arm))  # fmt: skip
        yield take("loss_risen", "test loss risen since its lowest",
                   "test loss at the end less its lowest on the way: above 0, training went on too long",
                   lambda arm: end("test_loss")(arm) - training.curves(arm, "test_loss").min(1))  # fmt: skip


class _Measure(NamedTuple):
    """Of one network's filters (units, features), or of its activations (examples, units)."""

    key: str
    label: str
    meaning: str
    of: _Of


def _filters(training: Training) -> Iterator[Number]:
    """Of the weights as they are; where inputs' deviations are known, also of weights times these."""
    if not training.has_filters:
        return
    for suffix, group, scale in _scales(training):
        for measure in _of_filters(training.image_shape, training.varying):
            yield Number(
                key=measure.key + suffix,
                group=group,
                label=measure.label,
                meaning=f"{measure.meaning}; median over filters",
                values=[
                    _by_replicate(arm, arm.filters, _of_scaled(measure.of, scale))
                    for arm in training.arms
                    if arm.filters is not None
                ],
            )


def _of_scaled(of: _Of, scale: Floats | float) -> _Of:
    return lambda own: of(own * np.float64(scale))


def _scales(training: Training) -> Iterator[tuple[str, str, Floats | float]]:
    """Suffix of the key, name of the group and scale of the inputs."""
    yield "", "filters", 1.0
    if training.input_scale is not None:
        yield SEEN, "filters, times the inputs' standard deviations", training.input_scale


def _of_filters(shape: tuple[int, int] | None, varying: Bools | None) -> Iterator[_Measure]:
    """What can be told of filters; of those whose inputs have no places, less."""
    which = slice(None) if varying is None else varying
    if shape is not None:
        yield _Measure(
            "spread",
            "spread, pixels",
            "root of the second moment of a filter's squared weights around their centre",
            lambda own: _median(spread(own if varying is None else own * varying, shape)),
        )
    yield _Measure(
        "kurtosis",
        "excess kurtosis",
        "of a filter's weights: 0 for normal ones, high where few stand out",
        lambda own: _median(kurtosis(own[:, which])),
    )
    yield _Measure(
        "hoyer",
        "Hoyer sparsity",
        "of a filter's weights: 0 where all are as large, 1 where only one is not 0",
        lambda own: _median(hoyer(own[:, which])),
    )
    if shape is not None:
        yield _Measure(
            "moran",
            "Moran's I",
            "likeness of neighbouring weights: about 0 for noise, near 1 for smooth fields",
            lambda own: _median(moran(own, shape, varying)),
        )


_OF_ACTIVATIONS = (
    _Measure(
        "mean_activation", "mean activation", "over examples and units", lambda own: float(np.mean(own, dtype=float))
    ),
    _Measure("zeros", "share of zeros", "of examples and units", lambda own: float(zero_share(own).mean())),
    _Measure(
        "lifetime_sparseness",
        "lifetime sparseness",
        "how selective units are among examples, 0 to 1 (Vinje & Gallant 2000); mean over units",
        lambda own: _mean(lifetime_sparseness(own)),
    ),
    _Measure(
        "population_sparseness",
        "population sparseness",
        "how few units answer to an example, 0 to 1 (Vinje & Gallant 2000); mean over examples",
        lambda own: _mean(population_sparseness(own)),
    ),
    _Measure("dead", "dead units", "share of units that are 0 on every example", lambda own: float(dead(own).mean())),
    _Measure(
        "gini",
        "inequality of units",
        "Gini coefficient of the units' mean size: 0 where all are as active, near 1 where one does all",
        lambda own: gini(np.abs(own).mean(0, dtype=float)),
    ),
)


def _layers(training: Training) -> Iterator[Number]:
    for layer in range(training.layers):
        for key, label, meaning, of in _OF_ACTIVATIONS:
            yield Number(
                key=f"{key}:{layer + 1}",
                group=f"layer {layer + 1}",
                label=label,
                meaning=meaning,
                values=[_by_replicate(arm, arm.activations[layer], of) for arm in training.arms],
            )


def _by_replicate(arm: Arm, parts: Iterable[Matrix], of: _Of) -> Floats:
    """(replicates,), NaN for those that diverged."""
    return np.array([np.nan if lost else of(own) for own, lost in zip(parts, arm.diverged, strict=True)])


def _mean(values: Floats) -> float:
    """Of those that are defined."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")


def _median(values: Floats) -> float:
    """Of those that are defined."""
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else float("nan")
