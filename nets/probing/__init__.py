"""Probing any trained module: how much the elements of one of its layers have come to depend on each other."""

from nets.probing.errors import ProbeError
from nets.probing.game import ProbeGame
from nets.probing.kinds import KINDS, Site, at_input, at_output
from nets.probing.layers import Layer, layers, there_are
from nets.probing.loading import build, load_weights

__all__ = [
    "KINDS",
    "Layer",
    "ProbeError",
    "ProbeGame",
    "Site",
    "at_input",
    "at_output",
    "build",
    "layers",
    "load_weights",
    "there_are",
]
