"""The object of the interaction measures: elements that are there or not, and a performance."""

from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from analysis.arrays import Bools, Floats


class Game(Protocol):
    """Anything that says how well a whole does when only some of its elements are present."""

    @property
    def n(self) -> int:
        """Number of elements."""

    def __call__(self, masks: Bools) -> Floats:
        """Performance (masks,) for presence masks (masks, n), True where an element is present."""


class ScaledGame(Game, Protocol):
    """A game that gives its performance on two scales at once."""

    def performance(self, masks: Bools) -> Mapping[str, Floats]:
        """Performance (masks,) by scale: first in natural units, then on the log scale."""


AnyGame = Game | Callable[[Bools], ArrayLike]
"""A game, or a plain function of masks, whose number of elements is given beside it."""


_ROUNDING = 1e-12


def evaluate(game: AnyGame, masks: Bools) -> Floats:
    """The values (masks,) of masks (masks, n). Raises ValueError where they are of another shape or not finite."""
    values = np.asarray(game(masks), dtype=np.float64)
    if values.shape != (len(masks),):
        raise ValueError(f"values must have shape ({len(masks)},), one for each mask; got {values.shape}")
    return finite(values)


def finite(values: ArrayLike) -> Floats:
    """Values as float64. Raises ValueError where one is not finite."""
    numbers = np.asarray(values, dtype=np.float64)
    if not np.all(np.isfinite(numbers)):
        first = int(np.flatnonzero(~np.isfinite(numbers))[0])
        mend = "check the game's inputs and weights" if np.isnan(numbers[first]) else "clip the performance"
        raise ValueError(f"values must be finite; mask {first} gave {numbers[first]}: {mend}")
    return numbers


def rounding(values: Floats) -> float:
    """Differences between values that are no larger than this are taken for rounding."""
    return _ROUNDING * float(np.max(np.abs(values)))


def size_of(game: AnyGame, n: int | None) -> int:
    """The number of elements, as given or as the game has it. Raises ValueError where neither says."""
    elements = n if n is not None else getattr(game, "n", None)
    if elements is None:
        raise ValueError("say how many elements the game has: n=...")
    return int(elements)
