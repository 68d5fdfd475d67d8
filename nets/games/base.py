"""A classifier as a game: masks in, performance on two scales out."""

from abc import ABC, abstractmethod

import numpy as np
import torch
from torch import Tensor

from nets.arrays import Bools, Floats
from nets.threads import single_thread

SCALES = ("accuracy", "log-probability")
BLOCK = 32
"""Masks in one matrix product, so that its rounding does not depend on their number."""
_CHUNK_FLOATS = 700_000
_BYTES_PER_SCORE = 16  # of a float32 score, its exponential, its part of another product, and what is compared


class ClassifierGame(ABC):
    """A game whose performance is that of a classifier on labelled inputs.

    ``n``: number of elements (units). Called with masks (masks, n) it gives the performance on ``scale``;
    `performance` gives both scales from the same evaluation: ``accuracy`` in [0, 1], where a tie
    counts as wrong, and ``log-probability``, the mean natural logarithm of the probability given to the right class.
    Masks are evaluated in batches, on the device of the labels, that take about ``memory_bytes`` (11 million, or what
    the smallest batch takes); values do not depend on it.

    Raises ValueError where ``memory_bytes`` is less than the smallest batch takes.
    """

    n: int
    scale: str = "log-probability"

    def __init__(self, labels: Tensor, floats_per_mask: int, least: int = 1, memory_bytes: int | None = None) -> None:
        self._labels = labels
        chunk = max(least, _CHUNK_FLOATS // floats_per_mask)
        if memory_bytes is not None:
            chunk = memory_bytes // (_BYTES_PER_SCORE * floats_per_mask)
            if chunk < least:
                raise ValueError(
                    f"memory_bytes must hold {least} mask{'s' * (least > 1)}, which take "
                    f"{least * _BYTES_PER_SCORE * floats_per_mask:,} bytes on {len(labels):,} examples; got "
                    f"{memory_bytes:,}: allow more or take fewer examples"
                )
        self._chunk = chunk - chunk % BLOCK if chunk > BLOCK else chunk

    def __call__(self, masks: Bools) -> Floats:
        return self.performance(masks)[self.scale]

    def performance(self, masks: Bools) -> dict[str, Floats]:
        """Performance (masks,) on each scale; the value of a mask does not depend on its companions.

        Raises ValueError for masks of another width.
        """
        masks = np.asarray(masks, dtype=np.bool_)
        if masks.ndim != 2 or masks.shape[1] != self.n:
            raise ValueError(f"masks must have shape (masks, {self.n}); got {masks.shape}")
        found = torch.empty(len(SCALES), len(masks), dtype=torch.float64, device=self._labels.device)
        with single_thread(), torch.no_grad():
            for start in range(0, len(masks), self._chunk):
                part = slice(start, min(start + self._chunk, len(masks)))
                scores = self._scores(torch.from_numpy(masks[part]).to(self._labels.device))
                right, log_probability = judge(scores, self._labels)
                found[0, part] = right.double().mean(1)
                found[1, part] = log_probability.double().mean(1)
        return dict(zip(SCALES, found.cpu().numpy(), strict=True))

    @abstractmethod
    def _scores(self, masks: Tensor) -> Tensor:
        """Scores (masks, classes, examples) of boolean masks (masks, n)."""


def judge(scores: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Whether the right class alone scores highest, and its log-probability, (masks, examples) each.

    ``scores``: (masks, classes, examples); ``labels``: (examples,), int64.
    """
    right = scores.gather(1, labels.expand(len(scores), 1, -1))[:, 0]
    top = scores.amax(1)
    normaliser = (scores - top[:, None]).exp_().sum(1).log_() + top
    contenders = (scores >= right[:, None]).float().sum(1)
    return contenders == 1.0, right - normaliser
