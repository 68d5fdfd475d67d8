"""One multilayer perceptron."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, kw_only=True)
class Mlp:
    """One perceptron with rectified linear units.

    ``weights[l]``: (inputs, outputs) of layer ``l``; ``biases[l]``: (outputs,). float32.
    """

    weights: list[Tensor]
    biases: list[Tensor]

    @property
    def widths(self) -> list[int]:
        """Units of each hidden layer."""
        return [w.shape[1] for w in self.weights[:-1]]

    def hidden(self, inputs: Tensor) -> list[Tensor]:
        """Activations (examples, units) of each hidden layer for inputs (examples, features)."""
        activations = []
        for weight, bias in zip(self.weights[:-1], self.biases[:-1], strict=True):
            inputs = torch.relu(inputs @ weight + bias)
            activations.append(inputs)
        return activations

    def logits(self, inputs: Tensor) -> Tensor:
        """Scores (examples, classes)."""
        return self.hidden(inputs)[-1] @ self.weights[-1] + self.biases[-1]

    def module(self) -> torch.nn.Sequential:
        """The same network as an ordinary torch module: ``0`` is the first linear layer, ``1`` its rectifier, ..."""
        layers: list[torch.nn.Module] = []
        for weight, bias in zip(self.weights, self.biases, strict=True):
            linear = torch.nn.Linear(*weight.shape)
            linear.load_state_dict({"weight": weight.T.contiguous(), "bias": bias.clone()})
            layers += [linear, torch.nn.ReLU()]
        return torch.nn.Sequential(*layers[:-1])
