"""All laws on one page: a small panel for each family, and the scores of all checks that are left to chance."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator
from scipy import stats

from analysis.figures.sheet import sheet
from analysis.figures.theme import ArmStyle, arms, ink, paper, quiet, render, theme
from verification.theory.check import LIMIT, ROOT, Check
from verification.theory.panel import Arm, Line, Panel, Points
from verification.theory.study import Result, checks

_COLUMNS = 3
_ROW, _PLOT = 2.12, 1.3  # inches from row to row, and of a panel
_LEFT, _COLUMN, _WIDE = 0.076, 0.3175, 0.245  # shares of the width
_SMALL = 7.0
_TITLE, _FORMULA = 1.21, 1.07  # in heights of a panel
_SOLID, _DASHED = "-", (0, (3, 2))


def draw(results: Sequence[Result]) -> dict[str, bytes]:
    """The figure as ``.png`` and ``.svg``."""
    found = checks(results)
    panels = [result.findings.panel for result in results]
    chancy = [check for check in found if check.chancy]
    if len(chancy) > 2:
        panels += [scores(chancy), sensitivities(chancy)]
    rows, holding = -(-len(panels) // _COLUMNS), sum(check.holds for check in found)
    with theme():
        figure, _, top = sheet(
            title="Does the simulator do what theory says?",
            reading=f"{holding} of {len(found)} checks hold. Lines are what theory expects, "
            "marks are what was simulated.",
            how="Bars are 95 % intervals, where larger than the marks; hollow marks are a second setting or engine. "
            "Numbers: docs/theory.md",
            origin=f"Root seed {ROOT}. Simulated: {', '.join(result.family.name for result in results)}.",
            height=_ROW * rows - (_ROW - _PLOT),
            above=0.85,
            below=0.5,
        )
        height = figure.get_figheight()
        for number, panel in enumerate(panels):
            row, column = divmod(number, _COLUMNS)
            bottom = top - (_PLOT + row * _ROW) / height
            axes = figure.add_axes((_LEFT + column * _COLUMN, bottom, _WIDE, _PLOT / height))
            _draw(axes, panel)
        _key(figure, top + 0.62 / height)
        files = render(figure, "For each law of population genetics, what theory expects and what was simulated.")
    return {f".{kind}": content for kind, content in files.items()}


def scores(found: Sequence[Check]) -> Panel:
    """How far off the checks are that are left to chance, against as many normal numbers."""
    due = stats.norm.ppf((np.arange(len(found)) + 0.5) / len(found))
    return Panel(
        title="All that is left to chance",
        formula=f"z of {len(found)} checks; limit {LIMIT:g}",
        x="normal quantile",
        y="z",
        lines=(
            Line([-3.0, 3.0], [-3.0, 3.0]),
            *(Line([-3.0, 3.0], [end, end], "approximation") for end in (-LIMIT, LIMIT)),
        ),
        points=(Points(x=due, y=np.sort([check.score for check in found]), arm="other"),),
    )


def sensitivities(found: Sequence[Check]) -> Panel:
    """How small an error the same checks would see."""
    sees = np.sort([100.0 * check.sees for check in found])
    return Panel(
        title="What they would see",
        formula="smallest relative error that fails; 5 % dashed",
        x="error, %",
        y="checks",
        lines=(Line([5.0, 5.0], [0.0, len(found)], "approximation"),),
        points=(Points(x=sees, y=np.arange(1, len(found) + 1), arm="other"),),
        log="x",
    )


def _draw(axes: Axes, panel: Panel) -> None:
    axes.tick_params(labelsize=_SMALL, pad=2)
    for line in panel.lines:
        law = line.kind == "law"
        axes.plot(
            line.x,
            line.y,
            color=ink() if law else quiet(),
            lw=1.2 if law else 0.9,
            ls=_SOLID if law else _DASHED,
            zorder=1.5,
        )
    for points in panel.points:
        _mark(axes, points)
    if "x" in panel.log:
        axes.set_xscale("log")
    if "y" in panel.log:
        axes.set_yscale("log")
    for axis, low, high in ((axes.xaxis, *axes.get_xlim()), (axes.yaxis, *axes.get_ylim())):
        if axis.get_scale() == "log":
            axis.set_major_locator(LogLocator(subs=(1.0,) if high / low > 30.0 else (1.0, 2.0, 5.0)))
            axis.set_major_formatter(FuncFormatter(lambda value, _: _plain(value)))
            axis.set_minor_locator(NullLocator())
    if panel.right is not None:
        axes.set_xlim(right=panel.right)
    axes.set_xlabel(panel.x, fontsize=_SMALL, labelpad=1.5)
    axes.set_ylabel(panel.y, fontsize=_SMALL, labelpad=1.5)
    axes.text(0.0, _TITLE, panel.title, transform=axes.transAxes, fontsize=9, fontweight="bold")
    axes.text(0.0, _FORMULA, panel.formula, transform=axes.transAxes, fontsize=_SMALL, color=quiet())
    for x, y, text in panel.notes:
        axes.text(x, y, text, fontsize=6.5, color=quiet())
    if any(points.label for points in panel.points):
        axes.legend(
            fontsize=6.5, handletextpad=0.2, labelspacing=0.25, borderaxespad=0.1, handlelength=1.2, loc=panel.legend
        )


def _plain(value: float) -> str:
    return f"{value:,.0f}" if value >= 1.0 else f"{value:.9f}".rstrip("0")


def _mark(axes: Axes, points: Points) -> None:
    style, size = _style(points.arm)
    many = np.size(points.x) > 60
    axes.errorbar(
        points.x,
        points.y,
        yerr=None if points.error is None else 1.96 * np.asarray(points.error),
        ls="",
        elinewidth=0.8,
        color=style.color,
        marker=style.marker,
        ms=1.6 if many else size,
        mew=0.8,
        mfc=paper() if points.hollow else style.color,
        label=points.label or None,
        zorder=2.5,
    )


def _style(arm: Arm) -> tuple[ArmStyle, float]:
    """Colour and marker, and the marker's size in points."""
    clonal, sexual = arms()
    exact = ArmStyle(color=ink(), marker="+", line=_SOLID)
    other = ArmStyle(color=quiet(), marker="D", line=_SOLID)
    return {"clonal": (clonal, 4.6), "sexual": (sexual, 3.2), "exact": (exact, 6.0), "other": (other, 3.0)}[arm]


def _key(figure: Figure, top: float) -> None:
    """What colours and lines stand for, above the panels."""
    names: dict[Arm, str] = {
        "clonal": "clonal",
        "sexual": "sexual",
        "exact": "infinite population",
        "other": "neither, see the panel",
    }
    axes = figure.axes[0]
    handles = []
    for arm, name in names.items():
        style, size = _style(arm)
        handles += axes.plot([], [], ls="", marker=style.marker, ms=size + 0.5, color=style.color, label=name)
    handles += axes.plot([], [], color=ink(), lw=1.2, label="law")
    handles += axes.plot([], [], color=quiet(), lw=0.9, ls=_DASHED, label="approximation, or a limit")
    figure.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(0.022, top),
        ncols=len(handles),
        fontsize=8,
        handletextpad=0.3,
        columnspacing=1.4,
        borderaxespad=0.0,
    )
