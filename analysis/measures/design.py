"""Which presence masks to evaluate: all of them, or a sample."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from analysis.arrays import Bools, Floats
from analysis.measures.game import AnyGame, evaluate

EXACT_LIMIT = 20
"""Elements up to which all ``2**n`` masks are evaluated by default."""
TABLE_LIMIT = 24
"""Elements up to which they can be."""
DEFAULT_SAMPLES = 8192
_BLOCK = 2**16


@dataclass(frozen=True, kw_only=True)
class MaskDesign:
    """Masks (masks, n), and how they were chosen.

    ``complete``: all ``2**n``, mask ``k`` having element ``i`` where bit ``i`` of ``k`` is set.
    ``antithetic``: Bernoulli(1/2), the second half being the complement of the first.
    ``independent``: Bernoulli(keep_prob).
    """

    masks: Bools
    kind: Literal["complete", "antithetic", "independent"]
    keep_prob: float

    @property
    def n(self) -> int:
        """Number of elements."""
        return int(self.masks.shape[1])


def complete(n: int, keep_prob: float = 0.5) -> MaskDesign:
    """All masks of ``n <= 24`` elements."""
    _tabulable(n, n * 2**n)
    return MaskDesign(masks=_numbered(n, 0, 2**n), kind="complete", keep_prob=probability(keep_prob))


def tabulate(game: AnyGame, n: int) -> Floats:
    """The values (2**n,) of all masks, evaluated a block at a time, so that the masks never lie in memory together.

    Raises ValueError for more than 24 elements, where the values would not fit into the memory that is free, and for a
    game that gives anything but one finite value a mask.
    """
    _tabulable(n, 8 * 2**n)
    values = np.empty(2**n)
    for start in range(0, 2**n, _BLOCK):
        end = min(start + _BLOCK, 2**n)
        values[start:end] = evaluate(game, _numbered(n, start, end))
    return values


def _tabulable(n: int, needed: float) -> None:
    """Refuse more elements than can be tabulated, or than there is memory for, before anything is evaluated."""
    import psutil  # noqa: PLC0415 - only here

    if not 1 <= n <= TABLE_LIMIT:
        raise ValueError(f"all masks are evaluated for 1 to {TABLE_LIMIT} elements; got {n}: take a sample")
    free = float(psutil.virtual_memory().available)
    if needed > free:
        raise ValueError(
            f"all 2**{n} masks need {needed / 1e9:.2f} GB of memory and {free / 1e9:.2f} GB are free: take a sample"
        )


def _numbered(n: int, start: int, end: int) -> Bools:
    """Masks (end - start, n) by their numbers, whose bit i stands for element i."""
    number = np.arange(start, end, dtype=np.uint32)
    masks = np.empty((end - start, n), dtype=np.bool_)
    for element in range(n):
        masks[:, element] = (number >> np.uint32(element)) & np.uint32(1)
    return masks


def sample(n: int, samples: int, rng: np.random.Generator, keep_prob: float = 0.5) -> MaskDesign:
    """``samples`` random masks; at keep probability 1/2 in antithetic pairs, so an odd number is rounded up.

    Raises ValueError for fewer than 64 samples, with which no interval could be given.
    """
    if samples < 64:
        raise ValueError(f"a sample needs at least 64 masks; got {samples}")
    if keep_prob == 0.5:
        half = rng.integers(0, 2, size=(-(-samples // 2), n), dtype=np.uint8).astype(np.bool_)
        return MaskDesign(masks=np.concatenate([half, ~half]), kind="antithetic", keep_prob=keep_prob)
    masks = rng.random((samples, n)) < probability(keep_prob)
    return MaskDesign(masks=masks, kind="independent", keep_prob=keep_prob)


def choose(n: int, samples: int | None, rng: np.random.Generator, keep_prob: float = 0.5) -> MaskDesign:
    """All masks where that is affordable, otherwise a sample.

    With ``samples=None``, all masks up to 20 elements and 8,192 beyond; otherwise all where ``2**n <= samples``.
    """
    if affordable(n, samples):
        return complete(n, keep_prob)
    return sample(n, DEFAULT_SAMPLES if samples is None else samples, rng, keep_prob)


def affordable(n: int, samples: int | None) -> bool:
    """Whether `choose` takes all masks. Raises ValueError for a game without elements."""
    if n < 1:
        raise ValueError(f"a game needs at least one element; got n = {n}")
    return n <= EXACT_LIMIT if samples is None else n <= TABLE_LIMIT and 2**n <= samples


def probability(keep_prob: float) -> float:
    """A keep probability at which masks differ. Raises ValueError where it is not strictly between 0 and 1."""
    if not 0.0 < keep_prob < 1.0:
        raise ValueError(f"keep_prob must lie strictly between 0 and 1; got {keep_prob}")
    return keep_prob
