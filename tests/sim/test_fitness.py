"""Fitness from log fitness: the vectorised exponential against the library's."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.fitness import mean_fitness, relative_fitness


@given(st.lists(st.floats(-700.0, 700.0), min_size=1, max_size=40), st.sampled_from([0.0, 0.5, 1.0]))
def test_relative_fitness_is_the_exponential_of_what_the_best_has_more(values: list[float], strength: float) -> None:
    top = max(values)
    expected = [math.exp(strength * (value - top)) for value in values]
    found = relative_fitness(np.array(values), strength)
    assert found == pytest.approx(np.where(np.array(expected) < 1e-307, 0.0, expected), rel=5e-16, abs=1e-307)
    assert found.max() == 1.0


def test_the_exponential_is_good_to_two_units_in_the_last_place() -> None:
    values = np.append(np.random.default_rng(1).uniform(-707.0, 0.0, 100_000), 0.0)
    exact = np.array([math.exp(value) for value in values])
    assert np.abs(relative_fitness(values) / exact - 1.0).max() <= 2 * 2.0**-52


def test_the_dead_have_no_fitness() -> None:
    nobody = np.array([-np.inf, -np.inf])
    assert np.isnan(relative_fitness(nobody)).all()
    assert mean_fitness(nobody, None) == 0.0
    assert relative_fitness(np.array([-1e6, -np.inf, -1e6 - 709.0])).tolist() == [1.0, 0.0, 0.0]


def test_mean_fitness_counts_rows_by_their_weights_and_overflows_to_infinity() -> None:
    assert mean_fitness(np.log([1.0, 3.0]), None) == pytest.approx(2.0)
    assert mean_fitness(np.log([1.0, 3.0]), np.array([3, 1])) == pytest.approx(1.5)
    assert mean_fitness(np.array([800.0, 1.0]), None) == np.inf
