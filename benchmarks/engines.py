"""Training and ablation against the plain way of doing the same."""

import numpy as np
import torch

from analysis import sample
from benchmarks.measuring import row, seconds
from nets import AblationGame, Recipe, Seeds, load, split, train


def training(device: str = "cpu") -> None:
    """Networks side by side against one after the other, and with dropout against without."""
    data = split(load("digits"), 600, 1)
    seeds = [Seeds(initial=i, training=i) for i in range(32)]
    for width in (128, 512):
        recipe = Recipe(width=width, epochs=10)

        def beside(recipe: Recipe = recipe) -> object:
            return train(recipe, data, seeds, device=device)

        def alone(recipe: Recipe = recipe) -> object:
            return [train(recipe, data, [seed], device=device) for seed in seeds]

        def undropped(recipe: Recipe = recipe) -> object:
            return train(recipe.without_dropout(), data, seeds, device=device)

        ours = seconds(beside)
        row(f"32 networks of {width} units, 10 epochs, side by side", ours, "one after the other", seconds(alone))
        row(f"32 networks of {width} units, with dropout", ours, "without it", seconds(undropped))


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
    """All of them, and on a GPU where there is one."""
    torch.set_num_threads(1)
    training()
    if torch.cuda.is_available():
        print(f"on {torch.cuda.get_device_name()}:")
        training("cuda")
    ablation()


if __name__ == "__main__":
    main()
