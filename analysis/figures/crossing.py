"""The crossing test: parents joined to their children."""

import numpy as np
from matplotlib.axes import Axes

from analysis.arrays import Floats
from analysis.figures.chart import Kind, each, findings_of
from analysis.figures.plotted import Plotted, of_replicates
from analysis.figures.results import SideResults, mean_band
from analysis.figures.theme import ArmStyle, arms, ink, paper, quiet
from analysis.numbers import number

SHORT = {
    "genes": {"apart": "two populations\nevolved apart", "siblings": "within\none population"},
    "neurons": {
        "apart": "other start,\nunmatched",
        "matched": "other start,\nmatched",
        "siblings": "same start",
    },
}
_STRIDE, _OFFSET = 3.7, 1.6


def draw_crossing(axes: Axes, results: SideResults) -> list[Plotted]:
    """For each kind of cross and each arm, every replicate's parents (hollow) joined to their children (filled).

    Below stands the mean hybrid viability of each arm.
    """
    side = results.side
    rows: list[Plotted] = []
    conditions = [c for c in SHORT[side.name] if results.has(f"hybrid_viability:{c}")]
    lowest, highest = np.inf, -np.inf
    for group, condition in enumerate(conditions):
        for arm, style in enumerate(arms()):
            x = group * _STRIDE + arm * _OFFSET
            parents = results.values(arm, f"parents_natural:{condition}")
            children = results.values(arm, f"children_natural:{condition}")
            lowest, highest = min(lowest, children.min(), parents.min()), max(highest, children.max(), parents.max())
            axes.plot([x, x + 1], np.stack([parents, children]), color=style.color, lw=0.8, alpha=0.4)
            axes.plot(
                np.full_like(parents, x), parents, ls="", marker=style.marker, ms=4.5, mfc=paper(), mec=style.color
            )
            axes.plot(np.full_like(children, x + 1), children, ls="", marker=style.marker, ms=4.5, color=style.color)
            _means(axes, x, np.stack([parents, children], axis=1), style)
            viability = results.values(arm, f"hybrid_viability:{condition}")
            axes.annotate(
                number(float(mean_band(viability[:, None])[0][0]), decimals=2),
                (x + 0.5, 0.035),
                xycoords=("data", "axes fraction"),
                ha="center",
                color=style.color,
                fontweight="bold",
            )
            for series, values in (("parents", parents), ("children", children), ("hybrid viability", viability)):
                rows += of_replicates("crossing", results, arm, series, [condition], values[:, None])
    room = highest - lowest or 1.0
    axes.set_ylim(lowest - 0.3 * room, highest + 0.08 * room)
    axes.set_xlim(-0.75, (len(conditions) - 1) * _STRIDE + _OFFSET + 1.45)
    axes.set_xticks([group * _STRIDE + (_OFFSET + 1) / 2 for group in range(len(conditions))])
    axes.set_xticklabels([SHORT[side.name][c] for c in conditions], color=ink())
    axes.grid(visible=False, axis="x")
    axes.set_ylabel(side.scales[0])
    axes.annotate(
        "hybrid\nviability",
        (1.02, 0.06),
        xycoords="axes fraction",
        color=quiet(),
        fontsize=8,
        va="center",
        annotation_clip=False,
    )
    return rows


def _means(axes: Axes, x: float, ends: Floats, style: ArmStyle) -> None:
    """Mean over replicates of parents and children, (replicates, 2), with 95 % intervals, beside the replicates."""
    mean, low, high = mean_band(ends)
    axes.errorbar(
        [x - 0.2, x + 1.2],
        mean,
        yerr=np.stack([mean - low, high - mean]),
        ls="",
        marker="_",
        ms=7,
        mew=2.2,
        color=style.color,
        elinewidth=1.6,
    )


KIND = Kind(
    name="crossing",
    title="Do their children work?",
    how="Hollow: mean of two parents; filled: children with a random half of each; beside them means, 95 % intervals.",
    reading=lambda sides: findings_of(
        sides,
        {"genes": "hybrid_viability:apart", "neurons": "hybrid_viability:matched"},
        "Hybrid viability, between populations evolved apart and between matched networks from other starts",
    ),
    draw=each(lambda panels, side: draw_crossing(panels[0], side)),
    right=0.91,
    gap=0.16,
)
