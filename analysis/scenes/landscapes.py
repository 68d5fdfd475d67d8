"""Three landscapes that scenes share: smooth, rugged, and made of conspiracies."""

from typing import ClassVar

from pydantic import Field

from analysis.scenes.base import Settings
from analysis.scenes.growing.landscapes import NAMES
from sim.landscape import AdditiveSpec, ConspiraciesSpec, NKSpec


class OnThreeLandscapes(Settings):
    """Populations that start at linkage equilibrium on each of three landscapes of as many loci."""

    names: ClassVar[tuple[str, str, str]] = NAMES

    population: int = Field(default=1000, ge=10, le=1_000_000, description="individuals")
    generations: int = Field(default=400, ge=2, le=1_000_000, description="generations to evolve")
    mutation: float = Field(default=1e-4, ge=0.0, le=0.5, description="mutations per locus and generation")
    smooth: AdditiveSpec = Field(default=AdditiveSpec(loci=50, selection=0.2), description="loci on their own")
    rugged: NKSpec = Field(default=NKSpec(loci=50, k=8, selection=0.2), description="each locus with eight others")
    conspiracies: ConspiraciesSpec = Field(default=ConspiraciesSpec(), description="ten sets of five that pay complete")

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
        where = "; ".join(getattr(self, name).summary for name in self.names)
        return (
            f"{self.population} individuals, {self.generations} generations, mutation {self.mutation:g} per locus. "
            f"Landscapes: {where}."
        )
