"""The picture of a probe: alone or together, what a part is worth, who needs whom, who is useful with anyone."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from analysis.figures.chart import Chart
from analysis.figures.network import draw_network
from analysis.figures.plotted import Plotted
from analysis.figures.results import SideResults
from analysis.figures.sheet import sheet
from analysis.figures.theme import Theme, arms, paper, quiet, theme
from analysis.measures.knock_out import KEEP_PROBS
from analysis.numbers import counted
from analysis.probing.probe import Estimate, Probe
from analysis.probing.words import headline, trust, what
from analysis.sides.base import Side

_SHARES = {"first_order_share": "alone", "second_order_share": "in pairs", "higher_order_share": "in larger\nsets"}
_HEIGHT = 5.1
_LEFT, _RIGHT, _MIDDLE = 0.085, 0.975, 0.11
_OFFSET = 0.19


def probe_chart(found: Probe, origin: str = "", theme_name: Theme = "light") -> Chart:
    """Draw a probe: four panels, a question each."""
    title = f"How much do the {found.kind} of layer {found.layer} depend on each other?"
    reading = headline(found)
    how = (
        "Bars and points with 95 % intervals; blue is the scale that everything else is on"
        f"{', orange the other' if len(found.readings) > 1 else ''}. Above the dotted line parts replace each other, "
        "below it they need each other. In the circle, solid green lines join pairs that need each other, dashed "
        "purple ones pairs that replace each other; arcs are modules."
    )
    origin = " ".join(filter(None, (f"{what(found)}.", trust(found), origin)))
    with theme(theme_name):
        figure, bottom, top = sheet(
            title=title, reading=reading, how=how, origin=origin, height=_HEIGHT, above=0.42, below=0.62
        )
        width = (_RIGHT - _LEFT - _MIDDLE) / 2
        between = 0.95 / float(figure.get_figheight())
        height = (top - bottom - between) / 2
        lefts, lows = (_LEFT, _LEFT + width + _MIDDLE), (bottom + height + between, bottom)
        panels = [figure.add_axes((left, low, width, height)) for low in lows for left in lefts]
        plotted = [*_shares(panels[0], found), *_knock_out(panels[1], found), *_worth(panels[2], found)]
        plotted += _network(panels[3], found)
        for axes, question in zip(
            panels,
            ("Alone or together?", "What is a part worth?", "Who is useful with anyone?", "Who needs whom?"),
            strict=True,
        ):
            axes.set_title("")
            box = axes.get_position(original=True)
            lift = 0.17 / float(figure.get_figheight())
            figure.text(box.x0, box.y1 + lift, question, fontsize=10.5, fontweight="bold", va="center")
    return Chart(
        name="probe", title=title, reading=reading, how=how, origin=origin, figure=figure, plotted=plotted,
        details=_details(found),
    )  # fmt: skip


def _styles(found: Probe) -> list[tuple[str, str, str]]:
    """Scale, colour and marker; the scale that is spoken of in blue."""
    other, main = arms()
    styles = [main] if len(found.readings) == 1 else [other, main]
    return [(scale, style.color, style.marker) for scale, style in zip(found.readings, styles, strict=True)]


def _shares(axes: Axes, found: Probe) -> list[Plotted]:
    place = np.arange(len(_SHARES), dtype=np.float64)
    rows: list[Plotted] = []
    styles = _styles(found)
    for k, (scale, color, marker) in enumerate(styles):
        estimates = [found.readings[scale].values[key] for key in _SHARES]
        x = place + (2 * k - len(styles) + 1) * _OFFSET
        values = np.array([e.value for e in estimates])
        reach = np.array([e.reach for e in estimates])
        axes.bar(x, values, width=2 * _OFFSET * 0.92, color=color, alpha=0.25)
        axes.errorbar(x, values, yerr=reach, ls="", marker=marker, ms=6, color=color, mec=paper(), mew=0.8,
                      elinewidth=1.6, capsize=3, label=scale)  # fmt: skip
        rows += _rows("spectrum", found, scale, [*_SHARES.values()], estimates)
    if all(np.isnan(row.y) for row in rows):
        axes.annotate("undefined", (0.5, 0.5), xycoords="axes fraction", ha="center", color=quiet())
    axes.axhline(0, color=quiet(), lw=0.8)
    axes.set_xticks(place, labels=[*_SHARES.values()])
    axes.set_xlim(-0.55, len(_SHARES) - 0.45)
    axes.set_ylim(min(0.0, axes.get_ylim()[0]), max(1.0, axes.get_ylim()[1]))
    axes.grid(visible=False, axis="x")
    axes.set_ylabel("share of what changes")
    axes.legend(loc="upper right", fontsize=8.5, borderpad=0, handlelength=1.2)
    return rows


def _knock_out(axes: Axes, found: Probe) -> list[Plotted]:
    rows: list[Plotted] = []
    axes.plot([0, 1], [0, 1], color=quiet(), lw=0.9, ls=(0, (1, 2)))
    for scale, color, marker in _styles(found):
        estimates = found.readings[scale].retained
        values = np.array([e.value for e in estimates])
        reach = np.array([e.reach for e in estimates])
        axes.fill_between(KEEP_PROBS, values - reach, values + reach, color=color, alpha=0.2, lw=0)
        axes.plot(KEEP_PROBS, values, color=color, marker=marker, ms=4, mec=paper(), mew=0.6)
        rows += _rows("knock-out", found, scale, KEEP_PROBS.tolist(), estimates)
    if all(np.isnan(row.y) for row in rows):
        axes.annotate("undefined", (0.5, 0.5), xycoords="axes fraction", ha="center", color=quiet())
    axes.set_xlim(-0.03, 1.03)
    axes.set_xticks([0, 0.5, 1], labels=["none", "half", "all"])
    axes.set_xlabel(f"{found.kind} kept")
    axes.set_ylabel("performance kept")
    return rows


def _worth(axes: Axes, found: Probe) -> list[Plotted]:
    """Every element by its mean worth and by how much that depends on its partners."""
    _, color, marker = _styles(found)[-1]
    worth = found.main.spectrum.mixability
    dependence = np.clip(found.main.context.dependence, 0.0, 1.0)
    axes.plot(worth, dependence, ls="", marker=marker, ms=4.5, color=color, alpha=0.55, mew=0)
    axes.axvline(0, color=quiet(), lw=0.8)
    axes.set_ylim(-0.08, 1.22)
    axes.set_yticks([0, 0.5, 1])
    for height, words in ((0.03, "the same worth with any partners"), (0.96, "worth only with some")):
        axes.annotate(words, (0.985, height), xycoords="axes fraction", ha="right", va="center", fontsize=8,
                      color=quiet())  # fmt: skip
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.set_xlabel(f"mean worth in {found.scale}")
    axes.set_ylabel("context dependence")
    return [
        Plotted(panel="context dependence", side="neurons", arm=found.layer, series=f"{found.kind} {element}",
                replicate="mean", x=float(x), y=float(y))
        for element, x, y in zip(found.live, worth, found.main.context.dependence, strict=True)
    ]  # fmt: skip


def _network(axes: Axes, found: Probe) -> list[Plotted]:
    main = found.main.spectrum
    side = Side(
        name="neurons", title=found.model, arms=(found.layer, ""), mixing="", performance="", time="", conditions={},
        scales=(found.scale, found.scale), element=found.kind, observation="examples",
    )  # fmt: skip
    portrait = {
        "interaction": main.interaction.astype(np.float32),
        "interaction_error": main.interaction_error.astype(np.float32),
    }
    shown = SideResults(side=side, records=((), ()), portraits=(portrait, portrait), shown_replicate=0, findings={})
    return draw_network(axes, shown, 0)


def _rows(
    panel: str, found: Probe, scale: str, places: Sequence[float | str], estimates: Sequence[Estimate]
) -> list[Plotted]:
    return [
        Plotted(panel=panel, side="neurons", arm=found.layer, series=scale, replicate="mean", x=x, y=e.value, low=e.low,
                high=e.high)
        for x, e in zip(places, estimates, strict=True)
    ]  # fmt: skip


def _details(found: Probe) -> str:
    edges = found.network.number_of_edges()
    return f"{counted(edges, 'pair')} interact; {counted(len(found.live), found.kind.removesuffix('s'))} shown."
