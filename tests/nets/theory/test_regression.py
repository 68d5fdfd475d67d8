import pytest
import torch

from nets.theory import (
    bernoulli,
    dropout_minimiser,
    dropout_risk,
    expected_gradient,
    gaussian,
    gradient_over,
    penalty_strength,
)
from tests.nets.theory.near import ROUNDING, normal, off

INPUTS, TARGETS, WEIGHT = normal(1, 9, 4), normal(2, 9, 2), normal(3, 4, 2)
EACH = [0.5, 0.0, 0.2, 0.7]
PROBABILITIES = [0.1, 0.5, 0.9, EACH]

pytestmark = pytest.mark.oracle


@pytest.mark.parametrize("inverted", [True, False])
@pytest.mark.parametrize("drop_prob", PROBABILITIES)
def test_the_risk_is_the_mean_error_over_all_masks(drop_prob: float | list[float], inverted: bool) -> None:
    noise = bernoulli(4, drop_prob, inverted=inverted)
    errors = (TARGETS - (noise.factors[:, None] * INPUTS) @ WEIGHT).square().sum((1, 2))
    exact = noise.expectation(errors)
    assert off(dropout_risk(INPUTS, TARGETS, WEIGHT, drop_prob, inverted=inverted), exact) < ROUNDING
    assert off(dropout_risk(INPUTS, TARGETS, WEIGHT, drop_prob, inverted=not inverted), exact) > 1e-3


@pytest.mark.parametrize("inverted", [True, False])
@pytest.mark.parametrize("drop_prob", PROBABILITIES)
def test_the_minimiser_has_no_slope_and_no_other_weights_do_better(
    drop_prob: float | list[float], inverted: bool
) -> None:
    best = dropout_minimiser(INPUTS, TARGETS, drop_prob, inverted=inverted).requires_grad_()
    least = dropout_risk(INPUTS, TARGETS, best, drop_prob, inverted=inverted)
    (slope,) = torch.autograd.grad(least, best)
    assert float(slope.abs().max()) < 1e-11
    for seed in range(5):
        elsewhere = best.detach() + 0.01 * normal(seed, 4, 2)
        assert dropout_risk(INPUTS, TARGETS, elsewhere, drop_prob, inverted=inverted) > least


def test_it_is_ridge_regression_as_others_solve_it() -> None:
    from sklearn.linear_model import Ridge

    standard = INPUTS / INPUTS.square().sum(0).sqrt()
    ridge = Ridge(alpha=penalty_strength(0.3), fit_intercept=False, solver="svd").fit(standard, TARGETS)
    found = dropout_minimiser(standard, TARGETS, 0.3)
    assert off(found, torch.from_numpy(ridge.coef_).T) < ROUNDING
    assert off(dropout_minimiser(standard, TARGETS, 0.31), found) > 1e-3


def test_both_ways_to_scale_deploy_the_same_weights() -> None:
    classic, inverted = (dropout_minimiser(INPUTS, TARGETS, 0.4, inverted=way) for way in (False, True))
    assert off(0.6 * classic, inverted) < ROUNDING


def test_dropout_is_not_strongest_at_one_half() -> None:
    drops = [i / 20 for i in range(20)]
    sizes = [float(dropout_minimiser(INPUTS, TARGETS, drop).norm()) for drop in drops]
    assert sizes == sorted(sizes, reverse=True)
    assert [penalty_strength(drop) for drop in drops] == sorted(penalty_strength(drop) for drop in drops)
    assert max(drops, key=lambda drop: penalty_strength(drop, deployed=False)) == 0.5


def test_an_input_that_is_always_nothing_gets_no_weight() -> None:
    dead = INPUTS.clone()
    dead[:, 2] = 0.0
    weight = dropout_minimiser(dead, TARGETS, 0.5)
    assert weight[2].tolist() == pytest.approx([0.0, 0.0], abs=1e-14)
    others = dropout_minimiser(dead[:, [0, 1, 3]], TARGETS, 0.5)
    assert off(weight[[0, 1, 3]], others) < ROUNDING


@pytest.mark.parametrize("drop_prob", PROBABILITIES)
def test_bernoulli_and_gaussian_noise_have_the_same_expected_gradient(drop_prob: float | list[float]) -> None:
    weight = WEIGHT.clone().requires_grad_()
    (slope,) = torch.autograd.grad(dropout_risk(INPUTS, TARGETS, weight, drop_prob), weight)
    closed = expected_gradient(INPUTS, TARGETS, WEIGHT, drop_prob)
    assert off(slope, closed) < ROUNDING
    for noise in (bernoulli(4, drop_prob), gaussian(4, drop_prob), gaussian(4, drop_prob, nodes=5)):
        assert off(gradient_over(noise, INPUTS, TARGETS, WEIGHT), closed) < ROUNDING
    unmatched = gaussian(4, [0.9 * drop for drop in (drop_prob if isinstance(drop_prob, list) else [drop_prob] * 4)])
    assert off(gradient_over(unmatched, INPUTS, TARGETS, WEIGHT), closed) > 1e-3


def test_without_rescaling_it_is_the_gradient_of_the_scaled_unit_and_a_decay() -> None:
    inputs, target, weight, keep = normal(4, 1, 3), normal(5, 1, 1), normal(6, 3, 1), 0.7
    of_ensemble = -2.0 * keep * inputs.T @ (target - keep * inputs @ weight)
    decay = 2.0 * keep * (1.0 - keep) * inputs.T.square() * weight
    noise = bernoulli(3, 0.3, inverted=False)
    exact = gradient_over(noise, inputs, target, weight)
    assert off(of_ensemble + decay, exact) < ROUNDING
    assert off(expected_gradient(inputs, target, weight, 0.3, inverted=False), exact) < ROUNDING
    assert off(of_ensemble, exact) > 1e-3
