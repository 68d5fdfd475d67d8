"""What an experiment is: a spec, arms, and one replicate of one arm as a function of these."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from analysis.arrays import Floats
from analysis.runs.store import Arrays

S = TypeVar("S", bound=BaseModel)

Arms = Mapping[str, bool | None]
"""Names of arms, and whether they mix; None where a replicate is one whole."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one replicate of one arm gave."""

    values: Mapping[str, float]
    """``measure:condition`` to value, NaN where undefined."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Why a value is undefined."""
    times: Floats | None = None
    """Of the curves, where there are any."""
    curves: Mapping[str, Floats] = field(default_factory=dict)
    arrays: Arrays = field(default_factory=dict)
    """What is drawn or exported."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What a cell may use while it is being computed; its result must not depend on it."""

    checkpoint: Path | None = None
    """Where to keep how far it is; None where nothing outlives the worker."""
    every: float = 30.0
    """Seconds between checkpoints."""


@dataclass(frozen=True, kw_only=True)
class Experiment(Generic[S]):
    """Something to run in replicates.

    A spec has a ``seed`` and a number of ``replicates``. All arms of a replicate share what is not said to differ, so
    they are paired.
    """

    name: str
    says: str
    """What is run, in a sentence."""
    spec: type[S]
    arms: Callable[[S], Arms]
    """In their order, the one without mixing first."""
    identity: Callable[[S, str], dict[str, Any]]
    """What the results of an arm depend on beside the replicate, for JSON: settings that it uses, digests of data."""
    computing: tuple[str, ...]
    """Files and folders of the code that results come from, from the root of the sources."""
    run: Callable[[S, str, int, Desk], Outcome]
    """One replicate of one arm. Raises RunFailedError where it cannot be finished."""
    check: Callable[[S], object] = lambda _spec: None
    """Find out before the run what would stop it. Raises SpecError."""
