"""What every engine needs to know, and what makes it."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from sim.arrays import Floats, Individuals
from sim.demography import Demography
from sim.reproduction import Reproduction
from sim.selection import Selection


@dataclass(frozen=True, kw_only=True)
class Model:
    """How a generation comes from the one before, other than by its landscape."""

    reproduction: Reproduction
    selection: Selection
    mutation: float
    demography: Demography


class State(NamedTuple):
    """A generation."""

    individuals: Individuals
    log_fitness: Floats
    weights: Any
    """As in `Population`."""
