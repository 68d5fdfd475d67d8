"""Arms in rows, one under the other, with a panel for each thing that is measured of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from analysis.arrays import Floats
from analysis.figures.plotted import Plotted
from analysis.figures.theme import ArmStyle, ink, paper, quiet
from analysis.scenes.base import Room
from analysis.scenes.drawing import Series
from analysis.stats import MIN_REPLICATES, interval

_SPREAD = 0.24


@dataclass(frozen=True, kw_only=True)
class Row:
    """One arm: what it is called, how it is drawn, and how far down."""

    arm: str
    label: str
    style: ArmStyle
    place: float


def across(axes: Axes, row: Row, values: Floats, series: Series) -> list[Plotted]:
    """Replicates (replicates,) as faint marks along a row, their mean with its 95 % interval as a strong one."""
    known = values[np.isfinite(values)]
    if not len(known):
        return series.replicates(row.arm, values)
    low, high = interval(known) if len(known) >= MIN_REPLICATES else (np.nan, np.nan)
    mean, style = float(known.mean()), row.style
    shift = np.linspace(-_SPREAD, _SPREAD, len(known)) if len(known) > 1 else np.zeros(1)
    axes.plot(known, row.place + shift, ls="", marker=style.marker, ms=3, color=style.color, alpha=0.28, mew=0)
    axes.plot([low, high], [row.place, row.place], color=style.color, lw=2.4, solid_capstyle="butt")
    axes.plot([mean], [row.place], ls="", marker=style.marker, ms=7, color=style.color, mec=paper(), mew=0.8)
    whole = (np.array([number]) for number in (mean, low, high))
    return series.replicates(row.arm, values) + series.rows([row.arm], *whole)


def published(axes: Axes, places: Sequence[float], values: Sequence[float]) -> None:
    """Quiet hollow marks: numbers of others, without intervals."""
    axes.plot(values, places, ls="", marker="d", ms=5, color=quiet(), mfc=paper(), mew=1.0, zorder=1.5)


def in_rows(panels: Sequence[Axes], rows: Sequence[Row]) -> None:
    """Give all panels the same rows, from top to bottom, named at the first."""
    places = [row.place for row in rows]
    for axes in panels:
        axes.set_ylim(max(places) + 0.6, min(places) - 0.6)
        axes.set_yticks(places, labels=[row.label for row in rows] if axes is panels[0] else [""] * len(rows))
        axes.tick_params(axis="y", labelcolor=ink())
        axes.grid(visible=False, axis="y")


def group(room: Room, axes: Axes, place: float, words: str) -> None:
    """Name a group of rows, from the left of the figure on and over all panels; the first one's limits must be set."""
    height = float((axes.transData + room.figure.transFigure.inverted()).transform((0.0, place))[1])
    behind = {"facecolor": paper(), "edgecolor": "none", "pad": 1.5}
    room.figure.text(0.03, height, words, va="center", fontsize=8.5, fontweight="bold", bbox=behind)
