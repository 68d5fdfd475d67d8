"""Neurons: networks trained with or without dropout, made ready to be measured."""

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, Field

from analysis.arrays import Floats
from analysis.sides.base import RunFailedError, Side, Subject
from analysis.streams import seed_for
from nets.data import Dataset, Split, load, split
from nets.games import SCALES, AblationGame, CrossGame
from nets.matching import match
from nets.mlp import Mlp
from nets.recipe import Recipe
from nets.training import Seeds, train

NEURONS = Side(
    name="neurons",
    title="Neurons",
    arms=("no dropout", "dropout"),
    mixing="dropout",
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


class NeuronsSpec(BaseModel):
    """Which networks to train, on what."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    data: str = Field(
        default="digits", pattern=r"^(digits|mnist5k|idx:.+)$", description="digits, mnist5k or idx:FOLDER"
    )
    train_images: int = Field(default=600, ge=10, description="training images; the rest are for testing")
    probe_images: int = Field(default=512, ge=10, description="test images, at most, on which units are taken away")
    recipe: Recipe = Recipe()


def grow_neurons(spec: NeuronsSpec, root: int, replicate: int, *, mixing: bool) -> Subject:
    """Train the networks of one replicate of one arm: A, B from other initial weights, and A's sibling.

    The split, the initial weights and the order of the images are the same in both arms of a replicate.

    Raises RunFailedError for a training that diverges.
    """
    data = split(load(spec.data), spec.train_images, seed_for(root, "neurons", "split", replicate))
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
    probe = data.test.take(np.arange(min(spec.probe_images, len(data.test))))
    return Subject(
        times=trained.epochs.astype(np.float64),
        curves={
            "performance": trained.test_accuracy[:2].mean(0),
            "training_performance": trained.train_accuracy[:2].mean(0),
        },
        performance={
            "performance:natural": float(trained.test_accuracy[:2, -1].mean()),
            "performance:log": float(np.mean([_log_probability(net, data.test) for net in (a, b)])),
            "training_performance": float(trained.train_accuracy[:2, -1].mean()),
        },
        wholes=[AblationGame(net, probe.inputs, probe.labels) for net in (a, b)],
        crosses={
            "apart": [CrossGame(a, b, data.test.inputs, data.test.labels)],
            "matched": [CrossGame(a, match(a, b, data.train.inputs), data.test.inputs, data.test.labels)],
            "siblings": [CrossGame(a, sibling, data.test.inputs, data.test.labels)],
        },
        baseline=dict(zip(SCALES, _guessing(data), strict=True)),
        observations=[_activations(net, data.test) for net in (a, b)],
    )


def _guessing(data: Split) -> tuple[float, float]:
    """Accuracy and mean log-probability of knowing nothing but how frequent each class is in training."""
    frequency = np.bincount(data.train.labels, minlength=data.train.classes) + 1.0
    return data.guessing, float(np.log(frequency / frequency.sum())[data.test.labels].mean())


def _log_probability(network: Mlp, data: Dataset) -> float:
    logits = network.logits(torch.from_numpy(data.inputs))
    return -float(torch.nn.functional.cross_entropy(logits.double(), torch.from_numpy(data.labels)))


def _activations(network: Mlp, data: Dataset) -> Floats:
    """Hidden activations (images, units) of all layers."""
    return torch.cat(network.hidden(torch.from_numpy(data.inputs)), dim=1).double().numpy()
