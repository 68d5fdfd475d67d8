"""Alleles under selection: multiplicative weights, whatever the recombination."""

import numpy as np

from analysis.arrays import Floats
from sim import FREE, Recombination, Reproduction, evolve, infinite_population
from sim.genome import unpack
from sim.infinite import allele_frequencies
from verification.theory.check import Check, Family, Findings, exact, seed
from verification.theory.panel import Line, Panel, Points
from verification.theory.populations import rugged

LOCI, GENERATIONS = 8, 20
MODES = {
    "clonal": Reproduction(sex_fraction=0.0),
    "r = 0.1": Reproduction(sex_fraction=1.0, recombination=Recombination.uniform(LOCI, 0.1)),
    "free": Reproduction(sex_fraction=1.0, recombination=FREE),
    "half of the children sexual": Reproduction(sex_fraction=0.5, recombination=FREE),
}


def measure(effort: float) -> Findings:  # noqa: ARG001 - nothing is sampled
    """Every generation's allele frequencies against the last's, their carriers' mean fitness and the mean fitness."""
    rng = np.random.default_rng(seed("weights"))
    landscape, start = rugged(LOCI, rng, spread=0.5), rng.dirichlet(np.full(2**LOCI, 0.3))
    fitness = np.exp(landscape.table)
    checks: list[Check] = []
    points = {}
    for name, reproduction in MODES.items():
        population = infinite_population(landscape, frequencies=start)
        expected, found = [], []
        for _ in range(GENERATIONS):
            expected.append(weighted(population.shares, fitness))
            population = evolve(landscape, reproduction, population, generations=1, mutation=0.0, seed=0)
            found.append(allele_frequencies(population.shares))
        points[name] = np.ravel(expected), np.ravel(found)
        checks.append(
            exact(
                f"allele frequencies over {GENERATIONS} generations, {name}",
                f"infinite, {LOCI} loci, independent fitnesses, any frequencies",
                found,
                expected,
            )
        )
    return Findings(
        checks=tuple(checks),
        panel=Panel(
            title="Multiplicative weights",
            formula="x' = x · fitness of carriers / mean fitness",
            x="x · fitness of carriers / mean fitness",
            y="frequency that came",
            lines=(Line([0.0, 1.0], [0.0, 1.0]),),
            points=(
                Points(x=points["clonal"][0], y=points["clonal"][1], arm="clonal", label="clonal"),
                Points(x=points["free"][0], y=points["free"][1], arm="sexual", label="free recombination"),
            ),
            legend="upper left",
        ),
    )


def weighted(frequencies: Floats, fitness: Floats) -> Floats:
    """``x_i`` of the next generation, (loci,): times the mean fitness of its carriers over that of all."""
    alleles = unpack(np.arange(2**LOCI, dtype=np.uint64)[:, None], LOCI)
    now = frequencies @ alleles
    of_carriers = (frequencies * fitness) @ alleles / now
    following: Floats = now * of_carriers / (frequencies @ fitness)
    return following


FAMILY = Family(
    name="weights",
    title="Allele frequencies as multiplicative weights",
    law="x_i' = x_i w_i / w, with w_i the mean fitness of the carriers of i, at any linkage and recombination",
    source="Chastain, Livnat, Papadimitriou & Vazirani 2014; Meir & Parkes 2015",
    seconds=1,
    measure=measure,
)
