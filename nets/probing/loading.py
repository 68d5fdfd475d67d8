"""Models named on a command line, and weights from files, without running anything that a file holds."""

import importlib
import pickle
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from nets.probing.errors import ProbeError, listed, nearest

_NESTS = ("state_dict", "model_state_dict", "model", "net", "weights")
_PREFIXES = ("module.", "_orig_mod.", "model.")


def build(name: str, settings: Mapping[str, Any] | None = None) -> nn.Module:
    """The model that ``package.module:factory`` names: a module, or what a callable gives for ``settings``.

    The current folder is looked in too. Raises ProbeError with what is missing.
    """
    where, colon, factory = name.partition(":")
    if not (where and colon and factory):
        raise ProbeError(f"{name!r} names no model; write package.module:factory, for example mynets:small_cnn")
    here = str(Path.cwd())
    sys.path.insert(0, here)
    try:
        found = _found(where, factory)
        if not isinstance(found, nn.Module) and callable(found):
            try:
                found = found(**(settings or {}))
            except Exception as error:
                raise ProbeError(
                    f"{name} failed: {type(error).__name__}: {error}; it gets what --set KEY=VALUE says, no more, "
                    "so write a function of your own that builds the model if need be"
                ) from error
    finally:
        sys.path.remove(here)
    if not isinstance(found, nn.Module):
        raise ProbeError(f"{name} gives {type(found).__name__}; it must give a torch.nn.Module")
    return found


def _found(where: str, factory: str) -> Any:
    try:
        module = importlib.import_module(where)
    except ModuleNotFoundError as error:
        missing = error.name or where
        mend = "check its name, or go to the folder it is in" if where.startswith(missing) else "install it"
        raise ProbeError(f"{where} cannot be imported: there is no module {missing!r}; {mend}") from error
    except Exception as error:
        raise ProbeError(f"{where} cannot be imported: {type(error).__name__}: {error}; mend it first") from error
    found: Any = module
    for part in factory.split("."):
        if not hasattr(found, part):
            public = [key for key, value in vars(found).items() if callable(value) and not key.startswith("_")]
            raise ProbeError(f"{where} has no {part!r}; {nearest(part, public)}")
        found = getattr(found, part)
    return found


def load_weights(model: nn.Module, path: Path) -> None:
    """Load a state dict, from ``torch.save`` or ``.safetensors``, into ``model``; all of it must fit.

    Nothing but tensors and plain containers is read, so no code in the file can run. Raises ProbeError.
    """
    state = _stripped(_nested(_read(path), path), model)
    own = model.state_dict()
    missing = [key for key in own if key not in state]
    unexpected = [key for key in state if key not in own]
    shapes = [
        f"{key} is {tuple(state[key].shape)} in the file and {tuple(own[key].shape)} in the model"
        for key in own
        if key in state and isinstance(own[key], Tensor) and state[key].shape != own[key].shape
    ]
    problems = [
        f"{what}: {listed(found)}"
        for what, found in (("missing in the file", missing), ("unexpected", unexpected), ("shapes", shapes))
        if found
    ]
    if problems:
        raise ProbeError(f"{path} does not fit the model; {'; '.join(problems)}: build the model as it was trained")
    model.load_state_dict(state)


def _read(path: Path) -> Any:
    if not path.is_file():
        raise ProbeError(f"{path} is no file; name the weights that were saved, .pt or .safetensors")
    if path.suffix == ".safetensors":
        try:
            from safetensors import SafetensorError  # noqa: PLC0415 - an optional dependency
            from safetensors.torch import load_file  # noqa: PLC0415
        except ModuleNotFoundError as error:
            raise ProbeError("reading .safetensors needs safetensors: pip install safetensors") from error
        try:
            return load_file(path)
        except (SafetensorError, OSError) as error:
            raise ProbeError(f"{path} is no safetensors file ({error}); save the weights again") from error
    try:
        with warnings.catch_warnings(action="ignore"):  # about pickles that are then refused
            return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise ProbeError(
            f"{path} is not plain weights ({_reason(error)}), and loading it could run code that it holds; "
            "save torch.save(model.state_dict(), FILE) where it comes from"
        ) from error
    except Exception as error:  # a file that is something else fails in many ways
        script = "TorchScript" in str(error) or "constants.pkl" in str(error)
        what = "is a TorchScript archive" if script else f"cannot be read ({_reason(error)})"
        raise ProbeError(f"{path} {what}; save torch.save(model.state_dict(), FILE)") from error


def _reason(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    named = next((line for line in lines if "Unsupported" in line or "GLOBAL" in line), lines[0] if lines else "")
    return (named.split(". Please", 1)[0] or type(error).__name__)[:160].rstrip(" .:")


def _nested(found: Any, path: Path) -> dict[str, Tensor]:
    """The state dict in a checkpoint that holds more."""
    for key in _NESTS:
        if isinstance(found, Mapping) and key in found and isinstance(found[key], Mapping):
            found = found[key]
    if not isinstance(found, Mapping) or not found:
        raise ProbeError(f"{path} holds {type(found).__name__}; it must hold a state dict, names to tensors")
    # What a module keeps beside its tensors, such as a dropout's seed; weights_only has read it, so it is plain.
    others = [str(k) for k, v in found.items() if not isinstance(v, Tensor) and not str(k).endswith("_extra_state")]
    if others:
        raise ProbeError(f"{path} holds more than tensors ({listed(others)}); save model.state_dict() alone")
    return {str(key): value for key, value in found.items()}


def _stripped(state: dict[str, Tensor], model: nn.Module) -> dict[str, Tensor]:
    """The same without a prefix that a wrapper put before every name."""
    own = model.state_dict()
    for prefix in _PREFIXES:
        if all(key.startswith(prefix) for key in state) and not any(key.startswith(prefix) for key in own):
            state = {key.removeprefix(prefix): value for key, value in state.items()}
    return state
