"""The knock-out curve: what a part of the elements is worth."""

import numpy as np
from matplotlib.axes import Axes

from analysis.figures.plotted import Plotted, of_means, of_replicates
from analysis.figures.results import SideResults, mean_band
from analysis.figures.theme import ARMS, QUIET
from analysis.measures.knock_out import KEEP_PROBS


def draw_knock_out(axes: Axes, results: SideResults, scale: str) -> list[Plotted]:
    """Retained performance against the share of elements kept, on one scale, beside the additive diagonal."""
    side = results.side
    rows: list[Plotted] = []
    axes.plot([0, 1], [0, 1], color="#999999", lw=0.9, ls=(0, (1, 2)))
    for arm, style in enumerate(ARMS):
        curves = results.curves(arm, f"retained:{scale}")
        mean, low, high = mean_band(curves)
        axes.fill_between(KEEP_PROBS, low, high, color=style.color, alpha=0.2, lw=0)
        axes.plot(KEEP_PROBS, mean, color=style.color, ls=style.line, marker=style.marker, ms=4, mec="white", mew=0.6)
        x = KEEP_PROBS.tolist()
        rows += of_means("knock-out", results, arm, scale, x, (mean, low, high))
        rows += of_replicates("knock-out", results, arm, scale, x, curves)
    drawn = np.array([results.curves(arm, f"retained:{scale}") for arm in (0, 1)])
    if np.isnan(drawn).all():
        axes.annotate("undefined", (0.5, 0.5), xycoords="axes fraction", ha="center", color=QUIET)
    axes.set_xlim(-0.03, 1.03)
    axes.set_xticks([0, 0.5, 1])
    axes.set_xticklabels(["none", "half", "all"])
    axes.set_xlabel(f"on {side.conditions[scale]}")
    return rows
