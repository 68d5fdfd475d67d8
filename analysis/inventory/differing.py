"""In what two runs, or two cells, differ."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.inventory.fields import written
from analysis.inventory.finding import run_or_key
from analysis.inventory.showing import surroundings
from analysis.runs.record import Record
from analysis.runs.spec import flattened
from analysis.runs.store import Run, Store, StoreError

_MOST = 10
"""Measures that are told."""

Samples = dict[tuple[str, str, str], list[float]]
"""Defined values over replicates, by experiment, arm and ``measure:condition``."""


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A measure in one arm of both."""

    experiment: str
    arm: str
    measure: str
    """With its condition behind a colon."""
    a: float
    """Mean over replicates."""
    b: float
    size: float
    """|a - b| in standard deviations between replicates; infinite where those are 0, as with a single replicate."""


@dataclass(frozen=True, kw_only=True)
class Differences:
    """In what two differ; all of these are empty where they do not."""

    a: str
    b: str
    fields: dict[str, tuple[Any, Any]]
    """Both values, by dotted path; None where one has no such field."""
    origins: dict[str, tuple[str | None, str | None]]
    """Program, code, revision, Python, machine and libraries; several are named one after the other."""
    measures: list[Gap]
    """The largest first."""
    compared: int
    """Measures, in each arm, that both have."""
    same_cells: bool

    @property
    def equal(self) -> bool:
        """Whether there is no difference."""
        return not (self.fields or self.origins or self.measures)


@dataclass(frozen=True, kw_only=True)
class _Side:
    name: str
    keys: list[str]
    spec: dict[str, Any]
    origins: dict[str, str]
    samples: Samples


def diff(store: Store, a: str, b: str) -> Differences:
    """Compare two runs by name, or two cells by the beginnings of their keys.

    Raises StoreError where one is not found, or is a run where the other is a cell.
    """
    one, other = run_or_key(store, a), run_or_key(store, b)
    if isinstance(one, Run) != isinstance(other, Run):
        run, cell = (a, b) if isinstance(one, Run) else (b, a)
        raise StoreError(f"{run} is a run and {cell} is a cell; name two runs or two cells")
    first, second = _side(store, one), _side(store, other)
    gaps = sorted(_gaps(first.samples, second.samples), key=lambda gap: (-gap.size, -abs(gap.a - gap.b)))
    return Differences(
        a=first.name,
        b=second.name,
        fields=_unequal(flattened(first.spec), flattened(second.spec)),
        origins=_unequal(first.origins, second.origins),
        measures=[gap for gap in gaps if gap.size > 0][:_MOST],
        compared=len(gaps),
        same_cells=set(first.keys) == set(second.keys),
    )


def _side(store: Store, found: Run | str) -> _Side:
    keys = found.cells if isinstance(found, Run) else [found]
    records = (record for key in dict.fromkeys(keys) if (record := store.record(key)) is not None)
    samples: Samples = defaultdict(list)
    origins: dict[str, dict[str, None]] = defaultdict(dict)
    spec: dict[str, Any] = found.spec if isinstance(found, Run) else {}
    for record in records:
        _add(record, samples)
        for name, value in _origins(record).items():
            origins[name][written(value)] = None
        if not isinstance(found, Run):
            spec = {"arm": record.arm, "replicate": record.replicate, **record.provenance.get("spec", {})}
    if isinstance(found, str) and not origins:
        raise StoreError(f"cell {found} is not finished, or damaged; runs show {found[:12]} says more")
    name = found.name if isinstance(found, Run) else found[:12]
    joined = {name: ", ".join(sorted(values)) for name, values in origins.items()}
    return _Side(name=name, keys=list(keys), spec=spec, origins=joined, samples=dict(samples))


def _origins(record: Record) -> dict[str, Any]:
    came_from = record.provenance
    return {name: came_from.get(name) for name in ("program", "revision", "code")} | surroundings(record)


def _add(record: Record, samples: Samples) -> None:
    for name, value in record.values.items():
        defined = samples[record.experiment, record.arm, name]
        if not math.isnan(value):
            defined.append(value)


def _gaps(a: Samples, b: Samples) -> Iterator[Gap]:
    for which in a.keys() & b.keys():
        if a[which] and b[which]:
            experiment, arm, measure = which
            means = float(np.mean(a[which])), float(np.mean(b[which]))
            size = _size(means[0] - means[1], a[which], b[which])
            yield Gap(experiment=experiment, arm=arm, measure=measure, a=means[0], b=means[1], size=size)


def _size(difference: float, *samples: Iterable[float]) -> float:
    spread = math.sqrt(np.mean([np.var(list(sample)) for sample in samples]))
    if difference == 0.0:
        return 0.0
    return abs(difference) / spread if spread > 0.0 else math.inf


def _unequal(a: dict[str, Any], b: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    paths = [*a, *(path for path in b if path not in a)]
    return {path: (a.get(path), b.get(path)) for path in paths if a.get(path) != b.get(path)}
