"""Many multilayer perceptrons of one shape, side by side."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from nets.recipe import Recipe


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


@dataclass(frozen=True, kw_only=True)
class Ensemble:
    """Independent perceptrons of one shape.

    ``weights[l]``: (networks, inputs, outputs); ``biases[l]``: (networks, 1, outputs). float32.
    """

    weights: list[Tensor]
    biases: list[Tensor]

    @classmethod
    def initial(cls, recipe: Recipe, features: int, classes: int, seeds: list[int]) -> "Ensemble":
        """He-normal weights, one stream a network."""
        sizes = [features, *[recipe.width] * recipe.layers, classes]
        rngs = [np.random.default_rng(seed) for seed in seeds]
        weights, biases = [], []
        for inputs, outputs in pairwise(sizes):
            drawn = [rng.standard_normal((inputs, outputs), dtype=np.float32) for rng in rngs]
            weights.append(torch.from_numpy(np.stack(drawn) * np.float32(np.sqrt(2.0 / inputs))))
            biases.append(torch.zeros(len(seeds), 1, outputs))
        return cls(weights=weights, biases=biases)

    def __len__(self) -> int:
        return self.weights[0].shape[0]

    def __getitem__(self, which: int) -> Mlp:
        return Mlp(weights=[w[which] for w in self.weights], biases=[b[which, 0] for b in self.biases])

    def parameters(self) -> list[Tensor]:
        """All weights, then all biases."""
        return [*self.weights, *self.biases]
