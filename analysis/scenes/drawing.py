"""What the pictures of scenes are made of: curves with bands, points with intervals, names beside them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from analysis.arrays import Floats
from analysis.figures.plotted import Plotted
from analysis.figures.results import mean_band
from analysis.figures.theme import ArmStyle, arms, paper, quiet, signs
from analysis.scenes.base import Room
from analysis.sides.genes import GENES
from analysis.stats import MIN_REPLICATES, interval


@dataclass(frozen=True, kw_only=True)
class Series:
    """What a row of numbers is called in the CSV."""

    panel: str
    arm: str
    name: str
    side: str = GENES.name

    def rows(self, x: Sequence[float | str], mean: Floats, low: Floats, high: Floats) -> list[Plotted]:
        """Means with their intervals, (points,) each."""
        return [
            Plotted(panel=self.panel, side=self.side, arm=self.arm, series=self.name, replicate="mean", x=at,
                    y=float(y), low=float(down), high=float(up))
            for at, y, down, up in zip(x, mean, low, high, strict=True)
        ]  # fmt: skip

    def replicates(self, x: float | str, values: Floats) -> list[Plotted]:
        """One number for each replicate, (replicates,)."""
        return [
            Plotted(panel=self.panel, side=self.side, arm=self.arm, series=self.name, replicate=i, x=x, y=float(y))
            for i, y in enumerate(values)
        ]

    def exact(self, x: Floats, y: Floats) -> list[Plotted]:
        """A curve without error, (points,)."""
        nothing = np.full(len(x), np.nan)
        return self.rows(x.tolist(), y, nothing, nothing)


def styles() -> tuple[ArmStyle, ArmStyle, ArmStyle, ArmStyle]:
    """Clonal and sexual as everywhere, and two more arms, each with a marker and a line of its own."""
    purple, green = signs()
    return (
        *arms(),
        ArmStyle(color=purple, marker="^", line=(0, (5, 1.2, 1, 1.2))),
        ArmStyle(color=green, marker="D", line=(0, (1, 1))),
    )


def curve(axes: Axes, x: Floats, rows: Floats, style: ArmStyle, series: Series, *, thin: bool = False) -> list[Plotted]:
    """The mean over replicates, ``rows`` (replicates, points), with its band; thin lines for replicates if asked."""
    mean, low, high = mean_band(rows)
    if thin:
        axes.plot(x, rows.T, color=style.color, lw=0.6, alpha=0.35)
    axes.fill_between(x, low, high, color=style.color, alpha=0.18, lw=0)
    axes.plot(x, mean, color=style.color, ls=style.line)
    return series.rows(x.tolist(), mean, low, high)


def points(
    axes: Axes, place: float, values: Floats, style: ArmStyle, series: Series, at: float | str, *, spread: float = 0.16
) -> list[Plotted]:
    """Replicates (replicates,) as faint marks around ``place``, their mean with its 95 % interval as a strong one.

    In the CSV the place is called ``at``.
    """
    known = values[np.isfinite(values)]
    if not len(known):
        return series.replicates(at, values)
    shift = np.linspace(-spread, spread, len(known)) if len(known) > 1 else 0.0
    mean = float(known.mean())
    low, high = interval(known) if len(known) >= MIN_REPLICATES else (np.nan, np.nan)
    axes.plot(place + shift, known, ls="", marker=style.marker, ms=3.2, color=style.color, alpha=0.3, mew=0)
    axes.plot([place, place], [low, high], color=style.color, lw=2.4, solid_capstyle="butt")
    axes.plot([place], [mean], ls="", marker=style.marker, ms=7, color=style.color, mec=paper(), mew=0.8)
    whole = (np.array([number]) for number in (mean, low, high))
    return series.replicates(at, values) + series.rows([at], *whole)


@dataclass(frozen=True, kw_only=True)
class Name:
    """A word beside the end of a curve."""

    text: str
    y: float
    """Where the curve ends, in data."""
    color: str


def name_curves(axes: Axes, names: Sequence[Name], *, gap: float) -> None:
    """Write names right of the axes at the heights of their curves, ``gap`` apart at least (a share of the height)."""
    to_axes = axes.transScale + axes.transLimits
    wanted = [float(to_axes.transform((1.0, name.y))[1]) for name in names]
    for name, y in zip(names, apart(wanted, gap), strict=True):
        axes.annotate(
            name.text,
            (1.02, y),
            xycoords="axes fraction",
            color=name.color,
            va="center",
            fontweight="bold",
            annotation_clip=False,
        )


def apart(places: Sequence[float], gap: float) -> list[float]:
    """Places as near as can be to those wanted, in their order, with at least ``gap`` between neighbours.

    Least squares: neighbours that are too near form a block around their mean (pool adjacent violators).
    """
    order = np.argsort(places, kind="stable")
    blocks: list[list[float]] = []
    for rank, index in enumerate(order):
        blocks.append([places[index] - rank * gap])
        while len(blocks) > 1 and np.mean(blocks[-2]) >= np.mean(blocks[-1]):
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    levels = [float(np.mean(block)) for block in blocks for _ in block]
    found = [0.0] * len(places)
    for rank, index in enumerate(order):
        found[int(index)] = levels[rank] + rank * gap
    return found


def heading(axes: Axes, name: str, meaning: str = "") -> None:
    """Name a panel, and say in quiet words what it shows."""
    offset = 16 if meaning else 5
    axes.annotate(name, (0, 1), (0, offset), xycoords="axes fraction", textcoords="offset points", fontsize=10,
                  fontweight="bold", annotation_clip=False)  # fmt: skip
    axes.annotate(meaning, (0, 1), (0, 5), xycoords="axes fraction", textcoords="offset points", fontsize=8,
                  color=quiet(), annotation_clip=False)  # fmt: skip


def legend(room: Room, left: float, handles: Sequence[Line2D]) -> None:
    """What colours and lines mean, in a row over the names of the panels."""
    room.figure.legend(
        handles=handles, loc="lower left", ncols=len(handles), borderpad=0, borderaxespad=0, handlelength=2.6,
        columnspacing=1.6, bbox_to_anchor=(left, room.top + room.share(0.52)),
    )  # fmt: skip


def sample_of(style: ArmStyle, label: str) -> Line2D:
    """An arm's line and mark, for the key."""
    return Line2D([], [], color=style.color, ls=style.line, marker=style.marker, ms=5, label=label)


def same_height(panels: Sequence[Axes]) -> None:
    """Give a row of panels one vertical axis, written at the first."""
    limits = np.array([axes.get_ylim() for axes in panels])
    for axes in panels:
        axes.set_ylim(limits[:, 0].min(), limits[:, 1].max())
        axes.tick_params(labelleft=axes is panels[0])


def time_axis(axes: Axes, last: float) -> None:
    """Generations from 0 on, their powers of ten equally far apart, so that the first ones are seen as well."""
    axes.set_xscale("symlog", linthresh=1.0, linscale=0.5)
    axes.set_xlim(0, last)
    ticks = [0, *(10**power for power in range(int(np.log10(last)) + 1))]
    axes.set_xticks(ticks, labels=[str(tick) for tick in ticks])
    axes.minorticks_off()
    axes.set_xlabel("generation")
