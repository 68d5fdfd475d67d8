"""Evolve a finite population: Wright-Fisher generations of constant size."""

from dataclasses import dataclass

import numpy as np

from sim.arrays import Floats, Individuals
from sim.draws import branch
from sim.landscape import Landscape
from sim.reproduction import Reproduction, choose_parents


@dataclass(frozen=True, kw_only=True)
class Population:
    """A population and the way it came."""

    individuals: Individuals
    """Packed genomes (individuals, words) or networks (individuals, genes, genes)."""
    log_fitness: Floats
    """(individuals,), natural units."""
    history: Floats
    """Mean fitness, (generations + 1,); entry 0 is that of the founders."""


def evolve(
    landscape: Landscape,
    reproduction: Reproduction,
    start: Individuals | Population,
    *,
    generations: int,
    mutation: float,
    seed: int,
) -> Population:
    """Let founders, or a population that has evolved already, go through ``generations`` more.

    ``mutation`` is per locus (or connection) and generation, in [0, 1). ``seed`` is any non-negative integer; the
    result is a function of the arguments alone, and stopping and going on gives the same bits as going through.

    Raises ValueError for a mutation rate outside [0, 1) or a negative number of generations.
    """
    if not 0.0 <= mutation < 1.0:
        raise ValueError(f"mutation must lie in [0, 1); got {mutation}")
    if generations < 0:
        raise ValueError(f"generations must not be negative; got {generations}")
    if isinstance(start, Population):
        individuals, log_fitness, past = start.individuals, start.log_fitness, start.history
    else:
        individuals, log_fitness = start, landscape.log_fitness(start)
        past = np.exp(log_fitness).mean(keepdims=True)

    key = np.random.SeedSequence(seed).generate_state(1, np.uint64)[0]
    history = np.concatenate([past, np.empty(generations)])
    for generation in range(len(past), len(history)):
        stream = np.uint64(branch(key, np.uint64(generation)))
        mothers, fathers = choose_parents(log_fitness, reproduction.sex_fraction, stream)
        individuals, changed = landscape.offspring(individuals, mothers, fathers, mutation, stream)
        log_fitness = log_fitness[mothers]
        log_fitness[changed] = landscape.log_fitness(individuals[changed])
        history[generation] = np.exp(log_fitness).mean()
    return Population(individuals=individuals, log_fitness=log_fitness, history=history)
