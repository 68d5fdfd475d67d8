"""Whether every file is as it was written, and the index says what the files say."""

import json
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from analysis.inventory.finding import run_named
from analysis.inventory.leftovers import temporary
from analysis.numbers import counted
from analysis.runs.index import check as is_sound
from analysis.runs.store import Run, Store

Progress = Callable[[int, int], None]
"""Is told how many cells of how many have been looked at."""
State = Literal["done", "failed", "damaged", "missing"]


@dataclass(frozen=True, kw_only=True)
class Damage:
    """A file that is not as it was written."""

    file: str
    """From the store's folder on."""
    what: str
    runs: list[str]
    """That it is part of."""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What a look at all files found."""

    cells: int
    """Whole ones."""
    failed: int
    damaged: list[Damage]
    missing: dict[str, int]
    """Runs that are not finished, and how many cells have no file."""
    index: list[str]
    """What the index had wrong, in words."""
    mended: bool
    """Whether that is right now."""
    leftovers: list[str]
    """Files that processes are writing, or were when they were killed."""
    commands: list[str]
    """That compute what is damaged again."""


def check(store: Store, name: str | None = None, progress: Progress = lambda _done, _of: None) -> Checked:
    """Check every digest, of one run's cells or of all, and mend the index where it may be written.

    Nothing is deleted. Raises StoreError where there is no such run.
    """
    everything = store.runs()
    runs = everything if name is None else [run_named(store, name)]
    sound = _is_sound(store)
    faults, mended = ([], False) if sound else (["its file is missing or damaged"], not store.readonly)
    keys = list(store.files()) if name is None else list(dict.fromkeys(runs[0].cells))
    states: dict[str, State] = {}
    for number, key in enumerate(keys, 1):
        states[key] = _state(store, key)
        progress(number, len(keys))
    known = _known(store, keys if name else None)
    # processes go on writing while one looks: only what is amiss at a second look is amiss
    amiss = [key for key in known.keys() | states.keys() if states.get(key, "missing") != known.get(key, "missing")]
    states |= {key: _state(store, key) for key in amiss}
    wrong = _wrong(states, _known(store, keys if name else None))
    damaged = [key for key in sorted(states) if states[key] == "damaged"]
    torn = _torn_runs(store) if name is None else []
    return Checked(
        cells=sum(state == "done" for state in states.values()),
        failed=sum(state == "failed" for state in states.values()),
        damaged=[_damage(store, key, everything) for key in damaged] + torn,
        missing={run.name: lacking for run in runs if (lacking := _lacking(run, states))},
        index=faults + wrong,
        mended=_mended(store, states, wrong) or mended,
        leftovers=[file.relative_to(store.path).as_posix() for file in temporary(store)],
        commands=_commands(everything, damaged),
    )


def _state(store: Store, key: str) -> State:
    if store.has(key):
        return "done"
    if any(store.path.glob(f"cells/{key[:2]}/{key}.*")):
        return "damaged"
    failure = store.failure(key)
    return ("failed" if _is_json(failure) else "damaged") if failure.exists() else "missing"


def _is_sound(store: Store) -> bool:
    """Whether the index can be read; where it cannot, and may be written, it is made anew as the store opens it."""
    try:
        sound = is_sound(store.path / "index.sqlite")
    except sqlite3.DatabaseError:
        sound = False
    store.index.counts()
    return sound


def _known(store: Store, keys: Iterable[str] | None) -> dict[str, State]:
    """What the index says of some cells or all, but for those that are being written."""
    states = store.index.states()
    among = states.keys() if keys is None else states.keys() & set(keys)
    return {key: state for key in among if (state := states[key]) != "writing"}


def _wrong(states: dict[str, State], known: dict[str, State]) -> list[str]:
    """What the index has wrong, beside cells that are damaged since."""
    new = sum(state in {"done", "failed"} and known.get(key) != state for key, state in states.items())
    gone = sum(states.get(key) == "missing" for key in known)
    found = [f"{counted(new, 'cell')} that it did not know, or not so"] if new else []
    return found + ([f"{counted(gone, 'cell')} whose files are gone"] if gone else [])


def _mended(store: Store, states: dict[str, State], wrong: list[str]) -> bool:
    """Let the index say what the files say."""
    if store.readonly:
        return False
    store.index.drop(key for key, state in states.items() if state in {"damaged", "missing"})
    if wrong:
        store.rebuild()
    return bool(wrong)


def _damage(store: Store, key: str, runs: list[Run]) -> Damage:
    record = store.path / "cells" / key[:2] / f"{key}.jsonl"
    arrays = record.with_suffix(".npz")
    if store.record(key) is not None:
        file, what = arrays, "its digest does not hold" if arrays.exists() else "it is missing"
    elif record.exists():
        file, what = record, "its digest does not hold"
    elif arrays.exists():
        file, what = arrays, "its record is missing: lost, or never written by a process that was killed"
    else:
        file, what = store.failure(key), "it is torn"
    among = [run.name for run in runs if key in run.cells]
    return Damage(file=file.relative_to(store.path).as_posix(), what=what, runs=among)


def _torn_runs(store: Store) -> list[Damage]:
    """Files that say which cells a run consists of and cannot be read."""
    files = sorted(file for file in store.path.glob("runs/*.json") if not file.name.startswith("."))
    names = {run.name for run in store.runs()}
    return [
        Damage(file=f"runs/{file.name}", what="it cannot be read", runs=[file.stem])
        for file in files
        if file.stem not in names
    ]


def _lacking(run: Run, states: dict[str, State]) -> int:
    return sum(states.get(key, "missing") == "missing" for key in set(run.cells))


def _commands(runs: list[Run], damaged: list[str]) -> list[str]:
    lost = set(damaged)
    return list(dict.fromkeys(run.command for run in runs if lost & set(run.cells)))


def _is_json(file: Path) -> bool:
    try:
        return isinstance(json.loads(file.read_text()), dict)
    except (OSError, ValueError):
        return False
