"""The growing of the scene about batches: networks under a mask for each image, or one for all images of a step."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from analysis.scenes.growing.descent import Perceptrons, descend, mask_keys
from analysis.scenes.growing.networks import part_of
from analysis.scenes.growing.pairs import measured
from analysis.streams import generator_for, seed_for
from nets import draws
from nets.dropout.noise import Per, bernoulli
from nets.ensemble import Ensemble
from nets.recipe import Recipe
from nets.threads import single_thread
from nets.training import Seeds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from analysis.arrays import Floats
    from analysis.scenes.base import Grown
    from analysis.scenes.batches import Settings
    from nets.data import Dataset

_KEY = "batches"
_DRAWS = 32
"""Masks, or sets of them, that the noise of a step is taken over."""


def grow(settings: Settings, seed: int, replicate: int) -> Grown:
    """``measure:batch:arm`` of pairs of networks, and the noise of a step by the size of its batch, ``noise:arm``."""
    data = part_of(
        settings.data, settings.train_images, seed, _KEY, replicate,
        test_size=settings.test_images, validation=settings.validation_images,
    )  # fmt: skip
    found: Grown = {}
    for batch, images in settings.batches.items():
        key = (_KEY, replicate, batch)
        seeds = [
            Seeds(initial=seed_for(seed, *key, "initial", which), training=seed_for(seed, *key, "training", which))
            for which in "AB"
        ]
        recipe = Recipe(
            width=settings.width, steps=settings.steps, learning_rate=settings.learning_rate, batch_size=images
        )
        masks = mask_keys(seeds, 1)[0]
        for arm in ("none", *get_args(Per)):
            loss = _loss(masks, 0.0 if arm == "none" else settings.drop_prob, "sample" if arm == "none" else arm)
            first, second = descend(recipe, data.train, data.train.classes, seeds, loss)
            readings = measured((first, second), data, settings.probe_images, seed_for(seed, *key, "masks"))
            found |= {f"{measure}:{batch}:{arm}": value for measure, value in readings.items()}
    return found | dict(noise_of_a_step(settings, data.train, seed_for(seed, _KEY, replicate, "noise")))


def _loss(keys: Tensor, drop_prob: float, per: Per) -> Callable[[Perceptrons, Tensor, Tensor, int], Tensor]:
    def loss(networks: Perceptrons, inputs: Tensor, labels: Tensor, step: int) -> Tensor:
        shape = (inputs.shape[1], networks.weights[0].shape[2])
        scores = networks.passed(inputs, [bernoulli(keys, step, shape, drop_prob, per=per)])[-1]
        return functional.cross_entropy(scores.flatten(0, 1), labels.flatten(), reduction="sum") / inputs.shape[1]

    return loss


def noise_of_a_step(settings: Settings, data: Dataset, seed: int) -> Mapping[str, Floats]:
    """How far masks alone scatter the gradient of an untrained network, for each number of images in a batch.

    ``noise:arm``, (sizes,): its standard deviation over masks, all weights taken together, over the length of its mean.
    Images of a batch are drawn with replacement.
    """
    rng = generator_for(seed, "images")
    recipe = Recipe(width=settings.width)
    network = Perceptrons.of(Ensemble.initial(recipe, data.features, data.classes, [seed]))
    copies = [tensor.repeat(_DRAWS, 1, 1).requires_grad_() for tensor in (*network.weights, *network.biases)]
    layers = len(network.weights)
    networks = Perceptrons(weights=copies[:layers], biases=copies[layers:])
    keys = draws.keys_of([seed_for(seed, which) for which in range(_DRAWS)], 0)
    found: dict[str, list[float]] = {per: [] for per in get_args(Per)}
    with single_thread():
        for size in settings.sizes:
            which = rng.integers(0, len(data), size)
            inputs, labels = torch.from_numpy(data.inputs[which]), torch.from_numpy(data.labels[which])
            for per, of_sizes in found.items():
                loss = _loss(keys, settings.drop_prob, "sample" if per == "sample" else "batch")
                total = loss(networks, inputs.expand(_DRAWS, -1, -1), labels.expand(_DRAWS, -1), 0)
                slopes = torch.cat([g.flatten(1) for g in torch.autograd.grad(total, copies)], dim=1).double()
                of_sizes.append(float(slopes.var(0).sum().sqrt() / slopes.mean(0).norm()))
    return {f"noise:{per}": np.array(of_sizes) for per, of_sizes in found.items()}
