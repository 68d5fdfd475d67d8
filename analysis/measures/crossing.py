"""The crossing test: what becomes of the children of two independent parents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.arrays import Bools, Floats
from analysis.measures.game import ScaledGame


@dataclass(frozen=True, kw_only=True)
class Crossing:
    """Parents and children on one scale, averaged over crosses and over who gives what."""

    parents: float
    """Mean performance of the parents."""
    children: float
    """Mean performance of the children, who take each element from either parent with probability 1/2."""
    baseline: float
    """Performance with no adaptation at all."""
    floor: float = 0.0
    """Gain over the baseline that is not to be told from none."""

    @property
    def hybrid_viability(self) -> float:
        """``(children - baseline) / (parents - baseline)``: 1 = as good as their parents, 0 = as good as nothing.

        NaN where the parents are not better than the baseline by more than the floor.
        """
        gain = self.parents - self.baseline
        return (self.children - self.baseline) / gain if gain > self.floor else float("nan")

    @property
    def half_swap_load(self) -> float:
        """Mean of the parents less mean of the children.

        It is the sum of the coefficients of even order of the parent-against-parent game, so 0 for additive wholes.
        """
        return self.parents - self.children


def crossing(
    games: Sequence[ScaledGame], masks: Bools, baseline: Mapping[str, float], floor: Mapping[str, float] | None = None
) -> dict[str, Crossing]:
    """Cross the parents of each game and average; one `Crossing` a scale.

    A game's True elements come from one parent, its False ones from the other. ``masks``: (masks, n), Bernoulli(1/2).
    ``floor``: gain over the baseline, by scale, below which hybrid viability is undefined. Costs ``masks + 2``
    evaluations a game.
    """
    parents_first = np.zeros((2, masks.shape[1]), dtype=np.bool_)
    parents_first[0] = True
    values = [game.performance(np.concatenate([parents_first, masks])) for game in games]
    return {
        scale: Crossing(
            parents=_mean([v[scale][:2] for v in values]),
            children=_mean([v[scale][2:] for v in values]),
            baseline=baseline[scale],
            floor=floor[scale] if floor else 0.0,
        )
        for scale in values[0]
    }


def _mean(values: Sequence[Floats]) -> float:
    return float(np.mean([v.mean() for v in values]))
