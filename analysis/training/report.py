"""Write what a training showed: figures, curves, numbers, a table."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from analysis.figures.beside import within
from analysis.figures.chart import Chart
from analysis.figures.filter_sheet import filters_chart
from analysis.figures.learning import learning_chart
from analysis.figures.sparsity import sparsity_chart
from analysis.figures.theme import THEMES, Theme
from analysis.numbers import arms, difference
from analysis.runs.folder import write_whole
from analysis.runs.record import strict
from analysis.training.arms import HISTORIES, Training
from analysis.training.numbers import Number, numbers


@dataclass(frozen=True, kw_only=True)
class Row:
    """One number, ready to be printed: its value in each arm, and, with two arms, the difference."""

    group: str
    label: str
    cells: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TrainingReport:
    """What is printed, and what was written."""

    arms: tuple[str, ...]
    rows: Sequence[Row]
    readings: Sequence[str]
    """What each figure says."""
    table: str
    """All rows as text."""
    files: Sequence[str]
    """Names in the folder."""


def report(
    training: Training, folder: Path, *, origin: str, provenance: Mapping[str, Any], log_epochs: bool = False
) -> TrainingReport:
    """Write figures of what there is to see, and all numbers, into ``folder``.

    ``learning``, ``filters``, ``sparsity`` (png, svg, csv, txt; png and svg again in the dark), ``curves.csv``,
    ``numbers.csv``, ``filters.npz``, ``summary.json``, ``table.txt``. ``origin`` says in a sentence what was run,
    ``provenance`` where it came from, for the summary. ``log_epochs`` spreads the first epochs of the curves out.

    Raises FolderError where the folder cannot be written.
    """
    found = numbers(training)
    content: dict[str, bytes] = {}
    pairs = list(zip(*(charts(training, found, origin, name, log_epochs=log_epochs) for name in THEMES), strict=True))
    for light, dark in pairs:
        content |= {f"{light.name}.{ending}": made for ending, made in light.files().items()}
        images = dark.files()
        content |= {f"{light.name}-dark.{ending}": images[ending] for ending in ("png", "svg")}
    content |= {"curves.csv": _curves(training), "numbers.csv": _numbers(training, found)}
    if training.has_filters and training.shown is not None:
        content["filters.npz"] = _weights(training, training.shown)
    readings = [light.reading for light, _ in pairs]
    names = tuple(arm.name for arm in training.arms)
    table = _table(names, [_row(one) for one in found])
    content["table.txt"] = table.encode()
    summary = strict(_summary(training, found, readings, provenance))
    content["summary.json"] = (json.dumps(summary, indent=2, allow_nan=False) + "\n").encode()
    for name, made in content.items():
        write_whole(folder / name, made)
    return TrainingReport(
        arms=names, rows=[_row(one) for one in found], readings=readings, table=table, files=sorted(content)
    )


def charts(
    training: Training, found: Sequence[Number], origin: str, name: Theme, *, log_epochs: bool
) -> Iterator[Chart]:
    """Figures of what there is to see: ``learning``, ``filters``, ``sparsity``."""
    by_key = {one.key: one for one in found}
    if training.has("test_accuracy") or training.has("test_loss"):
        yield learning_chart(training, by_key, origin, name, log_epochs=log_epochs)
    if training.has_filters and training.shown is not None:
        yield filters_chart(training, by_key, origin, name)
    if training.layers:
        yield sparsity_chart(training, by_key, origin, name)


def _row(one: Number) -> Row:
    comparison = one.comparison
    if comparison is None:
        return Row(group=one.group, label=one.label, cells=(within(one, 0),))
    return Row(group=one.group, label=one.label, cells=(*arms(comparison), difference(comparison)))


def _table(names: tuple[str, ...], found: Sequence[Row]) -> str:
    """All rows, a line each, in columns under the names of the arms."""
    lines: list[tuple[str, ...]] = [("", *names, *(["difference [95 % interval]"] if len(names) == 2 else []))]
    for place, row in enumerate(found):
        if place == 0 or row.group != found[place - 1].group:
            lines.append((row.group.capitalize(),))
        lines.append((f"  {row.label}", *row.cells))
    widths = [max(len(line[column]) for line in lines if column < len(line)) for column in range(len(lines[0]))]
    aligned = (
        "  ".join(
            [line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=False))]
        )
        for line in lines
    )
    return "".join(line.rstrip() + "\n" for line in aligned)


def _curves(training: Training) -> bytes:
    """A row for every network and time."""
    names = [name for name in HISTORIES if training.has(name)]
    table = []
    for arm in training.arms:
        for replicate in range(arm.replicates):
            columns = [arm.histories[name][replicate] for name in names]
            table += [
                [arm.name, replicate, _cell(epoch), int(arm.diverged[replicate]), *map(_cell, values)]
                for epoch, *values in zip(arm.epochs, *columns, strict=True)
            ]
    return _csv(["arm", "replicate", "epoch", "diverged", *names], table)


def _numbers(training: Training, found: Sequence[Number]) -> bytes:
    """A row for every number of every network."""
    return _csv(
        ["group", "number", "arm", "replicate", "value"],
        [
            [one.group, one.key, arm.name, replicate, _cell(value)]
            for one in found
            for arm, values in zip(training.arms, one.values, strict=True)
            for replicate, value in enumerate(values)
        ],
    )


def _weights(training: Training, shown: int) -> bytes:
    """The filters that the picture shows, (units, features) by arm."""
    buffer = io.BytesIO()
    arrays = {arm.name: arm.filters[shown] for arm in training.arms if arm.filters is not None}
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def _summary(
    training: Training, found: Sequence[Number], readings: Sequence[str], provenance: Mapping[str, Any]
) -> dict[str, Any]:
    """Means with their intervals, differences, and what they come from."""
    return {
        "arms": [{"name": arm.name, "mixing": arm.mixing} for arm in training.arms],
        "replicates": training.replicates,
        "diverged": {arm.name: np.flatnonzero(arm.diverged).tolist() for arm in training.arms},
        "readings": list(readings),
        "numbers": {one.key: _described(training, one) for one in found},
        "provenance": dict(provenance),
    }


def _described(training: Training, one: Number) -> dict[str, Any]:
    means = (dict(zip(("mean", "low", "high"), one.means[which], strict=True)) for which in range(len(training.arms)))
    described = {
        "group": one.group,
        "label": one.label,
        "meaning": one.meaning,
        "arms": {arm.name: mean for arm, mean in zip(training.arms, means, strict=True)},
    }
    return described if one.comparison is None else {**described, "comparison": asdict(one.comparison)}


def _csv(head: Sequence[str], table: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(table)
    return text.getvalue().encode()


def _cell(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.9g}"
