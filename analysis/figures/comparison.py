"""The product: genes and neurons side by side, measured with the same measures."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec, GridSpecFromSubplotSpec, SubplotSpec
from matplotlib.lines import Line2D

from analysis.figures import association, crossing, knock_out, performance, spectrum
from analysis.figures.chart import Chart, on_both_scales
from analysis.figures.plotted import Plotted
from analysis.figures.results import SideResults
from analysis.figures.theme import Theme, arms, faint, paper, quiet, theme
from analysis.numbers import counted, outcome

_SIZE = (10.0, 16.4)
_TITLE = "What mixing does to genes and to neurons"
_HOW = (
    "Ten panels in two columns, genes on the left and neurons on the right, five questions from top to bottom: "
    "performance over time, the crossing test, the interaction spectrum, the knock-out curve, association. "
    "Orange dashed lines and circles are without mixing, blue solid lines and squares with it."
)
_ROWS = (
    (performance.KIND.title, "thick: mean of the replicates with its 95 % interval; thin: each replicate"),
    (
        crossing.KIND.title,
        "hollow: mean of two parents; filled: children with a random half of each; bars: mean and its 95 % interval",
    ),
    (
        spectrum.KIND.title,
        "of what losing a random half changes, the share due to single parts, pairs, more",
    ),
    (
        knock_out.KIND.title,
        "performance kept by share of parts kept; above the dots parts replace each other, below they need each other",
    ),
    (association.KIND.title, "correlation of elements in one replicate of each arm, ordered by similarity"),
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


def comparison_chart(sides: Sequence[SideResults], subtitles: Sequence[str], theme_name: Theme = "light") -> Chart:
    """Draw two sides in two columns and five rows; ``subtitles`` say, for each side, what was run."""
    with theme(theme_name):
        figure = Figure(figsize=_SIZE)
        heights = (1.0, 1.15, 1.0, 1.0, 1.2)
        grid = GridSpec(
            5, 2, figure=figure, height_ratios=heights, left=0.075, right=0.885, top=0.862, bottom=0.045,
            hspace=0.62, wspace=0.36,
        )  # fmt: skip
        _head(figure, sides, subtitles, grid)
        rows: list[Plotted] = []
        for column, side in enumerate(sides):
            rows += performance.draw_performance(figure.add_subplot(grid[0, column]), side)
            rows += crossing.draw_crossing(figure.add_subplot(grid[1, column]), side)
            rows += on_both_scales(
                _pair(figure, grid[2, column]), side, spectrum.draw_spectrum, "share of the variance"
            )
            rows += on_both_scales(_pair(figure, grid[3, column]), side, knock_out.draw_knock_out, "performance kept")
            rows += association.draw_association_pair(_pair(figure, grid[4, column]), side)
        _same_axis(figure, "performance kept")
    return Chart(
        name="comparison",
        title=_TITLE,
        reading=crossing.KIND.reading(sides),
        how=_HOW,
        origin=f"{counted(min(side.replicates for side in sides), 'paired replicate')}. {'; '.join(subtitles)}.",
        figure=figure,
        plotted=rows,
    )


def _head(figure: Figure, sides: Sequence[SideResults], subtitles: Sequence[str], grid: GridSpec) -> None:
    """Title, column titles, key, and the question and answers above each row."""
    left = [grid[0, column].get_position(figure).x0 for column in (0, 1)]
    margin = 0.022
    figure.text(margin, 0.981, _TITLE, fontsize=17, fontweight="bold", va="center")
    replicates = counted(min(side.replicates for side in sides), "paired replicate")
    under = (
        f"the same measures on both sides; {replicates}; each claim with its verdict, "
        "the difference that mixing makes and its 95 % interval"
    )
    figure.text(margin, 0.9625, under, color=quiet(), va="center")
    for column, (side, subtitle) in enumerate(zip(sides, subtitles, strict=True)):
        figure.text(left[column], 0.9395, side.side.title, fontsize=14, fontweight="bold", va="center")
        figure.text(left[column], 0.923, subtitle, color=quiet(), fontsize=8.5, va="center")
        handles = [
            Line2D([], [], color=style.color, ls=style.line, marker=style.marker, mec=paper(), label=name)
            for style, name in zip(arms(), side.side.arms, strict=True)
        ]
        figure.legend(
            handles=handles, loc="center left", bbox_to_anchor=(left[column] + 0.1, 0.9395), ncols=2, frameon=False,
            handlelength=3.2, borderpad=0, columnspacing=1.6,
        )  # fmt: skip
    for row, ((question, how), key) in enumerate(zip(_ROWS, _FINDINGS, strict=True)):
        top = grid[row, 0].get_position(figure).y1
        figure.text(margin, top + 0.0335, question, fontsize=11, fontweight="bold", va="center")
        figure.text(0.975, top + 0.0335, how, color=quiet(), fontsize=8, va="center", ha="right")
        figure.add_artist(Line2D([margin, 0.975], [top + 0.0435] * 2, color=faint(), lw=0.8))
        for column, side in enumerate(sides):
            if key in side.findings:
                finding = side.findings[key]
                claim = f"{'Raises' if finding.direction > 0 else 'Lowers'} {_CLAIMED.get(key, side.side.scales[0])}"
                note = side.association_note if key == "mean_association" else ""
                text = f"{claim}{note}? {outcome(finding).capitalize()}"
                figure.text(left[column], top + 0.0155, text, fontsize=8.5, va="center")


def _pair(figure: Figure, spec: SubplotSpec) -> list[Axes]:
    """Two small panels side by side."""
    cells = GridSpecFromSubplotSpec(1, 2, spec, wspace=0.12)
    return [figure.add_subplot(cells[cell]) for cell in (0, 1)]


def _same_axis(figure: Figure, label: str) -> None:
    """Give the panels of one row the same vertical axis."""
    alike = [axes for axes in figure.axes if axes.get_ylabel() == label]
    low = min(axes.get_ylim()[0] for axes in alike)
    high = max(axes.get_ylim()[1] for axes in alike)
    for axes in alike:
        axes.set_ylim(max(low, -0.6), min(high, 1.6))
