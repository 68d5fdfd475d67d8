"""Kernels against the plain reference, and against the laws of inheritance."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import CLONAL, SEXUAL, Reproduction, genome, reference
from sim.draws import branch, normal
from sim.reproduction import choose_parents, offspring_genomes, offspring_networks


@settings(max_examples=40)
@given(
    loci=st.integers(2, 150),
    size=st.integers(2, 40),
    sex=st.sampled_from([0.0, 0.3, 1.0]),
    mutation=st.sampled_from([0.0, 0.01, 0.4]),
    spread=st.sampled_from([0.0, 1.0, 50.0]),
    seed=st.integers(0, 2**64 - 1),
)
def test_kernel_and_reference_agree_to_the_bit(
    loci: int, size: int, sex: float, mutation: float, spread: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    alleles = rng.integers(0, 2, (size, loci)).astype(np.bool_)
    log_fitness = rng.normal(0, spread, size)
    stream = np.uint64(seed)
    mothers, fathers = choose_parents(log_fitness, sex, stream)
    children, changed = offspring_genomes(genome.pack(alleles), mothers, fathers, loci, mutation, stream)

    parents = reference.choose_parents(log_fitness.tolist(), sex, seed)
    expected = np.array(reference.offspring(alleles.tolist(), parents, mutation, seed))
    assert list(zip(mothers.tolist(), fathers.tolist(), strict=True)) == parents
    assert np.array_equal(genome.unpack(children, loci), expected)
    assert np.array_equal(changed, (expected != alleles[mothers]).any(axis=1))


def test_draws_agree_with_the_reference() -> None:
    for state, index in [(0, 0), (1, 2**33), (2**64 - 1, 7)]:
        assert int(branch(np.uint64(state), np.uint64(index))) == reference.branch(state, index)


def test_normal_draws_are_standard_normal() -> None:
    drawn = np.array([normal(np.uint64(5), np.uint64(i)) for i in range(20_000)])
    assert abs(drawn.mean()) < 4 / np.sqrt(20_000)
    assert abs(drawn.var() - 1) < 4 * np.sqrt(2 / 20_000)
    assert abs(np.mean(np.abs(drawn) < 1.959964) - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 20_000)


def test_a_child_takes_half_of_each_parent_with_variance_one_over_four_n() -> None:
    loci, size = 100, 40_000
    parents = genome.pack(np.array([[False] * loci, [True] * loci]))
    mothers, fathers = np.zeros(size, dtype=np.int64), np.ones(size, dtype=np.int64)
    children, _ = offspring_genomes(parents, mothers, fathers, loci, 0.0, np.uint64(3))
    share = genome.unpack(children, loci).mean(1)
    assert abs(share.mean() - 0.5) < 4 * np.sqrt(0.25 / loci / size)
    assert share.var() == pytest.approx(1 / (4 * loci), rel=4 * np.sqrt(2 / size))


def test_free_recombination_links_no_pair_of_loci() -> None:
    loci, size = 100, 20_000
    parents = genome.pack(np.array([[False] * loci, [True] * loci]))
    mothers, fathers = np.zeros(size, dtype=np.int64), np.ones(size, dtype=np.int64)
    children, _ = offspring_genomes(parents, mothers, fathers, loci, 0.0, np.uint64(4))
    r = np.asarray(np.corrcoef(genome.unpack(children, loci).T))[np.triu_indices(loci, 1)]
    assert np.abs(r).max() < 5 / np.sqrt(size)


@pytest.mark.parametrize("mutation", [1e-4, 0.01, 0.3])
def test_mutations_come_at_their_rate_and_everywhere(mutation: float) -> None:
    loci, size = 70, 20_000
    nobody = np.arange(size)
    children, _ = offspring_genomes(np.zeros((size, 2), dtype=np.uint64), nobody, nobody, loci, mutation, np.uint64(9))
    alleles = genome.unpack(children, loci)
    assert alleles.mean() == pytest.approx(mutation, abs=4 * np.sqrt(mutation / (loci * size)))
    per_locus = alleles.sum(0)
    assert np.abs(per_locus - size * mutation).max() < 5 * np.sqrt(size * mutation) + 3


def test_parents_are_drawn_in_proportion_to_fitness() -> None:
    fitness = np.array([1.0, 2.0, 5.0, 0.0]).repeat(50_000)
    with np.errstate(divide="ignore"):
        mothers, _ = choose_parents(np.log(fitness), 0.0, np.uint64(1))
    drawn = np.bincount(mothers // 50_000, minlength=4) / len(fitness)
    assert np.abs(drawn - np.array([1, 2, 5, 0]) / 8).max() < 5 * np.sqrt(0.25 / len(fitness))


def test_clonal_children_have_one_parent_and_sexual_ones_two() -> None:
    flat = np.zeros(5000)
    mothers, fathers = choose_parents(flat, CLONAL.sex_fraction, np.uint64(2))
    assert np.array_equal(mothers, fathers)
    mothers, fathers = choose_parents(flat, SEXUAL.sex_fraction, np.uint64(2))
    assert np.mean(mothers == fathers) < 0.01


def test_rows_of_networks_are_inherited_whole_and_missing_connections_stay_missing() -> None:
    networks = np.stack([np.full((4, 4), 1.0), np.full((4, 4), 2.0)])
    networks[:, 0, 3] = 0.0
    mothers, fathers = np.zeros(4000, dtype=np.int64), np.ones(4000, dtype=np.int64)
    children, changed = offspring_networks(networks, mothers, fathers, 0.0, np.uint64(1))
    from_father = children[:, :, 0] == 2.0
    assert all(
        np.array_equal(child, np.where(take[:, None], networks[1], networks[0]))
        for child, take in zip(children, from_father, strict=True)
    )
    assert abs(from_father.mean() - 0.5) < 4 * np.sqrt(0.25 / from_father.size)
    assert np.array_equal(changed, from_father.any(1))
    mutants, _ = offspring_networks(networks, mothers, fathers, 0.2, np.uint64(1))
    assert np.all(mutants[:, 0, 3] == 0.0)
    mutated = ~np.isin(mutants, [0.0, 1.0, 2.0])
    assert mutated.sum() / (15 * 4000) == pytest.approx(0.2, abs=0.01)


def test_sex_fraction_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match=r"sex_fraction must lie in \[0, 1\]; got 1.5"):
        Reproduction(sex_fraction=1.5)
