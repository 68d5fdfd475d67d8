"""One tidy table of many cells: a row for each value, written as it is read."""

import math
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.inventory.asking import Question, find, question, specs_of
from analysis.inventory.fields import value_at
from analysis.inventory.finding import run_named
from analysis.inventory.tables import Columns, writer_for
from analysis.inventory.varying import common, varying
from analysis.runs.record import Record
from analysis.runs.spec import flattened
from analysis.runs.store import Run, Store, StoreError

_FIRST: Columns = {
    "run": str,
    "experiment": str,
    "arm": str,
    "mixing": bool,
    "replicate": int,
    "seed": int,
    "measure": str,
    "condition": str,
    "value": float,
    "reason": str,
}
_LAST: Columns = {"key": str}
_UNLISTED = ("seed", "replicates")
"""Settings that differ but need no column of their own."""


@dataclass(frozen=True, kw_only=True)
class Exported:
    """What was written."""

    path: Path
    rows: int
    cells: int
    left_out: int
    """Cells that were asked for and are not finished, or are damaged."""
    fields: list[str]
    """Settings that have a column."""


@dataclass(frozen=True, kw_only=True)
class _Chosen:
    key: str
    run: str
    settings: Mapping[str, Any]
    """That the run says of it, beside what its record says."""


def export(store: Store, names: Sequence[str] = (), where: Sequence[str] = (), *, to: Path) -> Exported:
    """Write a row for each value of each finished cell, of some runs or of all cells, as far as ``where`` is true.

    Columns: run, experiment, arm, mixing, replicate, seed, measure, condition (what is behind the measure's colon),
    value and reason (one of them is empty), the settings that differ, key. The file is there as a whole or not at all,
    and memory does not grow with it. Raises StoreError where no cell is found or the file cannot be written, SpecError
    where a field is unknown, or the file is no CSV or Parquet, or Parquet cannot be written here.
    """
    write = writer_for(to)
    runs = [run_named(store, name) for name in dict.fromkeys(names)]
    asked = question(store, ["state=done", *where], (key for run in runs for key in run.cells) if runs else None)
    fields = _fields(store, runs, asked)
    tally = _Tally()
    with _whole(to) as temporary:
        among = {cell.key for cell in find(store, asked)} if where else None
        chosen = _of_runs(runs, fields, among) if runs else _of_all(store, asked)
        headings = {f"spec.{name}" if name in _FIRST | _LAST else name: kind for name, kind in fields.items()}
        write(temporary, {**_FIRST, **headings, **_LAST}, _rows(store, chosen, fields, tally))
        if not tally.cells:
            raise StoreError(f"no finished cell of {store.path} is asked for; runs list --cells shows what there is")
    return Exported(path=to, rows=tally.rows, cells=tally.cells, left_out=tally.left_out, fields=list(fields))


@dataclass
class _Tally:
    rows: int = 0
    cells: int = 0
    left_out: int = 0


def _fields(store: Store, runs: list[Run], asked: Question) -> Columns:
    """The settings that differ: those that a sweep says it sweeps, or all that do in what determines the cells."""
    kinds: dict[str, set[type]] = {}
    for point in (point for run in runs for point in run.points):
        for name, value in point.items():
            kinds.setdefault(name, set()).add(type(value))
    swept = {name: common(found) for name, found in kinds.items()}
    if swept and all(run.points for run in runs):
        beside = varying(("", flattened(run.spec)) for run in runs)
    else:
        beside = varying((name, flattened(spec)) for name, spec in specs_of(store, asked))
    return {name: kind for name, kind in {**beside, **swept}.items() if name not in _UNLISTED}


def _of_all(store: Store, asked: Question) -> Iterator[_Chosen]:
    return (_Chosen(key=cell.key, run="", settings={}) for cell in find(store, asked))


def _of_runs(runs: list[Run], fields: Columns, among: set[str] | None) -> Iterator[_Chosen]:
    """In the order of each run; a cell that answers several points of a sweep comes once for each."""
    for run in runs:
        settings = {name: value for name, value in flattened(run.spec).items() if name in fields and run.points}
        asked = (
            zip(run.cells, run.points, strict=True) if run.points else ((key, {}) for key in dict.fromkeys(run.cells))
        )
        for key, point in asked:
            if among is None or key in among:
                yield _Chosen(key=key, run=run.name, settings={**settings, **point})


def _rows(store: Store, chosen: Iterable[_Chosen], fields: Columns, tally: _Tally) -> Iterator[tuple[Any, ...]]:
    for cell in chosen:
        record = store.record(cell.key)
        if record is None:
            tally.left_out += 1
            continue
        tally.cells += 1
        tally.rows += len(record.values)
        yield from _rows_of(cell, record, fields)


def _rows_of(cell: _Chosen, record: Record, fields: Columns) -> Iterator[tuple[Any, ...]]:
    spec = record.provenance.get("spec", {})
    head = (cell.run or None, record.experiment, record.arm, record.mixing, record.replicate, spec.get("seed"))
    settings = [cell.settings[name] if name in cell.settings else value_at(spec, name) for name in fields]
    for name, value in record.values.items():
        measure, _, condition = name.partition(":")
        number = None if math.isnan(value) else value
        yield (*head, measure, condition, number, record.reasons.get(name), *settings, cell.key)


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A name to write to; what is there in the end gets the right one at once, or goes where something fails."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        os.close(handle)
        temporary = Path(name)
        try:
            yield temporary
            with temporary.open("rb") as file:
                os.fsync(file.fileno())
            temporary.chmod(0o644)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror or error}; name another file with --to") from error
