"""A measure over two swept settings: a heat map of each arm, and of what mixing adds."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from analysis.arrays import Floats
from analysis.figures.averaged import AveragedChart
from analysis.figures.fitting import standing, tick_texts, told_apart, width, wrapped
from analysis.figures.plotted import Plotted
from analysis.figures.sweep_axis import SMALL, Axis, ticks_between
from analysis.figures.sweep_panels import Named, Words, arm_styles, page, places_of, rows_of, title
from analysis.figures.theme import Theme, diverging, faint, ink, paper, quiet, theme
from analysis.numbers import decimals_for, number, signed
from analysis.sweeps.aggregate import Estimate, Place, Selection

_PAGE = 8.0  # inches, as all that follow
_RIGHT, _GAP = 0.15, 0.14
_BAR, _BESIDE, _BAR_LABEL = 0.1, 0.08, 0.42
_TALLEST, _LOWEST = 2.9, 1.3
_CELL, _WIDEST = 0.55, 2.0
"""Most height and width of a cell."""
_LONGEST = 1.2
_LARGEST, _SMALLEST = 7.5, 5.5
"""Sizes of the numbers in the cells."""
_MOST_NUMBERS = 60
_MAP = "cividis"


def map_chart(selection: Selection, words: Words, theme_name: Theme, *, difference: bool) -> AveragedChart:
    """The first setting that is shown along x, the second along y, both in the order of the sweep.

    Settings beyond these give rows of panels. With ``difference`` only what mixing adds is shown.
    """
    with theme(theme_name):
        return _Page(selection, difference=difference).chart(words)


@dataclass(frozen=True, kw_only=True)
class _Grid:
    """One panel."""

    title: str
    color: str
    named: Named
    arm: str
    contrast: bool
    """Whether it shows differences."""
    cells: Mapping[Place, Estimate]
    """By number of the value along x and along y; what is not there yet is missing."""


class _Page:
    """Where everything goes."""

    def __init__(self, selection: Selection, *, difference: bool) -> None:
        self.selection, self.difference = selection, difference
        self.x, self.y = selection.shown[:2]
        self.grids = _grids(selection, difference=difference)
        kinds = [[grid for grid in self.grids if grid.contrast is contrast] for contrast in (False, True)]
        self.scales = [_Scale(grids) for grids in kinds if grids]
        self.columns = (
            min(len(self.grids), 2 if len(self.grids) == 4 else 3)
            if difference
            else len(selection.arms) + (selection.pair is not None)
        )
        self.rows = math.ceil(len(self.grids) / self.columns)

    def chart(self, words: Words) -> AveragedChart:
        """The figure with all its panels."""
        axis, height = self.axis, self.height
        words = replace(words, origin=words.origin + axis.told + self.upright[1])
        titles = [wrapped(grid.title, axis.inches, 10, lines=3, bold=True) for grid in self.grids]
        over = 0.3 + 0.16 * max(text.count("\n") for text in titles)
        under = 0.24 + 0.14 * axis.lines
        between = over + under - 0.2
        total = self.rows * height + (self.rows - 1) * between
        figure, bottom, top = page(words, total, over=over, under=under)
        inch = (top - bottom) / total
        plotted: list[Plotted] = []
        for i, (grid, text) in enumerate(zip(self.grids, titles, strict=True)):
            row, column = divmod(i, self.columns)
            lowest = top - (row * (height + between) + height) * inch
            axes = figure.add_axes((self._start(column) / _PAGE, lowest, axis.inches / _PAGE, height * inch))
            plotted += self._draw(axes, grid)
            axis.write(axes, self.x.label if i + self.columns >= len(self.grids) else "")
            self._upright(axes, first=column == 0)
            title(axes, text, grid.color)
        for scale in self.scales:
            last = max(i for i in range(self.columns) if self.grids[i].contrast is scale.contrast)
            label = "difference" if scale.contrast and not self.difference else self.selection.label
            scale.draw(figure, self._start(last) + axis.inches + _BESIDE, bottom, top, total, label)
        return AveragedChart(**vars(words), figure=figure, plotted=plotted)

    @cached_property
    def upright(self) -> tuple[list[str], str]:
        """What is written along y, and what it stands for where that needs telling."""
        whole = self.y.texts
        return told_apart([wrapped(text, _LONGEST, SMALL) for text in whole], whole, self.y.label)

    @cached_property
    def left(self) -> float:
        """Room for the vertical axis."""
        return 0.5 + max(width(text, SMALL) for text in self.upright[0])

    @cached_property
    def axis(self) -> Axis:
        """The horizontal axis of each panel."""
        taken = self.left + _RIGHT + sum(scale.room for scale in self.scales) + _GAP * (self.columns - 1)
        widest = max(1.5, _WIDEST * len(self.x.values))
        return Axis(self.x, min((_PAGE - taken) / self.columns, widest), slots=True)

    @property
    def cell(self) -> tuple[float, float]:
        """Width and height."""
        return self.axis.inches / len(self.x.values), self.height / len(self.y.values)

    @property
    def height(self) -> float:
        """Of a panel: cells are squares, or flat."""
        square = min(_CELL, self.axis.inches / len(self.x.values))
        return min(_TALLEST, max(_LOWEST, square * len(self.y.values)))

    @cached_property
    def size(self) -> float:
        """Of the numbers in the cells; 0 where some do not fit, or there are too many."""
        texts = [self._scale(grid).text(e.mean) for grid in self.grids for e in grid.cells.values() if e.defined]
        if not texts or len(self.x.values) * len(self.y.values) > _MOST_NUMBERS:
            return 0.0
        widest = max(width(text, 10.0, bold=True) for text in texts) / 10.0
        size = min(_LARGEST, (self.cell[0] - 0.05) / widest, 72.0 * (self.cell[1] - 0.04) / 1.2)
        return size if size >= _SMALLEST else 0.0

    def _scale(self, grid: _Grid) -> "_Scale":
        return self.scales[-1] if grid.contrast else self.scales[0]

    def _start(self, column: int) -> float:
        """Where a column begins: behind the bar of the arms if it shows differences."""
        bar = self.scales[0].room if len(self.scales) > 1 and self.grids[column].contrast else 0.0
        return self.left + column * (self.axis.inches + _GAP) + bar

    def _upright(self, axes: Axes, *, first: bool) -> None:
        """The vertical axis, with values and name if it is the first of its row."""
        count = len(self.y.values)
        middles = ((np.arange(count) + 0.5) * self.cell[1]).tolist()
        shown = standing(middles, [0.12] * count, 0.03)
        texts = [text if show and first else "" for text, show in zip(self.upright[0], shown, strict=True)]
        axes.set_ylim(-0.5, count - 0.5)
        axes.set_yticks(range(count), labels=texts)
        axes.set_ylabel(wrapped(self.y.label, self.height + 0.3) if first else "")
        axes.tick_params(labelsize=SMALL)
        axes.grid(visible=False)
        axes.spines[:].set_visible(False)

    def _draw(self, axes: Axes, grid: _Grid) -> list[Plotted]:
        """Colours, numbers where they fit, dots where the interval of a difference leaves 0 out."""
        x, y, scale = self.x, self.y, self._scale(grid)
        means = np.full((len(y.values), len(x.values)), np.nan)
        rows: list[Plotted] = []
        for (i, j), e in grid.cells.items():
            means[j, i] = e.mean
            rows += rows_of(e, grid.named, arm=grid.arm, series=f"{y.label} {y.texts[j]}", value=x.values[i],
                            text=x.texts[i])  # fmt: skip
            if e.defined:
                self._mark(axes, (i, j), e, scale)
            else:
                axes.add_patch(
                    Rectangle((i - 0.5, j - 0.5), 1, 1, fc=paper(), ec=quiet(), hatch="/////", lw=0, alpha=0.5)
                )
        edges = [np.arange(size + 1) - 0.5 for size in means.T.shape]
        frame = faint() if grid.contrast else paper()  # a difference of 0 is as white as paper
        axes.pcolormesh(*edges, np.ma.masked_invalid(means), cmap=scale.map, norm=scale.norm, edgecolors=frame, lw=1)
        return rows

    def _mark(self, axes: Axes, place: tuple[int, int], e: Estimate, scale: "_Scale") -> None:
        """The number of a cell, and whether a difference is sure."""
        sure = scale.contrast and e.sure
        tint = _readable(scale.map(scale.norm(e.mean)))
        if self.size:
            axes.annotate(scale.text(e.mean), place, ha="center", va="center_baseline", fontsize=self.size, color=tint,
                          fontweight="bold" if sure else "normal")  # fmt: skip
        if sure:
            right, up = (0.5 - 0.07 / inches if self.size else 0.0 for inches in self.cell)
            axes.plot([place[0] + right], [place[1] + up], ls="", marker="o", ms=2.8, color=tint, mew=0)


class _Scale:
    """Colours of numbers that some panels share, with their bar."""

    def __init__(self, grids: Sequence[_Grid]) -> None:
        means = np.array([e.mean for grid in grids for e in grid.cells.values() if e.defined])
        self.contrast = grids[0].contrast
        self.map: Colormap = diverging() if self.contrast else mpl.colormaps[_MAP]
        low, high = _around_0(means) if self.contrast else _from_to(means)
        self.norm = Normalize(low, high)
        self.decimals = decimals_for(*means)
        self.ticks = ticks_between(low, high) if len(means) else np.array([])
        self.texts = [
            f"+{text}" if self.contrast and tick > 0.0 else text
            for tick, text in zip(self.ticks, tick_texts(self.ticks), strict=True)
        ]
        widest = max((width(text, 8) for text in self.texts), default=0.0)
        self.room = _BESIDE + _BAR + widest + _BAR_LABEL if len(means) else 0.0
        """For the bar; none where nothing is defined."""

    def text(self, value: float) -> str:
        """A number, as it is written in a cell."""
        return signed(value, self.decimals) if self.contrast and value else number(value, self.decimals)

    def draw(self, figure: Figure, left: float, bottom: float, top: float, height: float, label: str) -> None:
        """The bar, ``left`` inches from the edge, with what it shows."""
        if not self.room:
            return
        bar = figure.add_axes((left / _PAGE, bottom, _BAR / _PAGE, top - bottom))
        figure.colorbar(ScalarMappable(norm=self.norm, cmap=self.map), cax=bar)
        bar.set_yticks(self.ticks, labels=self.texts)
        bar.minorticks_off()
        bar.grid(visible=False)
        bar.spines[:].set_visible(False)
        bar.tick_params(labelsize=8, labelcolor=quiet())
        bar.set_ylabel(wrapped(label, height, 8, lines=2), fontsize=8, color=quiet())


def _around_0(means: Floats) -> tuple[float, float]:
    high = float(np.max(np.abs(means), initial=0.0)) or 1.0
    return -high, high


def _from_to(means: Floats) -> tuple[float, float]:
    """The ends of some numbers, or around them where they are all alike."""
    if not len(means):
        return 0.0, 1.0
    low, high = float(means.min()), float(means.max())
    largest = max(abs(low), abs(high))
    margin = 0.0 if high - low > 1e-9 * largest else 0.1 * largest or 0.5
    return low - margin, high + margin


def _grids(selection: Selection, *, difference: bool) -> list[_Grid]:
    """All panels, row by row."""
    styles = arm_styles(selection)
    grids = []
    for at in places_of(selection, 2):
        values = [f"{s.label} {s.texts[i]}" for s, i in zip(selection.shown[2:], at, strict=True)]
        named = Named.of(selection, values)
        for arm in [] if difference else selection.arms:
            cells = {place[:2]: e for (place, of), e in selection.means.items() if of == arm and place[2:] == at}
            name = ", ".join(filter(None, [arm, *values]))
            grids.append(_Grid(title=name, color=styles[arm].color, named=named, arm=arm, contrast=False, cells=cells))
        if selection.pair:
            cells = {place[:2]: e for place, e in selection.differences.items() if place[2:] == at}
            name = ", ".join(values if difference and values else [selection.contrast, *values])
            grids.append(
                _Grid(title=name, color=ink(), named=named, arm=selection.contrast, contrast=True, cells=cells)
            )
    return grids


def _readable(color: tuple[float, float, float, float]) -> str:
    """Black or white, whichever stands out more (relative luminance as WCAG 2 defines it)."""
    linear = np.array([c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color[:3]])
    return "#111111" if float(linear @ [0.2126, 0.7152, 0.0722]) > 0.18 else "#ffffff"
