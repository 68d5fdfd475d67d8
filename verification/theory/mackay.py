"""MacKay's race: how fast a species learns good bits without sex, and with it."""

from math import pi, sqrt

import numpy as np

from analysis.arrays import Floats
from sim import CLONAL, SEXUAL, BlockLandscape, Population, Truncation, evolve
from sim.arrays import Words
from verification.theory.check import Check, Family, Findings, limit, replicates, seed
from verification.theory.panel import Line, Panel, Points

BITS = ADULTS = 1000
SPECIES = 6
TIMES = {"clonal": (100, 300), "sexual": (10, 20, 40, 60)}
SHOWN = (3, 6, 10, 15, 20, 30, 40, 50, 60, 80, 100, 150, 200, 250, 300)
TOLERANCE = 0.04
_PAY = 0.01
"""Log fitness of a good bit; truncation asks for ranks alone."""


def clonal(time: Floats) -> Floats:
    """Share of good bits under the best rate of mutation, from one half, to leading order."""
    return 0.5 * (1.0 + np.sqrt(time / BITS))


def sexual(time: Floats) -> Floats:
    """Share of good bits with sex and no mutation, up to where it is 1."""
    angle = np.minimum(sqrt(2.0 / (pi + 2.0)) * time / sqrt(BITS), pi / 2.0)
    return 0.5 * (1.0 + np.sin(angle))


def measure(effort: float) -> Findings:
    """Twice as many are born as grow up, and the better half does; f is that of the newborn."""
    species = replicates(SPECIES, effort, least=2)
    histories = {
        "clonal": np.array([_without_sex(number) for number in range(species)]),
        "sexual": np.array([_with_sex(number) for number in range(species)]),
    }
    checks: list[Check] = []
    for (name, history), law in zip(histories.items(), (clonal, sexual), strict=True):
        for time in TIMES[name]:
            at = history[:, time]
            checks.append(
                limit(
                    f"share of good bits, {name}, generation {time}",
                    f"{species} species of {2 * ADULTS:,} newborn, {BITS:,} loci",
                    float(at.mean()),
                    float(law(np.array(float(time)))),
                    tolerance=TOLERANCE,
                    error=float(at.std(ddof=1)) / sqrt(species),
                )
            )
    dense = np.linspace(0.0, 300.0, 301)
    early = [t for t in SHOWN if t <= max(TIMES["sexual"])]
    return Findings(
        checks=tuple(checks),
        panel=Panel(
            title="MacKay's race",
            formula="(1 + √(t/G)) / 2; (1 + sin(η t/√G)) / 2",
            x="generation",
            y="share of good bits",
            lines=(Line(dense, clonal(dense)), Line(dense, sexual(dense))),
            points=(
                Points(x=SHOWN, y=histories["clonal"].mean(axis=0)[list(SHOWN)], arm="clonal", label="clonal"),
                Points(x=early, y=histories["sexual"].mean(axis=0)[early], arm="sexual", label="sexual"),
            ),
            legend="lower right",
        ),
    )


def _with_sex(number: int) -> Floats:
    """Share of good bits in generations 0 to 60."""
    landscape, own = BlockLandscape.count(BITS, selection=_PAY), seed("mackay", "sexual", number)
    newborn: Words | Population = landscape.founders(2 * ADULTS, own)
    found = []
    for generations in (0, *(1,) * max(TIMES["sexual"])):
        newborn = evolve(
            landscape, SEXUAL, newborn, generations=generations, mutation=0.0, seed=own, selection=Truncation()
        )
        found.append(_good(newborn.log_fitness))
    return np.array(found)


def _without_sex(number: int) -> Floats:
    """The same to 300, each with the rate of mutation that is best for the parents of that generation."""
    landscape, own = BlockLandscape.count(BITS, selection=_PAY), seed("mackay", "clonal", number)
    newborn: Words | Population = landscape.founders(2 * ADULTS, own)
    newborn = evolve(landscape, CLONAL, newborn, generations=0, mutation=0.0, seed=own)
    found = [_good(newborn.log_fitness)]
    for _ in range(max(TIMES["clonal"])):
        ahead = _good(np.sort(newborn.log_fitness)[-ADULTS:]) - 0.5
        best = min(0.5, 1.0 / (16.0 * BITS * ahead**2))
        newborn = evolve(landscape, CLONAL, newborn, generations=1, mutation=best, seed=own, selection=Truncation())
        found.append(_good(newborn.log_fitness))
    return np.array(found)


def _good(log_fitness: Floats) -> float:
    return float(log_fitness.mean()) / (_PAY * BITS)


FAMILY = Family(
    name="mackay",
    title="MacKay's race to good bits",
    law="clonal f = (1 + sqrt(t / G)) / 2; sexual f = (1 + sin(eta t / sqrt G)) / 2, eta = sqrt(2 / (pi + 2))",
    source="MacKay 2003, chapter 19",
    seconds=3,
    measure=measure,
)
