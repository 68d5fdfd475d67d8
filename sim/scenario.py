"""What to evolve: frozen, checked specifications of a landscape and of the populations on it."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from sim.landscape import GeneNetworkLandscape, Landscape, PairwiseLandscape


class _Populations(BaseModel):
    """What every scenario says of its populations."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sex_fraction: float = Field(
        default=1.0, gt=0.0, le=1.0, description="probability that a child of the sexual arm has two parents"
    )
    association_at: float = Field(
        default=0.1, ge=0.0, le=1.0, description="share of the generations after which linkage is measured"
    )

    def landscape(self, seed: int) -> Landscape:
        """Draw the landscape."""
        raise NotImplementedError


class PairwiseScenario(_Populations):
    """Genomes on a random landscape with pairwise epistasis."""

    model: Literal["landscape"] = "landscape"
    population: int = Field(default=1000, ge=3, le=10_000_000, description="individuals in a population")
    generations: int = Field(default=400, ge=1, le=1_000_000, description="generations to evolve")
    mutation: float = Field(default=1e-4, ge=0.0, le=0.5, description="mutations per locus and generation")
    loci: int = Field(default=50, ge=2, le=10_000, description="loci of a genome")
    additive_variance: float = Field(default=1.0, ge=0.0, description="variance of single loci's effects")
    epistatic_variance: float = Field(default=4.0, ge=0.0, description="variance of pairs' effects")
    selection: float = Field(default=0.1, gt=0.0, description="log fitness per unit of the landscape's value")

    def landscape(self, seed: int) -> PairwiseLandscape:
        """Draw the landscape."""
        return PairwiseLandscape.random(
            loci=self.loci,
            additive_variance=self.additive_variance,
            epistatic_variance=self.epistatic_variance,
            selection=self.selection,
            seed=seed,
        )


class GeneNetworkScenario(_Populations):
    """Wagner's gene networks, selected for the stable state of their founder."""

    model: Literal["gene-network"] = "gene-network"
    association_at: float = Field(
        default=1.0, ge=0.0, le=1.0, description="share of the generations after which linkage is measured"
    )
    population: int = Field(default=300, ge=3, le=1_000_000, description="individuals in a population")
    generations: int = Field(default=400, ge=1, le=1_000_000, description="generations to evolve")
    mutation: float = Field(default=1.3e-3, ge=0.0, le=0.5, description="mutations per connection and generation")
    genes: int = Field(default=10, ge=2, le=100, description="genes of a network")
    density: float = Field(default=0.75, gt=0.0, le=1.0, description="share of the possible connections that exist")
    selection: float = Field(default=10.0, gt=0.0, description="log fitness lost when no gene is as in the target")

    def landscape(self, seed: int) -> GeneNetworkLandscape:
        """Draw the founder, and with it the target."""
        return GeneNetworkLandscape.random(genes=self.genes, density=self.density, selection=self.selection, seed=seed)


Scenario = Annotated[PairwiseScenario | GeneNetworkScenario, Field(discriminator="model")]
