"""Children of networks, made of their parents' units."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from nets.arrays import Indices, Inputs, Labels
from nets.games.base import ClassifierGame
from nets.games.perceptrons import examples_for, hidden_of, labels_for
from nets.mlp import Mlp
from nets.threads import single_thread


class CrossGame(ClassifierGame):
    """The children of two perceptrons of one shape: a True unit comes from ``first``, a False one from ``second``.

    A unit brings its incoming weights and its bias; a unit of the last hidden layer brings its outgoing weights too.
    The output biases are weighted by the parents' shares, so that all True is ``first`` and all False ``second``.
    Incoming weights refer to the units before by their number: so parents from other initial weights are matched
    first (`nets.matching.match`), and siblings, from the same, are not.

    ``inputs``: (examples, features), taken as float32; ``labels``: (examples,). ``memory_bytes`` is explained in
    `ClassifierGame`. Raises ValueError for any of them that does not fit the parents, for parents of different
    shapes, and for activations or output weights that are not finite.
    """

    def __init__(
        self, first: Mlp, second: Mlp, inputs: Inputs, labels: Labels, *, memory_bytes: int | None = None
    ) -> None:
        check_shapes((first, second))
        examples = examples_for(first, inputs)
        floats = len(examples) * max(first.widths)
        super().__init__(labels_for(first, labels, len(examples)), floats, memory_bytes=memory_bytes)
        self.n = sum(first.widths)
        self._parents = first, second
        with single_thread(), torch.no_grad():
            self._hidden = [
                hidden_of(parent, examples, f"the {which} parent")[0].T
                for parent, which in zip(self._parents, ("first", "second"), strict=True)
            ]

    def _scores(self, masks: Tensor) -> Tensor:
        first, second = self._parents
        chosen = torch.split_with_sizes(masks, first.widths, dim=1)
        activations: Tensor = torch.where(chosen[0][:, :, None], self._hidden[0], self._hidden[1])
        for layer in range(1, len(first.widths)):
            unit = chosen[layer][:, :, None]
            incoming: Tensor = torch.where(unit, first.weights[layer].T, second.weights[layer].T)
            threshold: Tensor = torch.where(unit, first.biases[layer][:, None], second.biases[layer][:, None])
            activations = torch.relu(torch.bmm(incoming, activations) + threshold)
        share = masks.float().mean(1)[:, None, None]
        outgoing: Tensor = torch.where(chosen[-1][:, None, :], first.weights[-1].T, second.weights[-1].T)
        bias = share * first.biases[-1][:, None] + (1.0 - share) * second.biases[-1][:, None]
        return torch.bmm(outgoing, activations) + bias


def cross(parents: Sequence[Mlp], choice: Indices) -> Mlp:
    """The child of two or more perceptrons of one shape in which unit ``k`` comes from parent ``choice[k]``.

    ``choice``: (units,), hidden units layer after layer, parents numbered from 0. Units bring what they bring in
    `CrossGame`, and the output biases are weighted by the parents' shares of all units. Parents are crossed as they
    are: align a pool first with `nets.matching.match_pool`.

    Raises ValueError for parents of different shapes, and for a choice of another length or of a parent that is not
    there.
    """
    check_shapes(parents)
    widths, chosen = parents[0].widths, np.asarray(choice)
    if chosen.shape != (sum(widths),) or not np.issubdtype(chosen.dtype, np.integer):
        raise ValueError(
            f"choice must be {sum(widths)} whole numbers, one a hidden unit; got {chosen.dtype} of shape {chosen.shape}"
        )
    if not 0 <= chosen.min() <= chosen.max() < len(parents):
        raise ValueError(f"choice must name parents from 0 to {len(parents) - 1}; got {chosen.min()} to {chosen.max()}")
    device = parents[0].weights[0].device
    by_layer = [torch.from_numpy(part).to(device) for part in np.split(chosen, np.cumsum(widths)[:-1])]
    weights, biases = [], []
    for layer, origin in enumerate(by_layer):
        unit = torch.arange(len(origin), device=device)
        weights.append(torch.stack([p.weights[layer] for p in parents])[origin, :, unit].T.contiguous())
        biases.append(torch.stack([p.biases[layer] for p in parents])[origin, unit])
    unit = torch.arange(widths[-1], device=device)
    weights.append(torch.stack([p.weights[-1] for p in parents])[by_layer[-1], unit])
    shares = np.bincount(chosen, minlength=len(parents)).astype(np.float32) / np.float32(len(chosen))
    biases.append(torch.from_numpy(shares).to(device) @ torch.stack([p.biases[-1] for p in parents]))
    return Mlp(weights=weights, biases=biases)


def check_shapes(parents: Sequence[Mlp]) -> None:
    """Raise ValueError where there are no parents, or where their layers differ."""
    if not parents:
        raise ValueError("parents must be at least one network; got none")
    shapes = [[tuple(w.shape) for w in parent.weights] for parent in parents]
    for shape, parent in zip(shapes, parents, strict=True):
        if parent.widths != parents[0].widths:
            raise ValueError(f"parents must have the same layers; got widths {parents[0].widths} and {parent.widths}")
        if shape != shapes[0]:
            raise ValueError(f"parents must have the same features and classes; got weights {shapes[0]} and {shape}")
