"""What every simulator is asked to do, ours and the rivals alike.

N haploid genomes of L loci with two alleles; symmetric mutation; Wright-Fisher choice of parents in proportion to
exp(log-fitness). Log-fitness is a sum over loci, s_i = +-0.1 / sqrt(L) for allele 1, and in ``pair`` also over 2 L
random pairs, J_ij x_i x_j with x = +-1, whose variance at linkage equilibrium equals that of the additive part.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

NEIGHBOURS = 1e-3
"""Recombination rate between neighbours on the map."""
_SEED = 1


@dataclass(frozen=True)
class Workload:
    """A way of living, and the size at which it is compared."""

    recombination: Literal["none", "free", "map"]
    """One parent; two, each locus from either; two, with crossovers at `NEIGHBOURS` and no interference."""
    mutation: float = 1e-3
    """Probability per locus and generation, the same in both directions."""
    pairwise: bool = False
    wild_type: bool = False
    """Start from allele 0 everywhere, instead of either allele with 1/2 independently at each locus."""
    exact: bool = False
    """The frequencies of all 2^L genotypes in an infinite population."""
    warm_up: int = 1
    """Generations that are not timed."""
    individuals: int = 10_000
    loci: int = 1024


WORKLOADS = {
    "free": Workload("free"),
    "map": Workload("map"),
    "pair": Workload("free", pairwise=True),
    "clonal": Workload("none"),
    "clonal-rare": Workload("none", mutation=1e-6, wild_type=True, warm_up=500, individuals=400_000),
    "exact-free": Workload("free", exact=True, loci=16, individuals=0),
    "exact-map": Workload("map", exact=True, loci=16, individuals=0),
}


def additive(loci: int) -> NDArray[np.float64]:
    """The log-fitness (loci,) that allele 1 adds at each locus."""
    return _signs(np.random.default_rng(_SEED), loci) * (0.1 / math.sqrt(loci))


def pairs(loci: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Pairs of different loci (2 loci, 2), and the coefficient J of each (2 loci,)."""
    rng = np.random.default_rng(_SEED + 1)
    first = rng.integers(0, loci, 2 * loci)
    second = (first + rng.integers(1, loci, 2 * loci)) % loci
    return np.stack([first, second], axis=1), _signs(rng, 2 * loci) * (0.05 / math.sqrt(2 * loci))


def _signs(rng: np.random.Generator, count: int) -> NDArray[np.float64]:
    return np.where(rng.integers(0, 2, count) == 1, 1.0, -1.0)
