"""Mixability of a population: its two parts, and the two-locus model of Livnat and others (2008)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import complete, interaction_spectrum, population_mixability, tabulate, two_locus_mixability
from sim import PairwiseLandscape, pack, unpack
from tests.strategies import TableGame, Values, additive, tables

EXAMPLE = np.array([[0.90, 0.90, 1.20], [1.10, 1.15, 1.05], [0.95, 1.10, 0.85]])
"""Alleles by alleles: the best genotype is the first allele with the third, the best alleles are the two second."""


@pytest.mark.oracle
@given(tables(least=2, most=6), st.integers(1, 50), st.integers(0, 99))
def test_both_parts_add_up_to_the_mean(values: Values, members: int, seed: int) -> None:
    game = TableGame(values)
    genotypes = np.random.default_rng(seed).random((members, game.n)) < 0.5
    mixability = interaction_spectrum(game).mixability
    found = population_mixability(float(values.mean()), mixability, genotypes, game(genotypes))
    assert found.performance == pytest.approx(game(genotypes).mean())
    assert found.mixability + found.epistasis == pytest.approx(found.performance)


@pytest.mark.oracle
@given(tables(least=2, most=6))
def test_over_all_genotypes_combinations_cancel(values: Values) -> None:
    game = TableGame(values)
    everyone = complete(game.n).masks
    found = population_mixability(float(values.mean()), interaction_spectrum(game).mixability, everyone, values)
    assert found.mixability == pytest.approx(values.mean(), abs=1e-9 * np.abs(values).max())
    assert found.epistasis == pytest.approx(0, abs=1e-9 * np.abs(values).max())


@pytest.mark.oracle
@given(st.integers(1, 12), st.integers(0, 99))
def test_on_an_additive_landscape_nothing_is_owed_to_combinations(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    weights, genotypes = rng.standard_normal(n), rng.random((20, n)) < 0.7
    game = additive(weights)
    found = population_mixability(float(weights.sum() / 2), weights, genotypes, game(genotypes))
    assert found.epistasis == pytest.approx(0, abs=1e-12)


@pytest.mark.oracle
def test_one_genotype_owes_to_combinations_the_higher_orders_of_its_value() -> None:
    """AND of two: ``v = 1/4 + (x + y) / 4 + xy / 4``, so the genotype with both has M = 3/4 and E = 1/4."""
    values = tabulate(lambda m: m.all(1) * 1.0, 2)
    found = [population_mixability(0.25, np.full(2, 0.5), complete(2).masks[[k]], values[[k]]) for k in range(4)]
    assert [f.mixability for f in found] == pytest.approx([-0.25, 0.25, 0.25, 0.75])
    assert [f.epistasis for f in found] == pytest.approx([0.25, -0.25, -0.25, 0.25])


@pytest.mark.oracle
def test_a_landscape_states_what_its_genotypes_show() -> None:
    """``mean = 0`` and ``mixability = 2 selection a`` of a pairwise landscape, against the game of its genotypes."""
    landscape = PairwiseLandscape.random(loci=10, additive_variance=1.0, epistatic_variance=2.0, selection=0.3, seed=4)
    game = interaction_spectrum(lambda masks: landscape.log_fitness(pack(masks)), n=10)
    stated = 2 * landscape.selection * landscape.additive
    assert game.mixability == pytest.approx(stated)
    assert game.variance == pytest.approx(0.3**2 * 3)

    population = landscape.founders(64, 7)
    genotypes, performance = unpack(population, 10), landscape.log_fitness(population)
    found = population_mixability(0.0, stated, genotypes, performance)
    measured = population_mixability(0.0, game.mixability, genotypes, performance)
    s = np.where(genotypes, 1.0, -1.0)
    assert found.mixability == pytest.approx(0.3 * np.mean(s @ landscape.additive))
    assert found.epistasis == pytest.approx(0.3 * np.mean(np.einsum("mi,ij,mj->m", s, landscape.pairs, s)) / 2)
    assert vars(measured) == pytest.approx(vars(found))

    sampled = interaction_spectrum(lambda masks: landscape.log_fitness(pack(masks)), n=10, samples=512, seed=1)
    assert np.all(np.abs(sampled.mixability - stated) < 4 * sampled.mixability_error)


@pytest.mark.oracle
def test_two_loci_with_three_alleles_have_their_known_mixability() -> None:
    first, second, population = two_locus_mixability(EXAMPLE, np.full((3, 3), 1 / 9))
    assert first == pytest.approx([1.0, 1.1, 2.9 / 3])
    assert second == pytest.approx([2.95 / 3, 1.05, 3.1 / 3])
    assert population == pytest.approx(EXAMPLE.mean())
    assert [first.argmax(), second.argmax()] == [1, 1]
    assert EXAMPLE.argmax() == 0 * 3 + 2


@pytest.mark.oracle
@pytest.mark.parametrize(("recombination", "winner"), [(0.0, (0, 2)), (0.1, (0, 2)), (0.25, (1, 1)), (0.5, (1, 1))])
def test_recombination_lets_the_mixable_alleles_win(recombination: float, winner: tuple[int, int]) -> None:
    """``P' = (1 - r) Q + r Q_i. Q_.j`` with ``Q = P w / mean``: mixability falls without recombination, and rises."""
    frequency = np.full((3, 3), 1 / 9)
    start = two_locus_mixability(EXAMPLE, frequency)[2]
    for _ in range(3000):
        selected = frequency * EXAMPLE / np.sum(frequency * EXAMPLE)
        frequency = (1 - recombination) * selected + recombination * np.outer(selected.sum(1), selected.sum(0))
    end = two_locus_mixability(EXAMPLE, frequency)[2]
    assert frequency[winner] > 0.99
    assert end == pytest.approx(1.075 if winner == (1, 1) else (1 + 3.1 / 3) / 2, abs=1e-2)
    assert (end > start + 0.03) == (winner == (1, 1))


@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 99), st.floats(0.01, 100))
def test_mixability_of_alleles_is_blind_to_frequency_and_that_of_populations_is_not(
    rows: int, columns: int, seed: int, total: float
) -> None:
    rng = np.random.default_rng(seed)
    fitness, frequency = rng.random((rows, columns)), rng.random((rows, columns))
    first, second, population = two_locus_mixability(fitness, frequency)
    assert first == pytest.approx(fitness.mean(1))
    assert second == pytest.approx(fitness.mean(0))
    assert two_locus_mixability(fitness, total * frequency)[2] == pytest.approx(population)
    turned = two_locus_mixability(fitness.T, frequency.T)
    assert turned[2] == pytest.approx(population)
    assert turned[0] == pytest.approx(second)
    fixed = np.zeros((rows, columns))
    fixed[-1, 0] = 3.0
    assert two_locus_mixability(fitness, fixed)[2] == pytest.approx((first[-1] + second[0]) / 2)


def test_wrong_shapes_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match=r"genotypes must have shape \(3, 2\), members by elements; got \(2, 3\)"):
        population_mixability(0.0, np.zeros(2), np.zeros((2, 3), dtype=np.bool_), np.zeros(3))
    with pytest.raises(ValueError, match=r"tables of one shape; got \(2, 2\), \(2, 3\)"):
        two_locus_mixability(np.zeros((2, 2)), np.zeros((2, 3)))
    with pytest.raises(ValueError, match="tables of one shape"):
        two_locus_mixability(np.zeros(4), np.zeros(4))
