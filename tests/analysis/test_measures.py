"""Crossing, knock-out curve, association, and the registry."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given

from analysis import KEEP_PROBS, MEASURES, association, complete, crossing, interaction_spectrum, knock_out_curve
from analysis import walsh_transform as transform
from tests.strategies import Masks, Values, table_game, tables


@dataclass
class TableGame:
    values: Values

    @property
    def n(self) -> int:
        return self.values.size.bit_length() - 1

    def __call__(self, masks: Masks) -> Values:
        return table_game(self.values)(masks)

    def performance(self, masks: Masks) -> dict[str, Values]:
        return {"natural": self(masks), "log": 2 * self(masks)}


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


def test_knock_out_curve_is_the_mean_over_bernoulli_masks_and_its_slope_the_sum_of_mixabilities() -> None:
    values = np.random.default_rng(2).random(2**6)
    curve = knock_out_curve(TableGame(values), 200_000, np.random.default_rng(1))["natural"]
    masks = complete(6).masks
    for q, measured in zip(KEEP_PROBS[1:-1], curve.mean[1:-1], strict=True):
        weight = np.prod(np.where(masks, q, 1 - q), axis=1)
        assert measured == pytest.approx(weight @ values, abs=4 * values.std() / np.sqrt(200_000))

    def exact(q: float) -> float:
        return float(np.prod(np.where(masks, q, 1 - q), axis=1) @ values)

    h = 1e-4
    slope, bend = (exact(0.5 + h) - exact(0.5 - h)) / (2 * h), (exact(0.5 + h) - 2 * exact(0.5) + exact(0.5 - h)) / h**2
    found = interaction_spectrum(TableGame(values))
    assert slope == pytest.approx(found.mixability.sum(), rel=1e-5)
    assert bend == pytest.approx(found.interaction.sum(), rel=1e-4, abs=1e-5)


def test_conspiracies_bend_the_curve_down_and_spare_parts_up() -> None:
    masks = complete(5).masks
    together = knock_out_curve(TableGame(masks.all(1).astype(float)), 2000, np.random.default_rng(0))["natural"]
    spare = knock_out_curve(TableGame(masks.any(1).astype(float)), 2000, np.random.default_rng(0))["natural"]
    assert together.retention_at_half == pytest.approx(1 / 32, abs=0.02)
    assert spare.retention_at_half == pytest.approx(31 / 32, abs=0.02)


def test_independent_elements_have_no_association() -> None:
    found = [association(np.random.default_rng(seed).standard_normal((100, 20))) for seed in range(200)]
    squares = np.array([a.mean_squared for a in found])
    assert abs(squares.mean()) < 4 * squares.std() / np.sqrt(len(squares))
    assert all(15 < a.effective_number <= 20 for a in found)


def test_identical_elements_count_as_one() -> None:
    column = np.random.default_rng(0).standard_normal((50, 1))
    found = association(np.repeat(column, 6, axis=1))
    assert found.mean_squared == pytest.approx(1 - 1 / 49)
    assert found.effective_number == pytest.approx(1)


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


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_says_all_that_a_reader_asks(name: str) -> None:
    measure = MEASURES[name]
    assert all(vars(measure).values())


def test_every_claim_is_about_a_registered_measure() -> None:
    from analysis.experiments.compare import CLAIMS, SIDES

    for claim in CLAIMS:
        assert claim.measure in MEASURES
        assert set(claim.smallest) <= {side.name for side in SIDES}
        assert all(smallest > 0 for smallest in claim.smallest.values())
        assert claim.direction in {-1, 1}
