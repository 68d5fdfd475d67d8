"""Recombination moves alleles between genomes, never their number."""

import numpy as np

from analysis.arrays import Floats
from sim import FREE, SEXUAL, Recombination, Reproduction, evolve, infinite_population, unpack
from sim.infinite import allele_frequencies
from verification.theory.check import Check, Family, Findings, chi_square, exact, replicates, seed
from verification.theory.panel import Line, Panel, Points
from verification.theory.populations import alleles, drawn_at, neutral

LOCI = 8
MANY, SIZE, POPULATIONS = 100, 2000, 136
MAPS = {
    "free": FREE,
    "map of r = 0.01": Recombination.uniform(MANY, 0.01),
    "ten chromosomes": Recombination.chromosomes([10] * 10, 0.05),
}


def measure(effort: float) -> Findings:
    """From any frequencies of genotypes; and in finite populations, where only sampling moves alleles."""
    rng = np.random.default_rng(seed("invariance"))
    start = rng.dirichlet(np.full(2**LOCI, 0.2))
    before = allele_frequencies(start)
    checks = []
    for name, reproduction in {
        "free": SEXUAL,
        "on a map": Reproduction(sex_fraction=1.0, recombination=Recombination(rng.uniform(0.0, 0.5, LOCI - 1))),
        "three in ten children sexual": Reproduction(sex_fraction=0.3),
    }.items():
        population = infinite_population(neutral(LOCI), frequencies=start)
        late = evolve(neutral(LOCI), reproduction, population, generations=20, mutation=0.0, seed=0)
        checks.append(
            exact(
                f"allele frequencies after 20 generations, {name}",
                f"infinite, {LOCI} loci, any frequencies",
                allele_frequencies(late.shares),
                before,
            )
        )
    finite = [
        _finite(name, recombination, replicates(POPULATIONS, effort, least=2)) for name, recombination in MAPS.items()
    ]
    checks += [check for check, _, _ in finite]
    p = np.linspace(0.05, 0.95)
    reach = 1.96 * np.sqrt(p * (1.0 - p) / SIZE)
    return Findings(
        checks=tuple(checks),
        panel=Panel(
            title="Recombination and alleles",
            formula="Δp = 0, but for sampling; 95 % of it dashed",
            x=f"allele frequency of {SIZE:,} parents",
            y="children's less parents'",
            lines=(Line([0.05, 0.95], [0.0, 0.0]), Line(p, reach, "approximation"), Line(p, -reach, "approximation")),
            points=(Points(x=finite[0][1], y=finite[0][2], arm="sexual"),),
        ),
    )


def _finite(name: str, recombination: Recombination, populations: int) -> tuple[Check, Floats, Floats]:
    """Chi-square over loci; parents in linkage equilibrium, so that loci are as good as independent."""
    moved, expected, shares = [], [], np.empty(0)
    for number in range(populations):
        own = seed("invariance", name, number)
        rng = np.random.default_rng(own)
        founders = drawn_at(rng.uniform(0.05, 0.95, MANY), SIZE, rng)
        shares = unpack(founders, MANY).mean(axis=0)
        reproduction = Reproduction(sex_fraction=1.0, recombination=recombination)
        late = evolve(neutral(MANY), reproduction, founders, generations=1, mutation=0.0, seed=own)
        moved.append(alleles(late, MANY).mean(axis=0) - shares)
        expected.append(shares * (1.0 - shares) / SIZE)
    statistic = float(np.sum(np.square(moved) / np.array(expected)))
    check = chi_square(
        f"variance of moves in a generation, {name}",
        f"{populations} populations of {SIZE:,}, {MANY} loci",
        statistic,
        populations * MANY,
    )
    return check, shares, moved[-1]


FAMILY = Family(
    name="invariance",
    title="Recombination leaves allele frequencies alone",
    law="p' = p in infinite populations; Var(p' - p) = p (1 - p) / N in finite ones",
    source="Geiringer 1944",
    seconds=1,
    measure=measure,
)
