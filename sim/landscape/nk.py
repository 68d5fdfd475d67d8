"""Kauffman's NK landscapes and their limit, the house of cards."""

from dataclasses import dataclass
from functools import cached_property
from math import comb
from typing import Literal, Self

import numpy as np
from numba import njit
from pydantic import Field, model_validator

from sim.arrays import Bools, Floats, Indices, Words
from sim.draws import branch, normal
from sim.genome import WORD, pack, to_bytes, transpose
from sim.landscape.base import GenomeLandscape, on_grid
from sim.spec import LandscapeSpec

Neighbours = Literal["adjacent", "random"]


@dataclass(frozen=True, kw_only=True, eq=False)
class NKLandscape(GenomeLandscape):
    """The sum over loci of contributions that depend on the locus and K neighbours (Kauffman & Weinberger 1989).

    A locus that is knocked out has its other allele: neither allele is the good one.
    """

    neighbours: Indices
    """(loci, K + 1), the locus itself first."""
    contributions: Floats
    """(loci, 2**(K + 1)), by the alleles of the neighbours; bit 0 of the column is the locus itself."""

    def __post_init__(self) -> None:
        super().__post_init__()
        largest = np.abs(self.contributions).max(axis=1).sum()
        object.__setattr__(self, "contributions", on_grid(self.contributions, largest))

    @classmethod
    def random(cls, *, loci: int, k: int, neighbours: Neighbours = "random", selection: float = 1.0, seed: int) -> Self:
        """Normal contributions, scaled so that the variance over random genotypes is 1, with mean 0.

        ``adjacent`` neighbours are the next ``k`` loci around a circle. Raises ValueError where k is not below loci.
        """
        if not 0 <= k < loci:
            raise ValueError(f"k must lie in 0 to {loci - 1}, the other loci; got {k}")
        rng = np.random.default_rng(seed)
        own = np.arange(loci)[:, None]
        if neighbours == "adjacent":
            table = (own + np.arange(k + 1)) % loci
        else:
            others = np.array([rng.choice(loci - 1, size=k, replace=False) for _ in range(loci)]).reshape(loci, k)
            table = np.concatenate([own, (own + 1 + others) % loci], axis=1)
        drawn = rng.standard_normal((loci, 2 ** (k + 1)))
        drawn -= drawn.mean(axis=1, keepdims=True)
        raw = cls(loci=loci, neighbours=table.astype(np.int64), contributions=drawn)
        scale = np.sqrt(raw.value_spectrum()[1:].sum())
        return cls(loci=loci, neighbours=raw.neighbours, contributions=drawn / scale, selection=selection)

    def values(self, genomes: Words) -> Floats:
        """As above."""
        return _sum(genomes, self.neighbours, self.contributions)

    def knocked_out(self, individual: Words, masks: Bools) -> Floats:
        """Log fitness with the other allele at the unmasked loci."""
        return self.log_fitness(individual ^ pack(~masks))

    def value_spectrum(self) -> Floats:
        """Squares of the coefficients by the size of their sets."""
        _, sizes, coefficients = self._terms
        return np.bincount(sizes, weights=coefficients**2, minlength=self.loci + 1).astype(np.float64)

    def value_effects(self) -> tuple[float, Floats]:
        """Sums of the coefficients of each locus' own and its neighbours' contributions."""
        keys, _, coefficients = self._terms
        return float(coefficients[np.searchsorted(keys, 0)]), coefficients[np.searchsorted(keys, self._names)]

    @cached_property
    def _names(self) -> Words:
        """A random word for each locus, (loci,); a set of loci is known by the sum of theirs without carry."""
        return np.random.default_rng(0).integers(1, 2**64, size=self.loci, dtype=np.uint64)

    @cached_property
    def _terms(self) -> tuple[Words, Indices, Floats]:
        """The sets that some neighbourhood holds: names in order, sizes, and Walsh coefficients, (sets,) each."""
        coefficients, keys = self.contributions, np.zeros((self.loci, 1), dtype=np.uint64)
        for bit in range(self.neighbours.shape[1]):
            pairs = coefficients.reshape(self.loci, -1, 2, 2**bit)
            absent, present = pairs[:, :, 0], pairs[:, :, 1]
            coefficients = np.stack([(absent + present) / 2.0, (present - absent) / 2.0], axis=2)
            keys = np.concatenate([keys, keys ^ self._names[self.neighbours[:, bit], None]], axis=1)
        sizes = np.broadcast_to(np.bitwise_count(np.arange(keys.shape[1])), keys.shape)
        names, first, which = np.unique(keys.ravel(), return_index=True, return_inverse=True)
        totals = np.bincount(which.ravel(), weights=coefficients.reshape(-1)).astype(np.float64)
        return names, sizes.reshape(-1)[first].astype(np.int64), totals


def expected_shares(k: int) -> Floats:
    """The expected shares of an NK landscape's variance at order 0 to k + 1, (k + 2,), for any neighbourhoods.

    ``C(K + 1, order) / (2**(K + 1) - 1)`` (Neidhart, Szendro & Krug 2013).
    """
    shares = np.array([comb(k + 1, order) for order in range(k + 2)]) / (2.0 ** (k + 1) - 1.0)
    shares[0] = 0.0
    return shares


@njit(cache=True, nogil=True)
def _sum(genomes: Words, neighbours: Indices, contributions: Floats) -> Floats:
    """64 individuals at a time: each neighbour is one word of alleles."""
    size, width = len(genomes), neighbours.shape[1]
    values = np.empty(size)
    planes = np.empty(genomes.shape[1] * WORD, dtype=np.uint64)
    totals = np.empty(WORD)
    columns = np.empty(WORD, dtype=np.int64)
    eight = np.empty(8, dtype=np.uint64)
    for first in range(0, size, WORD):
        transpose(genomes, first, planes)
        totals[:] = 0.0
        for locus in range(len(neighbours)):
            columns[:] = 0
            for low in range(0, width, 8):
                eight[:] = 0
                for bit in range(low, min(low + 8, width)):
                    eight[bit - low] = planes[neighbours[locus, bit]]
                to_bytes(eight)
                for i in range(8):
                    x = np.int64(eight[i])
                    for j in range(8):
                        columns[8 * j + i] |= ((x >> (8 * j)) & 255) << low
            for k in range(WORD):
                totals[k] += contributions[locus, columns[k]]
        for k in range(min(WORD, size - first)):
            values[first + k] = totals[k]
    return values


@dataclass(frozen=True, kw_only=True, eq=False)
class HouseOfCardsLandscape(GenomeLandscape):
    """Every genotype has a standard normal value of its own (Kingman 1978), a hash of the genome and ``key``.

    NK with K = loci - 1. Nothing is stored, so there may be any number of loci. A locus that is knocked out has its
    other allele.
    """

    key: np.uint64

    def values(self, genomes: Words) -> Floats:
        """As above."""
        return _cards(genomes, self.key)

    def knocked_out(self, individual: Words, masks: Bools) -> Floats:
        """Log fitness with the other allele at the unmasked loci."""
        return self.log_fitness(individual ^ pack(~masks))


@njit(cache=True, nogil=True)
def _cards(genomes: Words, key: np.uint64) -> Floats:
    values = np.empty(len(genomes))
    for row in range(len(genomes)):
        state = key
        for word in range(genomes.shape[1]):
            state = branch(state, genomes[row, word])
        values[row] = normal(state, np.uint64(0))
    return values


class NKSpec(LandscapeSpec):
    """Each locus contributes by its own allele and those of K others: the larger K, the more rugged."""

    source = "Kauffman & Weinberger 1989"

    kind: Literal["nk"] = "nk"
    loci: int = Field(default=50, ge=1, le=100_000, description="loci of a genome")
    k: int = Field(default=4, ge=0, le=16, description="neighbours that each locus depends on")
    neighbours: Neighbours = Field(default="random", description="the next loci around a circle, or any")
    selection: float = Field(default=0.2, description="standard deviation of log fitness among random genotypes")

    @model_validator(mode="after")
    def _fewer_neighbours_than_loci(self) -> Self:
        if self.k >= self.loci:
            raise ValueError(f"k must be less than loci = {self.loci}; got {self.k}")
        return self

    @property
    def elements(self) -> int:
        """Number of loci."""
        return self.loci

    @property
    def summary(self) -> str:
        """In a few words."""
        return f"NK, {self.loci} loci, K = {self.k}"

    @property
    def bytes(self) -> float:
        """The contributions and, while they are scaled, their coefficients by set."""
        return 80.0 * self.loci * 2.0 ** (self.k + 1)

    @property
    def evaluation(self) -> float:
        """A look-up for each locus."""
        return self.loci * (0.8 + 0.15 * self.k)

    def build(self, seed: int) -> NKLandscape:
        """Draw the landscape."""
        return NKLandscape.random(
            loci=self.loci, k=self.k, neighbours=self.neighbours, selection=self.selection, seed=seed
        )


class HouseOfCardsSpec(LandscapeSpec):
    """Every genotype has a random value of its own: as rugged as can be."""

    source = "Kingman 1978"

    kind: Literal["house-of-cards"] = "house-of-cards"
    loci: int = Field(default=20, ge=1, le=100_000, description="loci of a genome")
    selection: float = Field(default=0.2, description="standard deviation of log fitness among random genotypes")

    @property
    def elements(self) -> int:
        """Number of loci."""
        return self.loci

    @property
    def summary(self) -> str:
        """In a few words."""
        return f"house of cards, {self.loci} loci"

    @property
    def evaluation(self) -> float:
        """A hash of each word."""
        return 25.0 + self.loci / 16.0

    def build(self, seed: int) -> HouseOfCardsLandscape:
        """Draw the key."""
        key = np.random.SeedSequence(seed).generate_state(1, np.uint64)[0]
        return HouseOfCardsLandscape(loci=self.loci, selection=self.selection, key=key)
