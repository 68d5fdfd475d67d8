"""Inverted and classic dropout are one method, up to the scale of the weights behind them."""

from dataclasses import dataclass

from nets.dropout.noise import keep_prob


@dataclass(frozen=True, kw_only=True)
class Rescaling:
    """Factors for the weights that read a dropped layer (not their biases), and for how these weights are learnt."""

    weights: float
    """For the initial weights."""
    learning_rate: float
    """For their learning rate."""
    weight_decay: float
    """For their L2 penalty."""


def inverted_to_classic(drop_prob: float) -> Rescaling:
    """What makes a network with `ClassicDropout` learn what one with `Dropout` does, mask by mask, by gradient descent.

    Where inverted dropout computes ``W (m * h) / keep`` for a mask ``m`` of units ``h``, classic dropout computes the
    same with weights ``V = W / keep``. The gradient with respect to ``V`` is then ``keep`` times that with respect to
    ``W``, while ``V`` must move ``1 / keep`` times as far: so its learning rate is larger by ``1 / keep ** 2``, and its
    weight decay smaller by ``keep ** 2``. Everything else is left as it is, and both compute the same in evaluation.

    Exact for SGD with or without momentum. Adam's steps do not grow with the gradient: there the learning rate is
    larger by ``1 / keep`` instead, up to its epsilon.
    """
    keep = keep_prob(drop_prob)
    return Rescaling(weights=1.0 / keep, learning_rate=keep**-2, weight_decay=keep**2)
