"""The simulator against its rivals, plain numpy, and what the machine can do, generation by generation on one core."""

from collections.abc import Callable
from functools import partial

import numpy as np

from benchmarks.measuring import row, seconds
from benchmarks.rivals.environment import measure, missing
from benchmarks.rivals.limits import copy_bandwidth, random_words
from benchmarks.rivals.timing import timed
from benchmarks.rivals.workloads import NEIGHBOURS, WORKLOADS, Workload, additive, pairs
from sim import (
    CLONAL,
    FREE,
    SEXUAL,
    AdditiveLandscape,
    GenomeLandscape,
    NKLandscape,
    PairwiseLandscape,
    Population,
    Recombination,
    Reproduction,
    TermsLandscape,
    evolve,
    infinite_population,
    unpack,
)
from sim.arrays import Bools, Floats

NAMES = {
    "free": "free recombination, 10,000 x 1,024",
    "map": "a map, r = 0.001, 10,000 x 1,024",
    "pair": "free, 2,048 pairs, 10,000 x 1,024",
    "clonal": "clonal, U = 1, 10,000 x 1,024",
    "clonal-rare": "clonal, U = 0.001, 400,000 x 1,024",
    "exact-free": "infinite, free, 16 loci",
    "exact-map": "infinite, a map, 16 loci",
}


def population(workload: Workload) -> Callable[[int], None]:
    """A population of ours that has not lived yet: call it with a number of generations."""
    landscape = landscape_of(workload)
    recombination = Recombination.uniform(workload.loci, NEIGHBOURS) if workload.recombination == "map" else FREE
    mode = CLONAL if workload.recombination == "none" else Reproduction(sex_fraction=1.0, recombination=recombination)
    if workload.exact:
        state: Population = infinite_population(landscape)
    else:
        founders = landscape.founders(workload.individuals, 1)
        if workload.wild_type:
            founders[:] = 0
        state = evolve(landscape, mode, founders, generations=0, mutation=workload.mutation, seed=1)

    def live(generations: int) -> None:
        nonlocal state
        state = evolve(landscape, mode, state, generations=generations, mutation=workload.mutation, seed=1)

    return live


def landscape_of(workload: Workload) -> GenomeLandscape:
    """Effects of allele 1 are twice those of a sign; pairs come with the single loci as terms."""
    effects = additive(workload.loci) / 2.0
    if not workload.pairwise:
        return AdditiveLandscape(loci=workload.loci, effects_of_loci=effects)
    both, coefficients = pairs(workload.loci)
    merged: dict[tuple[int, int], float] = {}
    for pair, coefficient in zip(np.sort(both, axis=1).tolist(), coefficients.tolist(), strict=True):
        merged[pair[0], pair[1]] = merged.get((pair[0], pair[1]), 0.0) + coefficient
    sets: list[tuple[int, ...]] = [(locus,) for locus in range(workload.loci)]
    return TermsLandscape.of(workload.loci, [*sets, *merged], np.concatenate([effects, list(merged.values())]))


def rivals() -> None:
    """Each workload against each rival that is installed."""
    for name, workload in WORKLOADS.items():
        ours, _ = timed(partial(population, workload), workload.warm_up)
        for rival in ("FFPopSim", "simuPOP"):
            if missing(rival):
                print(f"{NAMES[name]:<52} {ours * 1e3:>10.2f} ms   {missing(rival)}")
            elif rival == "FFPopSim" or name in ("free", "map"):
                row(NAMES[name], ours, rival, measure(rival, name).seconds_per_generation)
    ours, _ = timed(partial(population, Workload("free", exact=True, loci=20, individuals=0)), 1, repeats=1)
    print(f"{'infinite, free, 20 loci':<52} {ours * 1e3:>10.2f} ms")


def against_numpy() -> None:
    """All pairs, NK and arbitrary effects, against a byte an allele."""
    for loci in (50, 200):
        landscape = PairwiseLandscape.random(
            loci=loci, additive_variance=1, epistatic_variance=4, selection=0.1, seed=1
        )
        founders = landscape.founders(1000, 1)
        row(
            f"200 generations, all pairs, 1,000 x {loci}",
            seconds(partial(evolve, landscape, SEXUAL, founders, generations=200, mutation=1e-4, seed=1)),
            "numpy, a byte an allele",
            seconds(partial(numpy_wright_fisher, landscape, unpack(founders, loci), 200, 1e-4)),
        )
    nk = NKLandscape.random(loci=1024, k=4, seed=1)
    genomes = nk.founders(10_000, 1)
    row(
        "values of NK, K = 4, 10,000 x 1,024",
        seconds(partial(nk.log_fitness, genomes)),
        "numpy, a byte an allele",
        seconds(partial(numpy_nk, nk, unpack(genomes, 1024))),
    )


def numpy_nk(landscape: NKLandscape, alleles: Bools) -> Floats:
    """The same values in plain vectorised numpy."""
    columns = np.zeros(alleles.shape, dtype=np.int64)
    for bit in range(landscape.neighbours.shape[1]):
        columns |= alleles[:, landscape.neighbours[:, bit]].astype(np.int64) << bit
    values: Floats = landscape.contributions[np.arange(landscape.loci), columns].sum(axis=1)
    return values


def numpy_wright_fisher(landscape: PairwiseLandscape, alleles: Bools, generations: int, mutation: float) -> None:
    """The same model in plain vectorised numpy, with a byte an allele."""
    rng = np.random.default_rng(0)
    for _ in range(generations):
        s = np.where(alleles, 1.0, -1.0)
        log_fitness = landscape.selection * (s @ landscape.additive + 0.5 * np.sum((s @ landscape.pairs) * s, axis=1))
        weight = np.exp(log_fitness - log_fitness.max())
        parents = rng.choice(len(alleles), size=(2, len(alleles)), p=weight / weight.sum())
        take = rng.integers(0, 2, alleles.shape, dtype=np.uint8).astype(np.bool_)
        alleles = np.where(take, alleles[parents[0]], alleles[parents[1]])
        alleles = alleles ^ (rng.random(alleles.shape) < mutation)


def limits() -> None:
    """What a generation of free recombination would take if it did nothing else: the machine's own limit."""
    workload = WORKLOADS["free"]
    ours, _ = timed(partial(population, workload), 1)
    packed = workload.individuals * workload.loci / 8
    moving, drawing = 3 * packed / copy_bandwidth(int(4 * packed)), packed / 8 / random_words()
    for what, least in (("moving its genomes at copy bandwidth", moving), ("drawing its random words", drawing)):
        row("free recombination, 10,000 x 1,024", ours, what, least)


def main() -> None:
    """All of them."""
    rivals()
    against_numpy()
    limits()


if __name__ == "__main__":
    main()
