"""Evolve a population, generation after generation, by the engine that suits it."""

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, Literal

import numpy as np

from sim.arrays import Floats, Individuals, Words
from sim.demography import UNBOUNDED, Demography
from sim.draws import branch
from sim.engines import clones, individuals, infinite
from sim.engines.model import Model, State
from sim.environment import Environment, Static
from sim.fitness import mean_fitness
from sim.infinite import MOST_LOCI, at_linkage_equilibrium
from sim.landscape.base import GenomeLandscape, Landscape
from sim.population import Population
from sim.reproduction import Reproduction
from sim.reproduction.mutation import check_rate
from sim.selection import PROPORTIONAL, Selection

Engine = Literal["auto", "individuals", "clones"]
_FEW_CHANGES = 0.02
"""Share of children, mutant or sexual, up to which clones are cheaper than individuals."""
_MANY = 2000
"""Individuals below which the bookkeeping of clones does not pay."""


def evolve(
    landscape: Landscape | Environment,
    reproduction: Reproduction,
    start: Individuals | Population,
    *,
    generations: int,
    mutation: float,
    seed: int,
    selection: Selection = PROPORTIONAL,
    demography: Demography | None = None,
    engine: Engine = "auto",
) -> Population:
    """Let founders, or a population that has evolved already, go through ``generations`` more.

    ``mutation`` is per locus (or connection) and generation, in [0, 1/2]. ``seed`` is any non-negative integer; the
    result is a function of the arguments alone, and stopping and going on gives the same bits as going through.

    Founders (individuals, ...) are followed one by one, or clone by clone where few children differ from their parent;
    ``engine`` decides by hand. A population that came from `infinite_population` stays exact and infinite.
    ``demography`` defaults to one population of as many individuals as there are.

    Raises ValueError for a mutation rate outside [0, 1/2], a negative number of generations, fewer than two founders,
    an engine that cannot run the model, and where nobody can reproduce.
    """
    lives = live(
        landscape,
        reproduction,
        start,
        generations=generations,
        mutation=mutation,
        seed=seed,
        selection=selection,
        demography=demography,
        engine=engine,
        thrifty=True,
    )
    del start
    return deque(lives, maxlen=1).pop()


def live(
    landscape: Landscape | Environment,
    reproduction: Reproduction,
    start: Individuals | Population,
    *,
    generations: int,
    mutation: float,
    seed: int,
    selection: Selection = PROPORTIONAL,
    demography: Demography | None = None,
    engine: Engine = "auto",
    thrifty: bool = False,
) -> Iterator[Population]:
    """The same as `evolve`, seen in every generation: the start, and then ``generations`` populations.

    With ``thrifty`` a population's memory is used again two generations later.
    """
    check_rate(mutation)
    if generations < 0:
        raise ValueError(f"generations must not be negative; got {generations}")
    environment = landscape if isinstance(landscape, Environment) else Static(landscape)
    population = start if isinstance(start, Population) else _founded(environment.at(0), start)
    if np.isinf(population.size):
        demography = UNBOUNDED
    else:
        demography = demography or Demography(size=int(population.size))
        demography.check(population.generation, int(population.size))
    model = Model(reproduction=reproduction, selection=selection, mutation=mutation, demography=demography)
    population = _converted(population, environment.at(population.generation), model, engine)
    yield population

    advance = _engine(population)
    key = np.random.SeedSequence(seed).generate_state(1, np.uint64)[0]
    first, history = len(population.history), np.concatenate([population.history, np.empty(generations)])
    state = State(population.individuals, population.log_fitness, population.weights)
    here = environment.at(population.generation)
    del start, population  # so that a generation is freed once nobody needs it
    spare: Individuals | None = None
    for generation in range(first, len(history)):
        stream, before = np.uint64(branch(key, np.uint64(generation))), state.individuals
        state = advance(state, here, model, generation, stream, spare)
        spare = before if thrifty and generation > first else None
        del before
        there = environment.at(generation)
        if there is not here:
            here, state = there, state._replace(log_fitness=there.log_fitness(state.individuals))
        history[generation] = mean_fitness(state.log_fitness, state.weights)
        yield Population(
            individuals=state.individuals,
            log_fitness=state.log_fitness,
            weights=state.weights,
            history=history[: generation + 1],
        )


def infinite_population(
    landscape: GenomeLandscape, *, frequencies: Floats | None = None, allele_frequency: float = 0.5
) -> Population:
    """An infinite population over all ``2**loci`` genotypes, ready to evolve.

    ``frequencies``: (2**loci,), bit ``i`` of a genotype's number is locus ``i``; by default every allele 1 has
    ``allele_frequency``, in linkage equilibrium. Raises ValueError where there are too many loci, and for frequencies
    that are no distribution.
    """
    if landscape.loci > MOST_LOCI:
        raise ValueError(
            f"an infinite population has at most {MOST_LOCI} loci, for there are 2**loci genotypes; got "
            f"{landscape.loci}: simulate individuals instead"
        )
    genomes: Words = np.arange(2**landscape.loci, dtype=np.uint64)[:, None]
    if frequencies is None:
        frequencies = at_linkage_equilibrium(np.full(landscape.loci, allele_frequency))
    log_fitness = landscape.log_fitness(genomes)
    return Population(
        individuals=genomes,
        log_fitness=log_fitness,
        weights=frequencies,
        history=np.array([mean_fitness(log_fitness, frequencies)]),
    )


def _founded(landscape: Landscape, founders: Individuals) -> Population:
    if not isinstance(founders, np.ndarray):
        raise ValueError(  # noqa: TRY004 - every wrong argument is a ValueError here
            f"start must be founders, as from landscape.founders(1000, seed), or a Population; got {founders!r}"
        )
    log_fitness = landscape.log_fitness(founders)
    return Population(
        individuals=founders, log_fitness=log_fitness, history=np.array([mean_fitness(log_fitness, None)])
    )


def _converted(population: Population, landscape: Landscape, model: Model, engine: Engine) -> Population:
    """Founders as clones, where that is asked for or cheaper; a population on its way stays what it is."""
    suits = isinstance(landscape, GenomeLandscape) and clones.suits(model)
    if engine == "clones" and not suits:
        raise ValueError(
            "clones can be counted on landscapes of haploid genomes only, with one island, random mating, no jackpot "
            "and proportional selection; take engine = individuals"
        )
    if population.weights is not None or engine == "individuals" or not suits:
        return population
    if engine == "auto" and (population.generation > 0 or not _few_changes(population, landscape.elements, model)):
        return population
    state = clones.merged(
        population.individuals, population.log_fitness, np.ones(len(population.individuals), dtype=np.int64)
    )
    return Population(
        individuals=state.individuals,
        log_fitness=state.log_fitness,
        weights=state.weights,
        history=population.history,
    )


def _few_changes(population: Population, loci: int, model: Model) -> bool:
    """Whether so few children differ from their parent that there are far fewer clones than individuals."""
    mutants = -np.expm1(loci * np.log1p(-model.mutation))
    return population.size >= _MANY and model.reproduction.sex_fraction + mutants <= _FEW_CHANGES


def _engine(population: Population) -> Callable[[State, Any, Model, int, np.uint64, Any], State]:
    if population.weights is None:
        return individuals.step
    return clones.step if population.weights.dtype.kind == "i" else infinite.step
