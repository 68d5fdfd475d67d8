"""Few loci with many alleles in an infinite haploid population: the model of mixability.

The frequencies P of the genotypes are a tensor with an axis for each locus, ``P[a_1, ..., a_k]``, and so is fitness.
A generation is selection, ``Q = P w / sum(P w)``, then recombination; with two loci and rate r

    P'[i, j] = (1 - r) Q[i, j] + r Q[i, .] Q[., j]          (Livnat, Papadimitriou, Dushoff & Feldman 2008).

Populations may be stacked: of more axes, the last are the loci, as many as ``rates`` says.
"""

import itertools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sim.arrays import Bools, Floats, Indices

EXAMPLE: Floats = np.array([[0.90, 0.90, 1.20], [1.10, 1.15, 1.05], [0.95, 1.10, 0.85]])
"""Fitness of A1..A3 (rows) with B1..B3: the best genotype is A1B3, the best alleles on average are A2 and B2.

From equal frequencies A1B3 wins for r up to .1, A2B2 for r from .25. It is this project's own example.
"""
EXAMPLE.setflags(write=False)

_ROUNDING = 1e-9


@dataclass(frozen=True)
class Evolution:
    """What became of one population, from the start to the generation at which it ended."""

    mean_fitness: Floats
    """(generations + 1,)"""

    allele_frequencies: tuple[Floats, ...]
    """For each locus (generations + 1, alleles)."""

    frequencies: Floats
    """Of the genotypes, at the end."""

    winner: tuple[int, ...]
    """The alleles of the genotype that is most frequent at the end."""

    fixed: bool
    """Whether the winner has reached ``1 - tolerance``."""


def random_tables(count: int, alleles: int, seed: int) -> Floats:
    """Fitness (count, alleles, alleles) of two loci, each value drawn from U[1, 2]."""
    return np.random.default_rng(seed).uniform(1.0, 2.0, (count, alleles, alleles))


def recombine(frequencies: Floats, rates: ArrayLike) -> Floats:
    """Frequencies after recombination between random pairs of parents.

    ``rates``, in [0, 1/2]: for two loci one number, for k loci those between neighbours (k - 1,), without interference.
    Sums over the ``2**(k - 1)`` ways to share out the loci between two parents. Raises ValueError for rates out of
    range or too many for the axes of ``frequencies``, and for frequencies that are negative or do not sum to 1.
    """
    linked = _checked_rates(rates)
    _check_frequencies(frequencies, len(linked) + 1)
    return _recombined(frequencies, _ways(linked))


def generation(frequencies: Floats, fitness: Floats, rates: ArrayLike) -> Floats:
    """Frequencies after selection and recombination; shapes, ``rates`` and errors as for `recombine`.

    ``fitness``: of the shape of ``frequencies``, 0 and above. Raises ValueError for another shape, for values that are
    negative or not finite, and where nothing that is present survives.
    """
    linked = _checked_rates(rates)
    _check_frequencies(frequencies, len(linked) + 1)
    _check_fitness(fitness, frequencies, len(linked) + 1)
    return _next(frequencies, fitness, _ways(linked))


def evolve(
    fitness: Floats,
    rates: ArrayLike,
    *,
    generations: int = 10_000,
    start: Floats | None = None,
    tolerance: float = 1e-6,
) -> Evolution:
    """Follow one population until a genotype's frequency reaches ``1 - tolerance``, for at most ``generations``.

    ``start``: frequencies of the shape of ``fitness``, equal if None; where it is nearly fixed, as for an invasion, set
    ``tolerance`` to 0. Errors as for `generation`.
    """
    frequencies = np.full(fitness.shape, 1.0 / fitness.size) if start is None else start
    linked = _checked_rates(rates)
    if fitness.ndim != len(linked) + 1:
        raise ValueError(f"fitness must have {len(linked) + 1} axes, one for each locus; got {fitness.ndim}")
    _check_frequencies(frequencies, fitness.ndim)
    _check_fitness(fitness, frequencies, fitness.ndim)
    ways = _ways(linked)
    means, alleles = [np.vdot(frequencies, fitness)], [_allele_frequencies(frequencies)]
    while frequencies.max() < 1.0 - tolerance and len(means) <= generations:
        frequencies = _next(frequencies, fitness, ways)
        means.append(np.vdot(frequencies, fitness))
        alleles.append(_allele_frequencies(frequencies))
    return Evolution(
        mean_fitness=np.array(means),
        allele_frequencies=tuple(np.array(of_locus) for of_locus in zip(*alleles, strict=True)),
        frequencies=frequencies,
        winner=tuple(int(allele) for allele in np.unravel_index(frequencies.argmax(), fitness.shape)),
        fixed=bool(frequencies.max() >= 1.0 - tolerance),
    )


def winners(
    fitness: Floats, rates: ArrayLike, *, generations: int = 10_000, tolerance: float = 1e-3
) -> tuple[Indices, Bools]:
    """The winners (count, loci) of many tables ``fitness`` (count, alleles, ...), and whether each is fixed (count,).

    All populations start with equal frequencies and end as in `evolve`, but side by side. Errors as for `generation`.
    """
    linked = _checked_rates(rates)
    shape = fitness.shape[1:]
    if len(shape) != len(linked) + 1:
        raise ValueError(f"fitness must have {len(linked) + 2} axes, of the tables and each locus; got {fitness.ndim}")
    frequencies = np.full(fitness.shape, 1.0 / np.prod(shape))
    _check_fitness(fitness, frequencies, len(shape))
    ways = _ways(linked)
    genotypes = frequencies.reshape(len(fitness), -1)
    running = np.arange(len(fitness))
    for _ in range(generations):
        frequencies[running] = _next(frequencies[running], fitness[running], ways)
        running = running[genotypes[running].max(axis=1) < 1.0 - tolerance]
        if not running.size:
            break
    best = np.unravel_index(genotypes.argmax(axis=1), shape)
    return np.stack(best, axis=1), genotypes.max(axis=1) >= 1.0 - tolerance


_Way = tuple[float, tuple[int, ...], tuple[int, ...]]
"""A probability, and the axes of the loci that come from the one parent and from the other."""


def _ways(rates: Floats) -> list[_Way]:
    loci = len(rates) + 1
    ways = []
    for switches in itertools.product([False, True], repeat=len(rates)):
        probability = math.prod(rate if switch else 1.0 - rate for rate, switch in zip(rates, switches, strict=True))
        from_second = [False, *(bool(count % 2) for count in itertools.accumulate(switches))]
        first = tuple(at - loci for at in range(loci) if not from_second[at])
        second = tuple(at - loci for at in range(loci) if from_second[at])
        if probability > 0.0:
            ways.append((probability, first, second))
    return ways


def _recombined(frequencies: Floats, ways: list[_Way]) -> Floats:
    result = np.zeros_like(frequencies)
    for probability, first, second in ways:
        of_first, of_second = frequencies.sum(axis=second, keepdims=True), frequencies.sum(axis=first, keepdims=True)
        result += probability * of_first * of_second
    return result


def _next(frequencies: Floats, fitness: Floats, ways: list[_Way]) -> Floats:
    selected = frequencies * fitness
    _, first, second = ways[0]
    selected /= selected.sum(axis=first + second, keepdims=True)
    return _recombined(selected, ways)


def _allele_frequencies(frequencies: Floats) -> list[Floats]:
    axes = range(frequencies.ndim)
    return [frequencies.sum(axis=tuple(other for other in axes if other != axis)) for axis in axes]


def _checked_rates(rates: ArrayLike) -> Floats:
    """One rate (loci - 1,) for each pair of neighbours."""
    given = np.atleast_1d(np.asarray(rates, dtype=np.float64))
    if given.ndim != 1 or not np.all((given >= 0.0) & (given <= 0.5)):
        raise ValueError(f"rates must be one number in [0, 1/2], or a row of them between neighbours; got {rates!r}")
    return given


def _check_frequencies(frequencies: Floats, loci: int) -> None:
    if frequencies.ndim < loci:
        raise ValueError(f"frequencies must have {loci} axes, one for each locus; got {frequencies.ndim}")
    if not np.all(frequencies >= 0.0):
        raise ValueError(f"frequencies must not be negative; got {frequencies.min()}")
    totals = frequencies.sum(axis=tuple(range(-loci, 0)))
    if not np.all(np.abs(totals - 1.0) <= _ROUNDING):
        raise ValueError(f"frequencies must sum to 1; got {totals}: divide them by their sum")


def _check_fitness(fitness: Floats, frequencies: Floats, loci: int) -> None:
    if fitness.shape != frequencies.shape:
        raise ValueError(f"fitness must have shape {frequencies.shape}, as frequencies; got {fitness.shape}")
    if not np.all((fitness >= 0.0) & (fitness < np.inf)):
        raise ValueError("fitness must be 0 or above and finite, everywhere")
    if not np.all(np.any(frequencies * fitness > 0.0, axis=tuple(range(-loci, 0)))):
        raise ValueError("no genotype that is present survives; give at least one a fitness above 0")
