"""The numbers behind a figure, one row for each thing drawn."""

import csv
import io
import math
from collections.abc import Iterable
from dataclasses import dataclass, fields


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
