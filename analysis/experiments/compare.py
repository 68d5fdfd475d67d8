"""The main job: what sexual reproduction does to genes beside what dropout does to neurons."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field
from threadpoolctl import threadpool_limits

from analysis.experiments.claims import Claim
from analysis.runs.execution import run_all
from analysis.runs.folder import Cell, Portrait, RunFolder
from analysis.runs.record import Record, cell_key, provenance
from analysis.sides.base import RunFailedError, Side, Subject
from analysis.sides.genes import GENES, grow_genes
from analysis.sides.neurons import NEURONS, NeuronsSpec, data_digest, grow_neurons
from analysis.sides.panel import PanelSpec, take_panel
from analysis.streams import seed_for
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

    def identity(self) -> dict[str, Any]:
        """What every record depends on: the spec without the number of replicates, and the content of the data."""
        spec = self.model_dump(mode="json", exclude={"replicates"})
        spec["neurons"]["data"] = self.neurons.data_name
        return {"spec": spec, "data": data_digest(self.neurons.data)}


@dataclass(frozen=True, kw_only=True)
class Task:
    """One replicate of one side: both arms, so that they are paired."""

    spec: CompareSpec
    side: str
    replicate: int

    @property
    def key(self) -> str:
        """Content hash."""
        return cell_key(self.spec.identity(), self.side, self.replicate)


@dataclass(frozen=True, kw_only=True)
class Done:
    """A finished or failed task."""

    task: Task
    cell: Cell | None
    error: str = ""


def tasks(spec: CompareSpec) -> list[Task]:
    """All tasks of a comparison, genes first: they are quick and compile the kernels."""
    return [Task(spec=spec, side=side.name, replicate=i) for side in SIDES for i in range(spec.replicates)]


def run(spec: CompareSpec, folder: RunFolder, jobs: int) -> Iterator[Done]:
    """Do what the folder does not hold yet; give every task as it is done, found ones first.

    A worker saves its cell before it reports it, so whatever stops the program loses nothing that was finished.
    """
    missing = []
    for task in tasks(spec):
        cell = folder.load(task.key)
        if cell is None:
            missing.append((task, folder.path))
        else:
            yield Done(task=task, cell=cell)
    yield from run_all(_finish, missing, jobs)


def _finish(task_and_path: tuple[Task, Path]) -> Done:
    task, path = task_and_path
    try:
        cell = run_task(task)
    except RunFailedError as error:
        return Done(task=task, cell=None, error=str(error))
    RunFolder(path).save(task.key, cell)
    return Done(task=task, cell=cell)


def run_task(task: Task) -> Cell:
    """Grow and measure both arms of one replicate.

    Raises RunFailedError where a replicate cannot be finished.
    """
    try:
        with np.errstate(over="raise"), threadpool_limits(1):
            (first, without), (second, with_mixing) = (_arm(task, mixing=m) for m in (False, True))
    except FloatingPointError as error:
        raise RunFailedError(
            f"{task.side}, replicate {task.replicate}: a number grew too large to be held ({error}); "
            f"lower {'genes.landscape.selection' if task.side == GENES.name else 'neurons.recipe.learning_rate'}"
        ) from error
    return Cell(records=(first, second), portraits=(without, with_mixing))


def _arm(task: Task, *, mixing: bool) -> tuple[Record, Portrait]:
    spec, replicate = task.spec, task.replicate
    side = next(s for s in SIDES if s.name == task.side)
    subject = _grow(task, mixing=mixing)
    readings = take_panel(subject, spec.panel, seed_for(spec.seed, side.name, "panel", replicate))
    record = Record(
        experiment="compare",
        side=side.name,
        arm=side.arms[mixing],
        mixing=mixing,
        replicate=replicate,
        values=readings.values,
        reasons=readings.reasons,
        times=subject.times.tolist(),
        curves={name: curve.tolist() for name, curve in readings.curves.items()},
        provenance=provenance(spec.identity()),
    )
    return record, {name: array.astype(np.float32) for name, array in readings.portrait.items()}


def _grow(task: Task, *, mixing: bool) -> Subject:
    spec = task.spec
    if task.side == GENES.name:
        return grow_genes(spec.genes, spec.panel, spec.seed, task.replicate, mixing=mixing)
    return grow_neurons(spec.neurons, spec.seed, task.replicate, mixing=mixing)
