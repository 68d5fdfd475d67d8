"""The index of a store: quick answers about what is there. The files are the truth; it can be made again from them."""

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from hashlib import blake2b
from pathlib import Path
from threading import RLock
from typing import Any, Literal, NamedTuple

from analysis.runs.spec import flattened

VERSION = 2
_TABLES = """
CREATE TABLE IF NOT EXISTS specs (id INTEGER PRIMARY KEY, digest TEXT UNIQUE NOT NULL, json TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS paths (path TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS cells (
    key TEXT PRIMARY KEY, state TEXT NOT NULL, experiment TEXT NOT NULL, arm TEXT NOT NULL, replicate INTEGER NOT NULL,
    spec INTEGER NOT NULL REFERENCES specs (id), program TEXT NOT NULL, code TEXT NOT NULL, bytes INTEGER NOT NULL,
    seconds REAL NOT NULL, error TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_state ON cells (state);
"""
_PATIENCE = 60.0
"""Seconds to wait for other writers."""
_MAPPED = "PRAGMA mmap_size = 1073741824"
"""Reading many specs takes half as long as through sqlite's own small cache."""
_SMALL = 20_000_000
"""Bytes that are looked through at every opening; larger ones by ``runs verify``."""
State = Literal["writing", "done", "failed"]


class Row(NamedTuple):
    """What the index knows of a cell; a tuple, for there may be many."""

    key: str
    state: State
    experiment: str
    arm: str
    replicate: int
    program: str
    """Name and version of the program that made it."""
    code: str
    """A digest of the code that made it."""
    bytes: int
    """Of its files."""
    seconds: float
    """That it took; 0 where that is not known any more."""
    error: str
    """What went wrong, of a cell that failed."""
    spec: str
    """What determines it, as JSON: resolved spec and digests of data."""


_COLUMNS = Row._fields[:-1]
"""All but the spec, which many cells share."""


class Index:
    """One sqlite file in WAL mode: readers never wait, and writers wait for each other.

    Raises sqlite3.Error as sqlite does, also where the file is damaged or of another version; the store says it in
    words. Without a path it is in memory.
    """

    def __init__(self, path: Path | None, *, readonly: bool = False) -> None:
        self._lock = RLock()
        self._specs: dict[str, int] = {}
        self._paths: set[str] = set()
        self._path = path
        self._connection = _read(path) if readonly and path is not None else _write(path)
        self._file = None if path is None else path.stat().st_ino

    @property
    def is_new(self) -> bool:
        """Whether nobody has said yet that it is complete."""
        with self._lock:
            return _version(self._connection) == 0

    @property
    def is_there(self) -> bool:
        """Whether its file is still the one under its name."""
        try:
            return self._path is None or self._path.stat().st_ino == self._file
        except FileNotFoundError:
            return False

    def complete(self) -> None:
        """Say that it knows of all that there was; a process that is killed before leaves it new."""
        with self._lock:
            self._connection.execute(f"PRAGMA user_version = {VERSION}")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def put(self, rows: Iterable[Row]) -> None:
        """Add cells, or replace what is known of them, all or none."""
        with self._transaction() as connection:
            for row in rows:
                values = [getattr(row, name) for name in _COLUMNS]
                connection.execute(
                    f"INSERT OR REPLACE INTO cells ({', '.join(_COLUMNS)}, spec) "  # noqa: S608 - our own names
                    f"VALUES ({', '.join('?' * len(values))}, ?)",
                    [*values, self._spec(connection, row.spec)],
                )

    def drop(self, keys: Iterable[str]) -> None:
        """Forget cells."""
        with self._transaction() as connection:
            connection.executemany("DELETE FROM cells WHERE key = ?", [(key,) for key in keys])

    def select(self, where: Mapping[str, Any] | None = None) -> Iterator[Row]:
        """Cells of which all of some fields have some values, by experiment, spec, arm and replicate.

        A field is a column (``state``, ``experiment``, ``arm``, ``replicate``, ``program``, ``code``, ``key``), or a
        dotted path in the spec's JSON such as ``recipe.width``.
        """
        conditions, values = ["1"], []
        for field, value in (where or {}).items():
            if field in _COLUMNS:
                conditions.append(f"{field} = ?")
                values.append(value)
            else:
                conditions.append("spec IN (SELECT id FROM specs WHERE json_extract(json, ?) IS ?)")
                values += [_path(field), _stored(value)]
        which = f"FROM cells WHERE {' AND '.join(conditions)}"
        with self._at_one_moment():  # specs on their own: they are large, and many cells share them
            specs = dict(
                self.ask(f"SELECT id, json FROM specs WHERE id IN (SELECT spec {which})", values)  # noqa: S608 - ours
            )
            found = self.ask(
                f"SELECT {', '.join(_COLUMNS)}, spec {which} ORDER BY experiment, spec, arm, replicate",
                values,
            )
        return (Row._make((*columns, specs[spec])) for *columns, spec in found)

    def paths(self) -> set[str]:
        """Dotted paths of all fields that ever occurred in a spec; lists and empty tables are values."""
        return {path for (path,) in self.ask("SELECT path FROM paths")}

    def ask(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        """Rows of a query of one's own: tables ``cells`` and ``specs``."""
        with self._lock:
            return self._connection.execute(query, values).fetchall()

    def states(self) -> dict[str, State]:
        """The state of every cell."""
        with self._lock:
            return dict(self._connection.execute("SELECT key, state FROM cells"))

    def counts(self) -> dict[State, int]:
        """How many cells are in each state."""
        with self._lock:
            return dict(self._connection.execute("SELECT state, COUNT(*) FROM cells GROUP BY state"))

    @contextmanager
    def _at_one_moment(self) -> Iterator[None]:
        """Whatever other processes write meanwhile, several questions see the same cells."""
        with self._lock:
            self._connection.execute("BEGIN")
            try:
                yield
            finally:
                self._connection.execute("COMMIT")

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                self._specs.clear()
                self._paths.clear()
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _spec(self, connection: sqlite3.Connection, spec: str) -> int:
        """The number of a spec, which many cells share."""
        digest = blake2b(spec.encode(), digest_size=16).hexdigest()
        if digest not in self._specs:
            insert = "INSERT OR IGNORE INTO specs (digest, json) VALUES (?, ?)"
            if connection.execute(insert, (digest, spec)).rowcount:
                new = flattened(json.loads(spec)).keys() - self._paths
                connection.executemany("INSERT OR IGNORE INTO paths (path) VALUES (?)", [(path,) for path in new])
                self._paths |= new
            (self._specs[digest],) = connection.execute("SELECT id FROM specs WHERE digest = ?", (digest,)).fetchone()
        return self._specs[digest]


def _write(path: Path | None) -> sqlite3.Connection:
    connection = sqlite3.connect(path or ":memory:", timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
    with _closed_if_bad(connection):
        _patiently(connection, "PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(_MAPPED)
        if _version(connection) == 0:
            connection.executescript(_TABLES)
        _inspect(connection, 0, VERSION)
    return connection


def _read(path: Path) -> sqlite3.Connection:
    """Where nothing may be written, not even beside the file, it is read as it stands, unless there is a log, too."""
    log = path.with_name(f"{path.name}-wal")
    for how in ("mode=ro", "immutable=1")[: 1 if log.exists() and log.stat().st_size else 2]:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?{how}", uri=True, check_same_thread=False)
        try:
            with _closed_if_bad(connection):
                connection.execute(_MAPPED)
                _inspect(connection, VERSION)
        except sqlite3.OperationalError:
            continue
        return connection
    raise sqlite3.OperationalError(f"cannot open {path}")


@contextmanager
def _closed_if_bad(connection: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError as error:  # sqlite's words quote what is damaged
        connection.close()
        raise sqlite3.DatabaseError("malformed beyond words") from error
    except BaseException:
        connection.close()
        raise


def _inspect(connection: sqlite3.Connection, *versions: int) -> None:
    version = _version(connection)
    if version not in versions:
        raise sqlite3.DatabaseError(f"an index of version {version}")
    connection.execute("SELECT 1 FROM cells JOIN specs ON specs.id = cells.spec WHERE state = '' AND error = ''")
    found = connection.execute("PRAGMA quick_check(1)").fetchone() if _size(connection) < _SMALL else ("ok",)
    if found != ("ok",):
        raise sqlite3.DatabaseError(f"malformed: {found[0]}")


def _size(connection: sqlite3.Connection) -> int:
    pages, size = (int(connection.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("page_count", "page_size"))
    return pages * size


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _patiently(connection: sqlite3.Connection, statement: str) -> None:
    """Sqlite itself does not wait with all statements while another process opens the file."""
    give_up = time.monotonic() + _PATIENCE
    while True:
        try:
            connection.execute(statement)
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > give_up:
                raise
            time.sleep(0.01)
        else:
            return


def check(path: Path) -> bool:
    """Whether sqlite finds nothing wrong with an index."""
    with closing(_read(path)) as connection:
        return bool(connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))


def _path(field: str) -> str:
    """A dotted path as sqlite writes it."""
    return "$" + "".join(f'."{name}"' for name in field.replace('"', "").split("."))


def _stored(value: Any) -> Any:
    """A value as sqlite takes it out of JSON."""
    return json.dumps(value, separators=(",", ":")) if isinstance(value, list | dict) else value
