"""What an engine hands up to be measured, and the words that differ between the two sides."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from analysis.arrays import Floats
from analysis.measures.game import ScaledGame


class RunFailedError(Exception):
    """A replicate could not be finished; the message says which and what to try."""


@dataclass(frozen=True, kw_only=True)
class Side:
    """The words of one side. The same measure carries the same key on both."""

    name: str
    title: str
    arms: tuple[str, str]
    """Without mixing, with mixing."""
    mixing: str
    """What mixing is called."""
    performance: str
    """What the performance curve shows."""
    time: str
    """Unit of the performance curve's axis."""
    conditions: Mapping[str, str]
    """Wording of each condition that a measure may carry behind its colon."""
    scales: tuple[str, str]
    """Natural, log."""
    element: str
    """Plural of what is present or absent."""
    observation: str
    """Over what association is taken."""


@dataclass(frozen=True, kw_only=True)
class Pool:
    """Parents of one recipe, evolved or trained apart, that can be crossed with each other."""

    cross: Callable[[int, int], ScaledGame]
    """The game whose True elements come from the first parent and whose False ones from the second."""
    parents: int
    elements: int


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One replicate of one arm, ready to be measured."""

    times: Floats
    """(times,), in units of `Side.time`."""
    curves: Mapping[str, Floats]
    """(times,) each, in natural units; ``performance`` is always there."""
    performance: Mapping[str, float]
    """Values of ``performance:natural``, ``performance:log`` and whatever else the engine measures itself."""
    wholes: Sequence[ScaledGame]
    """Games whose interactions are measured; their readings are averaged."""
    crosses: Mapping[str, Sequence[ScaledGame]]
    """Parent-against-parent games by condition."""
    baseline: Mapping[str, float]
    """Performance on each scale with no adaptation at all."""
    floor: Mapping[str, float]
    """Difference in performance, on each scale, below which a ratio to it would be a ratio of two noises: three
    standard errors of the baseline, or of a mean over the test inputs."""
    observations: Sequence[Floats]
    """Matrices (observations, elements); the readings are averaged and the first one is drawn."""
    pictures: Mapping[str, Floats] = field(default_factory=dict)
    """What else the engine has to show, such as ``filters`` (units, inputs)."""
