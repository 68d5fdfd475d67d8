"""Hybrid table: every pair of a pool of parents, and what of it is general and what specific."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from analysis.figures.chart import Kind, each
from analysis.figures.plotted import Plotted
from analysis.figures.results import SideResults
from analysis.figures.theme import arms, ink, paper, quiet
from analysis.measures.combining import CombiningAbility
from analysis.numbers import number

_MAP = "cividis"


def draw_hybrids(axes: Axes, results: SideResults, arm: int, limits: tuple[float, float]) -> list[Plotted]:
    """The table of one arm, parents on the diagonal (framed), best parent first; below it the shares of its variance.

    ``limits``: performance at the ends of the colours.
    """
    side, found = results.side, results.pools[arm]
    order = np.argsort(-np.diag(found.hybrids), kind="stable")
    table = found.hybrids[np.ix_(order, order)]
    axes.imshow(table, cmap=_MAP, vmin=limits[0], vmax=limits[1], interpolation="nearest")
    for place in range(len(order)):
        axes.add_patch(Rectangle((place - 0.5, place - 0.5), 1, 1, fc="none", ec=paper(), lw=1.6))
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_title(side.arms[arm], color=arms()[arm].color, fontweight="bold", loc="left", pad=4)
    axes.set_xlabel(_caption(found), fontsize=8, color=ink())
    return [
        Plotted(
            panel="hybrids",
            side=side.name,
            arm=side.arms[arm],
            series=f"parent {i}",
            replicate="pool",
            x=f"parent {j}",
            y=float(found.hybrids[i, j]),
        )
        for i in range(len(order))
        for j in range(i, len(order))
    ]


def _caption(found: CombiningAbility) -> str:
    parents = len(found.hybrids)
    hybrids = found.hybrids[~np.eye(parents, dtype=np.bool_)]
    of = f"parents {number(float(np.diag(found.hybrids).mean()))}\nhybrids {number(float(hybrids.mean()))}"
    if found.reason:
        return f"{of}\n{found.reason}"
    return f"{of}\ngeneral share {_share(found)}"


def _share(found: CombiningAbility) -> str:
    error = "" if np.isnan(found.share_error) else f" ± {found.share_error:.2f}"
    return number(found.share, 2) + error


def _draw(panels: Sequence[Axes], side: SideResults) -> list[Plotted]:
    tables = [found.hybrids for found in side.pools]
    limits = min(float(t.min()) for t in tables), max(float(t.max()) for t in tables)
    rows = [row for arm, axes in enumerate(panels) for row in draw_hybrids(axes, side, arm, limits)]
    bar = panels[-1].inset_axes((1.05, 0.0, 0.05, 1.0))
    panels[-1].figure.colorbar(panels[-1].images[0], cax=bar)
    bar.spines[:].set_visible(False)
    bar.tick_params(labelsize=7.5, labelcolor=quiet())
    return rows


def _reading(sides: Sequence[SideResults]) -> str:
    parts = []
    for side in sides:
        shares = [f"{_share(found)} {arm}" for found, arm in zip(side.pools, side.side.arms, strict=True)]
        parts.append(f"{side.side.name} {' against '.join(shares)}")
    return f"Share of the variance between hybrids that parents show with any partner (GCA): {'; '.join(parts)}."


KIND = Kind(
    name="hybrids",
    title="Good with anyone, or good with some?",
    how="Performance of the children of every pair of a pool of parents evolved or trained apart; parents themselves "
    "framed on the diagonal, best first. Even colours off the diagonal: all hybrids alike; stripes: general combining "
    "ability (GCA); speckle: specific (SCA).",
    reading=_reading,
    draw=each(_draw),
    panels=2,
    height=1.45,
    key=False,
    titled=True,
    left=0.03,
    right=0.92,
    gap=0.13,
    within=0.015,
    below=0.55,
)
