"""The network engine: dropout, training of replicates side by side, ablation, crossing, probing of any module."""

from nets.data import DataError, Dataset, Split, load, split
from nets.dropout import Dropout
from nets.ensemble import Ensemble
from nets.games import AblationGame, CrossGame, ModuleGame
from nets.matching import match
from nets.mlp import Mlp
from nets.recipe import Recipe
from nets.training import Seeds, Trained, train

__all__ = [
    "AblationGame",
    "CrossGame",
    "DataError",
    "Dataset",
    "Dropout",
    "Ensemble",
    "Mlp",
    "ModuleGame",
    "Recipe",
    "Seeds",
    "Split",
    "Trained",
    "load",
    "match",
    "split",
    "train",
]
