"""Awkward numbers of loci: every pair recombines, and every locus mutates, wherever words of 64 bits end."""

import numpy as np
from scipy.stats import binom

from analysis.arrays import Bools, Floats, Integers
from sim import FREE, SEXUAL, Recombination, evolve, pack, unpack
from sim.genome import words
from sim.reproduction import NOBODY, mutation_table, offspring_genomes
from verification.theory.check import Check, Family, Findings, chi_square, exact, largest, replicates, seed
from verification.theory.linkage import composed
from verification.theory.panel import Line, Panel, Points
from verification.theory.populations import alleles, neutral

SIZES, SHOWN = (1, 31, 33, 50, 63, 64, 65, 100), 50
CHILDREN = 350_000
POPULATION, GENERATIONS = 20_000, 20
GENOME_RATES = (0.1, 1.0, 3.0)
MOST_RATE = 0.5


def measure(effort: float) -> Findings:
    """Children of two complementary parents show where each locus came from; those of one parent, what mutated."""
    children = replicates(CHILDREN, effort, least=20_000)
    checks: list[Check] = []
    scatter: tuple[Floats, Floats] = (np.empty(0), np.empty(0))
    mapped: list[Floats] = []
    for loci in SIZES:
        rates = np.random.default_rng(seed("sizes", "map", loci)).uniform(0.05, 0.5, loci - 1)
        free = _origins(loci, FREE, children, "free")
        checks.append(_halves(loci, free))
        if loci > 1:
            checks.append(_pairs("free", loci, _exchanges(free), np.full((loci, loci), 0.5), children))
            found, law = _exchanges(_origins(loci, Recombination(rates), children, "map")), composed(rates)
            mapped.append(np.array([Recombination(rates).between(loci), law]).reshape(2, -1))
            checks.append(_pairs("on a map", loci, found, law, children))
            checks.append(_evolved(loci))
            if loci == SHOWN:
                scatter = law[np.triu_indices(loci, 1)], found[np.triu_indices(loci, 1)]
        checks += _mutations(loci, children)
    checks.append(exact("rates between all pairs of a map", "Recombination.between, all sizes", *np.hstack(mapped)))
    return Findings(
        checks=tuple(checks),
        panel=Panel(
            title="Every pair of loci",
            formula=f"1 - 2r multiplies along a map of {SHOWN} loci",
            x="rate by the map",
            y="rate among children",
            lines=(Line([0.0, 0.5], [0.0, 0.5]),),
            points=(Points(x=scatter[0], y=scatter[1], arm="sexual", label=f"{len(scatter[0]):,} pairs"),),
            legend="upper left",
        ),
    )


def _origins(loci: int, recombination: Recombination, children: int, name: str) -> Bools:
    """Which loci come from the mother, (children, loci): her alleles are all 1, the father's 0."""
    parents = pack(np.repeat([[True], [False]], loci, axis=1))
    mothers = np.zeros(children, dtype=np.int64)
    genomes, _ = offspring_genomes(
        parents,
        mothers,
        mothers + 1,
        loci,
        recombination,
        mutation_table(loci, 0.0),
        np.uint64(seed("sizes", "origins", name, loci)),
    )
    return unpack(genomes, loci)


def _halves(loci: int, origins: Bools) -> Check:
    scores = (origins.mean(axis=0) - 0.5) * 2.0 * np.sqrt(len(origins))
    return largest(
        f"half of each locus from each parent, {loci} loci",
        f"{len(origins):,} children",
        scores,
        error=1.0 / np.sqrt(len(origins)),
    )


def _exchanges(origins: Bools) -> Floats:
    """Share of the children whose loci i and j come from different parents, (loci, loci)."""
    signs = np.where(origins, np.float32(1.0), np.float32(-1.0))
    agreement = (signs.T @ signs).astype(np.float64) / len(signs)
    apart: Floats = (1.0 - agreement) / 2.0
    return apart


def _pairs(name: str, loci: int, found: Floats, law: Floats, children: int) -> Check:
    pairs = np.triu_indices(loci, 1)
    rates: Floats = law[pairs]
    errors = np.sqrt(rates * (1.0 - rates) / children)
    return largest(
        f"recombination rate of all pairs, {name}, {loci} loci",
        f"{children:,} children, {len(rates):,} pairs",
        (found[pairs] - rates) / errors,
        error=float(np.max(errors / rates)),
    )


def _evolved(loci: int) -> Check:
    """Nothing is left of complete linkage but what drift makes, ``E[r**2] = 4 / 3N`` (Hill & Robertson 1968)."""
    own = seed("sizes", "evolved", loci)
    founders = pack(np.repeat([[True], [False]], [POPULATION // 2] * 2, axis=0) & np.ones(loci, dtype=np.bool_))
    late = evolve(neutral(loci), SEXUAL, founders, generations=GENERATIONS, mutation=0.0, seed=own)
    among_all: Floats = np.asarray(np.corrcoef(alleles(late, loci).T.astype(np.float64)))
    correlations = among_all[np.triu_indices(loci, 1)]
    error = np.sqrt(4.0 / 3.0 / POPULATION)
    return largest(
        f"correlation of all pairs after {GENERATIONS} generations, {loci} loci",
        f"{POPULATION:,} individuals, {len(correlations):,} pairs",
        correlations / error,
        error=float(error),
    )


def _mutations(loci: int, children: int) -> list[Check]:
    """The number of mutations a genome is binomial, whatever the rate; and at the highest, every locus is hit alike."""
    statistic, freedom, hits, rate = 0.0, 0, np.empty(0), 0.0
    rates = sorted({min(total / loci, MOST_RATE) for total in GENOME_RATES})
    for rate in rates:
        nobody = np.full(children, NOBODY)
        genomes, _ = offspring_genomes(
            np.zeros((1, words(loci)), dtype=np.uint64),
            np.zeros(children, dtype=np.int64),
            nobody,
            loci,
            FREE,
            mutation_table(loci, rate),
            np.uint64(seed("sizes", "mutation", loci, round(1e6 * rate))),
        )
        mutated = unpack(genomes, loci)
        seen = np.bincount(mutated.sum(axis=1), minlength=loci + 1)
        own, degrees = _goodness(seen, binom.pmf(np.arange(loci + 1), loci, rate))
        statistic, freedom, hits = statistic + own, freedom + degrees, mutated.mean(axis=0)
    scores = (hits - rate) / np.sqrt(rate * (1.0 - rate) / children)
    named = ", ".join(f"{rate * loci:g}" for rate in rates)
    return [
        chi_square(
            f"mutations a genome are binomial, {loci} loci",
            f"{children:,} children at each U of {named}",
            statistic,
            freedom,
            draws=children,
        ),
        largest(
            f"every locus mutates at its rate, {loci} loci",
            f"{children:,} children, U = {rate * loci:g}",
            scores,
            error=float(np.sqrt((1.0 - rate) / rate / children)),
        ),
    ]


def _goodness(observed: Integers, chances: Floats) -> tuple[float, int]:
    """Chi-square and its degrees of freedom, with cells of fewer than ten expected put together."""
    expected = chances * observed.sum()
    large = expected >= 10.0
    seen, due = np.append(observed[large], observed[~large].sum()), np.append(expected[large], expected[~large].sum())
    keep = due > 1e-9
    return float(np.sum((seen[keep] - due[keep]) ** 2 / due[keep])), int(keep.sum()) - 1


FAMILY = Family(
    name="sizes",
    title="Awkward numbers of loci",
    law="r = 1/2 between all pairs if free, (1 - prod(1 - 2 r)) / 2 on a map; mutations a genome are binomial (L, mu)",
    source="Mendel 1866; Haldane 1919; here at the edges of 64-bit words",
    seconds=20,
    measure=measure,
)
