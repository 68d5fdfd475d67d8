"""The transform against its definition, at every size at which its code takes another path."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import hadamard

from analysis import complete, exact_spectrum, interaction_spectrum, shapley_values, tabulate, walsh_transform
from analysis.measures.walsh import by_order
from tests.strategies import Masks, Values, additive, parity, table_game, tables

SIZES = [0, 1, 2, 3, 7, 11, 12, 13, 14, 15]
"""One block up to 12 elements; beyond, a single level at 13, a double one at 14, both at 15."""


def signs(n: int) -> Values:
    """(2**n,): -1 for sets of odd size, by which Hadamard's signs and presence coded as +1 differ."""
    return np.where(np.bitwise_count(np.arange(2**n)) % 2 == 0, 1.0, -1.0)


def sylvester(values: Values) -> Values:
    """Hadamard's matrix times values (2**n,), as the Kronecker product of two of half the levels each."""
    n = values.size.bit_length() - 1
    low = n // 2
    left, right = hadamard(2 ** (n - low), dtype=np.float64), hadamard(2**low, dtype=np.float64)
    product: Values = (left @ values.reshape(2 ** (n - low), 2**low) @ right).ravel()
    return product


@pytest.mark.oracle
@pytest.mark.parametrize("n", range(16))
def test_transform_is_hadamards_product(n: int) -> None:
    values = np.random.default_rng(n).standard_normal(2**n)
    assert walsh_transform(values) == pytest.approx(signs(n) * sylvester(values) / 2**n, abs=1e-14 * 2**n)
    if n <= 10:
        full = hadamard(2**n, dtype=np.float64)
        assert walsh_transform(values) == pytest.approx(signs(n) * (full @ values) / 2**n, abs=1e-13)


@pytest.mark.oracle
@pytest.mark.parametrize("keep_prob", [0.5, 0.2, 0.9])
@pytest.mark.parametrize("n", range(16))
def test_transform_is_the_mean_of_value_times_basis(n: int, keep_prob: float) -> None:
    """``f_S = E[v chi_S]``, summed directly for sets of every kind."""
    rng = np.random.default_rng(n)
    values = rng.standard_normal(2**n)
    masks = complete(n).masks if n else np.zeros((1, 0), dtype=np.bool_)
    weight = np.prod(np.where(masks, keep_prob, 1 - keep_prob), axis=1)
    x = (masks - keep_prob) / np.sqrt(keep_prob * (1 - keep_prob))
    found = walsh_transform(values, keep_prob)
    sets = {0, 2**n - 1, *(1 << np.arange(n)).tolist(), *rng.integers(0, 2**n, 20).tolist()}
    for number in sets:
        inside = (number >> np.arange(n)) & 1 == 1
        assert found[number] == pytest.approx(np.sum(weight * values * np.prod(x[:, inside], axis=1)), abs=1e-11)


@pytest.mark.oracle
@pytest.mark.parametrize("n", SIZES)
def test_transform_at_one_half_is_undone_by_itself(n: int) -> None:
    values = np.random.default_rng(n).standard_normal(2**n)
    back = sylvester(signs(n) * walsh_transform(values))
    assert back == pytest.approx(values, abs=1e-11)


@pytest.mark.oracle
@pytest.mark.parametrize("keep_prob", [0.5, 0.3])
@pytest.mark.parametrize("n", SIZES)
def test_squares_add_up_to_the_mean_square(n: int, keep_prob: float) -> None:
    """Parseval for the product measure."""
    values = np.random.default_rng(n).standard_normal(2**n)
    sizes = np.bitwise_count(np.arange(2**n)).astype(float)
    weight = keep_prob**sizes * (1 - keep_prob) ** (n - sizes)
    assert np.sum(walsh_transform(values, keep_prob) ** 2) == pytest.approx(weight @ values**2)


@pytest.mark.parametrize("n", SIZES)
def test_overwriting_takes_place_in_the_values_and_gives_the_same_bits(n: int) -> None:
    values = np.random.default_rng(n).standard_normal(2**n)
    untouched = values.copy()
    copied = walsh_transform(values, 0.3)
    assert np.array_equal(values, untouched)
    in_place = walsh_transform(values, 0.3, overwrite=True)
    assert in_place is values
    assert np.array_equal(in_place, copied)


def test_whole_numbers_are_transformed_as_floats_and_left_alone() -> None:
    values: Any = np.arange(8)
    assert walsh_transform(values, overwrite=True) == pytest.approx([3.5, 0.5, 1, 0, 2, 0, 0, 0])
    assert values.tolist() == list(range(8))


@given(tables(most=6), st.integers(0, 5))
def test_elements_may_be_numbered_otherwise(values: Values, shift: int) -> None:
    """Coefficients follow their elements."""
    n = values.size.bit_length() - 1
    order = np.roll(np.arange(n), shift)
    moved = tabulate(lambda masks: table_game(values)(masks[:, order]), n)
    numbers = complete(n).masks[:, order] @ (1 << np.arange(n))
    assert walsh_transform(moved) == pytest.approx(walsh_transform(values)[numbers], abs=1e-9 * np.abs(values).max())


@pytest.mark.oracle
@pytest.mark.parametrize("n", SIZES)
def test_sums_by_order_and_by_element_are_plain_sums(n: int) -> None:
    coefficients = np.random.default_rng(n).standard_normal(2**n)
    weights, influence = by_order(coefficients)
    numbers = np.arange(2**n)
    assert weights == pytest.approx(np.bincount(np.bitwise_count(numbers), coefficients**2, n + 1))
    holds = (numbers[:, None] >> np.arange(n)) & 1 == 1
    assert influence == pytest.approx(holds.T @ coefficients**2)
    assert np.sum(influence) == pytest.approx(np.arange(n + 1) @ weights)


@pytest.mark.parametrize("n", [1, 5, 16, 17])
def test_a_table_is_the_game_of_all_masks(n: int) -> None:
    """17 elements take two blocks of masks."""
    weights = np.random.default_rng(n).standard_normal(n)

    def game(masks: Masks) -> Values:
        values: Values = np.sum(masks * weights, axis=1) ** 2
        return values

    assert np.array_equal(tabulate(game, n), game(complete(n).masks))


def test_a_table_that_would_not_fit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=8 * 2**10 - 1))
    called: list[Masks] = []

    def game(masks: Masks) -> Values:
        called.append(masks)
        return parity(masks)

    with pytest.raises(ValueError, match=r"all 2\*\*10 masks need 0.00 GB of memory .* take a sample"):
        tabulate(game, 10)
    assert not called
    assert tabulate(parity, 9).size == 2**9
    with pytest.raises(ValueError, match="1 to 24 elements; got 25: take a sample"):
        tabulate(parity, 25)


def test_a_game_that_gives_one_number_for_many_masks_is_refused() -> None:
    for measure in (interaction_spectrum, shapley_values):
        with pytest.raises(ValueError, match=r"values must have shape \(8,\), one for each mask; got \(\)"):
            measure(lambda masks: masks.mean(), n=3)
    with pytest.raises(ValueError, match=r"got \(8, 1\)"):
        tabulate(lambda masks: masks[:, :1], 3)


@pytest.mark.parametrize("keep_prob", [0.0, 1.0, 1.5, -0.2, float("nan")])
def test_a_keep_probability_at_which_masks_do_not_differ_is_refused(keep_prob: float) -> None:
    for exact in (walsh_transform, exact_spectrum):
        with pytest.raises(ValueError, match="keep_prob must lie strictly between 0 and 1"):
            exact(np.arange(4.0), keep_prob)
    with pytest.raises(ValueError, match="keep_prob must lie strictly between 0 and 1"):
        interaction_spectrum(parity, n=3, keep_prob=keep_prob)


@pytest.mark.oracle
def test_all_masks_of_21_elements_on_request() -> None:
    """Exact beyond the default of 20: ``sum_i a_i m_i + b m_0 m_1`` has ``W_1`` and ``W_2`` in closed form."""
    weights, pair = np.linspace(-1, 1, 21), 3.0
    worth = weights.copy()
    worth[:2] += pair / 2

    found = interaction_spectrum(lambda m: additive(weights)(m) + pair * (m[:, 0] & m[:, 1]), n=21, samples=2**21)
    first, second = np.sum(worth**2) / 4, pair**2 / 16
    assert found.all_shares[:3] == pytest.approx([first / (first + second), second / (first + second), 0], abs=1e-12)
    assert found.mixability == pytest.approx(worth)
    assert found.interaction[0, 1] == pytest.approx(pair)
    assert not found.shares_error.any()
