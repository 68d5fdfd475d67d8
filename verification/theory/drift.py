"""Random drift: heterozygosity is lost at a rate of one over the number of gene copies."""

from functools import partial
from typing import NamedTuple

import numpy as np

from analysis.arrays import Floats
from sim import CLONAL, SEXUAL, Demography, DominanceLandscape, Landscape, Population, Reproduction, evolve
from verification.theory.check import Check, Family, Findings, marks, ratio_of, replicates, seed
from verification.theory.panel import Arm, Line, Panel
from verification.theory.populations import counts, neutral

SIZE, LOCI = 20, 32


class Life(NamedTuple):
    """A way to live, and when it is looked at in how many populations."""

    landscape: Landscape
    reproduction: Reproduction
    genes: int
    """Gene copies in a population."""
    populations: int
    times: tuple[int, ...]


LIVES = {
    "clonal": Life(neutral(LOCI), CLONAL, SIZE, 20_000, (5, 15, 30)),
    "sexual": Life(neutral(LOCI), SEXUAL, SIZE, 4_000, (10, 20, 40)),
    "diploid": Life(
        DominanceLandscape(effects=np.zeros(LOCI), dominance=np.full(LOCI, 0.5)), SEXUAL, 2 * SIZE, 2_000, (10, 20, 40)
    ),
}


def measure(effort: float) -> Findings:
    """Many populations at once, as islands without migration."""
    checks, points = [], []
    for name, life in LIVES.items():
        found = _kept(name, life, replicates(life.populations, effort))
        arm: Arm = "clonal" if name == "clonal" else "sexual"
        checks += found
        points.append(marks(life.times, found, arm, name, hollow=name == "diploid"))
    dense = np.arange(41)
    return Findings(
        checks=tuple(checks),
        panel=Panel(
            title="Drift",
            formula="Hₜ = H₀ (1 - 1/N)ᵗ, diploids (1 - 1/2N)ᵗ",
            x="generation",
            y="heterozygosity kept",
            lines=[Line(dense, (1.0 - 1.0 / genes) ** dense) for genes in (SIZE, 2 * SIZE)],
            points=points,
            legend="lower left",
        ),
    )


def _kept(name: str, life: Life, populations: int) -> list[Check]:
    own, demography = seed("drift", name), Demography(size=SIZE, islands=populations)
    go_on = partial(evolve, life.landscape, life.reproduction, mutation=0.0, seed=own, demography=demography)
    population = go_on(life.landscape.founders(SIZE * populations, own), generations=0)
    before, found = _heterozygosity(population, populations, life.genes), []
    for time in life.times:
        population = go_on(population, generations=time - population.generation)
        after = _heterozygosity(population, populations, life.genes)
        what = f"heterozygosity kept, {name}, generation {time}"
        simulated = f"{populations:,} populations of {SIZE}, {LOCI} loci"
        found.append(ratio_of(what, simulated, after, before, (1.0 - 1.0 / life.genes) ** time))
    return found


def _heterozygosity(population: Population, populations: int, genes: int) -> Floats:
    """Of each population, (populations,)."""
    share = counts(population, LOCI, populations) / genes
    found: Floats = (2.0 * share * (1.0 - share)).mean(axis=1)
    return found


FAMILY = Family(
    name="drift",
    title="Heterozygosity decays by drift",
    law="H_t = H_0 (1 - 1/N)^t in haploids, whatever their sex, and (1 - 1/2N)^t in diploids",
    source="Wright 1931",
    seconds=9,
    measure=measure,
)
