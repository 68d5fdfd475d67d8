"""A layer of any model as a game: which of its elements are there, and how well the model does."""

from contextlib import suppress
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import psutil
import torch
from torch import Tensor, nn

from nets.arrays import Bools, Floats, Indices
from nets.draws import keep, keys_of
from nets.games import Background
from nets.probing.checks import Culprit, examples, first_not_finite, run, scores_of, whole
from nets.probing.errors import ProbeError
from nets.probing.found import as_found
from nets.probing.kinds import Site
from nets.probing.layers import find
from nets.probing.passage import Axes, Pass, Passage, batch_axes, copied, mapped, refuse_unless_used_once, repeated
from nets.probing.tasks import Classes, Outputs, Targets, Task

MEMORY = 64 * 2**20
"""Bytes that the activations of masks evaluated together may take, about."""
FOLDS = 16
"""Parts that the examples are dealt into, so that errors over examples can be told."""
_TOGETHER = 32
_AGREE = 1e-4
_SAME = 1e-5
_WORKING = 3  # an input, an output and something between
_HALVES = 2
_STREAM_SILENT = 0x51
_STREAM_CHECK = 0x52


@dataclass(kw_only=True)
class _Block:
    """Examples that go through together."""

    start: int
    end: int
    inputs: Tensor
    found: Pass
    absent: Tensor | None = None
    """What stands in for absent elements, in the shape of the values; None for nothing."""
    repeated: Tensor | None = None
    """Inputs as often as masks go together, once they are needed."""


class ProbeGame:
    """The elements of one layer of a model; one that is absent gives its ``background``.

    ``layer``: a module, or its name as in ``model.named_modules()``; it must be used once when the model runs.
    ``kind``: a key of `KINDS`, or a `Site`; by default the first that fits. ``inputs`` (examples, ...), a tensor or
    array of whatever the model takes. ``labels`` (examples,): classes from 0 on, for scores (examples, classes); or
    ``targets`` in the shape of the outputs, for numbers.

    ``background``: ``zero``, nothing; ``mean``, the mean over ``inputs`` at each position; ``resample``, the value on
    another input, drawn once for all elements with ``seed``. ``outputs``: ``probabilities`` for a model that ends in a
    sigmoid or softmax.

    Called with masks (masks, n) it gives the performance (masks,) on `scale`; `performance` gives all `scales`.
    Elements whose silencing changes no score on any input, beside all others, beside none, and beside two random
    halves, are `silent`: they are always present and no elements of the game (unless ``keep_silent``).

    ``memory_bytes``: what the activations of one pass may take, about. ``masks_together``: masks in one pass, the
    examples repeated for each, as far as memory allows; by default 1 on a CPU and 32 elsewhere. Alone, a mask's value
    is the same to the bit whatever its companions; in company, single-precision rounding depends on its place.

    The model is evaluated, and left as it was found: modes, hooks, gradients, buffers, random state. What comes
    before the layer is computed once, also in models with a forward method of their own.

    Raises ProbeError with what is wrong and what to do.
    """

    def __init__(
        self,
        model: nn.Module,
        layer: str | nn.Module,
        inputs: Any,
        labels: Any = None,
        *,
        targets: Any = None,
        kind: str | Site | None = None,
        background: Background = "zero",
        outputs: Outputs = "scores",
        seed: int = 0,
        memory_bytes: int = MEMORY,
        masks_together: int | None = None,
        keep_silent: bool = False,
    ) -> None:
        if background not in {"zero", "mean", "resample"}:
            raise ProbeError(f"background must be zero, mean or resample; got {background!r}")
        if (labels is None) == (targets is None):
            raise ProbeError("give either labels, classes from 0 on, or targets, numbers")
        if memory_bytes < 1:
            raise ProbeError(f"memory_bytes must be at least 1; got {memory_bytes}")
        if masks_together is not None and masks_together < 1:
            raise ProbeError(f"masks_together must be at least 1; got {masks_together}")
        self._model = whole(model)
        self._inputs = examples(inputs)
        self.layer, module, self.kind, site = find(self._model, layer, kind, self._inputs[:3])
        self.background, self.seed = background, seed
        with as_found(self._model):
            self._learn(module, site)
            scores = self._tried()
            self._task: Task = Classes(labels, scores, outputs) if targets is None else Targets(targets, scores)
            alone = self._inputs.device.type == "cpu"
            self._record(site, float(memory_bytes), masks_together or (1 if alone else _TOGETHER))
            self.elements = self._site.count or 0
            self._substitute()
            self._agree(_AGREE * float(scores.abs().max()))
            silent = np.zeros(self.elements, dtype=np.bool_) if keep_silent else self._silent()
        self.live: Indices = np.flatnonzero(~silent)
        self.silent: Indices = np.flatnonzero(silent)
        if len(self.live) < 2:
            raise ProbeError(
                f"layer {self.layer!r} has {len(self.live)} live of {self.elements} {self.kind}: silencing any other "
                "changes no score on any input; interactions need two at least, so choose another layer or more inputs"
            )
        self.n = len(self.live)
        folds = np.random.default_rng(seed).permutation(len(self._inputs)) % min(FOLDS, len(self._inputs))
        self.fold_sizes: Indices = np.bincount(folds)
        self._folds = torch.nn.functional.one_hot(torch.from_numpy(folds)).double().to(scores.device)

    @property
    def scales(self) -> tuple[str, ...]:
        """``accuracy`` and ``log-probability``, or ``minus squared error``."""
        return self._task.scales

    @property
    def scale(self) -> str:
        """The scale of a plain call: the last of `scales`."""
        return self._task.scales[-1]

    @property
    def baseline(self) -> dict[str, float]:
        """Performance on each scale of knowing nothing but what is frequent among the examples."""
        return self._task.baseline()

    @property
    def examples(self) -> int:
        """Number of examples."""
        return len(self._inputs)

    @property
    def together(self) -> int:
        """Masks that go through the model in one pass."""
        return self._times

    @property
    def activations(self) -> Floats:
        """Values (examples, n) of the elements in the intact model, averaged over positions; of a head, their size."""
        found = []
        for block in self._blocks:
            values = block.found.values.double()
            axis = values.ndim + (self._site.axis or -1)
            values = values.movedim(axis, -1)
            values = values.reshape(*values.shape[:-1], self.elements, -1)
            values = values[..., 0] if values.shape[-1] == 1 else values.square().mean(-1).sqrt()
            batch = 0 if self._axis is None else self._axis - (self._axis > axis)
            values = values.movedim(batch, 0).reshape(block.end - block.start, -1, self.elements)
            found.append(values.mean(1).cpu())
        return torch.cat(found).numpy()[:, self.live]

    def __call__(self, masks: Bools) -> Floats:
        return self.performance(masks)[self.scale]

    def performance(self, masks: Bools) -> dict[str, Floats]:
        """Performance (masks,) on each scale for masks (masks, n); see ``masks_together`` for rounding.

        Raises ProbeError for masks of another shape, and where a mask gives a score that is not finite.
        """
        return {scale: sums.sum(1) / self.examples for scale, sums in self.by_fold(masks).items()}

    def by_fold(self, masks: Bools) -> dict[str, Floats]:
        """Sums (masks, folds) of performance over the examples of each fold; `fold_sizes` says how many these are."""
        masks = np.asarray(masks, dtype=np.bool_)
        if masks.ndim != 2 or masks.shape[1] != self.n:
            raise ProbeError(f"masks must have shape (masks, {self.n}), one column a live element; got {masks.shape}")
        every = np.ones((len(masks), self.elements), dtype=np.bool_)
        every[:, self.live] = masks
        present = torch.from_numpy(every).to(self._inputs.device)
        sums = torch.zeros(
            len(self.scales), len(masks), len(self.fold_sizes), dtype=torch.float64, device=self._folds.device
        )
        with as_found(self._model):
            for start in range(0, len(masks), self._times):
                chunk = present[start : start + self._times]
                for block in self._blocks:
                    found = self._task.of(self._scores(block, chunk), block.start, block.end).double()
                    sums[:, start : start + len(chunk)] += (found @ self._folds[block.start : block.end])[
                        :, : len(chunk)
                    ]
            result = sums.cpu().numpy()
            if not np.isfinite(result).all():
                self._explain(present[int(np.flatnonzero(~np.isfinite(result).all((0, 2)))[0])])
        return dict(zip(self.scales, result, strict=True))

    def _learn(self, module: nn.Module, site: Site) -> None:
        """See on a few examples where the batch axis is and what a pass takes."""
        self._passage = Passage(self._model, module, site)
        self._axes: Axes | None = None
        self._each = self._kept = 0.0
        cycle = torch.arange(3, device=self._inputs.device) % len(self._inputs)
        with suppress(Exception):  # a model may take no other number of examples than it was given
            two, three = (self._passage.record(self._inputs[cycle[:k]]) for k in (2, 3))
            axes = batch_axes(two, three) if two.calls == three.calls == 1 else None
            if axes and axes[0] is not None:
                self._axes = self._passage.drop_idle(three, self._inputs[cycle], axes)
                three = self._passage.record(self._inputs[cycle])
            self._each = _WORKING * three.largest / 3.0
            self._kept = sum(_bytes(t) for t in three.tensors()) / 3.0
        self._axis = self._axes[0] if self._axes else None
        within_memory((self._each + self._kept) * len(self._inputs), self._inputs.device)

    def _tried(self) -> Tensor:
        """Scores of the intact model, once it has shown that it gives them, finite, and twice the same."""
        count = len(self._inputs)
        scores = scores_of(run(self._model, self._inputs), count)
        if (example := first_not_finite(scores)) is not None:
            with Culprit(self._model) as culprit:
                self._model(self._inputs)
            raise ProbeError(
                f"the intact model's scores are not finite, first for example {example}; "
                f"{culprit.found or 'its modules are, so it is in its forward method'}: look at the weights there"
            )
        again = scores_of(self._model(self._inputs), count)
        apart = float((again - scores).abs().max())
        if apart > _SAME * float(scores.abs().max()):
            raise ProbeError(
                f"the model gives other scores on the same inputs a second time (by up to {apart:.2g}); switch off "
                "what is random or remembered in it, such as functional dropout without training=self.training"
            )
        return scores

    def _record(self, site: Site, memory: float, together: int) -> None:
        """Run up to the layer once; decide how many masks and examples go through together."""
        count = len(self._inputs)
        size, self._times = count, 1
        if self._axes is not None:
            each = max(self._each, 1.0)
            size = max(1, min(count, int(memory / each)))
            self._times = max(1, min(together, int(memory / (each * size))))
        self._blocks = []
        for start in range(0, count, size):
            part = self._inputs[start : start + size]
            found = self._passage.record(part)
            refuse_unless_used_once(found, self.layer)
            self._blocks.append(_Block(start=start, end=start + len(part), inputs=part, found=found))
        self._site = self._passage.site = site.settled(self._blocks[0].found.values)

    def _substitute(self) -> None:
        """Find what stands in for elements that are absent."""
        if self.background == "zero":
            return
        axis, count = self._axis or 0, len(self._inputs)
        values = torch.cat([block.found.values for block in self._blocks], dim=axis)
        if values.shape[axis] % count:
            raise ProbeError(
                f"background {self.background!r} needs to know which values belong to which example, and layer "
                f"{self.layer!r} gives {tuple(values.shape)} for {count}; use background zero"
            )
        by_example = torch.unflatten(values, axis, (count, -1))
        if self.background == "mean":
            other = by_example.mean(axis, keepdim=True).expand_as(by_example)
        else:
            order = np.random.default_rng(self.seed).permutation(count)
            other = by_example.index_select(axis, torch.from_numpy(order).to(values.device))
        parts = torch.split(other.flatten(axis, axis + 1), [b.found.values.shape[axis] for b in self._blocks], axis)
        for block, part in zip(self._blocks, parts, strict=True):
            block.absent = part.contiguous()

    def _agree(self, tolerance: float) -> None:
        """Go back to one mask at a time, then to whole passes, where short cuts give other scores."""
        key = keys_of([self.seed], _STREAM_CHECK, self._inputs.device)
        mask = keep(key, 0, (2, self.elements), 0.5)[0]
        self._plain = False
        block = self._blocks[0]

        def apart() -> float:
            try:
                short = self._scores(block, mask)
                long = torch.stack([self._whole(block, each) for each in mask[: len(short)]])
                return float((short[: len(long)] - long).abs().max())
            except (RuntimeError, IndexError, TypeError, KeyError):
                return float("inf")

        if apart() <= tolerance or len(self._blocks) > 1:
            return
        self._times, self._axes = 1, None
        self._plain = apart() > tolerance

    def _whole(self, block: _Block, mask: Tensor) -> Tensor:
        """Scores (examples, ...) of one mask, by running the whole model."""
        output = self._passage.plain(block.inputs, lambda values: self._masked(values, block.absent, mask[None], None))
        return scores_of(output, block.end - block.start)

    def _scores(self, block: _Block, masks: Tensor) -> Tensor:
        """Scores (together, examples, ...) of up to `together` masks (masks, elements), padded with the last."""
        if self._plain:
            return self._whole(block, masks[0])[None]
        if self._times == 1:
            values = self._masked(block.found.values, block.absent, masks[:1], None)
            return scores_of(self._passage.replay(block.found, block.inputs, values, copied), block.end - block.start)[
                None
            ]
        # always as many masks: rounding may depend on the shape of a product
        masks = torch.cat([masks, masks[-1:].expand(self._times - len(masks), -1)])[: self._times]
        values = self._masked(block.found.values, block.absent, masks, self._axis)
        assert self._axes is not None  # noqa: S101 - else one mask goes at a time
        axes = {id(t): a for t, a in zip(block.found.tensors(), self._axes, strict=True)}
        size = block.end - block.start

        def repeat(given: Any) -> Any:
            return mapped(
                given,
                lambda t: repeated(t, axes.get(id(t), 0 if t.ndim and t.shape[0] == size else None), self._times),
            )

        if block.repeated is None:
            block.repeated = repeated(block.inputs, 0, self._times)
        scores = self._passage.replay(block.found, block.repeated, values, repeat)
        return scores_of(scores, self._times * size).reshape(self._times, size, *scores.shape[1:])

    def _masked(self, values: Tensor, absent: Tensor | None, masks: Tensor, batch: int | None) -> Tensor:
        """Values with elements absent as masks (masks, elements) say, the masks one after another along ``batch``."""
        axis = values.ndim + (self._site.axis or -1)
        present = masks.repeat_interleave(values.shape[axis] // self.elements, dim=1)
        instead = torch.zeros((), dtype=values.dtype, device=values.device) if absent is None else absent
        if batch is None:
            shape = [1] * values.ndim
            shape[axis] = -1
            return torch.where(present.view(shape), values, instead)
        shape = [1] * (values.ndim + 1)
        place = axis + (axis >= batch)
        shape[batch], shape[place] = len(masks), present.shape[1]
        present = (present if place > batch else present.T).reshape(shape)
        instead = instead if absent is None else instead.unsqueeze(batch)
        return torch.where(present, values.unsqueeze(batch), instead).flatten(batch, batch + 1)

    def _silent(self) -> Bools:
        """Elements (elements,) whose silencing changes no score, to the bit, in four contexts."""
        device = self._inputs.device
        halves = keep(keys_of([self.seed], _STREAM_SILENT, device), 0, (_HALVES, self.elements), 0.5)[0]
        every = torch.ones(1, self.elements, dtype=torch.bool, device=device)
        candidates = torch.arange(self.elements, device=device)
        for context in torch.cat([every, halves, ~every]):
            if not len(candidates):
                break
            base = context.expand(self._times, -1)
            unmoved = [self._scores(block, base) for block in self._blocks]
            changed = []
            for some in torch.split(candidates, self._times):
                flipped = context.repeat(len(some), 1)
                flipped[torch.arange(len(some), device=device), some] ^= True
                moved = [
                    (self._scores(block, flipped) != before).flatten(1).any(1)[: len(some)]
                    for block, before in zip(self._blocks, unmoved, strict=True)
                ]
                changed.append(torch.stack(moved).any(0))
            candidates = candidates[~torch.cat(changed)]
        silent = np.zeros(self.elements, dtype=np.bool_)
        silent[candidates.cpu().numpy()] = True
        return silent

    def _explain(self, mask: Tensor) -> None:
        """Raise ProbeError for a mask whose scores are not finite."""
        with Culprit(self._model) as culprit:
            for block in self._blocks:
                self._whole(block, mask)
        raise ProbeError(
            f"with {int(mask.sum())} of {self.elements} {self.kind} of layer {self.layer!r} present the scores are not "
            f"finite; {culprit.found or 'they are so only there'}: a division by what is silenced is the usual cause, "
            "so try background mean"
        )


def within_memory(needed: float, device: torch.device) -> None:
    """Raises ProbeError where ``needed`` bytes are not free on a device."""
    if device.type == "cuda":
        free = float(torch.cuda.mem_get_info(device)[0])
    else:
        free = float(psutil.virtual_memory().available)
    if needed > free:
        raise ProbeError(
            f"this takes about {needed / 1e9:.1f} GB of memory and {free / 1e9:.1f} GB are free; give fewer inputs"
        )


def _bytes(tensor: Tensor) -> int:
    return prod(tensor.shape) * tensor.element_size()
