"""Ctrl-C: what is finished is kept, and how to go on is said."""

import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from commands.errors import EXIT_INTERRUPTED
from commands.progress import with_cells

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from threading import Event
    from types import FrameType

    from analysis.experiments.cells import Cell, Done
    from analysis.runs.store import Store


def computed(
    results: "Callable[[Event], Iterable[Done]]",
    cells: "Sequence[Cell]",
    store: "Store",
    again: str,
    what: dict[str, str],
    *,
    show: bool,
) -> "list[Done]":
    """Compute what is missing, with a bar for each experiment on a terminal.

    The first Ctrl-C lets what is running finish, the second stops now; either way what is finished is kept.
    """
    from analysis.numbers import counted

    done: list[Done] = []
    with interruptible() as (stop, interrupted):
        try:
            found = results(stop)
            done.extend(with_cells(found, cells, what) if show and sys.stderr.isatty() else found)
        except KeyboardInterrupt:
            interrupted.set()
    if interrupted.is_set() and len(done) < len(cells):
        finished = sum(store.has(cell.key) for cell in cells)
        kept = f"{finished:,} of {counted(len(cells), 'cell')} are kept in {store.path}"
        typer.echo(f"interrupted: {kept}; go on with\n  {again}", err=True)
        raise SystemExit(EXIT_INTERRUPTED)
    return done


@contextmanager
def interruptible() -> "Iterator[tuple[Event, Event]]":
    """What stops the work, and whether a person did: Ctrl-C sets both, and a second one interrupts as usual."""
    from threading import Event

    stop, interrupted = Event(), Event()

    def heed(number: int, frame: "FrameType | None") -> None:
        if interrupted.is_set():
            signal.default_int_handler(number, frame)
        interrupted.set()
        stop.set()
        typer.echo("finishing what is running; Ctrl-C again stops now", err=True)

    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:
        signal.signal(signal.SIGINT, heed)
    try:
        yield stop, interrupted
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def checkpointed(store: "Store", again: str) -> "Iterator[None]":
    """Around work that keeps checkpoints of its own: Ctrl-C stops it now, and how to go on is said."""
    try:
        yield
    except KeyboardInterrupt:
        typer.echo(f"interrupted: checkpoints are kept in {store.path}; go on with\n  {again}", err=True)
        raise SystemExit(EXIT_INTERRUPTED) from None
