"""Records arranged for drawing: arrays (replicates, ...) of one side, both arms in the same order of replicates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.arrays import Floats
from analysis.experiments.claims import Finding
from analysis.measures.combining import CombiningAbility
from analysis.runs.record import Record
from analysis.runs.store import Arrays
from analysis.sides.base import Side

_RESAMPLES = 2000


@dataclass(frozen=True, kw_only=True)
class SideResults:
    """Everything that the figures show of one side."""

    side: Side
    records: tuple[Sequence[Record], Sequence[Record]]
    """Without and with mixing, replicate by replicate."""
    portraits: tuple[Arrays, Arrays]
    """Arrays of one replicate of each arm, as `analysis.experiments.compare.portraits` gives them."""
    shown_replicate: int
    findings: Mapping[str, Finding]
    """By ``measure:condition``."""
    pools: Sequence[CombiningAbility] = ()
    """Tables of hybrids of a pool of parents, for each arm, where one was crossed."""
    association_note: str = ""
    """When or on what association was taken, where that needs saying."""

    @property
    def replicates(self) -> int:
        """Number of paired replicates."""
        return len(self.records[0])

    @property
    def times(self) -> Floats:
        """Axis of the performance curve."""
        return np.array(self.records[0][0].times)

    def values(self, arm: int, key: str) -> Floats:
        """(replicates,) values of a measure."""
        return np.array([record.values[key] for record in self.records[arm]])

    def curves(self, arm: int, name: str) -> Floats:
        """(replicates, points) of a curve."""
        return np.array([record.curve(name) for record in self.records[arm]])

    def has(self, key: str) -> bool:
        """Whether a measure was taken."""
        return key in self.records[0][0].values


def mean_band(rows: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean over replicates (axis 0) with its 95 % percentile bootstrap band; no band (NaN) below 5 replicates."""
    rows = rows[~np.isnan(rows).any(axis=1)]
    if len(rows) == 0:
        nothing = np.full(rows.shape[1], np.nan)
        return nothing, nothing, nothing
    mean = rows.mean(0)
    if len(rows) < 5:
        return mean, np.full_like(mean, np.nan), np.full_like(mean, np.nan)
    chosen = np.random.default_rng(0).integers(len(rows), size=(_RESAMPLES, len(rows)))
    weights = np.stack([np.bincount(c, minlength=len(rows)) for c in chosen]) / len(rows)
    low, high = np.percentile(weights @ rows, [2.5, 97.5], axis=0)
    return mean, low, high
