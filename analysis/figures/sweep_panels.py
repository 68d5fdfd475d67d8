"""What the panels of a sweep's figure hold: lines of estimates, their styles, and the rows behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Self

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure

from analysis.figures.averaged import Averaged
from analysis.figures.plotted import Plotted
from analysis.figures.sheet import sheet
from analysis.figures.theme import ArmStyle, arms, ink, paper, signs
from analysis.stats import MIN_REPLICATES
from analysis.sweeps.aggregate import Estimate, Place, Selection

_MARKERS = "osD^vPX"
_RAMPS = {True: (0.6, 0.0), False: (0.45, 1.0)}
"""Ends of viridis that stand out from light paper and from dark, the last value most."""


@dataclass(frozen=True, kw_only=True)
class Words:
    """What is written around the panels."""

    name: str
    title: str
    reading: str
    how: str
    origin: str


def page(words: Words, height: float, *, over: float, under: float) -> tuple[Figure, float, float]:
    """A sheet with words around rows of panels, and the bottom and top of these; all in inches."""
    return sheet(
        title=words.title,
        reading=words.reading,
        how=words.how,
        origin=words.origin,
        height=height,
        above=over + 0.06,
        below=under + 0.06,
    )


@dataclass(frozen=True, kw_only=True)
class Named:
    """What a panel is called in the CSV."""

    side: str
    panel: str

    @classmethod
    def of(cls, selection: Selection, values: Sequence[str]) -> Self:
        """That of a measure, at values of settings that are written out."""
        return cls(side=selection.table.experiment, panel=", ".join([selection.measure, *values]))


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a panel."""

    name: str
    """Beside its end; none where there is nothing to tell it from."""
    style: ArmStyle
    arm: str
    series: str
    estimates: Sequence[Estimate | None]
    """At each value of x; None where nothing is there."""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """Lines that share axes."""

    title: str
    color: str
    named: Named
    lines: Sequence[Line]


def panels_of(selection: Selection, *, coloured: bool, difference: bool) -> list[Panel]:
    """All panels: where lines are values of a setting, those of one arm after those of the other."""
    rest = selection.shown[1 + coloured :]
    styles = arm_styles(selection)
    panels = []
    for arm in selection.arms if coloured and not difference else [""]:
        for at in places_of(selection, 1 + coloured):
            values = [f"{setting.label} {setting.texts[i]}" for setting, i in zip(rest, at, strict=True)]
            panels.append(
                Panel(
                    title=", ".join(filter(None, [arm, *values])),
                    color=styles[arm].color if arm else ink(),
                    named=Named.of(selection, values),
                    lines=_of_values(selection, arm, at, difference=difference)
                    if coloured
                    else _of_arms(selection, at, styles, difference=difference),
                )
            )
    return panels


def places_of(selection: Selection, first: int) -> list[Place]:
    """All combinations of the settings that are shown, from the so-manieth on."""
    return list(product(*(range(len(setting.values)) for setting in selection.shown[first:])))


def arm_styles(selection: Selection) -> dict[str, ArmStyle]:
    """The colours of the house for what does not mix and what does; others for arms beyond these."""
    without, with_mixing = arms()
    purple, green = signs()
    spare = [
        ArmStyle(color=ink(), marker="o", line="-"),
        ArmStyle(color=purple, marker="^", line=(0, (5, 1.2, 1, 1.2))),
        ArmStyle(color=green, marker="D", line=(0, (1, 1))),
    ]
    own: dict[bool | None, ArmStyle] = {False: without, True: with_mixing}
    return {
        arm: own.pop(mixing, spare[i % len(spare)])
        for i, (arm, mixing) in enumerate(zip(selection.arms, selection.mixing, strict=True))
    }


def ramp(count: int) -> list[ArmStyle]:
    """Styles of values in their order, the last the strongest."""
    one, two = _RAMPS[sum(to_rgb(paper())) > 1.5]
    places = np.linspace(one, two, count) if count > 1 else [two]
    return [
        ArmStyle(color=to_hex(mpl.colormaps["viridis"](place)), marker=_MARKERS[i % len(_MARKERS)], line="-")
        for i, place in enumerate(places)
    ]


def title(axes: Axes, text: str, color: str) -> None:
    """Name a panel."""
    axes.annotate(text, (0, 1), (0, 6), xycoords="axes fraction", textcoords="offset points", fontsize=10,
                  fontweight="bold", color=color, va="bottom", annotation_clip=False)  # fmt: skip


def rows_of(estimate: Estimate, named: Named, *, arm: str, series: str, value: Any, text: str) -> list[Plotted]:
    """The mean and, where there are too few for an interval, the replicates behind it."""
    at = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else text
    common: dict[str, Any] = {"panel": named.panel, "side": named.side, "arm": arm, "series": series, "x": at}
    few = len(estimate.values) < MIN_REPLICATES
    singles = zip(estimate.replicates, estimate.values, strict=True) if few else ()
    mean = Averaged(
        **common, replicate="mean", y=estimate.mean, low=estimate.low, high=estimate.high, n=len(estimate.values)
    )
    return [*(Plotted(**common, replicate=replicate, y=float(y)) for replicate, y in singles), mean]


def _of_arms(selection: Selection, at: Place, styles: dict[str, ArmStyle], *, difference: bool) -> list[Line]:
    """A line for each arm, or one for their difference."""
    if difference:
        style = ArmStyle(color=ink(), marker="o", line="-")
        return [Line(name="", style=style, arm=selection.contrast, series="", estimates=_along(selection, at, None))]
    return [
        Line(name=arm, style=styles[arm], arm=arm, series="", estimates=_along(selection, at, arm))
        for arm in selection.arms
    ]


def _of_values(selection: Selection, arm: str, at: Place, *, difference: bool) -> list[Line]:
    """A line for each value of the second setting."""
    setting = selection.shown[1]
    return [
        Line(
            name=text,
            style=style,
            arm=selection.contrast if difference else arm,
            series=f"{setting.label} {text}",
            estimates=_along(selection, (i, *at), None if difference else arm),
        )
        for i, (text, style) in enumerate(zip(setting.texts, ramp(len(setting.values)), strict=True))
    ]


def _along(selection: Selection, at: Place, arm: str | None) -> list[Estimate | None]:
    """Estimates of an arm, or of the difference, at each value of the first setting."""
    places = [(i, *at) for i in range(len(selection.shown[0].values))]
    if arm is None:
        return [selection.differences.get(place) for place in places]
    return [selection.means.get((place, arm)) for place in places]
