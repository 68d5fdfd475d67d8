"""The main job: what sexual reproduction does to genes beside what dropout does to neurons."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Event
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from analysis.experiments.cells import Cell, Done, cells_of, run_cells
from analysis.experiments.claims import Claim
from analysis.experiments.genes import GenesExperimentSpec
from analysis.experiments.neurons import NeuronsExperimentSpec
from analysis.experiments.registry import experiment
from analysis.runs.record import Record, code_digest
from analysis.runs.store import Arrays, Store
from analysis.sides.base import Side
from analysis.sides.genes import GENES
from analysis.sides.neurons import NEURONS, NeuronsSpec
from analysis.sides.panel import PanelSpec
from sim.scenario import Scenario

SIDES: tuple[Side, Side] = (GENES, NEURONS)
_CROSSES, _CEILING = ("apart", "matched"), ("siblings",)
_SCALES = ("natural", "log")
_FIVE = {"genes": 0.05, "neurons": 0.05}

CLAIMS = (
    Claim(measure="performance", direction=+1, smallest={"genes": 0.05, "neurons": 0.005}, conditions=("natural",)),
    Claim(measure="training_performance", direction=-1, smallest={"neurons": 0.005}),
    Claim(measure="hybrid_viability", direction=+1, smallest=_FIVE, conditions=_CROSSES, controls=_CEILING),
    Claim(measure="half_swap_load", direction=-1, smallest=_FIVE, conditions=_CROSSES, controls=_CEILING),
    Claim(measure="first_order_share", direction=+1, smallest=_FIVE, conditions=_SCALES),
    Claim(measure="synergy_mass", direction=-1, smallest={"genes": 0.1, "neurons": 0.1}, conditions=_SCALES),
    Claim(measure="redundancy_mass", direction=+1, smallest={"genes": 0.1, "neurons": 0.1}, conditions=_SCALES),
    Claim(measure="context_dependence", direction=-1, smallest=_FIVE, conditions=_SCALES),
    Claim(measure="retention_at_half", direction=+1, smallest=_FIVE, conditions=_SCALES),
    Claim(measure="mean_association", direction=-1, smallest={"genes": 0.02, "neurons": 0.02}),
    Claim(measure="effective_number", direction=+1, smallest={"genes": 1.0, "neurons": 1.0}),
)
"""What the essays expect of mixing, with the sizes that would matter.

Written down before the first run of the comparison, after pilots of its parts on one and two replicates; that of
context dependence, the same as of other shares, before its first run.
"""


class CompareSpec(BaseModel):
    """Everything that determines the records of a comparison."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = Field(default=1, ge=0, lt=2**63, description="root of all random streams")
    replicates: int = Field(default=10, ge=1, le=100_000, description="paired replicates of each side")
    genes: Scenario = Scenario()
    neurons: NeuronsSpec = NeuronsSpec()
    panel: PanelSpec = PanelSpec()

    @cached_property
    def parts(self) -> dict[str, BaseModel]:
        """Each side as an experiment of its own."""
        seed, replicates, panel = self.seed, self.replicates, self.panel
        return {
            GENES.name: GenesExperimentSpec(seed=seed, replicates=replicates, panel=panel, genes=self.genes),
            NEURONS.name: NeuronsExperimentSpec(seed=seed, replicates=replicates, panel=panel, neurons=self.neurons),
        }

    def identity(self) -> dict[str, Any]:
        """What every record depends on: the arms with mixing of both sides, which depend on most."""
        return {side.name: experiment(side.name).identity(self.parts[side.name], side.arms[1]) for side in SIDES}

    @property
    def code(self) -> str:
        """A digest of the code of both sides."""
        return code_digest(tuple(part for side in SIDES for part in experiment(side.name).computing))


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One replicate of one side: what both arms gave, without and with mixing."""

    records: tuple[Record, Record]
    keys: tuple[str, str]
    """Of their cells, which hold portraits too: arrays to be drawn."""


Found = Mapping[str, Sequence[Pair]]
"""Of each side, the replicates of which both arms are finished, in their order."""


def cells(spec: CompareSpec) -> list[Cell]:
    """All cells of a comparison, genes first: they are quick and compile the kernels."""
    return [c for side in SIDES for c in cells_of(side.name, spec.parts[side.name], range(spec.replicates))]


def run(
    spec: CompareSpec, store: Store, jobs: int, *, cluster: str | None = None, stop: Event | None = None
) -> Iterator[Done]:
    """Do what the store does not hold yet; give every cell as it is done, found ones first."""
    return run_cells(cells(spec), store, jobs, cluster=cluster, stop=stop)


def pairs(spec: CompareSpec, store: Store) -> Found:
    """What is finished."""
    both: dict[tuple[str, int], list[Cell]] = {}
    for cell in cells(spec):
        both.setdefault((cell.experiment, cell.replicate), []).append(cell)
    complete: dict[str, list[Pair]] = {side.name: [] for side in SIDES}
    for (side, _), (without, with_mixing) in both.items():
        first, second = store.record(without.key), store.record(with_mixing.key)
        if first is not None and second is not None:
            complete[side].append(Pair(records=(first, second), keys=(without.key, with_mixing.key)))
    return complete


def portraits(pair: Pair, store: Store) -> tuple[Arrays, Arrays]:
    """What is drawn of one whole of each arm, in single precision.

    ``association``, ``interaction`` and ``interaction_error`` (n, n), ``mixability`` and ``context_dependence`` (n,),
    and what the engine adds, such as ``filters`` (units, inputs).
    """
    first, second = pair.keys
    return store.arrays(first), store.arrays(second)


def failures(done: Sequence[Done]) -> list[str]:
    """A sentence for each thing that went wrong."""
    return sorted({d.error for d in done if d.error})
