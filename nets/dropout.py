"""Dropout whose randomness has a name: every mask comes from a generator of its own."""

import numpy as np
import torch
from torch import Tensor, nn


def keep_mask(rng: np.random.Generator, shape: tuple[int, ...], drop_prob: float) -> Tensor:
    """A boolean mask of ``shape``: True, with probability ``1 - drop_prob``, where an element is kept."""
    return torch.from_numpy(rng.random(shape, dtype=np.float32) >= drop_prob)


class Dropout(nn.Module):
    """Inverted Bernoulli dropout (Srivastava et al. 2014), with a generator of its own and a record of its mask.

    In training each element is set to 0 with probability ``drop_prob`` and the rest are divided by
    ``1 - drop_prob``, so that the expectation does not change; in evaluation the input passes unchanged.
    Unlike `torch.nn.Dropout`, the mask depends on ``seed`` alone and is kept in ``last_mask``.

    Raises ValueError for a probability outside [0, 1).
    """

    last_mask: Tensor | None

    def __init__(self, drop_prob: float = 0.5, *, seed: int) -> None:
        super().__init__()
        if not 0.0 <= drop_prob < 1.0:
            raise ValueError(f"drop_prob must lie in [0, 1); got {drop_prob}")
        self.drop_prob = drop_prob
        self.last_mask = None
        self._rng = np.random.default_rng(seed)

    def forward(self, inputs: Tensor) -> Tensor:
        """Drop from ``inputs`` of any shape; the shape, dtype and device stay."""
        if not self.training or self.drop_prob == 0.0:
            return inputs
        self.last_mask = keep_mask(self._rng, tuple(inputs.shape), self.drop_prob).to(inputs.device)
        return inputs * self.last_mask / (1.0 - self.drop_prob)

    def extra_repr(self) -> str:
        """What `print(module)` shows."""
        return f"drop_prob={self.drop_prob}"
