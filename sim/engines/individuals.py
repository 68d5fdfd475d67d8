"""Individual by individual: any landscape, any mode of reproduction. Cost grows with individuals times loci."""

from itertools import pairwise

import numpy as np

from sim.arrays import Bools, Floats, Indices, Individuals, Words
from sim.draws import LANE_BROOD, branch
from sim.engines.model import Model, State
from sim.genome import pack, unpack
from sim.landscape.base import GenomeLandscape, Landscape
from sim.reproduction import FREE, NOBODY, choose_parents
from sim.selection import Selection

_BLOCK = 4096
"""Genomes that are unpacked at a time."""
_ROUNDING = 1e-12
"""Average effects this small beside fitness are none."""


def step(
    state: State,
    landscape: Landscape,
    model: Model,
    generation: int,
    stream: np.uint64,
    spare: Individuals | None = None,
) -> State:
    """The next generation, number ``generation``, on the landscape that the parents live on.

    Children's log fitness is on that landscape too. ``spare`` is the memory of a generation that nobody needs any more:
    new memory costs as much as what is written into it. Raises ValueError where nobody can reproduce.
    """
    individuals, log_fitness, _ = state
    demography, reproduction = model.demography, model.reproduction
    before, after = demography.starts(generation - 1), demography.starts(generation)
    mothers, fathers = choose_parents(
        log_fitness,
        _weights(model.selection, log_fitness, before, stream),
        reproduction,
        stream,
        islands=before,
        children=after,
        migration=demography.migration,
    )
    if reproduction.best_of == 1:
        children, changed = landscape.offspring(
            individuals, mothers, fathers, reproduction.recombination, model.mutation, stream, spare
        )
    else:
        children, changed = _jackpot(individuals, log_fitness, mothers, fathers, landscape, model, stream)
    if 2 * np.count_nonzero(changed) > len(changed):
        return State(children, landscape.log_fitness(children), None)
    inherited = log_fitness[mothers]
    inherited[changed] = landscape.log_fitness(children[changed])
    return State(children, inherited, None)


def _weights(selection: Selection, log_fitness: Floats, islands: Indices, stream: np.uint64) -> Floats:
    """Selection acts within islands."""
    if len(islands) == 2:
        return selection.weights(log_fitness, stream)
    return np.concatenate(
        [selection.weights(log_fitness[a:b], np.uint64(branch(stream, np.uint64(a)))) for a, b in pairwise(islands)]
    )


def _jackpot(
    individuals: Individuals, log_fitness: Floats, mothers: Indices, fathers: Indices, landscape: Landscape,
    model: Model, stream: np.uint64,
) -> tuple[Individuals, Bools]:  # fmt: skip
    """The fittest of several recombinants, or the one of the better alleles; it mutates after the contest."""
    reproduction = model.reproduction
    if reproduction.best_of == "alleles":
        if not isinstance(landscape, GenomeLandscape):
            raise ValueError("the better alleles are known of haploid genomes only; give best_of a number")
        own = np.uint64(branch(stream, LANE_BROOD))
        mixed, _ = landscape.offspring(individuals, mothers, fathers, reproduction.recombination, 0.0, own)
        best = _better_alleles(individuals, log_fitness, mothers, fathers, mixed, landscape.loci)
    else:
        best, values = individuals[mothers], np.full(len(mothers), -np.inf)
        for sibling in range(reproduction.best_of):
            own = np.uint64(branch(stream, LANE_BROOD + np.uint64(sibling)))
            children, _ = landscape.offspring(individuals, mothers, fathers, reproduction.recombination, 0.0, own)
            fitness = landscape.log_fitness(children)
            better = fitness > values
            best[better], values[better] = children[better], fitness[better]
    only = np.arange(len(best))
    children, _ = landscape.offspring(best, only, np.full(len(best), NOBODY), FREE, model.mutation, stream)
    return children, np.ones(len(best), dtype=np.bool_)


def _better_alleles(
    genomes: Words, log_fitness: Floats, mothers: Indices, fathers: Indices, mixed: Words, loci: int
) -> Words:
    """Where parents differ, the allele whose carriers are fitter on average in the population (Fisher 1941).

    Where carriers of both alleles are equally fit, what ``mixed``, the parents' recombinants, happen to have.
    """
    deviation = log_fitness - log_fitness.mean()
    covariance = np.zeros(loci)
    for first in range(0, len(genomes), _BLOCK):
        part = slice(first, first + _BLOCK)
        covariance += deviation[part] @ unpack(genomes[part], loci)
    tie = _ROUNDING * len(genomes) * np.abs(log_fitness).max()
    good, tied = pack((covariance > 0.0)[None]), pack((np.abs(covariance) <= tie)[None])
    ours, theirs = genomes[mothers], genomes[np.where(fathers < 0, mothers, fathers)]
    best = (ours & theirs) | ((ours ^ theirs) & good)
    return (mixed & tied) | (best & ~tied)
