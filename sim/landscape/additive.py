"""Loci that act on their own: additive in log fitness (multiplicative), or in fitness."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Self

import numpy as np
from numba import njit
from pydantic import Field

from sim.arrays import Floats, Words
from sim.genome import WORD, pack, popcount
from sim.landscape.base import GenomeLandscape, on_grid, sums_by_byte
from sim.spec import LandscapeSpec

Effects = Literal["equal", "normal", "exponential"]
_ROWS = 512


@dataclass(frozen=True, kw_only=True, eq=False)
class AdditiveLandscape(GenomeLandscape):
    """``sum_i effect_i s_i`` with alleles ``s`` of -1 or +1 is the value, or, on the additive scale, fitness less 1.

    On that scale the value is the log of fitness. Additive log fitness is multiplicative
    fitness: without epistasis as selection sees it.
    """

    effects_of_loci: Floats
    """(loci,)."""
    scale: Literal["multiplicative", "additive"] = "multiplicative"

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "effects_of_loci", on_grid(self.effects_of_loci, np.abs(self.effects_of_loci).sum()))
        if self.scale == "additive" and np.abs(self.effects_of_loci).sum() >= 1.0:
            raise ValueError(
                f"effects must add up to less than 1 for additive fitness to stay positive; they add up to "
                f"{np.abs(self.effects_of_loci).sum():.3g}: lower them, or take the multiplicative scale"
            )

    @classmethod
    def random(cls, *, loci: int, effects: Effects, selection: float = 1.0, seed: int = 0) -> Self:
        """Positive effects, so that allele 1 is the good one, whose squares add up to 1."""
        rng = np.random.default_rng(seed)
        sizes = {"equal": np.ones(loci), "normal": np.abs(rng.standard_normal(loci)),
                 "exponential": rng.standard_exponential(loci)}[effects]  # fmt: skip
        return cls(loci=loci, effects_of_loci=sizes / np.sqrt(np.sum(sizes**2)), selection=selection)

    def values(self, genomes: Words) -> Floats:
        """As above."""
        total = self._counted(genomes) if self._equal else sum_of_loci(genomes, self._tables)
        return total if self.scale == "multiplicative" else np.log1p(total)

    def value_spectrum(self) -> Floats | None:
        """All variance is of order 1 on the multiplicative scale."""
        if self.scale == "additive":
            return None
        found = np.zeros(self.loci + 1)
        found[1] = np.sum(self.effects_of_loci**2)
        return found

    def value_effects(self) -> tuple[float, Floats] | None:
        """The effects themselves on the multiplicative scale."""
        return None if self.scale == "additive" else (0.0, self.effects_of_loci)

    @cached_property
    def _equal(self) -> bool:
        """Whether all effects are of one size, so that good alleles need only be counted."""
        return bool(np.ptp(np.abs(self.effects_of_loci)) == 0.0)

    @cached_property
    def _bad(self) -> Words:
        """Loci where allele 0 is the better one, (words,)."""
        packed: Words = pack((self.effects_of_loci < 0.0)[None])[0]
        return packed

    def _counted(self, genomes: Words) -> Floats:
        values: Floats = abs(self.effects_of_loci[0]) * (2.0 * _count(genomes, self._bad) - self.loci)
        return values

    @cached_property
    def _tables(self) -> Floats:
        """What each of the 256 states of eight loci adds, (words * 8, 256)."""
        return byte_tables(self.effects_of_loci)


def byte_tables(effects: Floats) -> Floats:
    """What each of the 256 states of eight loci adds, (words * 8, 256)."""
    padded = np.zeros(-(-len(effects) // WORD) * WORD)
    padded[: len(effects)] = effects
    return sums_by_byte(padded)


@njit(cache=True, nogil=True)
def _count(genomes: Words, bad: Words) -> Floats:
    """The number of loci with the better allele, (individuals,); ``bad``, (words,), marks those where that is 0."""
    counts = np.empty(len(genomes))
    for row in range(len(genomes)):
        good = 0
        for word in range(genomes.shape[1]):
            good += popcount(genomes[row, word] ^ bad[word])
        counts[row] = good
    return counts


@njit(cache=True, nogil=True)
def sum_of_loci(genomes: Words, tables: Floats) -> Floats:
    """Eight loci a look-up, word by word over so many individuals that a word's tables stay in a core's first cache."""
    size, flat = len(genomes), tables.ravel()
    values = np.zeros(size)
    for first in range(0, size, _ROWS):
        last = min(first + _ROWS, size)
        for word in range(genomes.shape[1]):
            at = 8 * 256 * word
            for row in range(first, last):
                x = np.int64(genomes[row, word])
                low = (flat[at + (x & 255)] + flat[at + 256 + ((x >> 8) & 255)]) + (
                    flat[at + 512 + ((x >> 16) & 255)] + flat[at + 768 + ((x >> 24) & 255)]
                )
                high = (flat[at + 1024 + ((x >> 32) & 255)] + flat[at + 1280 + ((x >> 40) & 255)]) + (
                    flat[at + 1536 + ((x >> 48) & 255)] + flat[at + 1792 + ((x >> 56) & 255)]
                )
                values[row] += low + high
    return values


class AdditiveSpec(LandscapeSpec):
    """Loci act on their own: no epistasis in log fitness."""

    source = "Fisher 1930"

    kind: Literal["additive"] = "additive"
    loci: int = Field(default=100, ge=1, le=10_000_000, description="loci of a genome")
    effects: Effects = Field(default="normal", description="distribution of the sizes of effects")
    selection: float = Field(default=0.1, description="standard deviation of log fitness among random genotypes")

    @property
    def elements(self) -> int:
        """Number of loci."""
        return self.loci

    @property
    def summary(self) -> str:
        """In a few words."""
        return f"{self.loci} loci, no epistasis"

    @property
    def evaluation(self) -> float:
        """A look-up for eight loci."""
        return 0.06 * self.loci

    def build(self, seed: int) -> AdditiveLandscape:
        """Draw the landscape."""
        return AdditiveLandscape.random(loci=self.loci, effects=self.effects, selection=self.selection, seed=seed)
