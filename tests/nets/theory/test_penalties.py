import copy
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch

from nets.penalties import MarginalPenalty, QuadraticPenalty
from nets.theory import FAMILIES, bernoulli, exact_penalty, gaussian
from nets.theory.families import FamilyName
from tests.nets.theory.near import ROUNDING, normal, off

INPUTS, WEIGHT, BIAS = normal(1, 6, 5), normal(2, 3, 5), normal(3, 3)
DROPS = [0.1, 0.5, 0.8]
FAMILY_NAMES: list[FamilyName] = ["linear", "logistic", "softmax"]


@pytest.mark.parametrize("drop_prob", DROPS)
@pytest.mark.oracle
def test_the_marginal_penalty_is_the_expected_rise_of_the_squared_error(drop_prob: float) -> None:
    targets = normal(4, 6, 3)

    def error(inputs: torch.Tensor, scale: float = 1.0) -> torch.Tensor:
        return (targets - scale * inputs @ WEIGHT.T - BIAS).square().sum(-1).mean(-1)

    inverted, classic = bernoulli(5, drop_prob), bernoulli(5, drop_prob, inverted=False)
    rise = inverted.expectation(error(inverted.factors[:, None] * INPUTS)) - error(INPUTS)
    assert off(MarginalPenalty(drop_prob)(INPUTS, WEIGHT, BIAS), rise) < ROUNDING
    rise = classic.expectation(error(classic.factors[:, None] * INPUTS)) - error(INPUTS, 1.0 - drop_prob)
    assert off(MarginalPenalty(drop_prob, parameterisation="classic")(INPUTS, WEIGHT), rise) < ROUNDING
    assert off(MarginalPenalty(drop_prob)(INPUTS, WEIGHT), rise) > 0.1


@pytest.mark.parametrize("drop_prob", DROPS)
@pytest.mark.oracle
def test_for_linear_outputs_the_quadratic_form_is_exact_and_half_of_it(drop_prob: float) -> None:
    quadratic = QuadraticPenalty(drop_prob, family="linear")(INPUTS, WEIGHT, BIAS)
    assert off(2.0 * quadratic, MarginalPenalty(drop_prob)(INPUTS, WEIGHT)) < ROUNDING
    for noise in (bernoulli(5, drop_prob), gaussian(5, drop_prob)):
        assert off(quadratic, exact_penalty(noise, INPUTS, WEIGHT, BIAS, family="linear")) < ROUNDING


def hessian(function: Callable[[torch.Tensor], torch.Tensor], at: torch.Tensor) -> torch.Tensor:
    point = at.clone().requires_grad_()
    (slope,) = torch.autograd.grad(function(point), point, create_graph=True)
    return torch.stack([torch.autograd.grad(part, point, retain_graph=True)[0] for part in slope])


@pytest.mark.parametrize("family", FAMILY_NAMES)
@pytest.mark.oracle
def test_the_quadratic_form_is_that_of_the_second_derivative(family: FamilyName) -> None:
    expected = torch.zeros((), dtype=torch.float64)
    for example in INPUTS:
        curvature = hessian(FAMILIES[family].log_partition, WEIGHT @ example + BIAS)
        expected += 0.5 * 0.25 * (example.square() * (WEIGHT * (curvature @ WEIGHT)).sum(0)).sum() / len(INPUTS)
    assert off(QuadraticPenalty(0.2, family=family)(INPUTS, WEIGHT, BIAS), expected) < ROUNDING


@pytest.mark.parametrize("family", FAMILY_NAMES[1:])
@pytest.mark.parametrize(("drop_prob", "power"), [(0.2, 1), (0.5, 2)])
@pytest.mark.oracle
def test_it_approaches_the_exact_penalty_as_the_noise_of_scores_vanishes(
    family: FamilyName, drop_prob: float, power: int
) -> None:
    """Linearly where noise is skewed, quadratically where it is symmetric."""
    noise = bernoulli(5, drop_prob)
    excess = []
    for scale in (2e-3, 1e-3):
        exact = exact_penalty(noise, INPUTS, scale * WEIGHT, BIAS, family=family)
        excess.append(float(QuadraticPenalty(drop_prob, family=family)(INPUTS, scale * WEIGHT, BIAS) / exact) - 1.0)
    assert abs(excess[0]) < 0.01
    assert excess[0] / excess[1] == pytest.approx(2**power, rel=0.05)


@pytest.mark.oracle
def test_at_even_odds_it_is_too_large_by_an_eighth_of_the_variance_of_the_score() -> None:
    inputs, weight = torch.ones(1, 1, dtype=torch.float64), torch.full((1, 1), 0.05, dtype=torch.float64)
    exact = exact_penalty(gaussian(1, 0.5, nodes=12), inputs, weight, -weight[0], family="logistic")
    ratio = QuadraticPenalty(0.5, family="logistic")(inputs, weight, -weight[0]) / exact
    assert float(ratio - 1.0) == pytest.approx(0.05**2 / 8.0, rel=0.01)


@pytest.mark.oracle
def test_where_predictions_are_sure_it_misses_what_large_noise_does() -> None:
    inputs, weight, bias = (torch.full(shape, value, dtype=torch.float64) for shape, value in SURE)
    exact = exact_penalty(bernoulli(1, 0.5), inputs, weight, bias, family="logistic")
    assert float(QuadraticPenalty(0.5, family="logistic")(inputs, weight, bias) / exact) < 0.05


SURE: list[tuple[Any, float]] = [((1, 1), 1.0), ((1, 1), 8.0), ((1,), 0.0)]
"""One input, its weight, the bias: a score of 8 with the input, 0 without."""


@pytest.mark.parametrize("family", FAMILY_NAMES)
def test_gradients_are_those_of_the_value(family: FamilyName) -> None:
    arguments = [tensor.clone().requires_grad_() for tensor in (INPUTS, WEIGHT, BIAS)]
    assert torch.autograd.gradcheck(QuadraticPenalty(0.3, family=family), arguments)
    assert torch.autograd.gradcheck(MarginalPenalty(0.3), arguments[:2])


@pytest.mark.parametrize("make", [MarginalPenalty, partial(QuadraticPenalty, family="softmax")])
def test_they_keep_the_dtype_have_no_state_and_vanish_without_dropout(make: Callable[..., torch.nn.Module]) -> None:
    penalty = make(0.3)
    single = penalty(INPUTS.float(), WEIGHT.float(), BIAS.float())
    assert single.dtype == torch.float32
    assert single.shape == ()
    assert not penalty.state_dict()
    assert copy.deepcopy(penalty)(INPUTS, WEIGHT, BIAS) == penalty(INPUTS, WEIGHT, BIAS)
    assert "drop_prob=0.3" in repr(penalty)
    assert make(0.0)(INPUTS, WEIGHT, BIAS) == 0.0


def test_impossible_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match=r"drop_prob must lie in \[0, 1\); got 1.0"):
        MarginalPenalty(1.0)
    with pytest.raises(ValueError, match="parameterisation must be one of inverted, classic; got 'new'"):
        MarginalPenalty(0.5, parameterisation="new")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="family must be one of linear, logistic, softmax; got 'probit'"):
        QuadraticPenalty(0.5, family="probit")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"weight must have shape \(outputs, 5\)"):
        MarginalPenalty(0.5)(INPUTS, WEIGHT.T)
    with pytest.raises(ValueError, match=r"inputs must have shape \(examples, inputs\)"):
        MarginalPenalty(0.5)(INPUTS[0], WEIGHT)
    with pytest.raises(ValueError, match=r"bias must have shape \(3,\)"):
        MarginalPenalty(0.5)(INPUTS, WEIGHT, BIAS[:2])
