"""The engines against the plain way of doing the same."""

from functools import partial

import numpy as np
import torch

from analysis import sample
from benchmarks.measuring import row, seconds
from nets import AblationGame, Recipe, Seeds, load, split, train
from sim import SEXUAL, PairwiseLandscape, evolve, unpack

GENERATIONS, SIZE = 200, 1000


def numpy_wright_fisher(landscape: PairwiseLandscape, alleles: np.ndarray, generations: int, mutation: float) -> None:
    """The same model in plain vectorised numpy, with a byte an allele."""
    rng = np.random.default_rng(0)
    for _ in range(generations):
        s = np.where(alleles, 1.0, -1.0)
        log_fitness = landscape.selection * (s @ landscape.additive + 0.5 * np.sum((s @ landscape.pairs) * s, axis=1))
        weight = np.exp(log_fitness - log_fitness.max())
        parents = rng.choice(len(alleles), size=(2, len(alleles)), p=weight / weight.sum())
        take = rng.integers(0, 2, alleles.shape, dtype=np.uint8).astype(np.bool_)
        alleles = np.where(take, alleles[parents[0]], alleles[parents[1]])
        alleles = alleles ^ (rng.random(alleles.shape) < mutation)


def simulator() -> None:
    """Sexual generations with pairwise epistasis."""
    for loci in (50, 200):
        landscape = PairwiseLandscape.random(
            loci=loci, additive_variance=1, epistatic_variance=4, selection=0.1, seed=1
        )
        founders = landscape.founders(SIZE, 1)
        row(
            f"{GENERATIONS} sexual generations, {SIZE} x {loci} loci, all pairs",
            seconds(partial(evolve, landscape, SEXUAL, founders, generations=GENERATIONS, mutation=1e-4, seed=1)),
            "plain numpy, a byte an allele",
            seconds(partial(numpy_wright_fisher, landscape, unpack(founders, loci), GENERATIONS, 1e-4)),
        )


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
    simulator()
    training()
    ablation()


if __name__ == "__main__":
    main()
