"""Filters of the first layer, the most localised first, without dropout beside with it, and their numbers."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from analysis.arrays import Floats, Integers
from analysis.figures.beside import SIDE, Found, both, dots, few, left_out, style_of, told
from analysis.figures.chart import Chart
from analysis.figures.filters import draw_page
from analysis.figures.plotted import Plotted
from analysis.figures.sheet import row_of_panels, sheet
from analysis.figures.theme import Theme, quiet, theme
from analysis.numbers import counted
from analysis.training.arms import Training
from analysis.training.numbers import SEEN
from nets.features import hoyer, kurtosis, localisation_order, spread

_TITLE = "What do units look at?"
_HOW = (
    "Above: incoming weights{times} of replicate {shown}, {which}, {order} first; green is positive, purple negative, "
    "on one scale for all. Below: the median filter of every replicate, faint, and their mean with its 95 % "
    "interval from five on, strong."
)
_LEFT, _RIGHT, _GAP = 0.03, 0.97, 0.03
_MOST, _ACROSS, _STRIPS = 256, 32, 4
_STRIPS_HEIGHT, _NUMBERS, _BETWEEN = 2.0, 0.5, 0.68  # inches
_LABELS = {
    "spread": "low: local; 0 a single pixel",
    "kurtosis": "high: few inputs stand out",
    "hoyer": "0 even, 1 a single input",
    "moran": "0 noise, 1 smooth",
}
_CONTRAST = 99.5  # per cent of the weights that colours tell apart


def filters_chart(training: Training, found: Found, origin: str, theme_name: Theme = "light") -> Chart:
    """Pages of filters above, their numbers below; at most 256 filters an arm, evenly along their order.

    ``found``: what `analysis.training.numbers.numbers` found. Raises ValueError where filters are not known or no
    replicate is sound.
    """
    if not training.has_filters or training.shown is None:
        raise ValueError("filters must be given in every arm, with a replicate in which no arm diverged; got none")
    known = [
        _seen(np.asarray(arm.filters[training.shown], dtype=np.float64), training)
        for arm in training.arms
        if arm.filters is not None
    ]
    chosen = [_evenly(localisation_order(own, training.image_shape)) for own in known]
    shape = training.image_shape or (1, known[0].shape[1])
    pages = [own[which].reshape(-1, *shape) for own, which in zip(known, chosen, strict=True)]
    columns, height = _layout(pages)
    suffix = "" if training.input_scale is None else SEEN
    reading = _reading(training, found)
    how = _HOW.format(
        shown=training.shown,
        which=_which(known, chosen),
        times="" if training.input_scale is None else ", times the standard deviations of their inputs,",
        order="the sparsest" if training.image_shape is None else "the most localised",
    )
    with theme(theme_name):
        total = height + _BETWEEN + _NUMBERS
        figure, bottom, top = sheet(
            title=_TITLE, reading=reading, how=how, origin=origin, height=total, above=0.36, below=0.4
        )
        inch = (top - bottom) / total
        panels = row_of_panels(figure, top - height * inch, top, len(pages), left=_LEFT, right=_RIGHT, gap=_GAP)
        limit = float(np.percentile(np.abs(np.concatenate([page.ravel() for page in pages])), _CONTRAST)) or 1.0
        for axes, page, arm in zip(panels, pages, training.arms, strict=True):
            draw_page(axes, np.clip(page / limit, -1.0, 1.0), columns)
            axes.set_title(arm.name, color=style_of(arm).color, fontweight="bold", fontsize=10, loc="left", pad=4)
        shown = {ends: found[name + suffix] for name, ends in _LABELS.items() if name in found}
        rows = row_of_panels(figure, bottom, bottom + _NUMBERS * inch, len(shown), left=_LEFT, right=_RIGHT, gap=0.045)
        plotted = _of_units(training, known, chosen)
        for axes, (ends, number) in zip(rows, shown.items(), strict=True):
            for which in range(len(training.arms)):
                plotted += dots(axes, -0.5 * which, number, training, which, panel="numbers")
            _dress(axes, number.label, told(number), ends)
    return Chart(name="filters", title=_TITLE, reading=reading, how=how, origin=origin, figure=figure, plotted=plotted)


def _seen(filters: Floats, training: Training) -> Floats:
    """What units see of their inputs: weights times the inputs' standard deviations, where these are known."""
    return filters if training.input_scale is None else filters * training.input_scale


def _evenly(order: Integers) -> Integers:
    """As many units as can be shown, the first and the last of the order among them."""
    return order[np.unique(np.linspace(0, len(order) - 1, min(_MOST, len(order))).round().astype(np.int64))]


def _layout(pages: Sequence[Floats]) -> tuple[int, float]:
    """Columns of images on a page, and the pages' height in inches."""
    units = max(len(page) for page in pages)
    _, high, wide = pages[0].shape
    if high == 1:
        return _STRIPS, _STRIPS_HEIGHT
    columns = min(_ACROSS // len(pages), int(np.ceil(np.sqrt(2.0 * units))))
    width = 8.0 * (_RIGHT - _LEFT - _GAP * (len(pages) - 1)) / len(pages)
    return columns, width * -(-units // columns) * high / (columns * wide)


def _which(known: Sequence[Floats], chosen: Sequence[Integers]) -> str:
    """How many of how many filters."""
    most, units = max(len(which) for which in chosen), max(len(own) for own in known)
    return f"all {counted(units, 'unit')}" if most == units else f"{most} of {counted(units, 'unit')}"


def _dress(axes: Axes, label: str, difference: str, ends: str) -> None:
    """Say what a panel of numbers shows, and the difference."""
    axes.set_title(label, fontsize=9, pad=16)
    axes.annotate(difference, (0, 1), (0, 5), xycoords="axes fraction", textcoords="offset points", fontsize=8,
                  color=quiet(), annotation_clip=False)  # fmt: skip
    axes.set_xlabel(ends, fontsize=7.5, color=quiet(), loc="left")
    axes.set_yticks([])
    axes.margins(x=0.12, y=0.35)
    axes.locator_params(axis="x", nbins=2)
    axes.spines["left"].set_visible(False)


def _of_units(training: Training, known: Sequence[Floats], chosen: Sequence[Integers]) -> list[Plotted]:
    """The numbers of the filters that are shown, in their order."""
    rows = []
    for arm, own, which in zip(training.arms, known, chosen, strict=True):
        seen = own[which] if training.varying is None else own[which][:, training.varying]
        numbers = {"excess kurtosis": kurtosis(seen), "Hoyer sparsity": hoyer(seen)}
        if training.image_shape is not None:
            numbers["spread, pixels"] = spread(own[which], training.image_shape)
        rows += [
            Plotted(panel="filters", side=SIDE, arm=arm.name, series=name, replicate=training.shown or 0,
                    x=f"unit {unit}", y=float(value))
            for name, values in numbers.items()
            for unit, value in zip(which, values, strict=True)
        ]  # fmt: skip
    return rows


def _reading(training: Training, found: Found) -> str:
    """How localised the median filter is, as a unit sees it and in its weights alone."""
    name, words = ("kurtosis", "Excess kurtosis") if training.image_shape is None else ("spread", "Spread in pixels")
    if training.input_scale is None:
        said = f"{words} of the median filter: {both(found[name], training)}."
    else:
        said = (
            f"{words} of the median filter: {both(found[name + SEEN], training)}. "
            f"Of the weights alone: {both(found[name], training)}."
        )
    return said + few(training) + left_out(training)
