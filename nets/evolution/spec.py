"""How networks evolve: a frozen, checked specification."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(gt=0.0, le=1.0)]


class Evolution(BaseModel):
    """A population of perceptrons with one hidden layer of rectified linear units, in generations that do not overlap.

    A gene is a hidden unit with its incoming weights, its bias and its outgoing weights; each output bias is a gene of
    its own. A step of mutation is normal, in units of the founders' spread of the same weights; it falls linearly to
    ``final_mutation_size`` times its first size, where it would be after the last generation.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    sexual: bool = Field(default=True, description="take each gene from either of two parents, or all from one")
    width: int = Field(default=32, ge=2, le=8192, description="hidden units")
    population: int = Field(default=300, ge=4, le=1_000_000, description="networks in a generation")
    generations: int = Field(default=800, ge=0, le=10_000_000, description="generations to run")
    batch_size: int = Field(default=200, ge=1, description="training images, at most, that a generation is judged by")
    fitness: Literal["log-likelihood", "accuracy"] = Field(
        default="log-likelihood", description="what selection sees of a network's answers; a tie is no right answer"
    )
    selection: Literal["truncation", "tournament"] = Field(
        default="truncation", description="parents are drawn from the best, or each is the best of a few"
    )
    parents: Share = Field(default=0.1, description="truncation: share of a generation that may have children")
    contestants: int = Field(default=4, ge=1, description="tournament: networks that a parent is the best of")
    mutation_rate: float = Field(default=0.2, ge=0.0, le=1.0, description="share of a generation's genes that mutate")
    mutation_size: float = Field(
        default=1.0, ge=0.0, le=100.0, description="standard deviation of a step, in the founders' standard deviations"
    )
    final_mutation_size: float = Field(
        default=0.0, ge=0.0, le=1.0, description="size that steps fall to, as a share of the first"
    )

    @property
    def arm(self) -> str:
        """``sexual`` or ``clonal``."""
        return "sexual" if self.sexual else "clonal"

    @property
    def eligible(self) -> int:
        """How many of a generation, from the best on, may become parents: at least two."""
        return max(2, round(self.parents * self.population)) if self.selection == "truncation" else self.population

    @property
    def contenders(self) -> int:
        """How many eligible networks are drawn for each parent, of which the best becomes it."""
        return self.contestants if self.selection == "tournament" else 1

    def clonal(self) -> "Evolution":
        """The same, with all genes from one parent."""
        return self.model_copy(update={"sexual": False})

    def mutation_at(self, generation: int) -> float:
        """Size of the steps that make generation ``generation``, from 1 to `generations`."""
        return self.mutation_size * (1.0 - (generation - 1) / self.generations * (1.0 - self.final_mutation_size))
