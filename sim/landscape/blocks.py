"""Blocks of loci that pay by how many of their members are good: conspiracies, Royal Road, HIFF, mesa, counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import comb
from typing import Any, Literal, Self

import numpy as np
from numba import njit
from pydantic import Field, model_validator
from scipy.stats import binom

from sim.arrays import Floats, Indices, Words
from sim.genome import WORD, popcount, words
from sim.landscape.base import GenomeLandscape, on_grid
from sim.spec import LandscapeSpec

Layout = Literal["adjacent", "interleaved"]
_EXACT = 60
"""Binomial coefficients of larger blocks are not exact in float64."""


@dataclass(frozen=True, kw_only=True, eq=False)
class BlockLandscape(GenomeLandscape):
    """Value: the sum over blocks of ``pays[block][number of its members with allele 1]``.

    Any two blocks must be disjoint, or one inside the other. A block of s members has an entry for each of 0 to s.
    """

    blocks: Sequence[Indices]
    """The loci of each block."""
    pays: Sequence[Floats]
    """(members + 1,) for each block."""

    def __post_init__(self) -> None:
        super().__post_init__()
        largest = float(sum(np.abs(pay).max() for pay in self.pays))
        object.__setattr__(self, "blocks", [np.asarray(block, dtype=np.int64) for block in self.blocks])
        object.__setattr__(self, "pays", [on_grid(np.asarray(pay, dtype=np.float64), largest) for pay in self.pays])
        for block, pay in zip(self.blocks, self.pays, strict=True):
            if len(pay) != len(block) + 1:
                raise ValueError(f"a block of {len(block)} members has {len(block) + 1} pays, from none to all; "
                                 f"got {len(pay)}")  # fmt: skip
            if len(block) == 0 or not 0 <= block.min() <= block.max() < self.loci:
                raise ValueError(f"blocks must hold loci 0 to {self.loci - 1}, at least one each")

    @classmethod
    def conspiracies(
        cls,
        sizes: Sequence[int],
        *,
        needs: int | Literal["all", "any"] = "all",
        exponent: float = 1.0,
        layout: Layout = "adjacent",
        selection: float = 1.0,
    ) -> Self:
        """Blocks of ``sizes`` that pay when all, any, or at least ``needs`` of their members are there.

        A block of s pays ``s**exponent``: at 1 blocks of all sizes pay the same a member, above 1 large ones pay more.
        Pays are scaled so that they would add up to 1 at exponent 1. Raises ValueError where ``needs`` is more than the
        smallest block has.
        """
        loci = sum(sizes)
        required = [size if needs == "all" else 1 if needs == "any" else needs for size in sizes]
        if any(not 1 <= need <= size for need, size in zip(required, sizes, strict=True)):
            raise ValueError(f"needs must be 'all', 'any', or 1 to {min(sizes)}, the smallest block; got {needs}")
        pays = [
            (np.arange(size + 1) >= need) * float(size) ** exponent / loci
            for size, need in zip(sizes, required, strict=True)
        ]
        return cls(loci=loci, blocks=laid_out(sizes, layout), pays=pays, selection=selection)

    @classmethod
    def hiff(cls, levels: int, *, layout: Layout = "adjacent", selection: float = 1.0) -> Self:
        """Hierarchical if-and-only-if of ``2**levels`` loci: each block of size b pays b where its members are equal.

        Watson, Hornby & Pollack 1998; as there, single loci pay 1 each. Interleaved, the loci of a block of two are
        half a genome apart, the halves of larger blocks nearer.
        """
        loci = 2**levels
        order = np.arange(loci)
        if layout == "interleaved":
            bits = (order[:, None] >> np.arange(levels)) & 1
            order = bits @ (1 << np.arange(levels)[::-1])
        blocks = [order[start : start + size] for size in 2 ** np.arange(levels + 1) for start in range(0, loci, size)]
        pays = [np.where(np.isin(np.arange(len(b) + 1), (0, len(b))), float(len(b)), 0.0) for b in blocks]
        return cls(loci=loci, blocks=blocks, pays=pays, selection=selection)

    @classmethod
    def mesa(cls, loci: int, *, plateau: int, selection: float = 1.0) -> Self:
        """0 with at most ``plateau`` loci of allele 0, -1 beyond the edge: a neutral plateau (Klug et al. 2019)."""
        return cls(
            loci=loci,
            blocks=[np.arange(loci)],
            pays=[np.where(np.arange(loci, -1, -1) <= plateau, 0.0, -1.0)],
            selection=selection,
        )

    @classmethod
    def count(cls, loci: int, *, selection: float = 1.0) -> Self:
        """The number of loci with allele 1 (MacKay 2003, ch. 19)."""
        return cls(loci=loci, blocks=[np.arange(loci)], pays=[np.arange(loci + 1.0)], selection=selection)

    def values(self, genomes: Words) -> Floats:
        """As above."""
        return _sum(genomes, *self._packed)

    def value_spectrum(self) -> Floats | None:
        """A sum over the sets inside each block but in none of its parts; None for blocks of more than 60 members."""
        if max(map(len, self.blocks)) > _EXACT:
            return None
        found = np.zeros(self.loci + 1)
        found[0] = sum(_coefficient(pay, 0) for pay in self.pays) ** 2
        members = [frozenset(block.tolist()) for block in self.blocks]
        for inner, own in enumerate(members):
            around = [pay for pay, block in zip(self.pays, members, strict=True) if own <= block]
            parts = [block for block in members if block < own]
            outermost = [len(b) for b in parts if not any(b < other for other in parts)]
            if any(block == own for block in members[:inner]):
                continue
            for order in range(1, len(own) + 1):
                sets = comb(len(own), order) - sum(comb(size, order) for size in outermost)
                found[order] += sets * sum(_coefficient(pay, order) for pay in around) ** 2
        return found

    def value_effects(self) -> tuple[float, Floats]:
        """Means over binomial numbers of other members."""
        mean, first = 0.0, np.zeros(self.loci)
        for block, pay in zip(self.blocks, self.pays, strict=True):
            others = binom.pmf(np.arange(len(block)), len(block) - 1, 0.5)
            mean += float((pay[1:] + pay[:-1]) @ others) / 2.0
            first[block] += float((pay[1:] - pay[:-1]) @ others) / 2.0
        return mean, first

    @cached_property
    def _packed(self) -> tuple[Indices, Indices, Words, Indices, Floats]:
        """For each block its first word, where its masks start, the masks, where its pays start, and the pays."""
        firsts, masks = [], []
        for block in self.blocks:
            mask = np.zeros(words(self.loci), dtype=np.uint64)
            np.bitwise_or.at(mask, block // WORD, np.uint64(1) << (block % WORD).astype(np.uint64))
            used = np.flatnonzero(mask)
            firsts.append(used[0])
            masks.append(mask[used[0] : used[-1] + 1])
        starts = np.concatenate([[0], np.cumsum([len(m) for m in masks])])
        tables = np.concatenate([[0], np.cumsum([len(pay) for pay in self.pays])])
        return np.array(firsts), starts, np.concatenate(masks), tables, np.concatenate(self.pays)


def laid_out(sizes: Sequence[int], layout: Layout) -> list[Indices]:
    """The loci of blocks of the given sizes: next to each other, or each dealt out over the whole genome."""
    owners = np.repeat(np.arange(len(sizes)), sizes)
    if layout == "interleaved":
        owners = owners[np.argsort(np.concatenate([(np.arange(size) + 0.5) / size for size in sizes]), kind="stable")]
    return [np.flatnonzero(owners == block) for block in range(len(sizes))]


def _coefficient(pay: Floats, order: int) -> float:
    """The Walsh coefficient of each set of ``order`` members, from the Krawtchouk polynomials of the block's size."""
    size = len(pay) - 1
    total = 0.0
    for good in range(size + 1):
        signs = sum((-1) ** (order - inside) * comb(order, inside) * comb(size - order, good - inside)
                    for inside in range(max(0, good - size + order), min(order, good) + 1))  # fmt: skip
        total += float(pay[good]) * signs
    return total / 2.0**size


@njit(cache=True, nogil=True)
def _sum(genomes: Words, firsts: Indices, starts: Indices, masks: Words, tables: Indices, pays: Floats) -> Floats:
    values = np.empty(len(genomes))
    for row in range(len(genomes)):
        total = 0.0
        for block in range(len(firsts)):
            good = 0
            for at in range(starts[block], starts[block + 1]):
                good += popcount(genomes[row, firsts[block] + at - starts[block]] & masks[at])
            total += pays[tables[block] + good]
        values[row] = total
    return values


class _BlockSpec(LandscapeSpec):
    """What the presets share."""

    @property
    def summary(self) -> str:
        """In a few words."""
        return f"{self.elements} loci"

    @property
    def evaluation(self) -> float:
        """A word or so for each block."""
        return 2.0 * self.elements / 5.0


class ConspiraciesSpec(_BlockSpec):
    """Blocks that pay when all, any, or enough of their members are there."""

    source = "after Srivastava et al. 2014, section 2: one conspiracy of fifty, or ten of five"

    kind: Literal["conspiracies"] = "conspiracies"
    preset: Literal["1x50", "10x5"] | None = Field(
        default=None, description="the essays' own: one conspiracy of fifty, or ten of five"
    )
    blocks: int = Field(default=10, ge=1, le=100_000, description="number of conspiracies")
    size: int = Field(default=5, ge=1, le=100_000, description="members of each")
    needs: int | Literal["all", "any"] = Field(default="all", description="members that must be there for it to pay")
    exponent: float = Field(default=1.0, ge=0.0, le=10.0, description="a conspiracy of s pays s to this power")
    layout: Layout = Field(default="adjacent", description="members next to each other, or dealt over the genome")
    selection: float = Field(default=1.0, description="log fitness when all pay, at exponent 1")

    @model_validator(mode="before")
    @classmethod
    def _sizes_of_the_preset(cls, values: Any) -> Any:
        if isinstance(values, dict) and values.get("preset") in ("1x50", "10x5"):
            blocks, size = (int(number) for number in values["preset"].split("x"))
            given = {key: values[key] for key in ("blocks", "size") if key in values}
            if given not in ({}, {"blocks": blocks, "size": size}):
                raise ValueError(f"preset {values['preset']} has its own blocks and size; leave one or the other out")
            return {**values, "blocks": blocks, "size": size}
        return values

    @model_validator(mode="after")
    def _enough_members(self) -> Self:
        if isinstance(self.needs, int) and not 1 <= self.needs <= self.size:
            raise ValueError(f"needs must be all, any, or 1 to {self.size}, the size; got {self.needs}")
        return self

    @property
    def elements(self) -> int:
        """Number of loci."""
        return self.blocks * self.size

    @property
    def summary(self) -> str:
        """In a few words."""
        return f"{self.blocks} conspiracies of {self.size}"

    def build(self, seed: int) -> BlockLandscape:  # noqa: ARG002 - nothing is drawn
        """Lay out the blocks."""
        return BlockLandscape.conspiracies(
            [self.size] * self.blocks,
            needs=self.needs,
            exponent=self.exponent,
            layout=self.layout,
            selection=self.selection,
        )


class RoyalRoadSpec(_BlockSpec):
    """Blocks of eight that pay only when complete."""

    source = "Mitchell, Forrest & Holland 1992 (R1: 8 blocks of 8, each pays 8)"

    kind: Literal["royal-road"] = "royal-road"
    blocks: int = Field(default=8, ge=1, le=100_000, description="number of blocks")
    size: int = Field(default=8, ge=1, le=1000, description="loci of each; a complete block pays as many")
    selection: float = Field(default=0.02, description="log fitness per unit of pay")

    @property
    def elements(self) -> int:
        """Number of loci."""
        return self.blocks * self.size

    def build(self, seed: int) -> BlockLandscape:  # noqa: ARG002 - nothing is drawn
        """Lay out the blocks."""
        scale = self.selection * self.elements
        return BlockLandscape.conspiracies([self.size] * self.blocks, selection=scale)


class HIFFSpec(_BlockSpec):
    """Blocks within blocks that pay where all their loci are equal."""

    source = "Watson, Hornby & Pollack 1998"

    kind: Literal["hiff"] = "hiff"
    levels: int = Field(default=6, ge=1, le=16, description="levels; there are 2**levels loci")
    layout: Layout = Field(default="adjacent", description="halves next to each other, or interleaved")
    selection: float = Field(default=0.02, description="log fitness per unit of pay")

    @property
    def elements(self) -> int:
        """Number of loci."""
        return int(2**self.levels)

    def build(self, seed: int) -> BlockLandscape:  # noqa: ARG002 - nothing is drawn
        """Lay out the blocks."""
        return BlockLandscape.hiff(self.levels, layout=self.layout, selection=self.selection)


class MesaSpec(_BlockSpec):
    """A neutral plateau around the best genotype, and a cliff."""

    source = "Klug, Park & Krug 2019"

    kind: Literal["mesa"] = "mesa"
    loci: int = Field(default=100, ge=1, le=1_000_000, description="loci of a genome")
    plateau: int = Field(default=10, ge=0, description="loci that may be of allele 0 without cost")
    selection: float = Field(default=10.0, gt=0.0, description="log fitness lost beyond the edge")

    @model_validator(mode="after")
    def _has_an_edge(self) -> Self:
        if self.plateau >= self.loci:
            raise ValueError(
                f"plateau must be less than loci = {self.loci}, for there to be an edge; got {self.plateau}"
            )
        return self

    @property
    def elements(self) -> int:
        """Number of loci."""
        return self.loci

    def build(self, seed: int) -> BlockLandscape:  # noqa: ARG002 - nothing is drawn
        """Lay out the plateau."""
        return BlockLandscape.mesa(self.loci, plateau=self.plateau, selection=self.selection)


class CountSpec(_BlockSpec):
    """The number of good bits; with truncation selection, MacKay's race."""

    source = "MacKay 2003, ch. 19"

    kind: Literal["count"] = "count"
    loci: int = Field(default=1000, ge=1, le=1_000_000, description="loci of a genome")
    selection: float = Field(default=0.01, description="log fitness per good locus")

    @property
    def elements(self) -> int:
        """Number of loci."""
        return self.loci

    @property
    def evaluation(self) -> float:
        """A word for 64 loci."""
        return 2.0 + self.loci / 64.0

    def build(self, seed: int) -> BlockLandscape:  # noqa: ARG002 - nothing is drawn
        """One block of all."""
        return BlockLandscape.count(self.loci, selection=self.selection)
