"""Dropout on the inputs of linear regression is ridge regression (Srivastava et al. 2014, section 9).

With keep probability ``q``, inputs ``X`` and ``R`` a mask for each of their entries,

    E ||Y - (R * X) W||^2 = ||Y - q X W||^2 + q (1 - q) sum_jk (X'X)_jj W_jk^2.

The weights that are deployed are ``q W``; in them the penalty is ``(1 - q) / q``. Inverted dropout divides by ``q`` in
training, so its weights are the deployed ones. Only the mean and the variance of the noise matter.

Inputs are (examples, features), targets (examples, outputs), weights (features, outputs), all float64. ``drop_prob`` is
one probability in [0, 1) for all inputs, or one for each. ``inverted`` says how training scales, and so which weights
are meant.
"""

import torch
from torch import Tensor

from nets.theory.noise import DropProb, Noise, drop_probs, noise_variance


def dropout_risk(
    inputs: Tensor, targets: Tensor, weight: Tensor, drop_prob: DropProb, *, inverted: bool = True
) -> Tensor:
    """The expected squared error, summed over examples and outputs: a scalar, differentiable."""
    mean, variance = _moments(inputs, drop_prob, inverted=inverted)
    residuals = targets - (inputs * mean) @ weight
    return residuals.square().sum() + (variance * inputs.square().sum(0)) @ weight.square().sum(1)


def dropout_minimiser(inputs: Tensor, targets: Tensor, drop_prob: DropProb, *, inverted: bool = True) -> Tensor:
    """The weights that minimise `dropout_risk`: ``(X'X + (1 - q) / q diag(X'X))^-1 X'Y``, over ``q`` if not inverted.

    Of several minimisers, which there can be where inputs are 0 throughout or never dropped, the one of least norm as
    deployed.
    """
    mean, variance = _moments(inputs, drop_prob, inverted=False)
    penalty = torch.diag((variance * inputs.square().sum(0)).sqrt() / mean)
    nothing = targets.new_zeros(inputs.shape[1], targets.shape[1])
    deployed: Tensor = torch.linalg.pinv(torch.cat([inputs, penalty])) @ torch.cat([targets, nothing])
    return deployed if inverted else deployed / mean[:, None]


def expected_gradient(
    inputs: Tensor, targets: Tensor, weight: Tensor, drop_prob: DropProb, *, inverted: bool = True
) -> Tensor:
    """The expectation over noise of the gradient of the squared error, in closed form; shaped as ``weight``.

    ``-2 X'(Y - X W) + 2 (1 - q) / q diag(X'X) W`` for inverted dropout: the gradient of `dropout_risk`, the same for
    Gaussian noise of the same variance (Baldi & Sadowski 2014, for one unit and example).
    """
    mean, variance = _moments(inputs, drop_prob, inverted=inverted)
    scaled = inputs * mean
    shrinkage = (variance * inputs.square().sum(0))[:, None] * weight
    gradient: Tensor = 2.0 * (shrinkage - scaled.T @ (targets - scaled @ weight))
    return gradient


def gradient_over(noise: Noise, inputs: Tensor, targets: Tensor, weight: Tensor) -> Tensor:
    """The same expectation, taken over the points of ``noise`` (points, features); shaped as ``weight``."""
    noisy = noise.factors[:, None] * inputs
    return -2.0 * noise.expectation(noisy.mT @ (targets - noisy @ weight))


def penalty_strength(drop_prob: float, *, deployed: bool = True) -> float:
    """The factor of ``diag(X'X)``: ``(1 - q) / q`` on the deployed weights, ``q (1 - q)`` on those before scaling.

    The first grows with ``drop_prob`` without bound. The second is largest at 1/2, but it is a penalty on weights that
    are larger by ``1 / q``: dropout does not regularise most at 1/2.
    """
    drop = float(drop_probs(drop_prob, 1))
    return drop / (1.0 - drop) if deployed else drop * (1.0 - drop)


def _moments(inputs: Tensor, drop_prob: DropProb, *, inverted: bool) -> tuple[Tensor, Tensor]:
    """Mean and variance (features,) of the noise's factors."""
    drop = drop_probs(drop_prob, inputs.shape[1], inputs.device)
    return (torch.ones_like(drop), noise_variance(drop)) if inverted else (1.0 - drop, drop * (1.0 - drop))
