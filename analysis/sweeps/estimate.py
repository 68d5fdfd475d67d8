"""What a sweep will cost, from a few of its cells that are computed and timed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from analysis.experiments.cells import Cell, Done, run_cells
from analysis.runs.store import Store
from analysis.sweeps.sweep import Sweep


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What is to be done, and what it will take."""

    points: int
    cells: int
    """Different ones: cells that are equal in all that matters are one."""
    found: int
    """That the store holds already, the sample included."""
    sampled: int
    failed: int
    """Of the sample."""
    seconds: float
    """For the rest, on all workers; 0 where nothing is left, NaN where every cell of the sample failed."""
    worker_bytes: int
    """Memory of a worker at its peak."""
    disk_bytes: float
    """For the rest."""


def estimate(
    sweep: Sweep, store: Store, jobs: int, *, budget: float = 10.0, tell: Callable[[Done], object] = lambda _: None
) -> Estimate:
    """Compute cells from all over the sweep until ``budget`` seconds are spent, and draw the rest from them.

    They are kept, so nothing is wasted. Every arm is sampled at the first, the last and the middle points, in turn.
    """
    missing = list({cell.key: cell for cell in sweep.cells if not store.has(cell.key)}.values())
    sample: list[Done] = []
    for cell in _spread(missing):
        (done,) = run_cells([cell], store, 1)
        tell(done)
        sample.append(done)
        if sum(one.seconds for one in sample) > budget:
            break
    made = [done for done in sample if done.state == "made"]
    rest = len(missing) - len(sample)
    sizes = [row.bytes for done in made for row in store.index.select({"key": done.cell.key})]
    each = _mean([done.seconds for done in made[1:] or made])
    return Estimate(
        points=len(sweep.points),
        cells=len({cell.key for cell in sweep.cells}),
        found=len({cell.key for cell in sweep.cells}) - rest - (len(sample) - len(made)),
        sampled=len(sample),
        failed=len(sample) - len(made),
        seconds=rest * each / min(jobs, max(rest, 1)) if rest else 0.0,
        worker_bytes=max((done.peak for done in made), default=0),
        disk_bytes=rest * _mean([float(size) for size in sizes]) if rest else 0.0,
    )


def _spread(cells: Sequence[Cell]) -> list[Cell]:
    """The first, the last, the middle ones, and so on, so that any beginning of the list is spread over all."""
    order = [0, len(cells) - 1]
    step = len(cells)
    while step > 1:
        step = -(-step // 2)
        order += range(step, len(cells), step)
        if len(order) > 64:
            break
    return [cells[at] for at in dict.fromkeys(order) if 0 <= at < len(cells)]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else float("nan")
