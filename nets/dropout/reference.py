"""Dropout in slow, plain NumPy, forward and backward: what the torch layers compute, to be read.

Fed the same key, this and `nets.dropout` drop the same elements; normal numbers agree up to float32's rounding.
"""

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Kind = Literal["inverted", "classic", "gaussian"]

_WORD = 2**64
_GOLDEN = 0x9E3779B97F4A7C15


def mixed(z: int) -> int:
    """The finaliser of SplitMix64 (Steele, Lea & Flood 2014)."""
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % _WORD
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB % _WORD
    return z ^ (z >> 31)


def word(key: int, counter: int, index: int) -> int:
    """64 random bits, unsigned: number ``index`` of step ``counter`` of the stream ``key``."""
    stream = mixed((key + _GOLDEN * (counter + 1)) % _WORD)
    return mixed((stream + _GOLDEN * (index + 1)) % _WORD)


def signed(bits: int, width: int) -> int:
    """The lowest ``width`` bits as a number in two's complement."""
    bits %= 2**width
    return bits - 2**width if bits >= 2 ** (width - 1) else bits


def kept(key: int, counter: int, element: int, drop_prob: float) -> bool:
    """Whether an element is kept: four of them share a word, lowest bits first."""
    lane = word(key, counter, element // 4) >> 16 * (element % 4)
    return signed(lane, 16) >= round(drop_prob * 65536) - 32768


def normal(key: int, counter: int, element: int) -> float:
    """A standard normal number (Box & Muller 1958): two share a word, the first takes the cosine."""
    bits = word(key, counter, element // 2)
    angle = signed(bits, 32) * math.pi * 2.0**-31
    radius = math.sqrt(-2.0 * math.log(min(1.0, (abs(signed(bits >> 32, 32)) + 0.5) * 2.0**-31)))
    return radius * (math.sin(angle) if element % 2 else math.cos(angle))


class ReferenceDropout:
    """One dropout layer of ``kind``, float64, whose ``factors`` are those of its last pass.

    ``key`` names the stream, as `nets.draws.key_of` gives it; passes in training count up from 0.
    """

    def __init__(self, kind: Kind, drop_prob: float, key: int) -> None:
        self.kind = kind
        self.drop_prob = round(drop_prob * 65536) / 65536
        self.key = key
        self.calls = 0
        self.factors: Floats = np.ones(())

    def forward(self, inputs: Floats, *, training: bool) -> Floats:
        """Inputs of any shape, multiplied by new factors or, in evaluation, by their expectation."""
        if training:
            drawn = [self._factor(element) for element in range(inputs.size)]
            self.factors = np.array(drawn).reshape(inputs.shape)
            self.calls += 1
        else:
            self.factors = np.full(inputs.shape, 1.0 - self.drop_prob if self.kind == "classic" else 1.0)
        return inputs * self.factors

    def backward(self, gradient: Floats) -> Floats:
        """The loss's gradient with respect to the inputs of the last pass, from that with respect to its outputs."""
        return gradient * self.factors

    def _factor(self, element: int) -> float:
        keep = 1.0 - self.drop_prob
        if self.kind == "gaussian":
            return 1.0 + math.sqrt(self.drop_prob / keep) * normal(self.key, self.calls, element)
        is_kept = kept(self.key, self.calls, element, self.drop_prob)
        return is_kept / keep if self.kind == "inverted" else float(is_kept)
