"""Sequential torch modules as layers of units: where a unit's numbers are, and children made of two parents' units.

A unit is an output of a linear layer or a channel of a convolution. To it belong its incoming weights, its bias, and,
of the batch norms behind it, its scale, shift, running mean and running variance. Through flattening, a channel becomes
a block of neighbouring columns.
"""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from nets.arrays import Bools, Indices
from nets.dropout.layer import DropoutLayer

_WEIGHTED = (nn.Linear, nn.Conv2d)
_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d)
_RECTIFIERS = (nn.ReLU, nn.LeakyReLU, nn.ELU, nn.GELU, nn.SiLU, nn.Tanh, nn.Sigmoid)
_PLAIN = (
    *_RECTIFIERS, nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d, nn.Flatten, nn.Dropout, nn.Dropout2d, nn.Identity,
    DropoutLayer,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One layer of units of a sequential module."""

    weighted: int
    """Number of the part with the incoming weights."""
    norms: list[int]
    """Numbers of its batch norms."""
    read: int
    """Number of the part whose output is the units' activation: the rectifier, else the last norm or the weights."""


def stages(module: nn.Sequential) -> list[Stage]:
    """The layers of units, the output last.

    Raises TypeError for a part of a kind that is not known here, ValueError for grouped convolutions, a norm before
    all weights or behind the output, or fewer than two layers.
    """
    found: list[Stage] = []
    for number, part in enumerate(module):
        _check(number, part, behind_weights=bool(found))
        if isinstance(part, _WEIGHTED):
            found.append(Stage(weighted=number, norms=[], read=number))
        elif found and isinstance(part, (*_NORMS, *_RECTIFIERS)):
            norms = [number] if isinstance(part, _NORMS) else []
            found[-1] = Stage(weighted=found[-1].weighted, norms=found[-1].norms + norms, read=number)
    if len(found) < 2 or found[-1].norms:
        raise ValueError(
            "the module must have a hidden layer of units and end in weights without a batch norm; "
            f"got {len(found)} layers with weights and {len(found[-1].norms) if found else 0} norms behind the last"
        )
    return found


def weights_of(module: nn.Sequential, stage: Stage) -> nn.Linear | nn.Conv2d:
    """The part with the incoming weights of a layer."""
    part = module[stage.weighted]
    if not isinstance(part, _WEIGHTED):
        raise TypeError(f"part {stage.weighted} must be linear or a convolution; got a {type(part).__name__}")
    return part


def of_units(module: nn.Sequential, stage: Stage) -> Iterator[Tensor]:
    """What belongs to the units of a layer, (units * positions, ...) each, to be read or overwritten."""
    part: nn.Module = weights_of(module, stage)
    tensors: list[object] = [part.weight, part.bias]
    for norm in stage.norms:
        part = module[norm]
        tensors += [part.weight, part.bias, part.running_mean, part.running_var]
    return (tensor.data for tensor in tensors if isinstance(tensor, Tensor))


def check_alike(first: nn.Sequential, second: nn.Sequential) -> list[Stage]:
    """The layers that two modules have in common. Raises what `stages` does, and ValueError where they differ."""
    found = stages(first)
    ours, theirs = ([(type(part), *_shapes(part)) for part in module] for module in (first, second))
    if ours != theirs:
        longest = max(len(ours), len(theirs))
        number = next(k for k in range(longest) if ours[k : k + 1] != theirs[k : k + 1])
        raise ValueError(f"modules must have the same parts of the same shapes; they differ from part {number} on")
    return found


def cross_modules(
    first: nn.Sequential, second: nn.Sequential, mask_per_layer: Sequence[Bools | Tensor]
) -> nn.Sequential:
    """The child of two sequential modules of one shape: a True unit comes from ``first``, a False one from ``second``.

    ``mask_per_layer``: a boolean mask (units,) for each hidden layer; of a convolution, the units are its channels. A
    unit brings its incoming weights, its bias and its batch norm: scale and shift, running mean and variance. A unit
    of the last hidden layer brings its outgoing weights too, and the output biases are weighted by the parents' shares
    of all units. So all True is ``first``, all False ``second``, and `CrossGame` says the same of perceptrons.

    Statistics carried along are those of units that had other partners. To recompute them, as Jordan et al. (2022) do,
    give the child to `recompute_statistics`. Parents from other initial weights are matched first
    (`nets.matching.match_modules`). The child is new; its parents and their random state stay as they are.

    Raises TypeError for a part of another kind than linear, convolution, batch norm, rectifier, pooling, flattening or
    dropout; ValueError for parents that differ, and for masks of another number, shape or type.
    """
    found = check_alike(first, second)
    masks = [torch.as_tensor(mask) for mask in mask_per_layer]
    units = [len(weights_of(first, stage).weight) for stage in found[:-1]]
    if [tuple(mask.shape) for mask in masks] != [(n,) for n in units] or any(m.dtype != torch.bool for m in masks):
        raise ValueError(
            f"mask_per_layer must be boolean masks of {units} units, one for each hidden layer; got "
            f"{[(str(mask.dtype).removeprefix('torch.'), tuple(mask.shape)) for mask in masks]}"
        )
    child = copy.deepcopy(first)
    with torch.no_grad():
        for stage, mask in zip(found[:-1], masks, strict=True):
            for ours, theirs in zip(of_units(child, stage), of_units(second, stage), strict=True):
                chosen = mask.to(ours.device).repeat_interleave(len(ours) // len(mask))
                ours.copy_(torch.where(chosen.view(-1, *[1] * (ours.ndim - 1)), ours, theirs))
        out, other = weights_of(child, found[-1]), weights_of(second, found[-1])
        chosen = masks[-1].to(out.weight.device).repeat_interleave(out.weight.shape[1] // len(masks[-1]))
        out.weight.copy_(torch.where(chosen.view(1, -1, *[1] * (out.weight.ndim - 2)), out.weight, other.weight))
        if out.bias is not None and other.bias is not None:
            share = torch.cat([mask.to(out.bias.device) for mask in masks]).float().mean()
            out.bias.copy_(share * out.bias + (1.0 - share) * other.bias)
    return child


def recompute_statistics(module: nn.Sequential, inputs: Tensor, batch_size: int = 1000) -> nn.Sequential:
    """``module`` itself, with the running means and variances of its batch norms taken anew on ``inputs``.

    What crossing does to the spread of activations is so undone (Jordan et al. 2022, REPAIR). Give training inputs,
    (examples, ...). They pass in batches of nearly equal size, ``batch_size`` at most, and the batches' statistics are
    averaged; nothing is dropped. Modes and momenta are left as they were found.

    Raises ValueError for fewer than two inputs.
    """
    if len(inputs) < 2 or batch_size < 2:
        raise ValueError(
            f"statistics need at least two inputs in a batch; got {len(inputs)} in batches of {batch_size}"
        )
    norms = [part for part in module.modules() if isinstance(part, _NORMS)]
    modes, momenta = {part: part.training for part in module.modules()}, [norm.momentum for norm in norms]
    module.eval()
    for norm in norms:
        norm.reset_running_stats()
        norm.train()
        norm.momentum = None
    try:
        with torch.no_grad():
            for batch in inputs.tensor_split(-(-len(inputs) // batch_size)):
                module(batch)
    finally:
        for norm, momentum in zip(norms, momenta, strict=True):
            norm.momentum = momentum
        for part, mode in modes.items():
            part.training = mode
    return module


def activations_of(module: nn.Sequential, found: list[Stage], inputs: Tensor, called: str) -> list[Tensor]:
    """Activations of each hidden layer in evaluation mode, (examples * positions, units) each.

    Raises ValueError, with the first place, where one is not finite.
    """
    read = {stage.read: (layer, len(weights_of(module, stage).weight)) for layer, stage in enumerate(found[:-1])}
    activations: list[Tensor] = []
    with torch.no_grad():
        for number, part in enumerate(copy.deepcopy(module).eval()):
            inputs = part(inputs)
            if number in read:
                layer, units = read[number]
                seen = inputs.reshape(len(inputs), units, -1).movedim(1, 2).reshape(-1, units)
                finite = seen.isfinite().all(0)
                if not finite.all():
                    unit = int((~finite).nonzero()[0])
                    raise ValueError(
                        f"activations of {called} must be finite; those of unit {unit} of hidden layer {layer} are "
                        "not: it may have diverged in training"
                    )
                activations.append(seen)
    return activations


def order_columns(order: Indices, count: int) -> Tensor:
    """The order of ``count`` numbers in which each unit has a block of neighbours, given that of units."""
    each = count // len(order)
    return torch.from_numpy((order[:, None] * each + np.arange(each)).reshape(-1))


def _shapes(part: nn.Module) -> list[tuple[str, torch.Size]]:
    """Names and shapes of a part's parameters and statistics."""
    return [(name, tensor.shape) for name, tensor in (*part.named_parameters(), *part.named_buffers())]


def _check(number: int, part: nn.Module, *, behind_weights: bool) -> None:
    """Raise what `stages` does for one part."""
    if isinstance(part, nn.Conv2d) and part.groups != 1:
        raise ValueError(f"convolutions must have groups=1; part {number} has {part.groups}")
    if isinstance(part, _NORMS) and not behind_weights:
        raise ValueError(f"a batch norm must stand behind a layer with weights; part {number} does not")
    shapes_inputs = isinstance(part, nn.Unflatten) and not behind_weights
    plain = isinstance(part, _PLAIN) and not list(part.parameters())
    if not (shapes_inputs or plain or isinstance(part, (*_WEIGHTED, *_NORMS))):
        raise TypeError(
            "parts of the module must be linear layers, convolutions, batch norms, rectifiers, pooling, flattening or "
            f"dropout; part {number} is a {type(part).__name__}: write nested parts out one after the other"
        )
