"""Many networks of one shape, side by side."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from torch import Tensor, nn

from nets.architectures import layers_of
from nets.layers import Dense, Layer, Noise, Pass, Rectifier
from nets.mlp import Mlp
from nets.recipe import Recipe


@dataclass(frozen=True, kw_only=True, eq=False)
class Ensemble:
    """Independent networks of one architecture.

    ``state[l]`` and ``buffers[l]`` hold the parameters and the running statistics of layer ``l``; their first axis is
    the network. float32.
    """

    layers: Sequence[Layer]
    state: list[list[Tensor]]
    buffers: list[list[Tensor]]

    @classmethod
    def initial(
        cls,
        recipe: Recipe,
        features: int,
        outputs: int,
        seeds: Sequence[int],
        *,
        image: tuple[int, ...] | None = None,
        device: torch.device | str = "cpu",
    ) -> Self:
        """Networks before training, each from the stream of its seed."""
        layers = layers_of(recipe, features, outputs, image)
        rngs = [np.random.default_rng(seed) for seed in seeds]
        return cls(
            layers=layers,
            state=[[tensor.to(device) for tensor in layer.initial(rngs)] for layer in layers],
            buffers=[[tensor.to(device) for tensor in layer.buffers(len(seeds))] for layer in layers],
        )

    def __len__(self) -> int:
        return int(self.parameters()[0].shape[0])

    def __getitem__(self, which: int) -> Mlp:
        """A perceptron on its own, on the CPU.

        Raises TypeError for networks that are more than dense layers and rectifiers: those have a `module`.
        """
        layers = [layer for layer in self.layers if not isinstance(layer, Noise)]
        plain = all(isinstance(layer, (Dense, Rectifier)[at % 2]) for at, layer in enumerate(layers))
        if not plain:
            raise TypeError("only a plain perceptron can be taken apart like this; take networks.module(index)")
        dense = [[tensor[which].cpu() for tensor in tensors] for tensors in self.state if tensors]
        return Mlp(weights=[weight for weight, _ in dense], biases=[bias[0] for _, bias in dense])

    def __iter__(self) -> Iterator[Mlp]:
        return (self[which] for which in range(len(self)))

    def module(self, which: int) -> nn.Sequential:
        """A network on its own as an ordinary torch module, on the CPU and in evaluation mode; dropout is left out."""
        parts = [
            layer.module([t[which].detach().cpu() for t in state], [t[which].cpu() for t in buffers])
            for layer, state, buffers in zip(self.layers, self.state, self.buffers, strict=True)
        ]
        return nn.Sequential(*(part for part in parts if part is not None)).eval()

    def parameters(self) -> list[Tensor]:
        """Everything that is trained."""
        return [tensor for tensors in self.state for tensor in tensors]

    def tensors(self) -> list[Tensor]:
        """Parameters, then buffers."""
        return self.parameters() + [tensor for tensors in self.buffers for tensor in tensors]

    def scores(self, inputs: Tensor, training: Pass | None = None) -> Tensor:
        """Scores (networks, examples, outputs) of inputs (networks, examples, features)."""
        x = inputs
        for layer, state, buffers in zip(self.layers, self.state, self.buffers, strict=True):
            x = layer(x, state, buffers, training)
        return x
