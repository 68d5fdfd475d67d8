"""Context dependence against exact spectra and closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import complete, context_dependence, interaction_spectrum, walsh_transform
from analysis.measures.context import on_both_scales
from analysis.measures.walsh import by_order
from tests.strategies import (
    Masks,
    TableGame,
    Values,
    additive,
    assert_honest,
    assert_unbiased,
    conspiracies,
    parity,
    tables,
)


@pytest.mark.oracle
@given(st.integers(1, 40), st.integers(0, 99))
def test_elements_that_act_alone_depend_on_no_context(n: int, seed: int) -> None:
    weights = np.random.default_rng(seed).choice([-2.0, -1.0, 0.5, 3.0], n)
    found = context_dependence(additive(weights), n, bases=32, seed=seed)
    assert found.mixability == pytest.approx(weights)
    assert found.dependence == pytest.approx(np.zeros(n), abs=1e-9)
    assert found.overall == pytest.approx(0, abs=1e-9)
    assert found.reason == ""


@pytest.mark.oracle
def test_parity_depends_on_nothing_but_context() -> None:
    found = [context_dependence(parity, 9, bases=32, seed=seed) for seed in range(100)]
    assert_unbiased([f.dependence for f in found], np.ones(9))
    assert_unbiased([f.overall for f in found], 1.0)
    assert interaction_spectrum(parity, n=9).context_dependence == pytest.approx(np.ones(9))


@pytest.mark.oracle
@pytest.mark.parametrize("size", [2, 3, 5])
def test_conspiracies_depend_on_context_as_their_closed_form_says(size: int) -> None:
    """A member of a block of s is worth 1 with probability ``2**(1 - s)`` and else nothing: ``c = 1 - 2**(1 - s)``."""
    expected = 1 - 2.0 ** (1 - size)
    assert interaction_spectrum(conspiracies(size, 2), n=2 * size).context_dependence == pytest.approx(
        np.full(2 * size, expected)
    )
    found = [context_dependence(conspiracies(size, 8), 8 * size, bases=256, seed=seed) for seed in range(60)]
    # a ratio of sums: biased by about 1 / bases, which its distance from the truth must show
    assert np.mean([f.overall for f in found]) == pytest.approx(expected, abs=0.01)


@pytest.mark.oracle
@given(tables(least=2, most=6), st.sampled_from([0.5, 0.2, 0.8]))
def test_exact_dependence_is_the_variance_of_worth_over_its_mean_square(values: Values, keep_prob: float) -> None:
    game = TableGame(values)
    masks = complete(game.n).masks
    exact = interaction_spectrum(game, keep_prob=keep_prob).context_dependence
    for element in range(game.n):
        there, gone = masks.copy(), masks.copy()
        there[:, element], gone[:, element] = True, False
        worth = game(there) - game(gone)
        others = np.delete(masks, element, axis=1)
        weight = np.prod(np.where(others, keep_prob, 1 - keep_prob), axis=1) / 2
        square, mean = weight @ worth**2, weight @ worth
        assert exact[element] == pytest.approx((square - mean**2) / square)


@pytest.mark.oracle
@pytest.mark.parametrize("keep_prob", [0.5, 0.3])
def test_sampled_worths_and_their_products_are_unbiased(keep_prob: float) -> None:
    """Numerator and denominator of the overall dependence, whose plain square would be too large by Var / bases."""
    game, bases = TableGame(np.random.default_rng(3).standard_normal(2**8)), 32
    weights, influence = by_order(walsh_transform(game.values, keep_prob))
    spread = keep_prob * (1 - keep_prob)
    found = [context_dependence(game, bases=bases, keep_prob=keep_prob, seed=seed) for seed in range(600)]
    assert_unbiased([f.mixability for f in found], interaction_spectrum(game, keep_prob=keep_prob).mixability)
    mean_square = np.array([f.mixability_error**2 * (bases - 1) + f.mixability**2 for f in found])
    assert_unbiased(mean_square.sum(1), influence.sum() / spread)
    assert_unbiased([(1 - f.overall) * s.sum() for f, s in zip(found, mean_square, strict=True)], weights[1] / spread)
    plain = np.array([np.sum(f.mixability**2) for f in found])
    assert plain.mean() - weights[1] / spread > 10 * plain.std(ddof=1) / np.sqrt(len(plain))


@pytest.mark.oracle
def test_overall_dependence_is_what_the_mean_order_leaves() -> None:
    """``1 - W_1 / sum_k k W_k``; intervals hold it at about their rate, and each element's error is honest."""
    game = TableGame(np.random.default_rng(5).standard_normal(2**8) + 3.0 * complete(8).masks @ np.ones(8))
    weights, _ = by_order(walsh_transform(game.values))
    truth = 1 - weights[1] / (np.arange(9) @ weights)
    found = [context_dependence(game, bases=128, seed=seed) for seed in range(400)]
    covered = np.mean([f.interval[0] <= truth <= f.interval[1] for f in found])
    assert abs(covered - 0.95) < 4 * np.sqrt(0.95 * 0.05 / len(found)) + 0.01
    assert_honest([f.overall for f in found], [f.overall_error for f in found])
    assert_honest([f.mixability for f in found], [f.mixability_error for f in found])
    assert_honest([f.dependence for f in found], [f.dependence_error for f in found])


def test_an_element_without_effect_is_left_out_and_the_others_are_not() -> None:
    rounding = np.random.default_rng(0)

    def game(masks: Masks) -> Values:
        values: Values = 1e3 + masks[:, 0] * 2.0 + (masks[:, 1] & masks[:, 2]) + rounding.normal(0, 1e-13, len(masks))
        return values

    found = context_dependence(game, 4, bases=64)
    assert np.isnan(found.dependence).tolist() == [False, False, False, True]
    assert found.dependence[0] == pytest.approx(0, abs=1e-9)
    assert 0 < found.overall < 1


@pytest.mark.parametrize("noise", [0.0, 1e-10])
def test_a_game_that_is_constant_to_rounding_has_no_context(noise: float) -> None:
    """Rounding has no mean, so it would pass for a worth that is set wholly by context."""
    rng = np.random.default_rng(1)
    found = context_dependence(lambda masks: 1e3 + rng.normal(0, noise, len(masks)), 5)
    assert np.isnan([found.overall, found.overall_error, *found.dependence]).all()
    assert found.reason == "no element makes any difference"


@given(tables(least=2, most=6), st.integers(0, 99))
def test_both_scales_from_one_evaluation_are_what_each_alone_gives(values: Values, seed: int) -> None:
    game = TableGame(values)
    both = on_both_scales(game, 32, np.random.default_rng(seed))
    for scale, found in both.items():
        alone = context_dependence(lambda masks, s=scale: game.performance(masks)[s], game.n, bases=32, seed=seed)  # type: ignore[misc]
        for field, value in vars(alone).items():
            assert np.array_equal(getattr(found, field), value, equal_nan=field != "reason")


@given(tables(least=2, most=6), st.floats(-100, 100), st.floats(0.01, 100))
def test_dependence_has_no_units_and_no_zero(values: Values, shift: float, factor: float) -> None:
    scale = np.abs(values).max()
    one = context_dependence(TableGame(values), bases=32)
    two = context_dependence(TableGame(-factor * (values + shift * scale)), bases=32)
    assert two.dependence == pytest.approx(one.dependence, abs=1e-9)
    assert two.overall == pytest.approx(one.overall, abs=1e-9)
    assert two.mixability == pytest.approx(-factor * one.mixability, abs=1e-9 * factor * scale)


def test_wrong_input_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="at least 32 sets of partners; got 31"):
        context_dependence(parity, 4, bases=31)
    with pytest.raises(ValueError, match="keep_prob must lie strictly between 0 and 1"):
        context_dependence(parity, 4, keep_prob=1.0)
    with pytest.raises(ValueError, match="say how many elements"):
        context_dependence(parity)
