"""Landscapes: one file each, all under the protocol `Landscape`, each with the spec that builds it."""

from typing import Annotated

from pydantic import Field

from sim.landscape.additive import AdditiveLandscape, AdditiveSpec
from sim.landscape.base import GenomeLandscape, Landscape, Shifted
from sim.landscape.blocks import BlockLandscape, ConspiraciesSpec, CountSpec, HIFFSpec, MesaSpec, RoyalRoadSpec
from sim.landscape.dominance import DominanceLandscape, DominanceSpec
from sim.landscape.gene_network import GeneNetworkLandscape, GeneNetworkSpec
from sim.landscape.nk import HouseOfCardsLandscape, HouseOfCardsSpec, NKLandscape, NKSpec
from sim.landscape.pairwise import PairwiseLandscape, PairwiseSpec
from sim.landscape.tabulated import TabulatedLandscape, TabulatedSpec
from sim.landscape.terms import SpectrumSpec, TermsLandscape

LANDSCAPES = (
    PairwiseSpec,
    AdditiveSpec,
    SpectrumSpec,
    NKSpec,
    HouseOfCardsSpec,
    ConspiraciesSpec,
    RoyalRoadSpec,
    HIFFSpec,
    MesaSpec,
    CountSpec,
    DominanceSpec,
    TabulatedSpec,
    GeneNetworkSpec,
)
"""Every kind of landscape that can be asked for by name."""
AnyLandscapeSpec = Annotated[
    PairwiseSpec
    | AdditiveSpec
    | SpectrumSpec
    | NKSpec
    | HouseOfCardsSpec
    | ConspiraciesSpec
    | RoyalRoadSpec
    | HIFFSpec
    | MesaSpec
    | CountSpec
    | DominanceSpec
    | TabulatedSpec
    | GeneNetworkSpec,
    Field(discriminator="kind"),
]

__all__ = [
    "LANDSCAPES",
    "AdditiveLandscape",
    "AdditiveSpec",
    "AnyLandscapeSpec",
    "BlockLandscape",
    "ConspiraciesSpec",
    "CountSpec",
    "DominanceLandscape",
    "DominanceSpec",
    "GeneNetworkLandscape",
    "GeneNetworkSpec",
    "GenomeLandscape",
    "HIFFSpec",
    "HouseOfCardsLandscape",
    "HouseOfCardsSpec",
    "Landscape",
    "MesaSpec",
    "NKLandscape",
    "NKSpec",
    "PairwiseLandscape",
    "PairwiseSpec",
    "RoyalRoadSpec",
    "Shifted",
    "SpectrumSpec",
    "TabulatedLandscape",
    "TabulatedSpec",
    "TermsLandscape",
]
