"""Arms in rows, one under the other, with a panel for each thing that is measured of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from analysis.arrays import Floats
from analysis.figures.plotted import Plotted
from analysis.figures.theme import ArmStyle, ink, paper, quiet
from analysis.scenes.base import Room
from analysis.scenes.drawing import Series, heading
from analysis.scenes.pairs import SIDE
from analysis.stats import MIN_REPLICATES, interval

_SPREAD = 0.24
_ABOVE = 1.5
"""Rows that a panel has room for over its first one, where groups have names."""
_OF_PAIRS = {
    "accuracy": ("Errors", "% of test images"),
    "crossing": ("Strangers' children", "work as well as parents"),
    "half": ("Half of it gone", "accuracy kept"),
}


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


def grouped(
    labels: Mapping[str, str], looks: Mapping[str, ArmStyle], groups: Iterable[str], apart: float = 0.8
) -> dict[str, list[Row]]:
    """The same arms once for each group, one group under the other; ``apart`` rows are left free between two."""
    return {
        name: [
            Row(arm=arm, label=label, style=looks[arm], place=place + block * (len(labels) + apart))
            for place, (arm, label) in enumerate(labels.items())
        ]
        for block, name in enumerate(groups)
    }


def of_pairs(
    panels: Sequence[Axes], rows: Mapping[str, Sequence[Row]], names: Mapping[str, str], values: Mapping[str, Floats]
) -> list[Plotted]:
    """Three panels of what pairs of networks do: their errors, their children, and halves of them.

    ``values``: (replicates,) by ``accuracy:GROUP:ARM``, ``crossing:GROUP:ARM`` and ``half:GROUP:ARM``; ``names`` are
    those of the groups. There is room over each group for `group`.
    """
    in_rows(panels, [row for ours in rows.values() for row in ours])
    drawn = []
    for axes, (measure, words) in zip(panels, _OF_PAIRS.items(), strict=True):
        heading(axes, *words)
        for name, ours in rows.items():
            for row in ours:
                found = values[f"{measure}:{name}:{row.arm}"]
                series = Series(panel=measure, arm=row.arm, name=f"{measure}, {names[name]}", side=SIDE)
                drawn += across(axes, row, 100.0 * (1.0 - found) if measure == "accuracy" else found, series)
        axes.set_ylim(axes.get_ylim()[0], -_ABOVE)
    return drawn


def group(room: Room, axes: Axes, place: float, words: str) -> None:
    """Name a group of rows, from the left of the figure on and over all panels; the first one's limits must be set."""
    height = float((axes.transData + room.figure.transFigure.inverted()).transform((0.0, place))[1])
    behind = {"facecolor": paper(), "edgecolor": "none", "pad": 1.5}
    room.figure.text(0.03, height, words, va="center", fontsize=8.5, fontweight="bold", bbox=behind)
