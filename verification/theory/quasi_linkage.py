"""Quasi-linkage equilibrium: the little linkage that weak epistasis keeps up against recombination."""

import numpy as np
from scipy.optimize import brentq

from analysis.arrays import Floats
from sim import FREE, Recombination, Reproduction, evolve, infinite_population
from sim.infinite import at_linkage_equilibrium
from verification.theory.check import Check, Family, Findings, exact, limit
from verification.theory.panel import Line, Panel, Points
from verification.theory.populations import table

RATES = (0.05, 0.1, 0.2, 0.5)
ALLELES = (0.3, 0.6)
WEAK = 1e-5
STRONG = (0.01, 0.1, 0.5)


def measure(effort: float) -> Findings:  # noqa: ARG001 - nothing is sampled
    """After selection and before recombination, where the law holds at any rate."""
    product = float(np.prod([p * (1.0 - p) for p in ALLELES]))
    weak = [_settled(WEAK, np.array(ALLELES), rate) for rate in RATES]
    checks: list[Check] = [
        limit(
            f"D r, epistasis {WEAK:g}, r = {rate:g}",
            "infinite, 2 loci, alleles at 0.3 and 0.6",
            d * rate,
            WEAK * product,
            tolerance=0.001,
        )
        for rate, d in zip(RATES, weak, strict=True)
    ]
    checks += [
        exact(
            f"D, alleles at 1/2, epistasis {epistasis:g}, r = {RATES[0]} to {RATES[-1]}",
            "infinite, 2 loci",
            [_settled(epistasis, np.full(2, 0.5), rate) for rate in RATES],
            [balanced(epistasis, rate) for rate in RATES],
            tolerance=1e-10,
        )
        for epistasis in STRONG
    ]
    dense = np.geomspace(0.04, 0.6)
    return Findings(
        checks=tuple(checks),
        panel=Panel(
            title="Quasi-linkage equilibrium",
            formula="D ≈ ε p (1 - p) q (1 - q) / r",
            x="recombination rate r",
            y="D / ε",
            lines=[Line(dense, product / dense)],
            points=[Points(x=RATES, y=np.array(weak) / WEAK, arm="exact", label="infinite")],
            log="xy",
        ),
    )


def balanced(epistasis: float, rate: float) -> float:
    """D after selection at equilibrium, with both alleles at 1/2, where nothing else moves.

    Like genotypes (00 and 11) make up ``1/2 + 2 D``; selection multiplies their odds by ``exp(epistasis / 2)``, and
    recombination then multiplies D by ``1 - rate``.
    """

    def after(d: float) -> float:
        like = (0.5 + 2.0 * d) * np.exp(epistasis / 2.0)
        return float(like / (like + 0.5 - 2.0 * d) / 2.0 - 0.25)

    return float(brentq(lambda d: after((1.0 - rate) * d) - d, 1e-12, 0.25, xtol=1e-16))


def _settled(epistasis: float, frequencies: Floats, rate: float) -> float:
    """D after selection, when it has settled: ``epistasis`` is that of log fitness, w11 + w00 - w10 - w01."""
    landscape = table(epistasis / 4.0 * np.array([1.0, -1.0, -1.0, 1.0]))
    reproduction = Reproduction(sex_fraction=1.0, recombination=FREE if rate == 0.5 else Recombination.uniform(2, rate))
    late = evolve(
        landscape,
        reproduction,
        infinite_population(landscape, frequencies=at_linkage_equilibrium(frequencies)),
        generations=round(30.0 / rate),
        mutation=0.0,
        seed=0,
    )
    selected = late.shares * np.exp(late.log_fitness)
    selected /= selected.sum()
    return float(selected[3] - (selected[1] + selected[3]) * (selected[2] + selected[3]))


FAMILY = Family(
    name="quasi-linkage",
    title="Quasi-linkage equilibrium",
    law="D = eps p (1 - p) q (1 - q) / r for weak epistasis, after selection; at p = q = 1/2 exact at any strength",
    source="Kimura 1965; Neher & Shraiman 2011",
    seconds=2,
    measure=measure,
)
