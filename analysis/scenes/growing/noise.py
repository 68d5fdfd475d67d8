"""The growing of the scene about noise: networks of each arm, and noise of growing strength in four places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from analysis.scenes.growing.networks import networks, part_of
from analysis.streams import seed_for
from nets.mlp import Mlp
from nets.recipe import Recipe
from nets.threads import single_thread

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.arrays import Floats
    from analysis.scenes.base import Grown
    from analysis.scenes.noise import Settings

KEY = "noise"
STRENGTHS = np.array([0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0])
"""In units of the one that claims are about."""
PLACES = ("units", "weights", "inputs", "pixels")
_CLAIMED = 4


def grow(settings: Settings, seed: int, replicate: int) -> Grown:
    """Accuracy by strength, ``accuracy:place:arm``, and what the strength of the claim costs, ``lost:place:arm``."""
    data = part_of(settings.data, settings.train_images, seed, KEY, replicate, test_size=settings.test_images)
    inputs, labels = torch.from_numpy(data.test.inputs), torch.from_numpy(data.test.labels)
    reference = torch.from_numpy(data.train.inputs)
    found: Grown = {"strengths": STRENGTHS}
    for arm, recipe in recipes(settings).items():
        (network,) = networks(recipe, data, seed, KEY, replicate).networks
        for place in PLACES:
            noises = torch.Generator().manual_seed(seed_for(seed, KEY, replicate, place) % 2**63)
            with single_thread(), torch.no_grad():
                curve = _curve(network, inputs, labels, reference, place, settings, noises)
            found[f"accuracy:{place}:{arm}"] = curve
            found[f"lost:{place}:{arm}"] = curve[0] - curve[_CLAIMED]
        found[f"clean:{arm}"] = curve[0]
    return found


def recipes(settings: Settings) -> Mapping[str, Recipe]:
    """Of each arm."""
    plain = Recipe(width=settings.width, drop_prob=0.0, epochs=settings.epochs, learning_rate=settings.learning_rate)
    drop = {"drop_prob": settings.drop_prob}
    others = {
        "dropout": drop,
        "decay": {"weight_decay": settings.weight_decay},
        "inputs": {**drop, "input_drop_prob": settings.input_drop_prob},
    }
    return {"none": plain} | {arm: plain.model_copy(update=update) for arm, update in others.items()}


def _curve(
    network: Mlp, inputs: Tensor, labels: Tensor, reference: Tensor, place: str, settings: Settings,
    noises: torch.Generator,
) -> Floats:  # fmt: skip
    """Mean accuracy (strengths,) over draws, which are the same at all strengths."""
    curves = []
    spread = network.hidden(reference)[0].std(0, correction=0).square().mean().sqrt()
    claimed = getattr(settings, f"{place}_noise")
    for _ in range(settings.draws):
        noise = _noise(network, inputs, place, noises)
        curves.append(
            [
                (noisy(network, inputs, place, claimed * strength, noise, spread).argmax(1) == labels).double().mean()
                for strength in STRENGTHS
            ]
        )
    found: Floats = np.array(curves, dtype=np.float64).mean(0)
    return found


def _noise(network: Mlp, inputs: Tensor, place: str, noises: torch.Generator) -> list[Tensor]:
    """As much as the place needs: normal, for pixels uniform, which says who is hit, and another pixel's value."""
    match place:
        case "units":
            return [torch.randn(len(inputs), network.widths[0], generator=noises)]
        case "weights":
            return [torch.randn(weight.shape, generator=noises) for weight in network.weights]
        case "inputs":
            return [torch.randn(inputs.shape, generator=noises)]
        case _:
            return [torch.rand(inputs.shape, generator=noises) for _ in range(2)]


def noisy(network: Mlp, inputs: Tensor, place: str, strength: float, noise: list[Tensor], spread: Tensor) -> Tensor:
    """Scores (examples, classes) of a network of one hidden layer under noise of a strength.

    On ``units`` in standard deviations of the units, ``spread``; on ``weights`` in root mean squares of a layer's;
    on ``inputs`` in units of a pixel; of ``pixels`` the share that is replaced by black or white.
    """
    match place:
        case "units":
            hidden = network.hidden(inputs)[0] + strength * spread * noise[0]
            return hidden @ network.weights[1] + network.biases[1]
        case "weights":
            shaken = [
                weight + strength * weight.square().mean().sqrt() * each
                for weight, each in zip(network.weights, noise, strict=True)
            ]
            return Mlp(weights=shaken, biases=network.biases).logits(inputs)
        case "inputs":
            return network.logits(inputs + strength * noise[0])
        case _:
            hit, value = noise
            return network.logits(torch.where(hit < strength, (value < 0.5).float(), inputs))
