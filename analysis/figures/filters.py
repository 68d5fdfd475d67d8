"""What the units of the first layer look at: their incoming weights as images, and how localised they are."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from analysis.arrays import Floats
from analysis.figures.chart import Kind, each
from analysis.figures.plotted import Plotted
from analysis.figures.results import SideResults
from analysis.figures.theme import arms, diverging, faint, quiet

_ROWS, _COLUMNS = 4, 10


def draw_page(axes: Axes, images: Floats, columns: int) -> None:
    """Images (count, height, width) with values from -1 to 1, row after row, ``columns`` in each."""
    count, high, wide = images.shape
    rows = -(-count // columns)
    cells = np.full((rows * columns, high, wide), np.nan)
    cells[:count] = images
    page = cells.reshape(rows, columns, high, wide).swapaxes(1, 2).reshape(rows * high, columns * wide)
    axes.imshow(page, cmap=diverging(), vmin=-1, vmax=1, interpolation="antialiased",
                aspect="equal" if high > 1 else "auto")  # fmt: skip
    across, down = np.arange(columns + 1) * wide - 0.5, np.arange(rows + 1) * high - 0.5
    axes.vlines(across, down[0], down[-1], color=quiet(), lw=0.5, clip_on=False)
    axes.hlines(down, across[0], across[-1], color=quiet(), lw=0.5, clip_on=False)
    axes.set_facecolor(faint())
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(False)


def draw_filters(axes: Axes, results: SideResults, arm: int) -> list[Plotted]:
    """Incoming weights of the 40 units with the largest, as images where the inputs are square, else as strips.

    Each is scaled by its own largest weight; the CSV holds the weights as they are.
    """
    side, weights = results.side, results.portraits[arm]["filters"].astype(np.float64)
    inputs = weights.shape[1]
    edge = round(inputs**0.5)
    high, wide = (edge, edge) if edge * edge == inputs else (1, inputs)
    shown = np.argsort(-np.linalg.norm(weights, axis=1), kind="stable")[: _ROWS * _COLUMNS]
    largest = np.abs(weights[shown]).max(1, keepdims=True)
    scaled = weights[shown] / np.where(largest > 0.0, largest, 1.0)
    page = np.full((_ROWS * _COLUMNS, high, wide), np.nan)
    page[: len(shown)] = scaled.reshape(-1, high, wide)
    draw_page(axes, page, _COLUMNS)
    axes.set_title(side.arms[arm], color=arms()[arm].color, fontweight="bold", loc="left", pad=4)
    axes.set_xlabel(f"Hoyer sparsity {_sparsity(weights):.2f} on average, 0 even to 1 a single input", fontsize=8)
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


def _draw(panels: Sequence[Axes], side: SideResults) -> list[Plotted]:
    return [row for arm, axes in enumerate(panels) for row in draw_filters(axes, side, arm)]


def _reading(sides: Sequence[SideResults]) -> str:
    without, with_mixing = (_sparsity(p["filters"].astype(np.float64)) for p in sides[0].portraits)
    return (
        f"Mean sparsity of the incoming weights of one network: {without:.2f} {sides[0].side.arms[0]}, "
        f"{with_mixing:.2f} {sides[0].side.arms[1]}; one replicate, so no verdict."
    )


def _sparsity(filters: Floats) -> float:
    """Hoyer's, on average."""
    from nets.features import hoyer  # noqa: PLC0415 - torch waits until there are filters to measure

    return float(np.mean(hoyer(filters)))


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
