"""Kinds of elements: what a layer is made of, and where one element can be silenced.

A kind is a function of a module that gives its `Site`, or None where the module has no such elements. To probe
modules of your own, add one: ``KINDS["experts"] = lambda m: Site(count=m.count, axis=-1) if isinstance(m, Experts)
else None``.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from nets.probing.errors import ProbeError

Forward = Callable[..., Any]
Repeat = Callable[[Any], Any]
"""Repeats whatever belongs to the examples once for each mask."""
Opened = tuple[Tensor, Callable[[Tensor, Repeat], Any]]
"""The values that hold the elements, and what makes the module's output of changed values."""
Open = Callable[[Forward, tuple[Any, ...], dict[str, Any]], Opened]

ELEMENTWISE = (
    nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.PReLU, nn.ELU, nn.SELU, nn.CELU, nn.GELU, nn.SiLU, nn.Mish, nn.Tanh, nn.Sigmoid,
    nn.Hardtanh, nn.Hardswish, nn.Hardsigmoid, nn.Softplus, nn.Softsign, nn.LogSigmoid, nn.Threshold,
)  # fmt: skip


def at_output(forward: Forward, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Opened:
    """Elements are in the module's output, or in the first part of it."""
    output = forward(*args, **kwargs)
    if isinstance(output, Tensor):
        return output, lambda values, _: values
    first, *rest = output
    return first, lambda values, repeat: (values, *repeat(tuple(rest)))


def at_input(forward: Forward, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Opened:
    """Elements are in what the module is given first, such as the heads that a projection mixes."""
    first, *rest = args
    return first, lambda values, repeat: forward(values, *repeat(tuple(rest)), **repeat(kwargs))


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where the elements of a module are: equal slices of one axis."""

    count: int | None
    """Elements; None for as many as the axis is long."""
    axis: int | None
    """Axis, counted from the end (-1 is the last); None for units in the last axis of up to three, and for channels in
    the second of more."""
    open: Open = at_output

    def settled(self, values: Tensor) -> "Site":
        """The same with what was left open decided by the values that were seen.

        Raises ProbeError where they cannot be cut into so many equal slices.
        """
        axis = self.axis if self.axis is not None else -1 if values.ndim <= 3 else 1 - values.ndim
        if not -values.ndim <= axis < 0 or values.ndim < 2:
            raise ProbeError(f"the layer gives {tuple(values.shape)}, which has no axis {axis} for its elements")
        count = self.count or values.shape[axis]
        if values.shape[axis] % count:
            raise ProbeError(f"the layer gives {tuple(values.shape)}, whose axis {axis} does not hold {count} elements")
        return replace(self, count=count, axis=axis)


Kind = Callable[[nn.Module], Site | None]


def _units(module: nn.Module) -> Site | None:
    """The outputs of a dense layer; the projection inside attention is never called and has none."""
    dense = isinstance(module, nn.Linear) and not isinstance(module, nn.modules.linear.NonDynamicallyQuantizableLinear)
    return Site(count=module.out_features, axis=-1) if isinstance(module, nn.Linear) and dense else None


def _channels(module: nn.Module) -> Site | None:
    if not isinstance(module, nn.Conv1d | nn.Conv2d | nn.Conv3d):
        return None
    return Site(count=module.out_channels, axis=-1 - len(module.kernel_size))


def _heads(module: nn.Module) -> Site | None:
    if not isinstance(module, nn.MultiheadAttention):
        return None
    return Site(count=module.num_heads, axis=-1, open=partial(_before_projection, module))


def _activations(module: nn.Module) -> Site | None:
    return Site(count=None, axis=None) if isinstance(module, ELEMENTWISE) else None


def _before_projection(
    module: nn.MultiheadAttention, forward: Forward, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Opened:
    """What the heads say, one slice each, before the output projection mixes them.

    The projection is used by a function that no hook sees. Put to the identity for one pass, it lets the heads through.
    """
    weight, bias = module.out_proj.weight, _bias(module.out_proj)
    with _let_through(module.out_proj):
        said, attention = forward(*args, **kwargs)
    return said, lambda values, repeat: (nn.functional.linear(values, weight, bias), repeat(attention))


@contextmanager
def _let_through(projection: nn.Linear) -> Iterator[None]:
    changed = {projection.weight: torch.eye(len(projection.weight)).to(projection.weight)}
    if (bias := _bias(projection)) is not None:
        changed[bias] = torch.zeros_like(bias)
    kept = {parameter: parameter.data for parameter in changed}
    for parameter, data in changed.items():
        parameter.data = data
    try:
        yield
    finally:
        for parameter, data in kept.items():
            parameter.data = data


def _bias(projection: nn.Linear) -> Tensor | None:
    bias: Tensor | None = projection.bias
    return bias


KINDS: dict[str, Kind] = {"units": _units, "channels": _channels, "heads": _heads, "activations": _activations}
"""Every kind of element by name; a layer is taken for the first that fits."""


def site_of(module: nn.Module, kind: "str | Site | None" = None) -> tuple[str, Site] | None:
    """The kind of a module's elements and their site; None where it has no elements (of that kind)."""
    if isinstance(kind, Site):
        return "elements", kind
    for name, find in KINDS.items():
        site = find(module) if kind in {None, name} else None
        if site is not None:
            return name, site
    return None
