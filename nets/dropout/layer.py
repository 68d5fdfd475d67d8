"""What all dropout layers share: a stream of masks with a name, its record, and its replay."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from nets import draws
from nets.dropout.noise import Per, keep_prob


class DropoutLayer(nn.Module, ABC):
    """A layer that multiplies by random factors in training, and by what is expected of them in evaluation.

    The factors depend on ``seed`` and on the number of training passes before this one, and on nothing else: not on
    torch's generators, the device, or, with ``per="sample"``, the other examples of the batch. Give every layer of a
    network a seed of its own; layers of one seed drop at the same places. A saved layer goes on where it was.

    ``drop_prob``: probability in [0, 1) that something is dropped. ``per``: "sample" for factors of each example's
    own, "batch" for one set that all share. Inputs may be of any floating dtype, and outputs are of the same; factors
    are float64 for float64 inputs, else float32. Where a forward pass is repeated to save memory, as activation
    checkpointing does, `replay` must give the repetition its mask.

    Raises ValueError for settings out of range and for inputs that the layer is not made for.
    """

    last_mask: Tensor | None
    """The factors of the last pass that had any; they broadcast to what they were applied to."""
    calls: int
    """Training passes so far."""

    def __init__(self, drop_prob: float = 0.5, *, seed: int, per: Per = "sample") -> None:
        super().__init__()
        keep_prob(drop_prob)
        if per not in {"sample", "batch"}:
            raise ValueError(f"per must be sample or batch; got {per!r}")
        self.drop_prob = drop_prob
        self.per: Per = per
        self._name(seed)
        self._replayed: Tensor | None = None
        self.reset()

    def reset(self) -> None:
        """Forget all passes: the next mask is the first again."""
        self.calls = 0
        self.last_mask = None

    @contextmanager
    def replay(self, mask: Tensor) -> Iterator[None]:
        """Use ``mask``, a former `last_mask`, in all passes inside the block, in training and in evaluation alike."""
        before, self._replayed = self._replayed, mask
        try:
            yield
        finally:
            self._replayed = before

    def forward(self, inputs: Tensor) -> Tensor:
        """Drop from ``inputs``, (examples, ...); dtype and device stay."""
        if not inputs.is_floating_point():
            raise ValueError(f"inputs must be floating-point numbers; got {inputs.dtype}; convert them with .float()")
        self._check(inputs)
        if self._replayed is not None:
            self.last_mask = self._replayed
        elif self.training:
            key = torch.full((1,), self._key, dtype=torch.int64, device=inputs.device)
            precision = torch.promote_types(inputs.dtype, torch.float32)
            self.last_mask = self._factors(key, self._shape(inputs), precision)[0]
            self.calls += 1
        else:
            return self._expected(inputs)
        return self._applied(inputs, self.last_mask)

    def get_extra_state(self) -> dict[str, int]:
        """What `state_dict` keeps of the stream."""
        return {"seed": self.seed, "calls": self.calls}

    def set_extra_state(self, state: dict[str, int]) -> None:
        """Go on with the stream of a saved layer."""
        self.reset()
        self._name(state["seed"])
        self.calls = state["calls"]

    def extra_repr(self) -> str:
        """What `print(module)` shows."""
        return f"drop_prob={self.drop_prob}, seed={self.seed}, per={self.per!r}"

    @abstractmethod
    def _factors(self, key: Tensor, shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
        """Factors of pass number ``calls``, that broadcast to (1, ``*shape``), drawn with ``key``, (1,)."""

    def _shape(self, inputs: Tensor) -> tuple[int, ...]:
        """Of what is dropped from."""
        return tuple(inputs.shape)

    def _check(self, inputs: Tensor) -> None:
        """Refuse inputs of a shape that the layer does not mean."""
        if self.per == "batch" and inputs.ndim < 2:
            raise ValueError(f"per='batch' needs inputs (examples, units, ...); got {tuple(inputs.shape)}")

    def _applied(self, inputs: Tensor, mask: Tensor) -> Tensor:
        """What a pass with ``mask`` gives."""
        return (inputs * fitting(mask, tuple(inputs.shape))).to(inputs.dtype)

    def _expected(self, inputs: Tensor) -> Tensor:
        """What evaluation gives."""
        return inputs

    def _name(self, seed: int) -> None:
        self.seed, self._key = seed, draws.key_of(seed)


def fitting(mask: Tensor, shape: tuple[int, ...]) -> Tensor:
    """``mask``, if it broadcasts to ``shape`` without enlarging it; raises ValueError otherwise."""
    if mask.ndim != len(shape) or any(ours not in (1, size) for ours, size in zip(mask.shape, shape, strict=True)):
        raise ValueError(
            f"a replayed mask must broadcast to {shape}; got {tuple(mask.shape)}; "
            "replay the last_mask of a pass with inputs of the same shape"
        )
    return mask
