"""Recombination: which of its two parents a child takes each locus from."""

from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from sim.arrays import Floats
from sim.reproduction.points import poisson_table


@dataclass(frozen=True, eq=False)
class Recombination:
    """A genetic map, or none: free recombination takes each locus from either parent on its own.

    ``rates``, (loci - 1,), each in [0, 1/2]: the probability that two neighbours come from different parents. Intervals
    recombine independently (no interference), so loci further apart follow Haldane's (1919) map function. None is free
    recombination for any number of loci.
    """

    rates: Floats | None = None
    hazard: Floats = field(init=False, repr=False)
    """``-log(1 - rate)`` added up along the map, (loci,); empty where recombination is free."""
    points: Floats = field(init=False, repr=False)
    """Cumulative probabilities of 0, 1, 2 .. points on the map, a Poisson number with the whole hazard as its mean."""

    def __post_init__(self) -> None:
        rates = None if self.rates is None else np.asarray(self.rates, dtype=np.float64)
        hazard = np.empty(0)
        if rates is not None:
            if rates.ndim != 1 or not np.all((rates >= 0.0) & (rates <= 0.5)):
                raise ValueError(f"recombination rates must be a row of numbers in [0, 1/2]; got {_shown(rates)}")
            hazard = np.concatenate([[0.0], np.cumsum(-np.log1p(-rates))])
        object.__setattr__(self, "rates", rates)
        object.__setattr__(self, "hazard", hazard)
        object.__setattr__(self, "points", poisson_table(float(hazard[-1]) if len(hazard) else 0.0))

    @classmethod
    def uniform(cls, loci: int, rate: float) -> Self:
        """The same rate in every interval."""
        return cls(np.full(loci - 1, rate))

    @classmethod
    def haldane(cls, positions: ArrayLike) -> Self:
        """Loci at ``positions`` in Morgans, in order: ``r = (1 - exp(-2 d)) / 2`` (Haldane 1919).

        Raises ValueError where the positions are not in order.
        """
        distance = np.diff(np.asarray(positions, dtype=np.float64))
        if np.any(distance < 0.0):
            raise ValueError("positions must not decrease along the map; sort the loci by position")
        return cls(-np.expm1(-2.0 * distance) / 2.0)

    @classmethod
    def chromosomes(cls, sizes: ArrayLike, rate: float) -> Self:
        """Chromosomes of ``sizes`` loci, with ``rate`` between neighbours on one and 1/2 between chromosomes."""
        return cls.uniform(int(np.sum(np.asarray(sizes))), rate).split(sizes)

    def split(self, sizes: ArrayLike) -> Self:
        """The same map cut into chromosomes of ``sizes`` loci, free between them.

        Raises ValueError where they do not add up to the loci of the map.
        """
        ends = np.cumsum(np.asarray(sizes, dtype=np.int64))
        if np.any(np.asarray(sizes) < 1):
            raise ValueError(f"a chromosome has at least 1 locus; got sizes {np.asarray(sizes).tolist()}")
        self.check(int(ends[-1]))
        if self.rates is None:
            return self
        rates = self.rates.copy()
        rates[ends[:-1] - 1] = 0.5
        return type(self)(rates)

    @property
    def free(self) -> bool:
        """Whether every locus is inherited on its own."""
        return self.rates is None or bool(np.all(self.rates == 0.5))

    def between(self, loci: int) -> Floats:
        """The matrix of recombination rates between any two of ``loci``, (loci, loci), 0 on the diagonal."""
        self.check(loci)
        if self.rates is None:
            return 0.5 * (1.0 - np.eye(loci))
        with np.errstate(divide="ignore"):
            along = np.concatenate([[0.0], np.cumsum(np.log(np.maximum(1.0 - 2.0 * self.rates, 1e-300)))])
        rates: Floats = -np.expm1(-np.abs(along[:, None] - along[None, :])) / 2.0
        return rates

    def check(self, loci: int) -> None:
        """Raises ValueError where the map is for another number of loci."""
        if self.rates is not None and len(self.rates) != loci - 1:
            raise ValueError(
                f"a map of {loci} loci has {loci - 1} intervals; got {len(self.rates)} rates: give one for each"
            )


def _shown(rates: Floats) -> str:
    if rates.ndim != 1:
        return f"an array of shape {rates.shape}"
    wrong = int(np.flatnonzero(~((rates >= 0.0) & (rates <= 0.5)))[0])
    return f"{rates[wrong]} in interval {wrong}"


FREE = Recombination()
