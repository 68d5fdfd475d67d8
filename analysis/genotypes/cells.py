"""The cells of a text table: separators, quotes, comments, line numbers."""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.names import listed

_SEPARATORS = ",;\t"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+([eE][+-]?\d+)?")


class TableError(Exception):
    """A table cannot be measured; ``problems`` has one sentence, with the mend, for each thing that is wrong."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


@dataclass(frozen=True, kw_only=True)
class Cells:
    """A table as text."""

    columns: dict[str, tuple[str, ...]]
    """Cells (rows,) by column name, without the spaces around them; named columns only."""
    lines: tuple[int, ...]
    """(rows,): line of each row in the file, from 1."""
    unnamed: tuple[str, ...]
    """Columns that hold something but have no name in the header, such as ``column 1``."""


def read_cells(path: Path) -> Cells:
    """Read a table separated by commas, semicolons or tabs, with a header; lines that begin with ``#`` are comments.

    Raises TableError where the file cannot be read as such a table.
    """
    # A comment becomes an empty line, so that the lines keep their numbers.
    lines = ["" if line.startswith("#") or not line.strip() else line for line in _text(path).split("\n")]
    header = next((line for line in lines if line), None)
    if header is None:
        raise TableError([f"{path} holds no table; the first line that is no comment must name the columns"])
    try:
        separator = max(_SEPARATORS, key=lambda s: len(next(csv.reader([header], delimiter=s))))
        reader = csv.reader((line + "\n" for line in lines), delimiter=separator, strict=True)
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if row]
    except csv.Error as error:
        raise TableError([f"{path} cannot be split into cells: {error}; check its quotes"]) from error
    (_, names), body = rows[0], [row for row in rows[1:] if any(row[1])]
    problems = _header_problems(path, names) or _body_problems(path, names, body)
    if separator != ",":
        commas = [f"line {line} holds {c}" for line, row in body for c in row if _DECIMAL_COMMA.fullmatch(c)]
        problems += [f"{listed(commas)}: write numbers with a decimal point"] if commas else []
    if problems:
        raise TableError(problems)
    columns = list(zip(*(row for _, row in body), strict=True))
    return Cells(
        columns={name: column for name, column in zip(names, columns, strict=True) if name},
        lines=tuple(line for line, _ in body),
        unnamed=tuple(f"column {i}" for i, name in enumerate(names, 1) if not name and any(columns[i - 1])),
    )


def _text(path: Path) -> str:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise TableError([f"cannot read {path}: {error.strerror}; check the path"]) from error
    except UnicodeDecodeError as error:
        raise TableError([f"{path} is not text in UTF-8; save the table as CSV in UTF-8"]) from error
    if _CONTROL.search(text):
        raise TableError([f"{path} is not a text file; save the table as CSV in UTF-8"])
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _header_problems(path: Path, names: list[str]) -> list[str]:
    if len(names) == 1:
        return [f"{path} has one column, {names[0]!r}; separate the columns with commas, semicolons or tabs"]
    if all(is_number(name) for name in names):
        return [f"{path} has no header: its first line holds {listed(names)}; name the columns in a line above"]
    twice = [name for name, count in Counter(names).items() if name and count > 1]
    return [f"more than one column is called {listed(twice)}; give each column a name of its own"] if twice else []


def _body_problems(path: Path, names: list[str], body: list[tuple[int, list[str]]]) -> list[str]:
    if not body:
        return [f"{path} has a header and no rows"]
    uneven = [f"line {line} has {len(row)}" for line, row in body if len(row) != len(names)]
    return [f"the header has {len(names)} cells, but {listed(uneven)}; mend those lines"] if uneven else []


def is_number(cell: str) -> bool:
    """Whether a cell is written as a number; ``nan`` and ``inf`` are not, nor are Python's ``1_000``.

    >>> [is_number(cell) for cell in ("1e-3", "-2", ".5", "nan", "1_000", "")]
    [True, True, True, False, False, False]
    """
    return _NUMBER.fullmatch(cell) is not None
