"""The simulator against its rivals, plain numpy, and what the machine can do, generation by generation on one core."""

from collections.abc import Callable
from functools import partial

import numpy as np

from benchmarks.measuring import row
from benchmarks.rivals.environment import measure, missing
from benchmarks.rivals.limits import copy_bandwidth, random_words
from benchmarks.rivals.timing import timed
from benchmarks.rivals.workloads import NEIGHBOURS, WORKLOADS, Workload, additive, pairs
from sim import (
    CLONAL,
    FREE,
    AdditiveLandscape,
    GenomeLandscape,
    NKLandscape,
    Population,
    Recombination,
    Reproduction,
    TermsLandscape,
    evolve,
    infinite_population,
    unpack,
)

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
                row(NAMES[name], ours, f"{rival}: not installed", float("nan"))
            elif rival == "FFPopSim" or name in ("free", "map"):
                row(NAMES[name], ours, rival, measure(rival, name).seconds_per_generation)
    ours, _ = timed(partial(population, Workload("free", exact=True, loci=20, individuals=0)), 1, repeats=1)
    row("infinite, free, 20 loci", ours, "", float("nan"))


def against_numpy() -> None:
    """NK landscapes and arbitrary effects, against a byte an allele."""
    loci, size = 1024, 10_000
    for k in (4,):
        landscape = NKLandscape.random(loci=loci, k=k, seed=1)
        genomes = landscape.founders(size, 1)
        alleles = unpack(genomes, loci).astype(np.uint8)

        def values(alleles: np.ndarray = alleles, landscape: NKLandscape = landscape, k: int = k) -> None:
            columns = np.zeros(alleles.shape, dtype=np.int64)
            for bit in range(k + 1):
                columns |= alleles[:, landscape.neighbours[:, bit]].astype(np.int64) << bit
            landscape.contributions[np.arange(len(landscape.neighbours)), columns].sum(axis=1)

        ours, _ = timed(lambda: lambda n: [landscape.log_fitness(genomes) for _ in range(n)], 1)
        theirs, _ = timed(lambda: lambda n: [values() for _ in range(n)], 1)
        row(f"values of NK, K = {k}, 10,000 x 1,024", ours, "numpy, a byte an allele", theirs)


def limits() -> None:
    """What one core can do, and the share of it that free recombination reaches."""
    workload = WORKLOADS["free"]
    ours, _ = timed(partial(population, workload), 1)
    packed = workload.individuals * workload.loci / 8
    moving, drawing = 3 * packed / copy_bandwidth(int(4 * packed)), packed / 8 / random_words()
    print(
        f"free recombination, 10,000 x 1,024: {ours * 1e3:.2f} ms a generation; moving its genomes takes {moving * 1e3:.2f} "
        f"ms ({moving / ours:.0%}), drawing its random words {drawing * 1e3:.2f} ms ({drawing / ours:.0%})"
    )


def main() -> None:
    """All of them."""
    rivals()
    against_numpy()
    limits()


if __name__ == "__main__":
    main()
