"""The growing of the scene about Gaussian dropout: pairs of networks under noise of one variance and two shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from analysis.scenes.growing.networks import networks, part_of
from analysis.scenes.growing.pairs import measured
from analysis.streams import generator_for, seed_for
from nets import draws
from nets.dropout import NOISES
from nets.recipe import Recipe
from nets.theory.noise import bernoulli, gaussian
from nets.threads import single_thread

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.scenes.base import Grown
    from analysis.scenes.gaussian import Settings
    from nets.mlp import Mlp

_KEY = "gaussian"
_EXAMPLES, _FEATURES = 30, 6
_KINDS = ("bernoulli", "gaussian")


def grow(settings: Settings, seed: int, replicate: int) -> Grown:
    """``measure:task:arm`` of pairs of networks, what `raised_linear` gives, ``raised:kind`` of two layers."""
    data = part_of(
        settings.data, settings.train_images, seed, _KEY, replicate,
        test_size=settings.test_images, validation=settings.validation_images,
    )  # fmt: skip
    tasks = {"light": (settings.light_drop_prob, 1), "half": (settings.drop_prob, 1), "deep": (settings.drop_prob, 2)}
    found: Grown = dict(raised_linear(settings.drop_prob, seed_for(seed, _KEY, replicate, "instance")))
    for task, (drop_prob, layers) in tasks.items():
        key = (_KEY, replicate, f"{layers}")
        base = Recipe(
            layers=layers,
            width=settings.width,
            epochs=settings.epochs,
            learning_rate=settings.learning_rate,
            drop_prob=drop_prob,
            batch_size=50,
        )
        recipes = {"none": base.without_dropout()}
        recipes |= {kind: base.model_copy(update={"dropout": kind}) for kind in _KINDS}
        for arm, recipe in recipes.items():
            trained = networks(recipe, data, seed, *key, count=2).networks
            pair = trained[0], trained[1]
            readings = measured(pair, data, settings.probe_images, seed_for(seed, *key, "masks"))
            found |= {f"{measure}:{task}:{arm}": value for measure, value in readings.items()}
            if task == "deep" and arm != "none":
                inputs = torch.from_numpy(data.train.inputs)
                noisy = [raised(network, inputs, arm, drop_prob, seed_for(seed, *key, "noise")) for network in pair]
                found[f"raised:{arm}"] = sum(noisy) / len(noisy)
    return found


def raised(network: Mlp, inputs: torch.Tensor, kind: str, drop_prob: float, seed: int, *, passes: int = 16) -> float:
    """Mean activation of the second hidden layer with noise on the first, over the same without, on ``inputs``."""
    keys = draws.keys_of([seed], 0)
    with single_thread(), torch.no_grad():
        first, second = network.hidden(inputs)
        noisy = [
            torch.relu(
                first * NOISES[kind](keys, step, tuple(first.shape), drop_prob)[0] @ network.weights[1]
                + network.biases[1]
            ).mean()
            for step in range(passes)
        ]
        return float(torch.stack(noisy).double().mean() / second.double().mean())


def raised_linear(drop_prob: float, seed: int) -> Mapping[str, float]:
    """Of noise on the inputs of a linear unit, its weights and examples random: ``activation:kind``.

    The largest deviation of the mean output from that without noise, relative to the largest output. ``classic`` is
    Bernoulli noise that is not divided by the probability to be kept.
    """
    rng = generator_for(seed, "unit")
    inputs = torch.from_numpy(rng.normal(0.0, 1.0, (_EXAMPLES, _FEATURES)))
    weight = torch.from_numpy(rng.normal(0.0, 1.0, (_FEATURES, 1)))
    noises = {
        "bernoulli": bernoulli(_FEATURES, drop_prob),
        "gaussian": gaussian(_FEATURES, drop_prob),
        "classic": bernoulli(_FEATURES, drop_prob, inverted=False),
    }
    with single_thread():
        clean = inputs @ weight
        means = {kind: noise.expectation((noise.factors[:, None] * inputs) @ weight) for kind, noise in noises.items()}
        largest = clean.abs().max()
        return {f"activation:{kind}": float((mean - clean).abs().max() / largest) for kind, mean in means.items()}
