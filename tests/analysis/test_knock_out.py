"""The knock-out curve against its definition, its derivatives, and its exact form."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import KEEP_PROBS, complete, exact_knock_out, exact_spectrum, knock_out_curve
from tests.strategies import TableGame, Values, assert_honest, assert_unbiased, conspiracies, tables


def mean_at(values: Values, q: float) -> float:
    """``m(q)`` by its definition."""
    masks = complete(values.size.bit_length() - 1).masks
    return float(np.prod(np.where(masks, q, 1 - q), axis=1) @ values)


@pytest.mark.oracle
@given(tables())
def test_exact_curve_is_the_mean_over_bernoulli_masks(values: Values) -> None:
    found = exact_knock_out(values)
    expected = [mean_at(values, q) for q in KEEP_PROBS]
    assert found.mean == pytest.approx(expected, abs=1e-9 * np.abs(values).max())
    assert not found.error.any()


@pytest.mark.oracle
@pytest.mark.parametrize("q", [0.1, 0.3, 0.5, 0.8, 0.95])
def test_slope_is_the_sum_of_mixabilities_and_bend_that_of_interactions(q: float) -> None:
    """``m'(q) = sum_i beta_i(q)`` and ``m''(q) = sum_{i != j} I_ij(q)``, by central differences of a polynomial."""
    values = np.random.default_rng(3).standard_normal(2**7)
    step = 1e-3
    around = np.array([mean_at(values, q + k * step) for k in range(-2, 3)])
    slope = np.array([1, -8, 0, 8, -1]) @ around / (12 * step)
    bend = np.array([-1, 16, -30, 16, -1]) @ around / (12 * step**2)
    found = exact_spectrum(values.copy(), keep_prob=q)
    assert found.mixability.sum() == pytest.approx(slope, abs=1e-7)
    assert found.interaction.sum() == pytest.approx(bend, abs=1e-6)


@pytest.mark.oracle
@pytest.mark.parametrize(("size", "blocks"), [(1, 6), (3, 4), (5, 2)])
def test_conspiracies_keep_their_closed_form(size: int, blocks: int) -> None:
    """Each of the blocks works with probability ``q**size``."""
    table = conspiracies(size, blocks)(complete(size * blocks).masks)
    found = exact_knock_out(table)
    assert found.mean == pytest.approx(blocks * KEEP_PROBS**size)
    assert found.retained == pytest.approx(KEEP_PROBS**size)
    assert found.retention_at_half == pytest.approx(2.0**-size)


@pytest.mark.oracle
def test_sampled_curves_are_unbiased_and_their_errors_honest() -> None:
    values = np.random.default_rng(2).random(2**6)
    found = [knock_out_curve(TableGame(values), 32, np.random.default_rng(seed))["natural"] for seed in range(400)]
    exact = exact_knock_out(values)
    assert_unbiased([f.mean[1:-1] for f in found], exact.mean[1:-1])
    assert_honest([f.mean[1:-1] for f in found], [f.error[1:-1] for f in found])
    assert all(f.error[0] == f.error[-1] == 0.0 for f in found)
    assert found[0].mean[[0, -1]].tolist() == exact.mean[[0, -1]].tolist() == [values[0], values[-1]]


@given(tables(least=2), st.floats(0.1, 10), st.floats(-5, 5))
def test_what_is_retained_has_no_units_and_no_zero(values: Values, factor: float, shift: float) -> None:
    scale = np.abs(values).max()
    one, two = exact_knock_out(values).retained, exact_knock_out(factor * (values + shift * scale)).retained
    # worth may be far below the values themselves, whose rounding then shows
    assert two == pytest.approx(one, abs=1e-12 * (1 + abs(shift)) * scale / abs(values[-1] - values[0]), nan_ok=True)


@given(tables(least=2, most=6))
def test_knock_out_curve_starts_at_nothing_and_ends_intact(values: Values) -> None:
    curve = knock_out_curve(TableGame(values), 8, np.random.default_rng(0))["natural"]
    assert curve.mean[0] == values[0]
    assert curve.mean[-1] == values[-1]
    if values[-1] > values[0]:
        assert curve.retained[0] == 0
        assert curve.retained[-1] == 1
    else:
        assert np.isnan(curve.retained).all()


def test_conspiracies_bend_the_curve_down_and_spare_parts_up() -> None:
    masks = complete(5).masks
    together = knock_out_curve(TableGame(masks.all(1).astype(float)), 2000, np.random.default_rng(0))["natural"]
    spare = knock_out_curve(TableGame(masks.any(1).astype(float)), 2000, np.random.default_rng(0))["natural"]
    assert together.retention_at_half == pytest.approx(1 / 32, abs=0.02)
    assert spare.retention_at_half == pytest.approx(31 / 32, abs=0.02)
