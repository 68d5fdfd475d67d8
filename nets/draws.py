"""Counter-based random numbers on any device: every draw is a function of where it is used.

A draw is addressed by (key, counter, index). The key names a network or a layer, the counter a step; so what is drawn
for one network does not depend on how many others are drawn for beside it, nor on the device. The hash is the
finaliser of SplitMix64 (Steele, Lea & Flood 2014), in int64 arithmetic that wraps around.
"""

import math

import numpy as np
import torch
from torch import Tensor

LANES = 65536
"""States of the 16 bits that decide whether one element is kept."""
_GOLDEN, _MULTIPLY_1, _MULTIPLY_2 = (
    int(np.uint64(constant).astype(np.int64))
    for constant in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
)


def key_of(*seeds: int) -> int:
    """A key, as int64, for integers that name a stream."""
    state = np.random.SeedSequence([seed % 2**64 for seed in seeds]).generate_state(1, np.uint64)
    return int(state.astype(np.int64)[0])


def keys_of(seeds: "list[int] | tuple[int, ...]", what: int, device: torch.device | None = None) -> Tensor:
    """A key for each of ``seeds``, (seeds,), int64: stream number ``what`` of each."""
    return torch.tensor([key_of(seed, what) for seed in seeds], dtype=torch.int64, device=device)


def words(keys: Tensor, counter: int, count: int) -> Tensor:
    """64 random bits, int64 (keys, count), for each of ``keys``, (keys,), at step ``counter``."""
    stream = _mixed(keys + _wrapped(_GOLDEN * (counter + 1)))
    index = torch.arange(1, count + 1, dtype=torch.int64, device=keys.device)
    return _mixed_(stream[:, None] + index * _GOLDEN)


def keep(keys: Tensor, counter: int, shape: tuple[int, ...], drop_prob: float) -> Tensor:
    """Boolean masks (keys, ``*shape``), True where an element is kept: each on its own, dropped with ``drop_prob``.

    ``drop_prob`` is rounded to a multiple of 1 / `LANES`, see `rounded`.
    """
    size = math.prod(shape)
    bits = words(keys, counter, -(-size // 4)).view(torch.int16)[:, :size]
    return (bits >= round(drop_prob * LANES) - LANES // 2).view(-1, *shape)


def rounded(drop_prob: float) -> float:
    """The multiple of 1 / `LANES` that `keep` drops with instead of ``drop_prob``."""
    return round(drop_prob * LANES) / LANES


def uniform(keys: Tensor, counter: int, shape: tuple[int, ...]) -> Tensor:
    """Uniform numbers in [0, 1), float64 (keys, ``*shape``), multiples of 2**-53."""
    bits = words(keys, counter, math.prod(shape))
    return (_shifted(bits, 11).double() * 2.0**-53).view(-1, *shape)


def normal(keys: Tensor, counter: int, shape: tuple[int, ...]) -> Tensor:
    """Standard normal numbers, float32 (keys, ``*shape``), by Box & Muller (1958)."""
    pairs = uniform(keys, counter, (2, math.prod(shape)))
    radius = (-2.0 * torch.log1p(-pairs[:, 0])).sqrt_()
    return (radius * torch.cos(2.0 * math.pi * pairs[:, 1])).float().view(-1, *shape)


def order(keys: Tensor, counter: int, count: int) -> Tensor:
    """A random order of ``count`` things for each key, int64 (keys, count)."""
    return words(keys, counter, count).argsort(dim=1, stable=True)


def _mixed(z: Tensor) -> Tensor:
    return _mixed_(z.clone())


def _mixed_(z: Tensor) -> Tensor:
    """SplitMix64's finaliser, in place."""
    z ^= _shifted(z, 30)
    z *= _MULTIPLY_1
    z ^= _shifted(z, 27)
    z *= _MULTIPLY_2
    z ^= _shifted(z, 31)
    return z


def _shifted(z: Tensor, bits: int) -> Tensor:
    """Shift right, filling with zeros: torch's own fills with the sign."""
    return (z >> bits).bitwise_and_((1 << (64 - bits)) - 1)


def _wrapped(number: int) -> int:
    """An integer modulo 2**64, as int64."""
    return (number + 2**63) % 2**64 - 2**63
