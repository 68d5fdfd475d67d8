"""What can be seen of a population without knowing its genealogy.

Every statistic is a function of a population and the landscape it lives on. Populations of individuals, of clones and
infinite ones are seen alike: rows count by their share.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from sim.arrays import Floats, Indices, Words
from sim.genome import unpack
from sim.landscape.base import GenomeLandscape, Landscape
from sim.landscape.dominance import DominanceLandscape
from sim.population import Population

_PAIRS_OF = 256
"""Linkage is taken over all pairs of at most so many loci, evenly spread along the genome."""
_ROWS = 4096
"""Genomes that are unpacked at a time."""
_ROUNDING = 1e-12
"""Sums of shares this near 0 or 1 are 0 or 1."""


@dataclass(frozen=True, kw_only=True, eq=False)
class View:
    """A population on its landscape, with what several statistics need."""

    population: Population
    landscape: Landscape
    islands: Indices | None = None
    """Where each island's individuals start, as in `Demography.starts`; None for one island."""

    @cached_property
    def genomes(self) -> Words:
        """Packed genomes, (rows, words); of diploids both, one after the other."""
        individuals = self.population.individuals
        return individuals.reshape(-1, individuals.shape[-1])

    @cached_property
    def shares(self) -> Floats:
        """The share of each of these genomes, (rows,)."""
        ploidy = len(self.genomes) // len(self.population.individuals)
        return np.repeat(self.population.shares / ploidy, ploidy)

    @cached_property
    def frequencies(self) -> Floats:
        """The frequency of allele 1 at each locus, (loci,)."""
        total = np.zeros(self.landscape.elements)
        for first in range(0, len(self.genomes), _ROWS):
            part = slice(first, first + _ROWS)
            total += self.shares[part] @ unpack(self.genomes[part], self.landscape.elements)
        whole = np.round(total)
        return np.where(np.abs(total - whole) < _ROUNDING, whole, total)

    @cached_property
    def linkage(self) -> tuple[Floats, Floats, Floats]:
        """``D``, ``D'`` and ``r**2`` of pairs of segregating loci, (pairs,) each."""
        chosen = np.unique(np.linspace(0, self.landscape.elements - 1, _PAIRS_OF).round().astype(np.int64))
        q = self.frequencies[chosen]
        chosen, q = chosen[(q > 0.0) & (q < 1.0)], q[(q > 0.0) & (q < 1.0)]
        together = np.zeros((len(chosen), len(chosen)))
        for first in range(0, len(self.genomes), _ROWS):
            part = slice(first, first + _ROWS)
            alleles = unpack(self.genomes[part], self.landscape.elements)[:, chosen].astype(np.float64)
            together += (alleles * self.shares[part, None]).T @ alleles
        return linkage(q, together)

    @cached_property
    def kinds(self) -> Floats:
        """The share of each distinct genome, (distinct,)."""
        rows = np.ascontiguousarray(self.genomes).view([("", np.uint64)] * self.genomes.shape[1])[:, 0]
        _, which = np.unique(rows, return_inverse=True)
        return np.bincount(which, weights=self.shares).astype(np.float64)

    @cached_property
    def log_fitness(self) -> tuple[Floats, Floats]:
        """Log fitness and shares of individuals."""
        return self.population.log_fitness, self.population.shares


def linkage(frequencies: Floats, together: Floats) -> tuple[Floats, Floats, Floats]:
    """Linkage disequilibrium of all pairs of loci: ``D``, ``D'`` (Lewontin 1964) and ``r**2``, (pairs,) each.

    ``frequencies``: (loci,) of allele 1, none 0 or 1; ``together``: (loci, loci), how often both loci have it.
    """
    first, second = np.triu_indices(len(frequencies), 1)
    a, b = frequencies[first], frequencies[second]
    d = together[first, second] - a * b
    most = np.where(d > 0.0, np.minimum(a * (1.0 - b), (1.0 - a) * b), np.minimum(a * b, (1.0 - a) * (1.0 - b)))
    return d, np.abs(d) / most, d**2 / (a * (1.0 - a) * b * (1.0 - b))


def _mean(view: View) -> float:
    values, shares = view.log_fitness
    return float(shares @ values)


def _variance(view: View) -> float:
    values, shares = view.log_fitness
    return float(shares @ (values - shares @ values) ** 2)


def _first_order(view: View) -> float:
    """``M(P)``: the part of mean log fitness that single loci account for over all genotypes."""
    landscape = view.landscape
    mean, effects = landscape.effects() if isinstance(landscape, GenomeLandscape) else (np.nan, np.nan)
    return float(mean + (2.0 * view.frequencies - 1.0) @ effects)


def _load(view: View) -> float:
    """How far mean fitness is below that of the fittest: ``1 - mean / max``."""
    values, shares = view.log_fitness
    return float(1.0 - shares @ np.exp(values - values[shares > 0.0].max()))


def _mean_of_pairs(index: int) -> Callable[[View], float]:
    def mean(view: View) -> float:
        found = view.linkage[index]
        return float(np.mean(np.abs(found))) if len(found) else float("nan")

    return mean


def _between_islands(view: View) -> float:
    ends = pairwise([] if view.islands is None else view.islands)
    own = np.array([unpack(view.genomes[a:b], view.landscape.elements).mean(0) for a, b in ends])
    total = own.mean(0)
    within, all_of_them = np.mean(own * (1.0 - own), axis=0).sum(), np.sum(total * (1.0 - total))
    return float(1.0 - within / all_of_them) if all_of_them else float("nan")


@dataclass(frozen=True, kw_only=True)
class Statistic:
    """A number for each generation that is looked at."""

    name: str
    label: str
    meaning: str
    unit: str
    of: Callable[[View], float]


_GENOMES = (GenomeLandscape, DominanceLandscape)
STATISTICS = (
    Statistic(
        name="fitness",
        label="mean fitness",
        meaning="mean fitness",
        unit="fitness",
        of=lambda v: v.population.mean_fitness,
    ),
    Statistic(name="log_fitness", label="mean log fitness", meaning="mean log fitness", unit="log fitness", of=_mean),
    Statistic(
        name="variance",
        label="variance of log fitness",
        meaning="variance of log fitness",
        unit="log fitness squared",
        of=_variance,
    ),
    Statistic(name="load", label="load", meaning="how far mean fitness is below the fittest", unit="share", of=_load),
)
"""On any landscape."""

HAPLOID = (
    Statistic(
        name="first_order",
        label="first-order part",
        meaning="part of mean log fitness due to loci on their own, M(P)",
        unit="log fitness",
        of=_first_order,
    ),
    Statistic(
        name="epistatic",
        label="epistatic part",
        meaning="the rest of mean log fitness, E(P)",
        unit="log fitness",
        of=lambda v: _mean(v) - _first_order(v),
    ),
)
GENOMIC = (
    Statistic(
        name="heterozygosity",
        label="heterozygosity",
        meaning="probability that a locus differs between two genomes drawn at random",
        unit="probability",
        of=lambda v: float(np.mean(2.0 * v.frequencies * (1.0 - v.frequencies))),
    ),
    Statistic(
        name="segregating",
        label="segregating loci",
        meaning="loci with both alleles",
        unit="loci",
        of=lambda v: float(np.sum((v.frequencies > 0.0) & (v.frequencies < 1.0))),
    ),
    Statistic(name="d", label="|D|", meaning="mean |D| of pairs of loci", unit="probability", of=_mean_of_pairs(0)),
    Statistic(
        name="d_prime",
        label="|D'|",
        meaning="mean |D'| of pairs of loci",
        unit="share of the largest",
        of=_mean_of_pairs(1),
    ),
    Statistic(
        name="r_squared",
        label="linkage, r²",
        meaning="mean r squared of pairs of loci",
        unit="share",
        of=_mean_of_pairs(2),
    ),
    Statistic(
        name="genomes",
        label="distinct genomes",
        meaning="distinct genomes",
        unit="genomes",
        of=lambda v: float(np.sum(v.kinds > 0.0)),
    ),
    Statistic(
        name="haplotype_diversity",
        label="haplotype diversity",
        meaning="probability that two genomes drawn at random differ",
        unit="probability",
        of=lambda v: float(1.0 - np.sum(v.kinds**2)),
    ),
)


ISLANDS = (
    Statistic(
        name="differentiation",
        label="F_ST",
        meaning="share of the diversity of haploid genomes that is between islands, Wright's F_ST",
        unit="share",
        of=_between_islands,
    ),
)
"""Where there are several."""


def statistics(landscape: Landscape, islands: int = 1) -> Sequence[Statistic]:
    """Those that are defined on a landscape with so many islands.

    The parts of fitness are left out where the landscape has no closed form and too many loci.
    """
    found = list(STATISTICS)
    if isinstance(landscape, GenomeLandscape) and landscape.knows_effects:
        found += HAPLOID
    if isinstance(landscape, _GENOMES):
        found += GENOMIC
    return found + list(ISLANDS) if islands > 1 and isinstance(landscape, GenomeLandscape) else found


def fixation_times(times: Indices, frequencies: Floats) -> Floats:
    """The first time, (loci,), from which on a locus had one allele only; NaN where it had both at the end.

    ``times``: (times,) and ``frequencies``: (times, loci) as observed, so the answer is as coarse as they are.
    """
    lost = (frequencies <= 0.0) | (frequencies >= 1.0)
    stays = np.flip(np.logical_and.accumulate(np.flip(lost, 0), axis=0), 0)
    return np.where(stays[-1], times[np.argmax(stays, axis=0)].astype(np.float64), np.nan)
