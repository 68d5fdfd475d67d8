"""What a child takes from its parents, for gene networks."""

import math

import numpy as np
from numba import njit

from sim.arrays import Bools, Floats, Indices
from sim.draws import LANE_EFFECT, LANE_MUTATION, LANE_RECOMBINATION, branch, normal, uniform


@njit(cache=True, nogil=True)
def offspring_networks(
    networks: Floats, mothers: Indices, fathers: Indices, mutation: float, stream: np.uint64
) -> tuple[Floats, Bools]:
    """Make the children of gene networks: rows segregate whole, entries mutate.

    ``networks``: (individuals, genes, genes); a father of -1 is none. An entry that is not 0 is replaced by a standard
    normal number with probability ``mutation`` per generation; absent connections stay absent. Returns the children
    and whether each may differ from its mother.
    """
    size, genes = len(mothers), networks.shape[1]
    children = np.empty((size, genes, genes))
    changed = np.zeros(size, dtype=np.bool_)
    log_keep = math.log1p(-mutation)
    for child in range(size):
        own = branch(stream, np.uint64(child))
        mother = mothers[child]
        father = fathers[child] if fathers[child] >= 0 else mother
        for row in range(genes):
            take = branch(own, LANE_RECOMBINATION + np.uint64(row // 64)) >> np.uint64(row % 64)
            parent = mother if take & np.uint64(1) else father
            children[child, row] = networks[parent, row]
            changed[child] |= parent != mother
        if mutation > 0.0:
            effects = branch(own, LANE_EFFECT)
            number = 0
            site = _next_mutation(-1, log_keep, own, number)
            while site < genes * genes:
                row, column = site // genes, site % genes
                if children[child, row, column] != 0.0:
                    children[child, row, column] = normal(effects, np.uint64(number))
                    changed[child] = True
                number += 1
                site = _next_mutation(site, log_keep, own, number)
    return children, changed


@njit(cache=True, nogil=True)
def _next_mutation(at: int, log_keep: float, own: np.uint64, number: int) -> int:
    """The entry after ``at`` that mutates, by geometric skips; ``log_keep`` is log(1 - rate)."""
    skip = math.log(1.0 - uniform(own, LANE_MUTATION + np.uint64(number))) / log_keep
    return at + 1 + int(min(skip, 2.0**40))
