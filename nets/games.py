"""Networks as games: which units are there, and how well the network does."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn

from nets.arrays import Bools, Floats, Inputs, Labels
from nets.mlp import Mlp
from nets.threads import single_thread

Background = Literal["zero", "mean", "resample"]

SCALES = ("accuracy", "log-probability")
_CHUNK_FLOATS = 700_000
_BLOCK = 32


class ClassifierGame(ABC):
    """A game whose performance is that of a classifier on labelled inputs.

    ``n``: number of elements (units). Called with masks (masks, n) it gives the performance on ``scale``;
    `performance` gives both scales from the same evaluation: ``accuracy`` in [0, 1], where a tie
    counts as wrong, and ``log-probability``, the mean natural logarithm of the probability given to the right class.
    """

    n: int
    scale: str = "log-probability"

    def __init__(self, labels: Tensor, floats_per_mask: int, least: int = 1) -> None:
        self._labels = labels
        chunk = max(least, _CHUNK_FLOATS // floats_per_mask)
        self._chunk = chunk - chunk % _BLOCK if chunk > _BLOCK else chunk

    def __call__(self, masks: Bools) -> Floats:
        return self.performance(masks)[self.scale]

    def performance(self, masks: Bools) -> dict[str, Floats]:
        """Performance (masks,) on each scale; the value of a mask does not depend on its companions.

        Raises ValueError for masks of another width.
        """
        masks = np.asarray(masks, dtype=np.bool_)
        if masks.ndim != 2 or masks.shape[1] != self.n:
            raise ValueError(f"masks must have shape (masks, {self.n}); got {masks.shape}")
        accuracy, log_probability = np.empty(len(masks)), np.empty(len(masks))
        with single_thread(), torch.no_grad():
            for start in range(0, len(masks), self._chunk):
                part = slice(start, min(start + self._chunk, len(masks)))
                scores = self._scores(torch.from_numpy(masks[part]))
                right = scores.gather(1, self._labels.expand(len(scores), 1, -1))[:, 0]
                top = scores.amax(1)
                normaliser = (scores - top[:, None]).exp_().sum(1).log_() + top
                contenders = (scores >= right[:, None]).float().sum(1)
                accuracy[part] = (contenders == 1.0).double().mean(1).numpy()
                log_probability[part] = (right - normaliser).double().mean(1).numpy()
        return dict(zip(SCALES, (accuracy, log_probability), strict=True))

    @abstractmethod
    def _scores(self, masks: Tensor) -> Tensor:
        """Scores (masks, classes, examples) of boolean masks (masks, n)."""


class AblationGame(ClassifierGame):
    """The hidden units of a perceptron, layer after layer; a unit that is absent gives its ``background``.

    ``zero``: nothing, as under dropout; ``mean``: its mean activation over ``inputs``; ``resample``: its
    activation on another input, drawn once for all units with ``seed``.
    """

    def __init__(
        self, network: Mlp, inputs: Inputs, labels: Labels, *, background: Background = "zero", seed: int = 0
    ) -> None:
        examples = torch.from_numpy(np.ascontiguousarray(inputs, dtype=np.float32))
        floats = len(inputs) * max(w.shape[1] for w in network.weights[1:])
        super().__init__(torch.from_numpy(labels), floats, least=_BLOCK)
        self.n = sum(network.widths)
        self._network = network
        with single_thread(), torch.no_grad():
            intact = network.hidden(examples)
        self._present = intact[0].T.contiguous()
        self._absent = [_substitute(a, background, seed) for a in intact]

    def _scores(self, masks: Tensor) -> Tensor:
        activations, scores = self._present, masks
        for layer, mask in enumerate(torch.split_with_sizes(masks.float(), self._network.widths, dim=1)):
            activations = torch.relu_(scores) if layer else activations
            weight = self._network.weights[layer + 1].T
            scores = _apply(mask[:, None, :] * weight, activations)
            absent = self._absent[layer]
            if absent is not None:
                scores += _apply((1.0 - mask)[:, None, :] * weight, absent)
            scores += self._network.biases[layer + 1][:, None]
        return scores


class CrossGame(ClassifierGame):
    """The children of two perceptrons of one shape: a True unit comes from ``first``, a False one from ``second``.

    A unit brings its incoming weights and its bias; a unit of the last hidden layer brings its outgoing weights too.
    The output biases are weighted by the parents' shares, so that all True is ``first`` and all False ``second``.
    """

    def __init__(self, first: Mlp, second: Mlp, inputs: Inputs, labels: Labels) -> None:
        examples = torch.from_numpy(np.ascontiguousarray(inputs, dtype=np.float32))
        super().__init__(torch.from_numpy(labels), len(inputs) * max(first.widths))
        if first.widths != second.widths:
            raise ValueError(f"parents must have the same layers; got widths {first.widths} and {second.widths}")
        self.n = sum(first.widths)
        self._parents = first, second
        with single_thread(), torch.no_grad():
            self._hidden = [parent.hidden(examples)[0].T for parent in self._parents]

    def _scores(self, masks: Tensor) -> Tensor:
        first, second = self._parents
        chosen = torch.split_with_sizes(masks, first.widths, dim=1)
        activations: Tensor = torch.where(chosen[0][:, :, None], self._hidden[0], self._hidden[1])
        for layer in range(1, len(first.widths)):
            unit = chosen[layer][:, :, None]
            incoming: Tensor = torch.where(unit, first.weights[layer].T, second.weights[layer].T)
            threshold: Tensor = torch.where(unit, first.biases[layer][:, None], second.biases[layer][:, None])
            activations = torch.relu(torch.bmm(incoming, activations) + threshold)
        share = masks.float().mean(1)[:, None, None]
        outgoing: Tensor = torch.where(chosen[-1][:, None, :], first.weights[-1].T, second.weights[-1].T)
        bias = share * first.biases[-1][:, None] + (1.0 - share) * second.biases[-1][:, None]
        return torch.bmm(outgoing, activations) + bias


class ModuleGame(ClassifierGame):
    """The units of one dense or convolutional layer of any classifier; an absent unit outputs 0.

    ``layer`` is a submodule of ``module`` whose output is (examples, units, ...): units of a dense layer, channels of
    a convolution. ``labels`` are int64 classes (examples,). The module is used as it is, in evaluation mode, and left
    as it was found.

    Raises ValueError for a layer that is not used exactly once and for scores that do not fit the labels, TypeError
    for a layer or inputs of another kind.
    """

    def __init__(self, module: nn.Module, layer: nn.Module, inputs: Tensor, labels: Tensor) -> None:
        self._module, self._layer, self._inputs = module, layer, inputs
        if not isinstance(layer, nn.Module):
            raise TypeError(f"layer must be a part of the module, such as module.layer1; got {layer!r}")
        if not all(torch.is_tensor(given) for given in (inputs, labels)):
            raise TypeError("inputs and labels must be tensors: use torch.from_numpy for an array")
        if len(inputs) == 0:
            raise ValueError("inputs must have at least one example; got none")
        shapes: list[tuple[int, ...]] = []
        with _evaluation(module), _hooked(layer, lambda output: shapes.append(tuple(getattr(output, "shape", ())))):
            scores = module(inputs)
        if len(shapes) != 1 or len(shapes[0]) < 2:
            raise ValueError(
                "the layer must be used once and give (examples, units, ...); it gave "
                f"{' and '.join(map(str, shapes)) or 'no output: is it a part of the module?'}"
            )
        shape = tuple(getattr(scores, "shape", ()))
        if len(shape) != 2 or shape[0] != len(labels):
            raise ValueError(
                f"the module must give scores ({len(labels)}, classes) for {len(labels)} labels; "
                f"got {shape or type(scores).__name__}"
            )
        if (
            labels.dtype != torch.int64
            or labels.ndim != 1
            or not 0 <= int(labels.min()) <= int(labels.max()) < shape[1]
        ):
            raise ValueError(
                f"labels must be int64 classes from 0 to {shape[1] - 1}, one an example; "
                f"got {labels.dtype} of shape {tuple(labels.shape)} from {labels.min()} to {labels.max()}"
            )
        super().__init__(labels, int(np.prod(shapes[0])))
        self.n = shapes[0][1]

    def _scores(self, masks: Tensor) -> Tensor:
        scores = []
        with _evaluation(self._module):
            for mask in masks:

                def drop(output: Tensor, mask: Tensor = mask) -> Tensor:
                    return output * mask.view(1, -1, *[1] * (output.ndim - 2)).to(output)

                with _hooked(self._layer, drop):
                    scores.append(self._module(self._inputs).T)
        return torch.stack(scores)


def _apply(weights: Tensor, activations: Tensor) -> Tensor:
    """Weights (masks, outputs, units) times activations (units, examples), or (masks, units, examples).

    Products with shared activations are taken in blocks of one size, the last one padded, since the rounding of a
    matrix product may depend on its shape.
    """
    if activations.ndim == 3:
        return torch.bmm(weights, activations)
    masks, outputs, units = weights.shape
    rows = outputs * _BLOCK
    blocks = torch.nn.functional.pad(weights, (0, 0, 0, 0, 0, -masks % _BLOCK)).reshape(-1, rows, units)
    result = torch.empty(len(blocks), rows, activations.shape[1])
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


@contextmanager
def _evaluation(module: nn.Module) -> Iterator[None]:
    """Put every part of ``module`` into evaluation mode, and each back into its own."""
    modes = {part: part.training for part in module.modules()}
    module.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for part, mode in modes.items():
            part.training = mode


@contextmanager
def _hooked(layer: nn.Module, change: Callable[[Tensor], Tensor | None]) -> Iterator[None]:
    """Pass the output of ``layer`` through ``change`` inside the block."""
    handle = layer.register_forward_hook(lambda _module, _inputs, output: change(output))
    try:
        yield
    finally:
        handle.remove()
