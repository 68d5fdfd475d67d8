import pytest
import torch

from nets.theory import Noise, bernoulli, expected_pooled_noise, pooled_noise
from tests.nets.theory.near import ROUNDING, normal, off

M = 5
CORRELATIONS = [0.0, 0.3, 1.0]

pytestmark = pytest.mark.oracle


def mixed(correlation: float, drop_prob: float, *, inverted: bool = True) -> Noise:
    """All positions share one factor with probability ``correlation``; otherwise each has its own."""
    single, shared = (bernoulli(elements, drop_prob, inverted=inverted) for elements in (M, 1))
    return Noise(
        factors=torch.cat([single.factors, shared.factors.expand(-1, M)]),
        probabilities=torch.cat([(1.0 - correlation) * single.probabilities, correlation * shared.probabilities]),
    )


@pytest.mark.parametrize("correlation", CORRELATIONS)
@pytest.mark.parametrize("drop_prob", [0.2, 0.5])
def test_noise_left_after_pooling_is_that_over_all_masks(drop_prob: float, correlation: float) -> None:
    activations, noise = normal(1, 7, M).abs(), mixed(correlation, drop_prob)
    pooled = (noise.factors[:, None] * activations).mean(-1)
    variance = noise.expectation((pooled - activations.mean(-1)).square()) / activations.mean(-1).square()
    assert off(pooled_noise(activations, drop_prob, noise_correlation=correlation), variance) < ROUNDING
    assert off(pooled_noise(activations, drop_prob, noise_correlation=0.5), variance) > 1e-3


def test_positions_that_are_alike_average_single_drops_away_but_not_channels() -> None:
    alike = torch.ones(64, dtype=torch.float64)
    assert float(pooled_noise(alike, 0.5)) == 1 / 64
    assert float(pooled_noise(alike, 0.5, noise_correlation=1.0)) == 1.0
    block = pooled_noise(alike, 0.2, noise_correlation=0.1)
    assert off(block, 0.25 * (1.0 + 63 * 0.1) / 64) < ROUNDING
    assert expected_pooled_noise(64, 0.5, mean=2.0, signal_correlation=1.0) == pytest.approx(1 / 64, rel=1e-14)
    assert expected_pooled_noise(64, 0.5) == pytest.approx(1.0, rel=1e-14)


@pytest.mark.parametrize("noise_correlation", CORRELATIONS)
@pytest.mark.parametrize("signal_correlation", CORRELATIONS)
@pytest.mark.parametrize("mean", [0.0, 0.8])
def test_random_activations_are_pooled_as_all_signals_under_all_masks(
    mean: float, signal_correlation: float, noise_correlation: float
) -> None:
    signs = mixed(signal_correlation, 0.5, inverted=False)
    activations = mean + 1.5 * (2.0 * signs.factors - 1.0)
    noise = mixed(noise_correlation, 0.3)
    deviation = ((noise.factors[:, None] - 1.0) * activations).mean(-1).square()
    exact = signs.expectation(noise.expectation(deviation)) / signs.expectation(activations.mean(-1).square())
    settings = {"mean": mean, "variance": 2.25, "noise_correlation": noise_correlation}
    found = expected_pooled_noise(M, 0.3, signal_correlation=signal_correlation, **settings)
    assert off(found, exact) < ROUNDING
    if noise_correlation < 1.0:
        assert off(expected_pooled_noise(M, 0.3, signal_correlation=0.6, **settings), exact) > 1e-3


def test_impossible_correlations_are_refused() -> None:
    with pytest.raises(ValueError, match=r"noise_correlation must lie in \[0, 1\]; got 1.5"):
        pooled_noise(torch.ones(3), 0.5, noise_correlation=1.5)
    with pytest.raises(ValueError, match=r"signal_correlation must lie in \[0, 1\]; got -0.1"):
        expected_pooled_noise(3, 0.5, signal_correlation=-0.1)
