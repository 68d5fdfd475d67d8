"""What a family draws: lines that theory expects, and points that were measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from numpy.typing import ArrayLike

from analysis.arrays import Floats

Corner = Literal["best", "upper left", "upper right", "lower left", "lower right", "lower center", "center right"]
Arm = Literal["clonal", "sexual", "exact", "other"]
"""Whose points they are: without sex, with it, those of the infinite population, or of neither."""


@dataclass(frozen=True)
class Line:
    """What theory expects: ``law`` of what is simulated, or an ``approximation`` to it."""

    x: ArrayLike
    y: ArrayLike
    kind: Literal["law", "approximation"] = "law"


@dataclass(frozen=True, kw_only=True)
class Points:
    """What was measured, with standard errors where there are some."""

    x: ArrayLike
    y: ArrayLike
    error: ArrayLike | None = None
    arm: Arm
    label: str = ""
    hollow: bool = False
    """A second engine or setting of the same arm."""

    @classmethod
    def over(cls, x: ArrayLike, values: Floats, arm: Arm, label: str = "", *, hollow: bool = False) -> Self:
        """Means over replicates (replicates, points) and their errors."""
        error = values.std(axis=0, ddof=1) / np.sqrt(len(values))
        return cls(x=x, y=values.mean(axis=0), error=error, arm=arm, label=label, hollow=hollow)


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A small plot."""

    title: str
    formula: str
    """The law, or what the panel shows, in one line."""
    x: str
    y: str
    lines: Sequence[Line] = ()
    points: Sequence[Points] = ()
    log: Literal["", "x", "y", "xy"] = ""
    legend: Corner = "best"
    """Where the labels go."""
    right: float | None = None
    """Where the x axis ends, if not with the data."""
    notes: Sequence[tuple[float, float, str]] = ()
    """Words in the plot: x, y, text."""
