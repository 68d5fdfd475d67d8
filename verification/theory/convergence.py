"""Finite populations come nearer to the infinite one as they grow, by one over the square root of their size."""

import numpy as np

from analysis.arrays import Floats
from sim import CLONAL, SEXUAL, Population, Reproduction, evolve, infinite_population
from sim.evolution import Engine
from verification.theory.check import Family, Findings, mean_of, replicates, sampled, seed
from verification.theory.panel import Arm, Line, Panel, Points
from verification.theory.populations import rugged

LOCI, GENERATIONS, RATE = 8, 8, 0.003
SIZES = (1_000, 4_000, 16_000, 64_000)
POPULATIONS = 120
ARMS: dict[str, tuple[Reproduction, Engine]] = {
    "clonal": (CLONAL, "individuals"),
    "clonal, by clones": (CLONAL, "clones"),
    "sexual": (SEXUAL, "individuals"),
    "1 in 50 sexual, by clones": (Reproduction(sex_fraction=0.02), "clones"),
}


def measure(effort: float) -> Findings:
    """A rugged landscape, from random genomes; error is how far all genotypes' frequencies are from the exact ones."""
    checks, lines, points = [], [], []
    for name, (reproduction, engine) in ARMS.items():
        landscape = rugged(LOCI, np.random.default_rng(seed("convergence", "landscape")))
        law = evolve(
            landscape, reproduction, infinite_population(landscape), generations=GENERATIONS, mutation=RATE, seed=0
        )
        populations = replicates(POPULATIONS, effort, least=4)
        found = np.array(
            [
                [
                    _finite(reproduction, engine, size, seed("convergence", name, size, number), law)
                    for number in range(populations)
                ]
                for size in SIZES
            ]
        )
        distances = np.log10(found[:, :, 0])
        slope, error = _slope(distances)
        simulated = (
            f"{populations} populations each of {', '.join(f'{size:,}' for size in SIZES)}, {LOCI} loci, "
            f"{GENERATIONS} generations"
        )
        checks += [
            sampled(f"slope of log error on log N, {name}", simulated, slope, error, -0.5),
            mean_of(f"mean fitness / exact, {name}", simulated, found[-1, :, 1] / law.mean_fitness, 1.0),
        ]
        arm: Arm = "sexual" if reproduction.sex_fraction else "clonal"
        points.append(Points.over(SIZES, found[:, :, 0].T, arm, name, hollow=engine == "clones"))
        middle = 10.0 ** distances.mean()
        lines.append(Line(SIZES, middle * np.sqrt(np.exp(np.log(SIZES).mean()) / np.array(SIZES))))
    return Findings(
        checks=tuple(checks),
        panel=Panel(
            title="Towards infinity",
            formula="error falls as 1 / √N",
            x="individuals N",
            y="distance of frequencies",
            lines=lines,
            points=points,
            log="xy",
            legend="lower left",
        ),
    )


def _finite(reproduction: Reproduction, engine: Engine, size: int, own: int, law: Population) -> tuple[float, float]:
    """Distance from the exact frequencies, and mean fitness."""
    landscape = rugged(LOCI, np.random.default_rng(seed("convergence", "landscape")))
    founders = landscape.founders(size, own)
    late = evolve(landscape, reproduction, founders, generations=GENERATIONS, mutation=RATE, seed=own, engine=engine)
    frequencies = np.bincount(late.individuals[:, 0].astype(np.int64), weights=late.shares, minlength=2**LOCI)
    return float(np.sqrt(np.sum((frequencies - law.shares) ** 2))), late.mean_fitness


def _slope(values: Floats) -> tuple[float, float]:
    """Of rows of replicates on log N, with its error from their spread."""
    x = np.log10(SIZES) - np.mean(np.log10(SIZES))
    weights = x / np.sum(x**2)
    error = np.sqrt(np.sum(weights**2 * values.var(axis=1, ddof=1) / values.shape[1]))
    return float(weights @ values.mean(axis=1)), float(error)


FAMILY = Family(
    name="convergence",
    title="Finite populations converge to the infinite one",
    law="distance of frequencies proportional to N^(-1/2), and mean fitness that of the exact recursion",
    source="central limit theorem; the exact recursion: Barton & Turelli 1991",
    seconds=22,
    measure=measure,
)
