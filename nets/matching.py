"""Which unit of one network answers to which unit of another."""

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment

from nets.arrays import Floats, Inputs
from nets.mlp import Mlp
from nets.threads import single_thread


def match(first: Mlp, second: Mlp, inputs: Inputs) -> Mlp:
    """``second`` with its hidden units reordered to agree with those of ``first``.

    The order maximises the sum of the correlations of paired units' activations on ``inputs`` (examples,
    features), layer by layer. Reordering a layer reorders the incoming weights of the next, so the result
    computes what ``second`` computes. A unit that never varies correlates 0 with every other.
    """
    examples = torch.from_numpy(np.ascontiguousarray(inputs, dtype=np.float32))
    weights, biases = list(second.weights), list(second.biases)
    with single_thread(), torch.no_grad():
        pairs = zip(first.hidden(examples), second.hidden(examples), strict=True)
        for layer, (ours, theirs) in enumerate(pairs):
            _, order = linear_sum_assignment(correlation(ours.numpy(), theirs.numpy()), maximize=True)
            which = torch.from_numpy(order)
            weights[layer] = weights[layer][:, which]
            biases[layer] = biases[layer][which]
            weights[layer + 1] = weights[layer + 1][which]
    return Mlp(weights=weights, biases=biases)


def correlation(first: Inputs, second: Inputs) -> Floats:
    """Correlation (units, units) of the columns of two matrices (examples, units); 0 where a column is constant."""
    standard = []
    for activations in (first, second):
        centred = activations.astype(np.float64) - activations.mean(0, dtype=np.float64)
        scale = np.linalg.norm(centred, axis=0)
        standard.append(np.divide(centred, scale, out=np.zeros_like(centred), where=scale > 0.0))
    product: Floats = standard[0].T @ standard[1]
    return product
