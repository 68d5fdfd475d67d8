"""The store: every finished cell, found again by what determines it."""

import json
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cached_property, partial
from hashlib import blake2b
from io import BytesIO
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from analysis.runs.claims import Claims
from analysis.runs.folder import FolderError, write_whole
from analysis.runs.index import Index, Row, State
from analysis.runs.record import SCHEMA, Record

DEFAULT = Path("runs") / "store"
VARIABLE = "MIXABILITY_STORE"
"""Environment variable that names another store."""

_AT_ONCE = 500
"""Cells that are read while other writers wait."""

Arrays = Mapping[str, NDArray[Any]]


class StoreError(FolderError):
    """A store cannot be used, or not for this; the message says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Packed:
    """A record and its arrays as they are kept: what a worker hands back."""

    record: bytes
    """One line of strict JSON."""
    arrays: bytes
    """An ``.npz`` archive; empty where there are no arrays."""

    @classmethod
    def of(cls, record: Record, arrays: Arrays) -> Self:
        """Equal content gives equal bytes."""
        return cls(record=record.to_json().encode(), arrays=archived(arrays))

    def content(self) -> bytes:
        """The file of the record: a line with the digests of both, then the record."""
        digests = {"record": _digest(self.record), "arrays": _digest(self.arrays) if self.arrays else ""}
        return json.dumps(digests).encode() + b"\n" + self.record + b"\n"


@dataclass(frozen=True, kw_only=True)
class Run:
    """What was asked for: a name, the spec, and the cells that answer it."""

    name: str
    command: str
    """The command that goes on with it, or does it again."""
    folder: str
    """Where its figures and tables are, as the command had it; empty where there is none."""
    spec: dict[str, Any]
    cells: list[str]
    """Keys."""
    points: list[dict[str, Any]] = field(default_factory=list)
    """Of a sweep: the settings that differ, for each cell."""


@dataclass(frozen=True, kw_only=True)
class Health:
    """What a look at all files found."""

    cells: int
    failed: int
    damaged: list[str]
    """Files, from the store's folder on, that are torn, altered or missing, each with what is wrong."""
    bytes: int


class Store:
    """A folder that any number of processes read and write at once.

    ``cells/ab/KEY.jsonl`` is a record under the digests of itself and of its arrays, ``cells/ab/KEY.npz``, which are
    written before it: a cell is done when its record is there and the digests hold. ``failed/KEY.json`` says why a cell
    could not be finished, ``partial/`` keeps what is half done, ``runs/NAME.json`` which cells a run consists of.
    ``index.sqlite`` can be deleted at any time.
    """

    def __init__(self, path: Path, *, readonly: bool = False) -> None:
        """Open a store, or make one where nothing is yet.

        Raises StoreError where the folder is something else, cannot be written, or was written by a newer program.
        """
        self.path, self.readonly = path, readonly
        schema = _schema(path)
        if schema is None:
            _make(path, readonly=readonly)
        elif schema > SCHEMA:
            raise StoreError(
                f"{path} was written by a newer mixability (schema {schema}, this one knows {SCHEMA}); "
                "update the program, or name another store with --store"
            )
        elif schema < SCHEMA and not readonly:
            _write_schema(path)

    # Cells

    def has(self, key: str) -> bool:
        """Whether a cell is done: its record is there, and all digests hold."""
        return self._read(key) is not None

    def load(self, key: str) -> tuple[Record, Arrays] | None:
        """A cell, or None where there is none or it is damaged."""
        found = self._read(key)
        if found is None:
            return None
        return Record.from_json(found.record.decode()), unpacked(found.arrays)

    def record(self, key: str) -> Record | None:
        """A cell's record alone, without a look at its arrays."""
        found = _opened(self._file(key, "jsonl"))
        return None if found is None else Record.from_json(found[1].decode())

    def arrays(self, key: str) -> Arrays:
        """A cell's arrays. Raises StoreError where they are damaged."""
        found = self._read(key)
        if found is None:
            raise StoreError(f"cell {key} is missing or damaged; the same command again makes it anew")
        return unpacked(found.arrays)

    def save(self, key: str, packed: Packed, seconds: float = 0.0) -> None:
        """Keep a finished cell. Killed at any moment, it is there as a whole or not at all.

        Raises StoreError where the store cannot be written, such as on a full disk.
        """
        self._tell(_row(key, packed, "writing", seconds))
        with self._words():
            if packed.arrays:
                write_whole(self._file(key, "npz"), packed.arrays)
            write_whole(self._file(key, "jsonl"), packed.content())
        self._tell(_row(key, packed, "done", seconds))
        with self._words():
            self.failure(key).unlink(missing_ok=True)

    def fail(self, key: str, error: dict[str, Any], record: Record) -> None:
        """Keep why a cell could not be finished; ``record`` says which it is and has no values."""
        said = {**error, "record": json.loads(record.to_json())}
        with self._words():
            write_whole(self.failure(key), (json.dumps(said) + "\n").encode())
        self._tell(_row(key, Packed.of(record, {}), "failed", 0.0, error=str(error.get("error", ""))))

    def failure(self, key: str) -> Path:
        """Where it is said why a cell could not be finished."""
        return self.path / "failed" / f"{key}.json"

    def partial(self, key: str) -> Path:
        """Where a cell that takes long keeps how far it is."""
        return self.path / "partial" / key

    def _file(self, key: str, ending: str) -> Path:
        return self.path / "cells" / key[:2] / f"{key}.{ending}"

    def _read(self, key: str) -> Packed | None:
        opened = _opened(self._file(key, "jsonl"))
        if opened is None:
            return None
        digest, record = opened
        arrays = b""
        if digest:
            try:
                arrays = self._file(key, "npz").read_bytes()
            except OSError:
                return None
            if _digest(arrays) != digest:
                return None
        return Packed(record=record, arrays=arrays)

    # Runs

    def note(self, run: Run) -> None:
        """Keep which cells a run consists of. Raises StoreError where the store cannot be written."""
        with self._words():
            write_whole(self.path / "runs" / f"{run.name}.json", (json.dumps(asdict(run)) + "\n").encode())

    def runs(self) -> list[Run]:
        """All runs, the latest last; what cannot be read is left out."""
        files = sorted((self.path / "runs").glob("*.json"), key=lambda file: (file.stat().st_mtime, file.name))
        return [run for run in map(_run, files) if run is not None]

    # Questions about all cells

    @cached_property
    def claims(self) -> Claims:
        """Which cells this process is computing."""
        with self._words():
            return Claims(self.path / "claims")

    @cached_property
    def index(self) -> Index:
        """The index, made from the files where it is missing, damaged or of another version.

        Where nothing may be written and it cannot be read, it is made in memory.
        """
        with self._words():
            try:
                return self._filled(Index(self._index_file, readonly=self.readonly))
            except sqlite3.DatabaseError as error:
                if self.readonly:
                    return self._filled(Index(None))
                if _is_passing(error):
                    raise
                return self._made_anew()

    @property
    def _index_file(self) -> Path:
        return self.path / "index.sqlite"

    def _filled(self, index: Index) -> Index:
        try:
            if index.is_new:
                self._fill(index)
                index.complete()
            if not self.readonly:
                self._settle(index)
        except BaseException:
            index.close()
            raise
        return index

    def _fill(self, index: Index) -> dict[str, State]:
        """Let the index know what the files say; returns the states that they are in."""
        states: dict[str, State] = {}
        keys = list(self.files())
        for start in range(0, len(keys), _AT_ONCE):
            # read while the index is locked, so that no process can say something newer in between
            index.put(map(partial(_seen, states), self._rows(keys[start : start + _AT_ONCE])))
        return states

    def _made_anew(self) -> Index:
        """By one process at a time. Those that have the old one open find out when they next tell it something."""
        file = self._index_file
        while not self.claims.take(file.name):
            time.sleep(0.05)
        try:
            for part in ("", "-wal", "-shm"):
                file.with_name(file.name + part).unlink(missing_ok=True)
            return self._filled(Index(file))
        finally:
            self.claims.release(file.name)

    def _tell(self, row: Row) -> None:
        """Let the index know of a cell, also where its file was deleted or damaged meanwhile."""
        with self._words():
            if not self.index.is_there:
                self.index.close()
                del self.index
            try:
                self.index.put([row])
            except sqlite3.DatabaseError as error:
                if _is_passing(error):
                    raise
                self.index.close()
                self.index = self._made_anew()
                self.index.put([row])

    def rebuild(self) -> int:
        """Make the index agree with the files again; returns how many cells there are."""
        with self._words():
            known = set(self.index.states())
            states = self._fill(self.index)
            gone = known - states.keys()
            self.index.drop(gone)
            self.index.put(self._rows(gone))  # what another process has finished since
        return sum(state == "done" for state in states.values())

    def files(self) -> Iterator[str]:
        """Keys of all cells that have a file, whole or not, or have failed."""
        seen = {
            file.stem for part in ("cells/*/*.jsonl", "cells/*/*.npz", "failed/*.json") for file in self._glob(part)
        }
        return iter(sorted(seen))

    def health(self, *, quick: bool = False) -> Health:
        """Check every digest, or, ``quick``, only count."""
        damaged, cells, failed, size = [], 0, 0, 0
        for key in self.files():
            files = [self._file(key, ending) for ending in ("jsonl", "npz")]
            there = [file for file in files if file.exists()]
            size += sum(file.stat().st_size for file in there)
            if not there:
                failed += 1
            elif quick or self.has(key):
                cells += 1
            else:
                damaged.append(self._fault(key))
        return Health(cells=cells, failed=failed, damaged=damaged, bytes=size)

    def _fault(self, key: str) -> str:
        """Which file of a cell is not as it was written."""
        record = self._file(key, "jsonl")
        opened = _opened(record)
        if not record.exists():
            return f"{self._name(key, 'npz')}: its record is missing"
        if opened is None:
            return f"{self._name(key, 'jsonl')}: its digest does not hold"
        missing = not self._file(key, "npz").exists()
        return f"{self._name(key, 'npz')}: {'is missing' if missing else 'its digest does not hold'}"

    def _name(self, key: str, ending: str) -> str:
        return self._file(key, ending).relative_to(self.path).as_posix()

    def _glob(self, pattern: str) -> Iterator[Path]:
        return (file for file in self.path.glob(pattern) if not file.name.startswith("."))

    def _rows(self, keys: Iterable[str]) -> Iterator[Row]:
        """What the files say of some cells; nothing of those that are damaged."""
        for key in keys:
            packed = self._read(key)
            if packed is not None:
                yield _row(key, packed, "done", 0.0)
            elif (failure := _json(self.failure(key))) is not None and isinstance(failure.get("record"), dict):
                record = json.dumps(failure["record"]).encode()
                packed = Packed(record=record, arrays=b"")
                yield _row(key, packed, "failed", 0.0, error=str(failure.get("error", "")))

    def _settle(self, index: Index) -> None:
        """Find out what became of cells that were being written when a process ended."""
        writing = [row.key for row in index.select({"state": "writing"})]
        orphans = [key for key in writing if not self.claims.holds(key) and self.claims.take(key)]
        known = list(self._rows(orphans))
        index.put(known)
        index.drop(set(orphans) - {row.key for row in known})
        for key in orphans:
            self.claims.release(key)

    @contextmanager
    def _words(self) -> Iterator[None]:
        """Say what sqlite or the system has to say as a sentence with its mend."""
        try:
            yield
        except StoreError:
            raise
        except (sqlite3.Error, OSError, FolderError) as error:
            cause = error.__cause__ if isinstance(error, FolderError) else error
            reason = cause.strerror if isinstance(cause, OSError) else str(cause)
            raise StoreError(
                f"the store {self.path} cannot be {'read' if self.readonly else 'written'} ({reason}); what it holds "
                "is safe: make room or name another with --store"
            ) from error


def _seen(states: dict[str, State], row: Row) -> Row:
    states[row.key] = row.state
    return row


def archived(arrays: Arrays) -> bytes:
    """An ``.npz`` archive, the same bytes for equal arrays; no bytes for none."""
    buffer = BytesIO()
    if arrays:
        np.savez_compressed(buffer, allow_pickle=False, **dict(sorted(arrays.items())))
    return buffer.getvalue()


def unpacked(archive: bytes) -> Arrays:
    """Undo `archived`."""
    if not archive:
        return {}
    with np.load(BytesIO(archive), allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def _digest(content: bytes) -> str:
    return blake2b(content, digest_size=16).hexdigest()


def _opened(file: Path) -> tuple[str, bytes] | None:
    """The digest of the arrays and the record of a file; None where it is missing or damaged."""
    try:
        head, _, rest = file.read_bytes().partition(b"\n")
        digests, record = json.loads(head), rest.removesuffix(b"\n")
        whole = len(rest) == len(record) + 1 and digests["record"] == _digest(record)
        return (str(digests["arrays"]), record) if whole else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _row(key: str, packed: Packed, state: Any, seconds: float, *, error: str = "") -> Row:
    record = json.loads(packed.record)
    came_from = record["provenance"]
    return Row(
        key=key,
        state=state,
        experiment=record["experiment"],
        arm=record["arm"],
        replicate=record["replicate"],
        program=came_from["program"],
        code=came_from["code"],
        bytes=len(packed.content()) + len(packed.arrays),
        seconds=seconds,
        error=error,
        spec=json.dumps(came_from["spec"], sort_keys=True),
    )


def _schema(path: Path) -> int | None:
    """That of a store; None where nothing is there yet."""
    try:
        said = _json(path / "store.json")
        if said is not None:
            return int(said["schema"])
        if not path.exists() or all(file.name.startswith(".store.json.") for file in path.iterdir()):
            return None  # another process may be making it, or was killed as it did
        if (made := _json(path / "store.json")) is not None:
            return int(made["schema"])
    except (OSError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, OSError) and not isinstance(error, NotADirectoryError):
            raise StoreError(f"cannot read {path}: {error.strerror}; name another store with --store") from error
    raise StoreError(f"{path} holds other things, no store; name another with --store")


def _make(path: Path, *, readonly: bool) -> None:
    if readonly:
        raise StoreError(
            f"there is no store at {path} yet; what is computed first makes one, such as mixability compare"
        )
    _write_schema(path)


def _write_schema(path: Path) -> None:
    try:
        write_whole(path / "store.json", (json.dumps({"schema": SCHEMA}) + "\n").encode())
    except FolderError as error:
        reason = error.__cause__.strerror if isinstance(error.__cause__, OSError) else error
        raise StoreError(f"the store {path} cannot be written ({reason}); name another with --store") from error


def _json(file: Path) -> dict[str, Any] | None:
    """What a small file says; None where it is missing or damaged."""
    try:
        found = json.loads(file.read_text())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _run(file: Path) -> Run | None:
    try:
        return Run(**(_json(file) or {}))
    except TypeError:
        return None


def _is_passing(error: sqlite3.DatabaseError) -> bool:
    """Whether it says nothing against the file: a full disk, a lock, no permission."""
    return isinstance(error, sqlite3.OperationalError) and not any(
        word in str(error) for word in ("malformed", "not a database", "no such")
    )


def located(path: Path | None = None) -> Path:
    """The store to use: the one given, else the one that the environment names, else ``runs/store``."""
    return path or Path(os.environ.get(VARIABLE) or DEFAULT)
