"""What dropout on the inputs of one layer adds to its loss, as penalties to be added instead of dropping anything.

Weights and biases are those of `torch.nn.Linear`: (outputs, inputs) and (outputs,). Of a penalty for a layer within a
network, "inputs" are the activations that would have been dropped.
"""

from typing import Literal

from torch import Tensor, nn

from nets.theory.families import FamilyName, family_named

Parameterisation = Literal["inverted", "classic"]
PARAMETERISATIONS = ("inverted", "classic")


class _Penalty(nn.Module):
    def __init__(self, drop_prob: float) -> None:
        super().__init__()
        if not 0.0 <= drop_prob < 1.0:
            raise ValueError(f"drop_prob must lie in [0, 1); got {drop_prob}")
        self.drop_prob = drop_prob

    @property
    def _variance(self) -> float:
        """Of a factor of inverted dropout."""
        return self.drop_prob / (1.0 - self.drop_prob)


class MarginalPenalty(_Penalty):
    """The mean, over examples, of the variance that dropout gives a linear layer's outputs, summed over these.

    The expected squared error under dropout is exactly the squared error without plus this (Srivastava et al. 2014,
    section 9): ``(d / (1 - d)) sum_j mean_i(x_ij^2) |w_j|^2`` with drop probability ``d``. Add it to an error that is
    summed over outputs and averaged over examples; of `torch.nn.functional.mse_loss`, which averages over outputs
    too, divide it by their number.

    ``parameterisation``: ``inverted`` for weights as they are deployed; ``classic`` for those before they are
    multiplied by ``1 - d``, whose factor is ``d (1 - d)`` and whose noise-free error is that of ``(1 - d) w``.

    Raises ValueError for a ``drop_prob`` outside [0, 1) or another parameterisation.
    """

    def __init__(self, drop_prob: float, *, parameterisation: Parameterisation = "inverted") -> None:
        super().__init__(drop_prob)
        if parameterisation not in PARAMETERISATIONS:
            raise ValueError(
                f"parameterisation must be one of {', '.join(PARAMETERISATIONS)}; got {parameterisation!r}"
            )
        self.parameterisation = parameterisation

    def forward(self, inputs: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        """A scalar, at least 0, for inputs (examples, inputs); a ``bias`` is not dropped and changes nothing."""
        _check(inputs, weight, bias)
        strength = self._variance if self.parameterisation == "inverted" else self.drop_prob * (1.0 - self.drop_prob)
        return strength * (inputs.square().mean(0) @ weight.square().sum(0))

    def extra_repr(self) -> str:
        """What `print(module)` shows."""
        return f"drop_prob={self.drop_prob}, parameterisation={self.parameterisation!r}"


class QuadraticPenalty(_Penalty):
    """The second-order form of what dropout adds to the loss of a generalised linear layer (Wager et al. 2013).

    ``(1 / 2) (d / (1 - d)) mean_i sum_j x_ij^2 w_j' A''(s_i) w_j`` with scores ``s_i = W x_i + b``: for a ``logistic``
    output ``A'' = p (1 - p)``, for ``softmax`` the form is the variance of an input's weights over classes. Small where
    predictions are sure, so a rare input that decides is spared, unlike under weight decay. Exact for ``linear``
    outputs (half the squared error); otherwise it errs where the noise of a score is of order 1
    (`nets.theory.exact_penalty`, docs/nets_theory.md). Add it to a cross-entropy averaged over examples. Weights are
    the deployed ones, as under inverted dropout.

    Raises ValueError for a ``drop_prob`` outside [0, 1) or another family.
    """

    def __init__(self, drop_prob: float, *, family: FamilyName) -> None:
        super().__init__(drop_prob)
        self.family = family
        self._curvature = family_named(family).curvature

    def forward(self, inputs: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        """A scalar for inputs (examples, inputs). The probabilities, too, carry gradients."""
        _check(inputs, weight, bias)
        curvature = self._curvature(nn.functional.linear(inputs, weight, bias), weight)
        return 0.5 * self._variance * (inputs.square() * curvature).sum(1).mean()

    def extra_repr(self) -> str:
        """What `print(module)` shows."""
        return f"drop_prob={self.drop_prob}, family={self.family!r}"


def _check(inputs: Tensor, weight: Tensor, bias: Tensor | None) -> None:
    if inputs.ndim != 2:
        raise ValueError(f"inputs must have shape (examples, inputs); got {tuple(inputs.shape)}: flatten them")
    if weight.ndim != 2 or weight.shape[1] != inputs.shape[1]:
        raise ValueError(
            f"weight must have shape (outputs, {inputs.shape[1]}), as torch.nn.Linear's; got {tuple(weight.shape)}"
        )
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ValueError(f"bias must have shape ({len(weight)},); got {tuple(bias.shape)}")
