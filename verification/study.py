"""What a study of coverage is made of: data sets with known answers, and what is said of each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

SIZES = (8, 64, 512)
"""Elements of the games."""
NAN = float("nan")

Level = Literal["masks", "replicates", "stress"]


class Reading(NamedTuple):
    """What one data set says of one quantity, and what is true."""

    estimate: float
    low: float
    high: float
    truth: float

    @classmethod
    def within(cls, estimate: float, reach: float, truth: float) -> "Reading":
        """The reading of an interval ``estimate +- reach``."""
        return cls(float(estimate), float(estimate - reach), float(estimate + reach), float(truth))


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """A row of the table, but for the number of elements."""

    label: str
    interval: str
    """The interval that is offered, in words; empty where none is."""


@dataclass(frozen=True, kw_only=True)
class Study:
    """Quantities that are measured together, on the same data sets."""

    name: str
    level: Level
    """``masks``: one game, intervals over masks. ``replicates``: a comparison of arms. ``stress``: the same, of
    populations for which no interval can promise its level with so few replicates."""
    n: int
    effort: str
    """What a data set, or a replicate in it, consists of."""
    quantities: Mapping[str, Quantity]
    variant: str
    """What tells it from other studies of the same quantities, other than the number of elements."""
    measure: Callable[[np.random.Generator], dict[str, Reading]]
    """Draws a data set and measures it: a reading for each quantity, NaN where it is undefined."""
