"""Dropout of single elements: inverted, classic, Gaussian."""

import torch
from torch import Tensor

from nets import draws
from nets.dropout.layer import DropoutLayer
from nets.dropout.noise import bernoulli, gaussian, keep_prob


class Dropout(DropoutLayer):
    """Inverted Bernoulli dropout (Srivastava et al. 2014), of inputs of any shape.

    In training each element is set to 0 with ``drop_prob`` and the others are divided by the probability that an
    element is kept; in evaluation the input passes unchanged. See `DropoutLayer` for what all layers share.
    """

    def _factors(self, key: Tensor, shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
        return bernoulli(key, self.calls, shape, self.drop_prob, per=self.per, dtype=dtype)


class ClassicDropout(DropoutLayer):
    """Bernoulli dropout as it was first described (Hinton et al. 2012), of inputs of any shape.

    In training each element is set to 0 with ``drop_prob`` and the others pass unchanged; in evaluation all are
    multiplied by the probability that an element is kept. It drops where `Dropout` of the same seed does;
    `inverted_to_classic` says how a network must be rescaled to learn the same with it.
    """

    def _factors(self, key: Tensor, shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
        drawn = shape if self.per == "sample" else (1, *shape[1:])
        return draws.scaled_keep(key, self.calls, drawn, self.drop_prob, dtype=dtype)

    def _expected(self, inputs: Tensor) -> Tensor:
        return inputs * keep_prob(self.drop_prob)


class GaussianDropout(DropoutLayer):
    """Multiplication by normal noise of mean 1 and variance drop / keep (Srivastava et al. 2014, section 10).

    Inputs of any shape. Nothing is dropped altogether; in evaluation the input passes unchanged.
    """

    def _factors(self, key: Tensor, shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
        return gaussian(key, self.calls, shape, self.drop_prob, per=self.per, dtype=dtype)
