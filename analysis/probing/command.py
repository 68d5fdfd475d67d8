"""A probe as it is asked for on the command line: a model by name, weights and data by file."""

from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from analysis.probing.probe import Probe, probe
from analysis.runs.spec import SpecError, apply_settings

if TYPE_CHECKING:
    import torch

    from nets.probing import Layer


class Asked(BaseModel):
    """Everything that determines a probe."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str
    layer: str | None = None
    data: str = ""
    weights: Path | None = None
    settings: tuple[str, ...] = ()
    shape: str | None = None
    tokens: bool = False
    examples: int = 512
    masks: int = 8192
    background: str = "zero"
    kind: str | None = None
    outputs: str = "scores"
    seed: int = 0

    def identity(self) -> dict[str, Any]:
        """What names the run, with a digest of the weights instead of where they lie."""
        found = self.model_dump(mode="json")
        if self.weights is not None and self.weights.is_file():
            found["weights"] = blake2b(self.weights.read_bytes(), digest_size=8).hexdigest()
        return found


def play(asked: Asked) -> tuple[Probe, str]:
    """The probe, and a sentence on where its parts came from.

    Raises SpecError with what is wrong and what to do.
    """
    from nets.data import DataError  # noqa: PLC0415 - torch takes seconds that --help need not wait for
    from nets.probing import ProbeError  # noqa: PLC0415

    try:
        found, whole = _probed(asked)
    except (ProbeError, DataError) as error:
        raise SpecError([str(error)]) from error
    weights = asked.weights.name if asked.weights else "as the factory gives them"
    data = f"{found.examples:,} of {whole:,} examples of {asked.data}, seed {asked.seed}"
    return found, f"Weights: {weights}. Data: {data}."


def _probed(asked: Asked) -> tuple[Probe, int]:
    from nets.probing import ProbeError, there_are  # noqa: PLC0415

    model = _model(asked)
    inputs, answers, whole = _data(asked, model)
    if asked.layer is None:
        raise ProbeError(f"name a layer with --layer; {there_are(model, inputs[:3])}")
    found = probe(
        model, asked.layer, inputs, **answers, masks=asked.masks, seed=asked.seed, background=asked.background,
        kind=asked.kind, outputs=asked.outputs, name=asked.model,
    )  # fmt: skip
    return found, whole


def list_layers(asked: Asked) -> "list[Layer]":
    """The layers that can be probed. Raises SpecError."""
    from nets.data import DataError  # noqa: PLC0415 - as above
    from nets.probing import ProbeError, layers  # noqa: PLC0415

    try:
        model = _model(asked)
        found = layers(model, _data(asked, model)[0][:8] if asked.data else None)
    except (ProbeError, DataError) as error:
        raise SpecError([str(error)]) from error
    if not found:
        raise SpecError([f"{asked.model} has no layer that can be probed: no dense layer, convolution or attention"])
    return found


def _model(asked: Asked) -> "torch.nn.Module":
    from nets.probing import build, load_weights  # noqa: PLC0415

    values: dict[str, Any] = {}
    apply_settings(values, asked.settings)
    model = build(asked.model, values)
    if asked.weights is not None:
        load_weights(model, asked.weights)
    return model


def _data(asked: Asked, model: "torch.nn.Module") -> "tuple[torch.Tensor, dict[str, Any], int]":
    """Inputs as the model takes them, labels or targets by name, and how many examples there are in all."""
    import torch  # noqa: PLC0415

    from nets.data import load  # noqa: PLC0415
    from nets.probing import ProbeError  # noqa: PLC0415

    data = load(asked.data)
    count = len(data.inputs)
    drawn = np.sort(np.random.default_rng(asked.seed).permutation(count)[: asked.examples])
    inputs = torch.from_numpy(np.ascontiguousarray(data.inputs[drawn]))
    shape = _shape(asked, model, data.image)
    if shape:
        if int(np.prod(shape)) != inputs[0].numel():
            raise ProbeError(
                f"--shape {','.join(map(str, shape))} takes {int(np.prod(shape))} numbers an example and {asked.data} "
                f"has {inputs[0].numel()}"
            )
        inputs = inputs.reshape(len(inputs), *shape)
    weight = next((p for p in model.parameters() if p.is_floating_point()), None)
    if weight is not None:
        inputs = inputs.to(device=weight.device, dtype=torch.int64 if asked.tokens else weight.dtype)
    answers: Literal["labels", "targets"] = "labels" if data.classes else "targets"
    return inputs, {answers: data.labels[drawn]}, count


def _shape(asked: Asked, model: "torch.nn.Module", image: tuple[int, ...] | None) -> tuple[int, ...]:
    """The shape of an input: as asked, or that of the images where the first layer is a convolution of them."""
    from torch import nn  # noqa: PLC0415

    if asked.shape is not None:
        try:
            shape = tuple(int(part) for part in asked.shape.split(","))
        except ValueError:
            shape = ()
        if not shape or min(shape) < 1:
            raise SpecError([f"--shape {asked.shape}: write whole numbers such as 1,28,28"])
        return shape
    first = next((part for part in model.modules() if isinstance(part, nn.Linear | nn.Conv2d | nn.Embedding)), None)
    if image is None or not isinstance(first, nn.Conv2d):
        return ()
    height, width, *channels = image
    return (*(channels or [1]), height, width)
