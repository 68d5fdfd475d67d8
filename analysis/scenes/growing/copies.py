"""The growing of the scene about copies: networks whose units were copied, and a dropout network as wide."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.measures.crossing import crossing
from analysis.measures.design import sample
from analysis.scenes.growing.networks import networks, part_of
from analysis.streams import generator_for
from nets.games import AblationGame, CrossGame
from nets.mlp import Mlp
from nets.recipe import Recipe

if TYPE_CHECKING:
    from analysis.arrays import Floats
    from analysis.scenes.base import Grown
    from analysis.scenes.copies import Settings
    from nets.data import Split

KEY = "copies"
COPIES = (1, 2, 4, 8, 16)
"""Of each unit; 1 is a network as it was trained."""
SHARES = np.linspace(0.1, 1.0, 10)
"""Of the units, those that are kept."""
_HALF = 4


def grow(settings: Settings, seed: int, replicate: int) -> Grown:
    """Accuracy by share of units kept, of the whole and of half, and of children, for every arm."""
    data = part_of(settings.data, settings.train_images, seed, KEY, replicate, test_size=settings.test_images)
    plain = Recipe(drop_prob=0.0, epochs=settings.epochs, learning_rate=settings.learning_rate)
    found: Grown = {"shares": SHARES, "copies": np.array(COPIES)}
    for copies in COPIES:
        recipe = plain.model_copy(update={"width": settings.width // copies})
        trained = networks(recipe, data, seed, KEY, replicate, copies, count=2).networks
        pair = copied(trained[0], copies), copied(trained[1], copies)
        found |= _measured(settings, str(copies), pair, data, seed, replicate)
    dropout = plain.model_copy(update={"width": settings.width, "drop_prob": settings.drop_prob})
    first, second = networks(dropout, data, seed, KEY, replicate, 1, count=2).networks
    found |= _measured(settings, "dropout", (first, second), data, seed, replicate)
    for what in ("whole", "half", "viability"):
        found[f"{what}:by copies"] = np.array([found[f"{what}:{copies}"] for copies in COPIES])
    return found


def copied(network: Mlp, copies: int) -> Mlp:
    """The network with each hidden unit ``copies`` times, each with its share of what the unit says: the same function.

    Of a perceptron with one hidden layer.
    """
    (incoming, outgoing), (threshold, bias) = network.weights, network.biases
    return Mlp(
        weights=[incoming.repeat(1, copies), outgoing.repeat(copies, 1) / copies],
        biases=[threshold.repeat(copies), bias],
    )


def _louder(network: Mlp, factor: float) -> Mlp:
    """With hidden units that say ``factor`` times as much."""
    return Mlp(weights=[network.weights[0], network.weights[1] * factor], biases=network.biases)


def _measured(
    settings: Settings, arm: str, pair: tuple[Mlp, Mlp], data: Split, seed: int, replicate: int
) -> dict[str, float | Floats]:
    """Of two networks made alike; units that are left make up for those that are not, by speaking up."""
    rng = generator_for(seed, KEY, replicate, "kept")
    order = rng.random((settings.masks, settings.width))
    kept = np.mean([_kept(network, data, order) for network in pair], axis=0)
    masks = order < SHARES[_HALF]
    unscaled = [AblationGame(network, data.test.inputs, data.test.labels).performance(masks) for network in pair]
    children = sample(settings.width, settings.masks, generator_for(seed, KEY, replicate, "children")).masks
    crossed = crossing(
        [CrossGame(*pair, data.test.inputs, data.test.labels)],
        children,
        {"accuracy": data.guessing, "log-probability": float("nan")},
    )
    return {
        f"kept:{arm}": kept,
        f"whole:{arm}": float(kept[-1]),
        f"half:{arm}": float(kept[_HALF]),
        f"quiet:{arm}": float(np.mean([values["accuracy"].mean() for values in unscaled])),
        f"viability:{arm}": crossed["accuracy"].hybrid_viability,
    }


def _kept(network: Mlp, data: Split, order: Floats) -> Floats:
    """Accuracy (shares,) with a random share of the units, the same random numbers at each."""
    return np.array(
        [
            AblationGame(_louder(network, 1.0 / share), data.test.inputs, data.test.labels)
            .performance(order < share)["accuracy"]
            .mean()
            for share in SHARES
        ]
    )
