"""The store: can it be read and written, and are its results whole."""

import sqlite3
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import psutil

from analysis.doctor.finding import Check, Verdict, note, ok, wrong
from analysis.doctor.paths import standing, writable

_SHARED = ("9p", "afs", "beegfs", "ceph", "cifs", "fuse.sshfs", "glusterfs", "gpfs", "lustre", "nfs", "smb")
"""Beginnings of the names of file systems that several machines write."""
_SHOWN = 3


def checks(store: Path, *, quick: bool) -> Mapping[str, Check]:
    """What is said of a store; ``quick`` does not read its files."""
    found: dict[str, Check] = {
        "folder": partial(folder, store),
        "file system": partial(file_system, store),
        "results": partial(results, store, quick=quick),
    }
    return found if quick else {**found, "index": partial(index, store)}


def folder(store: Path) -> Verdict:
    """Whether it can be written, or made."""
    place = standing(store)
    if not place.is_dir():
        return wrong(f"{place} is a file, not a folder", "name another store with --store")
    if not writable(place):
        return wrong(f"{place} cannot be written", f"chmod u+w {place}, or name another store with --store")
    return ok(f"{store} can be written" if place == store else f"{store} is not there yet and can be made")


def file_system(store: Path) -> Verdict | None:
    """Whether several machines may write it, which the index (SQLite's write-ahead log) does not allow."""
    kind = kind_of_file_system(standing(store).resolve())
    if kind is None:
        return None
    if kind.lower().startswith(_SHARED):
        return note(
            f"{kind}, which machines share: the index is safe only while one of them writes it",
            "start sweeps on one machine (workers may be on others), or name a store on a local disk with --store",
        )
    return ok(kind)


def kind_of_file_system(place: Path) -> str | None:
    """The type of the file system that holds a place, or None where that is unknown."""
    holding = [part for part in psutil.disk_partitions(all=True) if place.is_relative_to(part.mountpoint)]
    nearest = max(holding, key=lambda part: len(Path(part.mountpoint).parts), default=None)
    return nearest.fstype or None if nearest else None


def results(store: Path, *, quick: bool) -> Verdict | None:
    """How many cells there are, and whether their checksums hold."""
    if not store.exists() or (store.is_dir() and not any(store.iterdir())):
        return ok("none yet")
    from analysis.runs.store import Store, StoreError  # noqa: PLC0415 - a check that needs it

    try:
        health = Store(store, readonly=True).health(quick=quick)
    except StoreError as error:
        says, _, mend = str(error).rpartition("; ")
        return wrong(says or mend, mend if says else "name another store with --store")
    said = f"{health.cells:,} cells, {health.bytes / 1e6:,.1f} MB"
    if health.damaged:
        some = ", ".join(health.damaged[:_SHOWN]) + ", ..." * (len(health.damaged) > _SHOWN)
        return wrong(
            f"{said} and {len(health.damaged):,} damaged: {some}",
            "run the same command again, which computes them anew; mixability runs verify names all of them",
        )
    if health.failed:
        return note(
            f"{said} and {health.failed:,} that failed",
            "run the same command again, which tries them again; mixability runs list says why they failed",
        )
    return ok(f"{said}{'' if quick else ', all digests hold'}")


def index(store: Path) -> Verdict | None:
    """Whether SQLite finds nothing wrong with it."""
    file = store / "index.sqlite"
    if not file.exists():
        return None
    from analysis.runs.index import check  # noqa: PLC0415 - the same

    try:
        whole = check(file)
    except sqlite3.Error:
        whole = False
    if whole:
        return ok("whole")
    return note("is damaged; results are not", f"rm {file}*, and the next command makes it again from the files")
