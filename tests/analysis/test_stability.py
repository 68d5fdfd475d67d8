"""Noise stability: covariances against their closed form, orders found again, and said to be unknown where they are."""

import numpy as np
import pytest

from analysis import NoiseStability, interaction_spectrum, noise_stability
from analysis.measures.stability import RHOS
from tests.strategies import Game, Masks, Values, additive, assert_honest, assert_unbiased, conspiracies, parity


def stabilities(game: Game, n: int, samples: int = 4096, repeats: int = 40) -> list[NoiseStability]:
    return [noise_stability(game, n=n, samples=samples, seed=seed) for seed in range(repeats)]


@pytest.mark.oracle
def test_covariances_have_their_closed_form() -> None:
    """``sum_k rho**k W_k``; six conspiracies of three have 3, 3 and 1 sets of orders 1, 2 and 3 each, of 4**-3."""
    truth = 6 / 64 * (3 * RHOS + 3 * RHOS**2 + RHOS**3)
    found = stabilities(conspiracies(3, 6), 18)
    assert_unbiased([one.covariance for one in found], truth)
    assert_honest([one.covariance for one in found], [one.covariance_error for one in found])


@pytest.mark.oracle
def test_orders_are_kept_apart_at_other_keep_probabilities() -> None:
    """At q, an element alone has the variance q (1 - q), and three of three that are needed q**3 (1 - q**3) in all."""
    found = noise_stability(additive(np.ones(10)), n=10, samples=20_000, keep_prob=0.8, seed=1)
    assert found.covariance == pytest.approx(10 * 0.16 * RHOS, abs=0.1)
    assert found.mean_order == pytest.approx(1.0, abs=0.05)


@pytest.mark.oracle
@pytest.mark.parametrize(
    ("game", "n", "order", "share"),
    [
        (additive(np.arange(1.0, 13.0)), 12, 1, 1.0),
        (parity, 2, 2, 1.0),
        (parity, 30, 5, 1.0),
        (conspiracies(2, 12), 24, 1, 2 / 3),
    ],
)
def test_intervals_of_shares_hold_the_truth(game: Game, n: int, order: int, share: float) -> None:
    found = stabilities(game, n, repeats=20)
    inside = [one.shares_interval[0, order - 1] <= share <= one.shares_interval[1, order - 1] for one in found]
    assert np.mean(inside) >= 0.85
    finite = [one.shares for one in found if not one.reason]
    assert not finite or np.sum(finite, axis=1) == pytest.approx(1.0)


@pytest.mark.oracle
def test_mean_order_of_parity_is_its_size() -> None:
    for n in (1, 2, 6):
        found = noise_stability(parity, n=n, samples=8192, seed=2)
        low, high = found.mean_order_interval
        assert low - 1e-6 <= n <= high + 1e-6
    assert found.mean_order == pytest.approx(6, abs=1.0)


@pytest.mark.oracle
@pytest.mark.parametrize("n", [33, 100, 200])
def test_mean_order_of_parity_is_its_size_also_where_it_is_large(n: int) -> None:
    low, high = noise_stability(parity, n=n, samples=2048, seed=2).mean_order_interval
    assert low < n <= high


def test_what_is_known_of_low_orders_helps_with_the_others() -> None:
    game = conspiracies(3, 8)
    alone = noise_stability(game, n=24, samples=8192, seed=3)
    known = interaction_spectrum(game, n=24, samples=8192, seed=4)
    together = noise_stability(game, n=24, samples=8192, seed=3, known=known)
    width, narrower = np.ptp(alone.shares_interval, axis=0), np.ptp(together.shares_interval, axis=0)
    assert narrower[2] < 0.7 * width[2]
    assert together.shares_interval[0, 2] <= 1 / 7 <= together.shares_interval[1, 2]


def test_orders_that_cannot_be_told_apart_are_refused_by_name() -> None:
    found = noise_stability(conspiracies(3, 8), n=24, samples=704, seed=0)
    refused = np.isnan(found.shares)
    assert refused.any()
    assert found.reason.startswith("so few masks do not tell order ")
    assert np.all(np.ptp(found.shares_interval, axis=0)[refused] > 0.5)
    assert np.isfinite(found.mean_order)


def test_games_that_do_not_vary_and_bad_requests_are_refused() -> None:
    def constant(masks: Masks) -> Values:
        return np.ones(len(masks))

    same = noise_stability(constant, n=5)
    assert same.reason == "the performance is the same for all masks"
    assert np.isnan(same.shares).all()
    assert same.covariance == pytest.approx(0, abs=1e-12)
    rare = noise_stability(conspiracies(6, 4), n=24, samples=704, seed=0)
    assert rare.reason == "the variance is carried by too few of the masks to be known well"
    assert np.isnan(rare.mean_order)
    with pytest.raises(ValueError, match="at least 704 samples; got 700"):
        noise_stability(parity, n=5, samples=700)
    with pytest.raises(ValueError, match="strictly between 0 and 1; got 1"):
        noise_stability(parity, n=5, keep_prob=1.0)


def test_the_same_seed_gives_the_same_bits() -> None:
    one, two = (noise_stability(conspiracies(2, 5), n=10, seed=7) for _ in range(2))
    assert one.covariance.tobytes() == two.covariance.tobytes()
    assert one.shares_interval.tobytes() == two.shares_interval.tobytes()
    assert noise_stability(conspiracies(2, 5), n=10, seed=8).covariance[0] != one.covariance[0]
