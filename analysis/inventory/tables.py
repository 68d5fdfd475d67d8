"""Tables of any length written to a file, batch by batch."""

import csv
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

from analysis.inventory.fields import written
from analysis.runs.spec import SpecError

Columns = dict[str, type]
"""Names, and kinds of what is in them: ``bool``, ``int``, ``float`` or ``str``; None fits into any."""
Write = Callable[[Path, Columns, Iterable[Sequence[Any]]], None]

_BATCH = 20_000
"""Rows that are held at once."""


def writer_for(file: Path) -> Write:
    """What writes a table to a file of this name.

    Raises SpecError where that is neither CSV nor Parquet, or a library is missing.
    """
    ending = file.suffix.lower()
    if ending == ".csv":
        return _write_csv
    if ending != ".parquet":
        raise SpecError([f"--to {file}: must end in .csv or .parquet"])
    try:
        import_module("pyarrow.parquet")
    except ImportError:
        raise SpecError(
            [f"--to {file}: Parquet needs pyarrow; pip install 'mixability[parquet]', or write a .csv"]
        ) from None
    return _write_parquet


def _write_csv(path: Path, columns: Columns, rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(columns)
        table.writerows([written(value) for value in row] for row in rows)


def _write_parquet(path: Path, columns: Columns, rows: Iterable[Sequence[Any]]) -> None:
    arrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    types = {bool: arrow.bool_(), int: arrow.int64(), float: arrow.float64(), str: arrow.string()}
    schema = arrow.schema([(name, types[kind]) for name, kind in columns.items()])
    rows = iter(rows)
    with parquet.ParquetWriter(path, schema) as table:
        while batch := list(islice(rows, _BATCH)):
            values = [
                _held(column, kind) for column, kind in zip(zip(*batch, strict=True), columns.values(), strict=True)
            ]
            table.write_table(arrow.table(values, schema=schema))


def _held(column: Iterable[Any], kind: type) -> list[Any]:
    """As Parquet wants it: all of one type."""
    if kind is str:
        return [None if value is None else written(value) for value in column]
    return [None if value is None else kind(value) for value in column]
