"""Networks with every keep probability on one split, and linear units by their closed form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from scipy.stats import spearmanr

from analysis.arrays import Floats
from analysis.scenes.growing.grids import HALF, HIDDEN_KEPT, INPUTS_KEPT
from analysis.scenes.growing.networks import networks, part_of
from nets.arrays import Inputs
from nets.data import Dataset
from nets.ensemble import Ensemble
from nets.recipe import Recipe
from nets.theory.regression import dropout_minimiser, penalty_strength

if TYPE_CHECKING:
    from analysis.scenes.base import Grown
    from analysis.scenes.keep import Settings

_KEY = "keep"


def grow(settings: Settings, seed: int, replicate: int) -> Grown:
    """Accuracies by kind of sweep and keep probability, sizes by keep probability, and what predicts these.

    All networks of one shape start from the same weights and see the images in the same order. One that
    learns nothing, too much being dropped, counts as it is.
    """
    key = (_KEY, replicate)
    data = part_of(
        settings.data, settings.train_images, seed, *key,
        test_size=settings.test_images, validation=settings.validation_images,
    )  # fmt: skip
    usual = Recipe(width=settings.width, epochs=settings.epochs, learning_rate=settings.learning_rate)
    fixed = {f"fixed:{keep:g}": {"drop_prob": 1.0 - keep} for keep in HIDDEN_KEPT}
    scaled = {
        f"scaled:{keep:g}": {"drop_prob": 1.0 - keep, "width": max(2, round(settings.width * HALF / keep))}
        for keep in HIDDEN_KEPT
        if keep != HALF
    }
    inputs = {
        f"input:{keep:g}": {"drop_prob": 1.0 - HALF, "input_drop_prob": 1.0 - keep}
        for keep in INPUTS_KEPT
        if keep < 1.0
    }
    found: Grown = {}
    judged: dict[str, tuple[float, float]] = {}
    activations = []
    for name, options in (fixed | scaled | inputs).items():
        recipe = usual.model_copy(update=options)
        trained = networks(recipe, data, seed, *key, count=settings.networks, may_diverge=True)
        found[f"accuracy:{name}"] = trained.test_accuracy[:, -1].mean()
        found[f"training:{name}"] = trained.train_accuracy[:, -1].mean()
        if name not in scaled:
            judged[name] = trained.validation_accuracy[:, -1].mean(), -trained.validation_loss[:, -1].mean()
        if name in fixed:
            activations.append(mean_activation(trained.networks, data.test.inputs))
    found["accuracy:chosen"] = found[f"accuracy:{max(judged, key=judged.__getitem__)}"]
    found[f"accuracy:scaled:{HALF:g}"] = found["accuracy:input:1"] = found[f"accuracy:fixed:{HALF:g}"]
    sizes = {"activation": np.array(activations), "linear": linear_sizes(data.train)}
    for name, size in sizes.items():
        found[f"{name}:size"] = size
        found |= {f"rank:{law}:{name}": rank for law, rank in ranks(size).items()}
    return found


def mean_activation(trained: Ensemble, inputs: Inputs) -> float:
    """Of all hidden units of all networks on all inputs, nothing dropped."""
    images = torch.from_numpy(inputs)
    return float(np.mean([network.hidden(images)[0].double().mean() for network in trained]))


def linear_sizes(train: Dataset) -> Floats:
    """Norms of the deployed weights of linear units with input dropout, one unit for each class, (keeps,)."""
    inputs = torch.from_numpy(train.inputs).double()
    targets = torch.eye(train.classes, dtype=torch.float64)[torch.from_numpy(train.labels)]
    weights = [dropout_minimiser(inputs, targets - targets.mean(0), 1.0 - keep) for keep in HIDDEN_KEPT]
    return np.array([float(weight.norm()) for weight in weights])


def ranks(sizes: Floats) -> dict[str, float]:
    """Spearman's correlation of how small things are with both expressions, over keep probabilities.

    NaN where all sizes are equal.
    """
    if np.ptp(sizes) == 0.0:
        return {"variance": float("nan"), "odds": float("nan")}
    laws = {"variance": False, "odds": True}
    return {
        law: float(
            spearmanr([penalty_strength(1.0 - keep, deployed=deployed) for keep in HIDDEN_KEPT], -sizes).statistic
        )
        for law, deployed in laws.items()
    }
