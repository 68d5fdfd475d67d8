"""A landscape read from a table of genotypes."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Literal, Self

import numpy as np
from pydantic import Field

from sim.arrays import Floats, Words
from sim.landscape.base import GenomeLandscape
from sim.spec import LandscapeSpec

MOST_LOCI = 24
_MOST_FOR_SUBCUBE = 14
_SHOWN = 4


@dataclass(frozen=True, kw_only=True, eq=False)
class TabulatedLandscape(GenomeLandscape):
    """The value of each of ``2**loci`` genotypes, in the order of their numbers: bit ``i`` is locus ``i``."""

    table: Floats
    """(2**loci,)."""
    names: Sequence[str]
    """(loci,)."""

    @classmethod
    def read(cls, path: Path, *, log: bool = False, subcube: bool = False, selection: float = 1.0) -> Self:
        """Read a CSV with a column of 0 and 1 for each locus and, last, one of fitness, or its log with ``log``.

        With ``subcube`` a table that lacks genotypes is cut down to the largest complete part of it in which the other
        loci keep one allele. Raises ValueError where the table is not complete, has a genotype twice, or is no table.
        """
        names, genotypes, values = _read(path)
        if log and np.any(values <= 0.0):
            raise ValueError(
                f"{path}: {int(np.sum(values <= 0.0))} genotypes have no positive fitness, so it has no log"
            )
        table = np.full(2 ** len(names), np.nan)
        table[genotypes] = np.log(values) if log else values
        missing = np.flatnonzero(np.isnan(table))
        if len(missing) and not subcube:
            shown = ", ".join(_written(number, len(names)) for number in missing[:_SHOWN])
            more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
            raise ValueError(
                f"{path}: {len(missing)} of {len(table)} genotypes are missing: {shown}{more}; add them, or ask for "
                "the complete part with subcube = true"
            )
        if len(missing):
            free, fixed = largest_complete(~np.isnan(table))
            numbers = fixed + sum(((np.arange(2 ** len(free)) >> bit) & 1) << locus for bit, locus in enumerate(free))
            table, names = table[numbers], [names[locus] for locus in free]
        return cls(loci=len(names), table=table, names=names, selection=selection)

    def values(self, genomes: Words) -> Floats:
        """The entries of the table."""
        values: Floats = self.table[genomes[:, 0]]
        return values


def largest_complete(present: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> tuple[list[int], int]:
    """The largest complete part of a table: the loci that vary in it, and the number of its genotype with 0 at those.

    ``present``: (2**loci,). Of several, the one that keeps allele 0 at most loci. Raises ValueError for more than 14
    loci, or where no two neighbours are there.
    """
    loci = len(present).bit_length() - 1
    if loci > _MOST_FOR_SUBCUBE:
        raise ValueError(f"a complete part can be found among at most {_MOST_FOR_SUBCUBE} loci; the table has {loci}")
    parts = present.reshape((2,) * loci)
    for axis in range(loci):
        parts = np.concatenate([parts, parts.all(axis=axis, keepdims=True)], axis=axis)
    patterns = np.argwhere(parts)[:, ::-1]
    if not len(patterns) or not np.any(patterns == 2):
        raise ValueError("no part of the table with at least one varying locus is complete")
    best = patterns[np.lexsort(((patterns == 1).sum(1), -(patterns == 2).sum(1)))[0]]
    return np.flatnonzero(best == 2).tolist(), int(np.sum((best == 1) << np.arange(loci)))


def _read(path: Path) -> tuple[list[str], np.ndarray[tuple[int], np.dtype[np.int64]], Floats]:
    """Names of loci, numbers of genotypes, and their values."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            header, *rows = [row for row in csv.reader(file) if row]
    except OSError as error:
        raise ValueError(f"cannot read {path}: {error.strerror}; check the path") from error
    except (ValueError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is empty or no text; give a CSV with a header") from error
    loci = len(header) - 1
    if not 1 <= loci <= MOST_LOCI:
        raise ValueError(f"{path}: give 1 to {MOST_LOCI} columns of alleles and one of fitness; got {len(header)}")
    seen: dict[int, int] = {}
    values = np.empty(len(rows))
    for line, row in enumerate(rows, start=2):
        if len(row) != len(header) or any(cell.strip() not in ("0", "1") for cell in row[:-1]):
            raise ValueError(f"{path}, line {line}: must have {loci} alleles of 0 or 1, then the fitness; got {row}")
        number = sum(int(cell) << locus for locus, cell in enumerate(row[:-1]))
        if number in seen:
            raise ValueError(
                f"{path}, line {line}: genotype {_written(number, loci)} is on line {seen[number]} already; average "
                "repeated measurements first"
            )
        seen[number] = line
        try:
            values[line - 2] = float(row[-1])
        except ValueError:
            values[line - 2] = np.nan
        if not np.isfinite(values[line - 2]):
            raise ValueError(f"{path}, line {line}: fitness must be a number; got {row[-1]!r}")
    return header[:-1], np.array(list(seen), dtype=np.int64), values


def _written(number: int, loci: int) -> str:
    return "".join(str(number >> locus & 1) for locus in range(loci))


class TabulatedSpec(LandscapeSpec):
    """Fitness as measured: a CSV with a column of 0 and 1 for each locus, then fitness."""

    source = "your data; for example Khan et al. 2011"

    kind: Literal["tabulated"] = "tabulated"
    path: Path = Field(description="the CSV file")
    log: bool = Field(default=True, description="the last column is fitness; false where it is log fitness already")
    subcube: bool = Field(default=False, description="use the largest complete part where genotypes are missing")
    selection: float = Field(default=1.0, description="factor on log fitness")

    @property
    def elements(self) -> int:
        """Number of loci."""
        return self.build(0).loci

    @property
    def content(self) -> str:
        """A digest of the file."""
        return blake2b(self.path.read_bytes(), digest_size=8).hexdigest() if self.path.is_file() else ""

    @property
    def summary(self) -> str:
        """In a few words."""
        return f"{self.path.name}, {self.elements} loci"

    @property
    def evaluation(self) -> float:
        """One look-up."""
        return 5.0

    def build(self, seed: int) -> TabulatedLandscape:  # noqa: ARG002 - nothing is drawn
        """Read the table."""
        return TabulatedLandscape.read(self.path, log=self.log, subcube=self.subcube, selection=self.selection)
