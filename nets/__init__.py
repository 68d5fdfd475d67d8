"""The network engine: dropout of every kind, training of replicates side by side, ablation, crossing, probing.

Closed forms are in `nets.theory`, evolution of networks in `nets.evolution`, probing of any module in `nets.probing`.
"""

import os

# Intel's library may round a network's product by where its numbers lie in memory, so otherwise alone than beside
# others; it reads this when it is first used.
os.environ.setdefault("MKL_CBWR", "AUTO,STRICT")

from nets.data import DATASETS, DataError, Dataset, Split, Synthetic, from_arrays, from_torch, load, split
from nets.dropout import (
    DROPOUTS,
    NOISES,
    BlockDropout,
    ChannelDropout,
    ClassicDropout,
    DropConnect,
    Dropout,
    DropoutLayer,
    FixedCountDropout,
    GaussianDropout,
)
from nets.ensemble import Ensemble
from nets.evolution import Evolution, Evolved, Generation, Genomes, evolve
from nets.games import (
    AblationGame,
    CrossGame,
    ModuleGame,
    cross,
    cross_modules,
    pairs,
    recompute_statistics,
    second_differences,
    singles,
)
from nets.matching import match, match_modules, match_pool
from nets.mlp import Mlp
from nets.penalties import MarginalPenalty, QuadraticPenalty
from nets.recipe import Recipe
from nets.recipes import RECIPES
from nets.training import Seeds, Trained, train

__all__ = [
    "DATASETS",
    "DROPOUTS",
    "NOISES",
    "RECIPES",
    "AblationGame",
    "BlockDropout",
    "ChannelDropout",
    "ClassicDropout",
    "CrossGame",
    "DataError",
    "Dataset",
    "DropConnect",
    "Dropout",
    "DropoutLayer",
    "Ensemble",
    "Evolution",
    "Evolved",
    "FixedCountDropout",
    "GaussianDropout",
    "Generation",
    "Genomes",
    "MarginalPenalty",
    "Mlp",
    "ModuleGame",
    "QuadraticPenalty",
    "Recipe",
    "Seeds",
    "Split",
    "Synthetic",
    "Trained",
    "cross",
    "cross_modules",
    "evolve",
    "from_arrays",
    "from_torch",
    "load",
    "match",
    "match_modules",
    "match_pool",
    "pairs",
    "recompute_statistics",
    "second_differences",
    "singles",
    "split",
    "train",
]
