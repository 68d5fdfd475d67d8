"""Children of two individuals, as scenes cross them."""

from dataclasses import dataclass

import numpy as np

from analysis.measures.crossing import crossing
from analysis.measures.design import sample
from sim import CrossGame, Landscape, Population
from sim.games import both_scales

_PAIRS = 16
"""Couples whose children are averaged."""
_CHILDREN = 128
"""Of each couple."""
_UNSELECTED = 8192
"""Random individuals, whose mean is no adaptation at all."""


@dataclass(frozen=True, kw_only=True)
class Cross:
    """What becomes of children who take each element from either parent with probability 1/2."""

    viability: float
    """Hybrid viability on the scale of fitness; NaN where the parents are no fitter than random individuals."""
    parents: float
    """Mean log fitness."""
    children: float
    """Mean log fitness."""
    apart: float
    """Share of the elements in which the two parents differ."""

    @property
    def load(self) -> float:
        """Half-swap load: log fitness of the parents less that of the children."""
        return self.parents - self.children


def cross(landscape: Landscape, ours: Population, theirs: Population, seed: int) -> Cross:
    """Cross random individuals of two populations, or of one with itself."""
    rng = np.random.default_rng(seed)
    random = both_scales(landscape.log_fitness(landscape.random_individuals(_UNSELECTED, int(rng.integers(2**63)))))
    mothers, fathers = ours.draw(_PAIRS, rng), theirs.draw(_PAIRS, rng)
    found = crossing(
        [CrossGame(landscape=landscape, first=mothers[i : i + 1], second=fathers[i : i + 1]) for i in range(_PAIRS)],
        sample(landscape.elements, _CHILDREN, rng).masks,
        baseline={scale: float(values.mean()) for scale, values in random.items()},
        floor={scale: float(3.0 * values.std() / np.sqrt(_UNSELECTED)) for scale, values in random.items()},
    )
    fitness, log = found.values()
    return Cross(
        viability=fitness.hybrid_viability,
        parents=log.parents,
        children=log.children,
        apart=float(np.mean(landscape.observations(mothers) != landscape.observations(fathers))),
    )
