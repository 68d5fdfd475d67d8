import pytest
import torch

from nets.theory import bernoulli, contributions, dropout_minimiser, equalised, hidden_penalty, least_penalty
from tests.nets.theory.near import ROUNDING, normal, off

INPUTS = normal(1, 30, 4) @ normal(2, 4, 4)
SECOND_MOMENT = INPUTS.T @ INPUTS / 30
HIDDEN = [2, 3, 5, 6, 8]

pytestmark = pytest.mark.oracle


@pytest.mark.parametrize("drop_prob", [0.1, 0.5, 0.8])
def test_the_penalty_is_the_expected_rise_of_the_error_over_all_masks(drop_prob: float) -> None:
    w_in, w_out, targets, noise = normal(3, 6, 4), normal(4, 3, 6), normal(5, 30, 3), bernoulli(6, drop_prob)

    def error(hidden: torch.Tensor) -> torch.Tensor:
        return (targets - hidden @ w_out.T).square().sum(-1).mean(-1)

    hidden = INPUTS @ w_in.T
    rise = noise.expectation(error(noise.factors[:, None] * hidden)) - error(hidden)
    assert off(hidden_penalty(w_in, w_out, SECOND_MOMENT, drop_prob), rise) < ROUNDING
    assert off(hidden_penalty(w_in, w_out, torch.eye(4, dtype=torch.float64), drop_prob), rise) > 1e-3


@pytest.mark.parametrize("hidden", HIDDEN)
def test_equal_contributions_cost_least_and_compute_the_same(hidden: int) -> None:
    w_in, w_out = normal(6, hidden, 4), normal(7, 3, hidden)
    least = least_penalty(w_out @ w_in, SECOND_MOMENT, 0.5, hidden)
    even_in, even_out = equalised(w_in, w_out, SECOND_MOMENT)
    assert off(even_out @ even_in, w_out @ w_in) < 1e-11
    shares = contributions(even_in, even_out, SECOND_MOMENT)
    assert off(shares, shares.mean().expand(hidden)) < 1e-11
    assert off(hidden_penalty(even_in, even_out, SECOND_MOMENT, 0.5), least) < 1e-11
    assert hidden_penalty(w_in, w_out, SECOND_MOMENT, 0.5) > 1.01 * least


def test_no_other_units_for_the_same_map_cost_less() -> None:
    w_in, w_out = normal(8, 5, 4), normal(9, 3, 5)
    least = least_penalty(w_out @ w_in, SECOND_MOMENT, 0.3, 5)
    for seed in range(50):
        change = normal(seed, 5, 5)
        other = hidden_penalty(change @ w_in, w_out @ torch.linalg.inv(change), SECOND_MOMENT, 0.3)
        assert other > least


def test_training_each_layer_in_turn_ends_with_equal_units() -> None:
    """With inputs of unit covariance either layer, the other fixed, is a regression under dropout."""
    w_in, w_out, target = normal(10, 3, 4), normal(11, 2, 3), normal(12, 2, 4)
    for _ in range(400):
        w_out = dropout_minimiser(w_in.T, target.T, 0.1).T
        w_in = dropout_minimiser(w_out, target, 0.1)
    moment = torch.eye(4, dtype=torch.float64)
    shares = contributions(w_in, w_out, moment)
    assert off(shares, shares.mean().expand(3)) < 1e-6
    least = least_penalty(w_out @ w_in, moment, 0.1, 3)
    assert off(hidden_penalty(w_in, w_out, moment, 0.1), least) < 1e-9


def test_inputs_that_do_not_span_the_space_keep_the_map_where_they_lie() -> None:
    flat = INPUTS.clone()
    flat[:, 3] = flat[:, 0] - 2.0 * flat[:, 1]
    moment = flat.T @ flat / 30
    w_in, w_out = normal(13, 5, 4), normal(14, 3, 5)
    even_in, even_out = equalised(w_in, w_out, moment)
    assert off(flat @ (even_out @ even_in).T, flat @ (w_out @ w_in).T) < 1e-10
