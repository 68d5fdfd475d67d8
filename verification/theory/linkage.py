"""Linkage disequilibrium: recombination takes up to half of it every generation."""

import numpy as np

from analysis.arrays import Floats
from sim import FREE, Population, Recombination, Reproduction, evolve, infinite_population
from sim.arrays import Words
from verification.theory.check import Check, Family, Findings, exact, marks, mean_of, replicates, seed
from verification.theory.panel import Line, Panel, Points
from verification.theory.populations import alleles, neutral

RATES = (0.01, 0.05, 0.1, 0.2, 0.5)
MAP = Recombination(np.array([0.02, 0.1, 0.3, 0.05, 0.25, 0.5, 0.2]))
SHOWN = ((0, 1), (0, 2), (0, 4))
"""Pairs on the map that are sampled and drawn: neighbours, and two further apart."""
TIMES = tuple(range(1, 13))
SIZE, POPULATIONS = 40_000, 60


def composed(rates: Floats) -> Floats:
    """Rates between any two loci (loci, loci), from those of neighbours, without interference.

    Both come from one parent after an even number of exchanges, so that ``1 - 2 r`` multiplies (Haldane 1919).
    """
    loci = range(len(rates) + 1)
    kept = np.array([[np.prod(1.0 - 2.0 * rates[min(a, b) : max(a, b)]) for a in loci] for b in loci])
    return (1.0 - kept) / 2.0


def measure(effort: float) -> Findings:
    """Two complementary genomes, half and half, are all linkage; neutral loci."""
    checks = [_pair(rate) for rate in RATES]
    between = composed(np.asarray(MAP.rates))
    expected = np.array([0.25 * (1.0 - between) ** time for time in (0, *TIMES)])
    found = _on_the_map()
    off = ~np.eye(len(between), dtype=np.bool_)
    checks.append(exact("D of all pairs on a map, 12 generations", "infinite, 8 loci", found[:, off], expected[:, off]))
    checks.append(exact("rates between all pairs of a map", "Recombination.between, 8 loci", MAP.between(8), between))

    finite = np.array([_finite(seed("linkage", number)) for number in range(replicates(POPULATIONS, effort))])
    sampled: dict[tuple[int, int], list[Check]] = {}
    for first, second in SHOWN:
        rate = between[first, second]
        sampled[first, second] = [
            mean_of(
                f"D kept, r = {rate:.3g}, generation {time}",
                f"{len(finite)} populations of {SIZE:,}, 8 loci on a map",
                finite[:, time - 1, first, second] / 0.25,
                ((1.0 - 1.0 / SIZE) * (1.0 - rate)) ** time,
            )
            for time in TIMES
            if (1.0 - rate) ** time > 0.08
        ]
    for own in sampled.values():
        checks += [own[0], own[-1]]
    time = np.linspace(0.0, max(TIMES))
    return Findings(
        checks=tuple(checks),
        panel=Panel(
            title="Linkage disequilibrium",
            formula="Dₜ = D₀ (1 - r)ᵗ",
            x="generation",
            y="share of D₀ left",
            lines=[Line(time, (1.0 - between[pair]) ** time) for pair in SHOWN],
            points=[
                *(
                    marks(TIMES[: len(own)], own, "sexual", f"N = {SIZE:,}" if pair == SHOWN[0] else "")
                    for pair, own in sampled.items()
                ),
                *(
                    Points(x=(0, *TIMES), y=found[:, a, b] / 0.25, arm="exact", label="" if a + b > 1 else "infinite")
                    for a, b in SHOWN
                ),
            ],
            log="y",
            legend="lower left",
            right=16.0,
            notes=[(12.4, 0.9 * (1.0 - between[pair]) ** 12, f"r = {between[pair]:.2g}") for pair in SHOWN],
        ),
    )


def _complementary(loci: int) -> Floats:
    frequencies = np.zeros(2**loci)
    frequencies[[0, -1]] = 0.5
    return frequencies


def _pair(rate: float) -> Check:
    landscape, found = neutral(2), []
    population = infinite_population(landscape, frequencies=_complementary(2))
    reproduction = Reproduction(sex_fraction=1.0, recombination=Recombination.uniform(2, rate) if rate < 0.5 else FREE)
    for _ in range(50):
        population = evolve(landscape, reproduction, population, generations=1, mutation=0.0, seed=0)
        found.append(_linkage(population, 2)[0, 1])
    return exact(
        f"D over 50 generations, r = {rate:g}", "infinite, 2 loci", found, 0.25 * (1.0 - rate) ** np.arange(1, 51)
    )


def _on_the_map() -> Floats:
    loci, found = 8, []
    population = infinite_population(neutral(loci), frequencies=_complementary(loci))
    reproduction = Reproduction(sex_fraction=1.0, recombination=MAP)
    for time in (0, *TIMES):
        population = evolve(neutral(loci), reproduction, population, generations=min(time, 1), mutation=0.0, seed=0)
        found.append(_linkage(population, loci))
    return np.array(found)


def _finite(own: int) -> Floats:
    """D of all pairs in each generation, (times, loci, loci)."""
    loci, found = 8, []
    start: Words | Population = np.where(np.arange(SIZE) % 2, np.uint64(2**loci - 1), np.uint64(0))[:, None]
    reproduction = Reproduction(sex_fraction=1.0, recombination=MAP)
    for _ in TIMES:
        start = evolve(neutral(loci), reproduction, start, generations=1, mutation=0.0, seed=own)
        found.append(_linkage(start, loci))
    return np.array(found)


def _linkage(population: Population, loci: int) -> Floats:
    """Covariances of alleles, (loci, loci)."""
    found = alleles(population, loci).astype(np.float64)
    means = population.shares @ found
    covariance: Floats = (found * population.shares[:, None]).T @ found - np.outer(means, means)
    return covariance


FAMILY = Family(
    name="linkage",
    title="Linkage disequilibrium decays",
    law="D_t = D_0 (1 - r)^t, times (1 - 1/N)^t in finite populations; 1 - 2 r multiplies along the map",
    source="Robbins 1918; Haldane 1919; Hill & Robertson 1966",
    seconds=7,
    measure=measure,
)
