"""Who wins on random tables of fitness of two loci with several alleles."""

from typing import TYPE_CHECKING

import numpy as np

from analysis.arrays import Floats
from analysis.scenes.base import Grown
from analysis.streams import seed_for
from sim.alleles import random_tables, winners

if TYPE_CHECKING:
    from analysis.scenes.two_locus import Settings

ALLELES = (3, 5, 10)
RATES = (0.0, 0.01, 0.05, 0.1, 0.25, 0.5)


def grow(settings: "Settings", seed: int, replicate: int) -> Grown:
    """Who wins on random landscapes, by number of alleles and rate of recombination."""
    found: Grown = {}
    for alleles in ALLELES:
        fitness = random_tables(settings.landscapes, alleles, seed_for(seed, "scene", "two-locus", alleles, replicate))
        best = np.stack(np.unravel_index(fitness.reshape(len(fitness), -1).argmax(1), fitness.shape[1:]), axis=1)
        worth = mixability(fitness)
        for rate in RATES:
            won, fixed = winners(fitness, rate, generations=settings.generations)
            name = f"{alleles}:{rate:g}"
            found[f"best:{name}"] = np.mean((won == best).all(1))
            found[f"mixable:{name}"] = np.mean((won == worth.argmax(2)).all(1))
            found[f"rank:{name}"] = np.mean(np.take_along_axis(ranks(worth), won[:, :, None], axis=2))
            found[f"fixed:{name}"] = np.mean(fixed)
    return found


def ranks(worth: Floats) -> Floats:
    """Rank of each entry along the last axis, from 0 for the lowest to 1 for the highest."""
    rank: Floats = worth.argsort(-1).argsort(-1) / (worth.shape[-1] - 1.0)
    return rank


def mixability(fitness: Floats) -> Floats:
    """Mean fitness of each allele with all partners, (tables, loci, alleles), of tables (tables, alleles, alleles)."""
    return np.stack([fitness.mean(2), fitness.mean(1)], axis=1)
