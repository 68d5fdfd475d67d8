"""Invasion: a combination of alleles spreads only where it outruns being broken up."""

import numpy as np

from analysis.arrays import Floats
from sim import CLONAL, SEXUAL, Recombination, Reproduction, evolve, infinite_population
from verification.theory.check import Check, Family, Findings, exact
from verification.theory.panel import Line, Panel, Points
from verification.theory.populations import table

RARE = 1e-12
ADVANTAGES = (1.05, 1.1, 1.25, 1.5, 1.8)
"""Fitness of the combination AB, that of ab being 1."""
SIZES = (2, 3, 5, 8)
_STEPS = 32


def measure(effort: float) -> Findings:  # noqa: ARG001 - nothing is sampled
    """Bisection for the rate of recombination, and for the advantage, at which a rare combination stops spreading."""
    middling = {"lethal": -np.inf, "half as fit": np.log(0.5), "as fit as ab": 0.0}
    checks: list[Check] = []
    thresholds: list[float] = []
    for name, partial in middling.items():
        thresholds = [_threshold_rate(advantage, partial) for advantage in ADVANTAGES]
        checks.append(
            exact(
                f"r* at advantages {ADVANTAGES[0]} to {ADVANTAGES[-1]}, Ab and aB {name}",
                "infinite, 2 loci, bisection",
                thresholds,
                [1.0 - 1.0 / advantage for advantage in ADVANTAGES],
                tolerance=1e-7,
            )
        )
    bars = [_threshold_advantage(size) for size in SIZES]
    checks += [
        exact(
            f"advantage at which a jackpot of {size} spreads",
            f"infinite, {size} loci, bisection",
            bar,
            2.0 ** (size - 1),
            tolerance=1e-7,
        )
        for size, bar in zip(SIZES, bars, strict=True)
    ]
    checks += [
        exact(
            f"growth of a jackpot of {size}, advantage 3, {name}",
            f"infinite, {size} loci, 1 generation",
            _growth(_jackpot(size, 3.0), reproduction, 1),
            expected,
            tolerance=1e-7,
        )
        for size in SIZES
        for name, reproduction, expected in (("clonal", CLONAL, 3.0), ("sexual", SEXUAL, 3.0 * 2.0 ** (1 - size)))
    ]
    size = np.linspace(1.6, 8.4)
    return Findings(
        checks=tuple(checks),
        panel=Panel(
            title="The jackpot",
            formula="spreads if w > 2ᵏ⁻¹, without sex if w > 1",
            x="genes k that must come together",
            y="advantage that it takes",
            lines=(Line(size, 2.0 ** (size - 1.0)), Line(size, np.ones_like(size))),
            points=(
                Points(x=SIZES, y=bars, arm="sexual", label="sexual"),
                Points(x=SIZES, y=[_threshold_advantage(k, CLONAL) for k in SIZES], arm="clonal", label="clonal"),
            ),
            log="y",
            legend="upper left",
        ),
    )


def _jackpot(size: int, advantage: float) -> Floats:
    """Log fitness (2**size,): the resident has no allele 1, the jackpot all, and nothing in between lives."""
    values = np.full(2**size, -np.inf)
    values[0], values[-1] = 0.0, np.log(advantage)
    return values


def _growth(log_fitness: Floats, reproduction: Reproduction, generations: int) -> float:
    """How many times as frequent the combination becomes, from next to nothing."""
    landscape = table(log_fitness)
    frequencies = np.zeros(len(log_fitness))
    frequencies[[0, -1]] = 1.0 - RARE, RARE
    late = evolve(
        landscape,
        reproduction,
        infinite_population(landscape, frequencies=frequencies),
        generations=generations,
        mutation=0.0,
        seed=0,
    )
    return float(late.shares[-1] / RARE)


def _threshold_rate(advantage: float, partial: float) -> float:
    low, high = 0.0, 0.5
    values = np.array([0.0, partial, partial, np.log(advantage)])
    for _ in range(_STEPS):
        middle = (low + high) / 2.0
        spreads = (
            _growth(values, Reproduction(sex_fraction=1.0, recombination=Recombination.uniform(2, middle)), 3) > 1.0
        )
        low, high = (middle, high) if spreads else (low, middle)
    return low


def _threshold_advantage(size: int, reproduction: Reproduction = SEXUAL) -> float:
    low, high = 0.5, 1000.0
    for _ in range(_STEPS):
        middle = float(np.sqrt(low * high))
        spreads = _growth(_jackpot(size, middle), reproduction, 3) > 1.0
        low, high = (low, middle) if spreads else (middle, high)
    return low


FAMILY = Family(
    name="invasion",
    title="Invasion of a combination",
    law="two loci: AB spreads if (1 - r) w_AB > w_ab; k unlinked: if w > 2^(k-1), growing by 2^(1-k) w a generation",
    source="Crow & Kimura 1965; Bodmer & Felsenstein 1967",
    seconds=1,
    measure=measure,
)
