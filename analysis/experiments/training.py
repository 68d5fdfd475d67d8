"""Networks trained without and with dropout, watched epoch by epoch."""

from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Self, cast, get_args

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from analysis.arrays import Floats, Matrix
from analysis.numbers import counted
from analysis.runs.memory import within_memory
from analysis.runs.record import code_digest
from analysis.runs.spec import SpecError
from analysis.sides.neurons import dataset, from_anywhere, without_path
from analysis.streams import seed_for
from analysis.training.arms import Arm, Training
from nets.data import DataError, Dataset, Split, split
from nets.layers import Dense
from nets.recipe import Recipe
from nets.recipes import RECIPES, Scale
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
        """What determines the results."""
        return {**self.model_dump(mode="json"), "data": without_path(self.data)}

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

    @property
    def seeds(self) -> list[Seeds]:
        """Those of each replicate, the same in both arms."""
        return [
            Seeds(
                initial=seed_for(self.seed, "train", "initial", replicate),
                training=seed_for(self.seed, "train", "training", replicate),
            )
            for replicate in range(self.replicates)
        ]

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

    def failures(self, trained: Trained) -> list[str]:
        """A sentence for each network that diverged."""
        return trained.failures(self.seeds)


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
    folder: Path | None = None,
    *,
    device: str = "cpu",
    every: float = 30.0,
    progress: Progress | None = None,
) -> dict[str, Trained]:
    """Train the networks of every arm, all replicates side by side.

    Within a replicate the arms share the split, the initial weights and the order of the examples. With ``folder``,
    checkpoints are written there, and what this code made there is not made again. Raises SpecError for a folder that
    holds other networks, and as `check` does.
    """
    splits, found = _splits(spec), {}
    made_by = f"{code_digest(('nets',))[:8]}-torch{torch.__version__}"
    for arm, recipe in spec.arms.items():
        file = folder / f"{arm.replace(' ', '-')}-{spec.replicates}-{made_by}.pt" if folder else None
        tell = (lambda epoch, arm=arm: progress(arm, epoch)) if progress else None
        try:
            found[arm] = train(
                recipe, splits, spec.seeds, on_epoch=tell, device=torch_device(device), checkpoint=file, every=every
            )
        except ValueError as error:
            raise SpecError([str(error)]) from error
    return found


def gathered(spec: TrainingSpec, found: dict[str, Trained]) -> Training:
    """What is shown of trained networks."""
    splits = _splits(spec)
    image = splits[0].train.image
    epochs = max((trained.epochs for trained in found.values()), key=len)
    scale = np.mean([part.train.inputs.std(0) for part in splits], axis=0)
    several = int(np.count_nonzero(scale)) > 1
    arms = [
        Arm(
            name=name,
            mixing=name == ARMS[1],
            epochs=epochs,
            histories=_histories(trained, len(epochs)),
            diverged=trained.diverged,
            filters=_filters(trained) if several else None,
            activations=_activations(trained, splits),
        )
        for name, trained in found.items()
    ]
    return Training(
        arms=arms, image_shape=image[:2] if image and len(image) == 2 else None, input_scale=scale if several else None
    )


def _splits(spec: TrainingSpec) -> list[Split]:
    data = check(spec)
    return [
        split(
            data,
            spec.train_size,
            seed_for(spec.seed, "train", "split", replicate),
            validation=spec.validation_size,
            label_noise=spec.label_noise,
        )
        for replicate in range(1 if spec.shared_split else spec.replicates)
    ]


def _histories(trained: Trained, times: int) -> dict[str, Floats]:
    """Curves of one length for all arms: networks that were stopped early stay as they were."""
    names = ["train_loss", "test_loss"]
    if np.isfinite(trained.test_accuracy[:, 0]).all():
        names += ["train_accuracy", "test_accuracy"]
    missing = times - len(trained.epochs)
    return {name: np.pad(getattr(trained, name), ((0, 0), (0, missing)), mode="edge") for name in names}


def _filters(trained: Trained) -> Matrix | None:
    """Incoming weights of the first layer where that is dense, (replicates, units, features)."""
    networks = trained.networks
    layer, state = next(pair for pair in zip(networks.layers, networks.state, strict=True) if pair[1])
    return state[0].transpose(1, 2).cpu().numpy() if isinstance(layer, Dense) else None


def _activations(trained: Trained, splits: list[Split]) -> list[list[Matrix]]:
    """Of each hidden layer and replicate, (examples, units); channels of an image are averaged over positions."""
    layers: list[list[Matrix]] = []
    for replicate in range(len(trained.networks)):
        inputs = torch.from_numpy(splits[replicate % len(splits)].test.inputs[:_EXAMPLES])
        seen: list[Matrix] = []
        x = inputs
        with torch.no_grad():
            for part in trained.networks.module(replicate):
                x = part(x)
                if isinstance(part, torch.nn.ReLU):
                    seen.append((x.mean((2, 3)) if x.ndim == 4 else x).numpy())
        for layer, values in enumerate(seen):
            layers += [[]] if layer == len(layers) else []
            layers[layer].append(values)
    return layers
