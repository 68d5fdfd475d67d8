"""A model that is left as it was found, whatever happens to it in between."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from nets.threads import single_thread


@contextmanager
def as_found(model: nn.Module) -> Iterator[None]:
    """Evaluate ``model`` inside the block: evaluation mode, no gradients, one thread, every module visible to hooks.

    Modes, buffers, torch's random state, its threads and its fast path of attention are put back, also after an
    exception.
    """
    modes = {part: part.training for part in model.modules()}
    buffers = [
        (part, name, buffer, buffer.detach().clone())
        for part in model.modules()
        for name, buffer in part.named_buffers(recurse=False)
    ]
    fast = torch.backends.mha.get_fastpath_enabled()
    devices = {p.device for p in model.parameters() if p.device.type == "cuda"}
    with single_thread(), torch.no_grad(), torch.random.fork_rng(devices=[d.index for d in devices]):
        model.eval()
        torch.backends.mha.set_fastpath_enabled(False)
        try:
            yield
        finally:
            torch.backends.mha.set_fastpath_enabled(fast)
            for part, mode in modes.items():
                part.training = mode
            for part, name, buffer, content in buffers:
                if not torch.equal(buffer, content):
                    buffer.copy_(content)
                if getattr(part, name) is not buffer:
                    setattr(part, name, buffer)


@contextmanager
def replaced(forwards: Mapping[nn.Module, Callable[..., Any]]) -> Iterator[None]:
    """Let modules compute something else inside the block; their hooks go on working."""
    own = {module: vars(module).get("forward") for module in forwards}
    try:
        for module, forward in forwards.items():
            vars(module)["forward"] = forward
        yield
    finally:
        for module, before in own.items():
            if before is None:
                vars(module).pop("forward", None)
            else:
                vars(module)["forward"] = before
