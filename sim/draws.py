"""Counter-based random numbers: every draw is a pure function of where it is used.

A draw is addressed by (key, generation, individual, lane, index) and hashed to 64 bits by the
finaliser of SplitMix64 (Steele, Lea & Flood 2014) at each level of the address, so no result depends
on the order of computation, the number of threads or what else was run.
"""

import math

import numpy as np
from numba import njit

from sim.arrays import Words

LANE_PARENTS = np.uint64(0 << 32)
LANE_SEX = np.uint64(1 << 32)
LANE_SELFING = np.uint64(2 << 32)
LANE_RECOMBINATION = np.uint64(3 << 32)
LANE_MUTATION = np.uint64(4 << 32)
LANE_EFFECT = np.uint64(5 << 32)
LANE_ISLAND = np.uint64(6 << 32)
LANE_BROOD = np.uint64(7 << 32)
LANE_CLONES = np.uint64(8 << 32)
LANE_RANK = np.uint64(9 << 32)
LANE_ENVIRONMENT = np.uint64(10 << 32)

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MULTIPLY_1 = np.uint64(0xBF58476D1CE4E5B9)
_MULTIPLY_2 = np.uint64(0x94D049BB133111EB)
_ONE = np.uint64(1)
_SHIFT_27, _SHIFT_30, _SHIFT_31 = np.uint64(27), np.uint64(30), np.uint64(31)
_SHIFT_11 = np.uint64(11)
_TO_UNIT = 2.0**-53


@njit(cache=True, nogil=True, inline="always")
def branch(state: np.uint64, index: np.uint64) -> np.uint64:
    """The 64 random bits (or the sub-stream) number ``index`` of the stream ``state``."""
    z = state + _GOLDEN * (index + _ONE)
    z = (z ^ (z >> _SHIFT_30)) * _MULTIPLY_1
    z = (z ^ (z >> _SHIFT_27)) * _MULTIPLY_2
    return z ^ (z >> _SHIFT_31)


@njit(cache=True, nogil=True, inline="always")
def uniform(state: np.uint64, index: np.uint64) -> float:
    """A uniform number in [0, 1) with 53 random bits."""
    return np.float64(branch(state, index) >> _SHIFT_11) * _TO_UNIT


@njit(cache=True, nogil=True)
def branches(state: np.uint64, count: int) -> Words:
    """The first ``count`` sub-streams of the stream ``state``, (count,)."""
    streams = np.empty(count, dtype=np.uint64)
    for index in range(count):
        streams[index] = branch(state, np.uint64(index))
    return streams


@njit(cache=True, nogil=True)
def normal(state: np.uint64, index: np.uint64) -> float:
    """A standard normal number, by Box & Muller (1958) from draws ``2 index`` and ``2 index + 1``."""
    first = index + index
    radius = math.sqrt(-2.0 * math.log(1.0 - uniform(state, first)))
    return radius * math.cos(2.0 * math.pi * uniform(state, first + _ONE))
