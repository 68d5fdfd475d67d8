"""Which unit of one network answers to which unit of another."""

import copy
from collections.abc import Sequence

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment
from torch import Tensor, nn

from nets.arrays import Floats, Indices, Inputs
from nets.ensemble import Ensemble
from nets.games.crossing import check_shapes
from nets.games.perceptrons import examples_for, hidden_of
from nets.games.sequential import activations_of, check_alike, of_units, order_columns, weights_of
from nets.mlp import Mlp
from nets.threads import single_thread


def match(first: Mlp, second: Mlp, inputs: Inputs) -> Mlp:
    """``second`` with its hidden units reordered to agree with those of ``first``.

    The order maximises the sum of the correlations of paired units' activations on ``inputs`` (examples,
    features), layer by layer. Reordering a layer reorders the incoming weights of the next, so the result
    computes what ``second`` computes. A unit that never varies correlates 0 with every other.

    Raises ValueError for networks of different shapes, inputs that do not fit them, and activations that are not
    finite.
    """
    return match_pool([first, second], inputs)[1]


def match_pool(networks: Sequence[Mlp] | Ensemble, inputs: Inputs, to: int = 0) -> list[Mlp]:
    """All networks, each with its hidden units reordered to agree with those of network number ``to``.

    Each is matched to that reference alone, as `match` does it, so the result for one does not depend on the others;
    the reference stays as it is. Matched children of two others than the reference meet through it.

    Raises ValueError as `match` does, and for a ``to`` that is not there.
    """
    pool = list(networks)
    check_shapes(pool)
    if to not in range(len(pool)):
        raise ValueError(f"to must be a network from 0 to {len(pool) - 1}; got {to}")
    examples = examples_for(pool[0], inputs)
    with single_thread(), torch.no_grad():
        ours = [a.cpu().numpy() for a in hidden_of(pool[to], examples, f"network {to}")]
        return [
            network if which == to else _matched(ours, network, hidden_of(network, examples, f"network {which}"))
            for which, network in enumerate(pool)
        ]


def match_modules(first: nn.Sequential, second: nn.Sequential, inputs: Tensor) -> nn.Sequential:
    """A copy of ``second`` with its hidden units and channels reordered to agree with those of ``first``.

    As in `match`, by the activations behind each layer's rectifier, in evaluation mode; the positions of a channel
    count as further examples. Batch norms move with their units, and the next layer's incoming weights follow, through
    flattening as blocks of columns: so the result computes what ``second`` computes. ``inputs``: (examples, ...).

    Raises TypeError and ValueError for modules that `nets.games.cross_modules` would refuse, and ValueError for
    activations that are not finite.
    """
    found, result = check_alike(first, second), copy.deepcopy(second)
    with single_thread(), torch.no_grad():
        both = zip(
            activations_of(first, found, inputs, "the first module"),
            activations_of(second, found, inputs, "the second module"),
            strict=True,
        )
        for stage, follower, (ours, theirs) in zip(found[:-1], found[1:], both, strict=True):
            order = _order(ours.cpu().numpy(), theirs.cpu().numpy())
            for tensor in of_units(result, stage):
                tensor.copy_(tensor[order_columns(order, len(tensor)).to(tensor.device)])
            incoming = weights_of(result, follower).weight
            incoming.copy_(incoming[:, order_columns(order, incoming.shape[1]).to(incoming.device)])
    return result


def correlation(first: Inputs, second: Inputs) -> Floats:
    """Correlation (units, units) of the columns of two matrices (examples, units); 0 where a column is constant."""
    standard = []
    for activations in (first, second):
        centred = activations.astype(np.float64) - activations.mean(0, dtype=np.float64)
        scale = np.linalg.norm(centred, axis=0)
        standard.append(np.divide(centred, scale, out=np.zeros_like(centred), where=scale > 0.0))
    product: Floats = standard[0].T @ standard[1]
    return product


def _matched(ours: list[Inputs], network: Mlp, hidden: list[Tensor]) -> Mlp:
    weights, biases = list(network.weights), list(network.biases)
    for layer, theirs in enumerate(hidden):
        which = torch.from_numpy(_order(ours[layer], theirs.cpu().numpy())).to(theirs.device)
        weights[layer] = weights[layer][:, which]
        biases[layer] = biases[layer][which]
        weights[layer + 1] = weights[layer + 1][which]
    return Mlp(weights=weights, biases=biases)


def _order(first: Inputs, second: Inputs) -> Indices:
    """The order (units,) of the second's columns that agrees best with the first's."""
    _, order = linear_sum_assignment(correlation(first, second), maximize=True)
    return np.asarray(order, dtype=np.int64)
