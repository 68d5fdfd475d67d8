"""Consoles and glossaries."""

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text


def console(otherwise: int = 100, *, highlight: bool = False) -> "Console":
    """Standard output, as wide as the terminal; where it is none, of the same width everywhere."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else otherwise, highlight=highlight)


def print_entry(to: "Console", title: "Text", rows: "Iterable[Sequence[Text]]") -> None:
    """An entry of a glossary: its title, and a few rows about it."""
    from rich.padding import Padding
    from rich.table import Table

    to.print(title)
    table = Table.grid(padding=(0, 2))
    for row in rows:
        table.add_row(*row)
    to.print(Padding(table, (0, 0, 1, 2)))
