"""Networks trained without and with dropout, watched epoch by epoch."""

import time
from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches
from hashlib import blake2b
from typing import Any, Self, cast, get_args

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from threadpoolctl import threadpool_limits

from analysis.arrays import Floats, Matrix
from analysis.experiments.base import Desk, Experiment, Outcome
from analysis.experiments.cells import Cell, cells_of, packed
from analysis.numbers import counted
from analysis.runs.memory import within_memory
from analysis.runs.spec import SpecError
from analysis.runs.store import Arrays, Store
from analysis.sides.neurons import data_digest, dataset, from_anywhere, without_path
from analysis.streams import seed_for
from analysis.training.arms import HISTORIES, Arm, Training
from analysis.training.numbers import numbers
from nets.data import DataError, Dataset, Split, split
from nets.layers import Dense
from nets.recipe import Recipe
from nets.recipes import RECIPES, Scale
from nets.threads import single_thread
from nets.training import Seeds, Trained, train

ARMS = ("no dropout", "dropout")
_EXAMPLES = 1000
"""Test examples, at most, whose activations are kept."""

Progress = Callable[[str, int], None]
"""Told the arm and how many epochs of it are done."""


class TrainingSpec(BaseModel):
    """Which networks to train, on what, how often."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    data: str = Field(default="digits", description="a data set; nets data lists them")
    train_size: int = Field(default=600, ge=10, description="training examples; the rest are for testing")
    validation_size: int = Field(default=0, ge=0, description="examples set aside to stop early by")
    label_noise: float = Field(
        default=0.0, ge=0.0, lt=1.0, description="share of training labels that are replaced by another class"
    )
    replicates: int = Field(default=5, ge=1, le=10_000, description="networks in each arm, paired")
    shared_split: bool = Field(
        default=False,
        description="one split for all replicates: less memory, but intervals say nothing of other splits",
    )
    seed: int = Field(default=1, ge=0, description="root of all randomness")
    recipe: Recipe = Recipe()

    @field_validator("data")
    @classmethod
    def _found_again(cls, data: str) -> str:
        return from_anywhere(data)

    @model_validator(mode="after")
    def _something_to_stop_by(self) -> Self:
        if self.recipe.patience and not self.validation_size:
            raise ValueError("recipe.patience needs examples to stop by: give validation_size too, such as 100")
        return self

    def identity(self) -> dict[str, Any]:
        """What determines all of it but the number of replicates."""
        return _identity(self, list(self.arms)[-1])

    @property
    def arms(self) -> dict[str, Recipe]:
        """The recipe of each arm; one arm alone where nothing is dropped."""
        recipes = (self.recipe.without_dropout(), self.recipe)
        return dict(zip(ARMS, recipes, strict=True)) if self.recipe.drops else {ARMS[0]: self.recipe}

    @property
    def epochs(self) -> int:
        """Epochs of each arm, the last of them perhaps cut short."""
        per_epoch = max(1, self.train_size // self.recipe.batch_size)
        return -(-self.recipe.steps // per_epoch) if self.recipe.steps else self.recipe.epochs

    def seeds(self, replicate: int) -> Seeds:
        """Those of a replicate, the same in both arms."""
        return Seeds(
            initial=seed_for(self.seed, "train", "initial", replicate),
            training=seed_for(self.seed, "train", "training", replicate),
        )

    @property
    def summary(self) -> str:
        """In a line."""
        return f"{self.recipe.summary}, {self.train_size:,} examples of {without_path(self.data)}, {self.epochs} epochs"

    @property
    def origin(self) -> str:
        """In a sentence, for a figure."""
        dropped = f"; drop_prob {self.recipe.drop_prob:g}" if self.recipe.drop_prob else ""
        inputs = f", inputs {self.recipe.input_drop_prob:g}" if self.recipe.input_drop_prob else ""
        filters = f", filters {self.recipe.conv_drop_prob:g}" if self.recipe.conv_drop_prob else ""
        pairs = counted(self.replicates, "paired replicate")
        shared = ", all on one split" if self.shared_split else ""
        noise = f"; {100 * self.label_noise:g} % of training labels are wrong" if self.label_noise else ""
        early = f"; stopped early, by {self.validation_size} examples" if self.recipe.patience else ""
        return f"{pairs}{shared}, seed {self.seed}: {self.summary}{dropped}{inputs}{filters}{noise}{early}."


def check(spec: TrainingSpec) -> Dataset:
    """The data, if the spec can be run on them here.

    Raises SpecError for data that cannot be had or are too few, and for more memory than there is.
    """
    try:
        data = dataset(spec.data)
        split(data, spec.train_size, 0, validation=spec.validation_size, label_noise=spec.label_noise)
    except DataError as error:
        raise SpecError([f"data: {error}"]) from error
    within_memory(memory(spec, data), "replicates or train_size, or set shared_split=true")
    return data


def memory(spec: TrainingSpec, data: Dataset) -> float:
    """Bytes that training takes, roughly."""
    copies = 1 if spec.shared_split else spec.replicates
    widest, batch = max(spec.recipe.hidden), max(250, 3 * spec.recipe.batch_size)
    weights = data.features * widest + sum(width * widest for width in spec.recipe.hidden)
    numbers = 4.0 * weights + 2.0 * batch * sum(spec.recipe.hidden)
    if spec.recipe.architecture == "cnn" and data.image:
        numbers += batch * _unfolded(spec.recipe, data.image)
    return 4.0 * (2.0 * copies * data.inputs.size + spec.replicates * numbers)


def _unfolded(recipe: Recipe, image: tuple[int, ...]) -> float:
    """Numbers that the patches of one example have, over all convolutions."""
    height, width, *channels = image
    before, total = (channels or [1])[0], 0.0
    for layer, after in enumerate(recipe.channels):
        total += (before * recipe.filter_size**2 + 3 * after) * height * width / 4.0**layer
        before = after
    return total


def published(name: str, scale: str) -> dict[str, Any]:
    """Values of a `TrainingSpec` for a published setting. Raises SpecError for a name or scale that there is not."""
    if name not in RECIPES:
        near = get_close_matches(name, RECIPES, n=1)
        hint = f"did you mean {near[0]}?" if near else "mixability nets recipes lists them"
        raise SpecError([f"no published setting is called {name!r}; {hint}"])
    if scale not in get_args(Scale):
        raise SpecError([f"scale must be {' or '.join(get_args(Scale))}; got {scale!r}"])
    setting = RECIPES[name].at(cast("Scale", scale))
    recipe = setting.recipe.model_dump(mode="json", exclude_defaults=True)
    return {"data": setting.data, "train_size": setting.train_size, "recipe": recipe}


def torch_device(name: str) -> str:
    """A device that is there; ``auto`` is cuda where that is. Raises SpecError for one that is not."""
    if name == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.empty(0, device=name)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise SpecError([f"device {name!r} cannot be used ({reason}); take cpu or auto"]) from error
    return name


def run(
    spec: TrainingSpec,
    store: Store,
    *,
    device: str = "cpu",
    every: float = 30.0,
    progress: Progress | None = None,
) -> None:
    """Train those networks of every arm that the store does not hold yet, side by side, and keep them there.

    Within a replicate the arms share the split, the initial weights and the order of the examples. Whatever stops it,
    it goes on from a checkpoint, one every so many seconds. Raises SpecError as `check` does.
    """
    for arm, recipe in spec.arms.items():
        missing = list(_missing(_cells(spec, arm), store))
        if not missing:
            continue
        began = time.perf_counter()
        tell = (lambda epoch, arm=arm: progress(arm, epoch)) if progress else None
        replicates = [cell.replicate for cell in missing]
        splits = _splits(spec, replicates)
        together = blake2b("".join(cell.key for cell in missing).encode(), digest_size=4).hexdigest()
        file = store.partial(f"{missing[0].key}.{together}")
        try:
            trained = train(
                recipe,
                splits,
                [spec.seeds(replicate) for replicate in replicates],
                on_epoch=tell,
                device=torch_device(device),
                checkpoint=file,
                every=every,
            )
        except ValueError as error:
            raise SpecError([str(error)]) from error
        share = (time.perf_counter() - began) / len(missing)
        for which, cell in enumerate(missing):
            store.save(cell.key, packed(cell, _outcome(spec, trained, which, splits[which % len(splits)])), share)
            store.claims.release(cell.key)
        file.unlink(missing_ok=True)


def gathered(spec: TrainingSpec, store: Store) -> Training:
    """What is shown of trained networks, all of which the store holds."""
    splits = _splits(spec, range(spec.replicates))
    image = splits[0].train.image
    found = {name: [store.arrays(cell.key) for cell in _cells(spec, name)] for name in spec.arms}
    epochs = max((own["epochs"] for networks in found.values() for own in networks), key=len)
    scale = np.mean([part.train.inputs.std(0) for part in splits], axis=0)
    several = int(np.count_nonzero(scale)) > 1
    arms = [_arm(name, networks, epochs, several=several) for name, networks in found.items()]
    return Training(
        arms=arms, image_shape=image[:2] if image and len(image) == 2 else None, input_scale=scale if several else None
    )


def failures(spec: TrainingSpec, training: Training) -> list[str]:
    """A sentence for each network that diverged, with when and what to try."""
    found = []
    for arm in training.arms:
        for replicate in np.flatnonzero(arm.diverged).tolist():
            bad = np.flatnonzero(~np.isfinite(arm.histories["train_loss"][replicate]))
            when = f"in epoch {arm.epochs[bad[0]]:g} at the latest" if len(bad) else "and ended worse than it began"
            seeds = spec.seeds(replicate)
            which = f"network {replicate} (initial {seeds.initial}, training {seeds.training})"
            found.append(f"{arm.name}: {which} diverged {when}; lower recipe.learning_rate, or set recipe.max_norm")
    return found


def _arm(name: str, networks: Sequence[Arrays], epochs: Floats, *, several: bool) -> Arm:
    """Curves of one length for all networks: those that were stopped early stay as they were."""
    times = len(epochs)
    histories = {
        name: np.stack([np.pad(own[name], (0, times - len(own[name])), mode="edge") for own in networks])
        for name in HISTORIES
        if name in networks[0]
    }
    layers = sum(name.startswith("activations/") for name in networks[0])
    return Arm(
        name=name,
        mixing=name == ARMS[1],
        epochs=epochs,
        histories=histories,
        diverged=np.array([bool(own["diverged"]) for own in networks]),
        filters=np.stack([own["filters"] for own in networks]) if several and "filters" in networks[0] else None,
        activations=[[own[f"activations/{layer}"] for own in networks] for layer in range(layers)],
    )


def _missing(cells: Sequence[Cell], store: Store) -> Iterator[Cell]:
    """Cells that are not done, which are ours from now on; what another process is at is waited for."""
    for cell in cells:
        while not store.has(cell.key):
            if store.claims.take(cell.key):
                if store.has(cell.key):
                    store.claims.release(cell.key)
                else:
                    yield cell
                break
            time.sleep(0.2)


def _cells(spec: TrainingSpec, arm: str) -> list[Cell]:
    return [cell for cell in cells_of(EXPERIMENT.name, spec, range(spec.replicates)) if cell.arm == arm]


def _splits(spec: TrainingSpec, replicates: Sequence[int]) -> list[Split]:
    data = check(spec)
    return [
        split(
            data,
            spec.train_size,
            seed_for(spec.seed, "train", "split", replicate),
            validation=spec.validation_size,
            label_noise=spec.label_noise,
        )
        for replicate in ([0] if spec.shared_split else replicates)
    ]


def _outcome(spec: TrainingSpec, trained: Trained, which: int, data: Split) -> Outcome:
    """What is kept of one network: curves, activations of test examples, weights by the names of its state dict."""
    last = len(trained.epochs)
    if spec.recipe.patience:
        last = min(last, int(trained.best[which]) + spec.recipe.patience + 1)
    module = trained.networks.module(which)
    arrays: dict[str, Any] = {"epochs": trained.epochs[:last], "diverged": trained.diverged[which]}
    arrays |= {name: curve[:last] for name in HISTORIES if np.isfinite((curve := getattr(trained, name)[which])[0])}
    arrays |= {f"activations/{layer}": seen for layer, seen in enumerate(_activations(module, data))}
    arrays |= {f"weights/{name}": tensor.numpy() for name, tensor in module.state_dict().items()}
    filters = _filters(trained, which)
    if filters is not None:
        arrays["filters"] = filters
    return Outcome(values=_values(arrays, data), arrays=arrays)


def _values(arrays: Arrays, data: Split) -> dict[str, float]:
    """All numbers of one network."""
    scale = data.train.inputs.std(0)
    several = int(np.count_nonzero(scale)) > 1
    image = data.train.image
    alone = Training(
        arms=[_arm(ARMS[0], [arrays], arrays["epochs"], several=several)],
        image_shape=image[:2] if image and len(image) == 2 else None,
        input_scale=scale if several else None,
    )
    return {one.key: float(one.values[0][0]) for one in numbers(alone)}


def _filters(trained: Trained, which: int) -> Matrix | None:
    """Incoming weights of the first layer where that is dense, (units, features)."""
    networks = trained.networks
    layer, state = next(pair for pair in zip(networks.layers, networks.state, strict=True) if pair[1])
    return state[0][which].T.cpu().numpy() if isinstance(layer, Dense) else None


def _activations(module: torch.nn.Module, data: Split) -> list[Matrix]:
    """Of each hidden layer, (examples, units); channels of an image are averaged over positions."""
    seen: list[Matrix] = []
    x = torch.from_numpy(data.test.inputs[:_EXAMPLES])
    with single_thread(), torch.no_grad():
        for part in module.children():
            x = part(x)
            if isinstance(part, torch.nn.ReLU):
                seen.append((x.mean((2, 3)) if x.ndim == 4 else x).numpy())
    return seen


def _identity(spec: TrainingSpec, arm: str) -> dict[str, Any]:
    """Networks without dropout do not depend on how much others drop."""
    whole = spec.model_dump(mode="json", exclude={"replicates", "recipe"})
    recipe = spec.arms[arm].model_dump(mode="json")
    return whole | {"recipe": recipe, "data": without_path(spec.data), "content": data_digest(spec.data)}


def _run(spec: TrainingSpec, arm: str, replicate: int, desk: Desk) -> Outcome:
    """One network alone: the same to the bit as beside others."""
    (data,) = _splits(spec, [replicate])
    with threadpool_limits(1):
        trained = train(spec.arms[arm], [data], [spec.seeds(replicate)], checkpoint=desk.checkpoint, every=desk.every)
        return _outcome(spec, trained, 0, data)


EXPERIMENT = Experiment(
    name="training",
    says="networks of any recipe trained without and with dropout: learning curves, filters, sparsity",
    spec=TrainingSpec,
    arms=lambda spec: {arm: arm == ARMS[1] for arm in spec.arms},
    identity=_identity,
    computing=("nets", "analysis/training", "analysis/experiments/training.py", "analysis/streams.py"),
    run=_run,
    check=check,
)
