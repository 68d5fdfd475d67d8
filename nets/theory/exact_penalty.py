"""What dropout adds to the loss of a generalised linear layer, over all masks."""

from torch import Tensor
from torch.nn.functional import linear

from nets.theory.families import FamilyName, family_named
from nets.theory.noise import Noise


def exact_penalty(
    noise: Noise, inputs: Tensor, weight: Tensor, bias: Tensor | None = None, *, family: FamilyName
) -> Tensor:
    """``mean_i E[A(W (r * x_i) + b)] - A(W x_i + b)`` over the points of ``noise``: a scalar.

    ``A`` is the log-partition of ``family``. Factors ``r`` must have mean 1; the penalty is then at least 0, for ``A``
    is convex (Wager, Wang & Liang 2013). `nets.penalties.QuadraticPenalty` is its second-order form. ``inputs``:
    (examples, inputs); ``weight``: (outputs, inputs); ``bias``: (outputs,), not dropped. float64.
    """
    log_partition = family_named(family).log_partition
    noisy = log_partition(linear(noise.factors[:, None] * inputs, weight, bias))
    return (noise.expectation(noisy) - log_partition(linear(inputs, weight, bias))).mean()
