"""Small perceptrons and examples for them."""

from itertools import pairwise

import numpy as np
import torch

from nets import Mlp

FEATURES, CLASSES, WIDTH, EXAMPLES = 6, 3, 8, 40
INPUTS = np.random.default_rng(0).random((EXAMPLES, FEATURES), dtype=np.float32)
LABELS = np.random.default_rng(1).integers(0, CLASSES, EXAMPLES)


def perceptron(seed: int, *widths: int, scale: float = 1.0) -> Mlp:
    """Normal weights of He's spread, times ``scale``, and small biases."""
    rng = np.random.default_rng(seed)
    weights, biases = [], []
    for inputs, outputs in pairwise([FEATURES, *widths, CLASSES]):
        drawn = rng.standard_normal((inputs, outputs)) * np.sqrt(2.0 / inputs) * scale
        weights.append(torch.from_numpy(drawn.astype(np.float32)))
        biases.append(torch.from_numpy((rng.standard_normal(outputs) * 0.1).astype(np.float32)))
    return Mlp(weights=weights, biases=biases)


def shuffled(network: Mlp, seed: int) -> Mlp:
    """The same network with the units of every hidden layer in another order."""
    rng = np.random.default_rng(seed)
    weights, biases = list(network.weights), list(network.biases)
    for layer, width in enumerate(network.widths):
        order = torch.from_numpy(rng.permutation(width))
        weights[layer], biases[layer] = weights[layer][:, order], biases[layer][order]
        weights[layer + 1] = weights[layer + 1][order]
    return Mlp(weights=weights, biases=biases)


def with_bias(network: Mlp, layer: int, value: float) -> Mlp:
    """The network with ``value`` as the bias of unit 2 of a layer."""
    biases = [bias.clone() for bias in network.biases]
    biases[layer][2] = value
    return Mlp(weights=network.weights, biases=biases)
