"""Statistics of populations against their definitions, one pair or genome at a time."""

import numpy as np
import pytest

from sim import (
    CLONAL,
    SEXUAL,
    BlockLandscape,
    DominanceLandscape,
    GeneNetworkLandscape,
    NKLandscape,
    PairwiseLandscape,
    Population,
    evolve,
    infinite_population,
    unpack,
)
from sim.observe import View, fixation_times, linkage, statistics


def seen(population: Population, landscape: object) -> dict[str, float]:
    view = View(population=population, landscape=landscape)  # type: ignore[arg-type]
    return {s.name: s.of(view) for s in statistics(landscape)}  # type: ignore[arg-type]


LANDSCAPE = NKLandscape.random(loci=12, k=2, selection=0.3, seed=1)


@pytest.fixture(scope="module")
def population() -> Population:
    return evolve(LANDSCAPE, SEXUAL, LANDSCAPE.founders(80, 1), generations=10, mutation=0.001, seed=1)


@pytest.mark.oracle
def test_statistics_are_their_definitions(population: Population) -> None:
    alleles = unpack(population.individuals, 12).astype(float)
    q, log_fitness = alleles.mean(0), population.log_fitness
    found = seen(population, LANDSCAPE)
    assert found["fitness"] == pytest.approx(np.exp(log_fitness).mean())
    assert found["variance"] == pytest.approx(log_fitness.var())
    assert found["load"] == pytest.approx(1 - np.exp(log_fitness).mean() / np.exp(log_fitness).max())
    assert found["heterozygosity"] == pytest.approx(np.mean(2 * q * (1 - q)))
    assert found["segregating"] == np.sum((q > 0) & (q < 1))
    distinct, counts = np.unique(population.individuals, axis=0, return_counts=True)
    assert found["genomes"] == len(distinct)
    assert found["haplotype_diversity"] == pytest.approx(1 - np.sum((counts / 80) ** 2))
    mean, effects = LANDSCAPE.effects()
    assert found["first_order"] == pytest.approx(mean + np.mean((2 * alleles - 1) @ effects))
    assert found["first_order"] + found["epistatic"] == pytest.approx(found["log_fitness"])


@pytest.mark.oracle
def test_linkage_is_its_definition() -> None:
    rng = np.random.default_rng(1)
    alleles = (rng.random((50, 4)) < 0.4).astype(float)
    alleles[:, 3] = alleles[:, 0]
    d, d_prime, r_squared = linkage(alleles.mean(0), alleles.T @ alleles / 50)
    pairs = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
    for at, (i, j) in enumerate(pairs):
        a, b = alleles[:, i].mean(), alleles[:, j].mean()
        cover = np.mean(alleles[:, i] * alleles[:, j]) - a * b
        assert d[at] == pytest.approx(cover)
        assert r_squared[at] == pytest.approx(np.corrcoef(alleles[:, i], alleles[:, j])[0, 1] ** 2)
        assert 0 <= d_prime[at] <= 1 + 1e-12
    assert d_prime[2] == pytest.approx(1.0)


def test_clones_individuals_and_infinite_populations_are_seen_alike(population: Population) -> None:
    genomes, copies = np.unique(population.individuals, axis=0, return_counts=True)
    clones = Population(
        individuals=genomes, log_fitness=LANDSCAPE.log_fitness(genomes), weights=copies, history=population.history
    )
    shares = np.zeros(2**12)
    shares[genomes[:, 0].astype(int)] = copies / 80
    exact = infinite_population(LANDSCAPE, frequencies=shares)
    one = seen(population, LANDSCAPE)
    for other in (clones, exact):
        two = seen(other, LANDSCAPE)
        assert {k: pytest.approx(v) for k, v in one.items()} == two


def test_every_landscape_has_statistics_that_can_be_taken() -> None:
    for landscape in (
        DominanceLandscape.random(loci=5, selection=0.1, dominance=0.5, seed=1),
        GeneNetworkLandscape.random(genes=5, density=0.8, selection=5, seed=1),
        PairwiseLandscape.random(loci=90, additive_variance=1, epistatic_variance=1, selection=0.1, seed=1),
    ):
        late = evolve(landscape, SEXUAL, landscape.founders(30, 1), generations=2, mutation=0.001, seed=1)
        assert all(np.isfinite(value) for value in seen(late, landscape).values())


def test_a_population_without_variation_has_no_linkage() -> None:
    landscape = BlockLandscape.count(10)
    still = evolve(landscape, CLONAL, np.zeros((20, 1), dtype=np.uint64), generations=1, mutation=0.0, seed=1)
    found = seen(still, landscape)
    assert np.isnan(found["r_squared"])
    assert found["heterozygosity"] == 0.0
    assert found["genomes"] == 1


def test_fixation_is_when_a_locus_was_last_seen_with_both_alleles() -> None:
    frequencies = np.array([[0.5, 0.5, 0.0], [1.0, 0.2, 0.0], [0.9, 0.0, 0.0], [1.0, 0.0, 0.1]])
    found = fixation_times(np.array([0, 10, 20, 30]), frequencies)
    assert found[:2].tolist() == [30.0, 20.0]
    assert np.isnan(found[2])


@pytest.mark.parametrize("size", [3, 7, 49, 300])
def test_a_fixed_locus_is_seen_as_fixed_whatever_the_number_of_individuals(size: int) -> None:
    landscape = BlockLandscape.count(5)
    genomes = np.full((size, 1), 0b00111, dtype=np.uint64)
    genomes[0] = 0b01111
    population = Population(individuals=genomes, log_fitness=landscape.log_fitness(genomes), history=np.ones(1))
    found = View(population=population, landscape=landscape).frequencies
    assert found.tolist() == [1.0, 1.0, 1.0, pytest.approx(1 / size), 0.0]
