"""Which layers of a model can be probed."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from nets.probing.checks import examples, run, whole
from nets.probing.errors import ProbeError, closest, listed, nearest
from nets.probing.found import as_found
from nets.probing.kinds import KINDS, Site, site_of


@dataclass(frozen=True, kw_only=True)
class Layer:
    """A layer that can be probed."""

    name: str
    """As in ``model.named_modules()``."""
    kind: str
    """A key of `KINDS`."""
    count: int | None
    """Elements; None where that takes inputs to be known."""
    module: str
    """Class of the module."""
    calls: int | None
    """How often it is used when the model runs; None without inputs. Only those used once are probed."""
    last: bool
    """Whether its output is the model's own: its elements are the scores."""


def layers(model: nn.Module, inputs: Any = None) -> list[Layer]:
    """The layers that can be probed, in the order in which they are used (without ``inputs``: in which they stand).

    Raises ProbeError where the model does not run on ``inputs``. The model is left as it was found.
    """
    model = whole(model)
    sites = {part: (name, *kind) for name, part in model.named_modules() if (kind := site_of(part)) is not None}
    if inputs is None:
        return [_layer(name, kind, site, part) for part, (name, kind, site) in sites.items()]
    seen: dict[nn.Module, list[Any]] = {}

    def note(part: nn.Module, _args: Any, output: Any) -> None:
        seen.setdefault(part, []).append(output[0] if isinstance(output, tuple) else output)

    with as_found(model):
        handles = [part.register_forward_hook(note) for part in sites]
        try:
            given = run(model, examples(inputs))
        finally:
            for handle in handles:
                handle.remove()
    return [_layer(*sites[part], part, outputs, given) for part, outputs in seen.items()]


def find(
    model: nn.Module, layer: str | nn.Module, kind: str | Site | None, inputs: Tensor
) -> tuple[str, nn.Module, str, Site]:
    """Name, module, kind and site of the layer that is meant.

    Raises ProbeError with the layers that there are when the model runs on ``inputs``.
    """
    parts = dict(model.named_modules())
    if isinstance(kind, str) and kind not in KINDS:
        raise ProbeError(f"no kind of element is called {kind!r}; {nearest(kind, list(KINDS))}")
    if isinstance(layer, nn.Module):
        name = next((name for name, part in parts.items() if part is layer), None)
        if name is None:
            raise ProbeError(f"layer {type(layer).__name__} is no part of the model; {there_are(model, inputs)}")
    else:
        name = layer
    if name not in parts:
        hint = closest(name, [found.name for found in layers(model)])
        raise ProbeError(f"the model has no layer {name!r}{hint}; {there_are(model, inputs)}")
    found = site_of(parts[name], kind)
    if found is None:
        wanted = kind if isinstance(kind, str) else "elements of a known kind"
        raise ProbeError(f"layer {name!r} ({type(parts[name]).__name__}) has no {wanted}; {there_are(model, inputs)}")
    return name, parts[name], *found


def there_are(model: nn.Module, inputs: Any) -> str:
    """The layers that can be probed, in a sentence; not the last one, whose elements are the scores."""
    found = [
        f"{layer.name!r} ({layer.count} {layer.kind})"
        for layer in layers(model, inputs)
        if layer.calls == 1 and not layer.last
    ]
    return f"layers that can be probed: {listed(found, 12)}" if found else "it has no layer that can be probed"


def _layer(
    name: str, kind: str, site: Site, part: nn.Module, outputs: list[Any] | None = None, given: Any = None
) -> Layer:
    count = site.count
    if count is None and outputs and isinstance(outputs[0], Tensor) and outputs[0].ndim >= 2:
        count = site.settled(outputs[0]).count
    last = outputs is not None and isinstance(given, Tensor) and _same(outputs[-1], given)
    calls = None if outputs is None else len(outputs)
    return Layer(name=name, kind=kind, count=count, module=type(part).__name__, calls=calls, last=last)


def _same(one: Any, other: Tensor) -> bool:
    return isinstance(one, Tensor) and one.shape == other.shape and bool(torch.equal(one, other))
