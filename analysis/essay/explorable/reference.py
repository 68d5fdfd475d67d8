"""What the page's script has to agree with: the simulator itself, in the settings that the page offers."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sim import (
    CLONAL,
    SEXUAL,
    BlockLandscape,
    Environment,
    Landscape,
    Population,
    Recombination,
    Reproduction,
    Shifted,
    pack,
)
from sim.draws import LANE_ENVIRONMENT
from sim.evolution import live
from sim.reference import branch, uniform


@dataclass(frozen=True, kw_only=True)
class Explored:
    """A population of the page, as its script names the settings."""

    seed: int = 1
    size: int = 100
    loci: int = 50
    block: int = 5
    selection: float = 5.0
    mutation: float = 0.002
    recombination: float = 0.5
    """Between neighbours; 1/2 is free."""
    sex: bool = True
    every: int = 40
    """Generations from one change to the next; 0 for none."""
    turned: int = 5
    """Players who have to do the opposite after a change."""

    @property
    def reproduction(self) -> Reproduction:
        """Clones, or sex with a map."""
        if not self.sex:
            return CLONAL
        map_ = Recombination.uniform(self.loci, self.recombination)
        return SEXUAL if map_.free else Reproduction(sex_fraction=1.0, recombination=map_)

    @property
    def environment(self) -> Environment:
        """Blocks that pay when complete, in a world that turns."""
        landscape = BlockLandscape.conspiracies([self.block] * (self.loci // self.block), selection=self.selection)
        key = int(np.random.SeedSequence(self.seed).generate_state(1, np.uint64)[0])
        return _Turning(landscape=landscape, every=self.every, turned=self.turned, key=key)

    def live(self, generations: int) -> Iterator[Population]:
        """The founders, all of them with all players in place, and the generations after them."""
        return live(
            self.environment,
            self.reproduction,
            pack(np.ones((self.size, self.loci), dtype=np.bool_)),
            generations=generations,
            mutation=self.mutation,
            seed=self.seed,
            engine="individuals",
        )


@dataclass(frozen=True, kw_only=True)
class _Turning:
    """A target that moves by draws that a page can make as well."""

    landscape: BlockLandscape
    every: int
    turned: int
    key: int

    def at(self, generation: int) -> Landscape:
        """The landscape with all turns up to the generation."""
        flips = np.zeros(self.landscape.loci, dtype=np.bool_)
        for now in range(self.every, generation + 1, self.every) if self.every else ():
            flips[self._turning(now)] ^= True
        return Shifted.of(self.landscape, flips) if flips.any() else self.landscape

    def _turning(self, generation: int) -> list[int]:
        own, left = branch(self.key, int(LANE_ENVIRONMENT) + generation), list(range(self.landscape.loci))
        for number in range(self.turned):
            at = number + int(uniform(own, number) * (len(left) - number))
            left[number], left[at] = left[at], left[number]
        return left[: self.turned]
