"""Where the values of a swept setting stand along an axis, and what is written there."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from analysis.arrays import Floats
from analysis.figures.fitting import standing, told_apart, width, wrapped
from analysis.sweeps.aggregate import Swept

SMALL = 8.5
"""Size of what is written at ticks."""
_GEOMETRIC = 30.0
_LINES = 3
_BESIDE = 0.1  # inches between categories
_MARGIN = 0.05


@dataclass(frozen=True, eq=False)
class Axis:
    """The horizontal axis of a setting, so many inches long.

    Numbers stand where they belong, on a logarithmic axis where that spreads them more evenly; all else, and numbers if
    ``slots``, one beside the other in the order of the sweep.
    """

    setting: Swept
    inches: float
    slots: bool = False

    @cached_property
    def kind(self) -> Literal["linear", "log", "log and 0", "slots"]:
        """How numbers become places."""
        if self.slots or not self.setting.numeric or len(self.setting.values) < 2:
            return "slots"
        values = np.sort(np.array(self.setting.values, dtype=np.float64))
        positive = values[values > 0.0]
        if values[0] < 0.0 or len(positive) < 2 or not _geometric(positive):
            return "linear"
        return "log" if len(positive) == len(values) else "log and 0"

    @cached_property
    def places(self) -> Floats:
        """(values,) along the axis; 0 stands one step left of the logarithms of the others."""
        if self.kind == "slots":
            return np.arange(len(self.setting.values), dtype=np.float64)
        values = np.array(self.setting.values, dtype=np.float64)
        if self.kind == "linear":
            return values
        logs = np.log10(np.where(values > 0.0, values, 1.0))
        found = np.sort(logs[values > 0.0])
        zero = found[0] - (found[-1] - found[0]) / (len(found) - 1)
        return np.where(values > 0.0, logs, zero)

    @property
    def limits(self) -> tuple[float, float]:
        """Its ends."""
        if self.kind == "slots":
            return -0.5, len(self.places) - 0.5
        margin = _MARGIN * float(np.ptp(self.places))
        return float(self.places.min()) - margin, float(self.places.max()) + margin

    @property
    def remark(self) -> str:
        """What must be said of it, with a space before it."""
        said = {"log": "is logarithmic", "log and 0": "is logarithmic, with 0 at its end"}.get(self.kind)
        return f" The axis of {self.setting.label} {said}." if said else ""

    @property
    def told(self) -> str:
        """What the numbers stand for that are written instead of long values, with a space before it."""
        return self._labels[1]

    @cached_property
    def texts(self) -> list[str]:
        """What is written at each place; nothing where there is no room."""
        low, high = self.limits
        texts = self._labels[0]
        at = (self.places - low) / (high - low) * self.inches
        shown = standing(at.tolist(), [width(text, SMALL) for text in texts])
        return [text if show else "" for text, show in zip(texts, shown, strict=True)]

    @property
    def lines(self) -> int:
        """Lines that the texts need."""
        return 1 + max(text.count("\n") for text in self.texts)

    def write(self, axes: Axes, name: str = "") -> None:
        """Limits, values and, if given, the name of the setting."""
        axes.set_xlim(*self.limits)
        axes.set_xticks(self.places, labels=self.texts)
        axes.tick_params(axis="x", labelsize=SMALL)
        axes.grid(visible=False, axis="x")
        axes.set_xlabel(wrapped(name, self.inches))

    @cached_property
    def _labels(self) -> tuple[list[str], str]:
        whole = self.setting.texts
        room = self.inches if self.setting.numeric else max(self.inches / len(whole) - _BESIDE, 0.2)
        return told_apart([wrapped(text, room, SMALL, lines=_LINES) for text in whole], whole, self.setting.label)


def ticks_between(low: float, high: float) -> Floats:
    """A few round numbers."""
    ticks = np.asarray(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]).tick_values(low, high), dtype=np.float64)
    return ticks[(ticks >= low) & (ticks <= high)]


def inside(places: Sequence[float], gap: float) -> list[float]:
    """Places that are ``gap`` apart, pushed back to where 0 and 1 are their bounds."""
    order = np.argsort(places, kind="stable")
    found = np.array(places, dtype=np.float64)
    for rank, index in enumerate(order[::-1]):
        found[index] = min(found[index], 1.0 - rank * gap)
    for rank, index in enumerate(order):
        found[index] = max(found[index], rank * gap)
    return [float(place) for place in found]


def _geometric(values: Floats) -> bool:
    """Whether numbers that ascend span more than can be seen, and are more even in their ratios."""
    if values[-1] <= _GEOMETRIC * values[0]:
        return False
    steps, ratios = np.diff(values), np.diff(np.log(values))
    return bool(ratios.std() / ratios.mean() <= steps.std() / steps.mean())
