"""Two ways to average the predictions of thinned networks, and the short cut.

Predictions are log-probabilities (..., classes), those of members (members, ..., classes), float64. A sigmoid unit of
score ``s`` is a softmax over the scores ``s`` and 0 (`with_zero`).
"""

import torch
from torch import Tensor

from nets.theory.noise import Noise


def arithmetic_mean(members: Tensor, weights: Tensor) -> Tensor:
    """Log of the mean probability, ``log sum_m P_m p_m``; ``weights`` (members,) are the ``P_m``, of sum 1."""
    return torch.logsumexp(members + _along(weights.log(), members), 0)


def geometric_mean(members: Tensor, weights: Tensor) -> Tensor:
    """Log of the normalised weighted geometric mean, ``prod_m p_m^P_m / sum over classes of the same``.

    Baldi & Sadowski 2013 for sigmoid units, 2014 for softmax.
    """
    return torch.log_softmax(torch.einsum("m,m...->...", weights, members), -1)


def thinned(noise: Noise, inputs: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Predictions (points, examples, classes) of a softmax layer whose inputs are multiplied by the noise.

    ``inputs``: (examples, elements); ``weight``: (elements, classes); ``bias``: (classes,).
    """
    return torch.log_softmax((noise.factors[:, None] * inputs) @ weight + bias, -1)


def weight_scaled(noise: Noise, inputs: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """The prediction (examples, classes) with each input multiplied by the mean of its noise.

    Of a layer of softmax or sigmoid units this is exactly the `geometric_mean` of all `thinned` layers, for any noise:
    a softmax's log-probabilities are its scores less a number that is the same for all classes.
    """
    return torch.log_softmax((inputs * noise.expectation(noise.factors)) @ weight + bias, -1)


def with_zero(parameter: Tensor) -> Tensor:
    """A weight (elements,) or bias () of one sigmoid unit as that of a softmax over two classes: yes, no."""
    return torch.stack([parameter, torch.zeros_like(parameter)], -1)


def _along(weights: Tensor, members: Tensor) -> Tensor:
    return weights.view(-1, *[1] * (members.ndim - 1))
