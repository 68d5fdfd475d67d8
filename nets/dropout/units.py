"""Dropout that knows units from positions: a fixed count, whole channels, blocks of a channel."""

import torch
from torch import Tensor

from nets.dropout.layer import DropoutLayer
from nets.dropout.noise import Per, block, channel, fixed_count

_SPATIAL = [(), ("length",), ("height", "width"), ("depth", "height", "width")]


class UnitsDropout(DropoutLayer):
    """A layer for inputs (examples, units, ...) of an exact number of spatial ``dimensions``.

    Inputs with any other number are refused: images without an examples' dimension would look like sequences.
    """

    _least = 0

    def __init__(self, drop_prob: float = 0.5, *, dimensions: int, seed: int, per: Per = "sample") -> None:
        super().__init__(drop_prob, seed=seed, per=per)
        if not self._least <= dimensions < len(_SPATIAL):
            raise ValueError(f"dimensions must lie in {self._least} .. {len(_SPATIAL) - 1}; got {dimensions}")
        self.dimensions = dimensions

    def extra_repr(self) -> str:
        """What `print(module)` shows."""
        return f"{super().extra_repr()}, dimensions={self.dimensions}"

    def _check(self, inputs: Tensor) -> None:
        if inputs.ndim != 2 + self.dimensions:
            names = ", ".join(["examples", "channels" if self.dimensions else "units", *_SPATIAL[self.dimensions]])
            raise ValueError(
                f"{type(self).__name__}(dimensions={self.dimensions}) takes inputs ({names}); got "
                f"{tuple(inputs.shape)}; set dimensions, or give a single example its dimension with inputs[None]"
            )


class FixedCountDropout(UnitsDropout):
    """Dropout that keeps exactly k = round(keep * units) units of every example and multiplies them by units / k.

    All choices of k units are equally likely, so that two units are rather kept in each other's stead than together.
    With spatial ``dimensions``, default 0, a unit is a whole channel. In evaluation the input passes unchanged.
    """

    def __init__(self, drop_prob: float = 0.5, *, dimensions: int = 0, seed: int, per: Per = "sample") -> None:
        super().__init__(drop_prob, dimensions=dimensions, seed=seed, per=per)

    def _factors(self, key: Tensor, shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
        return fixed_count(key, self.calls, shape, self.drop_prob, per=self.per, dtype=dtype)


class ChannelDropout(UnitsDropout):
    """Inverted dropout of whole channels (Tompson et al. 2015): positions of a channel are kept or dropped together.

    Neighbouring positions of an image say much the same, so that dropping single ones takes little away. With
    ``dimensions`` 0 it is `Dropout`. In evaluation the input passes unchanged.
    """

    def __init__(self, drop_prob: float = 0.5, *, dimensions: int = 2, seed: int, per: Per = "sample") -> None:
        super().__init__(drop_prob, dimensions=dimensions, seed=seed, per=per)

    def _factors(self, key: Tensor, shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
        return channel(key, self.calls, shape, self.drop_prob, per=self.per, dtype=dtype)


class BlockDropout(UnitsDropout):
    """Inverted dropout of squares of ``block_size`` to the side: DropBlock (Ghiasi, Lin & Le 2018).

    Each position is dropped with ``drop_prob``, near the edges too; see `nets.dropout.noise.block` for what differs
    from the paper. In evaluation the input passes unchanged.
    """

    _least = 1

    def __init__(
        self,
        drop_prob: float = 0.5,
        *,
        block_size: int = 7,
        dimensions: int = 2,
        seed: int,
        per: Per = "sample",
    ) -> None:
        super().__init__(drop_prob, dimensions=dimensions, seed=seed, per=per)
        if block_size < 1:
            raise ValueError(f"block_size must be at least 1; got {block_size}")
        self.block_size = block_size

    def extra_repr(self) -> str:
        """What `print(module)` shows."""
        return f"{super().extra_repr()}, block_size={self.block_size}"

    def _factors(self, key: Tensor, shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
        size = self.block_size
        return block(key, self.calls, shape, self.drop_prob, per=self.per, dtype=dtype, block_size=size)
