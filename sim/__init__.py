"""The genetic-mixing simulator: landscapes, reproduction, populations, and their individuals as games."""

from sim.evolution import Population, evolve
from sim.games import CrossGame, KnockOutGame
from sim.genome import pack, unpack
from sim.landscape import GeneNetworkLandscape, Landscape, PairwiseLandscape
from sim.reproduction import CLONAL, SEXUAL, Reproduction
from sim.scenario import GeneNetworkScenario, PairwiseScenario, Scenario

__all__ = [
    "CLONAL",
    "SEXUAL",
    "CrossGame",
    "GeneNetworkLandscape",
    "GeneNetworkScenario",
    "KnockOutGame",
    "Landscape",
    "PairwiseLandscape",
    "PairwiseScenario",
    "Population",
    "Reproduction",
    "Scenario",
    "evolve",
    "pack",
    "unpack",
]
