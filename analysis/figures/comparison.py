"""The product: genes and neurons side by side, measured with the same measures."""

from collections.abc import Callable, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec, GridSpecFromSubplotSpec, SubplotSpec
from matplotlib.lines import Line2D

from analysis.figures.association import draw_association
from analysis.figures.crossing import draw_crossing
from analysis.figures.knock_out import draw_knock_out
from analysis.figures.performance import draw_performance
from analysis.figures.plotted import Plotted
from analysis.figures.results import SideResults
from analysis.figures.spectrum import draw_spectrum
from analysis.figures.theme import ARMS, QUIET, theme
from analysis.numbers import outcome

_SIZE = (10.0, 16.4)
_ROWS = (
    ("How well do they do?", "thick: mean of the replicates with its 95 % interval; thin: each replicate"),
    (
        "Do their children work?",
        "hollow: mean of two parents; filled: children with a random half of each; bars: mean and its 95 % interval",
    ),
    (
        "Do parts act alone or together?",
        "share of what a random half going missing does that is due to single parts, pairs, more",
    ),
    (
        "What is a part of the whole worth?",
        "performance kept by share of parts kept; above the dots parts replace each other, below they need each other",
    ),
    ("Who varies with whom?", "correlation of elements in one replicate of each arm, ordered by similarity"),
)
_FINDINGS = (
    "performance:natural",
    "hybrid_viability:apart",
    "first_order_share:log",
    "retention_at_half:log",
    "mean_association",
)
_CLAIMED = {
    "hybrid_viability:apart": "hybrid viability, apart",
    "first_order_share:log": "the share alone (log)",
    "retention_at_half:log": "what half keeps (log)",
    "mean_association": "mean r²",
}


def draw_comparison(sides: Sequence[SideResults], subtitles: Sequence[str]) -> tuple[Figure, list[Plotted]]:
    """Draw two sides in two columns and five rows. Returns the figure and the numbers in it.

    ``subtitles`` say, for each side, what was run.
    """
    with theme():
        figure = Figure(figsize=_SIZE)
        heights = (1.0, 1.15, 1.0, 1.0, 1.2)
        grid = GridSpec(
            5, 2, figure=figure, height_ratios=heights, left=0.075, right=0.885, top=0.862, bottom=0.045,
            hspace=0.62, wspace=0.36,
        )  # fmt: skip
        _head(figure, sides, subtitles, grid)
        rows: list[Plotted] = []
        for column, side in enumerate(sides):
            rows += draw_performance(figure.add_subplot(grid[0, column]), side)
            rows += draw_crossing(figure.add_subplot(grid[1, column]), side)
            rows += _scale_pair(figure, grid[2, column], side, draw_spectrum, "share of the variance")
            rows += _scale_pair(figure, grid[3, column], side, draw_knock_out, "performance kept")
            rows += _association_pair(figure, grid[4, column], side)
        _same_axis(figure, "performance kept")
    return figure, rows


def _head(figure: Figure, sides: Sequence[SideResults], subtitles: Sequence[str], grid: GridSpec) -> None:
    """Title, column titles, key, and the question and answers above each row."""
    left = [grid[0, column].get_position(figure).x0 for column in (0, 1)]
    margin = 0.022
    figure.text(margin, 0.981, "What mixing does to genes and to neurons", fontsize=17, fontweight="bold", va="center")
    replicates = min(side.replicates for side in sides)
    under = (
        f"the same measures on both sides; {replicates} paired replicates; each claim with its verdict, "
        "the difference that mixing makes and its 95 % interval"
    )
    figure.text(margin, 0.9625, under, color=QUIET, va="center")
    for column, (side, subtitle) in enumerate(zip(sides, subtitles, strict=True)):
        figure.text(left[column], 0.9395, side.side.title, fontsize=14, fontweight="bold", va="center")
        figure.text(left[column], 0.923, subtitle, color=QUIET, fontsize=8.5, va="center")
        handles = [
            Line2D([], [], color=style.color, ls=style.line, marker=style.marker, mec="white", label=name)
            for style, name in zip(ARMS, side.side.arms, strict=True)
        ]
        figure.legend(
            handles=handles, loc="center left", bbox_to_anchor=(left[column] + 0.1, 0.9395), ncols=2, frameon=False,
            handlelength=3.2, borderpad=0, columnspacing=1.6,
        )  # fmt: skip
    for row, ((question, how), key) in enumerate(zip(_ROWS, _FINDINGS, strict=True)):
        top = grid[row, 0].get_position(figure).y1
        figure.text(margin, top + 0.0335, question, fontsize=11, fontweight="bold", va="center")
        figure.text(0.975, top + 0.0335, how, color=QUIET, fontsize=8, va="center", ha="right")
        figure.add_artist(Line2D([margin, 0.975], [top + 0.0435] * 2, color="#cccccc", lw=0.8))
        for column, side in enumerate(sides):
            if key in side.findings:
                finding = side.findings[key]
                claim = f"{'Raises' if finding.direction > 0 else 'Lowers'} {_CLAIMED.get(key, side.side.scales[0])}"
                note = side.association_note if key == "mean_association" else ""
                text = f"{claim}{note}? {outcome(finding).capitalize()}"
                figure.text(left[column], top + 0.0155, text, fontsize=8.5, va="center")


def _scale_pair(
    figure: Figure,
    spec: SubplotSpec,
    side: SideResults,
    draw: Callable[[Axes, SideResults, str], list[Plotted]],
    label: str,
) -> list[Plotted]:
    """One small panel on each scale, with a common axis."""
    cells = GridSpecFromSubplotSpec(1, 2, spec, wspace=0.12)
    rows: list[Plotted] = []
    first: Axes | None = None
    for cell, scale in enumerate(("natural", "log")):
        axes = figure.add_subplot(cells[cell], sharey=first)
        rows += draw(axes, side, scale)
        if first is None:
            first = axes
            axes.set_ylabel(label)
        else:
            axes.tick_params(labelleft=False)
    return rows


def _association_pair(figure: Figure, spec: SubplotSpec, side: SideResults) -> list[Plotted]:
    cells = GridSpecFromSubplotSpec(1, 2, spec, wspace=0.1)
    rows: list[Plotted] = []
    for arm in (0, 1):
        axes = figure.add_subplot(cells[arm])
        image, plotted = draw_association(axes, side, arm)
        rows += plotted
    bar = axes.inset_axes((1.06, 0.0, 0.055, 1.0))
    figure.colorbar(image, cax=bar, ticks=[-1, 0, 1])
    bar.set_yticklabels(["\N{MINUS SIGN}1", "r = 0", "+1"])
    bar.spines[:].set_visible(False)
    return rows


def _same_axis(figure: Figure, label: str) -> None:
    """Give the panels of one row the same vertical axis."""
    alike = [axes for axes in figure.axes if axes.get_ylabel() == label]
    low = min(axes.get_ylim()[0] for axes in alike)
    high = max(axes.get_ylim()[1] for axes in alike)
    for axes in alike:
        axes.set_ylim(max(low, -0.6), min(high, 1.6))
