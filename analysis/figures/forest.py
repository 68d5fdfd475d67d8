"""Effect-size forest: every claim on both sides, in units of the smallest effect that would matter."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from analysis.experiments.claims import Finding
from analysis.figures.chart import Kind
from analysis.figures.plotted import Plotted
from analysis.figures.results import SideResults
from analysis.figures.theme import arms, faint, paper, quiet
from analysis.measures.registry import MEASURES
from analysis.stats import Verdict

_CONDITIONS = {"natural": "natural scale", "log": "log scale", "matched": "units matched"}
_LIMIT = 200.0


def draw_forest(axes: Axes, results: SideResults, keys: Sequence[str]) -> list[Plotted]:
    """Difference and 95 % interval of each claim (``measure:condition``), turned so that its direction is right.

    The axis is linear between -1 and 1 smallest effects of interest, the band of "too small to matter", and
    logarithmic beyond. Filled marks are verdicts that are sure; hollow ones are undetermined.
    """
    rows: list[Plotted] = []
    axes.axvspan(-1, 1, color=faint(), lw=0)
    axes.axvline(0, color=quiet(), lw=0.8)
    for place, key in enumerate(reversed(keys)):
        if key in results.findings:
            rows.append(_draw_finding(axes, float(place), results.findings[key], results.side.name))
        else:
            axes.annotate("not measured here", (2.5, place), ha="left", va="center", fontsize=7, color=quiet())
    axes.set_xscale("symlog", linthresh=1, linscale=0.6)
    axes.set_xlim(-_LIMIT, _LIMIT)
    axes.set_xticks([-100, -10, 0, 10, 100])
    axes.set_xticklabels(["100", "10", "0", "10", "100"])
    axes.annotate("too small to matter", (0, -0.62), ha="center", va="center", fontsize=7, color=quiet())
    axes.set_ylim(-1.0, len(keys) - 0.3)
    axes.set_yticks(range(len(keys)))
    axes.set_yticklabels([])
    axes.grid(visible=False, axis="y")
    axes.set_xlabel("opposite  \N{LEFTWARDS ARROW}  in smallest effects  \N{RIGHTWARDS ARROW}  as claimed", fontsize=8)
    return rows


def _draw_finding(axes: Axes, y: float, finding: Finding, side: str) -> Plotted:
    c = finding.comparison
    middle, one, two = (finding.direction * value / finding.smallest for value in (c.difference, c.low, c.high))
    low, high = min(one, two), max(one, two)
    color = _color(finding)
    if not np.isnan(low):
        axes.plot(np.clip([low, high], -_LIMIT, _LIMIT), [y, y], color=color, lw=2, solid_capstyle="round")
    if not np.isnan(middle):
        sure = finding.verdict is not Verdict.UNDETERMINED
        axes.plot(
            [np.clip(middle, -_LIMIT, _LIMIT)], [y], ls="", marker="D" if sure else "o", ms=5.5,
            color=color, mfc=color if sure else paper(), mec=paper() if sure else color, mew=0.6 if sure else 1.2,
        )  # fmt: skip
    return Plotted(
        panel="forest",
        side=side,
        arm="difference in smallest effects of interest",
        series=finding.key,
        replicate="mean",
        x=str(finding.verdict),
        y=middle,
        low=low,
        high=high,
    )


def _color(finding: Finding) -> str:
    match finding.verdict:
        case Verdict.SUPPORTED:
            return arms()[1].color
        case Verdict.CONTRADICTED:
            return arms()[0].color
        case _:
            return quiet()


def _label(finding: Finding) -> str:
    name = finding.predicate.removesuffix(" of independent elements").replace("with half the elements", "at half")
    return f"{name}, {_CONDITIONS.get(finding.condition, finding.condition)}" if finding.condition else name


def _reading(sides: Sequence[SideResults]) -> str:
    parts = []
    for side in sides:
        verdicts = [f.verdict for f in side.findings.values() if not f.control]
        counted = [f"{verdicts.count(v)} {v}" for v in Verdict if v in verdicts]
        parts.append(f"{side.side.name} {', '.join(counted)}")
    return f"Of the claims under each condition: {'; '.join(parts)}."


def _draw(panels: Sequence[Sequence[Axes]], sides: Sequence[SideResults]) -> list[Plotted]:
    """Both sides with the same rows, named once on the left."""
    labels = {f.key: _label(f) for side in reversed(sides) for f in side.findings.values() if not f.control}
    order = list(MEASURES)
    keys = sorted(labels, key=lambda key: order.index(key.partition(":")[0]))
    rows = [row for (axes,), side in zip(panels, sides, strict=True) for row in draw_forest(axes, side, keys)]
    panels[0][0].set_yticklabels([labels[key] for key in reversed(keys)], fontsize=8)
    return rows


KIND = Kind(
    name="forest",
    title="Which claims hold, and by how much?",
    how="Mean difference that mixing makes, with its 95 % interval, in units of the smallest effect that would matter; "
    "right of the grey band as claimed, left of it the opposite, inside it too small to matter. Blue: supported; "
    "orange: contradicted; grey: no effect; hollow: undetermined.",
    reading=_reading,
    draw=_draw,
    height=3.9,
    key=False,
    left=0.315,
    gap=0.03,
)
