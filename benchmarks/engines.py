"""Training and ablation against the plain way of doing the same."""

import numpy as np
import torch

from analysis import sample
from benchmarks.measuring import row, seconds
from nets import AblationGame, Recipe, Seeds, load, split, train


def training() -> None:
    """Networks side by side against one after the other."""
    data = split(load("digits"), 600, 1)
    recipe = Recipe(epochs=10)
    seeds = [Seeds(initial=i, training=i) for i in range(12)]
    row(
        "12 networks of 128 units, 10 epochs, side by side",
        seconds(lambda: train(recipe, data, seeds)),
        "one after the other",
        seconds(lambda: [train(recipe, data, [s]) for s in seeds]),
    )


def ablation() -> None:
    """Ablation masks against a forward pass with hooks for each."""
    data = split(load("digits"), 600, 1)
    network = train(Recipe(epochs=5), data, [Seeds(initial=1, training=1)]).networks[0]
    inputs, labels = data.test.inputs[:512], data.test.labels[:512]
    game = AblationGame(network, inputs, labels)
    masks = sample(128, 2048, np.random.default_rng(0)).masks
    module, x, y = network.module(), torch.from_numpy(inputs), torch.from_numpy(labels)

    def hooked() -> None:
        with torch.no_grad():
            for mask in torch.from_numpy(masks):
                hidden = module[1](module[0](x)) * mask
                torch.nn.functional.cross_entropy(module[2](hidden), y)

    row(
        "2,048 masks of 128 units on 512 images, both scales",
        seconds(lambda: game.performance(masks)),
        "a torch forward pass for each",
        seconds(hooked),
    )


def main() -> None:
    """All of them."""
    torch.set_num_threads(1)
    training()
    ablation()


if __name__ == "__main__":
    main()
