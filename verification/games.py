"""Random games of any size whose every measure is known in closed form.

With ``x_i = 2 m_i - 1``, a game is ``v = sum_S f_S chi_S`` in the -1/+1 basis, so its coefficients are its answers.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from analysis.arrays import Bools, Floats

BLOCK = 8
"""Elements of a block; the number of elements of a game is a multiple of it."""
SETS = 2**BLOCK
ORDERS = np.bitwise_count(np.arange(SETS, dtype=np.uint32)).astype(np.int64)
"""(256,): order of each set of a block, its number of elements, bit i standing for element i."""
WEB_RANK = 8

_MEMBER: Bools = (np.arange(SETS)[:, None] >> np.arange(BLOCK)) & 1 == 1
_CHARACTERS: Floats = np.where(np.bitwise_count(np.arange(SETS)[:, None] & ~np.arange(SETS) & 255) % 2, -1.0, 1.0)
_DECAY = 0.6 ** np.maximum(ORDERS - 3.0, 0.0)
_SIGNS = np.where(np.arange(WEB_RANK) % 2, -1.0, 1.0)


@dataclass(frozen=True, kw_only=True)
class BlockGame:
    """Disjoint blocks of eight elements with interactions of all orders, and a web of pairs between all elements.

    The web is ``sum_r +-(h_r . x)**2`` less its constant, which gives every pair of elements a coefficient.
    """

    coefficients: Floats
    """(blocks, 256): ``f_S`` of the sets of each block, web not included; those of the empty sets add up."""
    web: Floats
    """(n, 8): ``h_r``."""
    _table: Floats = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_table", self.coefficients @ _CHARACTERS)

    @classmethod
    def random(cls, rng: np.random.Generator, n: int, shares: Floats) -> "BlockGame":
        """Random coefficients of variance 1, of which ``shares`` (3,) are due to orders 1, 2, and 3 and up.

        Beyond one block, about half of what pairs do is between blocks.
        """
        raw = rng.standard_normal((n // BLOCK, SETS)) * _DECAY
        web = np.zeros((n, WEB_RANK))
        if n > BLOCK:
            web = rng.standard_normal((n, WEB_RANK))
            between = cls(coefficients=np.zeros_like(raw), web=web).pairs
            web *= (np.sum(raw[:, ORDERS == 2] ** 2) * 2.0 / np.sum(between**2)) ** 0.25
        draft = cls(coefficients=raw, web=web)
        scale = np.sqrt(shares / np.array([draft.weights[1], draft.weights[2], draft.weights[3:].sum()]))
        of_size = np.concatenate([[1.0], scale[:2], np.full(BLOCK - 2, scale[2])])
        return cls(coefficients=raw * of_size[ORDERS], web=web * np.sqrt(scale[1]))

    @classmethod
    def with_load(cls, rng: np.random.Generator, n: int, load: float, even_variance: float) -> "BlockGame":
        """Random coefficients whose half-swap load is ``load``.

        The part of even order has on average the variance ``even_variance`` and what the load itself takes,
        ``load**2`` by the number of its sets.
        """
        coefficients = rng.standard_normal((n // BLOCK, SETS)) / np.sqrt(n)
        even = np.broadcast_to((ORDERS % 2 == 0) & (ORDERS > 0), coefficients.shape)
        drawn = rng.standard_normal(int(even.sum()))
        spread = np.sqrt(even_variance / (len(drawn) - 1.0))
        coefficients[even] = spread * (drawn - drawn.mean()) + load / len(drawn)
        return cls(coefficients=coefficients, web=np.zeros((n, WEB_RANK)))

    @property
    def n(self) -> int:
        """Number of elements."""
        return BLOCK * len(self.coefficients)

    def __call__(self, masks: Bools) -> Floats:
        """Values (masks,) of masks (masks, n)."""
        states = np.packbits(masks, axis=1, bitorder="little")
        values: Floats = self._table[np.arange(len(self._table)), states].sum(1)
        if self.web.any():
            values += (np.where(masks, 1.0, -1.0) @ self.web) ** 2 @ _SIGNS - np.sum(self.web**2 @ _SIGNS)
        return values

    def performance(self, masks: Bools) -> dict[str, Floats]:
        """The same as a game of one scale."""
        return {"natural": self(masks)}

    @cached_property
    def pairs(self) -> Floats:
        """(n, n): ``f_ij``, diagonal 0."""
        pairs = 2.0 * (self.web * _SIGNS) @ self.web.T
        one, two = np.triu_indices(BLOCK, 1)
        for block, own in enumerate(self.coefficients):
            i, j = block * BLOCK + one, block * BLOCK + two
            pairs[i, j] += own[1 << one | 1 << two]
            pairs[j, i] = pairs[i, j]
        np.fill_diagonal(pairs, 0.0)
        return pairs

    @cached_property
    def weights(self) -> Floats:
        """(9,): ``W_k`` of each order, 0 for the constant."""
        squares = np.sum(self.coefficients**2, axis=0)
        weights = np.array([squares[order == ORDERS].sum() for order in range(BLOCK + 1)])
        weights[0], weights[2] = 0.0, np.sum(self.pairs**2) / 2.0
        return weights

    @property
    def shares(self) -> Floats:
        """(3,): ``W_k / Var v`` for orders 1, 2, and 3 and up."""
        shares: Floats = np.array([self.weights[1], self.weights[2], self.weights[3:].sum()]) / self.weights.sum()
        return shares

    @property
    def mixability(self) -> Floats:
        """(n,): ``2 f_i``."""
        return 2.0 * self.coefficients[:, 1 << np.arange(BLOCK)].reshape(-1)

    @property
    def masses(self) -> Floats:
        """(2,): synergy and redundancy mass of ``I_ij = 4 f_ij``."""
        return np.array([np.maximum(sign * self.pairs, 0.0).sum() for sign in (2.0, -2.0)])

    @property
    def context_dependence(self) -> float:
        """``1 - W_1 / sum_k k W_k``."""
        return float(1.0 - self.weights[1] / (np.arange(BLOCK + 1) @ self.weights))

    @property
    def mean(self) -> float:
        """``E[v]`` at keep probability 1/2."""
        return float(self.coefficients[:, 0].sum())

    @property
    def half_swap_load(self) -> float:
        """The sum of ``f_S`` over the sets of even order."""
        return float(self.coefficients[:, (ORDERS % 2 == 0) & (ORDERS > 0)].sum() + self._between)

    @property
    def shapley(self) -> Floats:
        """(n,): ``2 f_S / |S|`` over the sets of odd order that hold the element (``integral of (2 q - 1)**k``)."""
        odd = np.where(ORDERS % 2 == 1, 2.0 / np.maximum(ORDERS, 1), 0.0)
        return (self.coefficients * odd @ _MEMBER.astype(np.float64)).reshape(-1)

    def stability(self, rho: float) -> float:
        """``sum_k rho**k W_k``."""
        return float(rho ** np.arange(BLOCK + 1) @ self.weights)

    @property
    def _between(self) -> float:
        """Sum over pairs of the web's coefficients."""
        return float((self.web.sum(0) ** 2 - (self.web**2).sum(0)) @ _SIGNS)


@dataclass(frozen=True, kw_only=True)
class HitGame:
    """``v = exp(-a k**beta) (1 + sum of e_i over the k absent)``, the ``e_i`` summing to 0.

    The mean over all choices of k absent elements is ``exp(-a k**beta)`` exactly.
    """

    strength: float
    beta: float
    unevenness: Floats
    """(n,): ``e_i``."""

    @classmethod
    def random(cls, rng: np.random.Generator, n: int) -> "HitGame":
        """Antagonistic to synergistic, single hits costing 5 to 15 % on average."""
        drawn = 0.1 * rng.standard_normal(n)
        return cls(strength=rng.uniform(0.05, 0.15), beta=rng.uniform(0.7, 1.4), unevenness=drawn - float(drawn.mean()))

    @property
    def n(self) -> int:
        """Number of elements."""
        return len(self.unevenness)

    def __call__(self, masks: Bools) -> Floats:
        """Values (masks,) of masks (masks, n)."""
        hits = self.n - masks.sum(1)
        values: Floats = np.exp(-self.strength * hits**self.beta) * (1.0 + ~masks @ self.unevenness)
        return values
