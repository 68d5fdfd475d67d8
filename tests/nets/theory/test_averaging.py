import pytest
import torch

from nets.theory import (
    Noise,
    arithmetic_mean,
    bernoulli,
    gaussian,
    geometric_mean,
    thinned,
    weight_scaled,
    with_zero,
)
from tests.nets.theory.near import ROUNDING, normal, off

INPUTS, WEIGHT, BIAS = normal(1, 4, 6), normal(2, 6, 3), normal(3, 3)
NOISES = {
    "classic": bernoulli(6, 0.3, inverted=False),
    "inverted": bernoulli(6, 0.3),
    "uneven": bernoulli(6, [0.1, 0.9, 0.5, 0.0, 0.2, 0.7], inverted=False),
    "gaussian": gaussian(6, 0.3, nodes=4),
}

pytestmark = pytest.mark.oracle


@pytest.mark.parametrize("noise", NOISES.values(), ids=NOISES)
def test_weight_scaling_is_the_normalised_geometric_mean_of_a_softmax_layer(noise: Noise) -> None:
    members = thinned(noise, INPUTS, WEIGHT, BIAS)
    products = (members.exp() ** noise.probabilities[:, None, None]).prod(0)
    by_definition = products / products.sum(1, keepdim=True)
    scaled = weight_scaled(noise, INPUTS, WEIGHT, BIAS).exp()
    assert off(scaled, by_definition) < ROUNDING
    assert off(geometric_mean(members, noise.probabilities).exp(), by_definition) < ROUNDING
    assert off(arithmetic_mean(members, noise.probabilities).exp(), by_definition) > 1e-3


def test_it_is_that_of_a_sigmoid_unit() -> None:
    noise, weight, bias = NOISES["classic"], WEIGHT[:, 0], BIAS[0]
    outputs = torch.sigmoid((noise.factors[:, None] * INPUTS) @ weight + bias)
    chances = noise.probabilities[:, None]
    yes, no = (outputs**chances).prod(0), ((1.0 - outputs) ** chances).prod(0)
    scaled = weight_scaled(noise, INPUTS, with_zero(weight), with_zero(bias)).exp()[:, 0]
    assert off(scaled, yes / (yes + no)) < ROUNDING
    assert off(torch.sigmoid(0.7 * INPUTS @ weight + bias), scaled) < ROUNDING
    assert off(scaled, yes) > 1e-3


def test_the_arithmetic_mean_is_the_mean_and_survives_what_underflows() -> None:
    noise = NOISES["uneven"]
    members = thinned(noise, INPUTS, WEIGHT, BIAS)
    mean = arithmetic_mean(members, noise.probabilities)
    assert off(mean.exp(), noise.expectation(members.exp())) < ROUNDING
    assert off(arithmetic_mean(members - 2000.0, noise.probabilities), mean - 2000.0) < ROUNDING
