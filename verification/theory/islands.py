"""Islands: how far they drift apart while a few migrate."""

from functools import partial

import numpy as np

from sim import SEXUAL, Demography, evolve
from verification.theory.check import Check, Family, Findings, marks, ratio_of, replicates, seed
from verification.theory.panel import Line, Panel
from verification.theory.populations import counts, neutral

ISLANDS, SIZE, RATE, LOCI = 6, 50, 0.002, 512
MIGRATIONS = (0.005, 0.02, 0.1)
WORLDS, LOOKS = 14, 10


def differentiation(islands: int, size: int, migration: float, rate: float) -> tuple[float, float, float]:
    """F_ST and heterozygosities within islands and in total, in the long run, exactly.

    With ``d = q - 1/2``, ``a = E[d_i**2]`` on an island and ``b = E[d_i d_j]`` between two. Migration takes both
    through its matrix twice, mutation through ``(1 - 2 mu)**2``, and drift moves ``a`` by ``1 / N`` of its way to 1/4.
    """
    stay, go = 1.0 - migration, migration / (islands - 1)
    same = stay**2 + (islands - 1) * go**2
    between = 2.0 * stay * go + (islands - 2) * go**2
    fidelity, kept = (1.0 - 2.0 * rate) ** 2, 1.0 - 1.0 / size
    # a' = kept fidelity (same a + (1 - same) b) + 1 / 4 N;  b' = fidelity (between a + (1 - between) b)
    moves = fidelity * np.array([[kept * same, kept * (1.0 - same)], [between, 1.0 - between]])
    a, b = np.linalg.solve(np.eye(2) - moves, [1.0 / (4.0 * size), 0.0])
    within = 0.5 - 2.0 * a
    total = 0.5 - 2.0 * (a + (islands - 1) * b) / islands
    return 1.0 - within / total, within, total


def measure(effort: float) -> Findings:
    """Many unlinked neutral loci, looked at in the long run."""
    checks: list[Check] = []
    for migration in MIGRATIONS:
        checks += _worlds(migration, replicates(WORLDS, effort))
    dense = np.geomspace(0.003, 0.2)
    return Findings(
        checks=tuple(checks),
        panel=Panel(
            title="Islands",
            formula="exact; endless islands 1 / (1 + 2Nm) dashed",
            x="migration m",
            y="F_ST",
            lines=(
                Line(dense, [differentiation(ISLANDS, SIZE, m, RATE)[0] for m in dense]),
                Line(dense, 1.0 / (1.0 + 2.0 * SIZE * dense), "approximation"),
            ),
            points=(marks(MIGRATIONS, checks[::2], "sexual", f"{ISLANDS} islands of {SIZE}"),),
            log="x",
        ),
    )


def _worlds(migration: float, worlds: int) -> list[Check]:
    found = np.array([_world(migration, seed("islands", round(1000 * migration), number)) for number in range(worlds)])
    share, within, _ = differentiation(ISLANDS, SIZE, migration, RATE)
    simulated = f"{worlds} worlds of {ISLANDS} islands of {SIZE}, {LOCI} unlinked loci, {LOOKS} times each"
    return [
        ratio_of(f"F_ST, m = {migration:g}", simulated, found[:, 1] - found[:, 0], found[:, 1], share),
        ratio_of(f"heterozygosity within islands, m = {migration:g}", simulated, found[:, 0], np.ones(worlds), within),
    ]


def _world(migration: float, own: int) -> tuple[float, float]:
    """Heterozygosity within islands and in total, over loci and times."""
    landscape, demography = neutral(LOCI), Demography(size=SIZE, islands=ISLANDS, migration=migration)
    pause = round(1.0 / (4.0 * RATE))
    go_on = partial(evolve, landscape, SEXUAL, mutation=RATE, seed=own, demography=demography)
    population = go_on(landscape.founders(SIZE * ISLANDS, own), generations=6 * pause)
    within = total = 0.0
    for _ in range(LOOKS):
        population = go_on(population, generations=pause)
        share = counts(population, LOCI, ISLANDS) / SIZE
        whole = share.mean(axis=0)
        within += float(np.mean(2.0 * share * (1.0 - share))) / LOOKS
        total += float(np.mean(2.0 * whole * (1.0 - whole))) / LOOKS
    return within, total


FAMILY = Family(
    name="islands",
    title="Differentiation of islands",
    law="F_ST = 1 - H_S / H_T of the finite island model, a system of two linear equations; near 1 / (1 + 2 N m)",
    source="Wright 1943; Maruyama 1970",
    seconds=20,
    measure=measure,
)
