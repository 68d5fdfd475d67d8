"""What scenes about networks share: splits and trained networks on keyed streams."""

from dataclasses import replace

import numpy as np

from analysis.sides.base import RunFailedError
from analysis.sides.neurons import dataset
from analysis.streams import seed_for
from nets.data import Split, split
from nets.recipe import Recipe
from nets.training import Seeds, Trained, train


def part_of(
    data: str, train_size: int, seed: int, *key: str | int, test_size: int | None = None, validation: int = 0,
    label_noise: float = 0.0,
) -> Split:  # fmt: skip
    """A split of a data set that is a function of ``seed`` and ``key``; of the test examples ``test_size`` at most."""
    found = split(
        dataset(data), train_size, seed_for(seed, *key, "split"), validation=validation, label_noise=label_noise
    )
    if test_size is None or test_size >= len(found.test):
        return found
    return replace(found, test=found.test.take(np.arange(test_size)))


def networks(
    recipe: Recipe, data: Split, seed: int, *key: str | int, count: int = 1, may_diverge: bool = False
) -> Trained:
    """``count`` networks, independent of each other.

    Those of the same ``seed`` and ``key`` but of other recipes start from the same weights, where these have the same
    shape, and see the examples in the same order. Raises RunFailedError for one that diverges, unless it may.
    """
    seeds = [
        Seeds(initial=seed_for(seed, *key, "initial", which), training=seed_for(seed, *key, "training", which))
        for which in range(count)
    ]
    trained = train(recipe, data, seeds)
    if trained.diverged.any() and not may_diverge:
        raise RunFailedError(
            f"{key[0]}: {recipe.summary}, drop_prob {recipe.drop_prob:g}, diverged (it ended worse than it began); "
            f"try a learning rate below {recipe.learning_rate:g}"
        )
    return trained
