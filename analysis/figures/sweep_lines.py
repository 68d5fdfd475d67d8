"""A measure along a swept setting: means with intervals, a line for each arm or value of another setting."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from matplotlib.axes import Axes
from matplotlib.transforms import ScaledTranslation

from analysis.arrays import Floats
from analysis.figures.averaged import AveragedChart
from analysis.figures.fitting import tick_texts, told_apart, width, wrapped
from analysis.figures.plotted import Plotted
from analysis.figures.sweep_axis import SMALL, Axis, inside, ticks_between
from analysis.figures.sweep_panels import Line, Panel, Words, page, panels_of, rows_of, title
from analysis.figures.theme import Theme, paper, quiet, theme
from analysis.scenes.drawing import apart
from analysis.stats import MIN_REPLICATES
from analysis.sweeps.aggregate import Selection, Swept

_PAGE = 8.0  # inches, as all that follow
_ONE_ROW, _MORE_ROWS = 2.55, 1.85
_RIGHT, _GAP = 0.15, 0.25
_THREAD = 0.3
_WIDEST_NAME, _WIDEST_HEADER = 1.3, 0.95
_NAME = 0.165
_TICKS, _LABEL = 0.14, 0.24
_TITLE, _TITLE_LINE = 0.34, 0.16
_FEW_LINES = 3
_NONE = "undefined at every point"


def lines_chart(
    selection: Selection, words: Words, theme_name: Theme, *, coloured: bool, difference: bool
) -> AveragedChart:
    """The first setting that is shown along x; a line for each value of the second if ``coloured``, else for each arm.

    Settings beyond these, and arms where lines are values, get panels. With ``difference`` lines show what mixing adds.
    """
    with theme(theme_name):
        return _Page(
            x=selection.shown[0],
            panels=panels_of(selection, coloured=coloured, difference=difference),
            header=selection.shown[1].label if coloured else "",
            label=f"{selection.label}\n{selection.contrast}" if difference else selection.label,
            difference=difference,
        ).chart(words)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Page:
    """Where everything goes."""

    x: Swept
    panels: Sequence[Panel]
    header: str
    """What the names of the lines are values of."""
    label: str
    """Of the vertical axis."""
    difference: bool

    def chart(self, words: Words) -> AveragedChart:
        """The figure with all its panels."""
        axis, (names, told) = self.axis, self.names
        words = replace(words, how=words.how + axis.remark, origin=words.origin + axis.told + told)
        under = _TICKS * axis.lines + _LABEL
        titles = [wrapped(panel.title, axis.inches, 10, lines=3, bold=True) for panel in self.panels]
        over = _TITLE + _TITLE_LINE * max(text.count("\n") for text in titles) if any(titles) or any(names) else 0.2
        total = self.rows * self.height + (self.rows - 1) * (under + over)
        figure, bottom, top = page(words, total, over=over, under=under)
        inch = (top - bottom) / total
        plotted: list[Plotted] = []
        for i, (panel, text) in enumerate(zip(self.panels, titles, strict=True)):
            row, column = divmod(i, self.columns)
            left = self.left + column * (axis.inches + self.gap)
            lowest = top - (row * (self.height + under + over) + self.height) * inch
            axes = figure.add_axes((left / _PAGE, lowest, axis.inches / _PAGE, self.height * inch))
            axis.write(axes, self.x.label if i + self.columns >= len(self.panels) else "")
            self._upright(axes, first=column == 0)
            title(axes, text, panel.color)
            plotted += _draw(axes, axis, panel, difference=self.difference)
            if any(names) and (self.each_named or column == self.columns - 1 or i == len(self.panels) - 1):
                self._name_lines(axes, panel)
        return AveragedChart(**vars(words), figure=figure, plotted=plotted)

    @property
    def columns(self) -> int:
        """Panels to a row."""
        return min(len(self.panels), 2 if len(self.panels) == 4 else 3)

    @property
    def rows(self) -> int:
        """Rows of panels."""
        return math.ceil(len(self.panels) / self.columns)

    @property
    def height(self) -> float:
        """Of a panel."""
        return _ONE_ROW if self.rows == 1 else _MORE_ROWS

    @property
    def each_named(self) -> bool:
        """Whether lines are named beside every panel, not just the last of a row."""
        return self.columns <= 2

    @cached_property
    def names(self) -> tuple[list[str], str]:
        """Of the lines, as they are written, and what they stand for where that needs telling."""
        whole = [line.name for line in self.panels[0].lines]
        return told_apart([wrapped(name, _WIDEST_NAME, SMALL, bold=True) for name in whole], whole, self.header)

    @cached_property
    def headed(self) -> str:
        """What is written over the names."""
        return wrapped(self.header, _WIDEST_HEADER, SMALL, lines=2)

    @property
    def beside(self) -> float:
        """Room for the names."""
        names, _ = self.names
        widest = max(width(self.headed, SMALL), *(width(name, SMALL, bold=True) for name in names))
        return _THREAD + widest if any(names) else 0.05

    @property
    def gap(self) -> float:
        """Between the panels of a row."""
        return _GAP + self.beside * self.each_named

    @cached_property
    def labelled(self) -> str:
        """What is written beside the vertical axis."""
        return "\n".join(wrapped(line, self.height + 0.2, lines=2) for line in self.label.split("\n"))

    @property
    def left(self) -> float:
        """Room for the vertical axis."""
        return (
            0.5 + 0.15 * self.labelled.count("\n") + max((width(t, SMALL) for t in tick_texts(self.ticks)), default=0)
        )

    @cached_property
    def axis(self) -> Axis:
        """The horizontal axis of each panel."""
        room = _PAGE - _RIGHT - self.left - self.beside - (self.columns - 1) * self.gap
        return Axis(self.x, room / self.columns)

    @cached_property
    def limits(self) -> tuple[float, float] | None:
        """Of the vertical axis, the same for all panels; None where nothing is defined."""
        found = [e for panel in self.panels for line in panel.lines for e in line.estimates if e and e.defined]
        if not found:
            return None
        singles = [e.values for e in found if len(e.values) < MIN_REPLICATES]
        numbers = np.concatenate([np.array([[e.mean, e.low, e.high] for e in found]).ravel(), *singles])
        if self.difference:
            numbers = np.append(numbers, 0.0)
        low, high = float(np.nanmin(numbers)), float(np.nanmax(numbers))
        largest = max(abs(low), abs(high))
        margin = 0.06 * (high - low) if high - low > 1e-9 * largest else 0.1 * largest or 0.5
        return low - margin, high + margin

    @cached_property
    def ticks(self) -> Floats:
        """Of the vertical axis."""
        return ticks_between(*self.limits) if self.limits else np.array([])

    def _upright(self, axes: Axes, *, first: bool) -> None:
        """The vertical axis, with numbers and name if it is the first of its row."""
        axes.set_yticks(self.ticks, labels=tick_texts(self.ticks) if first else [""] * len(self.ticks))
        axes.set_ylabel(self.labelled if first else "")
        if self.limits is None:
            axes.annotate(_NONE, (0.5, 0.5), xycoords="axes fraction", ha="center", va="center", color=quiet())
            return
        axes.set_ylim(*self.limits)
        if self.difference:
            axes.axhline(0.0, color=quiet(), lw=1.0, zorder=1)

    def _name_lines(self, axes: Axes, panel: Panel) -> None:
        """Names right of the axes, as near to the ends of their lines as can be, a thread from one to the other."""
        gap = _NAME / self.height
        ends = [_end(line, self.axis.places) for line in panel.lines]
        shown = _thinned([i for i, end in enumerate(ends) if end], int(1.0 / gap) + 1)
        scale = axes.transScale + axes.transLimits
        found = [(i, *scale.transform(end)) for i, end in enumerate(ends) if end and i in shown]
        heights = inside(apart([y for _, _, y in found], gap), gap)
        edge = 1.0 + 10.0 / 72.0 / self.axis.inches
        for (i, x, y), height in zip(found, heights, strict=True):
            color = panel.lines[i].style.color
            axes.plot([x, edge], [y, height], transform=axes.transAxes, clip_on=False, lw=0.8, alpha=0.6, color=color)
            axes.annotate(self.names[0][i], (1.0, height), (13, 0), xycoords="axes fraction", va="center", color=color,
                          textcoords="offset points", fontsize=SMALL, fontweight="bold",
                          annotation_clip=False)  # fmt: skip
        if found:
            axes.annotate(self.headed, (1.0, max(heights) + 0.6 * gap), (13, 0), xycoords="axes fraction", va="bottom",
                          textcoords="offset points", fontsize=SMALL, color=quiet(), annotation_clip=False)  # fmt: skip


def _draw(axes: Axes, axis: Axis, panel: Panel, *, difference: bool) -> list[Plotted]:
    """The lines of one panel, a little beside each other so that all intervals are seen."""
    rows: list[Plotted] = []
    step = min(3.0, 18.0 / len(panel.lines)) / 72.0
    order = np.argsort(axis.places, kind="stable")
    for i, line in enumerate(panel.lines):
        shift = (i - (len(panel.lines) - 1) / 2.0) * step
        where = axes.transData + ScaledTranslation(shift, 0.0, axes.figure.dpi_scale_trans)
        mean, low, high = (
            np.array([np.nan if e is None else getattr(e, name) for e in line.estimates])[order]
            for name in ("mean", "low", "high")
        )
        x, color, slots = axis.places[order], line.style.color, axis.kind == "slots"
        axes.plot(x, mean, color=color, ls=line.style.line, transform=where, lw=1.0 if slots else 1.8,
                  alpha=0.45 if slots else 1.0)  # fmt: skip
        if len(panel.lines) <= _FEW_LINES and not slots:
            axes.fill_between(x, low, high, color=color, alpha=0.13, lw=0, transform=where)
        axes.vlines(x, low, high, color=color, lw=1.5, transform=where)
        for place, value, text, e in zip(
            axis.places, axis.setting.values, axis.setting.texts, line.estimates, strict=True
        ):
            if e is None:
                continue
            if 1 < len(e.values) < MIN_REPLICATES:
                axes.plot(np.full(len(e.values), place), e.values, ls="", marker=line.style.marker, ms=3.2, color=color,
                          alpha=0.45, mew=0, transform=where)  # fmt: skip
            full = e.sure or not difference
            axes.plot([place], [e.mean], ls="", marker=line.style.marker, ms=6, mfc=color if full else paper(),
                      mec=paper() if full else color, mew=0.7 if full else 1.4, zorder=3, transform=where)  # fmt: skip
            rows += rows_of(e, panel.named, arm=line.arm, series=line.series, value=value, text=text)
    return rows


def _end(line: Line, places: Floats) -> tuple[float, float] | None:
    """The last point of a line that is defined."""
    points = [(float(at), e.mean) for at, e in zip(places, line.estimates, strict=True) if e and e.defined]
    return max(points) if points else None


def _thinned(known: Sequence[int], most: int) -> set[int]:
    """At most so many of them, evenly, the last among them."""
    return set(known[:: -math.ceil(len(known) / most)] if known else ())
