"""One run, or one cell, in full."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from analysis.experiments.registry import experiment
from analysis.inventory.asking import Found, find, question
from analysis.inventory.finding import run_or_key
from analysis.measures.registry import MEASURES
from analysis.runs.record import Record
from analysis.runs.spec import SpecError, flattened
from analysis.runs.store import Run, Store, StoreError

_LOOKS = 20
"""Records of a run that are opened for the libraries they were made with."""


@dataclass(frozen=True, kw_only=True)
class RunShown:
    """A run, what became of it, and what made it."""

    run: Run
    states: dict[str, int]
    """``done``, ``failed``, ``missing``, and ``writing`` where a process is at it."""
    failures: dict[str, int]
    """Error sentences, one for all that differ in the replicate alone, and how often each occurred."""
    programs: dict[str, int]
    """Program and digest of its code, and how many cells each made."""
    libraries: list[dict[str, Any]]
    """Python, machine and libraries, each combination that some of the cells were made with."""
    seconds: float
    """That its cells took, as far as known."""
    experiments: list[str]


@dataclass(frozen=True, kw_only=True)
class CellShown:
    """A cell with all that it holds, but for the numbers in its arrays."""

    key: str
    state: str
    record: Record | None
    error: dict[str, Any]
    """What is known of a failure."""
    arrays: dict[str, str]
    """Kind and shape of each."""
    runs: list[str]
    """That it is part of."""


def show(store: Store, name: str) -> RunShown | CellShown:
    """A run by its name, or a cell by the beginning of its key; of a name, the beginning will do as well.

    Raises StoreError where there is none, or more than one, or a cell is damaged.
    """
    found = run_or_key(store, name)
    return show_run(store, found) if isinstance(found, Run) else show_cell(store, found)


def show_run(store: Store, run: Run) -> RunShown:
    """A run."""
    there = list(find(store, question(store, keys=run.cells)))
    states = Counter(cell.state for cell in there)
    missing = len(set(run.cells)) - len(there)
    return RunShown(
        run=run,
        states={**states, "missing": missing} if missing else dict(states),
        failures=_grouped(cell.error for cell in there if cell.state == "failed"),
        programs=dict(Counter(f"{cell.program}, code {cell.code}" for cell in there)),
        libraries=list(_libraries(store, there)),
        seconds=sum(cell.seconds for cell in there),
        experiments=sorted({cell.experiment for cell in there}),
    )


def show_cell(store: Store, key: str) -> CellShown:
    """A cell. Raises StoreError where it is damaged."""
    runs = [run.name for run in store.runs() if key in run.cells]
    found = store.load(key)
    if found is not None:
        record, arrays = found
        shapes = {name: f"{array.dtype} {array.shape}" for name, array in sorted(arrays.items())}
        return CellShown(key=key, state="done", record=record, error={}, arrays=shapes, runs=runs)
    error = _failure(store, key)
    if error is None:
        again = f"runs show {runs[0]} says which" if runs else "no run names it"
        raise StoreError(f"cell {key} is damaged; the command that made it makes it anew ({again})")
    said = error.pop("record", None)
    record_of = Record.from_json(json.dumps(said)) if isinstance(said, dict) else None
    return CellShown(key=key, state="failed", record=record_of, error=error, arrays={}, runs=runs)


def changed(shown: RunShown) -> dict[str, Any]:
    """The settings of a run that are not what its experiments have anyway, by dotted path."""
    settings = flattened(shown.run.spec)
    usual: dict[str, Any] = {}
    for name in shown.experiments:
        try:
            own = flattened(experiment(name).spec().model_dump(mode="json"))
        except (SpecError, ValueError):
            return settings
        usual |= own | {f"{name}.{path}": value for path, value in own.items()}
    return {path: value for path, value in settings.items() if path not in usual or usual[path] != value}


def label(name: str) -> str:
    """A value's name for people: the measure as the glossary has it, and the condition."""
    measure, _, condition = name.partition(":")
    known = MEASURES.get(measure)
    return ", ".join(filter(None, (known.label if known else measure, condition)))


def _grouped(errors: Iterable[str]) -> dict[str, int]:
    groups: dict[str, list[str]] = {}
    for error in errors:
        groups.setdefault(re.sub(r"replicate \d+", "replicate", error), []).append(error)
    most = sorted(groups.values(), key=len, reverse=True)
    return {same[0]: len(same) for same in most}


def _libraries(store: Store, cells: list[Found]) -> Iterator[dict[str, Any]]:
    """Looked up in some records, spread over all, for each is a file of its own."""
    done = [cell.key for cell in cells if cell.state == "done"]
    seen: list[dict[str, Any]] = []
    for key in done[:: max(1, len(done) // _LOOKS)]:
        record = store.record(key)
        if record is not None and (made_with := surroundings(record)) not in seen:
            seen.append(made_with)
            yield made_with


def surroundings(record: Record) -> dict[str, Any]:
    """Python, machine and libraries that a record was made with, as far as it says."""
    came_from = record.provenance
    libraries = {name: version for name, version in came_from.get("libraries", {}).items() if version}
    return {"python": came_from.get("python"), "machine": came_from.get("machine"), **libraries}


def _failure(store: Store, key: str) -> dict[str, Any] | None:
    try:
        found = json.loads(store.failure(key).read_text())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
