"""Engines: by individuals and by clones, the same model."""

from math import sqrt

import numpy as np

from analysis.arrays import Floats, Integers
from sim import CLONAL, Demography, Reproduction, evolve, infinite_population
from sim.arrays import Words
from sim.evolution import Engine
from verification.theory.check import Check, Family, Findings, chi_square, replicates, sampled, seed
from verification.theory.panel import Panel, Points
from verification.theory.populations import rugged

LOCI, RATE = 6, 0.01
LANDSCAPE = rugged(LOCI, np.random.default_rng(seed("engines")), spread=0.2)
MODES = {"clonal": CLONAL, "30 % sexual": Reproduction(sex_fraction=0.3)}
ENGINES: tuple[Engine, Engine] = ("individuals", "clones")
SIZE, BIRTHS = 400, 3000
LONG_SIZE, GENERATIONS, RUNS, MORE = 100, 4, 17_000, 4
"""Populations by clones; there are ``MORE`` times as many by individuals, which are cheaper all at once."""
_FEWEST = 5.0
"""Expected copies of a genotype from which it has a cell of its own."""


def measure(effort: float) -> Findings:
    """One generation against the exact recursion, and several of one engine against the other's."""
    founders = _founders(SIZE)
    frequencies = np.bincount(founders[:, 0].astype(np.int64), minlength=2**LOCI) / SIZE
    checks, points = [], []
    for name, mode in MODES.items():
        start = infinite_population(LANDSCAPE, frequencies=frequencies)
        chances = evolve(LANDSCAPE, mode, start, generations=1, mutation=RATE, seed=0).shares
        for engine in ENGINES:
            born = _born(name, mode, engine, replicates(BIRTHS, effort, least=50))
            checks += _multinomial(f"{name}, {engine}", born, chances)
        runs = {engine: _runs(name, mode, engine, replicates(RUNS, effort, least=100)) for engine in ENGINES}
        checks += _alike(name, runs["individuals"], runs["clones"])
        for engine, found in runs.items():
            low, high = np.quantile(runs["individuals"], [0.001, 0.999])
            cells = np.linspace(low, high, 17)
            share, edges = np.histogram(found, bins=cells, density=True)
            points.append(
                Points(
                    x=(edges[1:] + edges[:-1]) / 2.0,
                    y=share,
                    arm="clonal" if mode is CLONAL else "sexual",
                    label=name if engine == "individuals" else "",
                    hollow=engine == "clones",
                )
            )
    return Findings(
        checks=tuple(checks),
        panel=Panel(
            title="Two engines",
            formula="individuals filled, clones hollow",
            x=f"mean fitness after {GENERATIONS} generations",
            y="density",
            points=points,
            legend="upper right",
        ),
    )


def _founders(size: int) -> Words:
    """A few clones of several sizes."""
    clones = np.array([0, 7, 25, 42, 52, 63], dtype=np.uint64)
    copies = (size * np.array([0.3, 0.25, 0.2, 0.1, 0.1, 0.05])).round().astype(np.int64)
    return np.repeat(clones, copies)[:, None]


def _born(name: str, mode: Reproduction, engine: Engine, births: int) -> Integers:
    """How many children of each genotype, (births, 2**LOCI)."""
    founders, found = _founders(SIZE), np.empty((births, 2**LOCI), dtype=np.int64)
    for birth in range(births):
        own = seed("engines", "births", name, engine, birth)
        late = evolve(LANDSCAPE, mode, founders, generations=1, mutation=RATE, seed=own, engine=engine)
        found[birth] = np.bincount(late.members()[:, 0].astype(np.int64), minlength=2**LOCI)
    return found


def _multinomial(name: str, born: Integers, chances: Floats) -> list[Check]:
    """Children are independent draws from the exact next generation: their sums, and how far single broods stray."""
    births, size = len(born), int(born[0].sum())
    expected = births * size * chances
    large = size * chances >= _FEWEST
    brood = np.column_stack([born[:, large], born[:, ~large].sum(axis=1)])
    due = size * np.append(chances[large], chances[~large].sum())
    simulated = f"{births:,} broods of {size}, {LOCI} loci, 1 generation"
    return [
        chi_square(
            f"genotypes of children, {name}",
            simulated,
            float(np.sum((born.sum(axis=0) - expected) ** 2 / expected)),
            2**LOCI - 1,
            draws=births * size,
        ),
        chi_square(
            f"variance of their numbers between broods, {name}",
            simulated,
            float(np.sum((brood - due) ** 2 / due)),
            births * (len(due) - 1),
        ),
    ]


def _runs(name: str, mode: Reproduction, engine: Engine, runs: int) -> Floats:
    """Mean fitness after some generations, (populations,); individuals on islands without migration, all at once."""
    founders = _founders(LONG_SIZE)
    if engine == "individuals":
        late = evolve(
            LANDSCAPE,
            mode,
            np.tile(founders, (MORE * runs, 1)),
            generations=GENERATIONS,
            mutation=RATE,
            seed=seed("engines", "runs", name),
            demography=Demography(size=LONG_SIZE, islands=MORE * runs),
        )
        means: Floats = np.exp(late.log_fitness).reshape(-1, LONG_SIZE).mean(axis=1)
        return means
    return np.array(
        [
            evolve(
                LANDSCAPE,
                mode,
                founders,
                generations=GENERATIONS,
                mutation=RATE,
                engine=engine,
                seed=seed("engines", "runs", name, run),
            ).mean_fitness
            for run in range(runs)
        ]
    )


def _alike(name: str, individuals: Floats, clones: Floats) -> list[Check]:
    """Means and variances of two samples."""
    variances = [float(found.var(ddof=1)) for found in (individuals, clones)]
    errors = [_error_of_variance(found) for found in (individuals, clones)]
    simulated = (
        f"{len(clones):,} populations of {LONG_SIZE} by clones, {len(individuals):,} by individuals, {LOCI} loci"
    )
    return [
        sampled(
            f"mean fitness, clones against individuals, {name}",
            simulated,
            float(clones.mean()),
            sqrt(variances[0] / len(individuals) + variances[1] / len(clones)),
            float(individuals.mean()),
        ),
        sampled(
            f"its variance between populations, {name}",
            simulated,
            variances[1],
            sqrt(errors[0] ** 2 + errors[1] ** 2),
            variances[0],
        ),
    ]


def _error_of_variance(values: Floats) -> float:
    return float(np.std((values - values.mean()) ** 2, ddof=1)) / sqrt(len(values))


FAMILY = Family(
    name="engines",
    title="Individuals and clones",
    law="children are multinomial draws from the exact next generation, by either engine",
    source="the model itself: Ewens 2004, chapter 3",
    seconds=53,
    measure=measure,
)
