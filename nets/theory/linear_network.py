"""Dropout on the hidden units of a linear network: it equalises what units contribute, and prefers low rank.

The network is ``x -> W_out W_in x``. With inverted dropout the expected squared error is the error without, plus
``(1 - q) / q sum_j |w_in,j|_Sigma^2 |w_out,j|^2`` where ``|w|_Sigma^2 = w' Sigma w`` and ``Sigma = E[x x']`` (Cavazza
et al. 2018; Mianjy, Arora & Vidal 2018). Of all ways to write one map with ``h`` units the least of this is
``(1 - q) / q |W_out W_in Sigma^1/2|_*^2 / h``, a squared nuclear norm, and there all units contribute equally.

``w_in``: (hidden, features); ``w_out``: (outputs, hidden); ``second_moment``: Sigma, (features, features). float64.
"""

import torch
from torch import Tensor

from nets.theory.regression import penalty_strength


def contributions(w_in: Tensor, w_out: Tensor, second_moment: Tensor) -> Tensor:
    """Each unit's mean square contribution to the output, ``|w_in,j|_Sigma^2 |w_out,j|^2``: (hidden,)."""
    incoming = torch.einsum("hf,fg,hg->h", w_in, second_moment, w_in)
    return incoming * w_out.square().sum(0)


def hidden_penalty(w_in: Tensor, w_out: Tensor, second_moment: Tensor, drop_prob: float) -> Tensor:
    """What dropout of the hidden units adds to the mean squared error, summed over outputs: a scalar."""
    return penalty_strength(drop_prob) * contributions(w_in, w_out, second_moment).sum()


def least_penalty(linear_map: Tensor, second_moment: Tensor, drop_prob: float, hidden: int) -> Tensor:
    """The smallest `hidden_penalty` of any ``hidden`` units that compute the map (outputs, features): a scalar.

    ``(1 - q) / q |M Sigma^1/2|_*^2 / hidden``. There are such units where ``hidden`` is at least the rank of the map.
    """
    nuclear: Tensor = torch.linalg.matrix_norm(linear_map @ _root(second_moment)[0], "nuc")
    return penalty_strength(drop_prob) * nuclear.square() / hidden


def equalised(w_in: Tensor, w_out: Tensor, second_moment: Tensor) -> tuple[Tensor, Tensor]:
    """Incoming and outgoing weights of as many units, the same map, whose `hidden_penalty` is the least.

    The singular values of the map are shared out equally by plane rotations, at most one less than there are units.
    Where ``second_moment`` is singular the map stays the same on inputs that occur.
    """
    root, inverse = _root(second_moment)
    left, values, right = torch.linalg.svd(w_out @ w_in @ root, full_matrices=False)
    hidden = len(w_in)
    rank = min(hidden, len(values))
    gram = values.new_zeros(hidden, hidden)
    gram.diagonal()[:rank] = values[:rank]
    rotation = _levelling(gram)[:, :rank]
    halves = values[:rank].sqrt()
    return (rotation * halves) @ right[:rank] @ inverse, (left[:, :rank] * halves) @ rotation.T


def _levelling(matrix: Tensor) -> Tensor:
    """An orthogonal ``Q`` for which ``Q M Q'`` has equal numbers on its diagonal, for symmetric ``M`` (n, n).

    Each rotation turns the largest and the smallest diagonal number so that one becomes the mean (Horn 1954).
    """
    size = len(matrix)
    level = matrix.trace() / size
    total = torch.eye(size, dtype=matrix.dtype, device=matrix.device)
    open_rows = set(range(size))
    for _ in range(size - 1):
        now = total @ matrix @ total.T
        high = max(open_rows, key=lambda row: float(now[row, row]))
        low = min(open_rows - {high}, key=lambda row: float(now[row, row]))
        total[[high, low]] = _turn(now[high, high], now[low, low], now[high, low], level) @ total[[high, low]]
        open_rows.remove(high)
    return total


def _turn(high: Tensor, low: Tensor, cross: Tensor, level: Tensor) -> Tensor:
    """The rotation (2, 2) of a symmetric 2 x 2 matrix after which its first diagonal number is ``level``.

    With tangent ``t``: ``(low - level) t^2 + 2 cross t + (high - level) = 0``, whose roots are real for
    ``low <= level <= high``.
    """
    above, below = high - level, low - level
    root = (cross.square() - above * below).clamp(min=0.0).sqrt()
    divisor = -(cross + torch.where(cross < 0.0, -root, root))
    tangent = torch.where(divisor == 0.0, torch.zeros_like(divisor), above / divisor)
    cosine = (1.0 + tangent.square()).rsqrt()
    sine = tangent * cosine
    return torch.stack([torch.stack([cosine, sine]), torch.stack([-sine, cosine])])


def _root(second_moment: Tensor) -> tuple[Tensor, Tensor]:
    """The symmetric square root and its pseudo-inverse."""
    values, vectors = torch.linalg.eigh(second_moment)
    roots = values.clamp(min=0.0).sqrt()
    kept = values > values[-1] * len(values) * torch.finfo(values.dtype).eps
    inverse = torch.where(kept, 1.0 / roots, torch.zeros_like(roots))
    return (vectors * roots) @ vectors.T, (vectors * inverse) @ vectors.T
