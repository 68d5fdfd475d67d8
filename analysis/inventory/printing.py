"""All of it for people, in tables, and for programs, as JSON."""

import json
import math
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from analysis.inventory import checking
from analysis.inventory.collecting import Collection, Removed
from analysis.inventory.differing import Differences
from analysis.inventory.exporting import Exported
from analysis.inventory.fields import written
from analysis.inventory.listing import CellLines, RunLine
from analysis.inventory.showing import CellShown, RunShown, changed, label
from analysis.numbers import counted, number
from analysis.runs.record import Record, strict
from analysis.runs.spec import flattened

_WIDTH = 120
"""Columns where there is no terminal."""
_MOST = 10
"""Of a kind, lines that are printed."""


def as_json(found: Any) -> str:
    """What a command found, as JSON; null for what is no number."""
    plain = [asdict(one) for one in found] if isinstance(found, list) else asdict(found)
    return json.dumps(strict(plain), indent=2, allow_nan=False, default=_plain)


def print_runs(lines: list[RunLine], most: int | None = None) -> None:
    """A line a run, and how many more there are."""
    if not lines:
        _say("no runs yet: what is computed notes them, such as mixability compare")
        return
    table = _table("run", "what", "done", "failed", "missing", "when", "folder", right=(2, 3, 4))
    for line in lines[:most]:
        amiss = [f"{n:,}" if n else "" for n in (line.failed, line.missing)]
        table.add_row(line.name, line.what, f"{line.done:,} of {line.cells:,}", *amiss, when(line.when), line.folder)
    _console().print(table)
    _more(len(lines) - len(lines[:most]))


def print_cells(found: CellLines) -> None:
    """A line a cell, and how many more there are."""
    if found.lines:
        columns = ("key", "experiment", "arm", "replicate", "state", "seconds", *found.fields)
        table = _table(*columns, right=(3, 5))
        for line in found.lines:
            seconds = number(line.seconds) if line.seconds else ""
            fields = [written(line.fields[path]) for path in found.fields]
            table.add_row(line.key[:10], line.experiment, line.arm, str(line.replicate), line.state, seconds, *fields)
        _console().print(table)
    _more(found.cells - len(found.lines))
    if not found.cells:
        _say("no cell is so")


def print_shown(shown: RunShown | CellShown) -> None:
    """A run or a cell in full."""
    if isinstance(shown, RunShown):
        _print_run(shown)
    else:
        _print_cell(shown)


def _print_run(shown: RunShown) -> None:
    run = shown.run
    cells = ", ".join(f"{n:,} {state}" for state, n in shown.states.items())
    _heading(run.name, f"{counted(len(set(run.cells)), 'cell')}: {cells}")
    _rows("Settings that differ from the usual ones", changed(shown))
    _lines("\nFailures", [f"{n:,} x {error}" for error, n in shown.failures.items()])
    _rows("Made by", {program: counted(n, "cell") for program, n in shown.programs.items()})
    for made_with in shown.libraries:
        _rows("With", made_with)
    _say("")
    _rows("", {"time spent": lasting(shown.seconds), "folder": run.folder, "go on with": run.command})


def _print_cell(shown: CellShown) -> None:
    record = shown.record
    what = f"{record.experiment}, {record.arm}, replicate {record.replicate}" if record else ""
    _heading(shown.key, f"{what}: {shown.state}")
    if shown.error:
        _rows("Error", {name: value for name, value in shown.error.items() if value})
    if record is not None:
        _rows("Values", {label(name): _value(record, name) for name in record.values})
        _rows("Curves", {name: f"{len(curve)} values" for name, curve in record.curves.items()})
    _rows("Arrays", shown.arrays)
    if record is not None:
        came_from = {name: value for name, value in record.provenance.items() if name != "spec"}
        _rows("Made by", flattened(came_from))
        _rows("From", flattened(record.provenance.get("spec", {})))
    _say("")
    _rows("", {"part of": ", ".join(shown.runs) or "no run"})


def print_checked(found: checking.Checked) -> None:
    """What is whole, what is not, and what to do about it."""
    amiss = [f"{one.file}: {one.what}{_part_of(one.runs)}" for one in found.damaged]
    _say(f"{counted(found.cells, 'cell')} whole, {len(found.damaged):,} damaged, {found.failed:,} failed")
    _lines("damaged", amiss)
    _lines("missing", [f"{name}: {counted(n, 'cell')} not computed yet" for name, n in found.missing.items()])
    mend = "; it is right now" if found.mended else "; mixability runs verify, where it may be written, mends it"
    _lines("the index", [f"{fault}{mend}" for fault in found.index])
    if found.leftovers:
        files = counted(len(found.leftovers), "temporary file")
        _say(f"{files} of processes that are writing, or were killed; runs gc says which can go")
    if found.damaged:
        _say("what is damaged is computed again by the same command:")
        for command in found.commands or ["the one that made it; no run names these cells any more"]:
            _say(f"  {command}")


def print_exported(done: Exported) -> None:
    """What was written."""
    beside = f", with {', '.join(done.fields)}" if done.fields else ""
    _say(f"{counted(done.rows, 'row')} of {counted(done.cells, 'cell')}{beside}: {done.path}")
    if done.left_out:
        _say(f"{counted(done.left_out, 'cell')} not finished or damaged, and left out")


def print_collection(found: Collection, removed: Removed | None = None) -> None:
    """What can go, or has gone."""
    for kind, (files, size) in found.by_kind().items():
        _say(f"{counted(files, 'file')} ({weight(size)}): {kind}")
    for sentence in found.kept:
        _say(sentence)
    if removed is not None:
        _say(f"removed {counted(removed.files, 'file')}, {weight(removed.bytes)}")
        if removed.skipped:
            _say(f"{counted(removed.skipped, 'file')} left, for they are in use or cannot be removed")
    elif found.waste:
        _say(f"{counted(found.files, 'file')}, {weight(found.bytes)}, can go; the same command with --yes removes them")
    else:
        _say("nothing can go")


def print_differences(found: Differences) -> None:
    """In what two runs or cells differ."""
    if found.equal:
        same = "the same cells" if found.same_cells else "other cells, in which nothing that both have differs"
        _say(f"{found.a} and {found.b} do not differ in settings, code, libraries or values; they are {same}")
        return
    for title, rows in (("Settings", found.fields), ("Made by", found.origins)):
        if rows:
            table = _table(title, found.a, found.b)
            for name, (a, b) in rows.items():
                table.add_row(name, written(a), written(b))
            _console().print(table)
    if not found.measures:
        _say(f"{counted(found.compared, 'value')} that both have, none of which differs on average")
        return
    table = _table("Mean over replicates", "arm", found.a, found.b, "SDs apart", right=(2, 3, 4))
    for gap in found.measures:
        arm = ", ".join(filter(None, (gap.experiment, gap.arm)))
        table.add_row(
            label(gap.measure), arm, number(gap.a), number(gap.b), number(gap.size) if math.isfinite(gap.size) else ""
        )
    _console().print(table)
    _say(f"the largest of {counted(found.compared, 'value')} that both have")


@contextmanager
def progress(*, show: bool = True) -> Iterator[checking.Progress]:
    """Tells how far a check is, on a terminal."""
    if not (show and sys.stderr.isatty()):
        yield lambda _done, _of: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        bar = bars.add_task("checking cells", total=None)
        yield lambda done, of: bars.update(bar, completed=done, total=of)


def when(moment: datetime, now: datetime | None = None) -> str:
    """A moment for a person at a terminal, such as ``2 hours ago``; as ISO has it elsewhere."""
    if not sys.stdout.isatty() and now is None:
        return f"{moment:%Y-%m-%d %H:%M}"
    seconds = ((now or datetime.now(UTC)) - moment).total_seconds()
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= size:
            return f"{counted(int(seconds // size), unit)} ago"
    return "just now" if seconds >= 0 else moment.isoformat(timespec="seconds")


def lasting(seconds: float) -> str:
    """A length of time."""
    minutes, left = divmod(round(seconds), 60)
    if minutes >= 60:
        return f"{minutes // 60:,} h {minutes % 60} min"
    return f"{minutes} min {left} s" if minutes else f"{number(seconds)} s"


def weight(size: float) -> str:
    """A number of bytes."""
    for unit, of in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= of:
            return f"{size / of:.1f} {unit}"
    return counted(int(size), "byte")


def _value(record: Record, name: str) -> str:
    reason = record.reasons.get(name)
    return number(record.values[name]) + (f"  {reason}" if reason else "")


def _part_of(runs: Iterable[str]) -> str:
    names = ", ".join(runs)
    return f" (of {names})" if names else ""


def _more(count: int) -> None:
    if count:
        _say(f"and {count:,} more; --all shows them")


def _lines(title: str, lines: list[str]) -> None:
    if lines:
        _say(f"{title}:")
    for line in lines[:_MOST]:
        _say(f"  {line}")
    if len(lines) > _MOST:
        _say(f"  and {len(lines) - _MOST:,} more; --json names them all")


def _heading(name: str, says: str) -> None:
    _console().print(Text.assemble((name, "bold"), f"  {says}"))


def _rows(title: str, rows: Mapping[str, Any]) -> None:
    if not rows:
        return
    if title:
        _console().print(Text(f"\n{title}"))
    table = Table.grid(padding=(0, 2))
    for name, value in rows.items():
        table.add_row(Text(f"  {name}", style="dim"), Text(written(value)))
    _console().print(table)


def _table(*columns: str, right: Iterable[int] = ()) -> Table:
    table = Table(box=box.SIMPLE)
    for i, column in enumerate(columns):
        table.add_column(Text(column), justify="right" if i in set(right) else "left", overflow="fold")
    return table


def _console() -> Console:
    return Console(width=None if sys.stdout.isatty() else _WIDTH, highlight=False, markup=False, emoji=False)


def _say(text: str) -> None:
    _console().out(text, highlight=False)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
