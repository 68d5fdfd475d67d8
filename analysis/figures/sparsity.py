"""How sparsely units answer, layer by layer."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullLocator

from analysis.arrays import Floats, Matrix
from analysis.figures.beside import Found, both, dots, few, key, left_out, rows, style_of
from analysis.figures.chart import Chart
from analysis.figures.plotted import Plotted
from analysis.figures.results import mean_band
from analysis.figures.sheet import sheet
from analysis.figures.theme import Theme, ink, theme
from analysis.training.arms import Training
from nets.features import histogram

_TITLE = "How many units answer, and how strongly?"
_HOW = (
    "Activations of the whole networks on test examples, nothing dropped. Histograms: means of the replicates with "
    "their 95 % interval from five on, all arms in the same bins, the last one with all that is beyond; triangles: the "
    "mean. Right: faint marks are replicates, strong ones their mean and its 95 % interval; sparseness from 0, all "
    "alike, to 1, only one."
)
_ROW, _BETWEEN = 1.35, 0.62  # inches
_BINS, _TAIL = 30, 0.001
_LEAST_SHARE = 1e-5
_MOST = 4
_NUMBERS = {
    "zeros": "zeros",
    "lifetime_sparseness": "lifetime\nsparseness",
    "population_sparseness": "population\nsparseness",
}
_COLUMNS = ((0.075, 0.235), (0.435, 0.25), (0.795, 0.18))


def sparsity_chart(training: Training, found: Found, origin: str, theme_name: Theme = "light") -> Chart:
    """A row for each hidden layer, at most four: mean activation of units, all activations, and three numbers.

    ``found``: what `analysis.training.numbers.numbers` found. Raises ValueError where an arm has no activations.
    """
    if training.layers == 0:
        raise ValueError("activations must be given for at least one hidden layer of every arm; got none")
    shown = np.unique(np.linspace(0, training.layers - 1, min(_MOST, training.layers)).round().astype(int)).tolist()
    reading = _reading(training, found)
    how = _HOW + f" Shown are {len(shown)} of {training.layers} layers." * (len(shown) < training.layers)
    height = _ROW * len(shown) + _BETWEEN * (len(shown) - 1)
    with theme(theme_name):
        figure, bottom, top = sheet(title=_TITLE, reading=reading, how=how, origin=origin, height=height, above=0.74)
        inch = (top - bottom) / height
        plotted = []
        for row, layer in enumerate(shown):
            floor = top - (row * (_ROW + _BETWEEN) + _ROW) * inch
            panels = [figure.add_axes((left, floor, width, _ROW * inch)) for left, width in _COLUMNS]
            plotted += _draw(panels, training, found, layer)
            if layer != shown[-1]:
                for axes in panels:
                    axes.set_xlabel("")
        figure.legend(
            handles=key(training), loc="lower left", ncols=2, borderpad=0, borderaxespad=0, handlelength=2.6,
            columnspacing=1.6, bbox_to_anchor=(_COLUMNS[0][0], top + 0.42 * inch),
        )  # fmt: skip
    return Chart(name="sparsity", title=_TITLE, reading=reading, how=how, origin=origin, figure=figure, plotted=plotted)


def _draw(panels: Sequence[Axes], training: Training, found: Found, layer: int) -> list[Plotted]:
    """One layer in all arms."""
    name = f"layer {layer + 1}" if training.layers > 1 else "hidden layer"
    means = [[own.mean(0) for own in arm.activations[layer]] for arm in training.arms]
    plotted = _histograms(panels[0], training, means, name, "mean activation of a unit")
    plotted += _histograms(
        panels[1], training, [arm.activations[layer] for arm in training.arms], name, "activation", logarithmic=True
    )
    for which, arm in enumerate(training.arms):
        mean = found[f"mean_activation:{layer + 1}"].means[which][0]
        over = panels[0].get_xaxis_transform()
        panels[0].plot(mean, 1.0, transform=over, marker="v", ms=8, color=style_of(arm).color, mew=0, clip_on=False)
    panels[0].set_ylabel("share of units")
    panels[1].set_ylabel("share, log")
    panels[0].annotate(name.capitalize(), (0, 1), (0, 11), xycoords="axes fraction", textcoords="offset points",
                       fontsize=10, fontweight="bold", color=ink(), annotation_clip=False)  # fmt: skip
    return plotted + _numbers(panels[2], training, found, layer, name)


def _histograms(
    axes: Axes,
    training: Training,
    values: Sequence[Sequence[Matrix]],
    panel: str,
    what: str,
    *,
    logarithmic: bool = False,
) -> list[Plotted]:
    """Of all arms in the same bins, from values (replicates,) of arrays for each arm."""
    edges = _edges(values, training)
    plotted = []
    middles = (edges[:-1] + edges[1:]) / 2.0
    for arm, own in zip(training.arms, values, strict=True):
        style = style_of(arm)
        shares = np.array([_shares(one, edges, lost=lost) for one, lost in zip(own, arm.diverged, strict=True)])
        mean, low, high = mean_band(shares)
        axes.stairs(high, edges, baseline=low, color=style.color, alpha=0.3, fill=True, lw=0)
        axes.stairs(mean, edges, color=style.color, ls=style.line, lw=1.6, baseline=None if logarithmic else 0)
        plotted += rows(panel, arm, what, middles.tolist(), shares, (mean, low, high))
    axes.set_xlim(edges[0], edges[-1])
    axes.set_xlabel(what)
    if logarithmic:
        axes.set_yscale("log")
        axes.set_ylim(_LEAST_SHARE, 1.0)
        axes.yaxis.set_major_locator(LogLocator(numticks=4))
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_locator(NullLocator())
    return plotted


def _edges(values: Sequence[Sequence[Matrix]], training: Training) -> Floats:
    """Bins from 0, or from the least where some are below 0, to what one value in a thousand is beyond."""
    known = [
        np.quantile(one, [_TAIL, 1.0 - _TAIL])
        for arm, own in zip(training.arms, values, strict=True)
        for one, lost in zip(own, arm.diverged, strict=True)
        if not lost
    ]
    if not known:
        return np.linspace(0.0, 1.0, _BINS + 1)
    low, high = min(0.0, *(float(least) for least, _ in known)), max(float(most) for _, most in known)
    return np.linspace(low, high if high > low else low + 1.0, _BINS + 1)


def _shares(values: Matrix, edges: Floats, *, lost: bool) -> Floats:
    return np.full(len(edges) - 1, np.nan) if lost else histogram(values, edges)


def _numbers(axes: Axes, training: Training, found: Found, layer: int, name: str) -> list[Plotted]:
    """Three numbers between 0 and 1, one below the other, arm beside arm."""
    plotted = []
    places = -np.arange(float(len(_NUMBERS)))
    for place, key_of in zip(places, _NUMBERS, strict=True):
        for which in range(len(training.arms)):
            shift = 0.17 * (1 - 2 * which) * (len(training.arms) > 1)
            plotted += dots(axes, place + shift, found[f"{key_of}:{layer + 1}"], training, which, panel=name)
    axes.set_yticks(places, labels=list(_NUMBERS.values()), color=ink())
    axes.set_ylim(places[-1] - 0.5, 0.5)
    axes.set_xlim(0.0, 1.0)
    axes.set_xticks([0.0, 0.5, 1.0], labels=["0", "0.5", "1"])
    axes.grid(visible=False, axis="y")
    return plotted


def _reading(training: Training, found: Found) -> str:
    """Mean activation of the first and the last layer."""
    said = []
    for layer in sorted({1, training.layers}):
        where = f" of layer {layer}" if training.layers > 1 else ""
        said.append(f"Mean activation{where}: {both(found[f'mean_activation:{layer}'], training)}.")
    if training.layers == 1:
        said.append(f"Share of zeros: {both(found['zeros:1'], training)}.")
    return " ".join(said) + few(training) + left_out(training)
