"""Learning curves: training and test examples over the epochs, and the gap between them."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from analysis.arrays import Floats
from analysis.figures.beside import Found, both, few, heading, left_out, rows, style_of, within
from analysis.figures.chart import Chart
from analysis.figures.plotted import Plotted
from analysis.figures.results import mean_band
from analysis.figures.sheet import row_of_panels, sheet
from analysis.figures.theme import Theme, ink, theme
from analysis.training.arms import Arm, Training

_TITLE = "Does it learn, or does it learn by heart?"
_HOW = (
    "Solid: test examples; dotted: training examples; each the mean of the replicates with its 95 % interval from five "
    "on, thin: single replicates. The shaded gap is what was learnt by heart."
)
_LOWEST = " The ring marks the lowest test loss."
_ROW, _BETWEEN = 1.75, 0.72  # inches
_PARTS = {"test": "test", "train": "training"}
_SETTLED, _FAR = 0.1, 30.0
_WORD = 0.11  # of a panel's height, that a word takes


def learning_chart(
    training: Training, found: Found, origin: str, theme_name: Theme = "light", *, log_epochs: bool = False
) -> Chart:
    """A row for accuracy and one for loss, a column for each arm; ``log_epochs`` spreads the first epochs out.

    ``found``: what `analysis.training.numbers.numbers` found. Raises ValueError where arms have no curve in common.
    """
    quantities = [name for name in ("accuracy", "loss") if training.has(f"test_{name}")]
    if not quantities:
        raise ValueError("histories must hold accuracy or loss in all arms, in training and in test; got neither")
    reading = _reading(training, found, quantities)
    how = _HOW + _LOWEST * ("loss" in quantities)
    height = _ROW * len(quantities) + _BETWEEN * (len(quantities) - 1)
    with theme(theme_name):
        figure, bottom, top = sheet(title=_TITLE, reading=reading, how=how, origin=origin, height=height, above=0.52)
        inch = (top - bottom) / height
        plotted = []
        for row, quantity in enumerate(quantities):
            ceiling = top - row * (_ROW + _BETWEEN) * inch
            panels = row_of_panels(figure, ceiling - _ROW * inch, ceiling, len(training.arms), right=0.91, gap=0.11)
            plotted += _draw(panels, training, found, quantity)
            for axes in panels:
                _epochs(axes, float(training.arms[0].epochs[-1]), log=log_epochs)
                axes.set_xlabel("epoch" if quantity == quantities[-1] else "")
    return Chart(name="learning", title=_TITLE, reading=reading, how=how, origin=origin, figure=figure, plotted=plotted)


def _draw(panels: Sequence[Axes], training: Training, found: Found, quantity: str) -> list[Plotted]:
    """One quantity of every arm, on one vertical axis."""
    plotted = []
    for which, (axes, arm) in enumerate(zip(panels, training.arms, strict=True)):
        heading(axes, arm.name, f"gap at the end {within(found[f'{quantity}_gap'], which)}", style_of(arm).color)
        plotted += _curves(axes, training, arm, quantity)
    _same_axis(panels, training, quantity)
    panels[0].set_ylabel(quantity)
    for axes, arm in zip(panels, training.arms, strict=True):
        _name_ends(axes, training, arm, quantity)
    return plotted


def _curves(axes: Axes, training: Training, arm: Arm, quantity: str) -> list[Plotted]:
    """Test and training examples of one arm, with the gap between their means shaded."""
    style = style_of(arm)
    plotted: list[Plotted] = []
    means: dict[str, Floats] = {}
    for part, words in _PARTS.items():
        curves = training.curves(arm, f"{part}_{quantity}")
        mean, low, high = mean_band(curves)
        line = "-" if part == "test" else ":"
        axes.plot(arm.epochs, curves.T, color=style.color, lw=0.5, alpha=0.3, ls=line)
        axes.fill_between(arm.epochs, low, high, color=style.color, alpha=0.25, lw=0)
        axes.plot(arm.epochs, mean, color=style.color, ls=line)
        plotted += rows(quantity, arm, words, arm.epochs.tolist(), curves, (mean, low, high))
        means[part] = mean
    axes.fill_between(arm.epochs, means["train"], means["test"], color=style.color, alpha=0.12, lw=0)
    if quantity == "loss" and np.isfinite(means["test"]).all():
        lowest = int(np.argmin(means["test"]))
        axes.plot(arm.epochs[lowest], means["test"][lowest], ls="", marker="o", ms=7, mfc="none", mec=ink(), mew=1.2)
    return plotted


def _same_axis(panels: Sequence[Axes], training: Training, quantity: str) -> None:
    """One vertical axis for all arms.

    Logarithmic for losses of very different sizes; an accuracy that is mostly gained in the first tenth of the epochs
    begins above it.
    """
    curves = np.concatenate([training.curves(arm, f"{part}_{quantity}") for arm in training.arms for part in _PARTS])
    curves = curves[np.isfinite(curves).all(1)]
    for axes in panels:
        axes.tick_params(labelleft=axes is panels[0])
    if not len(curves):
        return
    low, high = float(curves.min()), float(curves.max())
    if quantity == "accuracy":
        epochs = training.arms[0].epochs
        low = float(curves[:, epochs >= _SETTLED * epochs[-1]].min())
    logarithmic = quantity == "loss" and low > 0.0 and high > _FAR * low
    margin = 0.06 * (high - low) or 0.05
    for axes in panels:
        if logarithmic:
            axes.set_yscale("log")
            axes.set_ylim(low / 1.4, high * 1.4)
            axes.yaxis.set_major_formatter("{x:g}")
            axes.yaxis.set_minor_locator(NullLocator())
        else:
            axes.set_ylim(low - margin, high + margin)


def _name_ends(axes: Axes, training: Training, arm: Arm, quantity: str) -> None:
    """Write beside the curves' ends which is which."""
    ends = [float(mean_band(training.curves(arm, f"{part}_{quantity}"))[0][-1]) for part in _PARTS]
    if not np.isfinite(ends).all():
        return
    wanted = [float((axes.transScale + axes.transLimits).transform((1.0, end))[1]) for end in ends]
    for words, place in zip(_PARTS.values(), _apart(wanted), strict=True):
        axes.annotate(words, (1.015, place), xycoords="axes fraction", color=style_of(arm).color, va="center",
                      fontsize=8.5, annotation_clip=False)  # fmt: skip


def _apart(places: Sequence[float]) -> list[float]:
    """Two heights, moved apart where words at them would overlap."""
    missing = max(0.0, _WORD - abs(places[0] - places[1])) / 2.0
    up = 1.0 if places[0] >= places[1] else -1.0
    return [places[0] + up * missing, places[1] - up * missing]


def _epochs(axes: Axes, last: float, *, log: bool) -> None:
    """The horizontal axis; its powers of ten equally far apart where the first epochs are to be seen."""
    if log:
        axes.set_xscale("symlog", linthresh=1.0, linscale=0.4)
        ticks = [0, *(10**power for power in range(int(np.log10(max(1.0, last))) + 1))]
        axes.set_xticks(ticks, labels=[str(tick) for tick in ticks])
        axes.minorticks_off()
    axes.set_xlim(0, max(1.0, last))


def _reading(training: Training, found: Found, quantities: Sequence[str]) -> str:
    """The end on test examples, and the gap."""
    said = [f"Test {quantities[0]} at the end: {both(found[f'test_{quantities[0]}'], training)}."]
    said += [f"Gap of the {quantity}: {both(found[f'{quantity}_gap'], training)}." for quantity in quantities[:1]]
    return " ".join(said) + few(training) + left_out(training)
