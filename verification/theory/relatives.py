"""Relatives: what a child shares with its parent, order by order of interaction."""

import numpy as np

from sim import FREE, TermsLandscape
from sim.genome import random_genomes
from sim.reproduction import mutation_table, offspring_genomes
from verification.theory.check import Check, Family, Findings, exact, marks, mean_of, replicates, seed
from verification.theory.panel import Line, Panel
from verification.theory.populations import children_of_each

FEW, GENOME = 8, 50
FAMILIES = {(1, 1): 4, (1, 2): 8, (1, 3): 24, (1, 4): 80, (2, 1): 16, (2, 2): 80}
"""Samples of parents, by generations between the relatives and the order of all variance."""
SAMPLE = 50_000


def measure(effort: float) -> Findings:
    """All genotypes with all mates at few loci; a random sample of families at many."""
    landscape = TermsLandscape.random(
        loci=FEW, variances=np.arange(FEW, 0.0, -1.0).tolist(), per_locus=9, seed=seed("relatives")
    )
    values, spectrum = landscape.values(np.arange(2**FEW, dtype=np.uint64)[:, None]), landscape.spectrum()
    children = children_of_each(FEW)
    of_children, of_grandchildren = children @ values, children @ (children @ values)
    checks: list[Check] = []
    for name, found, generations in (("parent and child", of_children, 1), ("grandparent", of_grandchildren, 2)):
        covariance = float(values @ found) / 2**FEW - float(values.mean() * found.mean())
        law = float(spectrum[1:] @ 2.0 ** (-generations * np.arange(1.0, FEW + 1.0)))
        checks.append(
            exact(
                f"covariance, {name}",
                f"infinite, {FEW} loci, all orders, every parent with every mate",
                covariance,
                law,
            )
        )
    sampled = {}
    for (generations, order), samples in FAMILIES.items():
        found = np.array([_covariance(order, generations, number) for number in range(replicates(samples, effort))])
        sampled[generations, order] = mean_of(
            f"covariance / V_{order}, {'parent and child' if generations == 1 else 'grandparent'}",
            f"{len(found) * SAMPLE:,} families, {GENOME} loci",
            found,
            2.0 ** (-generations * order),
        )
    dense = np.linspace(0.8, 4.2)
    return Findings(
        checks=(*checks, *sampled.values()),
        panel=Panel(
            title="Relatives",
            formula="Cov = Σ 2⁻ᵏ Vₖ; grandparents Σ 4⁻ᵏ Vₖ",
            x="order k of the variance",
            y="covariance / variance",
            lines=[Line(dense, 2.0 ** (-generations * dense)) for generations in (1, 2)],
            points=[
                marks(orders, [sampled[gap, order] for order in orders], "sexual", label, hollow=gap == 2)
                for gap, label, orders in ((1, "parent", (1, 2, 3, 4)), (2, "grandparent", (1, 2)))
            ],
            log="y",
        ),
    )


def _covariance(order: int, generations: int, number: int) -> float:
    """Of one sample of families, on a landscape of its own whose variance is 1."""
    own = seed("relatives", order, generations, number)
    landscape = TermsLandscape.random(loci=GENOME, variances=[0.0] * (order - 1) + [1.0], seed=own)
    parents = random_genomes(SAMPLE, GENOME, own)
    descendants, all_of_them = parents, np.arange(SAMPLE)
    for generation in range(generations):
        mates = random_genomes(SAMPLE, GENOME, seed("relatives", own, "mates", generation))
        descendants, _ = offspring_genomes(
            np.concatenate([descendants, mates]),
            all_of_them,
            all_of_them + SAMPLE,
            GENOME,
            FREE,
            mutation_table(GENOME, 0.0),
            np.uint64(seed("relatives", own, "children", generation)),
        )
    return float(np.mean(landscape.values(parents) * landscape.values(descendants)))


FAMILY = Family(
    name="relatives",
    title="Relatives",
    law="Cov(parent, child) = sum 2^-k V_k; a generation further sum 4^-k V_k",
    source="Kempthorne 1954; Cockerham 1954",
    seconds=2,
    measure=measure,
)
