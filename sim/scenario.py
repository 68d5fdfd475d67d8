"""What to evolve: frozen, checked specifications of a landscape and of the populations on it."""

from abc import ABC, abstractmethod
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from sim.genome import words
from sim.landscape import GeneNetworkLandscape, Landscape, PairwiseLandscape


class _Populations(BaseModel, ABC):
    """What every scenario says of its populations."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sex_fraction: float = Field(
        default=1.0, gt=0.0, le=1.0, description="probability that a child of the sexual arm has two parents"
    )
    association_at: float = Field(
        default=0.1, ge=0.0, le=1.0, description="share of the generations after which linkage is measured"
    )

    element: ClassVar[str]
    """Plural of what recombination moves."""

    @property
    @abstractmethod
    def elements(self) -> int:
        """Number of elements of an individual."""

    @property
    @abstractmethod
    def summary(self) -> str:
        """What is evolved, in a few words."""

    @property
    @abstractmethod
    def seconds(self) -> float:
        """About what one population of the sexual arm takes on one core."""

    @property
    @abstractmethod
    def bytes(self) -> float:
        """About what one population needs at its peak."""

    @abstractmethod
    def landscape(self, seed: int) -> Landscape:
        """Draw the landscape."""


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

    element = "loci"

    @property
    def elements(self) -> int:
        """Number of loci."""
        return self.loci

    @property
    def summary(self) -> str:
        """Loci and epistasis."""
        return f"{self.loci} loci, pairwise epistasis"

    @property
    def seconds(self) -> float:
        """A generation is quadratic in loci, four of which are read at once."""
        return self.population * self.generations * (5e-8 + 4e-11 * self.loci**2)

    @property
    def bytes(self) -> float:
        """Three generations of packed genomes, and two matrices of alleles."""
        return self.population * (24.0 * words(self.loci) + 56.0 * self.loci)

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

    element = "genes"

    @property
    def elements(self) -> int:
        """Number of genes."""
        return self.genes

    @property
    def summary(self) -> str:
        """Networks and genes."""
        return f"regulatory networks of {self.genes} genes"

    @property
    def seconds(self) -> float:
        """A step of development is quadratic in genes."""
        return self.population * self.generations * 1e-8 * self.genes**2

    @property
    def bytes(self) -> float:
        """Three generations of networks."""
        return self.population * 24.0 * self.genes**2

    def landscape(self, seed: int) -> GeneNetworkLandscape:
        """Draw the founder, and with it the target."""
        return GeneNetworkLandscape.random(genes=self.genes, density=self.density, selection=self.selection, seed=seed)


Scenario = Annotated[PairwiseScenario | GeneNetworkScenario, Field(discriminator="model")]
