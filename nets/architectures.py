"""From a recipe to layers."""

import math
from itertools import pairwise

from nets.layers import BatchNorm, Convolution, Dense, Flatten, Fold, Layer, Noise, Pool, Rectifier
from nets.recipe import Recipe

_POOLED = 2


def layers_of(recipe: Recipe, features: int, outputs: int, image: tuple[int, ...] | None = None) -> list[Layer]:
    """The layers of a network for examples of ``features`` numbers, which give ``outputs`` scores.

    ``image``: (height, width) or (height, width, channels) of an example, which a cnn needs. Dropout stands behind each
    rectifier and on the input where its probability is above 0; batch normalisation before each rectifier.
    Raises ValueError where an image is missing or too small to be pooled that often.
    """
    layers: list[Layer] = []

    def noise(kind: str, drop_prob: float) -> None:
        if drop_prob > 0.0:
            layers.append(Noise(kind, drop_prob, stream=len(layers)))

    def sd(inputs: int) -> float:
        return recipe.initial_sd or math.sqrt(2.0 / inputs)

    def rectified(units: int, *, spatial: bool = False) -> None:
        if recipe.batch_norm:
            layers.append(BatchNorm(units, spatial=spatial))
        layers.append(Rectifier())

    noise("bernoulli", recipe.input_drop_prob)
    if recipe.architecture == "cnn":
        height, width, channels = _image(image, features, recipe)
        layers.append(Fold((channels, height, width)))
        for before, after in pairwise((channels, *recipe.channels)):
            layers.append(Convolution(before, after, recipe.filter_size, sd(before * recipe.filter_size**2)))
            rectified(after, spatial=True)
            layers.append(Pool(_POOLED))
            noise(recipe.conv_dropout, recipe.conv_drop_prob)
            height, width = height // _POOLED, width // _POOLED
        layers.append(Flatten())
        features = height * width * recipe.channels[-1]
    weights_drop = recipe.drop_prob if recipe.dropout == "drop-connect" else 0.0
    for before, after in pairwise((features, *recipe.hidden)):
        layers.append(Dense(before, after, sd(before), stream=len(layers), drop_connect=weights_drop))
        rectified(after)
        if recipe.dropout != "drop-connect":
            noise(recipe.dropout, recipe.drop_prob)
    layers.append(Dense(recipe.hidden[-1], outputs, sd(recipe.hidden[-1])))
    return layers


def _image(image: tuple[int, ...] | None, features: int, recipe: Recipe) -> tuple[int, int, int]:
    if image is None:
        raise ValueError(f"a cnn needs images, and these examples are rows of {features} features; take an mlp")
    height, width, channels = (*image, 1)[:3]
    smallest = _POOLED ** len(recipe.channels)
    if min(height, width) < smallest:
        raise ValueError(
            f"{len(recipe.channels)} convolutions, each 2 x 2 pooled, need images of at least {smallest} x {smallest}; "
            f"got {height} x {width}: name fewer channels"
        )
    return height, width, channels
