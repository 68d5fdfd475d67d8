"""Dropout of connections instead of units."""

import math
from typing import cast

import torch
from torch import Tensor, nn

from nets.dropout.layer import DropoutLayer, fitting
from nets.dropout.noise import Per, bernoulli


class DropConnect(DropoutLayer):
    """A linear layer whose weights are dropped one by one: DropConnect (Wan et al. 2013).

    ``layer`` is wrapped, not copied: its weight and bias are the parameters. In training each weight is set to 0 with
    ``drop_prob`` and the others are divided by the probability to be kept; biases stay. As in the paper, every example
    has weights of its own, which takes memory for (examples, outputs, inputs) numbers; ``per="batch"`` draws one set
    for all. In evaluation the whole weights are used: the output is the mean over masks, where the paper draws from
    a normal distribution fitted to them.

    Inputs (examples, ..., features) give (examples, ..., outputs); masks are (examples or 1, outputs, inputs).
    """

    def __init__(self, layer: nn.Linear, drop_prob: float = 0.5, *, seed: int, per: Per = "sample") -> None:
        super().__init__(drop_prob, seed=seed, per=per)
        self.layer = layer

    def _check(self, inputs: Tensor) -> None:
        if inputs.ndim < 2 or inputs.shape[-1] != self.layer.in_features:
            raise ValueError(
                f"DropConnect takes inputs (examples, ..., {self.layer.in_features}); got {tuple(inputs.shape)}; "
                "give a single example its dimension with inputs[None]"
            )

    def _shape(self, inputs: Tensor) -> tuple[int, ...]:
        return (len(inputs), *self.layer.weight.shape)

    def _factors(self, key: Tensor, shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
        return bernoulli(key, self.calls, shape, self.drop_prob, per=self.per, dtype=dtype)

    def _applied(self, inputs: Tensor, mask: Tensor) -> Tensor:
        weight, bias = self.layer.weight, cast("Tensor | None", self.layer.bias)
        weights = (weight * fitting(mask, self._shape(inputs))).to(weight.dtype)
        if len(weights) == 1:
            return nn.functional.linear(inputs, weights[0], bias)
        rows = inputs.reshape(len(inputs), math.prod(inputs.shape[1:-1]), inputs.shape[-1])
        outputs = (rows @ weights.transpose(1, 2)).view(*inputs.shape[:-1], weights.shape[1])
        return outputs if bias is None else outputs + bias

    def _expected(self, inputs: Tensor) -> Tensor:
        outputs: Tensor = self.layer(inputs)
        return outputs
