"""Write what a sweep gave: every record, means with intervals, and a table to read."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import t as student

from analysis.measures.registry import MEASURES
from analysis.numbers import number
from analysis.runs.folder import write_whole
from analysis.runs.record import strict
from analysis.stats import MIN_REPLICATES
from analysis.sweeps.sweep import Point
from analysis.sweeps.table import Row, Table

_SHOWN, _LINES = 3, 24
_FIRST = ("performance:natural", "hybrid_viability:apart", "test_accuracy", "fitness", "first_order_share:log")
"""Measures that are printed rather than others."""


@dataclass(frozen=True, kw_only=True)
class Mean:
    """One measure of one arm at one point, over replicates."""

    point: Point
    arm: str
    measure: str
    mean: float
    low: float
    high: float
    """Ends of Student's 95 % interval, NaN where too few replicates are defined."""
    defined: int
    replicates: int


def means(table: Table) -> list[Mean]:
    """Of all measures at all points."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in table.rows:
        groups.setdefault((json.dumps(dict(row.point)), row.arm), []).append(row)
    return [
        _mean(rows, measure)
        for rows in groups.values()
        for measure in table.measures
        if any(measure in row.values for row in rows)
    ]


def _mean(rows: Sequence[Row], measure: str) -> Mean:
    values = np.array([row.values.get(measure, np.nan) for row in rows])
    known = values[np.isfinite(values)]
    mean = float(known.mean()) if len(known) else float("nan")
    half = _half(len(known)) * float(known.std(ddof=1)) if len(known) >= MIN_REPLICATES else float("nan")
    return Mean(
        point=rows[0].point,
        arm=rows[0].arm,
        measure=measure,
        mean=mean,
        low=mean - half,
        high=mean + half,
        defined=len(known),
        replicates=len(rows),
    )


@cache
def _half(count: int) -> float:
    """Half of Student's 95 % interval of a mean, in standard deviations."""
    return float(student.ppf(0.975, count - 1) / np.sqrt(count))


def write_tables(table: Table, folder: Path) -> str:
    """Write ``records.csv``, ``summary.csv`` and ``summary.json``; gives a table to be printed.

    Raises FolderError where the folder cannot be written.
    """
    found = means(table)
    write_whole(folder / "records.csv", _csv(_records(table)))
    write_whole(folder / "summary.csv", _csv(_means(table, found)))
    summary = {
        "summary": table.summary,
        "axes": {path: list(values) for path, values in table.axes.items()},
        "means": [
            {"point": dict(m.point), "arm": m.arm, "measure": m.measure, "mean": m.mean, "interval_95": [m.low, m.high],
             "defined": m.defined, "replicates": m.replicates}
            for m in found
        ],
    }  # fmt: skip
    write_whole(folder / "summary.json", (json.dumps(strict(summary), indent=1, allow_nan=False) + "\n").encode())
    return _printed(table, found)


def _records(table: Table) -> Iterator[Sequence[Any]]:
    """A row for every replicate and measure."""
    yield [*table.axes, "arm", "replicate", "measure", "value"]
    for row in table.rows:
        for measure, value in row.values.items():
            yield [*_point(table, row.point), row.arm, row.replicate, measure, "" if np.isnan(value) else repr(value)]


def _means(table: Table, found: Iterable[Mean]) -> Iterator[Sequence[Any]]:
    yield [*table.axes, "arm", "measure", "mean", "low", "high", "defined", "replicates"]
    for m in found:
        numbers = ["" if np.isnan(value) else f"{value:.9g}" for value in (m.mean, m.low, m.high)]
        yield [*_point(table, m.point), m.arm, m.measure, *numbers, m.defined, m.replicates]


def _point(table: Table, point: Point) -> list[Any]:
    return [_told(point[path]) for path in table.axes]


def _told(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, list | dict | bool) else value


def _printed(table: Table, found: Sequence[Mean]) -> str:
    """Some measures of all arms, a line a point."""
    shown = [name for name in _FIRST if name in table.measures]
    shown = [*shown, *(name for name in table.measures if name not in shown)][:_SHOWN]
    names = [path.rpartition(".")[2] for path in table.axes]
    lines = [[*names, "arm" if any(table.arms) else "", *map(_label, shown)]]
    by_line: dict[tuple[str, ...], dict[str, str]] = {}
    for m in found:
        line = (*(str(_told(m.point[path])) for path in table.axes), m.arm)
        if m.measure in shown:
            by_line.setdefault(line, {})[m.measure] = _with_interval(m)
    lines += [[*line, *(cells.get(name, "") for name in shown)] for line, cells in by_line.items()]
    more = len(lines) - 1 - _LINES
    lines = lines[: _LINES + 1]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    text = "\n".join("  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in lines)
    return f"{text}\n" + (f"and {more:,} lines more\n" if more > 0 else "")


def _label(measure: str) -> str:
    name, _, condition = measure.partition(":")
    label = MEASURES[name].label if name in MEASURES else name.replace("_", " ")
    return f"{label}, {condition}" if condition else label


def _with_interval(m: Mean) -> str:
    told = number(m.mean)
    return told if np.isnan(m.low) else f"{told} [{number(m.low)}, {number(m.high)}]"


def _csv(lines: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue().encode()
