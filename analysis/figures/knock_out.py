"""The knock-out curve: what a part of the elements is worth."""

import numpy as np
from matplotlib.axes import Axes

from analysis.figures.chart import Kind, each, findings_of, on_both_scales
from analysis.figures.plotted import Plotted, of_means, of_replicates
from analysis.figures.results import SideResults, mean_band
from analysis.figures.theme import arms, paper, quiet
from analysis.measures.knock_out import KEEP_PROBS


def draw_knock_out(axes: Axes, results: SideResults, scale: str) -> list[Plotted]:
    """Retained performance against the share of elements kept, on one scale, beside the additive diagonal."""
    side = results.side
    rows: list[Plotted] = []
    axes.plot([0, 1], [0, 1], color=quiet(), lw=0.9, ls=(0, (1, 2)))
    for arm, style in enumerate(arms()):
        curves = results.curves(arm, f"retained:{scale}")
        mean, low, high = mean_band(curves)
        axes.fill_between(KEEP_PROBS, low, high, color=style.color, alpha=0.2, lw=0)
        axes.plot(KEEP_PROBS, mean, color=style.color, ls=style.line, marker=style.marker, ms=4, mec=paper(), mew=0.6)
        x = KEEP_PROBS.tolist()
        rows += of_means("knock-out", results, arm, scale, x, (mean, low, high))
        rows += of_replicates("knock-out", results, arm, scale, x, curves)
    drawn = np.array([results.curves(arm, f"retained:{scale}") for arm in (0, 1)])
    if np.isnan(drawn).all():
        axes.annotate("undefined", (0.5, 0.5), xycoords="axes fraction", ha="center", color=quiet())
    axes.set_xlim(-0.03, 1.03)
    axes.set_xticks([0, 0.5, 1])
    axes.set_xticklabels(["none", "half", "all"])
    axes.set_xlabel(f"on {side.conditions[scale]}")
    return rows


KIND = Kind(
    name="knock-out",
    title="What is a part of the whole worth?",
    how="Performance kept by share of elements kept, with 95 % bands; above the dotted diagonal parts replace each "
    "other, below it they need each other.",
    reading=lambda sides: findings_of(
        sides, dict.fromkeys(("genes", "neurons"), "retention_at_half:natural"), "Kept by a random half"
    ),
    draw=each(lambda panels, side: on_both_scales(panels, side, draw_knock_out, "performance kept")),
    panels=2,
    within=0.04,
    gap=0.11,
)
