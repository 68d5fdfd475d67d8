"""A network to try `mixability nets probe` on, as a module of your own would have it: a function that builds it."""

from torch import nn

from nets import Recipe, Seeds, load, split, train


def parity(width: int = 32, drop_prob: float = 0.0) -> nn.Module:
    """Trained within seconds to tell whether an odd number of three of its eight inputs is +1."""
    examples = load("synthetic:parity-3,inputs=8,examples=4000,seed=1")
    recipe = Recipe(width=width, drop_prob=drop_prob, epochs=60)
    trained = train(recipe, split(examples, 3000, seed=1), [Seeds(initial=1, training=1)])
    return trained.networks.module(0)
