"""Muller's ratchet: without sex the best class is lost again and again; with it, it comes back."""

import numpy as np

from analysis.arrays import Floats
from sim import AdditiveLandscape, Reproduction, evolve
from verification.theory.check import Family, Findings, limit, mean_of, more_than, replicates, seed
from verification.theory.mutation_selection import mean_with_drift
from verification.theory.panel import Panel, Points
from verification.theory.populations import MODES, alleles, drawn_at

LOCI, SIZE, POPULATIONS = 640, 500, 24
GENOME_RATE, COST = 0.2, 0.02
START, TIMES = 200, tuple(range(0, 1201, 100))


def measure(effort: float) -> Findings:
    """So many mutations, and so weakly selected against, that nearly nobody is free of the commonest load."""
    populations = replicates(POPULATIONS, effort)
    found = {
        name: np.array([_loads(reproduction, seed("ratchet", name, number)) for number in range(populations)])
        for name, reproduction in MODES.items()
    }
    late = np.array(TIMES) >= START
    clicks = {
        name: (values[:, -1, 0] - values[:, late, 0][:, 0]) / (TIMES[-1] - START) for name, values in found.items()
    }
    clonal = float(clicks["clonal"].mean())
    carried = found["sexual"][:, late, 1].mean(axis=1)
    simulated = f"{populations} populations of {SIZE}, {LOCI} loci, U = {GENOME_RATE:g}, s = {COST:g}"
    return Findings(
        checks=(
            more_than("clicks a generation, clonal", simulated, clicks["clonal"], 0.0),
            mean_of("clicks a generation, sexual / clonal", simulated, clicks["sexual"] / clonal, 0.0),
            limit(
                "mutations carried, sexual, against single loci with drift",
                simulated,
                float(carried.mean()),
                LOCI * mean_with_drift(COST, GENOME_RATE / LOCI, SIZE),
                tolerance=0.05,
                error=float(carried.std(ddof=1)) / np.sqrt(populations),
            ),
        ),
        panel=Panel(
            title="Muller's ratchet",
            formula="the fewest mutations anyone carries",
            x="generation",
            y="mutations",
            points=[Points.over(TIMES, values[:, :, 0], arm, arm) for arm, values in found.items()],
            legend="upper left",
        ),
    )


def _loads(reproduction: Reproduction, own: int) -> Floats:
    """The fewest and the mean number of mutations, (times, 2)."""
    landscape, rate = AdditiveLandscape(loci=LOCI, effects_of_loci=np.full(LOCI, COST / 2.0)), GENOME_RATE / LOCI
    founders = drawn_at(np.full(LOCI, 1.0 - rate / COST), SIZE, np.random.default_rng(own))
    population = evolve(landscape, reproduction, founders, generations=0, mutation=rate, seed=own)
    found = []
    for time in TIMES:
        ahead = time - population.generation
        population = evolve(landscape, reproduction, population, generations=ahead, mutation=rate, seed=own)
        carried = LOCI - alleles(population, LOCI).sum(axis=1)
        found.append((float(carried.min()), float(carried.mean())))
    return np.array(found)


FAMILY = Family(
    name="ratchet",
    title="Muller's ratchet",
    law="the fewest mutations anyone carries rise without end in clonal populations, and stay in sexual ones",
    source="Muller 1964; Felsenstein 1974",
    seconds=8,
    measure=measure,
)
