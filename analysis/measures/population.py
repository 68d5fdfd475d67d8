"""Mixability of a population (Livnat, Papadimitriou, Dushoff & Feldman 2008).

A landscape is a game on the alleles, True for one of two at each locus. The first-order part of its expansion is what
alleles are worth with all possible partners; ``M(P)`` is its mean over a population, and ``E(P)``, the rest of the
population's mean performance, is what its members owe to combinations.
"""

from dataclasses import dataclass

from analysis.arrays import Bools, Floats


@dataclass(frozen=True, kw_only=True)
class PopulationMixability:
    """Mean performance of a population and its two parts; `mixability` + `epistasis` = `performance`."""

    performance: float
    """Mean over the members."""
    mixability: float
    """``M(P)``: mean over the members of the landscape's first-order part, its mean over all genotypes included."""
    epistasis: float
    """``E(P)``: what is left, due to combinations."""


def population_mixability(
    mean: float, mixability: Floats, genotypes: Bools, performance: Floats
) -> PopulationMixability:
    """``M(P)`` and ``E(P)`` of a population, genotypes (members, n) with their performance (members,).

    ``mean`` and ``mixability`` (n,) are those of the landscape over all genotypes at keep probability 1/2, from their
    values, from `interaction_spectrum`, or as the landscape states them. Raises ValueError for other shapes.
    """
    if genotypes.shape != (len(performance), len(mixability)):
        raise ValueError(
            f"genotypes must have shape ({len(performance)}, {len(mixability)}), members by elements; "
            f"got {genotypes.shape}"
        )
    first_order = mean + (genotypes - 0.5) @ mixability
    total, part = float(performance.mean()), float(first_order.mean())
    return PopulationMixability(performance=total, mixability=part, epistasis=total - part)


def two_locus_mixability(fitness: Floats, frequency: Floats) -> tuple[Floats, Floats, float]:
    """Mixability of the alleles of two loci, (alleles of the first,) and (of the second,), and of the population.

    ``fitness`` and ``frequency``: (first, second) of each genotype. An allele's mixability is the mean fitness over
    all genotypes that carry it, whatever their frequency; the population's is the mean over its alleles, weighted by
    their frequency. Raises ValueError where the shapes differ.
    """
    if fitness.shape != frequency.shape or fitness.ndim != 2:
        raise ValueError(f"fitness and frequency must be tables of one shape; got {fitness.shape}, {frequency.shape}")
    first, second = fitness.mean(1), fitness.mean(0)
    weight = frequency / frequency.sum()
    return first, second, float((weight.sum(1) @ first + weight.sum(0) @ second) / 2.0)
