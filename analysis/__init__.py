"""The shared layer: one set of measures for genes and neurons, and the statistics of a comparison."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.measures.association import Association, association, linkage
    from analysis.measures.combining import CombiningAbility, combining_ability, pool
    from analysis.measures.context import ContextDependence, context_dependence
    from analysis.measures.crossing import Crossing, crossing
    from analysis.measures.design import MaskDesign, complete, sample, tabulate
    from analysis.measures.game import Game, ScaledGame
    from analysis.measures.hits import DirectionalEpistasis, Robustness, directional_epistasis, robustness
    from analysis.measures.knock_out import KEEP_PROBS, KnockOutCurve, exact_knock_out, knock_out_curve
    from analysis.measures.network import (
        Modularity,
        adjusted_rand_index,
        describe,
        discoveries,
        interaction_network,
        modularity,
    )
    from analysis.measures.population import PopulationMixability, population_mixability, two_locus_mixability
    from analysis.measures.registry import MEASURES, Measure
    from analysis.measures.shapley import Shapley, exact_shapley, shapley_values
    from analysis.measures.spectrum import Spectrum, exact_spectrum, interaction_spectrum, spectrum
    from analysis.measures.stability import NoiseStability, noise_stability
    from analysis.measures.walsh import walsh_transform
    from analysis.stats import Comparison, Hierarchical, Verdict, compare, equivalence_p, hierarchical, holm, verdict
    from analysis.streams import generator_for, seed_for

__all__ = [
    "KEEP_PROBS",
    "MEASURES",
    "Association",
    "CombiningAbility",
    "Comparison",
    "ContextDependence",
    "Crossing",
    "DirectionalEpistasis",
    "Game",
    "Hierarchical",
    "KnockOutCurve",
    "MaskDesign",
    "Measure",
    "Modularity",
    "NoiseStability",
    "PopulationMixability",
    "Robustness",
    "ScaledGame",
    "Shapley",
    "Spectrum",
    "Verdict",
    "adjusted_rand_index",
    "association",
    "combining_ability",
    "compare",
    "complete",
    "context_dependence",
    "crossing",
    "describe",
    "directional_epistasis",
    "discoveries",
    "equivalence_p",
    "exact_knock_out",
    "exact_shapley",
    "exact_spectrum",
    "generator_for",
    "hierarchical",
    "holm",
    "interaction_network",
    "interaction_spectrum",
    "knock_out_curve",
    "linkage",
    "modularity",
    "noise_stability",
    "pool",
    "population_mixability",
    "robustness",
    "sample",
    "seed_for",
    "shapley_values",
    "spectrum",
    "tabulate",
    "two_locus_mixability",
    "verdict",
    "walsh_transform",
]

_HOMES = {
    "measures.association": "Association association linkage",
    "measures.combining": "CombiningAbility combining_ability pool",
    "measures.context": "ContextDependence context_dependence",
    "measures.crossing": "Crossing crossing",
    "measures.design": "MaskDesign complete sample tabulate",
    "measures.game": "Game ScaledGame",
    "measures.hits": "DirectionalEpistasis Robustness directional_epistasis robustness",
    "measures.knock_out": "KEEP_PROBS KnockOutCurve exact_knock_out knock_out_curve",
    "measures.network": "Modularity adjusted_rand_index describe discoveries interaction_network modularity",
    "measures.population": "PopulationMixability population_mixability two_locus_mixability",
    "measures.registry": "MEASURES Measure",
    "measures.shapley": "Shapley exact_shapley shapley_values",
    "measures.spectrum": "Spectrum exact_spectrum interaction_spectrum spectrum",
    "measures.stability": "NoiseStability noise_stability",
    "measures.walsh": "walsh_transform",
    "stats": "Comparison Hierarchical Verdict compare equivalence_p hierarchical holm verdict",
    "streams": "generator_for seed_for",
}
"""Where each name is from. They are loaded when they are asked for: a list of runs needs no kernels."""


def __getattr__(name: str) -> Any:
    """A public name, from where it is."""
    for home, names in _HOMES.items():
        if name in names.split():
            return getattr(import_module(f"analysis.{home}"), name)
    raise AttributeError(f"module 'analysis' has no attribute {name!r}")


def __dir__() -> list[str]:
    """All that is public."""
    return __all__
