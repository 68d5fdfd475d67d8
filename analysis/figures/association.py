"""Association matrices: who varies with whom."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.image import AxesImage

from analysis.arrays import Matrix
from analysis.figures.chart import Kind, each, findings_of
from analysis.figures.plotted import Plotted
from analysis.figures.results import SideResults
from analysis.figures.theme import arms, diverging, faint, quiet


def draw_association(axes: Axes, results: SideResults, arm: int) -> tuple[AxesImage, list[Plotted]]:
    """The correlation matrix of one replicate, elements in the order of a clustering, constant ones grey and last."""
    side, correlation = results.side, results.portraits[arm]["association"]
    order = _clustered(correlation)
    constant = int(np.isnan(np.diag(correlation)).sum())
    image = axes.imshow(correlation[np.ix_(order, order)], cmap=diverging(), vmin=-1, vmax=1, interpolation="nearest")
    axes.set_facecolor(faint())
    axes.set_title(side.arms[arm], color=arms()[arm].color, fontweight="bold", loc="left", pad=4)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    varying = len(correlation) - constant
    axes.set_xlabel(f"{varying} of {len(correlation)} {side.element} vary", color=quiet(), fontsize=8)
    upper = zip(*np.triu_indices(len(correlation), 1), strict=True)
    rows = [
        Plotted(
            panel="association",
            side=side.name,
            arm=side.arms[arm],
            series=f"element {i}",
            replicate=results.shown_replicate,
            x=f"element {j}",
            y=float(correlation[i, j]),
        )
        for i, j in upper
    ]
    return image, rows


def _clustered(correlation: Matrix) -> list[int]:
    """Elements that vary in the order of an average-linkage clustering on ``1 - |r|``, then the constant ones."""
    from scipy.cluster.hierarchy import leaves_list, linkage  # noqa: PLC0415 - only figures need it
    from scipy.spatial.distance import squareform  # noqa: PLC0415

    varying = np.flatnonzero(~np.isnan(np.diag(correlation)))
    constant = np.flatnonzero(np.isnan(np.diag(correlation)))
    if len(varying) < 3:
        return [*varying.tolist(), *constant.tolist()]
    distance = 1.0 - np.abs(correlation[np.ix_(varying, varying)].astype(np.float64))
    np.fill_diagonal(distance, 0.0)
    leaves = leaves_list(linkage(squareform(np.maximum(distance, 0.0), checks=False), method="average"))
    return [*varying[leaves].tolist(), *constant.tolist()]


def draw_association_pair(panels: Sequence[Axes], results: SideResults) -> list[Plotted]:
    """Both arms' matrices with one bar of colours."""
    rows: list[Plotted] = []
    for arm, axes in enumerate(panels):
        image, drawn = draw_association(axes, results, arm)
        rows += drawn
    bar = panels[-1].inset_axes((1.05, 0.0, 0.05, 1.0))
    panels[-1].figure.colorbar(image, cax=bar, ticks=[-1, 0, 1])
    bar.set_yticklabels(["\N{MINUS SIGN}1", "r = 0", "+1"])
    bar.spines[:].set_visible(False)
    return rows


KIND = Kind(
    name="association",
    title="Who varies with whom?",
    how="Correlation of elements in one replicate of each arm, elements ordered by similarity.",
    reading=lambda sides: findings_of(
        sides, dict.fromkeys(("genes", "neurons"), "mean_association"), "Mean r², less what chance would give"
    ),
    draw=each(draw_association_pair),
    panels=2,
    height=1.45,
    key=False,
    titled=True,
    left=0.03,
    right=0.91,
    gap=0.13,
    below=0.25,
)
