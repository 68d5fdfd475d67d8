"""The object of the interaction measures: elements that are there or not, and a performance."""

from collections.abc import Callable, Mapping
from typing import Protocol

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


def size_of(game: AnyGame, n: int | None) -> int:
    """The number of elements, as given or as the game has it. Raises ValueError where neither says."""
    elements = n if n is not None else getattr(game, "n", None)
    if elements is None:
        raise ValueError("say how many elements the game has: n=...")
    return int(elements)
