"""Landscapes: one file each, all under the protocol `Landscape`."""

from sim.landscape.base import Landscape
from sim.landscape.gene_network import GeneNetworkLandscape
from sim.landscape.pairwise import PairwiseLandscape

__all__ = ["GeneNetworkLandscape", "Landscape", "PairwiseLandscape"]
