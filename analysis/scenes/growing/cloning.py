"""Clonal and sexual populations from the same founders, on three landscapes."""

from typing import TYPE_CHECKING

import numpy as np

from analysis.scenes.base import Grown
from analysis.scenes.growing.landscapes import NAMES, mean_log_fitness, moments, watched
from analysis.streams import seed_for
from sim import CLONAL, SEXUAL, GenomeLandscape

if TYPE_CHECKING:
    from analysis.scenes.cloning import Settings

ARMS = ("clonal", "sexual")


def grow(settings: "Settings", seed: int, replicate: int) -> Grown:
    """Mean log fitness of both arms at all times, and its beginning, early mean and end."""
    times = moments(settings.generations)
    early = [at for at, time in enumerate(times) if 1 <= time <= settings.early]
    found: Grown = {"times": times}
    for name in NAMES:
        key = ("scene", "cloning", name, replicate)
        landscape = getattr(settings, name).build(seed_for(seed, *key, "landscape"))
        founders = landscape.founders(settings.population, seed_for(seed, *key, "founders"))
        for arm, reproduction in zip(ARMS, (CLONAL, SEXUAL), strict=True):
            stream = seed_for(seed, *key, "evolution", arm)
            populations = watched(landscape, reproduction, founders, times, mutation=settings.mutation, seed=stream)
            course = np.array([mean_log_fitness(population) for population in populations])
            found[f"course:{name}:{arm}"] = course
            found[f"first:{name}:{arm}"], found[f"end:{name}:{arm}"] = course[1], course[-1]
            found[f"early:{name}:{arm}"] = course[early].mean()
        found[f"load:{name}"] = load_of_sex(landscape)
    return found


def load_of_sex(landscape: GenomeLandscape) -> float:
    """How much lower the log fitness of the first sexual children is, for weak selection on random founders.

    Selection raises clones by the whole variance ``sum V_k``. Of what it raises a parent by at order k, a child keeps
    ``2**-k`` from each of its two parents, so the load is ``sum (1 - 2**(1 - k)) V_k``.
    """
    variance = landscape.spectrum()[1:]
    return float(np.sum((1.0 - 2.0 ** -np.arange(len(variance))) * variance))
