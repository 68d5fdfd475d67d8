"""A random landscape in which loci act on their own and in all pairs."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Self

import numpy as np
from numba import njit
from pydantic import Field
from scipy.linalg.blas import dtrmm

from sim.arrays import Bools, Floats, Words
from sim.genome import unpack
from sim.landscape.base import GenomeLandscape, on_grid
from sim.spec import LandscapeSpec

_FEW_LOCI = 100
"""Up to so many loci tables of four are quicker than a matrix product; on their grid both give the same bits."""
_BLOCK = 2048
"""Individuals whose alleles are unpacked at a time."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PairwiseLandscape(GenomeLandscape):
    """Value ``sum_i a_i s_i + sum_{i<j} b_ij s_i s_j`` with alleles ``s`` of -1 or +1.

    The coefficients are the landscape's Walsh coefficients, so over random genotypes its variance at order 1
    is ``selection**2 * sum a**2`` and at order 2 ``selection**2 * sum_{i<j} b**2``, and its mean is 0. A locus
    that is knocked out has ``s = 0``: it contributes what a random allele contributes on average.
    """

    additive: Floats
    """``a``, (loci,)."""
    pairs: Floats
    """``b``, (loci, loci), symmetric with zero diagonal."""

    def __post_init__(self) -> None:
        super().__post_init__()
        largest = 4.0 * (np.abs(self.additive).sum() + np.abs(self.pairs).sum())
        object.__setattr__(self, "additive", on_grid(self.additive, largest))
        object.__setattr__(self, "pairs", on_grid(self.pairs, largest))

    @classmethod
    def random(
        cls, *, loci: int, additive_variance: float, epistatic_variance: float, selection: float, seed: int
    ) -> Self:
        """Draw normal coefficients and scale them, so that the variance at each order is as asked."""
        if loci < 2:
            raise ValueError(f"loci must be at least 2, for there to be a pair; got {loci}")
        rng = np.random.default_rng(seed)
        additive = rng.standard_normal(loci)
        upper = np.triu(rng.standard_normal((loci, loci)), k=1)
        additive *= np.sqrt(additive_variance / np.sum(additive**2))
        upper *= np.sqrt(epistatic_variance / np.sum(upper**2))
        return cls(loci=loci, additive=additive, pairs=upper + upper.T, selection=selection)

    def values(self, genomes: Words) -> Floats:
        """As above."""
        if self.loci <= _FEW_LOCI:
            return _by_nibbles(genomes, self.additive, self._nibbles)
        return self._of_blocks(genomes, None)

    def knocked_out(self, individual: Words, masks: Bools) -> Floats:
        """Log fitness with the unmasked loci at ``s = 0``."""
        return self.selection * self._of_blocks(individual, masks)

    def value_spectrum(self) -> Floats:
        """Orders 1 and 2."""
        found = np.zeros(self.loci + 1)
        found[1], found[2] = np.sum(self.additive**2), np.sum(np.triu(self.pairs) ** 2)
        return found

    def value_effects(self) -> tuple[float, Floats]:
        """``a``."""
        return 0.0, self.additive

    @cached_property
    def _nibbles(self) -> Floats:
        """Half the pair effects of four loci on every locus, by their 16 states: (groups, 16, loci)."""
        padded = np.zeros((-(-self.loci // 4) * 4, self.loci))
        padded[: self.loci] = self.pairs / 2.0
        signs = np.where((np.arange(16)[:, None] >> np.arange(4)) & 1, 1.0, -1.0)
        table: Floats = np.einsum("kb,gbi->gki", signs, padded.reshape(-1, 4, self.loci))
        return table

    def _of_blocks(self, genomes: Words, masks: Bools | None) -> Floats:
        """A triangular matrix product for each block: every pair once."""
        size = len(genomes) if masks is None else len(masks)
        lower = np.asfortranarray(np.tril(self.pairs))
        values = np.empty(size)
        for start in range(0, size, _BLOCK):
            part = slice(start, start + _BLOCK)
            if masks is None:
                states = np.where(unpack(genomes[part], self.loci), 1.0, -1.0)
            else:
                states = np.where(unpack(genomes, self.loci), 1.0, -1.0) * masks[part]
            values[part] = _contract(states, dtrmm(1.0, lower, states.T, lower=1).T, self.additive)
        return values


@njit(cache=True, nogil=True)
def _contract(states: Floats, fields: Floats, additive: Floats) -> Floats:
    """``sum_i s_i (a_i + field_i)`` of each row."""
    values = np.empty(len(states))
    for row in range(len(states)):
        value = 0.0
        for i in range(len(additive)):
            value += states[row, i] * (additive[i] + fields[row, i])
        values[row] = value
    return values


@njit(cache=True, nogil=True)
def _by_nibbles(genomes: Words, additive: Floats, nibbles: Floats) -> Floats:
    """The same, four loci at a time: ``nibbles[g, k]`` is what they add to every locus."""
    loci = len(additive)
    values, field = np.empty(len(genomes)), np.empty(loci)
    for row in range(len(genomes)):
        field[:] = additive
        for group in range(len(nibbles)):
            k = (genomes[row, group // 16] >> np.uint64(4 * (group % 16))) & np.uint64(15)
            for i in range(loci):
                field[i] += nibbles[group, k, i]
        value = 0.0
        for i in range(loci):
            value += field[i] if (genomes[row, i // 64] >> np.uint64(i % 64)) & np.uint64(1) else -field[i]
        values[row] = value
    return values


class PairwiseSpec(LandscapeSpec):
    """Loci act on their own and in all pairs."""

    source = "Neher & Shraiman 2009"

    kind: Literal["pairwise"] = "pairwise"
    loci: int = Field(default=50, ge=2, le=10_000, description="loci of a genome")
    additive_variance: float = Field(default=1.0, ge=0.0, description="variance of single loci's effects")
    epistatic_variance: float = Field(default=4.0, ge=0.0, description="variance of pairs' effects")
    selection: float = Field(default=0.1, gt=0.0, description="log fitness per unit of the landscape's value")

    @property
    def elements(self) -> int:
        """Number of loci."""
        return self.loci

    @property
    def summary(self) -> str:
        """In a few words."""
        return f"{self.loci} loci, pairwise epistasis"

    @property
    def bytes(self) -> float:
        """The matrix of pairs, a few times over while it is drawn."""
        return 40.0 * self.loci**2

    @property
    def evaluation(self) -> float:
        """A matrix product."""
        return 5.0 * self.loci + 0.06 * self.loci**2

    def build(self, seed: int) -> PairwiseLandscape:
        """Draw the landscape."""
        return PairwiseLandscape.random(
            loci=self.loci,
            additive_variance=self.additive_variance,
            epistatic_variance=self.epistatic_variance,
            selection=self.selection,
            seed=seed,
        )
