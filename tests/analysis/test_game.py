"""What every measure does with values that are no numbers, that are rounding, or that lie far from 0."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from analysis import (
    context_dependence,
    directional_epistasis,
    exact_knock_out,
    exact_shapley,
    exact_spectrum,
    interaction_network,
    interaction_spectrum,
    noise_stability,
    robustness,
    sample,
    shapley_values,
    spectrum,
    tabulate,
    walsh_transform,
)
from tests.strategies import Game, Masks, Values, additive, conspiracies

OF_GAMES: list[Callable[[Game], object]] = [
    lambda game: interaction_spectrum(game, n=6),
    lambda game: interaction_spectrum(game, n=7, samples=64),
    lambda game: context_dependence(game, n=6),
    lambda game: shapley_values(game, n=6),
    lambda game: shapley_values(game, n=6, orders=8),
    lambda game: noise_stability(game, n=6, samples=704),
    lambda game: directional_epistasis(game, n=6, draws=64),
    lambda game: robustness(game, n=6, tolerance=0.1),
    lambda game: tabulate(game, 6),
]


@pytest.mark.parametrize("measure", OF_GAMES)
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_performance_must_be_finite(measure: Callable[[Game], object], bad: float) -> None:
    def game(masks: Masks) -> Values:
        values: Values = np.where(masks.sum(1) >= 3, bad, 1.0)
        return values

    with pytest.raises(ValueError, match="values must be finite; mask"):
        measure(game)


@pytest.mark.parametrize("measure", OF_GAMES)
def test_there_is_one_value_for_each_mask(measure: Callable[[Game], object]) -> None:
    with pytest.raises(ValueError, match="values must have shape"):
        measure(lambda masks: masks.astype(np.float64))


@pytest.mark.parametrize("measure", [walsh_transform, exact_spectrum, exact_shapley, exact_knock_out])
def test_so_must_tables(measure: Callable[[Values], object]) -> None:
    with pytest.raises(ValueError, match="values must be finite; mask 2 gave nan"):
        measure(np.array([0.0, 1.0, np.nan, 1.0]))


@pytest.mark.parametrize("measure", [walsh_transform, exact_spectrum, exact_shapley, exact_knock_out])
@pytest.mark.parametrize("dtype", [np.uint8, np.bool_, np.float32])
def test_tables_may_be_of_any_type_and_are_left_alone(measure: Callable[[Values], object], dtype: type) -> None:
    values: Any = np.array([1, 1, 0, 1], dtype=dtype)
    values.flags.writeable = False
    measure(values)
    assert values.tolist() == [1, 1, 0, 1]


def test_a_table_is_lost_only_where_that_was_asked_for() -> None:
    values = np.array([0.0, 1.0, 2.0, 5.0])
    exact_spectrum(values)
    assert exact_shapley(values).values == pytest.approx([2.0, 3.0])
    exact_spectrum(values, overwrite=True)
    assert values[0] == pytest.approx(2.0)
    with pytest.raises(ValueError, match="at least 1 element"):
        exact_spectrum(np.ones(1))


@pytest.mark.parametrize("shift", [1e6, -1e9])
@pytest.mark.parametrize("samples", [None, 200])
def test_a_constant_does_not_hide_what_is_added_to_it(shift: float, samples: int | None) -> None:
    game = conspiracies(3, 3)

    def far(masks: Masks) -> Values:
        return shift + game(masks)

    one, other = (interaction_spectrum(g, n=9, samples=samples, seed=1) for g in (game, far))
    assert other.reason == ""
    assert other.shares == pytest.approx(one.shares, abs=1e-5)
    assert other.masses == pytest.approx(one.masses, abs=1e-3)
    contexts = [context_dependence(g, n=9, seed=1) for g in (game, far)]
    assert contexts[1].dependence == pytest.approx(contexts[0].dependence, abs=1e-4)
    stable = [noise_stability(g, n=9, samples=1408, seed=1).covariance for g in (game, far)]
    assert stable[1] == pytest.approx(stable[0], abs=1e-5)


@pytest.mark.parametrize("unit", [1e-12, 1e12])
def test_units_do_not_matter(unit: float) -> None:
    def game(masks: Masks) -> Values:
        values: Values = unit * conspiracies(3, 3)(masks)
        return values

    found, expected = interaction_spectrum(game, n=9), interaction_spectrum(conspiracies(3, 3), n=9)
    assert found.shares == pytest.approx(expected.shares)
    assert found.masses == pytest.approx(unit * expected.masses)


@pytest.mark.parametrize("samples", [None, 500])
def test_rounding_is_no_interaction(samples: int | None) -> None:
    found = interaction_spectrum(additive(np.random.default_rng(0).standard_normal(10)), n=10, samples=samples)
    assert not found.interaction.any()
    assert found.masses.tolist() == [0.0, 0.0]
    assert interaction_network(found.interaction, found.interaction_error).number_of_edges() == 0


@pytest.mark.parametrize("keep_prob", [1e-9, 1 - 1e-9])
def test_extreme_keep_probabilities_still_tell(keep_prob: float) -> None:
    found = interaction_spectrum(lambda masks: masks.all(1) * 1.0, n=2, keep_prob=keep_prob)
    assert found.reason == ""
    assert np.isfinite(found.shares).all()


def test_values_of_sampled_masks_are_checked_too() -> None:
    design = sample(10, 64, np.random.default_rng(0))
    values = np.ones(64)
    values[5] = np.nan
    with pytest.raises(ValueError, match="mask 5 gave nan"):
        spectrum(design, values)
