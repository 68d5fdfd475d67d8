"""The layers of many networks of one shape, side by side: what each holds, does, and is called in torch.

Activations are (networks, examples, units) or, where they are images, (networks, examples, channels, height, width).
A layer's rounding for one network does not depend on how many others stand beside it: products are batched over
networks, and sums go along contiguous rows.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from nets import draws
from nets.dropout import NOISES

BATCH_NORM_MOMENTUM, BATCH_NORM_EPSILON = 0.1, 1e-5


@dataclass(frozen=True, kw_only=True)
class Pass:
    """How a forward pass is made: in training, with the keys of each network's masks and the number of the step."""

    keys: Tensor
    """(networks, streams), int64: stream ``l`` is for the noise of layer ``l``."""
    step: int


class Layer(ABC):
    """One layer of all networks.

    ``parameters`` and ``buffers`` are lists of tensors whose first axis is the network; the former are trained.
    """

    inputs_axis: ClassVar[int | None] = None
    """The axis of the first parameter along which the weights into one unit lie; None where there are none."""

    def initial(self, rngs: Sequence[np.random.Generator]) -> list[Tensor]:
        """Parameters before training, from one generator a network, on the CPU."""
        del rngs
        return []

    def buffers(self, networks: int) -> list[Tensor]:
        """What changes in training but is not trained, at its start."""
        del networks
        return []

    @abstractmethod
    def __call__(self, x: Tensor, parameters: list[Tensor], buffers: list[Tensor], training: Pass | None) -> Tensor:
        """Activations of the next layer; deployed where ``training`` is None."""

    def module(self, parameters: list[Tensor], buffers: list[Tensor]) -> nn.Module | None:
        """The same layer of one network as a torch module; None where it does nothing in a deployed network."""
        del parameters, buffers
        return None


@dataclass(frozen=True)
class Dense(Layer):
    """Every unit sees all inputs: ``x W + b``; weights (networks, inputs, outputs), biases (networks, 1, outputs).

    Normal weights with standard deviation ``initial_sd``, biases 0. With ``drop_connect`` above 0 weights are dropped
    in training, the same ones for all examples of a step, and those kept are divided by the share kept (after Wan et
    al. 2013).
    """

    inputs_axis: ClassVar[int | None] = 1

    inputs: int
    outputs: int
    initial_sd: float
    stream: int = 0
    drop_connect: float = 0.0

    def initial(self, rngs: Sequence[np.random.Generator]) -> list[Tensor]:
        drawn = [rng.standard_normal((self.inputs, self.outputs), dtype=np.float32) for rng in rngs]
        weights = torch.from_numpy(np.stack(drawn) * np.float32(self.initial_sd))
        return [weights, torch.zeros(len(rngs), 1, self.outputs)]

    def __call__(self, x: Tensor, parameters: list[Tensor], buffers: list[Tensor], training: Pass | None) -> Tensor:
        del buffers
        weight, bias = parameters
        if training is not None and self.drop_connect > 0.0:
            keys, shape = training.keys[:, self.stream].contiguous(), (self.inputs, self.outputs)
            scale = 1.0 / (1.0 - draws.rounded(self.drop_connect))
            weight = weight * draws.scaled_keep(keys, training.step, shape, self.drop_connect, scale)
        if self.outputs > 1:
            return torch.baddbmm(bias, x, weight)
        # Products with a single column are rounded otherwise in company than alone.
        return torch.baddbmm(functional.pad(bias, (0, 1)), x, functional.pad(weight, (0, 1)))[:, :, :1]

    def module(self, parameters: list[Tensor], buffers: list[Tensor]) -> nn.Module:
        del buffers
        linear = nn.Linear(self.inputs, self.outputs)
        linear.load_state_dict({"weight": parameters[0].T.contiguous(), "bias": parameters[1][0].clone()})
        return linear


@dataclass(frozen=True)
class Convolution(Layer):
    """Square filters, and a margin of zeros to keep the size of the image; weights (networks, out, in * size**2)."""

    inputs_axis: ClassVar[int | None] = 2

    channels_in: int
    channels_out: int
    size: int
    initial_sd: float

    def initial(self, rngs: Sequence[np.random.Generator]) -> list[Tensor]:
        fan_in = self.channels_in * self.size**2
        drawn = [rng.standard_normal((self.channels_out, fan_in), dtype=np.float32) for rng in rngs]
        weights = torch.from_numpy(np.stack(drawn) * np.float32(self.initial_sd))
        return [weights, torch.zeros(len(rngs), self.channels_out, 1)]

    def __call__(self, x: Tensor, parameters: list[Tensor], buffers: list[Tensor], training: Pass | None) -> Tensor:
        del buffers, training
        networks, examples, _, height, width = x.shape
        patches = functional.unfold(x.flatten(0, 1), self.size, padding=self.size // 2)
        columns = patches.view(networks, examples, -1, height * width).transpose(1, 2).flatten(2)
        filtered = torch.baddbmm(parameters[1], parameters[0], columns)
        return filtered.view(networks, self.channels_out, examples, height, width).transpose(1, 2)

    def module(self, parameters: list[Tensor], buffers: list[Tensor]) -> nn.Module:
        del buffers
        convolution = nn.Conv2d(self.channels_in, self.channels_out, self.size, padding=self.size // 2)
        shape = convolution.weight.shape
        convolution.load_state_dict({"weight": parameters[0].reshape(shape), "bias": parameters[1][:, 0].clone()})
        return convolution


@dataclass(frozen=True)
class BatchNorm(Layer):
    """Batch normalisation of units or channels (Ioffe & Szegedy 2015), each network by its own statistics."""

    units: int
    spatial: bool

    def initial(self, rngs: Sequence[np.random.Generator]) -> list[Tensor]:
        return [torch.ones(len(rngs), self.units, 1), torch.zeros(len(rngs), self.units, 1)]

    def buffers(self, networks: int) -> list[Tensor]:
        return [torch.zeros(networks, self.units, 1), torch.ones(networks, self.units, 1)]

    def __call__(self, x: Tensor, parameters: list[Tensor], buffers: list[Tensor], training: Pass | None) -> Tensor:
        gain, shift = parameters
        means, variances = buffers
        rows = x.transpose(1, 2).flatten(2)  # (networks, units, examples * positions)
        if training is None:
            normal = (rows - means) / (variances + BATCH_NORM_EPSILON).sqrt()
        else:
            mean = rows.mean(2, keepdim=True)
            centred = rows - mean
            variance = centred.square().mean(2, keepdim=True)
            normal = centred / (variance + BATCH_NORM_EPSILON).sqrt()
            with torch.no_grad():
                unbiased = variance * (rows.shape[2] / max(1, rows.shape[2] - 1))
                means.lerp_(mean, BATCH_NORM_MOMENTUM)
                variances.lerp_(unbiased, BATCH_NORM_MOMENTUM)
        return torch.addcmul(shift, gain, normal).view(x.transpose(1, 2).shape).transpose(1, 2)

    def module(self, parameters: list[Tensor], buffers: list[Tensor]) -> nn.Module:
        norm = (nn.BatchNorm2d if self.spatial else nn.BatchNorm1d)(
            self.units, eps=BATCH_NORM_EPSILON, momentum=BATCH_NORM_MOMENTUM
        )
        names = ("weight", "bias", "running_mean", "running_var")
        state = dict(zip(names, (tensor[:, 0].clone() for tensor in (*parameters, *buffers)), strict=True))
        norm.load_state_dict({**state, "num_batches_tracked": torch.tensor(0)})
        return norm


@dataclass(frozen=True)
class Rectifier(Layer):
    """``max(x, 0)``."""

    def __call__(self, x: Tensor, parameters: list[Tensor], buffers: list[Tensor], training: Pass | None) -> Tensor:
        del parameters, buffers, training
        return torch.relu(x)

    def module(self, parameters: list[Tensor], buffers: list[Tensor]) -> nn.Module:
        del parameters, buffers
        return nn.ReLU()


@dataclass(frozen=True)
class Pool(Layer):
    """The largest of each square of ``size`` times ``size`` positions."""

    size: int

    def __call__(self, x: Tensor, parameters: list[Tensor], buffers: list[Tensor], training: Pass | None) -> Tensor:
        del parameters, buffers, training
        return _unflattened(functional.max_pool2d(x.flatten(0, 1), self.size), 0, tuple(x.shape[:2]))

    def module(self, parameters: list[Tensor], buffers: list[Tensor]) -> nn.Module:
        del parameters, buffers
        return nn.MaxPool2d(self.size)


@dataclass(frozen=True)
class Fold(Layer):
    """Rows of features become images of (channels, height, width)."""

    image: tuple[int, int, int]

    def __call__(self, x: Tensor, parameters: list[Tensor], buffers: list[Tensor], training: Pass | None) -> Tensor:
        del parameters, buffers, training
        return _unflattened(x, 2, self.image)

    def module(self, parameters: list[Tensor], buffers: list[Tensor]) -> nn.Module:
        del parameters, buffers
        return nn.Unflatten(1, self.image)


@dataclass(frozen=True)
class Flatten(Layer):
    """Images become rows of features."""

    def __call__(self, x: Tensor, parameters: list[Tensor], buffers: list[Tensor], training: Pass | None) -> Tensor:
        del parameters, buffers, training
        return x.flatten(2)

    def module(self, parameters: list[Tensor], buffers: list[Tensor]) -> nn.Module:
        del parameters, buffers
        return nn.Flatten()


@dataclass(frozen=True)
class Noise(Layer):
    """Dropout of some kind, by masks of each network's own."""

    kind: str
    drop_prob: float
    stream: int

    def __call__(self, x: Tensor, parameters: list[Tensor], buffers: list[Tensor], training: Pass | None) -> Tensor:
        del parameters, buffers
        if training is None:
            return x
        keys = training.keys[:, self.stream].contiguous()
        return x * NOISES[self.kind](keys, training.step, tuple(x.shape[1:]), self.drop_prob)


def _unflattened(x: Tensor, axis: int, shape: tuple[int, ...]) -> Tensor:
    return x.reshape(*x.shape[:axis], *shape, *x.shape[axis + 1 :])
