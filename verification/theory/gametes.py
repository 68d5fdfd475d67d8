"""Births: as many as the demography says, and half of each parent in every child."""

from functools import partial

import numpy as np
from scipy.stats import binom

from analysis.arrays import Floats
from sim import CLONAL, SEXUAL, Bottleneck, Demography, Recombination, Reproduction, evolve, pack, unpack
from sim.evolution import Engine
from sim.reproduction import mutation_table, offspring_genomes
from verification.theory.check import Check, Family, Findings, exact, mean_of, replicates, seed
from verification.theory.linkage import composed
from verification.theory.panel import Line, Panel, Points
from verification.theory.populations import crossed, neutral

FEW, MANY, CHILDREN, BATCHES = 8, 100, 20_000, 60
MAPS = {"free": np.full(MANY - 1, 0.5), "r = 0.1": np.full(MANY - 1, 0.1), "r = 0.01": np.full(MANY - 1, 0.01)}
BIRTHS: dict[str, tuple[Reproduction, Engine]] = {
    "clonal": (CLONAL, "individuals"),
    "sexual": (SEXUAL, "individuals"),
    "clonal, clones counted": (CLONAL, "clones"),
    "one in ten sexual, clones counted": (Reproduction(sex_fraction=0.1), "clones"),
}


def variance(rates: Floats) -> float:
    """Of the share that a child has from one parent: the mean of ``(1 - 2 r) / 4`` over all pairs of loci.

    Each locus with itself is one of them, so that it is ``1 / 4 n`` where all are unlinked (Franklin 1977).
    """
    return float(np.mean(1.0 - 2.0 * composed(rates)) / 4.0)


def measure(effort: float) -> Findings:
    """Complementary parents, so that a child's alleles 1 are those of its mother."""
    drawn = np.random.default_rng(seed("gametes")).uniform(0.0, 0.5, FEW - 1)
    checks: list[Check] = [
        exact(
            f"mean and variance of a parent's share, {name}",
            f"all children of two parents, {FEW} loci",
            _enumerated(rates),
            [0.5, variance(rates)],
        )
        for name, rates in (("free", np.full(FEW - 1, 0.5)), ("on a map", drawn))
    ]
    for name, rates in MAPS.items():
        shares = np.array([_shares(name, rates, number) for number in range(replicates(BATCHES, effort))])
        simulated = f"{shares.size:,} children, {MANY} loci"
        checks += [
            mean_of(f"mean of a parent's share, {name}", simulated, shares.mean(axis=1), 0.5),
            mean_of(
                f"variance of a parent's share, {name}", simulated, ((shares - 0.5) ** 2).mean(axis=1), variance(rates)
            ),
        ]
    checks += [_births(name, reproduction, engine) for name, (reproduction, engine) in BIRTHS.items()]
    loci = np.arange(30, 71)
    free = np.ravel([_shares("free", MAPS["free"], number) for number in range(replicates(BATCHES, effort))])
    seen = np.bincount(np.round(MANY * free).astype(np.int64), minlength=MANY + 1)[loci] / len(free)
    return Findings(
        checks=tuple(checks),
        panel=Panel(
            title="Half of each parent",
            formula="binomial: mean 1/2, variance 1 / 4n",
            x="loci of 100 from the mother",
            y="share of children",
            lines=(Line(loci, binom.pmf(loci, MANY, 0.5)),),
            points=(
                Points(x=loci, y=seen, error=np.sqrt(seen / len(free)), arm="sexual", label=f"{len(free):,} children"),
            ),
            log="y",
            legend="lower center",
        ),
    )


def _enumerated(rates: Floats) -> tuple[float, float]:
    first, second = np.eye(2**FEW)[[-1, 0]]
    children = crossed(first, second, rates)
    share = np.bitwise_count(np.arange(2**FEW, dtype=np.uint32)) / FEW
    return float(children @ share), float(children @ (share - children @ share) ** 2)


def _shares(name: str, rates: Floats, number: int) -> Floats:
    mothers = np.zeros(CHILDREN, dtype=np.int64)
    children, _ = offspring_genomes(
        pack(np.repeat([[True], [False]], MANY, axis=1)),
        mothers,
        mothers + 1,
        MANY,
        Recombination(rates),
        mutation_table(MANY, 0.0),
        np.uint64(seed("gametes", name, number)),
    )
    found: Floats = unpack(children, MANY).mean(axis=1)
    return found


def _births(name: str, reproduction: Reproduction, engine: Engine) -> Check:
    """Every generation of a run with a bottleneck, each by itself."""
    size, narrow, generations = 2500, 300, 40
    demography = Demography(size=size, bottlenecks=(Bottleneck(start=10, length=5, size=narrow),))
    landscape, own = neutral(20), seed("gametes", "births", name)
    go_on = partial(evolve, landscape, reproduction, mutation=0.01, seed=own, demography=demography, engine=engine)
    population, found = go_on(landscape.founders(size, own), generations=0), []
    for _ in range(generations):
        population = go_on(population, generations=1)
        found.append(population.size)
    expected = [narrow if 10 <= generation < 15 else size for generation in range(1, generations + 1)]
    return exact(
        f"individuals in each generation, {name}",
        f"{generations} generations of {size:,}, five of them of {narrow}",
        found,
        expected,
        tolerance=0.0,
    )


FAMILY = Family(
    name="gametes",
    title="Births",
    law="N individuals in every generation; a child has half of each parent, with variance mean(1 - 2 r) / 4",
    source="Mendel 1866; Franklin 1977",
    seconds=2,
    measure=measure,
)
