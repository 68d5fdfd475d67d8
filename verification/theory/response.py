"""The response to selection: all variance where children copy their parent, half as much an order where they mix."""

from itertools import combinations

import numpy as np
from scipy import stats

from analysis.arrays import Floats
from sim import (
    CLONAL,
    SEXUAL,
    AdditiveLandscape,
    GenomeLandscape,
    Reproduction,
    TermsLandscape,
    Truncation,
    evolve,
    infinite_population,
)
from sim.arrays import Words
from sim.genome import unpack
from sim.infinite import allele_frequencies, at_linkage_equilibrium
from verification.theory.check import Check, Family, Findings, exact, limit, ratio_of, replicates, seed
from verification.theory.panel import Line, Panel, Points
from verification.theory.populations import rugged

LOCI = 6
ORDERS = (1, 2, 3, 4)
WEAK = 1e-4
SIZE, POPULATIONS, KEPT, GENOME = 40_000, 24, 0.2, 64
SPECTRUM = (1.0, 1.0, 1.0)


def measure(effort: float) -> Findings:
    """One generation: exactly in infinite populations, and by truncation in finite ones."""
    rng = np.random.default_rng(seed("response"))
    checks = [*_fisher(rng)]
    gains = {
        name: [_gain_of_order(order, reproduction) for order in ORDERS]
        for name, reproduction in (("clonal", CLONAL), ("sexual", SEXUAL))
    }
    for name, found in gains.items():
        for order, gain in zip(ORDERS, found, strict=True):
            expected = 1.0 if name == "clonal" else 2.0 ** (1 - order)
            checks.append(
                limit(
                    f"gain in mean / V_{order} of weak selection, {name}",
                    f"infinite, {LOCI} loci",
                    gain,
                    expected,
                    tolerance=1e-4,
                )
            )
    checks += _breeder(replicates(POPULATIONS, effort))
    dense = np.linspace(0.8, 4.2)
    return Findings(
        checks=tuple(checks),
        panel=Panel(
            title="Response to selection",
            formula="gain: V clonal, 2¹⁻ᵏ Vₖ sexual",
            x="order k of the variance",
            y="gain / variance",
            lines=(Line(dense, np.ones_like(dense)), Line(dense, 2.0 ** (1.0 - dense))),
            points=(
                Points(x=ORDERS, y=gains["clonal"], arm="clonal", label="clonal"),
                Points(x=ORDERS, y=gains["sexual"], arm="sexual", label="sexual"),
            ),
            legend="lower left",
        ),
    )


def _fisher(rng: np.random.Generator) -> list[Check]:
    """Fundamental theorem and Price's equation, to rounding."""
    landscape = rugged(LOCI, rng)
    fitness = np.exp(landscape.table)
    any_frequencies = rng.dirichlet(np.ones(2**LOCI))
    mean, variance = _moments(any_frequencies, fitness)
    simulated = f"infinite, {LOCI} loci, independent fitnesses, any frequencies"
    late = _next(landscape, any_frequencies, sexual=False)
    gain = [exact("change of mean fitness, clonal", simulated, late @ fitness - mean, variance / mean)]

    genotypes = unpack(np.arange(2**LOCI, dtype=np.uint64)[:, None], LOCI).astype(np.float64)
    late = _next(landscape, any_frequencies, sexual=True)
    centred = genotypes - any_frequencies @ genotypes
    covariances = (centred * any_frequencies[:, None]).T @ centred
    effects = np.linalg.solve(covariances, centred.T @ (any_frequencies * fitness))
    additive = float(effects @ covariances @ effects)
    moved = allele_frequencies(late) - allele_frequencies(any_frequencies)
    gain.append(exact("change due to average effects, sexual", simulated, moved @ effects, additive / mean))

    own = rng.dirichlet(np.ones(LOCI)) * 0.9
    landscape_of_fitness = AdditiveLandscape(loci=LOCI, effects_of_loci=own, scale="additive")
    start = at_linkage_equilibrium(rng.uniform(0.2, 0.8, LOCI))
    population = infinite_population(landscape_of_fitness, frequencies=start)
    fitness = np.exp(population.log_fitness)
    mean, variance = _moments(start, fitness)
    late = _next(landscape_of_fitness, start, sexual=True)
    gain.append(
        exact(
            "change of mean fitness, sexual, additive",
            f"infinite, {LOCI} loci, additive fitness, at equilibrium",
            late @ fitness - mean,
            variance / mean,
        )
    )
    return gain


def _moments(frequencies: Floats, fitness: Floats) -> tuple[float, float]:
    mean = float(frequencies @ fitness)
    return mean, float(frequencies @ (fitness - mean) ** 2)


def _next(landscape: GenomeLandscape, frequencies: Floats, *, sexual: bool) -> Floats:
    population = infinite_population(landscape, frequencies=frequencies)
    return evolve(landscape, SEXUAL if sexual else CLONAL, population, generations=1, mutation=0.0, seed=0).shares


def _gain_of_order(order: int, reproduction: Reproduction) -> float:
    """Gain in mean log fitness over its variance, all of which is of one order, with alleles at 1/2."""
    variances = [0.0] * (order - 1) + [1.0]
    landscape = TermsLandscape.random(loci=LOCI, variances=variances, selection=WEAK, seed=seed("response", order))
    population = infinite_population(landscape)
    late = evolve(landscape, reproduction, population, generations=1, mutation=0.0, seed=0)
    return float((late.shares - population.shares) @ late.log_fitness / WEAK**2)


def _breeder(populations: int) -> list[Check]:
    """Truncation selection: the gain is what the selected parents' genotypes say, and near the breeder's equation."""
    responses = np.array([_truncated(number) for number in range(populations)])
    differential, deviation = responses[:, 0].mean(), responses[:, 1].mean()
    simulated = f"{populations} populations of {SIZE:,}, {GENOME} loci, orders 1 to 3 alike, best {100 * KEPT:g} % kept"
    heritability = float(np.mean([2.0 ** (1 - order) for order in (1, 2, 3)]))
    intensity = float(stats.norm.pdf(stats.norm.isf(KEPT)) / KEPT)
    clonal, sexual, expected = responses[:, 2:].T
    return [
        ratio_of("response / selection differential, clonal", simulated, clonal, responses[:, 0], 1.0),
        ratio_of("response / what the parents' genotypes say, sexual", simulated, sexual, expected, 1.0),
        limit(
            "response / selection differential, sexual (breeder's equation)",
            simulated,
            float(sexual.mean() / differential),
            heritability,
            tolerance=0.02,
        ),
        limit(
            "selection differential / deviation (normal intensity)",
            simulated,
            float(differential / deviation),
            intensity,
            tolerance=0.02,
        ),
    ]


def _truncated(number: int) -> tuple[float, float, float, float, float]:
    """Selection differential, standard deviation, response without and with sex, and the latter as expected."""
    own = seed("response", "truncated", number)
    landscape = TermsLandscape.random(loci=GENOME, variances=SPECTRUM, selection=0.1, seed=own)
    founders = landscape.founders(SIZE, own)
    values = landscape.log_fitness(founders)
    kept = np.argsort(values)[-round(KEPT * SIZE) :]
    rule = Truncation(fraction=KEPT)
    clonal, sexual = (
        evolve(landscape, reproduction, founders, generations=1, mutation=0.0, seed=own, selection=rule)
        for reproduction in (CLONAL, SEXUAL)
    )
    return (
        float(values[kept].mean() - values.mean()),
        float(values.std()),
        float(clonal.log_fitness.mean() - values.mean()),
        float(sexual.log_fitness.mean() - values.mean()),
        _expected(landscape, founders[kept]) - float(values.mean()),
    )


def _expected(landscape: TermsLandscape, parents: Words) -> float:
    """Mean log fitness of the children of these parents, mated at random.

    A term's loci T come from the mother and the others from the father with probability ``2**-order``, so that products
    of means over parents add up.
    """
    signs = np.where(unpack(parents, landscape.loci), 1.0, -1.0)
    total = 0.0
    for term, coefficient in enumerate(landscape.coefficients):
        loci = landscape.members[landscape.starts[term] : landscape.starts[term + 1]].tolist()
        for size in range(len(loci) + 1):
            for mine in combinations(loci, size):
                other = [locus for locus in loci if locus not in mine]
                share = signs[:, mine].prod(axis=1).mean() * signs[:, other].prod(axis=1).mean()
                total += coefficient * 2.0 ** -len(loci) * share
    return landscape.selection * float(total)


FAMILY = Family(
    name="response",
    title="Response to selection",
    law="change of mean fitness = Var(w) / w clonal, V_A / w for average effects; 2^(1-k) V_k sexual; R = h^2 S",
    source="Fisher 1930; Price 1970; Lush 1937; Griffing 1960",
    seconds=10,
    measure=measure,
)
