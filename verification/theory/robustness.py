"""Robustness: on a neutral plateau, recombination draws a population away from the edge."""

from functools import partial

import numpy as np
from scipy.stats import binom

from analysis.arrays import Floats, Integers
from sim import BlockLandscape, Population, Reproduction, evolve, infinite_population
from verification.theory.check import Family, Findings, exact, more_than, replicates, seed
from verification.theory.panel import Line, Panel, Points
from verification.theory.populations import MODES, alleles

RATE, DEPTH = 0.01, 10.0
FEW, FEW_PLATEAU = 12, 3
MANY, MANY_PLATEAU, SIZE, POPULATIONS = 32, 6, 1000, 24
SMALLEST = 0.1
"""Smallest difference in robustness that matters, as a share of mutants."""


def robustness(population: Population, loci: int, plateau: int) -> float:
    """Share of the single mutants of viable individuals that are viable."""
    bad = loci - alleles(population, loci).sum(axis=1)
    viable = bad <= plateau
    of_each = np.where(bad < plateau, 1.0, plateau / loci)
    return float(population.shares[viable] @ of_each[viable] / population.shares[viable].sum())


def quasispecies(loci: int, plateau: int, rate: float) -> Floats:
    """Clonal equilibrium shares by number of bad loci, (loci + 1,): leading eigenvector of selection and mutation."""
    bad = np.arange(loci + 1)
    kept = np.asarray(binom.pmf(bad[None, :], bad[:, None], 1.0 - rate))
    gained = np.asarray(binom.pmf(bad[None, :], (loci - bad)[:, None], rate))
    moves = np.array([np.convolve(kept[start], gained[start])[: loci + 1] for start in bad])
    values, vectors = np.linalg.eig((moves * np.where(bad <= plateau, 1.0, np.exp(-DEPTH))[:, None]).T)
    leading = np.abs(np.real(vectors[:, np.argmax(np.real(values))]))
    shares: Floats = leading / leading.sum()
    return shares


def of_shares(shares: Floats, loci: int, plateau: int) -> float:
    """The same from the shares (loci + 1,) by number of bad loci."""
    viable = shares[: plateau + 1] / shares[: plateau + 1].sum()
    return float(viable.sum() - viable[-1] * (1.0 - plateau / loci))


def at_equilibrium(loci: int, plateau: int, rate: float) -> Floats:
    """Sexual equilibrium shares (loci + 1,), if recombination left no linkage: a binomial, cut off and mutated."""
    bad, share = np.arange(loci + 1), 0.1
    for _ in range(1000):
        shares: Floats = binom.pmf(bad, loci, share)
        viable = np.where(bad <= plateau, shares, 0.0)
        share = rate + (1.0 - 2.0 * rate) * float(viable @ bad / viable.sum()) / loci
    return shares


def measure(effort: float) -> Findings:
    """Infinite populations at equilibrium, and finite ones with and without sex."""
    checks, times = [], np.array([0, 10, 20, 50, 100, 200, 300])
    exactly = {name: _infinite(reproduction) for name, reproduction in MODES.items()}
    bad = FEW - alleles(exactly["clonal"], FEW).sum(axis=1)
    checks.append(
        exact(
            "shares by number of bad loci, clonal",
            f"infinite, {FEW} loci, {FEW_PLATEAU} may be bad, 2,000 generations",
            np.bincount(bad, weights=exactly["clonal"].shares),
            quasispecies(FEW, FEW_PLATEAU, RATE),
            tolerance=1e-8,
        )
    )
    populations = replicates(POPULATIONS, effort)
    found = {
        name: np.array(
            [_history(reproduction, seed("robustness", name, number), times) for number in range(populations)]
        )
        for name, reproduction in MODES.items()
    }
    simulated = f"{populations} populations of {SIZE:,}, {MANY} loci, {MANY_PLATEAU} may be bad"
    difference = found["sexual"][:, -1] - found["clonal"][:, -1]
    checks += [
        more_than("robustness, sexual less clonal, generation 300", simulated, difference, 0.0),
        more_than("the same beyond the smallest that matters", simulated, difference, SMALLEST),
    ]
    return Findings(
        checks=tuple(checks),
        panel=Panel(
            title="Robustness",
            formula="exact without sex; linkage equilibrium dashed",
            x="generation",
            y="viable mutants",
            lines=(
                Line(times[[1, -1]], [of_shares(quasispecies(MANY, MANY_PLATEAU, RATE), MANY, MANY_PLATEAU)] * 2),
                Line(
                    times[[1, -1]],
                    [of_shares(at_equilibrium(MANY, MANY_PLATEAU, RATE), MANY, MANY_PLATEAU)] * 2,
                    "approximation",
                ),
            ),
            points=[Points.over(times, values, arm, arm) for arm, values in found.items()],
            legend="center right",
        ),
    )


def _infinite(reproduction: Reproduction) -> Population:
    landscape = BlockLandscape.mesa(FEW, plateau=FEW_PLATEAU, selection=DEPTH)
    start = infinite_population(landscape, allele_frequency=0.9)
    return evolve(landscape, reproduction, start, generations=2000, mutation=RATE, seed=0)


def _history(reproduction: Reproduction, own: int, times: Integers) -> Floats:
    landscape = BlockLandscape.mesa(MANY, plateau=MANY_PLATEAU, selection=DEPTH)
    go_on = partial(evolve, landscape, reproduction, mutation=RATE, seed=own)
    population, found = go_on(np.full((SIZE, 1), 2**MANY - 1, dtype=np.uint64), generations=0), []
    for time in times:
        population = go_on(population, generations=int(time) - population.generation)
        found.append(robustness(population, MANY, MANY_PLATEAU))
    return np.array(found)


FAMILY = Family(
    name="robustness",
    title="Robustness on a mesa",
    law="more single mutants are viable with recombination than without; without, the leading eigenvector of W Q",
    source="Klug, Park & Krug 2019; van Nimwegen, Crutchfield & Huynen 1999",
    seconds=5,
    measure=measure,
)
