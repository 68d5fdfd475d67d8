"""Every value that the noise of dropout can take, with its probability: an expectation is then a finite sum."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

MAX_POINTS = 2**16
"""Points, at most, of one `Noise`: all masks of 16 elements."""

DropProb = float | Sequence[float] | Tensor
"""A probability in [0, 1) for all elements, or one for each: 0 for an intercept, which is never dropped."""


@dataclass(frozen=True, kw_only=True)
class Noise:
    """Multiplicative noise on ``elements`` elements as points with probabilities. float64."""

    factors: Tensor
    """(points, elements): what each element is multiplied by."""
    probabilities: Tensor
    """(points,), of sum 1."""

    def __len__(self) -> int:
        return len(self.probabilities)

    def expectation(self, values: Tensor) -> Tensor:
        """The expectation (...) of values (points, ...), one for each point."""
        return torch.einsum("p,p...->...", self.probabilities, values)


def bernoulli(
    elements: int, drop_prob: DropProb, *, inverted: bool = True, device: torch.device | None = None
) -> Noise:
    """All ``2**elements`` masks; bit ``i`` of a point's number says whether element ``i`` is kept.

    ``inverted``: what is kept is divided by its keep probability, so that every factor has mean 1; otherwise factors
    are 0 and 1. Raises ValueError for more than 16 elements and for a probability outside [0, 1).
    """
    if not 1 <= elements <= MAX_POINTS.bit_length() - 1:
        raise ValueError(
            f"elements must be 1 to {MAX_POINTS.bit_length() - 1} for all masks to be listed; got {elements}: "
            "take fewer elements, or a sample (MonteCarlo)"
        )
    keep = 1.0 - drop_probs(drop_prob, elements, device)
    numbers = torch.arange(2**elements, device=device)[:, None]
    kept = (numbers >> torch.arange(elements, device=device)) % 2 == 1
    probabilities = torch.where(kept, keep, 1.0 - keep).prod(1)
    return Noise(factors=kept / keep if inverted else kept.double(), probabilities=probabilities)


def gaussian(elements: int, drop_prob: DropProb, *, nodes: int = 2, device: torch.device | None = None) -> Noise:
    """Normal noise of mean 1 and the variance of inverted dropout, ``d / (1 - d)``, by Gauss-Hermite quadrature.

    Exact for polynomials of degree up to ``2 nodes - 1`` in each element's factor. Raises ValueError for more than
    65,536 points, ``nodes**elements`` in all.
    """
    if elements < 1 or nodes < 1 or nodes**elements > MAX_POINTS:
        raise ValueError(
            f"nodes ** elements must be 1 to {MAX_POINTS}; got {nodes} ** {elements}: take fewer of either"
        )
    at, weights = (torch.from_numpy(part).to(device) for part in np.polynomial.hermite_e.hermegauss(nodes))
    numbers = torch.arange(nodes**elements, device=device)[:, None]
    chosen = (numbers // nodes ** torch.arange(elements, device=device)) % nodes
    spread = noise_variance(drop_probs(drop_prob, elements, device)).sqrt()
    return Noise(factors=1.0 + spread * at[chosen], probabilities=(weights / weights.sum())[chosen].prod(1))


def noise_variance(drop_prob: Tensor) -> Tensor:
    """The variance ``d / (1 - d)`` of a factor of inverted dropout."""
    return drop_prob / (1.0 - drop_prob)


def drop_probs(drop_prob: DropProb, elements: int, device: torch.device | None = None) -> Tensor:
    """One drop probability for each element, float64 (elements,).

    Raises ValueError where one lies outside [0, 1) or their number is another.
    """
    given = torch.as_tensor(drop_prob, dtype=torch.float64, device=device)
    if given.ndim > 1 or (given.ndim == 1 and len(given) != elements):
        raise ValueError(
            f"drop_prob must be one number, or one for each of {elements} elements; got shape {tuple(given.shape)}"
        )
    if not bool(((given >= 0.0) & (given < 1.0)).all()):
        raise ValueError(f"drop_prob must lie in [0, 1); got {given.tolist()}")
    return given.expand(elements)
