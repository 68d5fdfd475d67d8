"""simuPOP (Peng & Kimmel 2005), in the rivals' environment: ``python -m benchmarks.rivals.simupop free --loci 64``.

It has no haploids with two parents, so that it has half as many diploid hermaphrodites: as many genomes, of which two
choose their mates together.
"""

import math

import simuOpt  # type: ignore[import-not-found]

from benchmarks.rivals.timing import Evolve, main
from benchmarks.rivals.workloads import NEIGHBOURS, Workload, additive

simuOpt.setOptions(alleleType="binary", optimized=True, quiet=True, numThreads=1)
import simuPOP  # type: ignore[import-not-found] # noqa: E402 - it reads its options when imported

SEED = 1


def populate(workload: Workload) -> Evolve:
    """A fresh population, as the function that lets it evolve."""
    simuPOP.setRNG(seed=SEED)
    population = simuPOP.Population(size=workload.individuals // 2, ploidy=2, loci=workload.loci, infoFields="fitness")
    simuPOP.initGenotype(population, freq=[0.5, 0.5])
    loci = [
        simuPOP.MaSelector(loci=locus, fitness=[1.0, math.exp(effect), math.exp(2 * effect)], wildtype=0)
        for locus, effect in enumerate(additive(workload.loci))
    ]
    selection = simuPOP.MlSelector(loci, mode=simuPOP.MULTIPLICATIVE)
    mutation = simuPOP.SNPMutator(u=workload.mutation, v=workload.mutation)
    recombination = simuPOP.Recombinator(rates=0.5 if workload.recombination == "free" else NEIGHBOURS)
    mating = simuPOP.HermaphroditicMating(ops=recombination)
    return lambda generations: population.evolve(preOps=[mutation, selection], matingScheme=mating, gen=generations)


if __name__ == "__main__":
    main("simuPOP 1.1.18", populate, ("free", "map"))
