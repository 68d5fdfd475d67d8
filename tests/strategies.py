"""Random games, for properties that every game has."""

from collections.abc import Callable

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

Values = NDArray[np.float64]
Masks = NDArray[np.bool_]


@st.composite
def tables(draw: st.DrawFn, least: int = 1, most: int = 7) -> Values:
    """All ``2**n`` values of a game, from a seed so that they shrink to simple ones."""
    n = draw(st.integers(least, most))
    seed = draw(st.integers(0, 2**32 - 1))
    scale = draw(st.sampled_from([1e-3, 1.0, 1e4]))
    values: Values = scale * np.random.default_rng(seed).standard_normal(2**n)
    return values


def table_game(values: Values) -> Callable[[Masks], Values]:
    """A game that looks its values up."""
    n = values.size.bit_length() - 1
    return lambda masks: values[masks @ (1 << np.arange(n))]
