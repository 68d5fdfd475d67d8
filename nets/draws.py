"""Counter-based random numbers on any device: every draw is a function of where it is used.

A draw is addressed by (key, counter, index). The key names a network or a layer, the counter a step; so what is drawn
for one network does not depend on how many others are drawn for beside it, nor on the device. The hash is the
finaliser of SplitMix64 (Steele, Lea & Flood 2014), in int64 arithmetic that wraps around; processors take the same
bits from `nets.compiled`. Bits, masks and uniform numbers are equal on all devices, normal numbers up to rounding.
"""

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nets.compiled import fill_kept, fill_least, fill_words

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
    """64 random bits, int64 (keys, count), for each of ``keys``, (keys,), at step ``counter``.

    The words of one key and step all differ, for SplitMix64 is a bijection.
    """
    if keys.is_cpu:
        out = torch.empty(len(keys), count, dtype=torch.int64)
        fill_words(_unsigned(keys), _step(counter), _unsigned(out))
        return out
    return _words_anywhere(keys, counter, count)


def keep(keys: Tensor, counter: int, shape: tuple[int, ...], drop_prob: float) -> Tensor:
    """Boolean masks (keys, ``*shape``), True where an element is kept: each on its own, dropped with ``drop_prob``.

    ``drop_prob`` is rounded to a multiple of 1 / `LANES`, see `rounded`.
    """
    if keys.is_cpu:
        return scaled_keep(keys, counter, shape, drop_prob, dtype=torch.uint8).view(torch.bool)
    size = math.prod(shape)
    bits = _words_anywhere(keys, counter, -(-size // 4)).view(torch.int16)[:, :size]
    return (bits >= _threshold(drop_prob)).view(len(keys), *shape)


def scaled_keep(
    keys: Tensor,
    counter: int,
    shape: tuple[int, ...],
    drop_prob: float,
    scale: float = 1.0,
    dtype: torch.dtype = torch.float32,
) -> Tensor:
    """The masks of `keep` as numbers (keys, ``*shape``): ``scale`` where an element is kept, 0 where it is dropped."""
    if not keys.is_cpu:
        return keep(keys, counter, shape, drop_prob).to(dtype).mul_(scale)
    out = torch.empty(len(keys), *shape, dtype=dtype)
    array = out.numpy().reshape(len(keys), math.prod(shape))
    fill_kept(_unsigned(keys), _step(counter), _threshold(drop_prob), array.dtype.type(scale), array)
    return out


def rounded(drop_prob: float) -> float:
    """The multiple of 1 / `LANES` that `keep` drops with instead of ``drop_prob``."""
    return round(drop_prob * LANES) / LANES


def choose(keys: Tensor, counter: int, shape: tuple[int, ...], count: int) -> Tensor:
    """Boolean masks (keys, ``*shape``), True for ``count`` of each row of the last axis, all choices equally likely."""
    drawn = words(keys, counter, math.prod(shape)).reshape(-1, shape[-1])
    if count in {0, shape[-1]}:
        chosen = torch.full_like(drawn, count > 0, dtype=torch.bool)
    elif keys.is_cpu:
        chosen = torch.empty_like(drawn, dtype=torch.bool)
        fill_least(drawn.numpy(), count, chosen.numpy())
    else:
        chosen = drawn <= drawn.kthvalue(count, dim=1, keepdim=True).values
    return chosen.view(len(keys), *shape)


def uniform(keys: Tensor, counter: int, shape: tuple[int, ...]) -> Tensor:
    """Uniform numbers in [0, 1), float64 (keys, ``*shape``), multiples of 2**-53."""
    bits = words(keys, counter, math.prod(shape))
    return (_shifted(bits, 11).double() * 2.0**-53).view(len(keys), *shape)


def normal(keys: Tensor, counter: int, shape: tuple[int, ...]) -> Tensor:
    """Standard normal numbers, float32 (keys, ``*shape``), by Box & Muller (1958): two of each word, at most 6.7.

    The angle is the word's lower half; the radius comes from the size of its upper half, whose least values are as
    fine as its largest, so that the tail is not coarse.
    """
    size = math.prod(shape)
    pairs = -(-size // 2)
    halves = words(keys, counter, pairs).view(torch.int32).view(len(keys), pairs, 2)
    angle, radius = halves.permute(2, 0, 1).to(torch.float32, memory_format=torch.contiguous_format)
    angle *= math.pi * 2.0**-31
    radius = radius.abs_().add_(0.5).mul_(2.0**-31).log_().mul_(-2.0).sqrt_()
    drawn = torch.stack([radius * angle.cos(), radius * angle.sin()], dim=2)
    return drawn.view(len(keys), 2 * pairs)[:, :size].reshape(len(keys), *shape)


def order(keys: Tensor, counter: int, count: int) -> Tensor:
    """A random order of ``count`` things for each key, int64 (keys, count)."""
    return words(keys, counter, count).argsort(dim=1, stable=True)


def _words_anywhere(keys: Tensor, counter: int, count: int) -> Tensor:
    """What `words` gives, on whatever device ``keys`` are."""
    stream = _mixed_(keys + int(_step(counter).astype(np.int64)))
    index = torch.arange(1, count + 1, dtype=torch.int64, device=keys.device)
    return _mixed_(stream[:, None] + index * _GOLDEN)


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


def _threshold(drop_prob: float) -> int:
    """The least 16 bits, signed, of an element that is kept."""
    return round(drop_prob * LANES) - LANES // 2


def _step(counter: int) -> np.uint64:
    return np.uint64(_GOLDEN * (counter + 1) % 2**64)


def _unsigned(words: Tensor) -> NDArray[np.uint64]:
    array: NDArray[np.uint64] = words.contiguous().numpy().view(np.uint64)
    return array
