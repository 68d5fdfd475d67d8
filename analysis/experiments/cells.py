"""From a spec to records in a store: what is done is found, what is missing is computed."""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from threading import Event
from typing import Any, Literal

from pydantic import BaseModel

from analysis.experiments.base import Desk, Outcome
from analysis.experiments.registry import experiment
from analysis.runs.execution import Ended, run_all
from analysis.runs.memory import peak_bytes
from analysis.runs.record import Record, cell_key, code_digest, provenance
from analysis.runs.store import Packed, Run, Store
from analysis.sides.base import RunFailedError

_WAIT = 0.2
"""Seconds between looks at a cell that another process is computing."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One replicate of one arm of an experiment: what is computed, kept and found as a whole."""

    experiment: str
    arm: str
    replicate: int
    spec: str
    """The resolved spec, as JSON."""
    key: str
    """A hash of all that it depends on, the code included."""

    @property
    def name(self) -> str:
        """For people."""
        return ", ".join(filter(None, (self.experiment, self.arm, f"replicate {self.replicate}")))


@dataclass(frozen=True, kw_only=True)
class Done:
    """A cell that is finished, or could not be."""

    cell: Cell
    state: Literal["found", "made", "failed"]
    seconds: float = 0.0
    """That it took; 0 where it was found."""
    peak: int = 0
    """Bytes that its worker had at most until then; 0 where it was found."""
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class _Task:
    cell: Cell
    desk: Desk


_Result = tuple[Packed, float, int]
"""What is kept, seconds, bytes of the worker at its peak."""


def cells_of(name: str, spec: BaseModel, replicates: Sequence[int]) -> list[Cell]:
    """All arms of some replicates, replicate by replicate."""
    found = experiment(name)
    text, code = spec.model_dump_json(), code_digest(found.computing)
    identities = {arm: found.identity(spec, arm) for arm in found.arms(spec)}
    return [
        Cell(
            experiment=name,
            arm=arm,
            replicate=replicate,
            spec=text,
            key=cell_key(name, code, identity, arm, replicate),
        )
        for replicate in replicates
        for arm, identity in identities.items()
    ]


def run_of(
    name: str, command: str, folder: Path, spec: dict[str, Any], cells: Sequence[Cell], points: Sequence[Any] = ()
) -> Run:
    """What was asked for, to be noted in a store; ``command`` goes on with it."""
    return Run(
        name=name,
        command=command,
        folder=str(folder),
        spec=spec,
        cells=[cell.key for cell in cells],
        points=[dict(point) for point in points],
    )


def run_cells(
    cells: Sequence[Cell],
    store: Store,
    jobs: int,
    *,
    cluster: str | None = None,
    stop: Event | None = None,
    every: float = 30.0,
) -> Iterator[Done]:
    """Find or compute every cell; give each as it is done, found ones first.

    A cell that fails is kept as such and does not stop the others. What another process is computing is left to it and
    waited for. Once ``stop`` is set, what is running is finished and nothing more begun. Cells that are equal in all
    that matters are computed once. Raises StoreError where the store cannot be written.
    """
    stop = stop or Event()
    equal: dict[str, list[Cell]] = {}
    for cell in cells:
        equal.setdefault(cell.key, []).append(cell)
    missing = deque[str]()
    for key, same in equal.items():
        if store.has(key):
            yield from (Done(cell=cell, state="found") for cell in same)
        else:
            missing.append(key)
    mine: set[str] = set()
    try:
        while missing and not stop.is_set():
            elsewhere: list[str] = []
            tasks = _claimed(missing, mine, elsewhere, store, lambda key: _task(equal[key][0], store, every, cluster))
            for ended in run_all(_compute, tasks, jobs, cluster=cluster, stop=stop):
                key = ended.task.cell.key
                done = _kept(ended, store)
                store.claims.release(key)
                mine.discard(key)
                yield from (replace(done, cell=cell) for cell in equal[key])
            for key in elsewhere:
                if store.has(key):
                    yield from (Done(cell=cell, state="found") for cell in equal[key])
                else:
                    missing.append(key)
            if missing:
                stop.wait(_WAIT)
    finally:
        for key in mine:  # begun in vain, or not even that
            store.claims.release(key)


def _claimed(
    missing: deque[str], mine: set[str], elsewhere: list[str], store: Store, task: Callable[[str], _Task]
) -> Iterator[_Task]:
    """Tasks, each claimed as it is begun; keys that other processes have, or have finished, are set aside."""
    while missing:
        key = missing.popleft()
        if not store.claims.take(key):
            elsewhere.append(key)
        elif store.has(key):
            store.claims.release(key)
            elsewhere.append(key)
        else:
            mine.add(key)
            yield task(key)


def _task(cell: Cell, store: Store, every: float, cluster: str | None) -> _Task:
    """Nothing but the spec goes to a cluster: a folder that is here may not be there."""
    checkpoint = None if cluster else store.partial(cell.key)
    return _Task(cell=cell, desk=Desk(checkpoint=checkpoint, every=every))


def _kept(ended: Ended[_Task, _Result], store: Store) -> Done:
    cell = ended.task.cell
    if ended.result is not None:
        content, seconds, peak = ended.result
        store.save(cell.key, content, seconds)
        store.partial(cell.key).unlink(missing_ok=True)
        return Done(cell=cell, state="made", seconds=seconds, peak=peak)
    fail(cell, store, ended.error, trace=ended.trace, lost=ended.lost)
    return Done(cell=cell, state="failed", error=ended.error)


def fail(cell: Cell, store: Store, error: str, *, trace: str = "", lost: bool = False) -> None:
    """Keep why a cell could not be finished."""
    said = {"error": error, "lost": lost, "trace": trace}
    store.fail(cell.key, said, _record(cell, Outcome(values={})))


def packed(cell: Cell, outcome: Outcome) -> Packed:
    """What came of a cell, with where it came from, as it is kept."""
    return Packed.of(_record(cell, outcome), outcome.arrays)


def _compute(task: _Task) -> _Result:
    """What a worker does."""
    cell, of = task.cell, experiment(task.cell.experiment)
    began = time.perf_counter()
    spec = _spec(cell.experiment, cell.spec)
    code = code_digest(of.computing)
    if cell_key(cell.experiment, code, of.identity(spec, cell.arm), cell.arm, cell.replicate) != cell.key:
        raise RunFailedError("this worker has another version of mixability than the sweep; install the same there")
    outcome = of.run(spec, cell.arm, cell.replicate, task.desk)
    return packed(cell, outcome), time.perf_counter() - began, peak_bytes()


def _record(cell: Cell, outcome: Outcome) -> Record:
    of, spec = experiment(cell.experiment), _spec(cell.experiment, cell.spec)
    return Record(
        experiment=cell.experiment,
        arm=cell.arm,
        mixing=of.arms(spec)[cell.arm],
        replicate=cell.replicate,
        values={name: float(value) for name, value in outcome.values.items()},
        reasons=dict(outcome.reasons),
        times=[] if outcome.times is None else outcome.times.tolist(),
        curves={name: curve.tolist() for name, curve in outcome.curves.items()},
        provenance=provenance(of.identity(spec, cell.arm), code_digest(of.computing)),
    )


@lru_cache(maxsize=64)
def _spec(name: str, text: str) -> BaseModel:
    spec: BaseModel = experiment(name).spec.model_validate_json(text)
    return spec
