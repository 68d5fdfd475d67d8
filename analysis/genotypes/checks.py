"""What is wrong or doubtful with a table of genotypes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from analysis.genotypes.replicates import first_of_each, in_genotype_order
from analysis.genotypes.scale import doubtful_scale
from analysis.genotypes.table import GenotypeTable
from analysis.names import listed

MOST_ROWS = 2**24
_SHOWN = 5
_PILE, _LEAST_PILE = 0.2, 3
_LARGEST, _SMALLEST = 1e120, 1e-120
_CONSTANT = 1e-12
_NUMBERED = 62
"""Elements up to which a genotype is a number of 64 bits."""


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Something that the reader of the measures must know."""

    kind: str
    text: str
    fatal: bool = False
    """Whether measuring would mean computing over it silently."""


def check(table: GenotypeTable) -> list[Notice]:
    """Everything wrong or doubtful, the fatal first."""
    if table.rows > MOST_ROWS:
        text = f"{table.rows:,} rows are more than the {MOST_ROWS:,} (24 elements) that fit: leave elements out"
        return [Notice(kind="size", text=text, fatal=True)]
    fatal = [*_duplicates(table), *_magnitude(table)]
    if fatal:
        return fatal
    notices = [Notice(kind="read", text=remark) for remark in table.remarks]
    doubts: tuple[Callable[[GenotypeTable], Iterator[Notice]], ...] = (_missing, _constant, _scale, _piles, _errors)
    return [*notices, *(notice for doubt in doubts for notice in doubt(table))]


def varies(table: GenotypeTable) -> bool:
    """Whether the phenotype differs between rows by more than rounding."""
    largest = float(np.abs(table.phenotype).max())
    return bool(np.ptp(table.phenotype) > _CONSTANT * largest)


def _duplicates(table: GenotypeTable) -> Iterator[Notice]:
    order = in_genotype_order(table.genotypes)
    again = np.flatnonzero(~first_of_each(table.genotypes[order]))
    if again.size:
        names = dict.fromkeys(table.spell(row) for row in table.genotypes[order[again]])
        text = f"more than one row for {listed(names, _SHOWN)}: delete the others, or average them with --average"
        yield Notice(kind="duplicates", text=text, fatal=True)


def _magnitude(table: GenotypeTable) -> Iterator[Notice]:
    largest = float(np.abs(table.phenotype).max())
    noise = 0.0 if table.error is None else float(table.error.max())
    if max(largest, noise) > _LARGEST or 0.0 < largest < _SMALLEST:
        text = f"the phenotype reaches {largest:.0e}, its error {noise:.0e}: squares overflow; use other units"
        yield Notice(kind="magnitude", text=text, fatal=True)


def _missing(table: GenotypeTable) -> Iterator[Notice]:
    if table.complete:
        return
    share = f"{table.rows:,} of {_power(table.n)} genotypes are there"
    if table.n > _NUMBERED:
        yield Notice(kind="missing", text=share)
        return
    present = np.packbits(table.genotypes, axis=1, bitorder="little")
    number = np.zeros((table.rows, 8), dtype=np.uint8)
    number[:, : present.shape[1]] = present
    # As many numbers as there are rows, and five more, leave at least five that are missing.
    candidates = np.arange(min(2**table.n, table.rows + _SHOWN), dtype=np.uint64)
    absent = np.setdiff1d(candidates, number.view("<u8").ravel())[:_SHOWN]
    bits = (absent[:, None] >> np.arange(table.n, dtype=np.uint64)) & np.uint64(1)
    missing = 2**table.n - table.rows
    names = [table.spell(row) for row in bits.astype(np.bool_)]
    more = f" and {missing - len(names):,} more" if missing > len(names) else ""
    yield Notice(kind="missing", text=f"{share}; missing: {', '.join(names)}{more}")


def _constant(table: GenotypeTable) -> Iterator[Notice]:
    if not varies(table):
        yield Notice(kind="constant", text="the phenotype is the same in all rows, so there is nothing to share out")


def _scale(table: GenotypeTable) -> Iterator[Notice]:
    if varies(table) and (found := doubtful_scale(table.genotypes, table.phenotype, log=table.log)):
        yield Notice(kind=found[0], text=found[1])


def _piles(table: GenotypeTable) -> Iterator[Notice]:
    if not varies(table):
        return
    for kind, end in (("floor", table.phenotype.min()), ("ceiling", table.phenotype.max())):
        count = int(np.sum(table.phenotype == end))
        if count >= _LEAST_PILE and count > _PILE * table.rows:
            text = f"{count:,} of {table.rows:,} rows are exactly at the {kind}, {end:g}: what lies beyond is not seen"
            yield Notice(kind=kind, text=f"{text}, and looks like interaction")


def _errors(table: GenotypeTable) -> Iterator[Notice]:
    if table.error is None:
        return
    if not table.error.any():
        yield Notice(kind="errors", text="all errors are 0, so they say nothing of noise and are not used")
        return
    largest, typical = float(table.error.max()), float(np.sqrt(np.mean(table.error**2)))
    if largest > 3.0 * typical:
        text = f"errors are unequal, the largest {largest / typical:.0f} times their root mean square: p is rough"
        yield Notice(kind="errors", text=text)
    without = int(np.sum(table.error == 0.0))
    if without:
        yield Notice(
            kind="errors",
            text=f"{without:,} of {table.rows:,} errors are 0; if they are unknown, the noise is underestimated",
        )


def _power(n: int) -> str:
    return f"{2**n:,}" if n <= _NUMBERED else f"2**{n}"
