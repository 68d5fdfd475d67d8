"""Reproduction: who the parents are, and what a child takes from each."""

from sim.reproduction.genomes import offspring_genomes
from sim.reproduction.modes import CLONAL, SEXUAL, Reproduction
from sim.reproduction.mutation import mutation_table
from sim.reproduction.networks import offspring_networks
from sim.reproduction.parents import NOBODY, choose_parents
from sim.reproduction.points import at_least_one
from sim.reproduction.recombination import FREE, Recombination

__all__ = [
    "CLONAL",
    "FREE",
    "NOBODY",
    "SEXUAL",
    "Recombination",
    "Reproduction",
    "at_least_one",
    "choose_parents",
    "mutation_table",
    "offspring_genomes",
    "offspring_networks",
]
