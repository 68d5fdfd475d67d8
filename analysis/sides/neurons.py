"""Neurons: networks trained with or without dropout, made ready to be measured."""

from functools import cache
from hashlib import blake2b
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator

from analysis.sides.base import Pool, RunFailedError, Side, Subject
from analysis.sides.networks import subject_of
from analysis.streams import seed_for
from nets.data import Dataset, load, split
from nets.games import CrossGame
from nets.matching import match
from nets.recipe import Recipe
from nets.training import Seeds, train

NEURONS = Side(
    name="neurons",
    title="Neurons",
    arms=("no dropout", "dropout"),
    mixing="dropout",
    performance="test accuracy",
    time="epoch",
    conditions={
        "apart": "different initial weights, units as they come",
        "matched": "different initial weights, units matched",
        "siblings": "same initial weights",
        "natural": "accuracy",
        "log": "log-probability",
    },
    scales=("accuracy", "log-probability"),
    element="units",
    observation="test images",
)
_WITH_PATH = ("idx", "arrays")


class NeuronsSpec(BaseModel):
    """Which networks to train, on what."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    data: str = Field(default="digits", description="a data set with classes; nets data lists them")
    train_images: int = Field(default=600, ge=10, description="training images; the rest are for testing")
    probe_images: int = Field(default=512, ge=10, description="test images, at most, on which units are taken away")
    recipe: Recipe = Recipe()

    @field_validator("recipe")
    @classmethod
    def _perceptrons(cls, recipe: Recipe) -> Recipe:
        """Units are crossed and taken away in plain perceptrons."""
        if recipe.architecture != "mlp" or recipe.batch_norm or recipe.patience:
            raise ValueError(
                "networks are compared as plain perceptrons trained to their end: architecture mlp, without batch_norm "
                "and patience; mixability nets train takes any recipe"
            )
        return recipe

    @field_validator("data")
    @classmethod
    def _found_again(cls, data: str) -> str:
        return from_anywhere(data)

    @property
    def data_name(self) -> str:
        """The data set's name without the path to it, as records carry it."""
        return without_path(self.data)


def from_anywhere(data: str) -> str:
    """The name of a data set; a path in it is made such that it is found from wherever the spec is read."""
    kind, _, path = data.partition(":")
    return f"{kind}:{Path(path).absolute()}" if kind in _WITH_PATH and path else data


def without_path(data: str) -> str:
    """The name of a data set, of a path only its end."""
    kind, _, path = data.partition(":")
    return f"{kind}:{Path(path).name}" if kind in _WITH_PATH else data


def grow_neurons(spec: NeuronsSpec, root: int, replicate: int, *, mixing: bool) -> Subject:
    """Train the networks of one replicate of one arm: A, B from other initial weights, and A's sibling.

    The split, the initial weights and the order of the images are the same in both arms of a replicate.

    Raises RunFailedError for a training that diverges.
    """
    data = split(dataset(spec.data), spec.train_images, seed_for(root, "neurons", "split", replicate))
    recipe = spec.recipe if mixing else spec.recipe.without_dropout()
    initial = {name: seed_for(root, "neurons", "initial", replicate, name) for name in "AB"}
    order = {name: seed_for(root, "neurons", "training", replicate, name) for name in "ABC"}
    trained = train(
        recipe,
        data,
        [
            Seeds(initial=initial["A"], training=order["A"]),
            Seeds(initial=initial["B"], training=order["B"]),
            Seeds(initial=initial["A"], training=order["C"]),
        ],
    )
    if trained.diverged.any():
        raise RunFailedError(
            f"neurons, {NEURONS.arms[mixing]}, replicate {replicate}: the training diverged "
            f"(it ended worse than it began); try --set neurons.recipe.learning_rate={recipe.learning_rate / 5:g}"
        )
    a, b, sibling = (trained.networks[i] for i in range(3))
    return subject_of(
        (a, b),
        data,
        spec.probe_images,
        times=trained.epochs.astype(np.float64),
        curves={
            "performance": trained.test_accuracy[:2].mean(0),
            "training_performance": trained.train_accuracy[:2].mean(0),
        },
        sibling=sibling,
    )


def neurons_pool(spec: NeuronsSpec, root: int, parents: int, *, mixing: bool) -> Pool:
    """Networks from other initial weights on the split of replicate 0, crossed with their units matched.

    Raises RunFailedError for a training that diverges.
    """
    data = split(dataset(spec.data), spec.train_images, seed_for(root, "neurons", "split", 0))
    recipe = spec.recipe if mixing else spec.recipe.without_dropout()
    seeds = [
        Seeds(
            initial=seed_for(root, "neurons", "pool", "initial", parent),
            training=seed_for(root, "neurons", "pool", "training", parent),
        )
        for parent in range(parents)
    ]
    trained = train(recipe, data, seeds)
    if trained.diverged.any():
        raise RunFailedError(f"neurons, {NEURONS.arms[mixing]}: the training of the pool diverged")
    networks = trained.networks

    def cross(i: int, j: int) -> CrossGame:
        partner = match(networks[i], networks[j], data.train.inputs)
        return CrossGame(networks[i], partner, data.test.inputs, data.test.labels)

    return Pool(cross=cross, parents=parents, elements=sum(recipe.hidden))


@cache
def dataset(name: str) -> Dataset:
    """Load a data set once in a process. Raises DataError as `nets.data.load` does."""
    return load(name)


@cache
def data_digest(name: str) -> str:
    """A digest of a data set's inputs and labels, so that records of other data are never taken for these."""
    data = dataset(name)
    return blake2b(data.inputs.tobytes() + data.labels.tobytes(), digest_size=8).hexdigest()
