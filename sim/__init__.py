"""The genetic-mixing simulator: landscapes, reproduction, populations, and their individuals as games."""

from sim.demography import Bottleneck, Demography
from sim.environment import Alternation, Environment, MovingTarget, Static
from sim.evolution import evolve, infinite_population
from sim.games import CrossGame, KnockOutGame
from sim.genome import pack, unpack
from sim.landscape import (
    AdditiveLandscape,
    BlockLandscape,
    DominanceLandscape,
    GeneNetworkLandscape,
    GenomeLandscape,
    HouseOfCardsLandscape,
    Landscape,
    NKLandscape,
    PairwiseLandscape,
    Shifted,
    TabulatedLandscape,
    TermsLandscape,
)
from sim.lineage import Lineage
from sim.population import Population
from sim.reproduction import CLONAL, FREE, SEXUAL, Recombination, Reproduction
from sim.scenario import Scenario
from sim.selection import PROPORTIONAL, Proportional, Selection, Tournament, Truncation

__all__ = [
    "CLONAL",
    "FREE",
    "PROPORTIONAL",
    "SEXUAL",
    "AdditiveLandscape",
    "Alternation",
    "BlockLandscape",
    "Bottleneck",
    "CrossGame",
    "Demography",
    "DominanceLandscape",
    "Environment",
    "GeneNetworkLandscape",
    "GenomeLandscape",
    "HouseOfCardsLandscape",
    "KnockOutGame",
    "Landscape",
    "Lineage",
    "MovingTarget",
    "NKLandscape",
    "PairwiseLandscape",
    "Population",
    "Proportional",
    "Recombination",
    "Reproduction",
    "Scenario",
    "Selection",
    "Shifted",
    "Static",
    "TabulatedLandscape",
    "TermsLandscape",
    "Tournament",
    "Truncation",
    "evolve",
    "infinite_population",
    "pack",
    "unpack",
]
