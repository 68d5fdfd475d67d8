"""Numbers of a table: the phenotype and its error."""

import math

import numpy as np

from analysis.arrays import Floats
from analysis.genotypes.cells import Cells, TableError, is_number
from analysis.genotypes.columns import Columns
from analysis.names import listed


def read_values(cells: Cells, columns: Columns, *, log: bool, measurements: int) -> tuple[Floats, Floats | None]:
    """Phenotype (rows,) and its standard error (rows,), None where the table has none.

    With ``log``, the natural logarithm of the phenotype, and errors over values (delta method). ``measurements``: the
    error column is the standard deviation of so many measurements, of which each value is the mean.

    Raises TableError for cells that are no finite numbers, for negative errors and for logarithms of 0 and less.
    """
    problems: list[str] = []
    phenotype = _numbers(cells, columns.phenotype, problems)
    error = None if columns.error is None else _numbers(cells, columns.error, problems)
    if measurements < 1:
        problems.append(f"--measurements {measurements}: each value is the mean of at least 1 measurement")
    elif measurements > 1 and error is None:
        problems.append("--measurements needs the column of standard deviations: choose it with --error NAME")
    if error is not None:
        negative = _lines(cells, error < 0.0)
        problems += [f"{columns.error} is negative in line {negative}; an error is at least 0"] if negative else []
    powerless = _lines(cells, phenotype <= 0.0) if log else ""
    if powerless:
        mend = "if these are logarithms already, leave --log away"
        problems.append(f"{columns.phenotype} is not above 0 in line {powerless}, so it has no logarithm; {mend}")
    if problems:
        raise TableError(problems)
    if error is not None:
        with np.errstate(over="ignore"):
            error = error / math.sqrt(measurements) / (phenotype if log else 1.0)
        if far := _lines(cells, ~np.isfinite(error)):
            raise TableError([f"{columns.phenotype} is too near 0 in line {far} for its logarithm to have an error"])
    return np.log(phenotype) if log else phenotype, error


def _numbers(cells: Cells, name: str, problems: list[str]) -> Floats:
    """A column (rows,) as numbers; cells that are none become NaN and a problem."""
    column = cells.columns[name]
    values = np.array([float(cell) if is_number(cell) else math.nan for cell in column])
    wrong = [
        f"{cell or 'nothing'} in line {line}"
        for cell, line, value in zip(column, cells.lines, values, strict=True)
        if not math.isfinite(value)
    ]
    if wrong:
        problems.append(f"{name} holds {listed(wrong)}; mend these cells, or put # before the lines to leave them out")
    return values


def _lines(cells: Cells, wrong: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> str:
    return listed([line for line, there in zip(cells.lines, wrong, strict=True) if there])
