"""Association of elements, effective numbers, and linkage."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import association, linkage
from tests.strategies import Masks


@pytest.mark.oracle
def test_independent_elements_have_no_association() -> None:
    found = [association(np.random.default_rng(seed).standard_normal((100, 20))) for seed in range(200)]
    squares = np.array([a.mean_squared for a in found])
    assert abs(squares.mean()) < 4 * squares.std() / np.sqrt(len(squares))
    assert all(15 < a.effective_number <= 20 for a in found)


@pytest.mark.oracle
def test_identical_elements_count_as_one() -> None:
    column = np.random.default_rng(0).standard_normal((50, 1))
    found = association(np.repeat(column, 6, axis=1))
    assert found.mean_squared == pytest.approx(1 - 1 / 49)
    assert found.effective_number == pytest.approx(1)


@pytest.mark.oracle
def test_effective_number_is_the_participation_ratio_of_the_eigenvalues() -> None:
    data = np.random.default_rng(1).standard_normal((60, 8)) @ np.random.default_rng(2).standard_normal((8, 8))
    eigenvalues = np.linalg.eigvalsh(np.cov(data.T))
    assert association(data).effective_number == pytest.approx(eigenvalues.sum() ** 2 / np.sum(eigenvalues**2))


def test_constant_elements_are_left_out_and_counted() -> None:
    data = np.random.default_rng(1).standard_normal((60, 5))
    data[:, [1, 3]] = 7.0
    found, without = association(data), association(data[:, [0, 2, 4]])
    assert found.varying.tolist() == [True, False, True, False, True]
    assert found.mean_squared == pytest.approx(without.mean_squared)
    assert found.effective_number == pytest.approx(without.effective_number)
    assert np.isnan(found.correlation[1]).all()


def test_too_few_varying_elements_are_refused_with_the_reason() -> None:
    found = association(np.ones((10, 4)))
    assert np.isnan(found.mean_squared)
    assert found.reason == "only 0 of 4 elements vary"
    with pytest.raises(ValueError, match="at least 3 observations; got 2"):
        association(np.ones((2, 4)))


@pytest.mark.oracle
@pytest.mark.parametrize("variances", [[1.0, 1, 1, 1], [4.0, 1, 1], [9.0, 1e-9, 1e-9]])
def test_effective_rank_is_the_exponential_of_the_entropy_of_the_eigenvalues(variances: list[float]) -> None:
    """On orthogonal columns the variances are the eigenvalues: equal ones give n, one alone gives 1."""
    n = len(variances)
    basis = np.linalg.qr(np.column_stack([np.ones(16), np.random.default_rng(0).standard_normal((16, n))]))[0][:, 1:]
    found = association(basis * np.sqrt(variances))
    shares = np.array(variances) / np.sum(variances)
    assert found.effective_rank == pytest.approx(np.exp(-np.sum(shares * np.log(shares))), abs=1e-6)
    assert found.effective_number == pytest.approx(1 / np.sum(shares**2), abs=1e-6)
    assert found.mean_squared == pytest.approx(-1 / 15)
    assert found.covariance == pytest.approx(np.diag(variances) / 15, abs=1e-12)


@pytest.mark.oracle
@given(st.integers(3, 30), st.integers(2, 8), st.integers(1, 8), st.integers(0, 999))
def test_effective_numbers_lie_between_one_and_the_rank(count: int, n: int, rank: int, seed: int) -> None:
    """Participation ratio <= effective rank <= rank: Renyi entropies fall with their order."""
    rng = np.random.default_rng(seed)
    data = rng.standard_normal((count, rank)) @ rng.standard_normal((rank, n))
    found = association(data)
    assert 1 - 1e-9 <= found.effective_number <= found.effective_rank + 1e-9
    assert found.effective_rank <= min(count - 1, n, rank) * (1 + 1e-6)
    assert found.covariance == pytest.approx(np.cov(data.T))
    assert found.correlation == pytest.approx(np.corrcoef(data.T))


@given(st.integers(0, 99), st.floats(0.1, 50))
def test_units_of_all_elements_and_order_of_observations_do_not_matter(seed: int, factor: float) -> None:
    rng = np.random.default_rng(seed)
    data = rng.standard_normal((20, 5)) @ rng.standard_normal((5, 5))
    one, two = association(data), association(factor * rng.permutation(data) + 3.0)
    for field in ("mean_squared", "effective_number", "effective_rank"):
        assert getattr(two, field) == pytest.approx(getattr(one, field))
    assert two.covariance == pytest.approx(factor**2 * one.covariance)


@pytest.mark.oracle
def test_covariance_of_alleles_is_the_coefficient_of_linkage_disequilibrium() -> None:
    """``D = p_AB - p_A p_B``, which the sample covariance estimates without bias."""
    alleles = np.random.default_rng(0).random((40, 4)) < [0.5, 0.2, 0.8, 0.5]
    frequency = alleles.mean(0)
    both = alleles.T.astype(float) @ alleles / 40
    found = association(alleles.astype(float)).covariance
    assert found * 39 / 40 == pytest.approx(both - np.outer(frequency, frequency))


def gametes(ab: int, a: int, b: int, neither: int) -> Masks:
    """Individuals of two loci by the number of each gamete."""
    rows = np.array([[True, True], [True, False], [False, True], [False, False]])
    return np.repeat(rows, [ab, a, b, neither], axis=0)


@pytest.mark.oracle
@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((5, 0, 0, 5), 1.0),  # perfect association
        ((0, 5, 5, 0), -1.0),
        ((4, 0, 3, 3), 1.0),  # one gamete missing
        ((4, 3, 0, 3), 1.0),
        ((0, 4, 3, 3), -1.0),
        ((4, 3, 3, 0), -1.0),
        ((4, 4, 4, 4), 0.0),
        ((2, 4, 1, 2), 0.0),
        ((4, 1, 2, 3), (0.4 - 0.5 * 0.6) / (0.5 * 0.4)),
        ((1, 4, 3, 2), (0.1 - 0.5 * 0.4) / (0.5 * 0.4)),
    ],
)
def test_relative_disequilibrium_has_its_textbook_values(counts: tuple[int, int, int, int], expected: float) -> None:
    assert linkage(gametes(*counts))[0, 1] == pytest.approx(expected, abs=1e-12)


@pytest.mark.oracle
@given(st.lists(st.integers(1, 20), min_size=4, max_size=4))
def test_naming_the_other_allele_turns_the_sign_and_nothing_else(counts: list[int]) -> None:
    alleles = gametes(*counts)
    found = linkage(alleles)
    assert np.abs(found[0, 1]) <= 1 + 1e-12
    assert found == pytest.approx(found.T)
    for turn, sign in (([True, False], -1), ([False, True], -1), ([True, True], 1)):
        assert linkage(alleles ^ np.array(turn))[0, 1] == pytest.approx(sign * found[0, 1], abs=1e-9)


def test_fixed_loci_have_no_linkage() -> None:
    alleles = np.random.default_rng(0).random((30, 4)) < 0.5
    alleles[:, 1], alleles[:, 2] = True, False
    found = linkage(alleles)
    undefined = np.isnan(found)
    assert undefined.tolist() == [[i in {1, 2} or j in {1, 2} for j in range(4)] for i in range(4)]
    assert found[0, 0] == pytest.approx(1)


@pytest.mark.parametrize(("scale", "shift"), [(1e-10, 0.0), (1.0, 1e9), (1e12, -1e15)])
def test_units_and_origin_do_not_matter(scale: float, shift: float) -> None:
    observations = np.random.default_rng(0).standard_normal((500, 5))
    same, other = association(observations), association(scale * observations + shift)
    assert other.varying.all()
    assert other.mean_squared == pytest.approx(same.mean_squared, abs=1e-5)
    assert other.effective_number == pytest.approx(same.effective_number, rel=1e-5)


def test_constants_with_rounding_are_constant_in_either_precision() -> None:
    observations = np.random.default_rng(0).standard_normal((500, 3))
    observations[:, 1] = 0.1
    assert association(observations).varying.tolist() == [True, False, True]
    assert association(observations.astype(np.float32)).varying.tolist() == [True, False, True]
    observations[3, 2] = np.nan
    with pytest.raises(ValueError, match="observations must be finite; element 2 is not"):
        association(observations)
