"""FFPopSim (Zanini & Neher 2012), in the rivals' environment: ``python -m benchmarks.rivals.ffpopsim free --loci 64``.

It differs from the workload in that the number of offspring is Poisson, held near N by a soft carrying capacity, that
a mating has two complementary children, and that its exact step is of first order in the mutation rate.
"""

import FFPopSim  # type: ignore[import-not-found]

from benchmarks.rivals.timing import Evolve, main
from benchmarks.rivals.workloads import NEIGHBOURS, WORKLOADS, Workload, additive, pairs

SEED = 1


def populate(workload: Workload) -> Evolve:
    """A fresh population, as the function that lets it evolve."""
    return _frequencies(workload) if workload.exact else _individuals(workload)


def _individuals(workload: Workload) -> Evolve:
    population = FFPopSim.haploid_highd(workload.loci, rng_seed=SEED)
    population.carrying_capacity = workload.individuals
    population.mutation_rate = workload.mutation
    population.outcrossing_rate = float(workload.recombination != "none")
    population.crossover_rate = NEIGHBOURS
    on_map = workload.recombination == "map"
    population.recombination_model = FFPopSim.CROSSOVERS if on_map else FFPopSim.FREE_RECOMBINATION
    population.set_fitness_additive(additive(workload.loci) / 2)  # its alleles are +-1
    if workload.pairwise:
        for pair, coefficient in zip(*(part.tolist() for part in pairs(workload.loci)), strict=True):
            population.add_fitness_coefficient(coefficient, pair)
    if workload.wild_type:
        population.set_wildtype(workload.individuals)
    else:
        population.set_allele_frequencies([0.5] * workload.loci, workload.individuals)
    evolve: Evolve = population.evolve
    return evolve


def _frequencies(workload: Workload) -> Evolve:
    population = FFPopSim.haploid_lowd(workload.loci, rng_seed=SEED)
    population.outcrossing_rate = 1.0
    population.set_mutation_rates(workload.mutation)
    if workload.recombination == "map":
        population.set_recombination_rates(NEIGHBOURS, FFPopSim.CROSSOVERS)
    else:
        population.recombination_model = FFPopSim.FREE_RECOMBINATION
    population.set_fitness_additive(additive(workload.loci) / 2)
    population.set_allele_frequencies([0.5] * workload.loci, 1)
    evolve: Evolve = population.evolve_deterministic
    return evolve


if __name__ == "__main__":
    main("FFPopSim 3.1.2", populate, WORKLOADS)
