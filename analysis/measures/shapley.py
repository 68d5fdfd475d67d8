"""Shapley values: mixability averaged over keep probabilities.

``Shapley_i = integral of Banzhaf_i(q) over q from 0 to 1`` (Owen 1972). Give each element a uniform number and let q
rise from 0 to 1: elements enter one by one, in random order, and what each adds when it enters has that mean.
"""

from dataclasses import dataclass

import numpy as np

from analysis.arrays import Floats, Integers
from analysis.measures.design import affordable, tabulate
from analysis.measures.game import AnyGame, evaluate, finite, size_of
from analysis.measures.walsh import elements


@dataclass(frozen=True, kw_only=True)
class Shapley:
    """Each element's fair share of the whole."""

    values: Floats
    """(n,): they sum to ``v(all) - v(none)``, also when sampled."""
    error: Floats
    """(n,): standard error over orders; 0 where all masks were evaluated."""


def shapley_values(game: AnyGame, n: int | None = None, *, orders: int | None = None, seed: int = 0) -> Shapley:
    """Shapley values, exact up to 20 elements (``2**n`` evaluations) unless ``orders`` is given.

    Else from random orders of entry (Castro et al. 2009), 128 of them, each used with its reverse, which cancels what
    is due to pairs; n - 1 evaluations each. Raises ValueError for fewer than 4 orders.
    """
    size = size_of(game, n)
    if orders is None and affordable(size, None):
        return exact_shapley(tabulate(game, size))
    orders = 128 if orders is None else orders
    if orders < 4:
        raise ValueError(f"Shapley values need at least 4 orders of entry; got {orders}")
    rng = np.random.default_rng(seed)
    ends = evaluate(game, np.array([[False] * size, [True] * size]))
    pairs = np.empty((-(-orders // 2), size))
    for pair in range(len(pairs)):
        order = rng.permutation(size)
        pairs[pair] = (_entries(game, order, ends) + _entries(game, order[::-1], ends)) / 2.0
    return Shapley(values=pairs.mean(0), error=pairs.std(0, ddof=1) / np.sqrt(len(pairs)))


def exact_shapley(values: Floats) -> Shapley:
    """Shapley values from the values (2**n,) of all masks."""
    n, numbers = elements(values), finite(values)
    sizes = np.bitwise_count(np.arange(2**n, dtype=np.uint32)).astype(np.int64)
    # weights 1 / (n C(n - 1, size)) of the n sizes of a set of partners
    weights = np.ones(n)
    for size in range(1, n):
        weights[size] = weights[size - 1] * size / (n - size)
    weights /= n
    shares = np.empty(n)
    for element in range(n):
        pairs = numbers.reshape(-1, 2, 2**element)
        partners = sizes.reshape(-1, 2, 2**element)[:, 0]
        shares[element] = np.sum(weights[partners] * (pairs[:, 1] - pairs[:, 0]))
    return Shapley(values=shares, error=np.zeros(n))


def _entries(game: AnyGame, order: Integers, ends: Floats) -> Floats:
    """What each element (n,) adds when it enters in an order; ``ends`` are the values of none and all."""
    n = len(order)
    place = np.empty(n, dtype=np.int64)
    place[order] = np.arange(n)
    inner = evaluate(game, place < np.arange(1, n)[:, None]) if n > 1 else np.empty(0)
    return np.diff(np.concatenate([ends[:1], inner, ends[1:]]))[place]
