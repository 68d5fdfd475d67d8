"""Mutation against selection: how rare a harmful allele becomes, and what that costs."""

from collections.abc import Sequence

import numpy as np

from analysis.arrays import Floats
from sim import CLONAL, AdditiveLandscape, Demography, Reproduction, evolve, infinite_population, pack
from sim.arrays import Words
from verification.theory.chain import stationary
from verification.theory.check import Check, Family, Findings, exact, limit, marks, mean_of, replicates, seed
from verification.theory.panel import Line, Panel, Points
from verification.theory.populations import MODES, counts, one_locus

RATE = 0.005
COSTS = (0.05, 0.1, 0.2, 0.4)
SIZE, POPULATIONS, SAMPLES = 100, 1300, 16
FEW, FEW_RATE = 10, 1e-4
MANY, MANY_RATE, MANY_COST, MANY_SIZE, MANY_POPULATIONS = 100, 0.005, 0.5, 8000, 24


def balance(cost: float, rate: float) -> float:
    """Equilibrium frequency of an allele of fitness ``exp(-cost)``, mutation both ways: a root of a quadratic."""
    lost = -float(np.expm1(-cost))
    # q = (1 - 2 rate) q (1 - lost) / (1 - q lost) + rate
    roots = np.roots([lost, -(1.0 + rate * lost - (1.0 - 2.0 * rate) * (1.0 - lost)), rate])
    return float(roots.min())


def mean_with_drift(cost: float, rate: float, size: int) -> float:
    """The mean of that frequency in a population of ``size``, in the long run."""
    return float(1.0 - stationary(size, advantage=cost, mutation=rate) @ np.arange(size + 1) / size)


def load(cost: float, rate: float, loci: int) -> float:
    """``1 - mean / best`` of that many such loci, each on its own."""
    return 1.0 - float((1.0 + balance(cost, rate) * np.expm1(-cost)) ** loci)


def measure(effort: float) -> Findings:
    """The infinite population, small ones by the hundred, and loads of many loci."""
    infinite = [_infinite(cost) for cost in COSTS]
    expected = [balance(cost, RATE) for cost in COSTS]
    checks = [exact(f"frequency at costs {COSTS[0]} to {COSTS[-1]}", "infinite, 1 locus", infinite, expected)]
    finite = [_finite(cost, replicates(POPULATIONS, effort)) for cost in COSTS]
    checks += finite
    for name, reproduction in MODES.items():
        checks += _few(name, reproduction)
        checks.append(_many(name, reproduction, replicates(MANY_POPULATIONS, effort)))
    dense = np.geomspace(COSTS[0] / 1.4, COSTS[-1] * 1.4)
    return Findings(
        checks=tuple(checks),
        panel=Panel(
            title="Mutation against selection",
            formula="with back mutation; μ / s dashed",
            x="cost s of the allele",
            y="its frequency",
            lines=(Line(dense, [balance(cost, RATE) for cost in dense]), Line(dense, RATE / dense, "approximation")),
            points=(
                Points(x=COSTS, y=infinite, arm="exact", label="infinite"),
                marks(COSTS, finite, "clonal", f"N = {SIZE}"),
            ),
            log="xy",
        ),
    )


def _infinite(cost: float) -> float:
    landscape = one_locus(cost)
    late = evolve(
        landscape, CLONAL, infinite_population(landscape), generations=round(60.0 / cost), mutation=RATE, seed=0
    )
    return float(late.shares[0])


def _finite(cost: float, populations: int) -> Check:
    """Populations are looked at once in each relaxation time, after four of them."""
    landscape, pause = one_locus(cost), round(1.0 / cost)
    own = seed("mutation-selection", "finite", round(1000 * cost))
    start: Words = (np.random.default_rng(own).random((SIZE * populations, 1)) > RATE / cost).astype(np.uint64)
    demography = Demography(size=SIZE, islands=populations)
    late = evolve(landscape, CLONAL, start, generations=4 * pause, mutation=RATE, seed=own, demography=demography)
    found: Floats = np.zeros(populations)
    for _ in range(SAMPLES):
        late = evolve(landscape, CLONAL, late, generations=pause, mutation=RATE, seed=own, demography=demography)
        found += 1.0 - counts(late, 1, populations)[:, 0] / SIZE
    return mean_of(
        f"mean frequency, cost {cost:g}",
        f"{populations:,} populations of {SIZE}, 1 locus, {SAMPLES} times each",
        found / SAMPLES,
        mean_with_drift(cost, RATE, SIZE),
    )


def _few(name: str, reproduction: Reproduction) -> Sequence[Check]:
    landscape = AdditiveLandscape(loci=FEW, effects_of_loci=np.full(FEW, MANY_COST / 2.0))
    start = infinite_population(landscape, allele_frequency=0.99)
    late = evolve(landscape, reproduction, start, generations=400, mutation=FEW_RATE, seed=0)
    found = 1.0 - late.mean_fitness / float(np.exp(late.log_fitness.max()))
    simulated = f"infinite, {FEW} loci, U = {FEW * FEW_RATE:g}"
    return (
        exact(f"load, {name}, back mutation counted", simulated, found, load(MANY_COST, FEW_RATE, FEW), tolerance=1e-9),
        limit(f"load, {name}, against 1 - e^-U", simulated, found, -float(np.expm1(-FEW * FEW_RATE)), tolerance=0.005),
    )


def _many(name: str, reproduction: Reproduction, populations: int) -> Check:
    landscape = AdditiveLandscape(loci=MANY, effects_of_loci=np.full(MANY, MANY_COST / 2.0))
    best = float(np.exp(MANY * MANY_COST / 2.0))
    found = np.empty(populations)
    for number in range(populations):
        own = seed("mutation-selection", name, number)
        good = np.random.default_rng(own).random((MANY_SIZE, MANY)) > MANY_RATE / MANY_COST
        late = evolve(landscape, reproduction, pack(good), generations=100, mutation=MANY_RATE, seed=own)
        found[number] = 1.0 - late.history[40:].mean() / best
    return mean_of(
        f"load, {name}",
        f"{populations} populations of {MANY_SIZE:,}, {MANY} loci, U = {MANY * MANY_RATE:g}",
        found,
        load(MANY_COST, MANY_RATE, MANY),
    )


FAMILY = Family(
    name="mutation-selection",
    title="Mutation-selection balance and load",
    law="q = mu/s with a correction for back mutation, a root of a quadratic; load 1 - e^-U for both modes",
    source="Haldane 1937; with drift the stationary Wright-Fisher chain",
    seconds=15,
    measure=measure,
)
