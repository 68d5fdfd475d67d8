"""Bars on a terminal: of cells, of generations, of epochs."""

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from analysis.experiments.cells import Cell, Done
    from analysis.experiments.simulate import SimulationSpec, Trajectory, Watch
    from analysis.experiments.training import TrainingSpec


def with_cells(results: "Iterable[Done]", cells: "Sequence[Cell]", what: dict[str, str]) -> "Iterator[Done]":
    """A bar for each experiment, with how many cells have failed and how many are made in a second."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.fields[experiment]:<8}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.fields[failed]}[dim]{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("[dim]{task.description}"),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        totals = {name: sum(cell.experiment == name for cell in cells) for name in what}
        bars = {
            name: progress.add_task(what[name], total=total, experiment=name, failed="", rate="")
            for name, total in totals.items()
        }
        made = dict.fromkeys(what, 0)
        failed = dict.fromkeys(what, 0)
        began = time.monotonic()
        for item in results:
            name = item.cell.experiment
            made[name] += item.state == "made"
            failed[name] += item.state == "failed"
            progress.update(
                bars[name],
                advance=1,
                failed=f"[red]{failed[name]:,} failed [/red]" if failed[name] else "",
                rate=f"{made[name] / (time.monotonic() - began):.3g}/s" if made[name] else "",
            )
            yield item


def with_generations(results: "Iterable[Trajectory]", spec: "SimulationSpec", watch: "Watch") -> "Iterable[Trajectory]":
    """One bar over all generations of all populations."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    class Speed(TextColumn):
        def render(self, task: Any) -> Any:
            from rich.text import Text

            return Text(f"{task.speed or 0:,.0f} generations/s", style="dim")

    done: dict[tuple[str, int], int] = {}
    total = len(spec.arms) * spec.replicates * spec.generations
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), MofNCompleteColumn(), Speed(""))
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), speed_estimate_period=10) as progress:
        bar = progress.add_task(spec.summary, total=total)

        def report(arm: str, replicate: int, generation: int) -> None:
            done[arm, replicate] = generation
            progress.update(bar, completed=sum(done.values()))

        watch.progress = report
        for found in results:
            report(found.arm, found.replicate, spec.generations)
            yield found


@contextmanager
def with_epochs(spec: "TrainingSpec", *, show: bool) -> "Iterator[Callable[[str, int], None] | None]":
    """A bar for each arm, with the time left."""
    if not show:
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description:<12}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("epochs"),
    )
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as progress:
        bars = {arm: progress.add_task(arm, total=spec.epochs) for arm in spec.arms}
        yield lambda arm, epoch: progress.update(bars[arm], completed=epoch)
        for bar in bars.values():
            progress.update(bar, completed=spec.epochs)
