"""What scenes about networks sweep over: where a scene draws it and where it is run it is the same."""

HIDDEN_KEPT = (0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 1.0)
"""Keep probabilities of hidden units, all inputs kept."""
INPUTS_KEPT = (0.35, 0.5, 0.65, 0.8, 0.9, 1.0)
"""Keep probabilities of inputs, `HALF` of the hidden units kept."""
HALF = 0.5
"""Keep probability of hidden units by the rule of thumb."""
TRAINING_SIZES = (30, 60, 120, 250, 500, 1000)
"""Training images, the fewer among the more."""
WIDTHS = (8, 16, 32, 64, 128, 256)
"""Hidden units."""
WIDTHS_KEPT = (1.0, 0.8, 0.5, 0.3)
"""Keep probabilities of hidden units at each of them."""
CAPACITIES = (4, 16, 64, 256)
"""Hidden units of networks that may learn by heart."""
RATES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
"""Learning rates of SGD, from too low to too high for each way to descend; Adam's are `ADAM` of them."""
ADAM = 1.0 / 30.0
WAYS = {"plain": 0.0, "momentum": 0.9, "heavy": 0.99, "adam": 0.9}
"""Ways to descend, and their momentum (Adam's first decay)."""
TUNED_RATES = (0.02, 0.05, 0.1, 0.2, 0.4)
"""Learning rates that an arm may choose from."""
KEPT_IN_TIME = (1.0, 0.8, 0.5, 0.3)
"""Keep probabilities of hidden units, no dropout first."""


def training_sizes(largest: int) -> list[int]:
    """`TRAINING_SIZES`, all multiplied such that the last is ``largest``."""
    return [max(1, round(size * largest / TRAINING_SIZES[-1])) for size in TRAINING_SIZES]
