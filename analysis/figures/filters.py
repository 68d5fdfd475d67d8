"""Filter sheet: what the units of the first layer look at."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from analysis.arrays import Floats
from analysis.figures.chart import Kind, each
from analysis.figures.plotted import Plotted
from analysis.figures.results import SideResults
from analysis.figures.theme import arms, diverging, quiet

_ROWS, _COLUMNS = 4, 10


def draw_filters(axes: Axes, results: SideResults, arm: int) -> list[Plotted]:
    """Incoming weights of the 40 units with the largest, as images where the inputs are square, else as strips.

    Each is scaled by its own largest weight; the CSV holds the weights as they are.
    """
    side, weights = results.side, results.portraits[arm]["filters"].astype(np.float64)
    inputs = weights.shape[1]
    edge = round(inputs**0.5)
    high, wide = (edge, edge) if edge * edge == inputs else (1, inputs)
    shown = np.argsort(-np.linalg.norm(weights, axis=1), kind="stable")[: _ROWS * _COLUMNS]
    page = np.full((_ROWS * (high + 1) - 1, _COLUMNS * (wide + 1) - 1), np.nan)
    for place, unit in enumerate(shown):
        row, column = divmod(place, _COLUMNS)
        image = weights[unit].reshape(high, wide) / (np.abs(weights[unit]).max() or 1.0)
        page[row * (high + 1) : row * (high + 1) + high, column * (wide + 1) : column * (wide + 1) + wide] = image
    axes.imshow(
        page, cmap=diverging(), vmin=-1, vmax=1, interpolation="nearest", aspect="equal" if high > 1 else "auto"
    )
    axes.set_facecolor(quiet())
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_title(side.arms[arm], color=arms()[arm].color, fontweight="bold", loc="left", pad=4)
    axes.set_xlabel(
        f"Hoyer sparsity {np.mean(sparsity(weights)):.2f} on average, 0 even to 1 a single input", fontsize=8
    )
    return [
        Plotted(
            panel="filters",
            side=side.name,
            arm=side.arms[arm],
            series=f"unit {unit}",
            replicate=results.shown_replicate,
            x=f"input {k}",
            y=float(weights[unit, k]),
        )
        for unit in shown
        for k in range(inputs)
    ]


def sparsity(weights: Floats) -> Floats:
    """Hoyer's sparsity of each row (units, inputs): 0 where all weights are as large, 1 where only one is not 0."""
    root = np.sqrt(weights.shape[1])
    size = np.linalg.norm(weights, axis=1)
    ratio: Floats = np.abs(weights).sum(1) / np.where(size > 0.0, size, 1.0)
    return np.where(size > 0.0, (root - ratio) / (root - 1.0), np.nan)


def _draw(panels: Sequence[Axes], side: SideResults) -> list[Plotted]:
    return [row for arm, axes in enumerate(panels) for row in draw_filters(axes, side, arm)]


def _reading(sides: Sequence[SideResults]) -> str:
    without, with_mixing = (float(np.mean(sparsity(p["filters"].astype(np.float64)))) for p in sides[0].portraits)
    return (
        f"Mean sparsity of the incoming weights of one network: {without:.2f} {sides[0].side.arms[0]}, "
        f"{with_mixing:.2f} {sides[0].side.arms[1]}; one replicate, so no verdict."
    )


KIND = Kind(
    name="filters",
    title="What do units look at?",
    how="Incoming weights of the units with the largest ones, each scaled by its own largest; green is positive, "
    "purple negative.",
    reading=_reading,
    draw=each(_draw),
    panels=2,
    height=1.36,
    key=False,
    titled=True,
    left=0.03,
    right=0.97,
    within=0.04,
    below=0.25,
    sides=("neurons",),
)
