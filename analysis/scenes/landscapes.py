"""Three landscapes that scenes share, smooth, rugged and made of conspiracies, and populations watched on them."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field

from analysis.scenes.base import Settings
from sim import Environment, Landscape, Population, Reproduction, evolve
from sim.arrays import Individuals
from sim.landscape import AdditiveSpec, ConspiraciesSpec, NKSpec
from sim.selection import PROPORTIONAL, Selection

_MOMENTS = 60


class OnThreeLandscapes(Settings):
    """Populations that start at linkage equilibrium on each of three landscapes of as many loci."""

    names: ClassVar[tuple[str, str, str]] = ("smooth", "rugged", "conspiracies")

    population: int = Field(default=1000, ge=10, le=1_000_000, description="individuals")
    generations: int = Field(default=400, ge=2, le=1_000_000, description="generations to evolve")
    mutation: float = Field(default=1e-4, ge=0.0, le=0.5, description="mutations per locus and generation")
    smooth: AdditiveSpec = Field(default=AdditiveSpec(loci=50, selection=0.2), description="loci on their own")
    rugged: NKSpec = Field(default=NKSpec(loci=50, k=8, selection=0.2), description="each locus with eight others")
    conspiracies: ConspiraciesSpec = Field(default=ConspiraciesSpec(), description="ten sets of five that pay complete")

    def landscape(self, name: str) -> AdditiveSpec | NKSpec | ConspiraciesSpec:
        """The settings of one of them."""
        specs: dict[str, AdditiveSpec | NKSpec | ConspiraciesSpec] = {
            "smooth": self.smooth,
            "rugged": self.rugged,
            "conspiracies": self.conspiracies,
        }
        return specs[name]

    def meaning(self, name: str) -> str:
        """What one of them is, in a few words."""
        few = self.conspiracies
        return {
            "smooth": "each locus acts on its own",
            "rugged": f"each locus with {self.rugged.k} others",
            "conspiracies": f"{few.blocks} sets of {few.size}, all or nothing",
        }[name]

    @property
    def summary(self) -> str:
        """What is evolved."""
        where = "; ".join(self.landscape(name).summary for name in self.names)
        return (
            f"{self.population} individuals, {self.generations} generations, mutation {self.mutation:g} per locus. "
            f"Landscapes: {where}."
        )


def moments(generations: int) -> list[int]:
    """Generations at which a population is looked at: 0, and then ever less often."""
    return [0, *np.unique(np.geomspace(1, generations, _MOMENTS).round().astype(np.int64)).tolist()]


def watched(
    where: Landscape | Environment,
    reproduction: Reproduction,
    founders: Individuals,
    times: Sequence[int],
    *,
    mutation: float,
    seed: int,
    selection: Selection = PROPORTIONAL,
) -> Iterator[Population]:
    """The population at each of ``times``, generations in ascending order."""
    start: Individuals | Population = founders
    before = 0
    for time in times:
        start = evolve(
            where,
            reproduction,
            start,
            generations=time - before,
            mutation=mutation,
            seed=seed,
            selection=selection,
        )
        before = time
        yield start


def mean_log_fitness(population: Population) -> float:
    """Over its individuals."""
    return float(population.shares @ population.log_fitness)
