"""The crossing test: half-swap load and hybrid viability."""

import numpy as np
import pytest
from hypothesis import given

from analysis import complete, crossing
from analysis import walsh_transform as transform
from tests.strategies import TableGame, Values, tables


@pytest.mark.oracle
@given(tables(least=2))
def test_half_swap_load_is_the_sum_of_even_orders(values: Values) -> None:
    game = TableGame(values)
    found = crossing([game], complete(game.n).masks, {"natural": 0.0, "log": 0.0})
    even = np.bitwise_count(np.arange(values.size)) % 2 == 0
    even[0] = False
    expected = transform(values)[even].sum()
    assert found["natural"].half_swap_load == pytest.approx(expected, abs=1e-9 * np.abs(values).max())
    assert found["log"].half_swap_load == pytest.approx(2 * found["natural"].half_swap_load)


def test_hybrid_viability_is_measured_from_the_baseline() -> None:
    values = np.array([3.0, 2.0, 2.0, 3.0])  # parents 3, mixed children 2
    found = crossing([TableGame(values)], np.array([[True, False], [False, True]]), {"natural": 1.0, "log": 0.0})
    assert found["natural"].hybrid_viability == pytest.approx(0.5)
    hopeless = crossing([TableGame(values)], np.array([[True, False]]), {"natural": 3.0, "log": 0.0})
    assert np.isnan(hopeless["natural"].hybrid_viability)
