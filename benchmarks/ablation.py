"""All pairs of units against a forward pass for each; estimates from masks against the products that they need."""

from functools import partial

import numpy as np
import torch

from analysis import sample, spectrum
from benchmarks.measuring import row, seconds
from nets import AblationGame, Mlp, Recipe, Seeds, load, split, train
from nets.arrays import Inputs, Labels
from nets.games import pairs, singles

EXAMPLES = 1000
TIMED = 64
"""Pairs whose forward passes are timed; that of all is taken to cost in proportion."""
MASKS, UNITS = 2048, 128


def all_pairs() -> None:
    """Every pair of a layer's units taken away, on both scales."""
    for width, layers, layer in ((256, 1, 0), (512, 1, 0), (128, 2, 1), (128, 2, 0)):
        network, inputs, labels = _trained(width, layers)
        game = AblationGame(network, inputs, labels, layer=layer)
        what = f"all pairs of {width} units, layer {layer + 1} of {layers}, {EXAMPLES:,} images"
        count = width * (width - 1) // 2
        ours = seconds(partial(pairs, game), 1 + 2 * (layer + 1 == layers))
        row(what, ours, "a torch forward pass for each", _forward_passes(network, layer, inputs, labels) * count)
        row(what, ours, "captum 0.9, LayerFeatureAblation", _captum(network, layer, inputs, labels) * count)
        masks = np.ones((TIMED, width), dtype=np.bool_)
        row(what, ours, "the game's masks", seconds(partial(game.performance, masks)) * count / TIMED)


def all_singles() -> None:
    """Every unit taken away."""
    network, inputs, labels = _trained(256, 1)
    game = AblationGame(network, inputs, labels)
    what = f"all single units of 256, {EXAMPLES:,} images"
    ours = seconds(partial(singles, game))
    row(what, ours, "a torch forward pass for each", _forward_passes(network, 0, inputs, labels) * 256)


def estimates() -> None:
    """Shares, masses, single and pair effects with their errors from masks, against the bare sums behind them."""
    rng = np.random.default_rng(0)
    design = sample(UNITS, MASKS, rng)
    values = ((design.masks @ rng.standard_normal((UNITS, 4))) ** 2).sum(1) + rng.standard_normal(MASKS)

    def products() -> None:
        x = (2.0 * design.masks - 1.0).astype(np.float32)
        y = (values - values.mean()).astype(np.float32)
        y @ x, x.T @ (y[:, None] * x)

    what = f"spectrum of {UNITS} units from {MASKS:,} masks"
    ours, bare = seconds(partial(spectrum, design, values)), seconds(products)
    row(what, ours, "its matrix products alone", bare)
    print(f"{what} costs {ours / bare:.1f} times its matrix products")
    game = AblationGame(*_trained(UNITS, 1))
    row(what, ours, f"evaluating the masks on {EXAMPLES:,} images", seconds(partial(game.performance, design.masks)))


def _trained(width: int, layers: int) -> tuple[Mlp, Inputs, Labels]:
    data = split(load("digits"), 600, 1)
    recipe = Recipe(width=width, layers=layers, epochs=10)
    network = train(recipe, data, [Seeds(initial=1, training=1)]).networks[0]
    return network, data.test.inputs[:EXAMPLES], data.test.labels[:EXAMPLES]


def _forward_passes(network: Mlp, layer: int, inputs: Inputs, labels: Labels) -> float:
    """Seconds that a pair takes if the network is run from the layer on, for it alone."""
    module, y = network.module(), torch.from_numpy(labels)
    hidden = network.hidden(torch.from_numpy(inputs))[layer]
    rest, mask = module[2 * layer + 2 :], torch.ones(hidden.shape[1])

    def passes() -> None:
        with torch.no_grad():
            for first in range(TIMED):
                mask[first] = mask[first + 1] = 0.0
                scores = rest(hidden * mask)
                torch.nn.functional.cross_entropy(scores, y)
                (scores.argmax(1) == y).float().mean()
                mask[first] = mask[first + 1] = 1.0

    return seconds(passes) / TIMED


def _captum(network: Mlp, layer: int, inputs: Inputs, labels: Labels) -> float:
    """Seconds that a pair takes there: neighbouring units are one feature each. NaN, with a word, without captum."""
    try:
        from captum.attr import LayerFeatureAblation
    except ModuleNotFoundError:
        print("no comparison with captum: pip install captum")
        return float("nan")
    module, x, y = network.module().eval(), torch.from_numpy(inputs), torch.from_numpy(labels)
    groups = (torch.arange(network.widths[layer])[None] // 2).clamp(max=TIMED - 1)

    def forward(given: torch.Tensor) -> torch.Tensor:
        return -torch.nn.functional.cross_entropy(module(given), y, reduction="none")

    ablation = LayerFeatureAblation(forward, module[2 * layer + 1])
    with torch.no_grad():
        return seconds(lambda: ablation.attribute(x, layer_mask=groups), 1) / int(groups.max() + 1)


def main() -> None:
    """All of them."""
    torch.set_num_threads(1)
    all_pairs()
    all_singles()
    estimates()


if __name__ == "__main__":
    main()
