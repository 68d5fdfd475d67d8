"""How well scores do, example by example: classes or targets."""

from abc import ABC, abstractmethod
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from nets.games import SCALES
from nets.probing.errors import ProbeError

Outputs = Literal["scores", "probabilities"]
"""What a classifier gives: scores (logits or log-probabilities), or probabilities, such as a sigmoid or softmax."""
_LEAST = 1e-12


class Task(ABC):
    """What is right, for each example."""

    scales: tuple[str, ...]

    @abstractmethod
    def of(self, scores: Tensor, start: int, end: int) -> Tensor:
        """Performance (scales, masks, examples) of scores (masks, examples, ...) of examples ``start`` to ``end``."""

    @abstractmethod
    def baseline(self) -> dict[str, float]:
        """Performance on each scale of knowing nothing but what is frequent among these examples."""


class Classes(Task):
    """Labels; accuracy, where a tie counts as wrong, and mean log-probability of the right class."""

    scales = SCALES

    def __init__(self, labels: Any, scores: Tensor, outputs: Outputs) -> None:
        if outputs not in {"scores", "probabilities"}:
            raise ProbeError(f"outputs must be scores or probabilities; got {outputs!r}")
        self._labels = _labels(labels, scores)
        self._probabilities = outputs == "probabilities"
        if self._probabilities and (float(scores.min()) < 0.0 or float(scores.max()) > 1.0 + 1e-5):
            raise ProbeError(
                f"outputs='probabilities' but the model gives {float(scores.min()):.3g} to {float(scores.max()):.3g}; "
                "for logits leave outputs='scores'"
            )

    def of(self, scores: Tensor, start: int, end: int) -> Tensor:
        """Scores of several positions an example, (masks, examples, positions ..., classes), are averaged over them."""
        scores = scores.float()
        if self._probabilities:
            scores = scores.clamp_min(_LEAST).log()
        labels = self._labels[start:end].expand(len(scores), *self._labels[start:end].shape)[..., None]
        right = scores.gather(-1, labels)
        accuracy = ((scores >= right).sum(-1) == 1).float()
        log_probability = right[..., 0] - scores.logsumexp(-1)
        both = torch.stack([accuracy, log_probability])
        return both.flatten(3).mean(3) if both.ndim > 3 else both

    def baseline(self) -> dict[str, float]:
        share = torch.bincount(self._labels.flatten().cpu()).double()
        share = share[share > 0] / share.sum()
        return dict(zip(SCALES, (float(share.max()), float((share * share.log()).sum())), strict=True))


class Targets(Task):
    """Numbers to be predicted; minus the squared error, averaged over outputs."""

    scales = ("minus squared error",)

    def __init__(self, targets: Any, scores: Tensor) -> None:
        found = torch.as_tensor(targets)
        if found.ndim == scores.ndim - 1 and scores.shape[-1] == 1:
            found = found[..., None]
        if tuple(found.shape) != tuple(scores.shape):
            raise ProbeError(
                f"targets must have the shape of the model's outputs, {tuple(scores.shape)}; got {tuple(found.shape)}"
            )
        if found.is_complex() or not bool(torch.isfinite(found.double()).all()):
            raise ProbeError("targets must be finite real numbers; look for NaN or infinity among them")
        self._targets = found.to(scores)

    def of(self, scores: Tensor, start: int, end: int) -> Tensor:
        errors = (scores - self._targets[start:end]).float().square()
        return -errors.flatten(2).mean(2)[None] if errors.ndim > 2 else -errors[None]

    def baseline(self) -> dict[str, float]:
        centred = self._targets.double() - self._targets.double().mean(0)
        return {self.scales[0]: -float(centred.square().mean())}


def _labels(labels: Any, scores: Tensor) -> Tensor:
    found = torch.as_tensor(np.asarray(labels) if not isinstance(labels, Tensor) else labels)
    classes = scores.shape[-1] if scores.ndim >= 2 else 0
    if scores.ndim < 2 or tuple(found.shape) != tuple(scores.shape[:-1]):
        raise ProbeError(
            f"the model gives {tuple(scores.shape)} and labels have shape {tuple(found.shape)}; scores must be "
            "(examples, classes), one label an example; for numbers instead of classes give targets"
        )
    if found.is_floating_point() or found.dtype == torch.bool:
        raise ProbeError(f"labels must be whole numbers, the classes from 0 on; got {found.dtype}; convert to int64")
    low, high = int(found.min()), int(found.max())
    if low < 0 or high >= classes:
        where = int(((found < 0) | (found >= classes)).flatten().nonzero()[0])
        raise ProbeError(
            f"labels must be from 0 to {classes - 1}, for the {classes} scores that the model gives; they go from "
            f"{low} to {high}, first beyond at example {where}: number the classes as in training"
        )
    return found.to(device=scores.device, dtype=torch.int64)
