"""Studies of comparisons: every replicate is a game of its own in each arm, measured with sampled masks."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from analysis import compare, crossing, hierarchical, sample, spectrum
from analysis.arrays import Floats
from verification.games import BLOCK, ORDERS, BlockGame
from verification.study import SIZES, Quantity, Reading, Study

REPLICATES = 10
MASKS = {8: 128, 64: 1024}
"""Masks of a replicate's spectrum, by the number of elements."""
CHILDREN = 64
EVEN_VARIANCE = 4.0


@dataclass(frozen=True, kw_only=True)
class Population:
    """What is true of replicates, drawn in pairs that have part of their variation in common."""

    draw: Callable[[np.random.Generator, int], Floats]
    """Values (2, replicates) of the arms without and with mixing."""
    mean: tuple[float, float]
    variance: tuple[float, float]

    def effect_size(self, noise: float) -> float:
        """Difference of the means in units of the pooled standard deviation, ``noise`` the variance from masks."""
        return (self.mean[1] - self.mean[0]) / float(np.sqrt(np.mean(self.variance) + noise))


def _normal(rng: np.random.Generator, replicates: int) -> Floats:
    common, own = rng.standard_normal(replicates), rng.standard_normal((2, replicates))
    return np.array([[1.5], [0.7]]) + 0.6 * common + 0.5 * own


def _skewed(rng: np.random.Generator, replicates: int) -> Floats:
    common, own = rng.standard_normal(replicates), rng.standard_normal((2, replicates))
    return np.array([[1.0], [0.5]]) * np.exp(0.6 * common + 0.8 * own)


def _heavy(rng: np.random.Generator, replicates: int) -> Floats:
    return np.array([[1.5], [0.7]]) + 0.6 * rng.standard_normal(replicates) + 0.5 * rng.standard_t(3, (2, replicates))


def _shares(rng: np.random.Generator, replicates: int) -> Floats:
    own = np.array([rng.beta(2.0, 4.0, replicates), rng.beta(4.0, 2.0, replicates)])
    shares: Floats = 0.4 * (rng.beta(3.0, 3.0, replicates) + own)
    return shares


NORMAL = Population(draw=_normal, mean=(1.5, 0.7), variance=(0.61, 0.61))
SKEWED = Population(
    draw=_skewed,
    mean=(float(np.exp(0.5)), float(np.exp(0.5) / 2.0)),
    variance=(float(np.exp(2.0) - np.e), float(np.exp(2.0) - np.e) / 4.0),
)
HEAVY = Population(draw=_heavy, mean=(1.5, 0.7), variance=(1.11, 1.11))
SHARES_DIFFERENCE = 0.4 * (2.0 / 3.0 - 1.0 / 3.0)


def of_shares(n: int, rng: np.random.Generator) -> dict[str, Reading]:
    """Difference of first-order shares, true ones being sums of Beta variables."""
    arms = [[_measured_share(rng, n, float(share)) for share in arm] for arm in _shares(rng, REPLICATES)]
    found = compare(*arms, seed=int(rng.integers(2**63)))
    return {"share difference": Reading(found.difference, found.low, found.high, SHARES_DIFFERENCE)}


def _measured_share(rng: np.random.Generator, n: int, share: float) -> float:
    rest = (1.0 - share) / 2.0
    game, design = BlockGame.random(rng, n, np.array([share, rest, rest])), sample(n, MASKS[n], rng)
    return spectrum(design, game(design.masks)).first_order_share


def of_loads(n: int, population: Population, replicates: int, rng: np.random.Generator) -> dict[str, Reading]:
    """Difference and effect size of half-swap loads, and the mean of one arm."""
    games = [
        [BlockGame.with_load(rng, n, load, EVEN_VARIANCE) for load in arm] for arm in population.draw(rng, replicates)
    ]
    masks = [[sample(n, CHILDREN, rng).masks for _ in arm] for arm in games]
    loads = [
        [crossing([game], own, {"natural": 0.0})["natural"].half_swap_load for game, own in zip(*arm, strict=True)]
        for arm in zip(games, masks, strict=True)
    ]
    ends = np.zeros((2, n), dtype=np.bool_)
    ends[0] = True
    samples = [
        game(ends).mean() - game(own).reshape(2, -1).mean(0) for game, own in zip(games[0], masks[0], strict=True)
    ]
    seed = int(rng.integers(2**63))
    found, mean = compare(*loads, seed=seed), hierarchical(samples, seed=seed)
    true = population.mean
    return {
        "load difference": Reading(found.difference, found.low, found.high, true[1] - true[0]),
        "effect size": Reading(
            found.hedges_g, found.hedges_g_low, found.hedges_g_high, population.effect_size(_noise(n, population))
        ),
        "mean load": Reading(mean.mean, mean.low, mean.high, true[0]),
    }


def _noise(n: int, population: Population) -> float:
    """Mean variance of a measured load around the true one, over games and both arms."""
    even = n // BLOCK * int(np.sum((ORDERS % 2 == 0) & (ORDERS > 0)))
    squares = float(np.mean(np.square(population.mean) + population.variance))
    return (EVEN_VARIANCE + squares / even) / (CHILDREN / 2.0)


def studies() -> list[Study]:
    """Comparisons of well-behaved populations at all sizes, with few and many replicates, and of two that are not."""
    bca = "Comparison.low to high"
    loads = {
        "load difference": Quantity(label="difference of half-swap loads", interval=bca),
        "effect size": Quantity(label="Hedges' g of half-swap loads", interval="Comparison.hedges_g_low to high"),
        "mean load": Quantity(label="mean of half-swap loads", interval="Hierarchical.low to high"),
    }
    cases: list[tuple[str, int, Population, int]] = [
        *(("normal", n, NORMAL, REPLICATES) for n in SIZES),
        ("normal, few", 8, NORMAL, 5),
        ("normal, many", 8, NORMAL, 20),
        ("skewed", 8, SKEWED, REPLICATES),
        ("heavy tails", 8, HEAVY, REPLICATES),
    ]
    stress = {"skewed": "log-normal", "heavy tails": "Student's t(3)"}
    return [
        *(
            Study(
                name="shares",
                level="replicates",
                n=n,
                effort=f"{masks:,} masks",
                variant=f"{REPLICATES} pairs",
                quantities={"share difference": Quantity(label="difference of first-order shares", interval=bca)},
                measure=partial(of_shares, n),
            )
            for n, masks in MASKS.items()
        ),
        *(
            Study(
                name=name,
                level="stress" if name in stress else "replicates",
                n=n,
                effort=f"{CHILDREN} children",
                variant=stress.get(name, f"{replicates} pairs"),
                quantities=loads,
                measure=partial(of_loads, n, population, replicates),
            )
            for name, n, population, replicates in cases
        ),
    ]
