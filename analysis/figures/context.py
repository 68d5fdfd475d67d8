"""Mixability against context dependence: one point an element."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from analysis.arrays import Floats
from analysis.figures.chart import Kind, each, findings_of
from analysis.figures.plotted import Plotted
from analysis.figures.results import SideResults
from analysis.figures.theme import arms, paper, quiet


def draw_context(axes: Axes, results: SideResults) -> list[Plotted]:
    """Every element of one whole of each arm, by its worth on the log scale and how much that depends on partners.

    Worth is in shares of the largest mean worth of the two wholes, so that sides compare; large marks are medians.
    """
    side = results.side
    rows: list[Plotted] = []
    worths = [portrait["mixability"].astype(np.float64) for portrait in results.portraits]
    unit = max(float(np.abs(worth).max()) for worth in worths) or 1.0
    for style, arm, portrait, worth in zip(arms(), side.arms, results.portraits, worths, strict=True):
        dependence: Floats = np.clip(portrait["context_dependence"].astype(np.float64), 0.0, 1.0)
        axes.plot(worth / unit, dependence, ls="", marker=style.marker, ms=4, color=style.color, alpha=0.55, mew=0)
        axes.plot(
            [np.median(worth) / unit], [np.nanmedian(dependence)], ls="", marker=style.marker, ms=11,
            color=style.color, mec=paper(), mew=1.5,
        )  # fmt: skip
        rows += [
            Plotted(
                panel="context dependence",
                side=side.name,
                arm=arm,
                series=f"{side.element} {element}",
                replicate=results.shown_replicate,
                x=float(x),
                y=float(y),
            )
            for element, (x, y) in enumerate(zip(worth, portrait["context_dependence"], strict=True))
        ]
    axes.axvline(0, color=quiet(), lw=0.8)
    axes.set_ylim(-0.1, 1.14)
    axes.set_yticks([0, 0.5, 1])
    axes.set_xlim(min(axes.get_xlim()[0], -0.1), 1.06)
    for height, words in ((0.025, "the same worth with any partners"), (0.965, "worth only with some")):
        axes.annotate(
            words, (0.98, height), xycoords="axes fraction", ha="right", va="center", fontsize=8, color=quiet()
        )
    axes.set_xlabel(f"mean worth on {side.scales[1]}, largest = 1")
    axes.set_ylabel("context dependence")
    return rows


def _draw(panels: Sequence[Axes], side: SideResults) -> list[Plotted]:
    return draw_context(panels[0], side)


KIND = Kind(
    name="context-dependence",
    title="Who is useful with anyone?",
    how="One point an element of one whole of each arm; further right, worth more on average; lower, worth the same "
    "with any partners; large marks are medians. (The numbers above are of wholes, in which elements worth more count "
    "for more.)",
    reading=lambda sides: findings_of(
        sides, dict.fromkeys(("genes", "neurons"), "context_dependence:log"), "Context dependence, log scale"
    ),
    draw=each(_draw),
)
