"""How many individuals live where, and when."""

from dataclasses import dataclass

import numpy as np

from sim.arrays import Indices


@dataclass(frozen=True, kw_only=True)
class Bottleneck:
    """From generation ``start`` on, for ``length`` generations, each island has ``size`` individuals."""

    start: int
    length: int
    size: int

    def __post_init__(self) -> None:
        if self.start < 1 or self.length < 1 or self.size < 1:
            raise ValueError(f"a bottleneck needs start, length and size of at least 1; got {self}")


@dataclass(frozen=True, kw_only=True)
class Demography:
    """Wright's (1931) island model: ``islands`` of ``size`` individuals each, constant but for bottlenecks.

    A child's parents lived on another island, each equally likely, with probability ``migration``.
    """

    size: int
    islands: int = 1
    migration: float = 0.0
    bottlenecks: tuple[Bottleneck, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 2:
            raise ValueError(f"an island needs at least 2 individuals; got {self.size}")
        if self.islands < 1:
            raise ValueError(f"there must be at least 1 island; got {self.islands}")
        if not 0.0 <= self.migration <= 1.0:
            raise ValueError(f"migration must lie in [0, 1]; got {self.migration}")
        if self.migration > 0.0 and self.islands == 1:
            raise ValueError("migration needs a second island; set islands to 2 or more")

    def starts(self, generation: int) -> Indices:
        """Where each island's individuals start in a generation, and the last one's end, (islands + 1,)."""
        size = self.size
        for bottleneck in self.bottlenecks:
            if bottleneck.start <= generation < bottleneck.start + bottleneck.length:
                size = bottleneck.size
        return np.arange(self.islands + 1, dtype=np.int64) * size

    def check(self, generation: int, individuals: int) -> None:
        """Raises ValueError where a population of a generation has another size than it says here."""
        expected = int(self.starts(generation)[-1])
        if individuals != expected:
            raise ValueError(f"the demography has {expected} individuals in generation {generation}; got {individuals}")


UNBOUNDED = Demography(size=2**62)
"""Stands for an infinite population, in which no number matters."""
