"""The output units of generalised linear models: what their log-likelihood normalises by, and how that curves.

With scores ``s`` the loss is ``A(s) - (what was observed) . s``. Noise of mean 1 on the inputs leaves the second term
alone in expectation, so dropout acts through the log-partition ``A`` only (Wager, Wang & Liang 2013).
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

import torch
from torch import Tensor

FamilyName = Literal["linear", "logistic", "softmax"]


class Family(NamedTuple):
    """One kind of output."""

    log_partition: Callable[[Tensor], Tensor]
    """``A``: scores (..., outputs) to (...), summed over outputs where these are independent."""
    curvature: Callable[[Tensor, Tensor], Tensor]
    """Scores (examples, outputs) and weights (outputs, inputs) to (examples, inputs): ``w_j' A''(s_i) w_j``."""


def _linear(scores: Tensor) -> Tensor:
    return 0.5 * scores.square().sum(-1)


def _linear_curvature(scores: Tensor, weight: Tensor) -> Tensor:
    return weight.square().sum(0).expand(len(scores), -1)


def _logistic(scores: Tensor) -> Tensor:
    return torch.nn.functional.softplus(scores).sum(-1)


def _logistic_curvature(scores: Tensor, weight: Tensor) -> Tensor:
    return (torch.sigmoid(scores) * torch.sigmoid(-scores)) @ weight.square()


def _softmax(scores: Tensor) -> Tensor:
    return torch.logsumexp(scores, -1)


def _softmax_curvature(scores: Tensor, weight: Tensor) -> Tensor:
    """The variance of the weights of an input over classes, under the predicted probabilities."""
    probabilities = torch.softmax(scores, -1)
    return probabilities @ weight.square() - (probabilities @ weight).square()


FAMILIES: dict[FamilyName, Family] = {
    "linear": Family(_linear, _linear_curvature),
    "logistic": Family(_logistic, _logistic_curvature),
    "softmax": Family(_softmax, _softmax_curvature),
}
"""``linear``: half the squared error; ``logistic``: independent binary outputs; ``softmax``: classes."""


def family_named(name: str) -> Family:
    """One of `FAMILIES`. Raises ValueError for an unknown one."""
    for known, found in FAMILIES.items():
        if known == name:
            return found
    raise ValueError(f"family must be one of {', '.join(FAMILIES)}; got {name!r}")
