"""The interaction spectrum: what is due to elements alone, to pairs, to more."""

import numpy as np
from matplotlib.axes import Axes

from analysis.figures.chart import Kind, each, findings_of, on_both_scales
from analysis.figures.plotted import Plotted, of_means, of_replicates
from analysis.figures.results import SideResults, mean_band
from analysis.figures.theme import arms, paper, quiet
from analysis.measures.spectrum import ORDERS

_OFFSET = 0.17


def draw_spectrum(axes: Axes, results: SideResults, scale: str) -> list[Plotted]:
    """Shares of the variance at orders 1, 2 and 3 and up on one scale: small dots replicates, large ones means."""
    side = results.side
    rows: list[Plotted] = []
    place = np.arange(len(ORDERS), dtype=np.float64)
    for arm, style in enumerate(arms()):
        shares = results.curves(arm, f"spectrum:{scale}")
        mean, low, high = mean_band(shares)
        x = place + (_OFFSET if arm else -_OFFSET)
        axes.bar(x, mean, width=2 * _OFFSET * 0.92, color=style.color, alpha=0.22)
        axes.plot(
            np.tile(x, (len(shares), 1)),
            shares,
            ls="",
            marker=style.marker,
            ms=2.5,
            color=style.color,
            alpha=0.5,
            mew=0,
        )
        axes.errorbar(
            x,
            mean,
            yerr=np.abs(np.stack([mean - low, high - mean])),
            ls="",
            marker=style.marker,
            ms=6,
            color=style.color,
            mec=paper(),
            mew=0.8,
            elinewidth=1.6,
            capsize=3,
        )
        rows += of_means("spectrum", results, arm, scale, ORDERS, (mean, low, high))
        rows += of_replicates("spectrum", results, arm, scale, ORDERS, shares)
    if np.isnan([results.curves(arm, f"spectrum:{scale}") for arm in (0, 1)]).all():
        axes.annotate("undefined", (0.5, 0.5), xycoords="axes fraction", ha="center", color=quiet())
    axes.axhline(0, color=quiet(), lw=0.8)
    axes.set_xlim(-0.5, 2.55)
    axes.set_xticks(place)
    axes.set_xticklabels(["alone", "pairs", "3+"])
    axes.grid(visible=False, axis="x")
    axes.set_ylim(-0.06, 1.0)
    axes.set_xlabel(f"on {side.conditions[scale]}")
    return rows


KIND = Kind(
    name="spectrum",
    title="Do parts act alone or together?",
    how="A random half is lost; how much of what that changes is due to single parts, to pairs, to more? Bars and "
    "large dots are means with 95 % intervals, small dots replicates.",
    reading=lambda sides: findings_of(
        sides, dict.fromkeys(("genes", "neurons"), "first_order_share:log"), "Share due to single parts, log scale"
    ),
    draw=each(lambda panels, side: on_both_scales(panels, side, draw_spectrum, "share of the variance")),
    panels=2,
)
