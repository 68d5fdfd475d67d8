"""Kernels against the plain reference, and against the laws of inheritance."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, chisquare

from sim import CLONAL, FREE, SEXUAL, Recombination, Reproduction, genome, reference
from sim.draws import branch, normal
from sim.reproduction import NOBODY, choose_parents, mutation_table, offspring_genomes, offspring_networks
from sim.reproduction.parents import alias_table

AWKWARD = (1, 31, 33, 50, 63, 64, 65, 100)
NOTHING = mutation_table(1, 0.0)


@settings(max_examples=60)
@given(
    size=st.integers(2, 40),
    islands=st.integers(1, 3),
    reproduction=st.builds(
        Reproduction,
        sex_fraction=st.sampled_from([0.0, 0.3, 1.0]),
        selfing=st.sampled_from([0.0, 0.4]),
        mates=st.sampled_from([1, 3]),
    ),
    spread=st.sampled_from([0.0, 0.1, 5.0]),
    migration=st.sampled_from([0.0, 0.3]),
    seed=st.integers(0, 2**64 - 1),
)
def test_parents_agree_with_the_reference_to_the_bit(
    size: int, islands: int, reproduction: Reproduction, spread: float, migration: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    log_fitness = rng.normal(0, spread, size * islands)
    starts = np.arange(islands + 1) * size
    weights = np.exp(log_fitness)
    migration = migration if islands > 1 else 0.0
    mothers, fathers = choose_parents(
        log_fitness, weights, reproduction, np.uint64(seed), islands=starts, children=starts, migration=migration
    )
    tops = np.repeat([weights[a:b].max() for a, b in pairwise(starts)], size)
    tries = max(weights[a:b].max() / weights[a:b].mean() for a, b in pairwise(starts))
    chances, aliases = (weights / tops, np.empty(0, dtype=np.int64)) if tries < 3 else alias_table(weights, starts)
    expected = reference.choose_parents(
        log_fitness.tolist(),
        chances.tolist(),
        aliases.tolist(),
        seed,
        sex_fraction=reproduction.sex_fraction,
        selfing=reproduction.selfing,
        mates=reproduction.mates,
        islands=[list(range(a, b)) for a, b in pairwise(starts.tolist())],
        migration=migration,
    )
    found = [(m, None if f == NOBODY else f) for m, f in zip(mothers.tolist(), fathers.tolist(), strict=True)]
    assert found == expected


@settings(max_examples=80)
@given(
    loci=st.integers(1, 150),
    size=st.integers(2, 30),
    free=st.booleans(),
    mutation=st.sampled_from([0.0, 0.01, 0.4, 0.5]),
    seed=st.integers(0, 2**64 - 1),
)
def test_genomes_agree_with_the_reference_to_the_bit(
    loci: int, size: int, free: bool, mutation: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    alleles = rng.integers(0, 2, (size, loci)).astype(np.bool_)
    mothers, fathers = rng.integers(0, size, size), rng.integers(-1, size, size)
    rates = rng.choice([0.0, 0.01, 0.2, 0.5], loci - 1)
    map_ = FREE if free else Recombination(rates)
    table = mutation_table(loci, mutation)
    children, changed = offspring_genomes(genome.pack(alleles), mothers, fathers, loci, map_, table, np.uint64(seed))

    parents = [(m, None if f < 0 else f) for m, f in zip(mothers.tolist(), fathers.tolist(), strict=True)]
    used = None if map_.free else rates.tolist()
    expected = np.array(
        reference.offspring(alleles.tolist(), parents, used, map_.points.tolist(), table.tolist(), seed)
    )
    assert np.array_equal(genome.unpack(children, loci), expected)
    differs = (expected != alleles[mothers]).any(axis=1)
    assert np.all(changed[differs]), "a changed genome is never taken for a copy"
    assert mutation > 0.0 or not changed[(fathers < 0) | (fathers == mothers)].any()


def test_draws_agree_with_the_reference() -> None:
    for state, index in [(0, 0), (1, 2**33), (2**64 - 1, 7)]:
        assert int(branch(np.uint64(state), np.uint64(index))) == reference.branch(state, index)


def test_normal_draws_are_standard_normal() -> None:
    drawn = np.array([normal(np.uint64(5), np.uint64(i)) for i in range(20_000)])
    assert abs(drawn.mean()) < 4 / np.sqrt(20_000)
    assert abs(drawn.var() - 1) < 4 * np.sqrt(2 / 20_000)
    assert abs(np.mean(np.abs(drawn) < 1.959964) - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 20_000)


def hybrids(loci: int, size: int, map_: Recombination, seed: int) -> np.ndarray:
    """Children of a parent without and one with allele 1 everywhere, (size, loci)."""
    parents = genome.pack(np.array([[False] * loci, [True] * loci]))
    mothers, fathers = np.zeros(size, dtype=np.int64), np.ones(size, dtype=np.int64)
    children, _ = offspring_genomes(parents, mothers, fathers, loci, map_, NOTHING, np.uint64(seed))
    return genome.unpack(children, loci)


@pytest.mark.oracle
def test_a_child_takes_half_of_each_parent_with_variance_one_over_four_n() -> None:
    loci, size = 100, 40_000
    share = hybrids(loci, size, FREE, 3).mean(1)
    assert abs(share.mean() - 0.5) < 4 * np.sqrt(0.25 / loci / size)
    assert share.var() == pytest.approx(1 / (4 * loci), rel=4 * np.sqrt(2 / size))


@pytest.mark.oracle
@pytest.mark.parametrize("loci", AWKWARD)
def test_free_recombination_links_no_pair_of_loci(loci: int) -> None:
    size = 20_000
    r = np.atleast_2d(np.corrcoef(hybrids(loci, size, FREE, 4).T))[np.triu_indices(loci, 1)]
    assert np.abs(r).max(initial=0.0) < 5 / np.sqrt(size)


@pytest.mark.oracle
@pytest.mark.parametrize("loci", AWKWARD)
def test_every_pair_of_loci_recombines_as_the_map_says(loci: int) -> None:
    """Haldane's function between any two loci, at sizes around a word's, for uneven rates."""
    size = 20_000
    map_ = Recombination(np.random.default_rng(loci).choice([0.0, 0.001, 0.03, 0.2, 0.5], loci - 1))
    children = np.where(hybrids(loci, size, map_, 5), 1.0, -1.0)
    found, expected = (1 - children.T @ children / size) / 2, map_.between(loci)
    error = np.sqrt(expected * (1 - expected) / size)
    assert np.all(np.abs(found - expected) <= 5.5 * error + 1e-12)
    assert np.abs(children.mean(0)).max() < 5 / np.sqrt(size), "either strand comes first equally often"


def test_maps_are_built_from_positions_and_chromosomes() -> None:
    assert Recombination.haldane([0.0, 0.1, np.inf]).rates == pytest.approx([(1 - np.exp(-0.2)) / 2, 0.5])
    map_ = Recombination.chromosomes([2, 3], 0.01)
    assert map_.rates == pytest.approx([0.01, 0.5, 0.01, 0.01])
    assert map_.between(5)[0, 4] == 0.5
    assert Recombination(np.full(4, 0.5)).free
    assert not map_.free


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: Recombination(np.array([0.1, 0.6])), r"\[0, 1/2\]; got 0.6 in interval 1"),
        (lambda: Recombination.uniform(10, 0.1).check(11), "11 loci has 10 intervals; got 9 rates"),
        (lambda: Recombination.haldane([0.2, 0.1]), "sort the loci"),
        (lambda: Recombination.chromosomes([0, 5], 0.1), "a chromosome has at least 1 locus"),
        (lambda: mutation_table(5, 0.6), r"mutation must lie in \[0, 1/2\]"),
        (lambda: Reproduction(sex_fraction=1.5), r"sex_fraction must lie in \[0, 1\]; got 1.5"),
        (lambda: Reproduction(sex_fraction=1.0, selfing=-0.1), "selfing"),
        (lambda: Reproduction(sex_fraction=1.0, mates=0), "mates must be at least 1"),
        (lambda: Reproduction(sex_fraction=1.0, best_of=0), "best_of must be at least 1"),
    ],
)
def test_impossible_settings_are_refused(wrong: object, words: str) -> None:
    assert callable(wrong)
    with pytest.raises(ValueError, match=words):
        wrong()


@pytest.mark.oracle
@pytest.mark.parametrize(("loci", "rate"), [(70, 1e-4), (70, 0.01), (70, 0.3), (64, 0.5), (1000, 0.003), (1, 0.2)])
def test_the_number_of_mutations_is_binomial_and_every_locus_has_its_share(loci: int, rate: float) -> None:
    size = 40_000
    nobody = np.full(size, NOBODY)
    start = np.zeros((1, genome.words(loci)), dtype=np.uint64)
    mothers = np.zeros(size, dtype=np.int64)
    children, changed = offspring_genomes(start, mothers, nobody, loci, FREE, mutation_table(loci, rate), np.uint64(9))
    alleles = genome.unpack(children, loci)
    counts = np.bincount(alleles.sum(1), minlength=loci + 1)
    expected = size * binom.pmf(np.arange(loci + 1), loci, rate)
    common = expected > 10
    rare = [[x[~common].sum()] if (~common).any() else [] for x in (counts, expected)]
    found, hoped = (np.append(x[common], r) for x, r in zip((counts, expected), rare, strict=True))
    assert chisquare(found, hoped * found.sum() / hoped.sum()).pvalue > 1e-4
    assert np.abs(alleles.sum(0) - size * rate).max() < 5.5 * np.sqrt(size * rate * (1 - rate)) + 3
    assert np.all(changed[alleles.any(1)]), "a mutant is never taken for a copy"


@pytest.mark.oracle
@pytest.mark.parametrize("spread", [1.0, 1000.0], ids=["by rejection", "by aliases"])
def test_parents_are_drawn_in_proportion_to_weight(spread: float) -> None:
    weights = np.array([1.0, 2.0, 5.0, 0.0, spread]).repeat(40_000)
    mothers, _ = choose_parents(weights, weights, CLONAL, np.uint64(1))
    drawn = np.bincount(mothers // 40_000, minlength=5) / len(weights)
    assert np.abs(drawn - np.array([1, 2, 5, 0, spread]) / (8 + spread)).max() < 5 * np.sqrt(0.25 / len(weights))


def test_clonal_children_have_one_parent_and_sexual_ones_two() -> None:
    flat = np.ones(5000)
    mothers, fathers = choose_parents(flat, flat, CLONAL, np.uint64(2))
    assert np.all(fathers == NOBODY)
    mothers, fathers = choose_parents(flat, flat, SEXUAL, np.uint64(2))
    assert np.mean(mothers == fathers) < 0.01
    mothers, fathers = choose_parents(flat, flat, Reproduction(sex_fraction=1.0, selfing=0.5), np.uint64(2))
    assert abs(np.mean(mothers == fathers) - 0.5) < 5 * np.sqrt(0.25 / 5000)


def test_choice_of_mates_makes_parents_alike() -> None:
    log_fitness = np.random.default_rng(0).normal(0, 1, 5000)
    alike = [
        np.asarray(np.corrcoef(log_fitness[np.array(choose_parents(log_fitness, np.ones(5000), mode, np.uint64(3)))]))
        for mode in (SEXUAL, Reproduction(sex_fraction=1.0, mates=10))
    ]
    assert abs(alike[0][0, 1]) < 5 / np.sqrt(5000)
    assert alike[1][0, 1] > 0.9


def test_nobody_is_her_own_nearest_mate() -> None:
    log_fitness = np.random.default_rng(0).normal(0, 1, 50)
    mode = Reproduction(sex_fraction=1.0, mates=40)
    mothers, fathers = choose_parents(log_fitness, np.ones(50), mode, np.uint64(3))
    assert not np.any(mothers == fathers)
    with pytest.raises(ValueError, match="at most 200"):
        Reproduction(sex_fraction=1.0, mates=256)


def test_a_population_in_which_nobody_can_reproduce_is_refused() -> None:
    for weights in (np.zeros(4), np.full(4, np.nan)):
        with pytest.raises(ValueError, match="nobody can reproduce: all fitnesses are zero or not finite"):
            choose_parents(weights, weights, SEXUAL, np.uint64(0))


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
    copies, changed = offspring_networks(networks, mothers, np.full(4000, NOBODY), 0.0, np.uint64(1))
    assert not changed.any()
    assert np.all(copies == networks[0])
