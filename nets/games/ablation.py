"""The hidden units of a perceptron as elements, taken away."""

from typing import Literal

import numpy as np
import torch
from torch import Tensor

from nets.arrays import Inputs, Labels
from nets.games.base import BLOCK, ClassifierGame
from nets.games.perceptrons import examples_for, hidden_of, labels_for
from nets.mlp import Mlp
from nets.threads import single_thread

Background = Literal["zero", "mean", "resample"]


class AblationGame(ClassifierGame):
    """The hidden units of a perceptron; a unit that is absent gives its ``background``.

    ``layer``: the hidden layer, from 0, whose units are the elements; None for all of them, layer after layer. What
    lies before the first of them is computed once. Units of later layers follow from what they get.

    ``zero``: nothing, as under dropout; ``mean``: its mean activation over ``inputs``; ``resample``: its
    activation on another input, drawn once for all units with ``seed``; of the intact network, both.

    ``inputs``: (examples, features), taken as float32; ``labels``: (examples,). ``memory_bytes`` is explained in
    `ClassifierGame`. Raises ValueError for any of them that does not fit the network, for activations or output
    weights that are not finite, and for a layer or background that is not there.
    """

    network: Mlp
    labels: Tensor
    """(examples,), int64."""
    layers: range
    """Hidden layers whose units are the elements."""
    present: Tensor
    """(units, examples): activations of the first of `layers`."""
    absent: list[Tensor | None]
    """(units, examples) for each of `layers`: what stands in for absent activations; None for nothing."""

    def __init__(
        self,
        network: Mlp,
        inputs: Inputs,
        labels: Labels,
        *,
        layer: int | None = None,
        background: Background = "zero",
        seed: int = 0,
        memory_bytes: int | None = None,
    ) -> None:
        widths = network.widths
        if layer is not None and layer not in range(len(widths)):
            raise ValueError(f"layer must be None or a hidden layer from 0 to {len(widths) - 1}; got {layer}")
        examples = examples_for(network, inputs)
        self.network = network
        self.labels = labels_for(network, labels, len(examples))
        self.layers = range(len(widths)) if layer is None else range(layer, layer + 1)
        floats = len(examples) * max(w.shape[1] for w in network.weights[self.layers[0] + 1 :])
        super().__init__(self.labels, floats, least=BLOCK, memory_bytes=memory_bytes)
        self.n = sum(widths[each] for each in self.layers)
        with single_thread(), torch.no_grad():
            intact = hidden_of(network, examples)
        self.present = intact[self.layers[0]].T.contiguous()
        self.absent = [_substitute(intact[each], background, seed) for each in self.layers]

    def split(self, masks: Tensor) -> list[Tensor]:
        """Masks (masks, n) by layer, (masks, units) each."""
        return list(torch.split_with_sizes(masks, [self.network.widths[each] for each in self.layers], dim=1))

    def _scores(self, masks: Tensor) -> Tensor:
        activations, scores, by_layer = self.present, masks, self.split(masks.float())
        for layer in range(self.layers[0], len(self.network.widths)):
            activations = activations if layer == self.layers[0] else torch.relu_(scores)
            weight = self.network.weights[layer + 1].T
            if layer in self.layers:
                mask, absent = by_layer[layer - self.layers[0]], self.absent[layer - self.layers[0]]
                scores = _apply(mask[:, None, :] * weight, activations)
                if absent is not None:
                    scores += _apply((1.0 - mask)[:, None, :] * weight, absent)
            else:
                scores = torch.bmm(weight.expand(len(masks), -1, -1), activations)
            scores += self.network.biases[layer + 1][:, None]
        return scores


def _apply(weights: Tensor, activations: Tensor) -> Tensor:
    """Weights (masks, outputs, units) times activations (units, examples), or (masks, units, examples).

    Products with shared activations are taken in blocks of one size, the last one padded, since the rounding of a
    matrix product may depend on its shape.
    """
    if activations.ndim == 3:
        return torch.bmm(weights, activations)
    masks, outputs, units = weights.shape
    rows = outputs * BLOCK
    blocks = torch.nn.functional.pad(weights, (0, 0, 0, 0, 0, -masks % BLOCK)).reshape(-1, rows, units)
    result = weights.new_empty(len(blocks), rows, activations.shape[1])
    for block, product in zip(blocks, result, strict=True):
        torch.mm(block, activations, out=product)
    return result.view(-1, outputs, activations.shape[1])[:masks]


def _substitute(activations: Tensor, background: Background, seed: int) -> Tensor | None:
    """What stands in, (units, examples), for absent activations (examples, units); None for nothing."""
    match background:
        case "zero":
            return None
        case "mean":
            return activations.mean(0, keepdim=True).expand_as(activations).T.contiguous()
        case "resample":
            return activations[np.random.default_rng(seed).permutation(len(activations))].T.contiguous()
        case _:
            raise ValueError(f"background must be zero, mean or resample; got {background!r}")
