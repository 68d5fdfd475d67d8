"""Clone by clone: for populations in which most children copy their one parent. Cost grows with distinct genomes.

A generation is drawn from the same distribution as individual by individual: children are independent, so those that
copy their parent are a multinomial sample of the clones, and only mutants and sexual children are made one by one.
"""

import numpy as np
from numba import njit

from sim.arrays import Floats, Indices, Words
from sim.draws import LANE_CLONES, branch
from sim.engines.model import Model, State
from sim.engines.multinomial import multinomial
from sim.landscape.base import GenomeLandscape
from sim.reproduction import CLONAL, Reproduction, at_least_one, choose_parents, mutation_table, offspring_genomes
from sim.selection import Proportional

_MERGE_EVERY = 32
"""Generations after which equal genomes that arose twice are counted as one clone."""


def suits(model: Model) -> bool:
    """Whether the table can run a model at all."""
    return model.reproduction.plain and model.demography.islands == 1 and isinstance(model.selection, Proportional)


def step(
    state: State,
    landscape: GenomeLandscape,
    model: Model,
    generation: int,
    stream: np.uint64,
    spare: Words | None = None,  # noqa: ARG001 - the table is small
) -> State:
    """The next generation, number ``generation``, on the landscape that the parents live on.

    Raises ValueError where nobody can reproduce.
    """
    genomes, log_fitness, counts = state
    size = int(model.demography.starts(generation)[-1])
    rng = np.random.Generator(np.random.Philox(key=int(branch(stream, LANE_CLONES))))
    weights = model.selection.weights(log_fitness, stream) * counts
    intact = mutation_table(landscape.loci, model.mutation)[0]

    sexual = int(rng.binomial(size, model.reproduction.sex_fraction))
    mutants = int(rng.binomial(size - sexual, 1.0 - intact))
    total = weights.sum()
    if not 0.0 < total < np.inf:
        raise ValueError("nobody can reproduce: all fitnesses are zero or not finite; lower the selection")
    copied = multinomial(size - sexual - mutants, weights, np.uint64(branch(stream, LANE_CLONES + np.uint64(1))))

    made, copies = _made(state, weights, sexual, mutants, landscape.loci, model, stream)
    copied += np.bincount(copies, minlength=len(copied))
    kept = np.flatnonzero(copied)
    genomes = np.concatenate([genomes.take(kept, axis=0), made])
    log_fitness = np.concatenate([log_fitness[kept], landscape.log_fitness(made)])
    counts = np.concatenate([copied[kept], np.ones(len(made), dtype=np.int64)])
    if generation % _MERGE_EVERY == 0:
        return merged(genomes, log_fitness, counts)
    return State(genomes, log_fitness, counts)


def _made(
    state: State, weights: Floats, sexual: int, mutants: int, loci: int, model: Model, stream: np.uint64
) -> tuple[Words, Indices]:
    """Genomes of the children that are no copies, and the clones of sexual ones that are copies after all."""
    table = mutation_table(loci, model.mutation)
    parts, copies = [state.individuals[:0]], np.empty(0, dtype=np.int64)
    for number, reproduction, mutations in (
        (sexual, Reproduction(sex_fraction=1.0, recombination=model.reproduction.recombination), table),
        (mutants, CLONAL, at_least_one(table) if mutants else table),
    ):
        own = np.uint64(branch(stream, LANE_CLONES + np.uint64(2 + len(parts))))
        if number:
            children = np.array([0, number])
            mothers, fathers = choose_parents(state.log_fitness, weights, reproduction, own, children=children)
            genomes, changed = offspring_genomes(
                state.individuals, mothers, fathers, loci, reproduction.recombination, mutations, own
            )
            parts.append(genomes[changed])
            copies = np.concatenate([copies, mothers[~changed]])
    return np.concatenate(parts), copies


def merged(genomes: Words, log_fitness: Floats, counts: Indices) -> State:
    """Equal genomes as one clone, in the order of a hash of them."""
    hashes = _hashes(genomes)
    order = np.argsort(hashes, kind="stable")
    genomes, log_fitness, counts, hashes = genomes[order], log_fitness[order], counts[order], hashes[order]
    new = np.ones(len(genomes), dtype=np.bool_)
    # Two genomes of one hash are told apart by the genomes themselves, so that a collision only costs a row.
    new[1:] = (hashes[1:] != hashes[:-1]) | (genomes[1:] != genomes[:-1]).any(axis=1)
    first = np.flatnonzero(new)
    return State(genomes[first], log_fitness[first], np.add.reduceat(counts, first))


@njit(cache=True, nogil=True)
def _hashes(genomes: Words) -> Words:
    hashes = np.empty(len(genomes), dtype=np.uint64)
    for row in range(len(genomes)):
        state = np.uint64(0)
        for word in range(genomes.shape[1]):
            state = branch(state, genomes[row, word])
        hashes[row] = state
    return hashes
