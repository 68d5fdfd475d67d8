"""Killed at any moment, a sweep goes on as if nothing had happened."""

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from analysis.inventory.checking import check
from analysis.runs import claims, folder, index, store
from analysis.runs.store import Store
from tests.reliability.sweeping import SOAK, Sweeper, Toys, agrees, begun, contents, finished, run, until

TOYS = Toys(toy="BUSY", replicates=25, over=(0.0, 0.5), settings={"size": 40, "pause": 0.004})
KILLS = 5
KEEPING = {module.__file__ for module in (claims, folder, index, store)}
"""The code that writes."""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    path = tmp_path_factory.mktemp("undisturbed") / "store"
    run(path, TOYS)
    return contents(path)


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("seed", range(10 if SOAK else 1))
def test_killed_at_random_moments_it_ends_as_if_undisturbed(
    seed: int, jobs: int, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    chance = random.Random(f"{seed} {jobs}")
    path, notes = tmp_path / "store", tmp_path / "notes"
    leaders = []
    for kill in range(KILLS if SOAK or jobs == 1 else 2):
        sweeper = Sweeper(path, TOYS, jobs, notes=notes)
        leaders.append(sweeper)
        more = finished(path) + chance.choice([0, 1, 3, 6])
        until(lambda: finished(path) >= more or sweeper.ended, "progress")  # noqa: B023 - called at once
        time.sleep(chance.uniform(0.0, 0.05))
        sweeper.kill(alone=bool(kill % 2))
    until(lambda: not any(sweeper.workers for sweeper in leaders), "the end of all workers")
    before, left = len(begun(notes)), sum(not Store(path).has(cell.key) for cell in TOYS.cells)
    last = Sweeper(path, TOYS, notes=notes)
    assert last.finish() == 0
    assert contents(path) == undisturbed
    assert agrees(path)
    assert set(Store(path).index.states().values()) == {"done"}
    lines = begun(notes)
    assert len(set(lines)) == len(TOYS.cells)
    assert len(lines) - before == left, "what was kept is not computed again"
    leftovers = [file for file in path.rglob("*") if _unexpected(file.name)]
    assert {file.relative_to(path).as_posix() for file in leftovers} == set(check(Store(path)).leftovers)


def _unexpected(name: str) -> bool:
    expected = (".jsonl", ".npz", "store.json", "index.sqlite", "index.sqlite-wal", "index.sqlite-shm", "claims")
    return name.startswith(".") or ("." in name and not name.endswith(expected))


def test_killed_at_every_line_of_what_writes(tmp_path: Path) -> None:
    """Two cells with arrays, the first of a store; the process dies at the n-th line that it executes there."""
    toys = Toys(toy="BUSY", replicates=1, settings={"size": 5})
    run(tmp_path / "undisturbed", toys)
    expected = contents(tmp_path / "undisturbed")
    lines = _lines_of(lambda: run(tmp_path / "counted", toys))
    assert lines > 300
    moments = range(1, lines + 1) if SOAK else random.Random(1).sample(range(1, lines + 1), 25)
    for moment in moments:
        path = tmp_path / str(moment)
        assert _dies_at(moment, lambda: run(path, toys)) == signal.SIGKILL  # noqa: B023 - called at once
        run(path, toys)
        assert contents(path) == expected, f"killed at line {moment}"
        assert agrees(path), f"killed at line {moment}"
        assert not Store(path).health().damaged


def _lines_of(work: Callable[[], object]) -> int:
    """How many lines of the code that writes are executed."""
    counted = _Counter(lambda _line: None)
    counted.over(work)
    return counted.lines


def _dies_at(moment: int, work: Callable[[], object]) -> int:
    """Fork, kill the child as it comes to a line; returns the signal that ended it, 0 where it has reached the end."""

    def kill(line: int) -> None:
        if line == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if child == 0:
        try:
            _Counter(kill).over(work)
        finally:
            os._exit(0)
    return os.WTERMSIG(os.waitpid(child, 0)[1])


class _Counter:
    """Counts the lines of the code that writes as they are executed."""

    def __init__(self, at: Callable[[int], None]) -> None:
        self.lines = 0
        self._at = at

    def over(self, work: Callable[[], object]) -> None:
        before = sys.gettrace()
        sys.settrace(self._called)
        try:
            work()
        finally:
            sys.settrace(before)

    def _called(self, frame: FrameType, _event: str, _arg: Any) -> Any:
        return self._line if frame.f_code.co_filename in KEEPING else None

    def _line(self, _frame: FrameType, event: str, _arg: Any) -> Any:
        if event == "line":
            self.lines += 1
            self._at(self.lines)
        return self._line


def test_a_long_cell_goes_on_from_where_it_was(tmp_path: Path) -> None:
    toys = Toys(toy="LONG", replicates=1, settings={"steps": 40, "pause": 0.005})
    run(tmp_path / "undisturbed", toys)
    path, notes = tmp_path / "store", tmp_path / "notes"
    for killed_after in (5, 25, 45, 65):
        sweeper = Sweeper(path, toys, notes=notes)
        until(lambda: len(begun(notes)) >= killed_after, "a step")  # noqa: B023 - called at once
        sweeper.kill()
    assert Sweeper(path, toys, notes=notes).finish() == 0
    assert contents(path) == contents(tmp_path / "undisturbed")
    lines = begun(notes)
    assert len(set(lines)) == 80
    assert len(lines) <= 80 + 4 * 2, "the step under way, and one that ended before it was kept"
    assert not list((path / "partial").iterdir()), "what is finished needs no checkpoint"


def test_cells_whose_process_was_killed_are_free_for_others(tmp_path: Path) -> None:
    """Claims end with their process, and so do those of workers that it had."""
    path = tmp_path / "store"
    slow = Toys(toy="BUSY", replicates=1, settings={"pause": 60.0})
    sweeper = Sweeper(path, slow, notes=tmp_path / "notes")
    until(lambda: len(begun(tmp_path / "notes")) == 1, "the first cell")
    taken = [cell.key for cell in slow.cells if not Store(path).claims.take(cell.key)]
    assert taken == [slow.cells[0].key]
    sweeper.kill()
    assert Store(path).claims.take(taken[0])
