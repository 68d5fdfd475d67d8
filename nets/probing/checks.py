"""What is asked of a model and its inputs before they are probed, in sentences."""

from typing import Any, Self

import numpy as np
import torch
from torch import Tensor, nn

from nets.probing.errors import ProbeError


def whole(model: nn.Module) -> nn.Module:
    """The model whose modules can be seen: a compiled one is taken back to what it was compiled from.

    Raises ProbeError for anything else.
    """
    if isinstance(model, torch.jit.ScriptModule):
        raise ProbeError(
            "this is a ScriptModule, whose inside runs without Python and cannot be watched; "
            "give the nn.Module that it was scripted or traced from, with the same weights"
        )
    if not isinstance(model, nn.Module):
        raise ProbeError(f"model must be a torch.nn.Module; got {type(model).__name__}")
    original = getattr(model, "_orig_mod", None)
    return original if isinstance(original, nn.Module) else model


def examples(inputs: Any) -> Tensor:
    """Inputs as a tensor (examples, ...). Raises ProbeError for none, or for numbers that are not finite."""
    found = torch.from_numpy(np.ascontiguousarray(inputs)) if isinstance(inputs, np.ndarray) else inputs
    if not isinstance(found, Tensor):
        raise ProbeError(f"inputs must be one tensor or array, examples first; got {type(inputs).__name__}")
    if found.ndim == 0 or len(found) == 0:
        raise ProbeError(f"inputs must have at least one example; got shape {tuple(found.shape)}")
    if found.is_floating_point() and (wrong := first_not_finite(found)) is not None:
        raise ProbeError(f"inputs must be finite; example {wrong} is not: mend it or leave it out")
    return found


def run(model: nn.Module, inputs: Tensor) -> Any:
    """The model's output. Raises ProbeError, with what it was given and what its first layer takes, where it fails."""
    try:
        return model(inputs)
    except Exception as error:
        raise ProbeError(
            f"the model does not run on inputs of shape {tuple(inputs.shape)}, {_plain(inputs.dtype)}: "
            f"{_first_line(error)}{_expected(model)}; reshape or convert the inputs"
        ) from error


def scores_of(output: Any, count: int) -> Tensor:
    """The scores (examples, ...). Raises ProbeError where a model gives something else."""
    if not isinstance(output, Tensor):
        raise ProbeError(
            f"the model must give one tensor of scores; it gives {type(output).__name__}: "
            "wrap it in a module whose forward returns the scores alone"
        )
    if output.ndim == 0 or len(output) != count:
        raise ProbeError(f"the model must give scores for {count} examples, first axis; it gives {tuple(output.shape)}")
    return output


def first_not_finite(values: Tensor) -> int | None:
    """Index along the first axis of the first entry that is NaN or infinite."""
    wrong = ~torch.isfinite(values.detach()).flatten(1).all(1) if values.ndim > 1 else ~torch.isfinite(values.detach())
    return int(wrong.nonzero()[0]) if bool(wrong.any()) else None


class Culprit:
    """Finds the first module, in the order of the pass, whose output is not finite."""

    def __init__(self, model: nn.Module) -> None:
        self.found: str | None = None
        self._names = {part: name or "the model itself" for name, part in model.named_modules()}
        self._handles = [
            part.register_forward_hook(self._note)
            for part in self._names
            if not isinstance(part, torch.jit.ScriptModule)
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for handle in self._handles:
            handle.remove()

    def _note(self, part: nn.Module, _args: Any, output: Any) -> None:
        first = output[0] if isinstance(output, tuple) and output else output
        if self.found is None and isinstance(first, Tensor) and first.is_floating_point():
            example = first_not_finite(first)
            if example is not None:
                what = "NaN" if bool(first.isnan().any()) else "infinite"
                self.found = f"{self._names[part]} ({type(part).__name__}) is the first whose output is {what}"


def _expected(model: nn.Module) -> str:
    for name, part in model.named_modules():
        weight = getattr(part, "weight", None)
        if isinstance(weight, Tensor) and not list(part.children()):
            return f"; its first layer, {name or type(part).__name__}, is {part} with weights {_plain(weight.dtype)}"
    return ""


def _plain(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
