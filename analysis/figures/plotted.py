"""The numbers behind a figure, one row for each thing drawn."""

import csv
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

from analysis.arrays import Floats
from analysis.figures.results import SideResults


@dataclass(frozen=True, kw_only=True)
class Plotted:
    """One drawn point. ``replicate`` is a number or ``mean``; ``low`` to ``high`` is a 95 % interval."""

    panel: str
    side: str
    arm: str
    series: str
    replicate: int | str
    x: float | str
    y: float
    low: float = math.nan
    high: float = math.nan


def of_replicates(
    panel: str, results: SideResults, arm: int, series: str, x: Sequence[float | str], values: Floats
) -> list[Plotted]:
    """Rows for values (replicates, points) of one arm drawn at ``x`` (points,)."""
    return [
        Plotted(
            panel=panel,
            side=results.side.name,
            arm=results.side.arms[arm],
            series=series,
            replicate=record.replicate,
            x=at,
            y=float(y),
        )
        for record, row in zip(results.records[arm], values, strict=True)
        for at, y in zip(x, row, strict=True)
    ]


def of_means(
    panel: str,
    results: SideResults,
    arm: int,
    series: str,
    x: Sequence[float | str],
    band: tuple[Floats, Floats, Floats],
) -> list[Plotted]:
    """Rows for means and the ends of their intervals, (points,) each."""
    return [
        Plotted(
            panel=panel,
            side=results.side.name,
            arm=results.side.arms[arm],
            series=series,
            replicate="mean",
            x=at,
            y=float(y),
            low=float(low),
            high=float(high),
        )
        for at, y, low, high in zip(x, *band, strict=True)
    ]


def to_csv(rows: Iterable[Plotted]) -> str:
    """CSV text with a header; undefined numbers are empty cells."""
    names = [f.name for f in fields(Plotted)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([_cell(getattr(row, name)) for name in names])
    return text.getvalue()


def _cell(value: float | str) -> str:
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.6g}"
    return str(value)
