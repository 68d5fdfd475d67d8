"""Genes: two populations evolved apart, clonal or sexual, made ready to be measured."""

import numpy as np

from analysis.arrays import Floats
from analysis.sides.base import Pool, Side, Subject
from analysis.sides.panel import PanelSpec
from analysis.streams import generator_for, seed_for
from sim.arrays import Individuals
from sim.games import CrossGame, KnockOutGame, both_scales
from sim.landscape import Landscape
from sim.lineage import Lineage
from sim.population import Population
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
    landscape = scenario.build(seed_for(root, "genes", "landscape", replicate))
    early = round(scenario.association_at * scenario.generations)
    observations: list[Floats] = []
    populations: list[Population] = []
    for name in "AB":
        lineage = Lineage.of(
            scenario,
            landscape,
            sexual=mixing,
            founders=seed_for(root, "genes", "founders", replicate, name),
            environment=seed_for(root, "genes", "environment", replicate),
            evolution=seed_for(root, "genes", "evolution", arm, replicate, name),
        )
        population = lineage.advance(early)
        observations.append(landscape.observations(population.members()))
        populations.append(lineage.advance(scenario.generations - early, population))
    natural = np.mean([population.mean_fitness for population in populations])
    log = np.mean([population.shares @ population.log_fitness for population in populations])
    present = lineage.environment.at(scenario.generations)
    times = np.unique(np.linspace(0, scenario.generations, _CURVE_POINTS).round().astype(np.int64))
    sample = landscape.random_individuals(_BASELINE_SAMPLE, seed_for(root, "genes", "baseline", replicate))
    random = both_scales(present.log_fitness(sample))
    rng = generator_for(root, "genes", "members", replicate)
    return Subject(
        times=times.astype(np.float64),
        curves={"performance": np.mean([p.history[times] for p in populations], axis=0)},
        performance={"performance:natural": float(natural), "performance:log": float(log)},
        wholes=[
            KnockOutGame(landscape=present, individual=individual)
            for population in populations
            for individual in _draw(population, panel.members, rng)
        ],
        crosses={
            "apart": _pairs(present, populations[0], populations[1], panel.pairs, rng),
            "siblings": [game for one in populations for game in _pairs(present, one, one, -(-panel.pairs // 2), rng)],
        },
        baseline={scale: float(values.mean()) for scale, values in random.items()},
        floor={scale: float(3.0 * values.std() / np.sqrt(len(values))) for scale, values in random.items()},
        observations=observations,
    )


def genes_pool(scenario: Scenario, root: int, parents: int, *, mixing: bool) -> Pool:
    """One individual of each of several populations evolved apart on one landscape, that of replicate 0."""
    landscape = scenario.build(seed_for(root, "genes", "landscape", 0))
    rng = generator_for(root, "genes", "pool", "members")
    lineages = [
        Lineage.of(
            scenario,
            landscape,
            sexual=mixing,
            founders=seed_for(root, "genes", "pool", "founders", parent),
            environment=seed_for(root, "genes", "environment", 0),
            evolution=seed_for(root, "genes", "pool", GENES.arms[mixing], parent),
        )
        for parent in range(parents)
    ]
    chosen = [lineage.advance(scenario.generations).draw(1, rng) for lineage in lineages]
    present = lineages[0].environment.at(scenario.generations)

    def cross(i: int, j: int) -> CrossGame:
        return CrossGame(landscape=present, first=chosen[i], second=chosen[j])

    return Pool(cross=cross, parents=parents, elements=landscape.elements)


def _draw(population: Population, count: int, rng: np.random.Generator) -> list[Individuals]:
    """Individuals (1, ...) drawn with replacement."""
    drawn = population.draw(count, rng)
    return [drawn[i : i + 1] for i in range(count)]


def _pairs(
    landscape: Landscape, ours: Population, theirs: Population, count: int, rng: np.random.Generator
) -> list[CrossGame]:
    parents = zip(_draw(ours, count, rng), _draw(theirs, count, rng), strict=True)
    return [CrossGame(landscape=landscape, first=first, second=second) for first, second in parents]
