"""Two ways of training beside each other: one number of each replicate, curves, and the rows behind them."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from analysis.arrays import Floats
from analysis.figures.plotted import Plotted
from analysis.figures.theme import ArmStyle, arms, paper, quiet
from analysis.numbers import arms as arms_of
from analysis.numbers import decimals_for, difference, number
from analysis.stats import MIN_REPLICATES
from analysis.training.arms import Arm, Training
from analysis.training.numbers import Number

Found = Mapping[str, Number]
"""Numbers by key."""
SIDE = "neurons"
_SPREAD = 0.1


def style_of(arm: Arm) -> ArmStyle:
    """Its colour, marker and line, in the theme in force."""
    return arms()[arm.mixing]


def dots(axes: Axes, height: float, shown: Number, training: Training, which: int, *, panel: str) -> list[Plotted]:
    """Replicates of one arm as faint marks at ``height``, their mean with its 95 % interval as a strong one."""
    arm, values = training.arms[which], shown.values[which]
    style, (mean, low, high) = style_of(arm), shown.means[which]
    shift = np.linspace(-_SPREAD, _SPREAD, len(values)) if len(values) > 1 else np.zeros(1)
    axes.plot(values, height + shift, ls="", marker=style.marker, ms=3, color=style.color, alpha=0.35, mew=0)
    axes.plot([low, high], [height, height], color=style.color, lw=2.4, solid_capstyle="butt")
    axes.plot([mean], [height], ls="", marker=style.marker, ms=6.5, color=style.color, mec=paper(), mew=0.8)
    return rows(panel, arm, shown.label, [""], values[:, None], tuple(np.array([y]) for y in (mean, low, high)))


def rows(
    panel: str,
    arm: Arm,
    series: str,
    x: Sequence[float | str],
    values: Floats,
    band: tuple[Floats, ...],
) -> list[Plotted]:
    """Of values (replicates, points) and of their mean with the ends of its interval, (points,) each."""
    of_replicates = [
        Plotted(panel=panel, side=SIDE, arm=arm.name, series=series, replicate=replicate, x=at, y=float(y))
        for replicate, own in enumerate(values)
        for at, y in zip(x, own, strict=True)
    ]
    return of_replicates + [
        Plotted(panel=panel, side=SIDE, arm=arm.name, series=series, replicate="mean", x=at, y=float(y),
                low=float(low), high=float(high))
        for at, y, low, high in zip(x, *band, strict=True)
    ]  # fmt: skip


def told(shown: Number) -> str:
    """The difference between the arms with its interval; of one arm, its mean."""
    comparison = shown.comparison
    return number(shown.means[0][0]) if comparison is None else difference(comparison)


def both(shown: Number, training: Training) -> str:
    """The means of the arms by name, and their difference."""
    comparison = shown.comparison
    if comparison is None:
        return f"{within(shown, 0)} {training.arms[0].name}"
    first, second = training.arms
    without, with_mixing = arms_of(comparison)
    return f"{without} {first.name}, {with_mixing} {second.name}; difference {difference(comparison)}"


def within(shown: Number, which: int) -> str:
    """The mean of one arm with its interval."""
    mean, low, high = shown.means[which]
    decimals = decimals_for(mean, low, high)
    reach = "" if np.isnan(low) else f" [{number(low, decimals)}, {number(high, decimals)}]"
    return number(mean, decimals) + reach


def few(training: Training) -> str:
    """Why there are no intervals, where there are none."""
    sound = int(training.sound.sum())
    return "" if sound >= MIN_REPLICATES else f" Fewer than {MIN_REPLICATES} replicates give no interval."


def left_out(training: Training) -> str:
    """Which networks diverged, as a sentence with a space before it; nothing where none did."""
    lost = [f"{int(arm.diverged.sum())} of {arm.name}" for arm in training.arms if arm.diverged.any()]
    return f" Left out because they diverged: {' and '.join(lost)}." if lost else ""


def heading(axes: Axes, name: str, meaning: str, color: str) -> None:
    """Name a panel in an arm's colour, and say in quiet words what it shows."""
    for text, offset, size, tint, weight in ((name, 16, 10, color, "bold"), (meaning, 5, 8, quiet(), "normal")):
        axes.annotate(text, (0, 1), (0, offset), xycoords="axes fraction", textcoords="offset points", fontsize=size,
                      color=tint, fontweight=weight, annotation_clip=False)  # fmt: skip


def key(training: Training) -> list[Line2D]:
    """An arm's line and mark for each arm."""
    return [
        Line2D([], [], color=style.color, ls=style.line, marker=style.marker, ms=5, label=arm.name)
        for arm in training.arms
        for style in (style_of(arm),)
    ]
