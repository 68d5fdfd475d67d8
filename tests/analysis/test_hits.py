"""Hits: planted exponents found again, and curves that cannot be fitted refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import directional_epistasis, robustness
from tests.strategies import (
    Game,
    Masks,
    Values,
    additive,
    assert_honest,
    assert_unbiased,
    conspiracies,
    table_game,
    tables,
)


def falling(strength: float, beta: float, spread: float = 0.0, n: int = 50) -> Game:
    """``ln v = -a k**beta`` with k the number missing, elements being hit with weights around 1."""
    weights = 1.0 + spread * np.linspace(-1, 1, n)

    def game(masks: Masks) -> Values:
        values: Values = np.exp(-strength * (~masks @ weights) ** beta)
        return values

    return game


@pytest.mark.oracle
@given(st.floats(0.05, 0.99), st.integers(2, 40), st.integers(0, 99))
def test_a_multiplicative_whole_has_beta_one(survival: float, n: int, seed: int) -> None:
    """``v = s**(number missing)``: each hit costs the same share, whatever else is gone."""
    found = directional_epistasis(lambda m: survival ** np.sum(~m, axis=1), n, draws=64, seed=seed)
    assert found.beta == pytest.approx(1, abs=1e-6)
    assert found.strength == pytest.approx(-np.log(survival), rel=1e-5)
    assert found.kept == pytest.approx(survival**found.hits)
    assert found.hits.tolist() == list(range(1, min(10, n) + 1))


@pytest.mark.oracle
@pytest.mark.parametrize("beta", [0.5, 0.8, 1.3, 2.0])
def test_planted_exponents_are_found_again(beta: float) -> None:
    """Above 1 synergistic, below antagonistic; exactly where all hits are alike."""
    exact = directional_epistasis(falling(0.02, beta), 50, draws=64)
    assert (exact.beta, exact.strength) == pytest.approx((beta, 0.02))
    found = [directional_epistasis(falling(0.02, beta, spread=0.2), 50, draws=128, seed=seed) for seed in range(150)]
    betas = np.array([f.beta for f in found])
    assert betas.mean() == pytest.approx(beta, abs=4 * betas.std() / np.sqrt(150) + 0.01)
    assert_honest(betas, [f.beta_error for f in found])
    covered = np.mean([f.interval[0] <= betas.mean() <= f.interval[1] for f in found])
    assert covered > 0.95 - 4 * np.sqrt(0.95 * 0.05 / 150)


@pytest.mark.oracle
def test_what_hits_leave_is_unbiased() -> None:
    """An additive whole loses k of n elements: ``w(k) = 1 - k / n`` on average, with honest errors."""
    weights = np.random.default_rng(0).random(20)
    found = [directional_epistasis(additive(weights), 20, draws=64, seed=seed) for seed in range(300)]
    assert_unbiased([f.kept for f in found], 1 - np.arange(1.0, 11.0) / 20)
    assert_honest([f.kept for f in found], [f.kept_error for f in found])


def test_performance_worth_nothing_is_taken_off() -> None:
    game = falling(0.1, 1.5, n=30)
    plain = directional_epistasis(game, 30, draws=64)
    lifted = directional_epistasis(lambda m: 0.9 * game(m) + 0.1, 30, draws=64, baseline=0.1)
    assert lifted.beta == pytest.approx(plain.beta, abs=1e-6)
    assert directional_epistasis(lambda m: 0.9 * game(m) + 0.1, 30, draws=64).beta < 1.45


def test_later_hits_include_the_earlier_ones() -> None:
    """An order of being hit: so the curve of a game that only loses cannot rise."""
    seen: list[Masks] = []

    def game(masks: Masks) -> Values:
        seen.append(masks)
        return conspiracies(2, 10)(masks) + 1.0

    found = directional_epistasis(game, 20, most=6, draws=64)
    paths = seen[0][1:].reshape(6, 64, 20)
    assert np.array_equal((~paths).sum(2), np.repeat(np.arange(1, 7)[:, None], 64, axis=1))
    assert not np.any(paths[1:] & ~paths[:-1])
    assert np.all(np.diff(found.kept) <= 0)
    assert sum(len(masks) for masks in seen) == 6 * 64 + 1


@pytest.mark.parametrize(
    ("game", "n", "reason"),
    [
        (lambda m: np.zeros(len(m)), 5, "the whole is no better than the baseline"),
        (lambda m: m.all(1) * 1.0, 5, "nothing is left after 1 hits: fit fewer"),
        (lambda m: (m.sum(1) >= 2) * 1.0, 12, "so few hits do no harm that could be told from none"),
        (lambda m: (m.sum(1) + 5.0) / 17, 1, "a curve needs at least 2 hits"),
        (lambda m: 0.8 ** np.sum(~m, axis=1) * (m.sum(1) > 8), 12, "nothing is left after 4 hits: fit fewer"),
    ],
)
def test_a_curve_that_cannot_be_fitted_says_why(game: Game, n: int, reason: str) -> None:
    found = directional_epistasis(game, n, draws=64)
    assert found.reason == reason
    assert np.isnan([found.beta, found.strength, found.beta_error]).all()


def test_too_few_draws_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 64 draws; got 63"):
        directional_epistasis(additive(np.ones(5)), 5, draws=63)


@pytest.mark.oracle
def test_robustness_counts_the_elements_that_are_not_needed() -> None:
    found = robustness(additive(np.array([0.0, 0.5, 1.0, 2.0, -1.0])), 5, tolerance=0.5)
    assert found.cost.tolist() == [0.0, 0.5, 1.0, 2.0, -1.0]
    assert found.share == 3 / 5
    assert robustness(conspiracies(3, 2), 6, tolerance=0.9).share == 0.0
    assert robustness(lambda m: m.any(1) * 1.0, 6, tolerance=0.0).share == 1.0


@given(tables(least=2))
def test_the_cost_of_a_loss_is_what_the_table_says(values: Values) -> None:
    n = values.size.bit_length() - 1
    found = robustness(table_game(values), n, tolerance=0.0)
    assert found.cost.tolist() == [float(values[-1] - values[2**n - 1 - 2**i]) for i in range(n)]
    assert found.share == np.mean(found.cost <= 0)


def test_no_point_of_the_curve_outweighs_the_others() -> None:
    """Of a game with a floor, the loss of all is known exactly: the fit must not run through it alone."""

    def floored(masks: Masks) -> Values:
        hits = np.sum(~masks, axis=1)
        values: Values = 0.2 + 0.8 * np.exp(-0.2 * hits)
        return values

    beta = [directional_epistasis(floored, 10, most=most).beta for most in (8, 10)]
    assert abs(beta[0] - beta[1]) < 0.05
