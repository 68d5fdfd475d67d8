"""Random games, for properties that every game has, games with closed forms, and what a sampled estimate is held to."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st
from numpy.typing import ArrayLike, NDArray

Values = NDArray[np.float64]
Masks = NDArray[np.bool_]
Game = Callable[[Masks], Values]


@st.composite
def tables(draw: st.DrawFn, least: int = 1, most: int = 7) -> Values:
    """All ``2**n`` values of a game, from a seed so that they shrink to simple ones."""
    n = draw(st.integers(least, most))
    seed = draw(st.integers(0, 2**32 - 1))
    scale = draw(st.sampled_from([1e-3, 1.0, 1e4]))
    values: Values = scale * np.random.default_rng(seed).standard_normal(2**n)
    return values


def table_game(values: Values) -> Game:
    """A game that looks its values up."""
    n = values.size.bit_length() - 1
    return lambda masks: values[masks @ (1 << np.arange(n))]


@dataclass(frozen=True)
class TableGame:
    """The same on two scales, of which the second is twice the first."""

    values: Values

    @property
    def n(self) -> int:
        return self.values.size.bit_length() - 1

    def __call__(self, masks: Masks) -> Values:
        return table_game(self.values)(masks)

    def performance(self, masks: Masks) -> dict[str, Values]:
        return {"natural": self(masks), "log": 2.0 * self(masks)}


def additive(weights: Values) -> Game:
    return lambda masks: masks @ weights


def parity(masks: Masks) -> Values:
    return np.where(masks.sum(1) % 2 == 0, 1.0, -1.0)


def conspiracies(size: int, blocks: int) -> Game:
    """Blocks that pay 1 each if all their members are there."""
    return lambda masks: masks.reshape(len(masks), blocks, size).all(2).sum(1).astype(float)


def assert_unbiased(estimates: ArrayLike, truth: ArrayLike, errors: float = 4.0) -> None:
    """The mean of independent estimates (repeats, ...) is within 4 of its standard errors of the truth."""
    found = np.asarray(estimates, dtype=np.float64)
    error = found.std(axis=0, ddof=1) / np.sqrt(len(found))
    off = np.abs(found.mean(0) - truth)
    assert np.all(off <= errors * error + 1e-12 * np.abs(truth)), (off / error).round(2)


def assert_honest(estimates: ArrayLike, claimed: ArrayLike) -> None:
    """Claimed standard errors (repeats, ...) are, in the root mean square, the spread of the estimates (repeats, ...).

    Four standard errors of the ratio, as of normal estimates with a grouped jackknife of 15 degrees of freedom.
    """
    found, errors = np.asarray(estimates, dtype=np.float64), np.asarray(claimed, dtype=np.float64)
    ratio = np.sqrt(np.mean(errors**2, axis=0)) / found.std(axis=0, ddof=1)
    reach = 4.0 * np.sqrt(1.0 / (2.0 * len(found)) + 1.0 / (2.0 * 15.0 * len(found)))
    assert np.all(np.abs(np.log(ratio)) < reach + 0.1), ratio.round(2)
