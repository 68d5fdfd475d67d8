"""Dropout of every kind whose randomness has a name: noise functions, and torch layers built on them."""

from nets.dropout.connect import DropConnect
from nets.dropout.elementwise import ClassicDropout, Dropout, GaussianDropout
from nets.dropout.layer import DropoutLayer
from nets.dropout.noise import NOISES, Noise, Per, keep_prob
from nets.dropout.registry import DROPOUTS
from nets.dropout.rescaling import Rescaling, inverted_to_classic
from nets.dropout.units import BlockDropout, ChannelDropout, FixedCountDropout

__all__ = [
    "DROPOUTS",
    "NOISES",
    "BlockDropout",
    "ChannelDropout",
    "ClassicDropout",
    "DropConnect",
    "Dropout",
    "DropoutLayer",
    "FixedCountDropout",
    "GaussianDropout",
    "Noise",
    "Per",
    "Rescaling",
    "inverted_to_classic",
    "keep_prob",
]
