"""Regression on all products of inputs, over all inputs and all masks, beside the noise operator."""

import numpy as np
import pytest
import torch
from torch import Tensor

from analysis import walsh_transform
from nets.theory import (
    bernoulli,
    deployed_coefficients,
    interaction_orders,
    noise_operator,
    order_ridge,
    trained_coefficients,
    walsh_values,
)
from nets.theory.noise_operator import Encoding
from tests.nets.theory.near import ROUNDING, normal, off

N = 4
COEFFICIENTS = normal(7, 2**N)
TARGET = walsh_values(COEFFICIENTS)
DROPS = [0.1, 0.5, 0.8]

pytestmark = pytest.mark.oracle


def all_inputs() -> Tensor:
    return 2.0 * bernoulli(N, 0.5, inverted=False).factors - 1.0


def products(inputs: Tensor) -> Tensor:
    """All products of inputs (..., N): (..., 2**N)."""
    columns = [torch.ones(inputs.shape[:-1], dtype=torch.float64)]
    for element in range(N):
        columns += [column * inputs[..., element] for column in columns]
    return torch.stack(columns, -1)


def fitted(noisy: Tensor, chances: Tensor) -> Tensor:
    """Least squares of the target on all products of inputs (noises, inputs, N), weighted by chances (noises,)."""
    weights = chances.sqrt()[:, None, None] * products(noisy)
    targets = chances.sqrt()[:, None] * TARGET
    solution: Tensor = torch.linalg.lstsq(weights.reshape(-1, 2**N), targets.reshape(-1, 1)).solution
    return solution[:, 0]


def test_values_and_coefficients_are_those_of_the_measures() -> None:
    assert off(TARGET, products(all_inputs()) @ COEFFICIENTS) < ROUNDING
    assert off(torch.from_numpy(walsh_transform(TARGET.numpy())), COEFFICIENTS) < ROUNDING
    orders = torch.from_numpy(np.bitwise_count(np.arange(2**N)).astype(np.int64))
    assert torch.equal(interaction_orders(N), orders)


@pytest.mark.parametrize("drop_prob", DROPS)
def test_training_on_dropped_inputs_ends_at_the_noise_operator(drop_prob: float) -> None:
    noise, keep = bernoulli(N, drop_prob, inverted=False), 1.0 - drop_prob
    dropped = noise.factors[:, None] * all_inputs()
    classic, inverted = fitted(dropped, noise.probabilities), fitted(dropped / keep, noise.probabilities)
    assert off(classic, trained_coefficients(COEFFICIENTS, drop_prob, inverted=False)) < ROUNDING
    assert off(inverted, trained_coefficients(COEFFICIENTS, drop_prob)) < ROUNDING
    deployed = products(keep * all_inputs()) @ classic
    assert off(products(all_inputs()) @ inverted, deployed) < ROUNDING
    assert off(walsh_values(deployed_coefficients(COEFFICIENTS, drop_prob)), deployed) < ROUNDING
    assert off(walsh_values(noise_operator(COEFFICIENTS, keep**2)), deployed) > 1e-3


@pytest.mark.parametrize("drop_prob", DROPS)
def test_inverted_dropout_shrinks_each_order_by_a_ridge(drop_prob: float) -> None:
    keep, noise = 1.0 - drop_prob, bernoulli(N, drop_prob)
    for order in range(N + 1):
        scaled = noise.factors[:, :order].prod(1)
        variance = noise.expectation(scaled.square()) - noise.expectation(scaled) ** 2
        assert float(variance) == pytest.approx(order_ridge(order, drop_prob), rel=1e-12, abs=1e-12)
        assert 1.0 / (1.0 + order_ridge(order, drop_prob)) == pytest.approx(keep**order, rel=1e-13)


@pytest.mark.parametrize("drop_prob", DROPS)
@pytest.mark.parametrize("encoding", ["resample", "low"])
def test_what_dropped_inputs_are_replaced_by_decides_what_is_learned(encoding: Encoding, drop_prob: float) -> None:
    kept = bernoulli(N, drop_prob, inverted=False)
    instead = bernoulli(N, 0.5, inverted=False) if encoding == "resample" else None
    others = 2.0 * instead.factors - 1.0 if instead else -torch.ones(1, N, dtype=torch.float64)
    chances = instead.probabilities if instead else torch.ones(1, dtype=torch.float64)
    replaced = torch.where(kept.factors[:, None, None] == 1.0, all_inputs(), others[:, None]).flatten(0, 1)
    found = fitted(replaced, torch.outer(kept.probabilities, chances).flatten())
    assert off(deployed_coefficients(COEFFICIENTS, drop_prob, encoding), found) < ROUNDING
    assert (off(deployed_coefficients(COEFFICIENTS, drop_prob), found) < ROUNDING) == (encoding == "resample")


def test_an_input_that_looks_low_when_dropped_lends_its_interactions_to_fewer() -> None:
    pair = torch.tensor([0.0, 0.0, 0.0, 1.0], dtype=torch.float64)
    assert (
        off(deployed_coefficients(pair, 0.5, "low"), torch.tensor([1.0, 2.0, 2.0, 4.0], dtype=torch.float64) / 9.0)
        < ROUNDING
    )
    assert deployed_coefficients(pair, 0.5).tolist() == [0.0, 0.0, 0.0, 0.25]


def test_impossible_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="encoding must be one of zero, resample, low; got 'high'"):
        deployed_coefficients(COEFFICIENTS, 0.5, "high")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"coefficients must be all 2\*\*n"):
        noise_operator(COEFFICIENTS[:5], 0.5)
