"""Gradient descent of a few perceptrons side by side on any loss: what `nets.training` does, where the loss is ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from analysis.sides.base import RunFailedError
from nets import draws
from nets.ensemble import Ensemble
from nets.layers import Dense
from nets.threads import single_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nets.data import Dataset
    from nets.mlp import Mlp
    from nets.recipe import Recipe
    from nets.training import Seeds

_ORDER, MASKS = 0x6465_7301, 0x6465_7302
"""Streams of a network's training seed: the order of examples; masks, a stream for each hidden layer from there on."""


@dataclass(frozen=True, kw_only=True)
class Perceptrons:
    """Networks of one shape. ``weights[l]``: (networks, inputs, outputs); ``biases[l]``: (networks, 1, outputs)."""

    weights: list[Tensor]
    biases: list[Tensor]

    @classmethod
    def of(cls, networks: Ensemble) -> Perceptrons:
        """The dense layers of an ensemble, not copied."""
        dense = [
            state for layer, state in zip(networks.layers, networks.state, strict=True) if isinstance(layer, Dense)
        ]
        return cls(weights=[weight for weight, _ in dense], biases=[bias for _, bias in dense])

    def passed(self, inputs: Tensor, noises: Sequence[Tensor] | None = None) -> list[Tensor]:
        """What each hidden layer hands on, (networks, examples, units), and last the scores.

        ``noises``: for each hidden layer the factors that its activations are multiplied by.
        """
        found = [inputs]
        for layer, (weight, bias) in enumerate(zip(self.weights[:-1], self.biases[:-1], strict=True)):
            active = torch.relu(torch.baddbmm(bias, found[-1], weight))
            found.append(active if noises is None else active * noises[layer])
        return [*found[1:], torch.baddbmm(self.biases[-1], found[-1], self.weights[-1])]


def descend(
    recipe: Recipe,
    data: Dataset,
    outputs: int,
    seeds: Sequence[Seeds],
    loss: Callable[[Perceptrons, Tensor, Tensor, int], Tensor],
) -> list[Mlp]:
    """Networks trained by the recipe's SGD, linear schedule and weight decay; what is dropped is the loss's affair.

    ``loss`` is called with the networks, inputs (networks, examples, features), labels (networks, examples) and the
    number of the step; it gives the sum over networks of their mean losses. Equal seeds start from equal weights and
    see the examples in the same order, whatever the loss. Raises RunFailedError for weights that are not finite.
    """
    with single_thread():
        networks = Ensemble.initial(recipe.without_dropout(), data.features, outputs, [s.initial for s in seeds])
        perceptrons = Perceptrons.of(networks)
        parameters = [parameter.requires_grad_() for parameter in networks.parameters()]
        optimiser = torch.optim.SGD(
            parameters, lr=recipe.learning_rate, momentum=recipe.momentum, weight_decay=recipe.weight_decay
        )
        inputs, labels = torch.from_numpy(data.inputs), torch.from_numpy(data.labels)
        orders, examples = draws.keys_of([s.training for s in seeds], _ORDER), len(data)
        batch = min(recipe.batch_size, examples)
        per_epoch = examples // batch
        steps = recipe.steps or recipe.epochs * per_epoch
        for step in range(steps):
            epoch, place = divmod(step, per_epoch)
            if place == 0:
                order = draws.order(orders, epoch, examples)
            which = order[:, place * batch : (place + 1) * batch]
            for group in optimiser.param_groups:
                group["lr"] = recipe.learning_rate * (1.0 - step / steps)
            optimiser.zero_grad()
            torch.autograd.backward(loss(perceptrons, inputs[which], labels[which], step))
            optimiser.step()
        for parameter in parameters:
            parameter.requires_grad_(False)  # noqa: FBT003 - torch takes no keyword
        if not all(bool(parameter.isfinite().all()) for parameter in parameters):
            raise RunFailedError(f"the training diverged; try a learning rate below {recipe.learning_rate:g}")
        return list(networks)


def mask_keys(seeds: Sequence[Seeds], layers: int) -> list[Tensor]:
    """For each hidden layer the keys (networks,) of its masks."""
    return [draws.keys_of([s.training for s in seeds], MASKS + layer) for layer in range(layers)]
