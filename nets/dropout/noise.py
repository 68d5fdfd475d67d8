"""Multiplicative noise of mean 1 for the activations of many networks at once.

Every noise takes ``keys`` (networks,), a ``counter`` that says which step it is for, the ``shape`` of one network's
activations, (examples, units) and perhaps spatial dimensions, and ``drop_prob`` in [0, 1). It gives factors of
expectation 1 that broadcast to (networks, ``*shape``), of ``dtype`` float32 or float64, on the device of ``keys``. The
probability is rounded to a multiple of 1/65536 (`nets.draws.rounded`), and the factors are for the rounded one. With
``per="batch"`` all examples of a network share their factors, (networks, 1, ...).

What is drawn for one network and one example depends on neither how many others there are. All raise ValueError for a
probability that is none, drops everything, or does not suit the shape.
"""

from typing import Literal, Protocol, get_args

import torch
from torch import Tensor

from nets import draws

Per = Literal["sample", "batch"]
"""What has factors of its own: every example, or the batch as a whole."""


class Noise(Protocol):
    """A function that draws factors of mean 1."""

    def __call__(
        self,
        keys: Tensor,
        counter: int,
        shape: tuple[int, ...],
        drop_prob: float,
        *,
        per: Per = "sample",
        dtype: torch.dtype = torch.float32,
    ) -> Tensor: ...


def keep_prob(drop_prob: float) -> float:
    """The probability, in (0, 1], with which an element is kept: 1 less ``drop_prob`` as it is rounded.

    Raises ValueError for a ``drop_prob`` outside [0, 1), or so near to 1 that it is rounded to it.
    """
    if not 0.0 <= drop_prob < 1.0:
        raise ValueError(f"drop_prob must lie in [0, 1); got {drop_prob}")
    keep = 1.0 - draws.rounded(drop_prob)
    if keep == 0.0:
        raise ValueError(f"drop_prob must keep at least one in {draws.LANES}; got {drop_prob}, which keeps nothing")
    return keep


def bernoulli(
    keys: Tensor,
    counter: int,
    shape: tuple[int, ...],
    drop_prob: float,
    *,
    per: Per = "sample",
    dtype: torch.dtype = torch.float32,
) -> Tensor:
    """Each element is 0 with ``drop_prob``, else 1 / keep: inverted dropout (Srivastava et al. 2014)."""
    return draws.scaled_keep(keys, counter, _drawn(shape, per), drop_prob, 1.0 / keep_prob(drop_prob), dtype)


def gaussian(
    keys: Tensor,
    counter: int,
    shape: tuple[int, ...],
    drop_prob: float,
    *,
    per: Per = "sample",
    dtype: torch.dtype = torch.float32,
) -> Tensor:
    """Each element is normal, with the variance that Bernoulli noise has: drop / keep (Srivastava et al. 2014, s. 10).

    Nothing is dropped; a factor may be negative.
    """
    keep = keep_prob(drop_prob)
    deviation: float = ((1.0 - keep) / keep) ** 0.5
    return draws.normal(keys, counter, _drawn(shape, per)).to(dtype).mul_(deviation).add_(1.0)


def fixed_count(
    keys: Tensor,
    counter: int,
    shape: tuple[int, ...],
    drop_prob: float,
    *,
    per: Per = "sample",
    dtype: torch.dtype = torch.float32,
) -> Tensor:
    """Exactly k = round(keep * units) units of each example are units / k, the others 0; all choices equally likely.

    A half is rounded to the even number. With spatial dimensions a unit is a whole channel.
    """
    units = _units(shape, "fixed-count")
    count = round(keep_prob(drop_prob) * units)
    if count == 0:
        raise ValueError(f"drop_prob {drop_prob} keeps none of {units} units; lower it below {1.0 - 0.5 / units:g}")
    kept = draws.choose(keys, counter, _drawn(shape[:2], per), count)
    return _over_space(kept.to(dtype).mul_(units / count), shape)


def channel(
    keys: Tensor,
    counter: int,
    shape: tuple[int, ...],
    drop_prob: float,
    *,
    per: Per = "sample",
    dtype: torch.dtype = torch.float32,
) -> Tensor:
    """Whole channels are dropped: spatial dropout (Tompson et al. 2015). Without spatial dimensions, `bernoulli`."""
    _units(shape, "channel")
    return _over_space(bernoulli(keys, counter, shape[:2], drop_prob, per=per, dtype=dtype), shape)


def block(
    keys: Tensor,
    counter: int,
    shape: tuple[int, ...],
    drop_prob: float,
    *,
    per: Per = "sample",
    dtype: torch.dtype = torch.float32,
    block_size: int = 7,
) -> Tensor:
    """Squares of ``block_size`` to the side are dropped from each channel: DropBlock (Ghiasi, Lin & Le 2018).

    Blocks may overlap and reach over the edge, so that every position lies under as many possible blocks as any other.
    With ``gamma = 1 - keep ** (1 / block_size ** dimensions)`` the chance of each block, every position is dropped with
    exactly ``1 - (1 - gamma) ** (block_size ** dimensions)``: the paper's gamma neglects overlaps. The factor of what
    is kept follows from that chance, not from the share that happens to be dropped, which would tie examples together.
    ``gamma`` is rounded like every probability; the factors are for the rounded one.
    """
    if block_size < 1:
        raise ValueError(f"block_size must be at least 1; got {block_size}")
    _units(shape, "block")
    if len(shape) == 2:
        raise ValueError(f"block noise needs a shape (examples, channels, length, ...); got {shape}")
    covering = block_size ** (len(shape) - 2)
    gamma = draws.rounded(1.0 - keep_prob(drop_prob) ** (1.0 / covering))
    starts = (*shape[:2], *(size + block_size - 1 for size in shape[2:]))
    kept = draws.keep(keys, counter, _drawn(starts, per), gamma)
    return _all_within(kept, block_size, shape[2:]).to(dtype).mul_((1.0 - gamma) ** -covering)


NOISES: dict[str, Noise] = {
    "bernoulli": bernoulli,
    "gaussian": gaussian,
    "fixed-count": fixed_count,
    "channel": channel,
    "block": block,
}
"""Every noise by its name."""


def _drawn(shape: tuple[int, ...], per: Per) -> tuple[int, ...]:
    """The shape for which factors are drawn."""
    if per not in get_args(Per):
        raise ValueError(f"per must be sample or batch; got {per!r}")
    return shape if per == "sample" else (1, *shape[1:])


def _units(shape: tuple[int, ...], kind: str) -> int:
    if len(shape) < 2:
        raise ValueError(f"{kind} noise needs a shape (examples, units, ...); got {shape}")
    return shape[1]


def _all_within(kept: Tensor, window: int, spatial: tuple[int, ...]) -> Tensor:
    """Whether ``kept`` (networks, examples, channels, ...) is True all over the window at each place of ``spatial``.

    Windows grow by doubling. All maps are shifted as one row of numbers, which mixes neighbours only where a window
    would leave its map: there is no result there.
    """
    row = kept.flatten()
    for axis in range(3, kept.ndim):
        width = 1
        while width < window:
            grown = min(width, window - width)
            shift = grown * kept.stride(axis)
            row = row[:-shift] & row[shift:]
            width += grown
    return row.as_strided((*kept.shape[:3], *spatial), kept.stride())


def _over_space(factors: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Factors (networks, examples, units) with a dimension of 1 for each spatial one of ``shape``."""
    return factors.view(*factors.shape, *[1] * (len(shape) - 2))
