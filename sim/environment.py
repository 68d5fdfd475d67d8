"""Environments: which landscape a population lives on in which generation."""

from dataclasses import dataclass, field
from typing import Annotated, Literal, Protocol, runtime_checkable

import numpy as np
from pydantic import Field

from sim.arrays import Bools
from sim.landscape.base import GenomeLandscape, Landscape, Shifted
from sim.spec import Spec


@runtime_checkable
class Environment(Protocol):
    """A landscape for every generation. As long as nothing changes, it is the same object."""

    def at(self, generation: int) -> Landscape:
        """The landscape that the individuals of a generation live on; 0 is that of the founders."""


@dataclass(frozen=True)
class Static:
    """One landscape for ever."""

    landscape: Landscape

    def at(self, generation: int) -> Landscape:  # noqa: ARG002 - nothing changes
        """The landscape."""
        return self.landscape


@dataclass(frozen=True, kw_only=True)
class MovingTarget:
    """At ``loci`` random loci the other allele becomes the good one, again and again.

    ``abrupt``: all at once every ``every`` generations. ``walk``: each on its own, with chance ``1 / every`` in every
    generation, so that the target drifts at the same pace. Moves are a function of ``seed`` and the generation alone.
    """

    landscape: GenomeLandscape
    every: int
    loci: int
    movement: Literal["abrupt", "walk"] = "abrupt"
    seed: int = 0
    _memory: list[tuple[int, Bools, Landscape]] = field(default_factory=list, init=False, repr=False)

    def __post_init__(self) -> None:
        if self.every < 1:
            raise ValueError(f"every must be at least 1 generation; got {self.every}")
        if not 0 <= self.loci <= self.landscape.loci:
            raise ValueError(f"loci must lie in 0 to {self.landscape.loci}, those there are; got {self.loci}")

    def at(self, generation: int) -> Landscape:
        """The landscape with all flips up to the generation."""
        step = generation // self.every if self.movement == "abrupt" else generation
        last, flips, landscape = self._memory[0] if self._memory else (0, self._nothing(), self.landscape)
        if last > step:
            last, flips, landscape = 0, self._nothing(), self.landscape
        turned = flips.copy()
        for now in range(last + 1, step + 1):
            turned[self._moved(now)] ^= True
        if not np.array_equal(turned, flips):
            landscape = Shifted.of(self.landscape, turned) if turned.any() else self.landscape
        self._memory[:] = [(step, turned, landscape)]
        return landscape

    def _nothing(self) -> Bools:
        return np.zeros(self.landscape.loci, dtype=np.bool_)

    def _moved(self, step: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        rng = np.random.default_rng((self.seed, step))
        count = self.loci if self.movement == "abrupt" else int(rng.binomial(self.loci, 1.0 / self.every))
        return rng.choice(self.landscape.loci, size=count, replace=False) if count else np.empty(0, dtype=np.int64)


@dataclass(frozen=True, kw_only=True)
class Alternation:
    """Two landscapes that take turns of ``every`` generations."""

    first: Landscape
    second: Landscape
    every: int

    def __post_init__(self) -> None:
        if self.every < 1:
            raise ValueError(f"every must be at least 1 generation; got {self.every}")

    def at(self, generation: int) -> Landscape:
        """The one whose turn it is."""
        return self.second if generation // self.every % 2 else self.first


class StaticSpec(Spec):
    """Nothing changes."""

    kind: Literal["static"] = "static"

    def build(self, landscape: Landscape, seed: int) -> Environment:  # noqa: ARG002 - nothing is drawn
        """The landscape for ever."""
        return Static(landscape)


class MovingTargetSpec(Spec):
    """At some random loci the other allele becomes the good one, again and again."""

    source = "after Srivastava et al. 2014, section 2: non-stationary conditions"

    kind: Literal["moving-target"] = "moving-target"
    every: int = Field(default=20, ge=1, description="generations between moves")
    loci: int = Field(default=1, ge=0, description="loci that turn at a move")
    movement: Literal["abrupt", "walk"] = Field(
        default="abrupt", description="all at once, or each on its own at the same mean pace"
    )

    def build(self, landscape: Landscape, seed: int) -> Environment:
        """The landscape and its moves. Raises ValueError for gene networks and diploids."""
        base = _haploid(landscape)
        return MovingTarget(landscape=base, every=self.every, loci=self.loci, movement=self.movement, seed=seed)


class AlternationSpec(Spec):
    """The landscape and its mirror image take turns: what was good at the named share of loci is bad, and back."""

    kind: Literal["alternation"] = "alternation"
    every: int = Field(default=50, ge=1, description="generations of each turn")
    share: float = Field(default=0.5, ge=0.0, le=1.0, description="share of the loci, drawn at random, that turn")

    def build(self, landscape: Landscape, seed: int) -> Environment:
        """The two landscapes. Raises ValueError for gene networks and diploids."""
        base = _haploid(landscape)
        turned = np.random.default_rng(seed).permutation(base.loci) < round(self.share * base.loci)
        return Alternation(first=base, second=Shifted.of(base, turned), every=self.every)


def _haploid(landscape: Landscape) -> GenomeLandscape:
    if isinstance(landscape, GenomeLandscape):
        return landscape
    raise ValueError("a changing environment needs haploid genomes; take environment.kind = static")


AnyEnvironmentSpec = Annotated[StaticSpec | MovingTargetSpec | AlternationSpec, Field(discriminator="kind")]
