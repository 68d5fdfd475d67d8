"""What nobody can need any more: what killed processes left, and cells that no run names."""

import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from analysis.experiments.registry import experiment
from analysis.inventory.asking import find, question
from analysis.inventory.leftovers import files_of, halves, key_of, size_of, temporary
from analysis.numbers import counted
from analysis.runs.record import code_digest, program_version
from analysis.runs.spec import SpecError
from analysis.runs.store import Store, StoreError

_DAY = 86_400.0
TEMPORARY = "temporary files of processes that were killed"
HALF = "arrays without a record, of processes that were killed"
PARTIAL = "checkpoints of cells that are done"
FAILURE = "failures of cells that are done since"
STALE = "cells made by other code, which no run names"
UNUSED = "cells that no run names"


@dataclass(frozen=True, kw_only=True)
class Waste:
    """Something that can go."""

    kind: str
    key: str
    """Of the cell that it belongs to; empty where it belongs to none."""
    paths: list[Path]
    bytes: int
    cell: bool = False
    """Whether it is a whole cell, which the index has to forget then."""


@dataclass(frozen=True, kw_only=True)
class Collection:
    """All that can go, and what might be thought to be able to and stays."""

    waste: list[Waste]
    kept: list[str]
    """In sentences."""

    @property
    def files(self) -> int:
        """How many files and folders go."""
        return sum(len(one.paths) for one in self.waste)

    @property
    def bytes(self) -> int:
        """Their size."""
        return sum(one.bytes for one in self.waste)

    def by_kind(self) -> dict[str, tuple[int, int]]:
        """Files and bytes of each kind."""
        found: dict[str, tuple[int, int]] = {}
        for one in self.waste:
            files, size = found.get(one.kind, (0, 0))
            found[one.kind] = (files + len(one.paths), size + one.bytes)
        return found


@dataclass(frozen=True, kw_only=True)
class Removed:
    """What went."""

    files: int
    bytes: int
    skipped: int
    """Files that stay, for a process is at their cell, a run names it now, or they cannot be removed."""


def collect(store: Store, *, unused: bool = False) -> Collection:
    """What can go; nothing is touched. A cell that a run names always stays."""
    named = _named(store)
    kept: list[str] = []
    cells: list[Waste] = []
    if named is None:
        kept.append("all cells stay, for a file in runs/ cannot be read and nobody knows which cells it names")
    else:
        stale = _stale(store, named, kept)
        cells = list(_cells(store, STALE, stale))
        if unused:
            free = {key for key in store.files() if key not in named}
            cells += _cells(store, UNUSED, free - stale)
    gone = {path for one in cells for path in one.paths}
    leftovers = [one for one in _leftovers(store) if not gone.issuperset(one.paths)]
    return Collection(waste=[*leftovers, *cells], kept=kept)


def remove(store: Store, collection: Collection) -> Removed:
    """Let it go, but for what a process is at, or a run names since. Raises StoreError where nothing may be written."""
    if store.readonly:
        raise StoreError(
            f"{store.path} may only be read here, so nothing can be removed; run this where it was written"
        )
    named = _named(store)
    files = size = skipped = 0
    for one in collection.waste:
        removed = 0
        if not one.key:
            removed = _remove(store, one)
        elif store.claims.take(one.key):
            try:
                if not _is_needed(store, one, named):
                    removed = _remove(store, one)
            finally:
                store.claims.release(one.key)
        files, skipped = files + removed, skipped + len(one.paths) - removed
        size += one.bytes if removed == len(one.paths) else 0
    return Removed(files=files, bytes=size, skipped=skipped)


def _is_needed(store: Store, one: Waste, named: set[str] | None) -> bool:
    """Whether it is, since it was found to be waste."""
    if one.cell:
        return named is None or one.key in named
    return one.kind == HALF and any(file.suffix == ".jsonl" for file in files_of(store, one.key))


def _remove(store: Store, one: Waste) -> int:
    """How many files are gone."""
    done = 0
    for path in one.paths:
        with suppress(OSError):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
            done += 1
    if one.cell and not files_of(store, one.key):
        store.index.drop([one.key])
    return done


def _named(store: Store) -> set[str] | None:
    """Keys of all cells that runs name; None where one of them cannot be read."""
    files = [file for file in store.path.glob("runs/*.json") if not file.name.startswith(".")]
    runs = store.runs()
    unread = {file.stem for file in files} - {run.name for run in runs}
    return None if unread else {key for run in runs for key in run.cells}


def _leftovers(store: Store) -> Iterator[Waste]:
    for file in temporary(store):
        if _is_old(file):
            yield Waste(kind=TEMPORARY, key=key_of(file.relative_to(store.path)), paths=[file], bytes=size_of(file))
    for key in halves(store):
        arrays = store.path / "cells" / key[:2] / f"{key}.npz"
        if _is_old(arrays):
            yield Waste(kind=HALF, key=key, paths=[arrays], bytes=size_of(arrays))
    for kind, places in ((PARTIAL, store.path.glob("partial/[!.]*")), (FAILURE, store.path.glob("failed/[!.]*.json"))):
        for path in sorted(places):
            key = key_of(path.relative_to(store.path))
            if key and store.has(key):
                yield Waste(kind=kind, key=key, paths=[path], bytes=size_of(path))


def _stale(store: Store, named: set[str], kept: list[str]) -> set[str]:
    """Keys of cells that cannot be asked for again, for another program made them; those that runs name stay."""
    codes: dict[str, str | None] = {}
    unknown: dict[str, int] = {}
    stale: set[str] = set()
    program = f"mixability {program_version()}"
    held = 0
    for cell in find(store, question(store)):
        if cell.state == "writing":
            continue
        if cell.experiment not in codes:
            codes[cell.experiment] = _code(cell.experiment)
        code = codes[cell.experiment]
        if code is None:
            unknown[cell.experiment] = unknown.get(cell.experiment, 0) + 1
        elif (cell.program, cell.code) != (program, code):
            held += cell.key in named
            stale |= {cell.key} - named
    kept += [f"{counted(n, 'cell')} of {name} stay, for it cannot be loaded here" for name, n in unknown.items()]
    if held:
        kept.append(
            f"{counted(held, 'cell')} made by other code stay, for runs name them; a run's file in "
            f"{store.path / 'runs'} removed, they can go"
        )
    return stale


def _code(name: str) -> str | None:
    """The present code's digest of an experiment; None where it cannot be loaded."""
    try:
        return code_digest(experiment(name).computing)
    except (SpecError, OSError):
        return None


def _cells(store: Store, kind: str, keys: set[str]) -> Iterator[Waste]:
    for key in sorted(keys):
        paths = files_of(store, key)
        yield Waste(kind=kind, key=key, paths=paths, bytes=sum(map(size_of, paths)), cell=True)


def _is_old(file: Path) -> bool:
    """Whether it has been left alone for a day; a file from the future has not."""
    try:
        return time.time() - file.stat().st_mtime > _DAY
    except OSError:
        return False
