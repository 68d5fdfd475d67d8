"""Genealogies: how alleles are spread over a sample, and how long two lineages stay apart."""

import msprime
import numpy as np
from scipy.stats import geom, hypergeom

from analysis.arrays import Floats, Integers
from sim import SEXUAL, Reproduction, evolve
from sim.reproduction import choose_parents
from verification.theory.chain import stationary
from verification.theory.check import Check, Family, Findings, chi_square, mean_of, replicates, seed, vector
from verification.theory.panel import Line, Panel, Points
from verification.theory.populations import MODES, alleles, neutral

SAMPLE, SIZE, RATE = 20, 300, 0.25 / 300
LOCI, POPULATIONS, BURN_IN, PAUSE, LOOKS = 512, 80, 1500, 150, 8
TREES, SITES = 10_000, 8
LINEAGES, PEDIGREES = 20, 12_000
"""Individuals of a population whose pedigree is followed, and populations."""


def measure(effort: float) -> Findings:
    """Folded spectra against the exact chain and against msprime; pairs of lineages followed into the past."""
    found = np.array([_spectrum(number) for number in range(replicates(POPULATIONS, effort, least=24))])
    trees = _trees(replicates(TREES, effort, least=200))
    taken = hypergeom.pmf(np.arange(SAMPLE + 1)[None, :], SIZE, np.arange(SIZE + 1)[:, None], SAMPLE)
    law = folded(stationary(SIZE, mutation=RATE) @ taken)
    simulated = f"{len(found)} populations of {SIZE}, {LOCI} unlinked loci, {LOOKS} times each, samples of {SAMPLE}"
    covariance = np.cov(found[:, 1:].T) / len(found)
    mean = found.mean(axis=0)
    checks: list[Check] = [
        vector(
            "site-frequency spectrum, exact chain", simulated, mean[1:], covariance, law[1:], freedom=len(found) - 1
        ),
        vector(
            "site-frequency spectrum, msprime",
            f"{simulated}; {len(trees):,} trees with {SITES} sites",
            mean[1:],
            covariance + np.cov(trees[:, 1:].T) / len(trees),
            trees.mean(axis=0)[1:],
            freedom=len(found) - 1,
        ),
    ]
    pedigrees = replicates(PEDIGREES, effort)
    for name, reproduction in MODES.items():
        checks += _lineages(name, reproduction, pedigrees)
    minor = np.arange(SAMPLE // 2 + 1)
    return Findings(
        checks=tuple(checks),
        panel=Panel(
            title="Site-frequency spectrum",
            formula="exact chain, 2 N μ = 0.5, samples of 20",
            x="rarer alleles in the sample",
            y="share of loci",
            lines=(Line(minor, law),),
            points=(
                Points.over(minor, found, "sexual", "simulated"),
                Points.over(minor, trees, "other", "msprime", hollow=True),
            ),
            log="y",
        ),
    )


def folded(spectrum: Floats) -> Floats:
    """Shares by the number of rarer alleles, (..., SAMPLE // 2 + 1)."""
    half = SAMPLE // 2
    both = spectrum + np.flip(spectrum, axis=-1)
    both[..., half] /= 2.0
    return both[..., : half + 1]


def _spectrum(number: int) -> Floats:
    """Folded, over all loci and the first individuals at several times."""
    landscape, own = neutral(LOCI), seed("coalescent", number)
    population = evolve(landscape, SEXUAL, landscape.founders(SIZE, own), generations=BURN_IN, mutation=RATE, seed=own)
    total = np.zeros(SAMPLE + 1)
    for _ in range(LOOKS):
        population = evolve(landscape, SEXUAL, population, generations=PAUSE, mutation=RATE, seed=own)
        sample = alleles(population, LOCI)[:SAMPLE]
        total += np.bincount(sample.sum(axis=0), minlength=SAMPLE + 1)
    return folded(total / total.sum())


def _trees(count: int) -> Floats:
    """Folded spectrum of each tree's sites, (trees, SAMPLE // 2 + 1), haploid and with the same chance to differ."""
    rate = -np.log1p(-2.0 * RATE) / 2.0
    found = np.zeros((count, SAMPLE + 1))
    ancestries = msprime.sim_ancestry(
        samples=SAMPLE,
        ploidy=1,
        population_size=SIZE,
        sequence_length=SITES,
        num_replicates=count,
        random_seed=1 + seed("coalescent", "trees") % 2**31,
    )
    for number, ancestry in enumerate(ancestries):
        mutated = msprime.sim_mutations(
            ancestry, rate=rate, model=msprime.BinaryMutationModel(), random_seed=1 + number
        )
        ones = np.zeros(SITES, dtype=np.int64)
        for variant in mutated.variants():
            derived = np.array([allele == "1" for allele in variant.alleles])
            ones[int(variant.site.position)] = int(derived[variant.genotypes].sum())
        found[number] = np.bincount(ones, minlength=SAMPLE + 1) / SITES
    return folded(found)


def _lineages(name: str, reproduction: Reproduction, pedigrees: int) -> list[Check]:
    """All individuals of the youngest generation, in pairs, followed back through parents drawn as engines do."""
    rng = np.random.default_rng(seed("coalescent", "lineages", name))
    size = LINEAGES * pedigrees
    islands = np.arange(pedigrees + 1, dtype=np.int64) * LINEAGES
    pairs = np.arange(size).reshape(-1, 2)
    times = np.zeros(len(pairs), dtype=np.int64)
    apart: Integers = np.arange(len(pairs))
    generation = 0
    while len(apart):
        generation += 1
        stream = np.uint64(seed("coalescent", "pedigree", name, generation))
        mothers, fathers = choose_parents(np.zeros(size), np.ones(size), reproduction, stream, islands=islands)
        fathers = np.where(fathers < 0, mothers, fathers)
        pairs = np.where(rng.random(pairs.shape) < 0.5, mothers[pairs], fathers[pairs])
        met = pairs[:, 0] == pairs[:, 1]
        times[apart[met]] = generation
        apart, pairs = apart[~met], pairs[~met]
    own = times.reshape(pedigrees, -1)
    simulated = f"{pedigrees:,} populations of {LINEAGES}"
    edges = geom.ppf(np.arange(1, 10) / 10.0, 1.0 / LINEAGES)
    chances = np.diff(np.concatenate([[0.0], geom.cdf(edges, 1.0 / LINEAGES), [1.0]]))
    observed = np.bincount(np.searchsorted(edges, own[:, 0]), minlength=len(chances))
    statistic = float(np.sum((observed - pedigrees * chances) ** 2 / (pedigrees * chances)))
    return [
        mean_of(f"mean time to the common ancestor of two, {name}", simulated, own.mean(axis=1), float(LINEAGES)),
        chi_square(
            f"its distribution, geometric, {name}",
            f"{simulated}, a pair each",
            statistic,
            len(chances) - 1,
            draws=pedigrees,
        ),
    ]


FAMILY = Family(
    name="coalescent",
    title="Coalescence and the site-frequency spectrum",
    law="spectrum of the stationary Wright-Fisher chain, and msprime's (ploidy 1); pairs coalesce at 1/N a generation",
    source="Kingman 1982; Baumdicker et al. 2022",
    seconds=50,
    measure=measure,
)
