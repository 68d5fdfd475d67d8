"""The growing of the scene about robustness: clonal and sexual populations, and genomes with parts missing."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from analysis.measures.design import tabulate
from analysis.measures.spectrum import exact_spectrum
from analysis.streams import generator_for, seed_for
from sim import CLONAL, SEXUAL, KnockOutGame, Landscape, Population, evolve
from sim.alleles import random_tables, winners
from sim.games import both_scales
from sim.landscape import GeneNetworkLandscape

if TYPE_CHECKING:
    from analysis.arrays import Floats
    from analysis.scenes.base import Grown
    from analysis.scenes.robustness import Settings
    from sim.arrays import Indices, Individuals

KEY = "robustness"
MODES = {"clonal": CLONAL, "sexual": SEXUAL}
_SCALES = ("natural", "log")
MISSING = {"alone": 0.5, "nearly": 0.1}
"""Probability that an element is missing, where the first-order share is taken."""


def grow(settings: Settings, seed: int, replicate: int) -> Grown:
    """Robustness and first-order share, ``what:scale:landscape:mode``, of evolved genomes."""
    found: Grown = {}
    for name in settings.populated:
        key = (KEY, name, replicate)
        spec, place = settings.landscape(name), settings.place(name)
        landscape = spec.build(seed_for(seed, *key, "landscape"))
        founders = landscape.founders(place.population, seed_for(seed, *key, "founders"))
        for mode, reproduction in MODES.items():
            population = evolve(
                landscape,
                reproduction,
                founders,
                generations=place.generations,
                mutation=place.mutation,
                seed=seed_for(seed, *key, "evolution", mode),
            )
            rng = generator_for(seed, *key, "members")
            numbers = measured(landscape, population, settings, rng)
            found |= {f"{what}:{name}:{mode}": value for what, value in numbers.items()}
    return found | _of_alleles(settings, seed_for(seed, KEY, "alleles", replicate))


def measured(landscape: Landscape, population: Population, settings: Settings, rng: np.random.Generator) -> Grown:
    """Means over survivors of selection, drawn with replacement.

    ``robust``: what is left of fitness after one mutation, as a ratio, and as a difference of log fitness; ``alone``
    and ``nearly``: the first-order share with half of the elements missing, or a tenth, NaN for constant games;
    ``varied``: the share of elements in which two individuals differ.
    """
    members = settings.members
    surviving = population.shares * np.exp(population.log_fitness - population.log_fitness.max())
    chosen = rng.choice(len(surviving), size=members, p=surviving / surviving.sum())
    drawn = population.individuals[chosen]
    each = [drawn[i : i + 1] for i in range(members)]
    change = np.concatenate([_changes(landscape, individual, rng) for individual in each])
    shares = [_first_orders(KnockOutGame(landscape=landscape, individual=individual)) for individual in each]
    alike = landscape.observations(drawn)
    return {
        "robust:natural": float(np.exp(change).mean()),
        "robust:log": float(change.mean()),
        **{name: _known_mean(np.array([share[name] for share in shares])) for name in shares[0]},
        "varied": float((alike != alike[np.roll(np.arange(members), 1)]).mean()),
        "fitness": population.mean_fitness,
    }


def _known_mean(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else np.nan


def _changes(landscape: Landscape, individual: Individuals, rng: np.random.Generator) -> Floats:
    """What single mutations change in log fitness: of all loci, or of as many connections of a network as exist."""
    if isinstance(landscape, GeneNetworkLandscape):
        places = np.argwhere(individual[0] != 0.0)
        mutants = np.repeat(individual, len(places), axis=0)
        mutants[np.arange(len(places)), places[:, 0], places[:, 1]] = rng.standard_normal(len(places))
    else:
        single = np.uint64(1) << np.arange(landscape.elements, dtype=np.uint64)
        mutants = individual ^ single[:, None]
    changed: Floats = landscape.log_fitness(mutants) - landscape.log_fitness(individual)
    return changed


def _first_orders(game: KnockOutGame) -> dict[str, float]:
    """By how much is missing and by scale, from all sets of elements."""
    found = {}
    for scale, values in zip(_SCALES, both_scales(tabulate(game, game.n)).values(), strict=True):
        for name, missing in MISSING.items():
            found[f"{name}:{scale}"] = exact_spectrum(values, 1.0 - missing).first_order_share
    return found


def _of_alleles(settings: Settings, seed: int) -> Grown:
    """The same of the winners of two loci with many alleles in infinite populations, means over landscapes.

    A mutation replaces an allele by any other; an absent allele by a random one.
    """
    tables = random_tables(settings.tables, settings.alleles, seed)
    found: Grown = {}
    for mode, rate in (("clonal", 0.0), ("sexual", 0.5)):
        won, _ = winners(tables, rate, generations=settings.allele_generations)
        for (name, missing), scale in product(MISSING.items(), _SCALES):
            worth = tables if scale == "natural" else np.log(tables)
            found[f"{name}:{scale}:alleles:{mode}"] = first_order_of_pairs(worth, won, 1.0 - missing).mean()
        ratios = _mutants(tables, won)
        found[f"robust:natural:alleles:{mode}"] = float(ratios.mean())
        found[f"robust:log:alleles:{mode}"] = float(np.log(ratios).mean())
    return found


def _mutants(tables: Floats, won: Indices) -> Floats:
    """Fitness of all single mutants of the winners (tables, 2), in units of theirs, (tables, 2 (alleles - 1))."""
    each, alleles = np.arange(len(tables)), tables.shape[1]
    others = (np.arange(1, alleles) + won[:, :, None]) % alleles
    first = tables[each[:, None], others[:, 0], won[:, 1:]]
    second = tables[each[:, None], won[:, :1], others[:, 1]]
    ratios: Floats = np.concatenate([first, second], axis=1) / tables[each, won[:, 0], won[:, 1]][:, None]
    return ratios


def first_order_of_pairs(tables: Floats, won: Indices, keep_prob: float) -> Floats:
    """First-order share of two loci, (tables,), of which each holds the winner's allele or else a random one."""
    each, kept = np.arange(len(tables)), keep_prob
    one, two = won[:, 0], won[:, 1]
    both, first = tables[each, one, two], tables[each, one].mean(1)
    second, none = tables[each, :, two].mean(1), tables.mean((1, 2))
    of_first = kept * (both - second) + (1.0 - kept) * (first - none)
    of_second = kept * (both - first) + (1.0 - kept) * (second - none)
    single = of_first**2 + of_second**2
    shares: Floats = single / (single + kept * (1.0 - kept) * (both - first - second + none) ** 2)
    return shares
