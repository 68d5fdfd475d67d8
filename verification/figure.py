"""Coverage and bias of every row beside their bands."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures.theme import arms, faint, ink, paper, quiet, render, theme
from verification.coverage import LEAST, MOST, MOST_BIAS, Row

TITLES = {
    "masks": "one game, intervals over masks",
    "replicates": "comparisons, intervals over replicates",
    "stress": "comparisons under stress (not judged)",
}
_MARKERS = {8: "o", 64: "s", 512: "D"}
_LINE, _TOP, _BOTTOM = 0.285, 0.63, 0.62  # inches
_SPREAD = 0.22  # between the sizes of a line, in lines
_LEAST_DRAWN = 0.84

_Line = tuple[str, str]


def draw(rows: Sequence[Row]) -> dict[str, bytes]:
    """The figure as ``.png`` and ``.svg``."""
    shown = [row for row in rows if row.quantity.interval]
    with theme():
        lines, titles = _places(shown)
        count = max(lines.values()) + 1.0
        figure = Figure(figsize=(9.6, _LINE * count + _TOP + _BOTTOM))
        figure.set_layout_engine("none")
        bottom, height = _BOTTOM / figure.get_figheight(), _LINE * count / figure.get_figheight()
        coverage = figure.add_axes((0.365, bottom, 0.375, height))
        bias = figure.add_axes((0.77, bottom, 0.21, height))
        _band(coverage, 100 * LEAST, 95.0, 100 * MOST, count)
        _band(bias, -MOST_BIAS, 0.0, MOST_BIAS, count)
        for row in shown:
            sizes = sorted({other.n for other in shown if _line(other) == _line(row)})
            y = lines[_line(row)] + _SPREAD * (sizes.index(row.n) - (len(sizes) - 1) / 2.0)
            _draw_row(coverage, bias, row, y)
        for (_, label), y in lines.items():
            _write(coverage, -0.03, y, label, ha="right", fontsize=8.0)
            for axes in (coverage, bias):
                axes.axhline(y + 0.5, color=faint(), lw=0.6, zorder=0)
        for title, y in titles.items():
            _write(coverage, -0.955, y, title, fontweight="bold")
        coverage.set_xlim(100 * _LEAST_DRAWN - 0.6, 100.6)
        coverage.set_xticks([85, 90, 93, 95, 97, 100])
        coverage.set_xlabel("coverage of 95 % intervals, %")
        reach = max(0.25, *(abs(row.bias) + 2.2 * row.bias_error for row in shown))
        bias.set_xlim(-reach, reach)
        bias.set_xlabel("bias, in SE")
        _legend(figure, sorted({row.n for row in shown}))
        files = render(figure, "Coverage and bias of every kind of interval, beside the bands they should lie in.")
    return {f".{kind}": content for kind, content in files.items()}


def _line(row: Row) -> _Line:
    """What rows that differ in the number of elements alone have in common."""
    return row.level, row.label


def _places(rows: Sequence[Row]) -> tuple[dict[_Line, float], dict[str, float]]:
    """Vertical place of each line and of each level's title."""
    lines: dict[_Line, float] = {}
    titles: dict[str, float] = {}
    y = 0.0
    for level, title in TITLES.items():
        own = dict.fromkeys(_line(row) for row in rows if row.level == level)
        if own:
            titles[title] = y
            lines.update({line: y + 1.0 + place for place, line in enumerate(own)})
            y += len(own) + 1.5
    return lines, titles


def _band(axes: Axes, low: float, centre: float, high: float, lines: float) -> None:
    axes.axvspan(low, high, color=faint(), lw=0)
    axes.axvline(centre, color=quiet(), lw=0.8)
    axes.set_ylim(lines - 0.4, -0.6)
    axes.grid(visible=False)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)


def _draw_row(coverage: Axes, bias: Axes, row: Row, y: float) -> None:
    outside, holds = (arm.color for arm in arms())
    color = quiet() if row.level == "stress" else outside if row.faults else holds
    places = [
        (coverage, 100 * max(row.coverage, _LEAST_DRAWN), 100 * row.coverage_error),
        (bias, row.bias, row.bias_error),
    ]
    for axes, x, error in places:
        axes.errorbar(
            x, y, xerr=error, ls="", elinewidth=1.0, color=color,
            marker=_MARKERS[row.n], ms=4.0, mew=1.0, mfc=color if row.judged else paper(),
        )  # fmt: skip
    if row.coverage < _LEAST_DRAWN:
        coverage.annotate(
            f"{100 * row.coverage:.0f} %", (100 * _LEAST_DRAWN, y), (6, 0), textcoords="offset points", va="center",
            fontsize=7.5, color=color,
        )  # fmt: skip


def _write(
    axes: Axes, x: float, y: float, text: str, *, ha: str = "left", fontsize: float = 9.0, fontweight: str = "normal"
) -> None:
    """Text beside the axes, ``x`` in their widths."""
    axes.annotate(
        text, (x, y), xycoords=axes.get_yaxis_transform(), ha=ha, va="center", fontsize=fontsize,
        fontweight=fontweight, color=ink(), annotation_clip=False,
    )  # fmt: skip


def _legend(figure: Figure, sizes: Sequence[int]) -> None:
    outside, holds = (arm.color for arm in arms())
    marks = [(_MARKERS[n], holds, f"{n} elements") for n in sizes] + [("o", outside, "outside a band")]
    handles = [
        figure.axes[0].plot([], [], ls="", marker=marker, ms=4.0, color=color, label=label)[0]
        for marker, color, label in marks
    ]
    figure.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(0.355, 1.0), ncols=4, fontsize=8, handletextpad=0.1,
        columnspacing=1.4,
    )  # fmt: skip
