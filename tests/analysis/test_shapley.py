"""Shapley values: their axioms, Owen's integral, an independent library, and the sampled against the exact."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import exact_shapley, exact_spectrum, shapley_values, tabulate
from tests.strategies import (
    Masks,
    TableGame,
    Values,
    additive,
    assert_honest,
    assert_unbiased,
    conspiracies,
    parity,
    table_game,
    tables,
)


@pytest.mark.oracle
@given(tables())
def test_shares_add_up_to_the_whole(values: Values) -> None:
    shares = exact_shapley(values).values
    assert shares.sum() == pytest.approx(values[-1] - values[0], abs=1e-9 * np.abs(values).max())


@pytest.mark.oracle
@given(tables(most=6))
def test_an_element_without_effect_gets_nothing_and_changes_no_share(values: Values) -> None:
    n = values.size.bit_length() - 1
    wider = tabulate(lambda masks: table_game(values)(masks[:, :n]), n + 1)
    assert exact_shapley(wider).values == pytest.approx(
        np.append(exact_shapley(values).values, 0.0), abs=1e-9 * np.abs(values).max()
    )


@pytest.mark.oracle
@given(tables(least=2, most=6), st.integers(0, 5), st.integers(1, 5))
def test_shares_follow_their_elements(values: Values, one: int, apart: int) -> None:
    n = values.size.bit_length() - 1
    order = np.arange(n)
    i, j = one % n, (one + apart) % n
    order[[i, j]] = order[[j, i]]
    swapped = tabulate(lambda masks: table_game(values)(masks[:, order]), n)
    scale = np.abs(values).max()
    assert exact_shapley(swapped).values == pytest.approx(exact_shapley(values).values[order], abs=1e-9 * scale)
    alike = exact_shapley(values + swapped).values  # i and j are exchangeable here
    assert alike[i] == pytest.approx(alike[j], abs=1e-9 * scale)


@pytest.mark.oracle
@given(tables(least=4, most=4), tables(least=4, most=4), st.floats(-3, 3))
def test_shares_are_linear(one: Values, two: Values, factor: float) -> None:
    expected = exact_shapley(one).values + factor * exact_shapley(two).values
    scale = np.abs(one).max() + np.abs(two).max()
    assert exact_shapley(one + factor * two).values == pytest.approx(expected, abs=1e-9 * scale)


@pytest.mark.oracle
@given(tables(most=7))
def test_shares_are_mixability_averaged_over_keep_probabilities(values: Values) -> None:
    """Owen's integral; mixability is a polynomial in q of degree n - 1, which Gauss and Legendre integrate exactly."""
    n = values.size.bit_length() - 1
    nodes, weights = np.polynomial.legendre.leggauss(n // 2 + 1)
    mixability = [exact_spectrum(values.copy(), keep_prob=(1 + node) / 2).mixability for node in nodes]
    expected = weights / 2 @ np.array(mixability)
    assert exact_shapley(values).values == pytest.approx(expected, abs=1e-9 * np.abs(values).max())


@pytest.mark.oracle
@pytest.mark.parametrize("n", [1, 2, 8, 11])
def test_shares_agree_with_an_independent_library(n: int) -> None:
    shapiq = pytest.importorskip("shapiq")
    game = table_game(np.random.default_rng(n).standard_normal(2**n))
    theirs = shapiq.ExactComputer(n_players=n, game=lambda masks: game(np.asarray(masks, dtype=np.bool_)))
    expected = theirs("SV", order=1)
    assert shapley_values(game, n).values == pytest.approx([expected[(i,)] for i in range(n)])


@pytest.mark.oracle
def test_members_of_a_conspiracy_share_alike() -> None:
    for found in (shapley_values(conspiracies(4, 3), 12), shapley_values(conspiracies(4, 30), 120, orders=2000)):
        assert found.values == pytest.approx(0.25, abs=4 * found.error.max() + 1e-12)


@pytest.mark.oracle
@pytest.mark.parametrize("orders", [4, 33])
def test_sampled_shares_are_unbiased_and_add_up(orders: int) -> None:
    game = TableGame(np.random.default_rng(2).standard_normal(2**7))
    found = [shapley_values(game, orders=orders, seed=seed) for seed in range(300)]
    assert_unbiased([f.values for f in found], exact_shapley(game.values).values)
    for f in found:
        assert f.values.sum() == pytest.approx(game.values[-1] - game.values[0])
    if orders > 4:
        assert_honest([f.values for f in found], [f.error for f in found])


@pytest.mark.oracle
def test_sampled_shares_of_an_additive_game_have_no_error() -> None:
    found = shapley_values(additive(np.arange(30.0)), 30)
    assert found.values == pytest.approx(np.arange(30.0), abs=1e-12)
    assert found.error == pytest.approx(0, abs=1e-12)


def test_the_promised_number_of_evaluations() -> None:
    calls: list[int] = []

    def counted(masks: Masks) -> Values:
        calls.append(len(masks))
        return parity(masks)

    shapley_values(counted, 25)
    assert sum(calls) == 128 * 24 + 2


def test_wrong_input_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="at least 4 orders of entry; got 3"):
        shapley_values(parity, 5, orders=3)
    with pytest.raises(ValueError, match="at least one element; got n = 0"):
        shapley_values(parity, 0)
    with pytest.raises(ValueError, match=r"all 2\*\*n values are needed"):
        exact_shapley(np.zeros(3))
