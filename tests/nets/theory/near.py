"""How near two tensors are, and numbers to try things on."""

import numpy as np
import torch
from torch import Tensor

ROUNDING = 1e-12
"""What two sums of some thousand float64 terms may differ by, relative to the largest."""


def off(got: Tensor | float, expected: Tensor | float) -> float:
    """The largest difference, relative to the largest number expected (absolute where that is 0)."""
    found, due = (torch.as_tensor(value, dtype=torch.float64) for value in (got, expected))
    assert found.shape == due.shape, f"{tuple(found.shape)} is not {tuple(due.shape)}"
    size = float(due.abs().max())
    return float((found - due).abs().max()) / (size if size > 0.0 else 1.0)


def normal(seed: int, *shape: int) -> Tensor:
    return torch.from_numpy(np.random.default_rng(seed).standard_normal(shape))
