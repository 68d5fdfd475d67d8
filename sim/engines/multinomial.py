"""Multinomial counts of many kinds, most of them rare, from keyed draws."""

import math

import numpy as np
from numba import njit

from sim.arrays import Floats, Indices
from sim.draws import branch, uniform
from sim.reproduction.parents import alias_table

_BY_INVERSION = 12.0
"""Mean up to which a Poisson number is found by adding up probabilities."""
_ZERO, _ONE = np.uint64(0), np.uint64(1)


def multinomial(size: int, weights: Floats, stream: np.uint64) -> Indices:
    """How many of ``size`` draws are of each kind, (kinds,), chances being in proportion to ``weights``, (kinds,).

    Poisson numbers that add up to a little less than ``size`` are multinomial given their sum, and so are they with the
    rest drawn one by one; in the rare case that they add up to more, as many are taken away at random.
    """
    mean = max(0.0, size - 4.0 * math.sqrt(size))
    counts = _poisson(mean * weights / weights.sum(), stream)
    missing = size - int(counts.sum())
    own = np.uint64(branch(stream, np.uint64(len(weights))))
    if missing > 0:
        _add(counts, *alias_table(weights, np.array([0, len(weights)])), missing, own)
    elif missing < 0:
        _take_away(counts, -missing, own)
    return counts


@njit(cache=True, nogil=True)
def _poisson(means: Floats, stream: np.uint64) -> Indices:
    """A Poisson number for each mean: by inversion, or, of larger ones, by Hörmann's (1993) transformed rejection."""
    counts = np.empty(len(means), dtype=np.int64)
    for kind in range(len(means)):
        own, mean = branch(stream, np.uint64(kind)), means[kind]
        if mean < _BY_INVERSION:
            u, count, chance = uniform(own, _ZERO), 0, math.exp(-mean)
            while u >= chance and count < 200:
                u -= chance
                count += 1
                chance *= mean / count
            counts[kind] = count
            continue
        b = 0.931 + 2.53 * math.sqrt(mean)
        a = -0.059 + 0.02483 * b
        number = _ZERO
        while True:
            u, v = uniform(own, number) - 0.5, 1.0 - uniform(own, number + _ONE)
            number += _ONE + _ONE
            edge = 0.5 - abs(u)
            count = math.floor((2.0 * a / edge + b) * u + mean + 0.43) if edge > 0.0 else -1
            if edge >= 0.07 and v <= 0.9277 - 3.6224 / (b - 2.0):
                break
            if count < 0 or (edge < 0.013 and v > edge):
                continue
            inside = math.log(v * (1.1239 + 1.1328 / (b - 3.4)) / (a / (edge * edge) + b))
            if inside <= count * math.log(mean) - mean - math.lgamma(count + 1.0):
                break
        counts[kind] = int(count)
    return counts


@njit(cache=True, nogil=True)
def _add(counts: Indices, chances: Floats, aliases: Indices, missing: int, own: np.uint64) -> None:
    for draw in range(missing):
        at = uniform(own, np.uint64(draw)) * len(counts)
        kind = int(at)
        counts[kind if at - kind < chances[kind] else aliases[kind]] += 1


@njit(cache=True, nogil=True)
def _take_away(counts: Indices, surplus: int, own: np.uint64) -> None:
    left = counts.sum()
    for draw in range(surplus):
        rank = int(uniform(own, np.uint64(draw)) * left)
        kind = 0
        while rank >= counts[kind]:
            rank -= counts[kind]
            kind += 1
        counts[kind] -= 1
        left -= 1
