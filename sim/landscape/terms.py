"""A landscape as a list of interactions: any sets of loci, each with its Walsh coefficient."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import comb
from typing import Literal, Self

import numpy as np
from numba import njit
from pydantic import Field, model_validator

from sim.arrays import Floats, Indices, Words
from sim.genome import WORD, to_bytes, transpose, words
from sim.landscape.additive import AdditiveLandscape
from sim.landscape.base import GenomeLandscape, on_grid, sums_by_byte
from sim.spec import LandscapeSpec

_SETS = 8
"""Sets of 64 individuals that are looked at together."""
_ONE, _TWO, _BYTE = np.uint64(1), np.uint64(2), np.uint64(255)


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
        """As above: single loci, and then the others."""
        return self._single.values(genomes) + _sum(genomes, *self._packed)

    @cached_property
    def _single(self) -> AdditiveLandscape:
        """What loci do on their own."""
        return AdditiveLandscape(loci=self.loci, effects_of_loci=self.value_effects()[1])

    @cached_property
    def _packed(self) -> tuple[Floats, Words, Words]:
        """Tables, starts and members of the terms of other than one locus as the kernel needs them.

        That is eight terms to a byte and an even number of members each. A product of m alleles is the parity of those
        that are +1, times -1 where m is even.
        """
        sizes = np.diff(self.starts)
        nothing = words(self.loci) * WORD
        larger = np.flatnonzero(sizes != 1)
        sets = [self.members[self.starts[t] : self.starts[t + 1]].tolist() for t in larger]
        sets += [[]] * (-len(sets) % 8)
        even = [s + [nothing] * (len(s) % 2 or 2 * (not s)) for s in sets]
        starts = np.concatenate([[0], np.cumsum([len(s) for s in even])]).astype(np.uint64)
        members = np.array([locus for s in even for locus in s], dtype=np.uint64)
        signed = np.where(sizes % 2, 1.0, -1.0) * self.coefficients
        return sums_by_byte(signed[larger]), starts, members

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
def _sum(genomes: Words, tables: Floats, starts: Words, members: Words) -> Floats:
    """64 individuals and eight terms at a time.

    A product of alleles of -1 and +1 is a parity, one bit for each individual; the parities of eight terms are a byte,
    and ``tables``, (terms / 8, 256), holds what they add up to. Every term has an even number of members, some of which
    may be the plane of zeros behind the last locus. A table serves several times 64 individuals before the next one
    takes its place in a core's first cache.
    """
    size, flat = len(genomes), tables.ravel()
    values = np.empty(size)
    planes = np.zeros((_SETS, genomes.shape[1] * WORD + 1), dtype=np.uint64)
    totals = np.empty((_SETS, WORD))
    eight = np.empty(8, dtype=np.uint64)
    for first in range(0, size, _SETS * WORD):
        sets = min(_SETS, -(-(size - first) // WORD))
        for s in range(sets):
            transpose(genomes, first + s * WORD, planes[s])
        totals[:] = 0.0
        for group in range(len(tables)):
            table = np.uint64(256 * group)
            for s in range(sets):
                for term in range(8):
                    at, end = starts[8 * group + term], starts[8 * group + term + 1]
                    parity = planes[s, members[at]] ^ planes[s, members[at + _ONE]]
                    while at + _TWO < end:
                        at += _TWO
                        parity ^= planes[s, members[at]] ^ planes[s, members[at + _ONE]]
                    eight[term] = parity
                to_bytes(eight)
                for i in range(8):
                    x = eight[i]
                    for j in range(8):
                        totals[s, 8 * j + i] += flat[table + ((x >> np.uint64(8 * j)) & _BYTE)]
        for k in range(min(_SETS * WORD, size - first)):
            values[first + k] = totals[k // WORD, k % WORD]
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

    @model_validator(mode="after")
    def _no_more_orders_than_loci(self) -> Self:
        if len(self.variances) > self.loci or any(v < 0.0 for v in self.variances):
            raise ValueError(f"variances must be at most {self.loci} numbers, one an order, none negative")
        return self

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
