"""A landscape as a list of interactions: any sets of loci, each with its Walsh coefficient."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb
from typing import Literal, Self

import numpy as np
from numba import njit
from pydantic import Field

from sim.arrays import Floats, Indices, Words
from sim.genome import WORD, transpose
from sim.landscape.base import GenomeLandscape, on_grid
from sim.spec import LandscapeSpec


@dataclass(frozen=True, kw_only=True, eq=False)
class TermsLandscape(GenomeLandscape):
    """``sum over terms of coefficient * product of s_i over the term's loci``, with alleles ``s`` of -1 or +1.

    The terms must be different sets, so that their coefficients are the landscape's Walsh coefficients.
    """

    coefficients: Floats
    """(terms,)."""
    starts: Indices
    """(terms + 1,): where each term's loci start in ``members``."""
    members: Indices
    """Loci of all terms, one after the other."""

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "coefficients", on_grid(self.coefficients, 2.0 * np.abs(self.coefficients).sum()))
        if len(self.members) and not 0 <= self.members.min() <= self.members.max() < self.loci:
            raise ValueError(f"terms hold loci 0 to {self.loci - 1}; got {self.members.min()} to {self.members.max()}")

    @classmethod
    def of(cls, loci: int, sets: Sequence[Sequence[int]], coefficients: Floats, selection: float = 1.0) -> Self:
        """From sets of loci, each with its coefficient."""
        return cls(
            loci=loci,
            coefficients=np.asarray(coefficients, dtype=np.float64),
            starts=np.concatenate([[0], np.cumsum([len(s) for s in sets])]).astype(np.int64),
            members=np.array([i for s in sets for i in s], dtype=np.int64),
            selection=selection,
        )

    @classmethod
    def random(
        cls, *, loci: int, variances: Sequence[float], per_locus: int = 5, selection: float = 1.0, seed: int = 0
    ) -> Self:
        """Normal coefficients on random sets, scaled so that the variance of order k is exactly ``variances[k - 1]``.

        All sets of a size are taken, or ``per_locus * loci`` of them where there are more. Raises ValueError for a
        negative variance or more orders than loci.
        """
        if len(variances) > loci or any(v < 0.0 for v in variances):
            raise ValueError(f"variances must be at most {loci} numbers, one an order, none negative; got {variances}")
        rng = np.random.default_rng(seed)
        sets: list[tuple[int, ...]] = []
        coefficients: list[Floats] = []
        for order, variance in enumerate(variances, start=1):
            if variance == 0.0:
                continue
            own = _random_sets(loci, order, per_locus * loci, rng)
            drawn = rng.standard_normal(len(own))
            sets += own
            coefficients.append(drawn * np.sqrt(variance / np.sum(drawn**2)))
        return cls.of(loci, sets, np.concatenate([np.empty(0), *coefficients]), selection)

    def values(self, genomes: Words) -> Floats:
        """As above."""
        return _sum(genomes, self.coefficients, self.starts, self.members)

    def value_spectrum(self) -> Floats:
        """Squares of coefficients by the size of their sets."""
        found = np.bincount(np.diff(self.starts), weights=self.coefficients**2, minlength=self.loci + 1)
        return found.astype(np.float64)

    def value_effects(self) -> tuple[float, Floats]:
        """The coefficients of no locus and of single ones."""
        sizes = np.diff(self.starts)
        single = sizes == 1
        first = np.zeros(self.loci)
        np.add.at(first, self.members[self.starts[:-1][single]], self.coefficients[single])
        return float(self.coefficients[sizes == 0].sum()), first


def _random_sets(loci: int, order: int, most: int, rng: np.random.Generator) -> list[tuple[int, ...]]:
    """Different sets of ``order`` loci: ``most`` of them, or all where there are fewer."""
    total = comb(loci, order)
    if total <= most:
        from itertools import combinations  # noqa: PLC0415 - only here

        return list(combinations(range(loci), order))
    found: dict[tuple[int, ...], None] = {}
    while len(found) < most:
        found[tuple(sorted(rng.choice(loci, size=order, replace=False).tolist()))] = None
    return list(found)


@njit(cache=True, nogil=True)
def _sum(genomes: Words, coefficients: Floats, starts: Indices, members: Indices) -> Floats:
    """64 individuals at a time: the product of alleles of -1 and +1 is a parity, one bit for each of them."""
    size = len(genomes)
    values = np.empty(size)
    planes = np.empty(genomes.shape[1] * WORD, dtype=np.uint64)
    totals = np.empty(WORD)
    everything = coefficients.sum()
    for first in range(0, size, WORD):
        transpose(genomes, first, planes)
        totals[:] = everything
        for term in range(len(coefficients)):
            odd = np.uint64(0)
            for member in range(starts[term], starts[term + 1]):
                odd ^= ~planes[members[member]]
            twice = 2.0 * coefficients[term]
            for k in range(WORD):
                totals[k] -= twice * np.float64((odd >> np.uint64(k)) & np.uint64(1))
        for k in range(min(WORD, size - first)):
            values[first + k] = totals[k]
    return values


class SpectrumSpec(LandscapeSpec):
    """Random interactions with the variance asked for at each order."""

    source = "Stadler & Happel 1999; Neidhart, Szendro & Krug 2013"

    kind: Literal["spectrum"] = "spectrum"
    loci: int = Field(default=50, ge=1, le=100_000, description="loci of a genome")
    variances: tuple[float, ...] = Field(
        default=(1.0, 1.0, 1.0), min_length=1, description="variance of single loci, pairs, triples .. of the value"
    )
    per_locus: int = Field(default=5, ge=1, le=10_000, description="at most so many random sets of each size a locus")
    selection: float = Field(default=0.1, description="log fitness per unit of the landscape's value")

    @property
    def elements(self) -> int:
        """Number of loci."""
        return self.loci

    @property
    def summary(self) -> str:
        """In a few words."""
        return f"{self.loci} loci, interactions up to order {len(self.variances)}"

    @property
    def evaluation(self) -> float:
        """A few bits for each term."""
        return 0.1 * self.loci * (1.0 + self.per_locus * len(self.variances))

    def build(self, seed: int) -> TermsLandscape:
        """Draw the landscape."""
        return TermsLandscape.random(
            loci=self.loci, variances=self.variances, per_locus=self.per_locus, selection=self.selection, seed=seed
        )
