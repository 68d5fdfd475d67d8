from collections.abc import Callable

import pytest
import torch

from nets.theory import Noise, bernoulli, gaussian
from tests.nets.theory.near import ROUNDING, off

DROPS = [0.1, 0.5, 0.8]
EACH = [0.1, 0.0, 0.6]


@pytest.mark.parametrize("drop_prob", DROPS)
@pytest.mark.parametrize("make", [bernoulli, gaussian])
@pytest.mark.oracle
def test_factors_have_mean_one_the_variance_of_dropout_and_are_independent(
    make: Callable[..., Noise], drop_prob: float
) -> None:
    noise = make(4, drop_prob)
    mean = noise.expectation(noise.factors)
    centred = noise.factors - mean
    covariance = noise.expectation(centred[:, :, None] * centred[:, None])
    assert off(noise.probabilities.sum(), 1.0) < ROUNDING
    assert off(mean, torch.ones(4)) < ROUNDING
    assert off(covariance, drop_prob / (1.0 - drop_prob) * torch.eye(4, dtype=torch.float64)) < ROUNDING
    assert off(covariance, drop_prob * torch.eye(4, dtype=torch.float64)) > 0.05


def test_all_masks_are_listed_once_by_their_bits() -> None:
    noise = bernoulli(3, 0.25, inverted=False)
    assert noise.factors.tolist()[5] == [1.0, 0.0, 1.0]
    assert len({tuple(row) for row in noise.factors.tolist()}) == len(noise) == 8
    assert noise.probabilities[5] == 0.75 * 0.25 * 0.75


@pytest.mark.parametrize("make", [bernoulli, gaussian])
def test_each_element_can_have_a_probability_of_its_own(make: Callable[..., Noise]) -> None:
    noise = make(3, EACH)
    variance = noise.expectation((noise.factors - 1.0) ** 2)
    assert off(variance, torch.tensor([1 / 9, 0.0, 1.5], dtype=torch.float64)) < ROUNDING


@pytest.mark.oracle
def test_the_quadrature_has_the_moments_of_a_normal_variable_up_to_its_degree() -> None:
    noise = gaussian(1, 0.5, nodes=5)
    moments = [float(noise.expectation((noise.factors[:, 0] - 1.0) ** power)) for power in range(11)]
    assert moments[:10] == pytest.approx([1, 0, 1, 0, 3, 0, 15, 0, 105, 0], rel=1e-13, abs=1e-12)
    assert moments[10] == pytest.approx(945 - 120, rel=1e-13)


def test_what_cannot_be_listed_is_refused() -> None:
    with pytest.raises(ValueError, match="elements must be 1 to 16"):
        bernoulli(17, 0.5)
    with pytest.raises(ValueError, match=r"nodes \*\* elements must be 1 to 65536; got 5 \*\* 7"):
        gaussian(7, 0.5, nodes=5)
    with pytest.raises(ValueError, match=r"drop_prob must lie in \[0, 1\); got 1"):
        bernoulli(3, 1.0)
    with pytest.raises(ValueError, match="one for each of 2 elements"):
        bernoulli(2, EACH)
