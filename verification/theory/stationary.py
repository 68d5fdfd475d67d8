"""Mutation against drift: the heterozygosity at which they balance."""

from functools import partial

import numpy as np

from sim import Demography, evolve
from verification.theory.check import Check, Family, Findings, marks, mean_of, replicates, seed
from verification.theory.panel import Arm, Line, Panel
from verification.theory.populations import MODES, counts, neutral

SIZE, LOCI, LOOKS = 50, 64, 6
THETAS = (0.1, 1.0)
POPULATIONS: dict[tuple[Arm, float], int] = {
    ("clonal", 0.1): 2400,
    ("clonal", 1.0): 600,
    ("sexual", 0.1): 500,
    ("sexual", 1.0): 300,
}
"""By mode and theta = 2 N mu."""


def balance(size: int, rate: float) -> float:
    """Heterozygosity in the long run, exactly.

    A child's allele is 1 with ``q* = mu + (1 - 2 mu) q``, so a generation multiplies ``1/4 - q (1 - q)`` by
    ``(1 - 2 mu)**2``, and drift what is left of ``q (1 - q)`` by ``1 - 1/N``.
    """
    kept, fidelity = 1.0 - 1.0 / size, (1.0 - 2.0 * rate) ** 2
    return 0.5 * kept * (1.0 - fidelity) / (1.0 - kept * fidelity)


def measure(effort: float) -> Findings:
    """Many populations at once, looked at once in each relaxation time after ten of them."""
    checks: dict[tuple[Arm, float], Check] = {}
    for (name, theta), count in POPULATIONS.items():
        checks[name, theta] = _heterozygosity(name, theta, replicates(count, effort))
    dense = np.geomspace(0.05, 2.0)
    return Findings(
        checks=tuple(checks.values()),
        panel=Panel(
            title="Mutation against drift",
            formula="exact; θ / (1 + 2θ) dashed",
            x="θ = 2 N μ",
            y="heterozygosity",
            lines=(
                Line(dense, [balance(SIZE, theta / (2.0 * SIZE)) for theta in dense]),
                Line(dense, dense / (1.0 + 2.0 * dense), "approximation"),
            ),
            points=[marks(THETAS, [checks[arm, theta] for theta in THETAS], arm, arm) for arm in MODES],
            log="x",
            legend="upper left",
        ),
    )


def _heterozygosity(name: Arm, theta: float, populations: int) -> Check:
    landscape, rate, own = neutral(LOCI), theta / (2.0 * SIZE), seed("stationary", name, round(10 * theta))
    demography = Demography(size=SIZE, islands=populations)
    pause = round(1.0 / (1.0 / SIZE + 4.0 * rate))
    go_on = partial(evolve, landscape, MODES[name], mutation=rate, seed=own, demography=demography)
    population = go_on(landscape.founders(SIZE * populations, own), generations=10 * pause)
    found = np.zeros(populations)
    for _ in range(LOOKS):
        population = go_on(population, generations=pause)
        share = counts(population, LOCI, populations) / SIZE
        found += (2.0 * share * (1.0 - share)).mean(axis=1)
    return mean_of(
        f"heterozygosity, {name}, theta = {theta:g}",
        f"{populations:,} populations of {SIZE}, {LOCI} loci, {LOOKS} times each",
        found / LOOKS,
        balance(SIZE, rate),
    )


FAMILY = Family(
    name="stationary",
    title="Mutation-drift balance",
    law="H = (1 - 1/N) (1 - f) / (2 (1 - (1 - 1/N) f)), f = (1 - 2 mu)^2; near theta / (1 + 2 theta), theta = 2 N mu",
    source="Wright 1931; Crow & Kimura 1970",
    seconds=20,
    measure=measure,
)
