"""How much of dropout's noise is left after positions have been averaged: elements dropped singly or together.

In a feature map neighbours resemble each other. Dropped one by one, their noise averages out while their signal does
not; dropped as a channel it stays (Tompson et al. 2015). Blocks lie between (Ghiasi et al. 2018).
"""

import torch
from torch import Tensor

from nets.theory.regression import penalty_strength


def pooled_noise(activations: Tensor, drop_prob: float, *, noise_correlation: float = 0.0) -> Tensor:
    """Relative variance (...) that inverted dropout leaves in the mean over positions of activations (..., positions).

    ``v [(1 - rho) sum a^2 + rho (sum a)^2] / (sum a)^2`` with ``v = d / (1 - d)`` and ``rho`` the correlation of the
    noise of two positions: 0 element-wise, 1 channel-wise. With equal activations, ``v (1 + (m - 1) rho) / m``.
    Infinite or NaN where activations sum to 0. Raises ValueError for a correlation outside [0, 1].
    """
    strength = _strength(drop_prob, noise_correlation=noise_correlation)
    squares, square = activations.square().sum(-1), activations.sum(-1).square()
    return strength * torch.lerp(squares, square, noise_correlation) / square


def expected_pooled_noise(
    positions: int,
    drop_prob: float,
    *,
    mean: float = 0.0,
    variance: float = 1.0,
    signal_correlation: float = 0.0,
    noise_correlation: float = 0.0,
) -> float:
    """The noise's variance over the mean square of the signal, both after averaging ``positions`` random activations.

    Activations have the given mean and variance over examples and ``signal_correlation`` between any two positions:
    ``v [(1 - rho) (mu^2 + s^2) / m + rho M] / M``, ``M = mu^2 + s^2 (1 + (m - 1) rho_signal) / m``. Channel-wise it
    is ``v``, whatever the signal; element-wise ``v / m`` for a signal that is the same everywhere, and ``v`` for one of
    mean 0 without correlation: there, single elements are as good to drop as channels. Raises ValueError for a
    correlation outside [0, 1].
    """
    strength = _strength(drop_prob, noise_correlation=noise_correlation, signal_correlation=signal_correlation)
    single = mean**2 + variance
    pooled = mean**2 + variance * (1.0 + (positions - 1) * signal_correlation) / positions
    return strength * ((1.0 - noise_correlation) * single / positions + noise_correlation * pooled) / pooled


def _strength(drop_prob: float, **correlations: float) -> float:
    for name, correlation in correlations.items():
        if not 0.0 <= correlation <= 1.0:
            raise ValueError(f"{name} must lie in [0, 1]; got {correlation}")
    return penalty_strength(drop_prob)
