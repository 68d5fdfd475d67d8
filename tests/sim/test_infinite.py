"""Exact infinite populations: against brute force, and against the laws of selection, mutation and recombination."""

import itertools
import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sim import infinite, walsh
from sim.infinite import allele_frequencies, at_linkage_equilibrium, bytes_needed, reproduce, select

Values = NDArray[np.float64]


def brute_force(frequencies: Values, rates: Values, sex_fraction: float, mutation: Values) -> Values:
    """Every mother with every father and every mask of what comes from her, then every mutant of the child."""
    genotypes = range(len(frequencies))
    loci = len(mutation)
    children = (1.0 - sex_fraction) * frequencies
    for mask in genotypes:
        from_mother = [mask >> at & 1 for at in range(loci)]
        chance = 0.5
        for rate, here, there in zip(rates, from_mother, from_mother[1:], strict=False):
            chance *= rate if here != there else 1.0 - rate
        for mother, father in itertools.product(genotypes, genotypes):
            child = (mother & mask) | (father & ~mask)
            children[child] += sex_fraction * chance * frequencies[mother] * frequencies[father]
    mutants = np.zeros_like(frequencies)
    for child, mutant in itertools.product(genotypes, genotypes):
        changes = [(child ^ mutant) >> at & 1 for at in range(loci)]
        mutants[mutant] += children[child] * np.prod(np.where(changes, mutation, 1.0 - mutation))
    return mutants


def some_population(loci: int, seed: int, skew: float = 1.0) -> Values:
    """The larger the skew, the closer to a single genotype."""
    frequencies = np.random.default_rng(seed).exponential(size=2**loci) ** skew
    result: Values = frequencies / frequencies.sum()
    return result


def distance(rates: Values) -> float:
    """The recombination rate between the ends of an interval (Haldane 1919)."""
    return 0.5 * (1.0 - math.prod(1.0 - 2.0 * rates))


def disequilibrium(frequencies: Values, first: int, second: int) -> float:
    number = np.arange(frequencies.size)
    a, b = number >> first & 1, number >> second & 1
    return float(frequencies @ (a * b) - (frequencies @ a) * (frequencies @ b))


def order(loci: int) -> NDArray[np.uint8]:
    return np.bitwise_count(np.arange(2**loci))


populations = st.builds(
    some_population, st.integers(1, 7), st.integers(0, 2**32 - 1), st.sampled_from([0.0, 1.0, 5.0, 20.0])
)


@pytest.mark.oracle
@pytest.mark.parametrize("sex_fraction", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("mutation", [0.0, 0.01, 0.5])
@pytest.mark.parametrize("loci", [1, 2, 3, 4, 5])
def test_a_generation_is_that_of_all_mothers_fathers_and_masks(loci: int, mutation: float, sex_fraction: float) -> None:
    rng = np.random.default_rng(loci)
    parents = some_population(loci, loci, skew=3.0)
    rates = [
        np.full(loci - 1, 0.5),
        np.zeros(loci - 1),
        rng.uniform(0, 0.5, loci - 1),
        rng.choice([0, 0.1, 0.5], loci - 1),
    ]
    per_locus = mutation * rng.uniform(0, 1, loci)
    for given_rates in rates:
        found = reproduce(parents, rates=given_rates, sex_fraction=sex_fraction, mutation=per_locus)
        assert found == pytest.approx(brute_force(parents, given_rates, sex_fraction, per_locus), abs=1e-14, rel=0)
    found = reproduce(parents, sex_fraction=sex_fraction, mutation=mutation)
    expected = brute_force(parents, rates[0], sex_fraction, np.full(loci, mutation))
    assert found == pytest.approx(expected, abs=1e-14, rel=0)


@pytest.mark.oracle
@pytest.mark.parametrize("skew", [0.0, 1.0, 20.0])
@pytest.mark.parametrize("loci", range(6, 15))
def test_the_ranked_convolution_is_the_sum_of_all_products(loci: int, skew: float) -> None:
    values = walsh.moments(some_population(loci, loci, skew))
    free = np.zeros(loci - 1)
    # Plain moments, all about 1 in size where one genotype prevails, are the worst case for the ranked one.
    assert infinite._free(values) == pytest.approx(infinite._mapped(values, free), abs=4e-16 * 2.0**loci, rel=0)


@pytest.mark.oracle
def test_above_the_switch_to_ranks_a_rare_jackpot_is_broken_up_to_many_digits() -> None:
    """Of a rare opposite genotype's children with the common one, every genotype gets the same share."""
    loci, rare = infinite._RANKED_LOCI, 1e-9
    parents = np.zeros(2**loci)
    parents[0], parents[-1] = 1.0 - rare, rare
    expected = np.full(2**loci, 2.0 * rare * (1.0 - rare) / 2**loci)
    expected[0] += (1.0 - rare) ** 2
    expected[-1] += rare**2
    assert reproduce(parents) == pytest.approx(expected, rel=1e-7)
    ones = np.random.default_rng(0).uniform(0, 1, loci) ** 4
    independent = at_linkage_equilibrium(ones)
    assert reproduce(independent) == pytest.approx(independent, rel=1e-12)


@given(
    parents=populations, rate=st.sampled_from([0.0, 0.01, 0.3, 0.5]), sex=st.floats(0, 1), mutation=st.floats(0, 0.5)
)
def test_offspring_are_a_distribution_with_the_alleles_of_their_parents(
    parents: Values, rate: float, sex: float, mutation: float
) -> None:
    loci = parents.size.bit_length() - 1
    children = reproduce(parents, rates=np.full(loci - 1, rate), sex_fraction=sex, mutation=mutation)
    assert children.min() >= 0.0
    assert children.sum() == pytest.approx(1.0, abs=1e-15)
    mutated = mutation + (1 - 2 * mutation) * allele_frequencies(parents)
    assert allele_frequencies(children) == pytest.approx(mutated, abs=1e-15, rel=1e-13)


@given(parents=populations, rate=st.floats(0, 0.5))
def test_loci_read_backwards_recombine_alike(parents: Values, rate: float) -> None:
    loci = parents.size.bit_length() - 1
    rates = rate * np.linspace(0, 1, loci - 1)
    backwards = np.arange(2**loci).reshape((2,) * loci).T.ravel()
    found = reproduce(parents[backwards], rates=rates[::-1])
    assert found == pytest.approx(reproduce(parents, rates=rates)[backwards], abs=1e-15)


def test_blocks_without_recombination_inside_are_inherited_whole() -> None:
    """Two blocks of three loci, in four and two versions: as two loci with four alleles and two."""
    versions = [0b000, 0b011, 0b101, 0b111], [0b000, 0b110]
    table = some_population(3, 1).reshape(4, 2)
    parents = np.zeros(2**6)
    places = np.add.outer(versions[0], 8 * np.array(versions[1]))
    parents[places] = table
    children = reproduce(parents, rates=[0, 0, 0.2, 0, 0])
    assert children[places] == pytest.approx(0.8 * table + 0.2 * np.outer(table.sum(1), table.sum(0)), abs=1e-15)
    assert children.sum() == pytest.approx(children[places].sum(), abs=1e-15)


@pytest.mark.oracle
@pytest.mark.parametrize("loci", [3, 6, infinite._RANKED_LOCI])
def test_an_allele_that_is_lost_stays_lost(loci: int) -> None:
    parents = some_population(loci, 2)
    parents.reshape(-1, 2)[:, 0] = 0.0
    parents.reshape(2, -1)[1] = 0.0
    parents /= parents.sum()
    children = reproduce(parents)
    assert not children.reshape(-1, 2)[:, 0].any()
    assert not children.reshape(2, -1)[1].any()
    assert np.count_nonzero(children) == 2 ** (loci - 2)


@pytest.mark.oracle
def test_linkage_disequilibrium_decays_by_one_minus_the_composed_rate() -> None:
    rates = np.array([0.01, 0.2, 0.0, 0.5, 0.1])
    start = some_population(6, 4, skew=2.0)
    now = start
    for generation in range(1, 6):
        now = reproduce(now, rates=rates)
        for first, second in itertools.combinations(range(6), 2):
            kept = (1.0 - distance(rates[first:second])) ** generation
            expected = kept * disequilibrium(start, first, second)
            assert disequilibrium(now, first, second) == pytest.approx(expected, abs=1e-15)


@pytest.mark.oracle
def test_facultative_sex_decays_it_in_proportion() -> None:
    start = some_population(4, 5)
    found = reproduce(start, rates=[0.3, 0.5, 0.1], sex_fraction=0.25)
    assert disequilibrium(found, 0, 1) == pytest.approx((1 - 0.25 * 0.3) * disequilibrium(start, 0, 1), abs=1e-16)


@pytest.mark.oracle
def test_the_covariance_of_parent_and_child_halves_with_each_order() -> None:
    """``Cov = sum_k 2**-k V_k`` at linkage equilibrium and frequencies of 1/2 (Cockerham 1954; Kempthorne 1954).

    Reproduction is bilinear in the parents: children of x and a random mate follow from those of half x, half random.
    """
    loci = 5
    values = np.random.default_rng(6).normal(size=2**loci)
    spectrum = walsh.moments(values / 2**loci)
    variances = np.bincount(order(loci), spectrum**2)
    random = np.full(2**loci, 0.5**loci)
    mean_of_children = np.empty(2**loci)
    for mother in range(2**loci):
        one = np.zeros(2**loci)
        one[mother] = 1.0
        mean_of_children[mother] = values @ (2.0 * reproduce((one + random) / 2.0) - one / 2.0 - random / 2.0)
    covariance = np.mean((values - values.mean()) * mean_of_children)
    assert covariance == pytest.approx(sum(0.5**k * variances[k] for k in range(1, loci + 1)), rel=1e-12)


@pytest.mark.oracle
@pytest.mark.parametrize("mutation", [1e-12, 0.001, 0.3, 0.5])
def test_mutants_of_one_genotype_are_binomial(mutation: float) -> None:
    loci, start = 6, 0b010011
    parents = np.zeros(2**loci)
    parents[start] = 1.0
    changes = np.bitwise_count(np.arange(2**loci) ^ start).astype(np.float64)
    expected = mutation**changes * (1.0 - mutation) ** (loci - changes)
    assert reproduce(parents, mutation=mutation) == pytest.approx(expected, rel=1e-10, abs=1e-16)
    assert reproduce(parents, sex_fraction=0.0, mutation=mutation) == pytest.approx(expected, rel=1e-10, abs=1e-16)


@pytest.mark.oracle
@pytest.mark.parametrize("sex_fraction", [0.0, 0.5, 1.0])
def test_load_under_multiplicative_fitness_is_that_of_mutation_alone(sex_fraction: float) -> None:
    """Load is ``1 - prod(w_l)`` of the loci's own balances, for sexuals and asexuals alike (Haldane 1937)."""
    loci, mutation, selection = 4, 0.01, 0.2
    log_fitness = np.log1p(-selection) * order(loci)
    now = np.full(2**loci, 0.5**loci)
    for _ in range(400):
        now = reproduce(select(now, log_fitness), mutation=mutation, sex_fraction=sex_fraction)
    step = np.array([[1 - mutation, mutation], [mutation, 1 - mutation]]) * np.array([1.0, 1.0 - selection])
    assert now @ np.exp(log_fitness) == pytest.approx(np.linalg.eigvals(step).real.max() ** loci, rel=1e-12)


@given(parents=populations, seed=st.integers(0, 2**32 - 1), shift=st.sampled_from([0.0, -1e4, 1e4, 1e300]))
def test_selection_weighs_by_fitness_at_any_scale(parents: Values, seed: int, shift: float) -> None:
    log_fitness = np.random.default_rng(seed).normal(size=parents.size)
    expected = parents * np.exp(log_fitness)
    assert select(parents, log_fitness) == pytest.approx(expected / expected.sum(), rel=1e-12)
    shifted = log_fitness + shift
    assert select(parents, shifted) == pytest.approx(select(parents, shifted - shift), rel=1e-12)


def test_lethals_and_absent_winners_do_not_spoil_selection() -> None:
    selected = select(np.array([0.25, 0.75, 0.0, 0.0]), np.array([-2000.0, -2000.0, 9.0, -np.inf]))
    assert selected.tolist() == [0.25, 0.75, 0.0, 0.0]
    assert select(np.array([0.5, 0.5]), np.array([-np.inf, 3.0])).tolist() == [0.0, 1.0]


@pytest.mark.oracle
def test_mean_fitness_rises_by_its_variance() -> None:
    """By all of it in clones; in sexuals at linkage equilibrium, if fitness is additive, just as much (Fisher 1930)."""
    loci = 5
    rng = np.random.default_rng(7)
    parents = at_linkage_equilibrium(rng.uniform(0.1, 0.9, loci))
    effects = rng.uniform(0.0, 1.0, loci)
    genotypes = np.arange(2**loci)[:, None] >> np.arange(loci) & 1
    additive = 1.0 + genotypes @ effects
    for fitness in (additive, rng.uniform(0.5, 2.0, 2**loci)):
        mean = parents @ fitness
        variance = parents @ (fitness - mean) ** 2
        assert select(parents, np.log(fitness)) @ fitness - mean == pytest.approx(variance / mean, rel=1e-12)
    children = reproduce(select(parents, np.log(additive)))
    mean, ones = parents @ additive, allele_frequencies(parents)
    assert children @ additive - mean == pytest.approx(np.sum(effects**2 * ones * (1 - ones)) / mean, rel=1e-12)


@pytest.mark.oracle
def test_sex_passes_on_less_of_a_response_the_higher_its_order() -> None:
    """From both selected parents, ``sum_k 2**(1 - k) V_k`` of the ``sum_k V_k`` of clones.

    That is so to first order in the strength of selection, here 1e-4, of which the square is neglected.
    """
    loci = 5
    effects = np.random.default_rng(8).normal(size=2**loci)
    fitness = 1.0 + 1e-4 * (effects - effects.mean())
    variances = np.bincount(order(loci), walsh.moments(fitness / 2**loci) ** 2)[1:]
    selected = select(np.full(2**loci, 0.5**loci), np.log(fitness))
    assert selected @ fitness - 1.0 == pytest.approx(variances.sum(), rel=1e-6)
    assert reproduce(selected) @ fitness - 1.0 == pytest.approx(variances @ 0.5 ** np.arange(loci), rel=1e-3)


@pytest.mark.oracle
@pytest.mark.parametrize(("rate", "invades"), [(0.19, True), (0.2, None), (0.21, False)])
def test_a_rare_pair_invades_below_a_recombination_rate(rate: float, invades: bool | None) -> None:
    """AB grows by ``(1 - r) w_AB / w_ab``: for ``r < r* = 1 - w_ab / w_AB``, here 1/5, whatever Ab and aB are worth."""
    log_fitness = np.log([1.0, 0.3, 0.6, 1.25])
    rare = 1e-9
    now = np.array([1.0 - rare, 0.0, 0.0, rare])
    for _ in range(20):
        before = now[3]
        now = reproduce(select(now, log_fitness), rates=[rate])
        assert now[3] / before == pytest.approx((1.0 - rate) * 1.25, rel=1e-7)
        if invades is not None:
            assert (now[3] > before) == invades


@pytest.mark.oracle
@pytest.mark.parametrize("loci", [2, 3, 5])
def test_a_rare_jackpot_must_win_by_a_factor_that_doubles_with_each_locus(loci: int) -> None:
    """If partial sets are inviable, it grows by ``2**(1 - k)`` of its fitness in sexuals, by all of it in clones."""
    rare, threshold = 1e-9, 2.0 ** (loci - 1)
    for advantage in (0.99 * threshold, 1.01 * threshold):
        log_fitness = np.full(2**loci, -np.inf)
        log_fitness[0], log_fitness[-1] = 0.0, np.log(advantage)
        sexual = clonal = np.eye(2**loci)[0] * (1 - rare) + np.eye(2**loci)[-1] * rare
        for _ in range(5):
            before = sexual[-1]
            sexual = select(reproduce(sexual), log_fitness)
            assert sexual[-1] / before == pytest.approx(advantage / threshold, rel=1e-5)
        clonal = select(reproduce(clonal, sex_fraction=0.0), log_fitness)
        assert clonal[-1] / rare == pytest.approx(advantage, rel=1e-6)


@given(loci=st.integers(0, 14), seed=st.integers(0, 2**32 - 1))
def test_moments_and_back(loci: int, seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=2**loci)
    there = walsh.moments(values)
    assert walsh.from_moments(there) == pytest.approx(values, abs=1e-13)
    assert there[0] == pytest.approx(values.sum(), abs=1e-11)


@pytest.mark.oracle
def test_moments_are_means_of_products() -> None:
    loci = 4
    frequencies = some_population(loci, 9)
    x = 2.0 * (np.arange(2**loci)[:, None] >> np.arange(loci) & 1) - 1.0
    for number, moment in enumerate(walsh.moments(frequencies)):
        inside = (number >> np.arange(loci) & 1).astype(np.bool_)
        assert moment == pytest.approx(frequencies @ x[:, inside].prod(axis=1), abs=1e-15)


def test_transforms_overwrite_only_when_told() -> None:
    values = some_population(13, 3)
    kept = values.copy()
    there = walsh.moments(values)
    assert np.array_equal(values, kept)
    assert walsh.moments(values, overwrite=True) is values
    assert np.array_equal(values, there)
    assert walsh.from_moments(values, overwrite=True) is values
    assert np.array_equal(values, walsh.from_moments(there))
    reproduce(kept)
    select(kept, np.zeros(2**13))
    assert np.array_equal(kept, some_population(13, 3))


@pytest.mark.parametrize("free", [True, False])
@pytest.mark.parametrize("loci", [14, 15, 16])
def test_memory_is_as_foretold(loci: int, free: bool) -> None:
    parents = some_population(loci, 1)
    rates = None if free else np.full(loci - 1, 0.4)
    reproduce(parents, rates=rates, mutation=0.1)
    tracemalloc.start()
    reproduce(parents, rates=rates, mutation=0.1)
    peak = tracemalloc.get_traced_memory()[1] + parents.nbytes
    tracemalloc.stop()
    assert 0.8 * bytes_needed(loci, free=free) < peak <= bytes_needed(loci, free=free)


EVEN = np.full(8, 0.125)


@pytest.mark.parametrize(
    ("frequencies", "options", "said"),
    [
        (np.full(6, 1 / 6), {}, "2..L genotypes"),
        (np.full((2, 2), 0.25), {}, "2..L genotypes"),
        (np.array([1.5, -0.5]), {}, "not be negative; got -0.5"),
        (np.array([0.5, 0.4]), {}, "sum to 1; got 0.9"),
        (np.array([0.5, np.nan]), {}, "got nan"),
        (EVEN, {"rates": [0.1]}, r"rates must have shape \(2,\)"),
        (EVEN, {"rates": [0.1, 0.6]}, "rates must lie in"),
        (EVEN, {"rates": [0.1, np.nan]}, "rates must lie in"),
        (EVEN, {"mutation": -0.1}, "mutation must lie in"),
        (EVEN, {"mutation": 0.51}, "mutation must lie in"),
        (EVEN, {"mutation": [0.1, 0.1]}, r"mutation must be one number or have shape \(3,\)"),
        (EVEN, {"sex_fraction": 1.1}, "sex_fraction must lie in"),
    ],
)
def test_what_cannot_reproduce_is_refused(frequencies: Values, options: dict[str, float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        reproduce(frequencies, **options)


@pytest.mark.parametrize(
    ("log_fitness", "said"),
    [
        (np.zeros(4), r"log_fitness must have shape \(8,\)"),
        (np.full(8, np.nan), "numbers below infinity"),
        (np.full(8, np.inf), "numbers below infinity"),
        (np.full(8, -np.inf), "no genotype that is present survives"),
    ],
)
def test_what_cannot_be_selected_is_refused(log_fitness: Values, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        select(EVEN, log_fitness)


def test_too_many_loci_are_refused_before_the_work() -> None:
    for most, rates in ((infinite.MOST_LOCI, None), (infinite.MOST_MAPPED_LOCI, 0.1)):
        # A view: the frequencies of so many genotypes need no memory here.
        frequencies = np.broadcast_to(np.float64(0.5 ** (most + 1)), (2 ** (most + 1),))
        with pytest.raises(ValueError, match=f"at most {most} loci"):
            reproduce(frequencies, rates=None if rates is None else np.full(most, rates))


def test_a_large_negative_is_never_taken_for_rounding() -> None:
    assert infinite._settled(np.array([1.0, -1e-16])).tolist() == [1.0, 0.0]
    with pytest.raises(ArithmeticError, match="no rounding"):
        infinite._settled(np.array([1.0, -1e-8]))
