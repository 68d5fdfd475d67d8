"""The model of mixability: against sums over all matings, its published recursion, and bi-allelic populations."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sim import infinite
from sim.alleles import EXAMPLE, evolve, generation, random_tables, recombine, winners

Values = NDArray[np.float64]


def some_population(shape: tuple[int, ...], seed: int) -> Values:
    return np.random.default_rng(seed).dirichlet(np.ones(math.prod(shape))).reshape(shape)


def all_matings(frequencies: Values, rates: list[float]) -> Values:
    """Every mother with every father and every way to take each locus from one of them."""
    children = np.zeros_like(frequencies)
    genotypes = list(np.ndindex(*frequencies.shape))
    for origins in itertools.product([0, 1], repeat=frequencies.ndim):
        chance = 0.5 * math.prod(
            rate if here != there else 1 - rate for rate, here, there in zip(rates, origins, origins[1:], strict=False)
        )
        for parents in itertools.product(genotypes, repeat=2):
            child = tuple(parents[origin][locus] for locus, origin in enumerate(origins))
            children[child] += chance * frequencies[parents[0]] * frequencies[parents[1]]
    return children


def marginals(frequencies: Values) -> list[Values]:
    axes = range(frequencies.ndim)
    return [frequencies.sum(tuple(other for other in axes if other != axis)) for axis in axes]


shapes = st.lists(st.integers(1, 4), min_size=1, max_size=5).map(tuple)
seeds = st.integers(0, 2**32 - 1)


@pytest.mark.oracle
@pytest.mark.parametrize(
    ("shape", "rates"),
    [
        ((5,), []),
        ((3, 4), [0.2]),
        ((3, 4), [0.0]),
        ((2, 3, 2), [0.1, 0.5]),
        ((2, 3, 2, 2), [0.0, 0.3, 0.45]),
    ],
)
def test_recombination_is_that_of_all_matings(shape: tuple[int, ...], rates: list[float]) -> None:
    frequencies = some_population(shape, 1)
    assert recombine(frequencies, rates) == pytest.approx(all_matings(frequencies, rates), abs=1e-15)


@pytest.mark.oracle
@given(shape=st.tuples(st.integers(1, 6), st.integers(1, 6)), rate=st.floats(0, 0.5), seed=seeds)
def test_two_loci_follow_the_published_recursion(shape: tuple[int, int], rate: float, seed: int) -> None:
    frequencies, fitness = some_population(shape, seed), np.random.default_rng(seed).uniform(0.1, 2.0, shape)
    selected = frequencies * fitness / np.sum(frequencies * fitness)
    expected = (1 - rate) * selected + rate * np.outer(selected.sum(1), selected.sum(0))
    assert generation(frequencies, fitness, rate) == pytest.approx(expected, abs=1e-15)


@pytest.mark.oracle
@pytest.mark.parametrize("loci", [1, 2, 3, 5, 8])
def test_two_alleles_at_each_locus_are_an_infinite_population(loci: int) -> None:
    """Bit ``l`` of a genotype's number is the allele of locus ``l``: the axes in reverse order."""
    rng = np.random.default_rng(loci)
    rates, fitness = rng.uniform(0, 0.5, loci - 1), rng.uniform(0.5, 1.5, (2,) * loci)
    table = some_population((2,) * loci, loci)
    vector = table.T.ravel()
    for _ in range(5):
        table = generation(table, fitness, rates)
        vector = infinite.reproduce(infinite.select(vector, np.log(fitness).T.ravel()), rates=rates)
    assert table.T.ravel() == pytest.approx(vector, abs=1e-15)


@given(shape=shapes, seed=seeds, rate=st.floats(0, 0.5))
def test_recombination_keeps_allele_frequencies(shape: tuple[int, ...], seed: int, rate: float) -> None:
    frequencies = some_population(shape, seed)
    after = recombine(frequencies, np.full(len(shape) - 1, rate))
    for before, now in zip(marginals(frequencies), marginals(after), strict=True):
        assert now == pytest.approx(before, abs=1e-15)


@pytest.mark.oracle
@given(shape=shapes, seed=seeds, rate=st.sampled_from([0.0, 0.1, 0.5]))
def test_alleles_grow_by_multiplicative_weights(shape: tuple[int, ...], seed: int, rate: float) -> None:
    """``x' = x (mean fitness of its carriers) / wbar`` at any rate (Chastain et al. 2014; Meir & Parkes 2015)."""
    frequencies, fitness = some_population(shape, seed), np.random.default_rng(seed).uniform(0.1, 2.0, shape)
    after = generation(frequencies, fitness, np.full(len(shape) - 1, rate))
    mean = np.sum(frequencies * fitness)
    for before, weighted, now in zip(
        marginals(frequencies), marginals(frequencies * fitness), marginals(after), strict=True
    ):
        carriers = weighted / before
        assert now == pytest.approx(before * carriers / mean, rel=1e-12)


@given(seed=seeds, rate=st.floats(0, 0.5))
def test_populations_in_a_stack_do_not_meet(seed: int, rate: float) -> None:
    frequencies = np.stack([some_population((3, 2), seed + copy) for copy in range(4)]).reshape(2, 2, 3, 2)
    fitness = np.random.default_rng(seed).uniform(0.1, 2.0, frequencies.shape)
    after = generation(frequencies, fitness, rate)
    for copy in np.ndindex(2, 2):
        assert after[copy] == pytest.approx(generation(frequencies[copy], fitness[copy], rate), abs=1e-16)


@pytest.mark.oracle
@pytest.mark.parametrize(
    ("rate", "winner"),
    [(0.0, (0, 2)), (0.05, (0, 2)), (0.1, (0, 2)), (0.25, (1, 1)), (0.4, (1, 1)), (0.5, (1, 1))],
)
def test_in_the_example_sex_lets_the_alleles_win_that_mix_best(rate: float, winner: tuple[int, int]) -> None:
    end = evolve(EXAMPLE, rate)
    assert end.fixed
    assert end.winner == winner
    assert EXAMPLE[0, 2] == EXAMPLE.max()
    assert (EXAMPLE.mean(1).argmax(), EXAMPLE.mean(0).argmax()) == (1, 1)


def test_a_history_begins_at_the_start_and_ends_at_fixation() -> None:
    start = some_population((3, 3), 2)
    end = evolve(EXAMPLE, 0.3, start=start, tolerance=1e-4)
    generations = len(end.mean_fitness)
    assert end.mean_fitness[0] == pytest.approx(np.sum(start * EXAMPLE))
    assert end.mean_fitness[-1] == pytest.approx(np.sum(end.frequencies * EXAMPLE))
    assert [locus.shape for locus in end.allele_frequencies] == [(generations, 3), (generations, 3)]
    for locus, first, last in zip(end.allele_frequencies, marginals(start), marginals(end.frequencies), strict=True):
        assert locus[0] == pytest.approx(first)
        assert locus[-1] == pytest.approx(last)
    assert end.frequencies.max() >= 1 - 1e-4
    once_less = evolve(EXAMPLE, 0.3, start=start, tolerance=1e-4, generations=generations - 2)
    assert not once_less.fixed
    assert np.array_equal(once_less.mean_fitness, end.mean_fitness[:-1])
    assert evolve(EXAMPLE, 0.3, generations=0).mean_fitness.tolist() == pytest.approx([EXAMPLE.mean()])


@pytest.mark.oracle
def test_clones_grow_as_powers_of_their_fitness() -> None:
    end = evolve(EXAMPLE, 0.0, generations=30)
    expected = EXAMPLE**30 / np.sum(EXAMPLE**30)
    assert end.frequencies == pytest.approx(expected, rel=1e-12)


@pytest.mark.oracle
@pytest.mark.parametrize(("rate", "invades"), [(0.19, True), (0.2, None), (0.21, False)])
def test_a_rare_pair_invades_below_a_recombination_rate(rate: float, invades: bool | None) -> None:
    """For ``r < r* = 1 - w_ab / w_AB``, here 1/5."""
    rare = 1e-9
    start = np.array([[1 - rare, 0.0], [0.0, rare]])
    fitness = np.array([[1.0, 0.3], [0.6, 1.25]])
    after = generation(start, fitness, rate)
    assert after[1, 1] / rare == pytest.approx((1 - rate) * 1.25, rel=1e-7)
    if invades is not None:
        assert (evolve(fitness, rate, start=start, generations=50, tolerance=0.0).frequencies[1, 1] > rare) == invades


@pytest.mark.oracle
@pytest.mark.parametrize("loci", [2, 3, 5])
def test_a_rare_jackpot_must_win_by_a_factor_that_doubles_with_each_locus(loci: int) -> None:
    rare, advantage = 1e-9, 3.0
    start, fitness = np.zeros((2,) * loci), np.zeros((2,) * loci)
    first, last = (0,) * loci, (1,) * loci
    start[first], start[last] = 1 - rare, rare
    fitness[first], fitness[last] = 1.0, advantage
    after = generation(start, fitness, np.full(loci - 1, 0.5))
    assert after[last] / rare == pytest.approx(advantage * 2.0 ** (1 - loci), rel=1e-6)


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.5])
def test_many_tables_side_by_side_end_as_each_alone(rate: float) -> None:
    tables = np.concatenate([random_tables(20, 3, seed=3), EXAMPLE[None]])
    found, fixed = winners(tables, rate, generations=300)
    alone = [evolve(table, rate, generations=300, tolerance=1e-3) for table in tables]
    assert [tuple(winner) for winner in found.tolist()] == [end.winner for end in alone]
    assert fixed.tolist() == [end.fixed for end in alone]
    assert 0 < fixed.sum() < len(fixed)


def test_many_tables_of_three_loci() -> None:
    tables = np.random.default_rng(4).uniform(1, 2, (5, 2, 3, 2))
    found, _ = winners(tables, [0.1, 0.4])
    assert [tuple(winner) for winner in found.tolist()] == [evolve(table, [0.1, 0.4]).winner for table in tables]


@pytest.mark.oracle
@pytest.mark.parametrize(
    ("alleles", "rate", "share"),
    [
        *[(3, 0.0, 1.0), (3, 0.1, 0.94), (3, 0.5, 0.875)],
        *[(5, 0.0, 1.0), (5, 0.1, 0.815), (5, 0.5, 0.68)],
        *[(10, 0.0, 1.0), (10, 0.1, 0.59), (10, 0.5, 0.315)],
    ],
)
def test_how_often_the_best_genotype_wins(alleles: int, rate: float, share: float) -> None:
    """Against the shares that an independent program found in 200 tables of its own: z < 4 for the difference."""
    count = 200
    tables = random_tables(count, alleles, seed=11)
    found, _ = winners(tables, rate, generations=1500)
    best = np.stack(np.unravel_index(tables.reshape(count, -1).argmax(1), (alleles, alleles)), axis=1)
    won = np.mean((found == best).all(1))
    pooled = (won + share) / 2
    assert abs(won - share) <= 4 * np.sqrt(2 * pooled * (1 - pooled) / count)


def test_random_tables_follow_their_seed() -> None:
    tables = random_tables(50, 4, seed=5)
    assert tables.shape == (50, 4, 4)
    assert 1.0 <= tables.min() < 1.05
    assert 1.95 < tables.max() <= 2.0
    assert np.array_equal(tables, random_tables(50, 4, seed=5))
    assert not np.array_equal(tables, random_tables(50, 4, seed=6))


EVEN = np.full((2, 2), 0.25)
ONES = np.ones((2, 2))


@pytest.mark.parametrize(
    ("frequencies", "fitness", "rates", "said"),
    [
        (EVEN, ONES, 0.6, r"in \[0, 1/2\]"),
        (EVEN, ONES, [np.nan], r"in \[0, 1/2\]"),
        (EVEN, ONES, [[0.1]], "one number"),
        (EVEN, ONES, [0.1, 0.1], "frequencies must have 3 axes"),
        (EVEN * 2, ONES, 0.1, "sum to 1"),
        (EVEN - np.eye(2), ONES, 0.1, "not be negative; got -0.75"),
        (EVEN * np.nan, ONES, 0.1, "not be negative; got nan"),
        (EVEN, np.ones((2, 3)), 0.1, r"fitness must have shape \(2, 2\)"),
        (EVEN, -ONES, 0.1, "0 or above and finite"),
        (EVEN, ONES * np.inf, 0.1, "0 or above and finite"),
        (EVEN, ONES * np.nan, 0.1, "0 or above and finite"),
        (np.eye(2) / 2, 1 - np.eye(2), 0.1, "no genotype that is present survives"),
    ],
)
def test_what_cannot_reproduce_is_refused(
    frequencies: Values, fitness: Values, rates: float | list[float], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        generation(frequencies, fitness, rates)


def test_rates_and_tables_must_fit() -> None:
    with pytest.raises(ValueError, match="fitness must have 3 axes, one for each locus; got 2"):
        evolve(EXAMPLE, [0.1, 0.1])
    with pytest.raises(ValueError, match="fitness must have 3 axes, of the tables and each locus; got 2"):
        winners(EXAMPLE, 0.1)
    with pytest.raises(ValueError, match="read-only"):
        EXAMPLE[0, 0] = 0.0
