"""The way through a model, known up to one layer, so that for each mask only what follows the layer is run.

Whatever is called before the layer cannot depend on its elements. In a first pass the outputs of those modules are
kept; afterwards they are handed out again instead of being computed, in any model, whatever its forward method does
in between. Several masks go through at once, the examples repeated along the batch axis, where that makes no
difference.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor, nn

from nets.probing.errors import ProbeError
from nets.probing.found import replaced
from nets.probing.kinds import Opened, Site

Axes = list[int | None]
"""The batch axis of each tensor that is kept, in the order of the pass; None for those that have none."""


@dataclass(kw_only=True)
class Pass:
    """What one pass left behind."""

    kept: dict[nn.Module, list[Any]] = field(default_factory=dict)
    """Outputs before the layer, call by call."""
    opened: Opened | None = None
    calls: int = 0
    """How often the layer was used."""
    largest: int = 0
    """Bytes of the largest output."""
    scores: Any = None

    @property
    def values(self) -> Tensor:
        """What holds the elements."""
        assert self.opened is not None  # noqa: S101 - a pass without the layer is refused
        return self.opened[0]

    def tensors(self) -> list[Tensor]:
        """Everything kept whose batch axis matters, in a fixed order, the values first."""
        return [self.values, *_tensors(list(self.kept.values()))]


class Passage:
    """A model, one of its layers, and what is called before it."""

    def __init__(self, model: nn.Module, layer: nn.Module, site: Site) -> None:
        self.model, self.layer, self.site = model, layer, site
        self._before = _beside(model, layer)
        self._idle: dict[tuple[nn.Module, int], Axes] = {}
        self._inputs_idle = False

    def record(self, inputs: Tensor) -> Pass:
        """Run the model once, unchanged, and keep what is known then."""
        found = Pass()
        with replaced(self._recording(found)), _sizes(self.model, found):
            found.scores = self.model(inputs)
        return found

    def plain(self, inputs: Tensor, change: Callable[[Tensor], Tensor]) -> Any:
        """Run the whole model, with the values of the layer changed."""
        forward = self.layer.forward

        def changed(*args: Any, **kwargs: Any) -> Any:
            values, close = self.site.open(forward, args, kwargs)
            return close(change(values), lambda given: given)

        with replaced({self.layer: changed}):
            return self.model(inputs)

    def replay(self, found: Pass, inputs: Tensor, values: Tensor, repeat: Callable[[Any], Any]) -> Any:
        """Run what follows the layer on changed values; ``repeat`` makes what was kept fit to ``inputs``."""
        assert found.opened is not None  # noqa: S101 - as above
        done: dict[nn.Module, int] = {}
        passed, close = False, found.opened[1]

        def instead(module: nn.Module) -> Callable[..., Any]:
            forward = module.forward

            def kept(*args: Any, **kwargs: Any) -> Any:
                if passed:
                    return forward(*args, **kwargs)
                call = done[module] = done.get(module, -1) + 1
                return repeat(found.kept[module][call])

            return kept

        def at_layer(*_args: Any, **_kwargs: Any) -> Any:
            nonlocal passed
            passed = True
            return close(values, repeat)

        with replaced({**{module: instead(module) for module in found.kept}, self.layer: at_layer}):
            return self.model(inputs[:1] if self._inputs_idle else inputs)

    def drop_idle(self, found: Pass, inputs: Tensor, axes: Axes) -> Axes:
        """Find which kept outputs nobody looks at again, and keep only one example of these from now on.

        Most are given to a module that is not run again. Whether one matters is tried on ``found``, a small pass. Gives
        the batch axes of what is kept then.
        """
        of_leaf = iter(axes[1:])
        places = {
            (module, call): [next(of_leaf) for _ in _tensors(output)]
            for module, outputs in found.kept.items()
            for call, output in enumerate(outputs)
        }
        idle = {place: own for place, own in places.items() if self._same(found, inputs, {place: own})}
        inputs_idle = self._same(found, inputs, {}, inputs_idle=True)
        if self._same(found, inputs, idle, inputs_idle=inputs_idle):
            self._idle, self._inputs_idle = idle, inputs_idle
        return [axes[0], *(None if place in self._idle else axis for place, own in places.items() for axis in own)]

    def _same(
        self, found: Pass, inputs: Tensor, idle: dict[tuple[nn.Module, int], Axes], *, inputs_idle: bool = False
    ) -> bool:
        """Whether the scores stay as they are when some outputs come with one example alone."""
        kept = {
            module: [
                _one_example(output, idle[module, call]) if (module, call) in idle else output
                for call, output in enumerate(outputs)
            ]
            for module, outputs in found.kept.items()
        }
        self._inputs_idle = inputs_idle
        try:
            scores = self.replay(replace(found, kept=kept), inputs, found.values.clone(), copied)
        except Exception:  # noqa: BLE001 - whatever goes wrong, the output was needed
            return False
        finally:
            self._inputs_idle = False
        return isinstance(scores, Tensor) and scores.shape == found.scores.shape and torch.equal(scores, found.scores)

    def _recording(self, found: Pass) -> dict[nn.Module, Callable[..., Any]]:
        def watched(module: nn.Module) -> Callable[..., Any]:
            forward = module.forward

            def kept(*args: Any, **kwargs: Any) -> Any:
                output = forward(*args, **kwargs)
                if not found.calls:
                    calls = found.kept.setdefault(module, [])
                    axes = self._idle.get((module, len(calls)))
                    # a copy, since what follows may change an output in place
                    calls.append(copied(output) if axes is None else _one_example(output, axes))
                return output

            return kept

        forward = self.layer.forward

        def opened(*args: Any, **kwargs: Any) -> Any:
            found.calls += 1
            values, close = self.site.open(forward, args, kwargs)
            found.opened = values.clone(), close
            return close(values, lambda given: given)

        return {**{module: watched(module) for module in self._before}, self.layer: opened}


def mapped(given: Any, change: Callable[[Tensor], Any]) -> Any:
    """The same tuples, lists and dictionaries with every tensor in them changed; other things as they are."""
    if isinstance(given, Tensor):
        return change(given)
    if isinstance(given, dict):
        return {key: mapped(value, change) for key, value in given.items()}
    if type(given) in {tuple, list}:
        return type(given)(mapped(value, change) for value in given)
    return given


def copied(given: Any) -> Any:
    """A copy that changes in place do not reach."""
    return mapped(given, torch.clone)


def batch_axes(two: Pass, three: Pass) -> Axes | None:
    """The axis of each kept tensor that grows with the number of examples, from passes over two and three of them.

    None where that cannot be told: the passes differ in more than that axis.
    """
    ones, others = two.tensors(), three.tensors()
    if len(ones) != len(others):
        return None
    axes: Axes = []
    for one, other in zip(ones, others, strict=True):
        if one.ndim != other.ndim:
            return None
        grown = [axis for axis in range(one.ndim) if one.shape[axis] != other.shape[axis]]
        if len(grown) > 1 or any(3 * one.shape[axis] != 2 * other.shape[axis] for axis in grown):
            return None
        axes.append(grown[0] if grown else None)
    return axes


def repeated(tensor: Tensor, axis: int | None, times: int) -> Tensor:
    """A new tensor with the examples repeated as a block, ``times`` over, along their axis."""
    if axis is None or times == 1:
        return tensor.clone()
    return tensor.repeat(*(times if each == axis else 1 for each in range(tensor.ndim)))


def _one_example(given: Any, axes: Axes) -> Any:
    """The same with the first example alone in each tensor."""
    of_leaf = iter(axes)

    def first(tensor: Tensor) -> Tensor:
        axis = next(of_leaf)
        return tensor.clone() if axis is None else tensor.narrow(axis, 0, 1).clone()

    return mapped(given, first)


def _tensors(given: Any) -> list[Tensor]:
    found: list[Tensor] = []
    mapped(given, found.append)
    return found


def _beside(model: nn.Module, layer: nn.Module) -> list[nn.Module]:
    """The outermost modules that do not hold the layer."""
    way = {part for part in model.modules() if part is not layer and any(inner is layer for inner in part.modules())}
    beside = dict.fromkeys(child for part in model.modules() if part in way for child in part.children())
    return [c for c in beside if c not in way and c is not layer and not isinstance(c, torch.jit.ScriptModule)]


@contextmanager
def _sizes(model: nn.Module, found: Pass) -> Iterator[None]:
    """Note the largest output of any module from the layer on."""

    def note(_module: nn.Module, _args: Any, output: Any) -> None:
        if found.calls:
            found.largest = max([found.largest, *(t.numel() * t.element_size() for t in _tensors(output))])

    handles = [
        part.register_forward_hook(note) for part in model.modules() if not isinstance(part, torch.jit.ScriptModule)
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def refuse_unless_used_once(found: Pass, name: str) -> None:
    """Raises ProbeError where the layer was not used in a pass, or more than once."""
    if found.calls != 1:
        times = "not used" if not found.calls else f"used {found.calls} times"
        raise ProbeError(
            f"layer {name!r} is {times} when the model runs, so its elements have no place of their own; "
            "choose a layer that is used once"
        )
