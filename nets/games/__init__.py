"""Networks as games: which units are there, and how well the network does."""

from nets.games.ablation import AblationGame, Background
from nets.games.base import SCALES, ClassifierGame
from nets.games.crossing import CrossGame, cross
from nets.games.leaving_out import pairs, second_differences, singles
from nets.games.module import ModuleGame
from nets.games.sequential import cross_modules, recompute_statistics

__all__ = [
    "SCALES",
    "AblationGame",
    "Background",
    "ClassifierGame",
    "CrossGame",
    "ModuleGame",
    "cross",
    "cross_modules",
    "pairs",
    "recompute_statistics",
    "second_differences",
    "singles",
]
