"""What a store costs beside the work itself, and how that stays with many cells: ``python -m benchmarks.runs``."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import psutil
from joblib import Parallel, delayed, parallel_config
from matplotlib.ticker import FuncFormatter
from pydantic import BaseModel

from analysis.arrays import Floats
from analysis.experiments.cells import Cell, cells_of, run_cells
from analysis.experiments.genes import GenesExperimentSpec
from analysis.figures.sheet import row_of_panels, sheet
from analysis.figures.theme import ink, quiet, render, theme
from analysis.runs.folder import write_whole
from analysis.runs.index import Index, Row
from analysis.runs.store import Store
from benchmarks.measuring import row, seconds
from tests.reliability.toy import ToySpec

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "runs"
TOY = "tests.reliability.toy:EMPTY"
MANY, BATCHES = 10_000, 10
WARM = 20
"""Cells that are not timed: workers start, modules are loaded."""
REAL: dict[str, Any] = {
    "genes": {"landscape": {"loci": 32, "selection": 0.1}, "population": 400, "generations": 200},
    "panel": {"masks": 1024, "knock_out_masks": 32},
}


def empty(cells: int) -> list[Cell]:
    """Cells in which nothing is computed, half of them without mixing."""
    return cells_of(TOY, ToySpec(replicates=cells // 2), range(cells // 2))


def real(cells: int, seed: int) -> list[Cell]:
    """Cells of a third of a second: small populations, measured."""
    spec = GenesExperimentSpec.model_validate({**REAL, "seed": seed, "replicates": cells // 2})
    return cells_of("genes", spec, range(cells // 2))


def moments(cells: Sequence[Cell], folder: Path, jobs: int) -> Floats:
    """When each cell was kept, in seconds from the call on."""
    began = time.perf_counter()
    return np.array([time.perf_counter() - began for _ in run_cells(cells, Store(folder), jobs)])


def overhead(cells: int) -> None:
    """A cell in which nothing is computed, beside a loop that keeps nothing, and beside one file forced to the disk."""
    for jobs, goal in ((1, 5.0), (2, 10.0)):
        with TemporaryDirectory() as folder:
            when = moments(empty(cells), Path(folder) / "store", jobs)
            ours = float(when[-1] - when[WARM]) / (len(when) - 1 - WARM)
            where = "in this process" if jobs == 1 else f"on {jobs} workers"
            what = f"an empty cell, {where} (goal: {goal:.0f} ms)"
            row(what, ours, "joblib, nothing is kept", bare(jobs, cells))
            row(what, ours, "one file of 1 kB, forced to the disk", forced(Path(folder), min(cells, 200)))


def bare(jobs: int, calls: int) -> float:
    """Seconds for a call of joblib that does nothing, one at a time, as cells are."""
    with parallel_config(backend="loky", inner_max_num_threads=1):
        parallel = Parallel(n_jobs=jobs, batch_size=1, pre_dispatch=jobs, return_as="generator_unordered")
    began = time.perf_counter()
    when = [time.perf_counter() - began for _ in parallel(delayed(int)() for _ in range(calls))]
    return (when[-1] - when[WARM]) / (calls - 1 - WARM)


def forced(folder: Path, files: int) -> float:
    """Seconds for a file that is on the disk when they are over: no store that keeps its word is faster."""
    return seconds(partial(write_whole, folder / "file", bytes(1024)), repeats=files)


def workers(cells: int, rounds: int = 4) -> None:
    """Real cells on one worker and on two, in turns; the workers' start, which comes once, is timed apart."""
    best = {1: np.inf, 2: np.inf}
    with TemporaryDirectory() as folder:
        for jobs in (1, 2):
            started = float(moments(real(2, seed=jobs), Path(folder) / "store", jobs)[-1])
            print(f"{f'until the first two cells of genes are there, on {jobs}':<52} {started:>10.2f} s")
        for turn in range(rounds):
            for jobs in (1, 2):
                when = moments(real(cells, seed=10 * turn + jobs), Path(folder) / f"{turn} {jobs}", jobs)
                best[jobs] = min(best[jobs], float(when[-1]) / cells)
    row("a cell of genes, on two workers (goal: x 1.8)", best[2], "on one", best[1])


def many(cells: int, batches: int) -> dict[str, Floats]:
    """Milliseconds for a cell that is kept, and looked up in three ways, and the parent's megabytes, by batches."""
    all_cells, each = empty(cells), cells // batches
    found: dict[str, list[float]] = {"save": [], "memory": [], "has": [], "states": [], "select": []}
    with TemporaryDirectory() as folder:
        moments(cells_of(TOY, ToySpec(x=1.0), range(WARM)), Path(folder) / "warm", 1)
        process, began = psutil.Process(), time.perf_counter()
        for number, _ in enumerate(run_cells(all_cells, Store(Path(folder) / "kept"), jobs=1), 1):
            if number % each == 0:
                found["save"].append(1e3 * (time.perf_counter() - began) / each)
                found["memory"].append(process.memory_info().rss / 2**20)
                began = time.perf_counter()
        store = Store(Path(folder) / "asked")
        for there in range(each, cells + 1, each):
            some = all_cells[there - each : there]
            for _ in run_cells(some, store, jobs=1):
                pass
            found["has"].append(1e3 * _once(partial(_all_there, store, some)) / each)
            found["states"].append(1e3 * _once(store.index.states) / there)
            found["select"].append(1e3 * _once(lambda: list(store.index.select())) / there)
    return {name: np.array(values) for name, values in found.items()}


def _all_there(store: Store, cells: Sequence[Cell]) -> bool:
    return all(store.has(cell.key) for cell in cells)


def _once(work: Callable[[], object]) -> float:
    return seconds(work, repeats=1)


def draw(found: dict[str, Floats], cells: int) -> dict[str, bytes]:
    """The picture, by the ends of its files' names."""
    x = np.arange(1, len(found["save"]) + 1) * cells / len(found["save"])
    grown = (found["memory"][-1] - found["memory"][0]) / (cells * (1 - 1 / len(x))) * 2**20
    with theme():
        figure, bottom, top = sheet(
            title="Does a full store slow down?",
            reading=f"Keeping a cell takes {found['save'][0]:.1f} ms in the first batch and {found['save'][-1]:.1f} ms "
            f"in the last; memory grows by {max(grown, 0.0):,.0f} bytes a cell.",
            how="Cells in which nothing is computed, one after the other, in batches. Left: milliseconds for each cell "
            "of a batch, its record forced to the disk. Right: memory of the program that runs them.",
            origin=f"{cells:,} cells of one spec, one process.",
            height=2.3,
        )
        left, right = row_of_panels(figure, bottom, top, 2, left=0.09, gap=0.11)
        left.semilogy(x, found["save"], color=ink(), marker="s", label="kept")
        left.semilogy(x, found["has"], color=quiet(), marker="o", label="looked up")
        left.semilogy(x, found["select"], color=quiet(), ls=":", label="listed")
        left.set_ylabel("milliseconds a cell")
        left.legend(fontsize=8.5, ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1.0))
        right.plot(x, found["memory"], color=ink(), marker="s")
        right.set_ylim(0, 1.3 * found["memory"].max())
        right.set_ylabel("memory, MB")
        for axes in (left, right):
            axes.set_xlabel("cells in the store")
            axes.xaxis.set_major_formatter(FuncFormatter(lambda n, _: f"{n:,.0f}"))
        left.yaxis.set_major_formatter(FuncFormatter(lambda ms, _: f"{ms:g}"))
        return render(figure, "Time for a cell and memory of the program against the number of cells in the store.")


def listing(records: int, specs: int) -> None:
    """Index alone, on so many rows: what `runs list` asks it."""
    with TemporaryDirectory() as folder:
        index = Index(Path(folder) / "index.sqlite")
        began = time.perf_counter()
        index.put(rows(records, specs))
        index.complete()
        index.close()
        filled = time.perf_counter() - began
        about = f"{records:,} records of {specs:,} specs"
        print(f"{about}, {(Path(folder) / 'index.sqlite').stat().st_size / 1e6:.0f} MB, filled in {filled:.1f} s")
        for what, ask in QUESTIONS.items():
            taken = seconds(partial(_asked, Path(folder) / "index.sqlite", ask), repeats=1)
            print(f"  {what + ' (goal: 1 s)':<50} {1e3 * taken:>10.1f} ms")


QUESTIONS: dict[str, Callable[[Index], object]] = {
    "opened and checked": lambda _index: None,
    "counted by state": Index.counts,
    "the state of each": Index.states,
    "all of them listed": lambda index: sum(1 for _ in index.select()),
    "those of one replicate": lambda index: list(index.select({"replicate": 3})),
    "those with one setting": lambda index: list(index.select({"genes.landscape.selection": 0.0})),
    "the failed ones of an arm": lambda index: list(index.select({"state": "failed", "arm": "sexual"})),
}


def _asked(path: Path, ask: Callable[[Index], object]) -> None:
    """In an index that is opened for it, as by a command."""
    index = Index(path, readonly=True)
    ask(index)
    index.close()


def rows(records: int, specs: int) -> Iterator[Row]:
    """As of a sweep over genes: specs of their real size, which differ in one setting."""
    settings: BaseModel = GenesExperimentSpec()
    spec = settings.model_dump(mode="json")
    for number in range(records):
        spec["genes"]["landscape"]["selection"] = (number % specs) / specs
        yield Row(
            key=f"{number:032x}",
            state="failed" if number % 1000 == 0 else "done",
            experiment="genes",
            arm=("asexual", "sexual")[number % 2],
            replicate=number // specs,
            program="mixability 0.1.0",
            code="0" * 16,
            bytes=4000,
            seconds=1.0,
            error="",
            spec=json.dumps(spec, sort_keys=True),
        )


def main(*, short: bool = False) -> None:
    """All of them; ``short`` takes a tenth of the cells and draws nothing."""
    share = 10 if short else 1
    overhead(1000 // share)
    workers(8 if short else 16, 2 if short else 4)
    found = many(MANY // share, BATCHES)
    for name, values in found.items():
        unit = "MB" if name == "memory" else "ms a cell"
        print(f"{name:<8} {' '.join(f'{value:8.3f}' for value in values)} {unit}")
    if not short:
        for ending, content in draw(found, MANY).items():
            PICTURE.with_suffix(f".{ending}").write_bytes(content)
    for specs in (5_000 // share, 100_000 // share):
        listing(100_000 // share, specs)


if __name__ == "__main__":
    os.environ.setdefault("MPLBACKEND", "agg")
    main(short="--short" in sys.argv)
