"""The units of one layer of any classifier as elements, taken away by hooks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor, nn

from nets.games.base import ClassifierGame


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
