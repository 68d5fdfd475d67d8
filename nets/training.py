"""Train independent networks side by side, each on random streams of its own."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from nets import draws
from nets.arrays import Bools, Floats, Indices
from nets.checkpoint import Checkpoint
from nets.data import Dataset, Split
from nets.ensemble import Ensemble
from nets.layers import Pass
from nets.looks import LOOKS, Look, look
from nets.recipe import Recipe
from nets.threads import single_thread

_ORDER, _MASKS = 0, 1
"""Streams of a network's training seed."""
_WORSE = 1.001
"""Loss on the training examples, as a share of that at the start, beyond which a network has diverged."""


@dataclass(frozen=True, kw_only=True)
class Seeds:
    """The two sources of randomness of one network: siblings share ``initial`` and differ in ``training``."""

    initial: int
    """Initial weights."""
    training: int
    """Order of the examples and dropout masks."""


@dataclass(frozen=True, kw_only=True)
class Trained:
    """Trained networks and the way they came.

    Histories are (networks, times). Losses are mean cross-entropies, or squared errors, of the deployed network, and
    accuracies shares in [0, 1], NaN where there are no classes. Validation's are empty, (networks, 0), without one.
    The last time is that of the networks as they are: one that was stopped early stays at what it went back to.
    """

    networks: Ensemble
    epochs: Floats
    """Epochs at which networks were looked at, (times,); 0 is before training."""
    train_accuracy: Floats
    test_accuracy: Floats
    validation_accuracy: Floats
    train_loss: Floats
    test_loss: Floats
    validation_loss: Floats
    diverged: Bools
    """(networks,), True where a network ended worse on its training examples than it began, or not finite at all."""
    best: Indices
    """(networks,): the time whose weights a network has, the last one unless it was stopped early."""

    def failures(self, seeds: Sequence[Seeds]) -> list[str]:
        """A sentence for each network that diverged, with when and what to try."""
        found = []
        for which in np.flatnonzero(self.diverged).tolist():
            bad = np.flatnonzero(~np.isfinite(self.train_loss[which]))
            when = f"in epoch {self.epochs[bad[0]]:g} at the latest" if len(bad) else "and ended worse than it began"
            found.append(
                f"network {which} (initial {seeds[which].initial}, training {seeds[which].training}) diverged {when}; "
                "lower learning_rate, or set max_norm"
            )
        return found


def train(
    recipe: Recipe,
    data: Split | Sequence[Split],
    seeds: Sequence[Seeds],
    *,
    on_epoch: Callable[[int], None] | None = None,
    device: torch.device | str = "cpu",
    checkpoint: Path | None = None,
    every: float = 30.0,
) -> Trained:
    """Train one network for each of ``seeds``, all on one split of the data, or each on its own.

    A network's weights are the same to the bit whether it is trained alone or beside others on the same device. The
    data and all networks stay on ``device``. ``on_epoch`` is told each epoch as it is done. A network that diverges is
    marked and does not disturb the others.

    ``checkpoint``: a file to which everything is written each ``every`` seconds, at the end of an epoch; where it is
    there already, training goes on from it, to the same bits. It is left when training is done, so that the same call
    gives the same result at once.

    Raises ValueError for a recipe with patience where there are no validation examples, for a cnn without images, for
    splits that are not one for each network or of different sizes, and for a checkpoint of other networks.
    """
    with single_thread():
        splits = [data] if isinstance(data, Split | Dataset) else data
        training = _Training(recipe, splits, seeds, torch.device(device))
        file = Checkpoint(checkpoint, training.identity(), every) if checkpoint else None
        if file and (saved := file.load()):
            training.restore(saved)
        while not training.done:
            training.epoch()
            if on_epoch is not None:
                on_epoch(training.epochs_done)
            if file and (file.due() or training.done):
                file.save(training.snapshot())
        return training.result()


class _Training:
    """All that changes from one epoch to the next."""

    def __init__(self, recipe: Recipe, splits: Sequence[Any], seeds: Sequence[Seeds], device: torch.device) -> None:
        self._recipe, self._seeds, self._device = recipe, seeds, device
        if not all(isinstance(split, Split) for split in splits):
            raise TypeError(
                "data must be a Split, or one for each network: make it with nets.split(data, train_size, seed)"
            )
        if isinstance(seeds, Seeds) or not all(isinstance(one, Seeds) for one in seeds):
            raise TypeError("seeds must be a list with Seeds(initial=.., training=..) for each network")
        if not seeds:
            raise ValueError("there is nothing to train: give the seeds of at least one network")
        if len(splits) not in (1, len(seeds)):
            raise ValueError(f"one split for all networks or one for each; got {len(splits)} for {len(seeds)}")
        first = splits[0].train
        self._networks = Ensemble.initial(
            recipe,
            first.inputs.shape[1],
            _outputs(recipe, first),
            [s.initial for s in seeds],
            image=first.image,
            device=device,
        )
        self._parts = {
            name: _tensors(recipe, [getattr(split, name) for split in splits], device)
            for name in ("train", "test", "validation")
            if getattr(splits[0], name) is not None
        }
        if recipe.patience is not None and "validation" not in self._parts:
            raise ValueError("stopping early needs validation examples; split(..., validation=..) sets some aside")
        self._inputs, self._targets = self._parts["train"]
        self._own = torch.arange(len(seeds), device=device)[:, None] if len(splits) > 1 else 0
        self._examples = int(self._inputs.shape[1])
        self._batch = min(recipe.batch_size, self._examples)
        per_epoch = self._examples // self._batch
        self._steps = recipe.steps or recipe.epochs * per_epoch
        self._per_epoch = min(per_epoch, self._steps)
        self._parameters = [p.requires_grad_() for p in self._networks.parameters()]
        self._optimiser = _optimiser(recipe, self._parameters)
        self._orders = draws.keys_of([s.training for s in seeds], _ORDER, device)
        noises = range(len(self._networks.layers))
        keys = [draws.keys_of([s.training for s in seeds], _MASKS + layer, device) for layer in noises]
        self._keys = torch.stack(keys, dim=1)
        self.epochs_done = 0
        last = -(-self._steps // self._per_epoch)
        self._times = np.unique(np.linspace(0, last, LOOKS).round().astype(np.int64))
        self._looks: list[dict[str, Look]] = []
        self._best = [p.detach().clone() for p in self._networks.tensors()] if recipe.patience else []
        self._look()

    @property
    def done(self) -> bool:
        return self.epochs_done * self._per_epoch >= self._steps or self._stopped()

    def epoch(self) -> None:
        """One pass over the training examples, or what is left of the steps."""
        order = draws.order(self._orders, self.epochs_done, self._examples)
        first = self.epochs_done * self._per_epoch
        for step in range(first, min(first + self._per_epoch, self._steps)):
            start = (step - first) * self._batch
            self._step(step, order[:, start : start + self._batch])
        self.epochs_done += 1
        if self.epochs_done in self._times:
            self._look()

    def _step(self, step: int, which: Tensor) -> None:
        self._set_rates(step)
        scores = self._networks.scores(self._inputs[self._own, which], Pass(keys=self._keys, step=step))
        targets = self._targets[self._own, which]
        if self._targets.dtype == torch.int64:
            loss = torch.nn.functional.cross_entropy(scores.flatten(0, 1), targets.flatten(), reduction="sum")
        else:
            loss = (scores - targets).square().sum() / targets.shape[2]
        self._optimiser.zero_grad()
        torch.autograd.backward(loss / which.shape[1])
        self._optimiser.step()
        if self._recipe.max_norm is not None:
            self._shorten(self._recipe.max_norm)

    def _set_rates(self, step: int) -> None:
        recipe = self._recipe
        rate = recipe.learning_rate
        if recipe.schedule == "linear":
            rate *= 1.0 - step / self._steps
        elif recipe.schedule == "inverse":
            rate /= 1.0 + step / recipe.half_life
        momentum = recipe.momentum
        if recipe.final_momentum is not None:
            momentum += (recipe.final_momentum - momentum) * min(1.0, step / recipe.momentum_steps)
        for group in self._optimiser.param_groups:
            group["lr"] = rate
            if "momentum" in group:
                group["momentum"] = momentum

    def _shorten(self, longest: float) -> None:
        """Scale the weights into a unit whose norm is above ``longest`` (Srebro & Shraibman 2005)."""
        with torch.no_grad():
            for layer, state in zip(self._networks.layers, self._networks.state, strict=True):
                if layer.inputs_axis is not None:
                    norms = state[0].square().sum(layer.inputs_axis, keepdim=True).sqrt()
                    state[0].mul_((longest / norms.clamp_min(1e-12)).clamp_max(1.0))

    def _look(self) -> None:
        """Every network on all examples, as deployed."""
        found = {name: look(self._networks, *part) for name, part in self._parts.items()}
        self._looks.append(found)
        if self._recipe.patience:
            better = torch.from_numpy(self._best_times() == len(self._looks) - 1).to(self._device)
            with torch.no_grad():
                for best, now in zip(self._best, self._networks.tensors(), strict=True):
                    best.copy_(torch.where(better.view(-1, *[1] * (now.ndim - 1)), now, best))

    def _best_times(self) -> Indices:
        """The look at which each network's validation loss was smallest before it was stopped, (networks,)."""
        losses = np.array([found["validation"].loss for found in self._looks])
        best, least = np.zeros(losses.shape[1], dtype=np.int64), losses[0]
        for time in range(1, len(losses)):
            better = (losses[time] < least) & (time - best <= (self._recipe.patience or time))
            best, least = np.where(better, time, best), np.where(better, losses[time], least)
        return best

    def _stopped(self) -> bool:
        return self._recipe.patience is not None and bool(
            np.all(len(self._looks) - 1 - self._best_times() >= self._recipe.patience)
        )

    def identity(self) -> dict[str, str | int]:
        """What a checkpoint must be of."""
        return {
            "recipe": self._recipe.model_dump_json(),
            "seeds": repr([(s.initial, s.training) for s in self._seeds]),
            "data": _digest(tensor for part in self._parts.values() for tensor in part),
            "device": self._device.type,
        }

    def snapshot(self) -> dict[str, Any]:
        """Everything that is needed to go on."""
        return {
            "epochs": self.epochs_done,
            "tensors": [tensor.detach().cpu() for tensor in self._networks.tensors()],
            "best": [tensor.cpu() for tensor in self._best],
            "optimiser": self._optimiser.state_dict(),
            "looks": [{name: (v.loss.tolist(), v.accuracy.tolist()) for name, v in f.items()} for f in self._looks],
        }

    def restore(self, saved: dict[str, Any]) -> None:
        """Go back to a snapshot."""
        with torch.no_grad():
            pairs = [*zip(self._networks.tensors(), saved["tensors"], strict=True)]
            pairs += [*zip(self._best, saved["best"], strict=True)]
            for tensor, before in pairs:
                tensor.copy_(before)
        self._optimiser.load_state_dict(saved["optimiser"])
        self.epochs_done = saved["epochs"]
        self._looks = [
            {name: Look(loss=np.array(loss), accuracy=np.array(accuracy)) for name, (loss, accuracy) in f.items()}
            for f in saved["looks"]
        ]

    def result(self) -> Trained:
        """What has come of it."""
        for parameter in self._parameters:
            parameter.requires_grad = False
        best = np.full(len(self._seeds), len(self._looks) - 1)
        if self._recipe.patience:
            best = self._best_times()
            for tensor, chosen in zip(self._networks.tensors(), self._best, strict=True):
                tensor.copy_(chosen)
        history = {
            f"{name}_{what}": np.array([getattr(found[name], what) for found in self._looks]).T
            if name in self._parts
            else np.empty((len(self._seeds), 0))
            for name in ("train", "test", "validation")
            for what in ("loss", "accuracy")
        }
        losses = history["train_loss"]
        # With patience a network that only got worse has its initial weights again.
        lost = np.all(~(losses[:, 1:] <= _WORSE * losses[:, :1]), axis=1) if losses.shape[1] > 1 else False
        diverged = ~(losses[np.arange(len(best)), best] <= _WORSE * losses[:, 0]) | lost
        if self._recipe.patience:
            history = {name: _held(curves, best, self._recipe.patience) for name, curves in history.items()}
        return Trained(
            networks=self._networks,
            epochs=self._times[: len(self._looks)].astype(np.float64),
            diverged=diverged,
            best=best,
            **history,
        )


def _held(curves: Floats, best: Indices, patience: int) -> Floats:
    """Curves (networks, times) that stay, from where a network was stopped, at the value of what it went back to.

    So the last value is that of the network as it is returned, and does not depend on how long others went on.
    """
    if curves.shape[1] == 0:
        return curves
    stopped = np.minimum(best + patience, curves.shape[1] - 1)
    over = np.arange(curves.shape[1]) >= stopped[:, None]
    return np.where(over, np.take_along_axis(curves, best[:, None], axis=1), curves)


def _digest(tensors: Iterable[Tensor]) -> str:
    digest = blake2b(digest_size=16)
    for tensor in tensors:
        digest.update(tensor.cpu().numpy().tobytes())
    return digest.hexdigest()


def _outputs(recipe: Recipe, data: Dataset) -> int:
    if recipe.architecture == "autoencoder":
        return int(data.inputs.shape[1])
    return data.classes or int(data.labels.shape[1])


def _tensors(recipe: Recipe, parts: Sequence[Dataset], device: torch.device) -> tuple[Tensor, Tensor]:
    """Inputs (splits, examples, features), and classes (splits, examples) or targets (splits, examples, outputs)."""
    if len({len(part) for part in parts}) > 1:
        raise ValueError(f"splits must be of one size; got {sorted({len(part) for part in parts})} examples")
    inputs = torch.from_numpy(np.stack([part.inputs for part in parts])).to(device)
    if recipe.architecture == "autoencoder":
        return inputs, inputs
    return inputs, torch.from_numpy(np.stack([part.labels for part in parts])).to(device)


def _optimiser(recipe: Recipe, parameters: list[Tensor]) -> torch.optim.Optimizer:
    if recipe.optimiser == "sgd":
        return torch.optim.SGD(
            parameters, lr=recipe.learning_rate, momentum=recipe.momentum, weight_decay=recipe.weight_decay
        )
    betas = (recipe.momentum, 0.999)
    return torch.optim.Adam(parameters, lr=recipe.learning_rate, betas=betas, weight_decay=recipe.weight_decay)
