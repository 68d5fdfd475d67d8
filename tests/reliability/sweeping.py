"""Sweeps of toys: here, or in a process of their own that can be killed; and what a store has to look like after."""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

import psutil

from analysis.experiments.cells import Cell, Done, cells_of, run_cells
from analysis.runs.store import Store
from tests.reliability.toy import NOTES, WELL, ToySpec

SOAK = bool(os.environ.get("MIXABILITY_SOAK"))
"""Whether there is time: ``make soak``."""
PATIENCE = 120.0
"""Seconds after which a process that should have done something hangs."""

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["analysis.experiments.cells", "tests.reliability.toy"])


@dataclass(frozen=True, kw_only=True)
class Toys:
    """A sweep of one toy over some values of x."""

    toy: str
    replicates: int
    over: Sequence[float] = (0.0,)
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def cells(self) -> list[Cell]:
        """All of them."""
        specs = [ToySpec(x=x, replicates=self.replicates, **self.settings) for x in self.over]
        name = f"tests.reliability.toy:{self.toy}"
        return [cell for spec in specs for cell in cells_of(name, spec, range(self.replicates))]

    @property
    def keys(self) -> set[str]:
        """Of all of them."""
        return {cell.key for cell in self.cells}


def run(path: Path, toys: Toys, jobs: int = 1, **options: Any) -> list[Done]:
    """All cells, in a store that is opened for it, in this process."""
    return list(run_cells(toys.cells, Store(path), jobs, **options))


class Sweeper:
    """A process, the first of its session, that runs a sweep."""

    def __init__(
        self, path: Path, toys: Toys, jobs: int = 1, *, notes: Path | None = None, well: Path | None = None
    ) -> None:
        environment = {name: str(file) for name, file in ((NOTES, notes), (WELL, well)) if file is not None}
        self._process = _context.Process(target=_sweep, args=(path, toys, jobs, environment))
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    def finish(self) -> int:
        """Wait for the end; the exit code: 0, 4 where a cell has failed, 130 where it was told to stop."""
        self._process.join(PATIENCE)
        assert self._process.exitcode is not None, "the sweep hangs"
        return self._process.exitcode

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self._process.exitcode is not None

    def interrupt(self) -> None:
        """What Ctrl-C does to the process alone."""
        os.kill(self.pid, signal.SIGINT)

    def kill(self, *, alone: bool = False) -> None:
        """With its workers, or ``alone``: these are to notice."""
        for pid in [self.pid] if alone else _session(self.pid) | {self.pid}:
            with _gone_is_fine():
                os.kill(pid, signal.SIGKILL)
        self._process.join(PATIENCE)

    @property
    def workers(self) -> set[int]:
        """Processes of its session beside itself."""
        return _session(self.pid) - {self.pid}


def _sweep(path: Path, toys: Toys, jobs: int, environment: dict[str, str]) -> None:
    import faulthandler

    faulthandler.dump_traceback_later(15)
    os.setsid()
    os.environ.update(environment)
    stop = Event()
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    done = list(run_cells(toys.cells, Store(path), jobs, stop=stop, every=0.0))
    # at the end of Python as usual, multiprocessing would wait for loky's workers, which would wait for work
    os._exit(130 if stop.is_set() else 4 if any(one.state == "failed" for one in done) else 0)


def _session(leader: int) -> set[int]:
    """Living processes of a session."""
    found = set()
    for process in psutil.process_iter():
        with _gone_is_fine():
            if os.getsid(process.pid) == leader and process.status() != psutil.STATUS_ZOMBIE:
                found.add(process.pid)
    return found


@contextmanager
def _gone_is_fine() -> Iterator[None]:
    with suppress(ProcessLookupError, PermissionError, psutil.Error):
        yield


def until(true: Callable[[], bool], what: str) -> None:
    """Wait for something. Fails where it does not happen."""
    give_up = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < give_up, f"{what} does not happen"
        time.sleep(0.002)


def finished(path: Path) -> int:
    """How many cells have a record."""
    return sum(1 for _ in path.glob("cells/*/[!.]*.jsonl"))


def begun(notes: Path) -> list[str]:
    """What cells have noted as they began."""
    return notes.read_text().splitlines() if notes.exists() else []


def contents(path: Path) -> dict[str, bytes]:
    """The files of all cells, but for temporary ones."""
    found = sorted(file for file in path.glob("cells/*/*") if not file.name.startswith("."))
    return {file.relative_to(path).as_posix(): file.read_bytes() for file in found}


def agrees(path: Path) -> bool:
    """Whether the index says what the files say, of every cell and in every column but the time that it took."""
    store = Store(path)
    known = {row.key: row._replace(seconds=0.0) for row in store.index.select()}
    return known == {row.key: row for row in store._rows(store.files())}
