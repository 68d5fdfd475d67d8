"""What to evolve: a frozen, checked specification of a landscape and of the populations on it."""

from functools import cached_property
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from sim.demography import Bottleneck, Demography
from sim.environment import AnyEnvironmentSpec, Environment, StaticSpec
from sim.evolution import infinite_population
from sim.genome import words
from sim.infinite import MOST_LOCI, MOST_MAPPED_LOCI, bytes_needed
from sim.landscape import LANDSCAPES, AnyLandscapeSpec, GenomeLandscape, Landscape, PairwiseSpec
from sim.reproduction import CLONAL, Recombination, Reproduction
from sim.reproduction.modes import MOST_MATES, BestOf
from sim.selection import Proportional, Selection, Tournament, Truncation
from sim.spec import Spec

Rate = Annotated[float, Field(ge=0.0, le=0.5)]


class RecombinationSpec(Spec):
    """How loci are linked: by one rate between neighbours, a rate for each interval, or a map; free by default."""

    source = "Haldane 1919, no interference"

    rates: Rate | tuple[Rate, ...] | None = Field(
        default=None, description="probability that neighbours come from different parents: one, or one an interval"
    )
    morgans: tuple[float, ...] | None = Field(default=None, description="map positions of the loci, in order")
    chromosomes: tuple[Annotated[int, Field(ge=1)], ...] = Field(
        default=(), description="loci of each chromosome; free between them"
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.rates is not None and self.morgans is not None:
            raise ValueError("give rates or morgans, not both")
        return self

    def build(self, loci: int) -> Recombination:
        """The map. Raises ValueError where it is for another number of loci."""
        if self.chromosomes and sum(self.chromosomes) != loci:
            raise ValueError(f"the chromosomes have {sum(self.chromosomes)} loci together; there are {loci}")
        if self.morgans is not None:
            map_ = Recombination.haldane(self.morgans)
        elif isinstance(self.rates, tuple):
            map_ = Recombination(np.array(self.rates))
        elif self.rates is not None:
            map_ = Recombination.uniform(loci, self.rates)
        else:
            return Recombination()
        map_.check(loci)
        return map_.split(self.chromosomes) if self.chromosomes else map_


class ReproductionSpec(Spec):
    """The sexual arm: who mates with whom, and what a child takes from each."""

    sex_fraction: float = Field(default=1.0, gt=0.0, le=1.0, description="probability that a child has two parents")
    recombination: RecombinationSpec = RecombinationSpec()
    selfing: float = Field(default=0.0, ge=0.0, le=1.0, description="probability that both parents are one individual")
    mates: int = Field(default=1, ge=1, le=MOST_MATES, description="fathers drawn, of whom the likest mates; 1: random")
    best_of: BestOf = Field(default=1, description="recombinants that compete to become the child, or alleles: jackpot")

    def build(self, loci: int) -> Reproduction:
        """The mode. Raises ValueError where the map is for another number of loci."""
        return Reproduction(
            sex_fraction=self.sex_fraction,
            recombination=self.recombination.build(loci),
            selfing=self.selfing,
            mates=self.mates,
            best_of=self.best_of,
        )


class ProportionalSpec(Spec):
    """Chances in proportion to exp(strength * log fitness)."""

    source = "Wright 1931, Fisher 1930"

    kind: Literal["proportional"] = "proportional"
    strength: float = Field(default=1.0, ge=0.0, description="factor on log fitness; 0 is drift alone")

    def build(self) -> Selection:
        """The selection."""
        return Proportional(strength=self.strength)


class TruncationSpec(Spec):
    """The fittest share become parents, with equal chances."""

    source = "MacKay 2003, ch. 19 (1/2)"

    kind: Literal["truncation"] = "truncation"
    fraction: float = Field(default=0.5, gt=0.0, le=1.0, description="share that is kept")

    def build(self) -> Selection:
        """The selection."""
        return Truncation(fraction=self.fraction)


class TournamentSpec(Spec):
    """The best of a few drawn at random becomes the parent."""

    source = "Goldberg & Deb 1991"

    kind: Literal["tournament"] = "tournament"
    size: int = Field(default=2, ge=1, le=1_000_000, description="individuals that are drawn for each parent")

    def build(self) -> Selection:
        """The selection."""
        return Tournament(size=self.size)


class BottleneckSpec(Spec):
    """Some generations with fewer, or more, individuals."""

    start: int = Field(ge=1, description="first generation")
    length: int = Field(ge=1, description="generations")
    size: int = Field(ge=1, le=100_000_000, description="individuals on each island")


AnySelectionSpec = Annotated[ProportionalSpec | TruncationSpec | TournamentSpec, Field(discriminator="kind")]


class Scenario(Spec):
    """Populations on a landscape, with everything that determines them but the arm and the seed."""

    landscape: AnyLandscapeSpec = PairwiseSpec()
    environment: AnyEnvironmentSpec = StaticSpec()
    reproduction: ReproductionSpec = ReproductionSpec()
    selection: AnySelectionSpec = ProportionalSpec()
    population: int = Field(default=1000, ge=2, le=100_000_000, description="individuals on an island")
    islands: int = Field(default=1, ge=1, le=100_000, description="islands of that size")
    migration: float = Field(default=0.0, ge=0.0, le=1.0, description="probability that a child comes from elsewhere")
    bottlenecks: tuple[BottleneckSpec, ...] = ()
    generations: int = Field(default=400, ge=1, le=100_000_000, description="generations to evolve")
    mutation: float = Field(default=1e-4, ge=0.0, le=0.5, description="mutations per locus and generation")
    start: Literal["founders", "zeros", "ones"] = Field(
        default="founders", description="every genome random (a network: the founder), or all of allele 0 or 1"
    )
    engine: Literal["auto", "individuals", "clones", "infinite"] = Field(
        default="auto", description="one by one, clone by clone, or an infinite population, exactly"
    )
    association_at: float = Field(
        default=0.1, ge=0.0, le=1.0, description="share of the generations after which linkage is measured"
    )

    @model_validator(mode="before")
    @classmethod
    def _with_defaults_of_the_landscape(cls, values: Any) -> Any:
        """What is not said is as usual for the kind of landscape."""
        if isinstance(values, dict) and isinstance(values.get("landscape"), dict):
            values = {**values, "landscape": {"kind": "pairwise", **values["landscape"]}}
            kind = values["landscape"]["kind"]
            own = next((s for s in LANDSCAPES if s.model_fields["kind"].default == kind), None)
            values = {**(own.defaults if own else {}), **values}
        return values

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        self.demography  # noqa: B018 - raises where it cannot be
        self._fits_engine()
        haploid = self.landscape.element == "loci" and self.landscape.copies == 1
        if self.engine == "infinite" and (not haploid or self.bottlenecks):
            raise ValueError("engine = infinite takes one population of haploid genomes; take engine = individuals")
        if self.engine == "infinite" and self.elements > MOST_LOCI:
            raise ValueError(f"engine = infinite takes at most {MOST_LOCI} loci; there are {self.elements}")
        if self.start != "founders" and self.landscape.element != "loci":
            raise ValueError(f"start = {self.start} needs genomes; gene networks start from their founder")
        if self.environment.kind != "static" and not haploid:
            raise ValueError("a changing environment needs haploid genomes; take environment.kind = static")
        if self.reproduction.best_of == "alleles" and not haploid:
            raise ValueError("best_of = alleles needs a landscape of haploid genomes; give it a number")
        if self.landscape.element != "loci" and not self.reproduction.recombination.build(self.elements).free:
            raise ValueError("rows of gene networks segregate freely; leave reproduction.recombination out")
        return self

    def _fits_engine(self) -> None:
        """Raises ValueError where the engine that is asked for cannot run the rest."""
        mode = self.reproduction.build(self.elements)
        simple = mode.plain and self.selection.kind == "proportional" and self.islands == 1
        if self.engine in ("clones", "infinite") and not simple:
            raise ValueError(
                f"engine = {self.engine} takes one island, random mating, no jackpot and proportional selection; "
                "take engine = individuals"
            )
        if self.engine == "infinite" and not mode.recombination.free and self.elements > MOST_MAPPED_LOCI:
            raise ValueError(f"engine = infinite takes at most {MOST_MAPPED_LOCI} loci on a map; let them be free")
        if self.environment.kind == "moving-target" and self.environment.loci > self.elements:
            raise ValueError(f"environment.loci = {self.environment.loci}: there are {self.elements} loci")

    @cached_property
    def elements(self) -> int:
        """Number of elements of an individual."""
        return self.landscape.elements

    @property
    def element(self) -> str:
        """Plural of what recombination moves."""
        return self.landscape.element

    @property
    def summary(self) -> str:
        """What is evolved, in a few words."""
        return self.landscape.summary

    @property
    def described(self) -> str:
        """The populations in a few words: how many, where, and whatever else is not as usual."""
        words = [f"{self.population:,} individuals"]
        if self.engine == "infinite":
            words = ["an infinite population"]
        elif self.islands > 1:
            words = [f"{self.islands} islands of {self.population:,} individuals, migration {self.migration:g}"]
        words += ["bottlenecks"] * bool(self.bottlenecks)
        mode, usual = self.reproduction, ReproductionSpec()
        if mode.recombination != usual.recombination:
            rates = mode.recombination.rates
            words.append(f"linked at {rates:g}" if isinstance(rates, float) else "linked by a map")
        if mode.sex_fraction < 1.0:
            words.append(f"{mode.sex_fraction:.0%} sexual")
        words += [
            f"{key} {getattr(mode, key)}"
            for key in ("selfing", "mates", "best_of")
            if getattr(mode, key) != getattr(usual, key)
        ]
        if self.selection.kind != "proportional":
            words.append(f"{self.selection.kind} selection")
        if self.environment.kind != "static":
            words.append(f"{self.environment.kind} environment".replace("-", " "))
        return ", ".join(words)

    @property
    def demography(self) -> Demography:
        """How many individuals live where, and when."""
        return Demography(
            size=self.population,
            islands=self.islands,
            migration=self.migration,
            bottlenecks=tuple(Bottleneck(**b.model_dump()) for b in self.bottlenecks),
        )

    @property
    def individuals(self) -> int:
        """On all islands."""
        return self.population * self.islands

    @property
    def seconds(self) -> float:
        """About what one population of the sexual arm takes on one core."""
        if self.engine == "infinite":
            return 1e-9 * self.generations * self.elements**2 * 2.0**self.elements
        offspring = 30.0 + 0.02 * self.elements * self.landscape.copies
        if self.element == "genes":
            offspring += 1.5 * self.elements**2
        contest = self.reproduction.best_of if isinstance(self.reproduction.best_of, int) else 1
        return 1e-9 * self.individuals * self.generations * (offspring + self.landscape.evaluation) * contest

    @property
    def bytes(self) -> float:
        """About what one population needs at its peak: founders, two generations, draws for one, the landscape."""
        if self.engine == "infinite":
            free = self.reproduction.build(self.elements).recombination.free
            return 2.0 * bytes_needed(self.elements, free=free) + self.landscape.bytes
        genome = 8.0 * (self.elements**2 if self.element == "genes" else words(self.elements) * self.landscape.copies)
        most = max([self.population, *(b.size for b in self.bottlenecks)]) * self.islands
        return most * (3.0 * genome + 100.0) + 4096.0 * 3000.0 + self.landscape.bytes

    def build(self, seed: int) -> Landscape:
        """Draw the landscape."""
        return self.landscape.build(seed)

    def founders(self, landscape: Landscape, seed: int) -> Any:
        """The individuals, (individuals, ...), that a population starts with, or an infinite population."""
        if self.engine == "infinite" and isinstance(landscape, GenomeLandscape):
            share = {"founders": 0.5, "zeros": 0.0, "ones": 1.0}[self.start]
            return infinite_population(landscape, allele_frequency=share)
        drawn = landscape.founders(self.individuals, seed)
        if self.start == "founders":
            return drawn
        drawn[:] = 0
        if self.start == "ones":
            whole, rest = divmod(self.elements, 64)
            drawn[..., :whole] = np.uint64(2**64 - 1)
            if rest:
                drawn[..., whole] = np.uint64(2**rest - 1)
        return drawn

    def around(self, landscape: Landscape, seed: int) -> Environment:
        """The environment that the landscape is seen in."""
        return self.environment.build(landscape, seed)

    def mode(self, *, sexual: bool) -> Reproduction:
        """How one arm reproduces."""
        return self.reproduction.build(self.elements) if sexual else CLONAL
