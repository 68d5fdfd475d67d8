"""Genes: two populations evolved apart, clonal or sexual, made ready to be measured."""

import numpy as np

from analysis.arrays import Floats
from analysis.sides.base import Pool, Side, Subject
from analysis.sides.panel import PanelSpec
from analysis.streams import generator_for, seed_for
from sim.evolution import Population, evolve
from sim.games import CrossGame, KnockOutGame, both_scales
from sim.landscape import Landscape
from sim.reproduction import CLONAL, Reproduction
from sim.scenario import Scenario

GENES = Side(
    name="genes",
    title="Genes",
    arms=("clonal", "sexual"),
    mixing="sexual reproduction",
    performance="mean fitness",
    time="generation",
    conditions={
        "apart": "between populations evolved apart",
        "siblings": "within one population",
        "natural": "fitness",
        "log": "log fitness",
    },
    scales=("fitness", "log fitness"),
    element="loci",
    observation="individuals",
)

_BASELINE_SAMPLE = 8192
_CURVE_POINTS = 81


def grow_genes(scenario: Scenario, panel: PanelSpec, root: int, replicate: int, *, mixing: bool) -> Subject:
    """Evolve the two populations of one replicate of one arm.

    The landscape and the founders are the same in both arms of a replicate.
    """
    arm = GENES.arms[mixing]
    landscape: Landscape = scenario.landscape(seed_for(root, "genes", "landscape", replicate))
    reproduction = Reproduction(sex_fraction=scenario.sex_fraction) if mixing else CLONAL
    early = round(scenario.association_at * scenario.generations)
    observations: list[Floats] = []
    populations: list[Population] = []
    for name in "AB":
        evolution = seed_for(root, "genes", "evolution", arm, replicate, name)
        founders = landscape.founders(scenario.population, seed_for(root, "genes", "founders", replicate, name))
        population = evolve(
            landscape, reproduction, founders, generations=early, mutation=scenario.mutation, seed=evolution
        )
        observations.append(landscape.observations(population.individuals))
        populations.append(
            evolve(
                landscape,
                reproduction,
                population,
                generations=scenario.generations - early,
                mutation=scenario.mutation,
                seed=evolution,
            )
        )
    log_fitness = np.concatenate([p.log_fitness for p in populations])
    times = np.unique(np.linspace(0, scenario.generations, _CURVE_POINTS).round().astype(np.int64))
    sample = landscape.random_individuals(_BASELINE_SAMPLE, seed_for(root, "genes", "baseline", replicate))
    random = both_scales(landscape.log_fitness(sample))
    rng = generator_for(root, "genes", "members", replicate)
    return Subject(
        times=times.astype(np.float64),
        curves={"performance": np.mean([p.history[times] for p in populations], axis=0)},
        performance={
            "performance:natural": float(np.exp(log_fitness).mean()),
            "performance:log": float(log_fitness.mean()),
        },
        wholes=[
            KnockOutGame(landscape=landscape, individual=individual)
            for population in populations
            for individual in _draw(population, panel.members, rng)
        ],
        crosses={
            "apart": _pairs(landscape, populations[0], populations[1], panel.pairs, rng),
            "siblings": [
                game for one in populations for game in _pairs(landscape, one, one, -(-panel.pairs // 2), rng)
            ],
        },
        baseline={scale: float(values.mean()) for scale, values in random.items()},
        floor={scale: float(3.0 * values.std() / np.sqrt(len(values))) for scale, values in random.items()},
        observations=observations,
    )


def genes_pool(scenario: Scenario, root: int, parents: int, *, mixing: bool) -> Pool:
    """One individual of each of several populations evolved apart on one landscape, that of replicate 0."""
    landscape: Landscape = scenario.landscape(seed_for(root, "genes", "landscape", 0))
    reproduction = Reproduction(sex_fraction=scenario.sex_fraction) if mixing else CLONAL
    rng = generator_for(root, "genes", "pool", "members")
    chosen = [
        _draw(
            evolve(
                landscape,
                reproduction,
                landscape.founders(scenario.population, seed_for(root, "genes", "pool", "founders", parent)),
                generations=scenario.generations,
                mutation=scenario.mutation,
                seed=seed_for(root, "genes", "pool", GENES.arms[mixing], parent),
            ),
            1,
            rng,
        )[0]
        for parent in range(parents)
    ]

    def cross(i: int, j: int) -> CrossGame:
        return CrossGame(landscape=landscape, first=chosen[i], second=chosen[j])

    return Pool(cross=cross, parents=parents, elements=landscape.elements)


def _draw(population: Population, count: int, rng: np.random.Generator) -> list[Floats]:
    """Individuals (1, ...) drawn with replacement."""
    return [population.individuals[i : i + 1] for i in rng.integers(len(population.individuals), size=count)]


def _pairs(
    landscape: Landscape, ours: Population, theirs: Population, count: int, rng: np.random.Generator
) -> list[CrossGame]:
    parents = zip(_draw(ours, count, rng), _draw(theirs, count, rng), strict=True)
    return [CrossGame(landscape=landscape, first=first, second=second) for first, second in parents]
