"""The shared layer: one set of measures for genes and neurons, and the statistics of a comparison."""

from analysis.measures.association import Association, association
from analysis.measures.crossing import Crossing, crossing
from analysis.measures.design import MaskDesign, complete, sample
from analysis.measures.game import Game, ScaledGame
from analysis.measures.knock_out import KEEP_PROBS, KnockOutCurve, knock_out_curve
from analysis.measures.registry import MEASURES, Measure
from analysis.measures.spectrum import Spectrum, interaction_spectrum, spectrum, walsh_transform
from analysis.stats import Comparison, Verdict, compare, holm, verdict
from analysis.streams import generator_for, seed_for

__all__ = [
    "KEEP_PROBS",
    "MEASURES",
    "Association",
    "Comparison",
    "Crossing",
    "Game",
    "KnockOutCurve",
    "MaskDesign",
    "Measure",
    "ScaledGame",
    "Spectrum",
    "Verdict",
    "association",
    "compare",
    "complete",
    "crossing",
    "generator_for",
    "holm",
    "interaction_spectrum",
    "knock_out_curve",
    "sample",
    "seed_for",
    "spectrum",
    "verdict",
    "walsh_transform",
]
