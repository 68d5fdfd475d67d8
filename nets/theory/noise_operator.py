"""Dropout on inputs as the noise operator: interactions of order ``k`` are shrunk by ``q^k``.

A target on uniform inputs in {-1, +1}^n is ``f = sum_S c_S chi_S``, with ``chi_S`` the product of the inputs in ``S``
(its Walsh expansion). A model that is linear in all ``chi_S`` and trained with squared loss while inputs are dropped
ends, as deployed, at ``T_q f = sum_S q^|S| c_S chi_S`` (the noise operator; O'Donnell 2014, chapter 2), the
operator that recombination with a random mate is at ``q = 1/2``.

**What a dropped input is replaced by matters.** ``zero``, its mean, makes every product that holds it vanish.
``resample`` replaces it by a random input. Both end at ``T_q f``, without and with anything to rescale. ``low``
replaces it by -1, which is what 0 means for inputs coded {0, 1}: then part of each interaction does not vanish but
turns into interactions of fewer inputs, for a -1 that is seen may be a +1 that was dropped.

Coefficients are float64 (2**n,); bit ``i`` of a set's number stands for input ``i``.
"""

from typing import Literal, get_args

import torch
from torch import Tensor

from nets.theory.noise import drop_probs

Encoding = Literal["zero", "resample", "low"]


def interaction_orders(inputs: int, device: torch.device | None = None) -> Tensor:
    """``|S|`` of every set of ``inputs`` inputs, int64 (2**inputs,)."""
    numbers = torch.arange(2**inputs, device=device)[:, None]
    return ((numbers >> torch.arange(inputs, device=device)) % 2).sum(1)


def walsh_values(coefficients: Tensor) -> Tensor:
    """The values (2**n,) at every input from all coefficients; bit ``i`` of an input's number is set where it is +1."""
    plus_minus = coefficients.new_tensor([[1.0, -1.0], [1.0, 1.0]])
    return _each_input(coefficients, plus_minus)


def noise_operator(coefficients: Tensor, keep_prob: float) -> Tensor:
    """``q^|S| c_S``, for ``q`` in [0, 1]."""
    orders = interaction_orders(_inputs(coefficients), coefficients.device)
    return keep_prob ** orders.to(coefficients.dtype) * coefficients


def trained_coefficients(coefficients: Tensor, drop_prob: float, *, inverted: bool = True) -> Tensor:
    """What the weights are in training, with dropped inputs 0: ``q^|S| c_S`` if inverted, else ``c_S``.

    Without rescaling the weights are the target's own, for they are only seen where nothing of ``S`` is dropped; it is
    scaling the inputs by ``q`` at the end that shrinks. Inverted, a product is ``q^-|S|`` or 0: its mean stays and
    its variance, `order_ridge`, is what shrinks. The deployed predictor is one and the same.
    """
    keep = 1.0 - float(drop_probs(drop_prob, 1))
    return noise_operator(coefficients, keep if inverted else 1.0)


def order_ridge(order: int, drop_prob: float) -> float:
    """The ridge penalty ``q^-k - 1`` that inverted dropout puts on an interaction of ``k`` inputs."""
    return (1.0 - float(drop_probs(drop_prob, 1))) ** -order - 1.0


def deployed_coefficients(coefficients: Tensor, drop_prob: float, encoding: Encoding = "zero") -> Tensor:
    """The coefficients of the best predictor, trained under dropout, on inputs with nothing dropped.

    For ``zero``, where the model is linear in the products, and for ``resample``, ``T_q f``. For ``low``, each input in
    a product turns into ``(d + x) / (1 + d)`` with drop probability ``d``, what is to be expected of it.
    Raises ValueError for an unknown encoding.
    """
    drop = float(drop_probs(drop_prob, 1))
    if encoding not in get_args(Encoding):
        raise ValueError(f"encoding must be one of {', '.join(get_args(Encoding))}; got {encoding!r}")
    if encoding != "low":
        return noise_operator(coefficients, 1.0 - drop)
    into = coefficients.new_tensor([[1.0, drop / (1.0 + drop)], [0.0, 1.0 / (1.0 + drop)]])
    return _each_input(coefficients, into)


def _each_input(values: Tensor, matrix: Tensor) -> Tensor:
    """The same 2 x 2 matrix applied to every bit of the index."""
    inputs = _inputs(values)
    for axis in range(inputs):
        values = (matrix @ values.view(-1, 2, 2**axis)).reshape(-1)
    return values


def _inputs(values: Tensor) -> int:
    inputs = values.numel().bit_length() - 1
    if values.ndim != 1 or values.numel() != 2**inputs:
        raise ValueError(f"coefficients must be all 2**n, in one row; got shape {tuple(values.shape)}")
    return inputs
