"""Many small cells: the work for one more does not grow, nor does the parent's memory."""

import gc
import tracemalloc
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import psutil
import pytest

from analysis.experiments.cells import run_cells
from analysis.runs.store import Store
from tests.reliability.sweeping import SOAK, Toys, agrees, run

MANY = 10_000 if SOAK else 2_000


def test_the_work_of_the_index_does_not_grow_with_the_number_of_cells(tmp_path: Path) -> None:
    """Statements, and what sqlite does for them, for each cell that is saved."""
    store = Store(tmp_path)
    toys = Toys(toy="EMPTY", replicates=MANY // 8, over=(0.0, 1.0, 2.0, 3.0))
    statements: list[str] = []
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    store.index._connection.set_trace_callback(statements.append)
    store.index._connection.set_progress_handler(step, 1)
    counted = []
    for _ in run_cells(toys.cells, store, jobs=1):
        counted.append((len(statements), steps))
        statements.clear()
        steps = 0
    per_statement, per_step = np.array(counted).T
    assert per_statement.min() == 6, "two transactions of three statements"
    assert np.sum(per_statement > 6) == len(toys.over), "a spec that is new"
    assert per_statement.max() < 20
    tenths = np.array_split(per_step[len(toys.over) * 2 :], 10)
    assert all(after.mean() <= 1.05 * before.mean() for before, after in pairwise(tenths))
    assert store.index.counts() == {"done": MANY}
    assert agrees(tmp_path)


@pytest.mark.parametrize("jobs", [1, 2] if SOAK else [2])
def test_the_memory_of_the_parent_does_not_grow_with_the_number_of_cells(jobs: int, tmp_path: Path) -> None:
    """Beyond what says which cells there are, which the caller has anyway."""
    toys = Toys(toy="EMPTY", replicates=MANY // 8, over=(0.0, 1.0, 2.0, 3.0))
    cells, process = toys.cells, psutil.Process()
    resident = []
    run(tmp_path / "before", Toys(toy="EMPTY", replicates=20), jobs)
    for number, _ in enumerate(run_cells(cells, Store(tmp_path / "store"), jobs)):
        if number % (MANY // 10) == 0:
            gc.collect()
            resident.append(process.memory_info().rss)
    grown = (resident[-1] - resident[2]) / (0.7 * MANY)
    assert grown < 500, f"{grown:.0f} bytes for each cell"


def test_what_python_keeps_of_a_cell_that_is_done_is_next_to_nothing(tmp_path: Path) -> None:
    toys = Toys(toy="EMPTY", replicates=250, settings={"size": 100})
    cells, store = toys.cells, Store(tmp_path)
    assert _kept_by(lambda: [None for _ in run_cells(cells[:100], store, jobs=1)]) >= 0.0
    kept = _kept_by(lambda: [None for _ in run_cells(cells, store, jobs=1)])
    assert kept / 400 < 100.0


def _kept_by(work: Callable[[], object]) -> float:
    """Bytes that are in use after it and were not before."""
    tracemalloc.start()
    try:
        work()
        gc.collect()
        return float(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()


def test_large_results_are_not_gathered(tmp_path: Path) -> None:
    """A megabyte and a half each; the parent never has more of sixteen than of four."""
    cells, store = Toys(toy="HUNGRY", replicates=10, settings={"size": 200_000}).cells, Store(tmp_path)
    few = _most(lambda: [None for _ in run_cells(cells[:4], store, jobs=1)])
    many = _most(lambda: [None for _ in run_cells(cells[4:], store, jobs=1)])
    assert many < few + 8 * 200_000


def _most(work: Callable[[], object]) -> float:
    """Bytes that were in use at once."""
    tracemalloc.start()
    try:
        work()
        return float(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()
