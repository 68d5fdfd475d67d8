"""A table of genotypes and phenotypes, read from a file."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.arrays import Bools, Floats
from analysis.genotypes.cells import Cells, TableError, read_cells
from analysis.genotypes.columns import Columns, choose
from analysis.genotypes.replicates import average as average_rows
from analysis.genotypes.states import Site, read_sites
from analysis.genotypes.values import read_values
from analysis.names import listed

_SHOWN = 8


@dataclass(frozen=True, kw_only=True)
class GenotypeTable:
    """Genotypes and what was measured of them, one row each."""

    names: tuple[str, ...]
    """(n,): names of the elements."""
    genotypes: Bools
    """(rows, n): whether the element is present (1, the mutant state)."""
    phenotype: Floats
    """(rows,): in units of `scale`."""
    error: Floats | None = None
    """(rows,): standard error of the phenotype, in the same units; None where unknown."""
    scale: str = "phenotype"
    """What the phenotype is, such as ``fitness`` or ``log fitness``."""
    log: bool = False
    """Whether the phenotype is the logarithm of what the file holds."""
    states: tuple[tuple[str, str], ...] = ()
    """(n,): wild type and mutant as the file has them; empty for 0 and 1."""
    remarks: tuple[str, ...] = ()
    """What reading left out or took for granted, one sentence each."""

    @property
    def n(self) -> int:
        """Number of elements."""
        return int(self.genotypes.shape[1])

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.genotypes)

    @property
    def complete(self) -> bool:
        """Whether there are as many rows as genotypes: all of them, where none is there twice."""
        return bool(self.rows == 2**self.n)

    def spell(self, present: Bools) -> str:
        """A genotype (n,) in the file's own letters."""
        states = self.states or (("0", "1"),) * self.n
        letters = [pair[int(there)] for pair, there in zip(states, present, strict=True)]
        return ("" if all(len(state) == 1 for pair in states for state in pair) else ",").join(letters)

    def taking(self, rows: NDArray[np.intp], elements: NDArray[np.intp]) -> "GenotypeTable":
        """The table with these rows and elements, in this order."""
        return replace(
            self,
            names=tuple(self.names[i] for i in elements),
            genotypes=self.genotypes[np.ix_(rows, elements)],
            phenotype=self.phenotype[rows],
            error=None if self.error is None else self.error[rows],
            states=tuple(self.states[i] for i in elements) if self.states else (),
        )


def read_table(
    path: Path,
    *,
    wild_type: str | None = None,
    phenotype: str | None = None,
    error: str | None = None,
    elements: Sequence[str] = (),
    log: bool = False,
    average: bool = False,
    measurements: int = 1,
) -> GenotypeTable:
    """Read a table; columns that are not named are guessed, columns that are constant are left out.

    ``wild_type`` gives a state for each element, as ``AKG`` or ``wt,wt,G``, or is ``first`` for the first row.
    ``average`` puts the rows of a genotype together, after the logarithm. For ``log`` and ``measurements`` see
    `read_values`.

    Raises TableError with what is wrong.
    """
    cells = read_cells(path)
    columns = choose(cells, phenotype=phenotype, error=error, elements=elements)
    problems: list[str] = []
    try:
        sites = read_sites(cells, columns, wild_type)
        if all(site.constant for site in sites):
            problems.append("no element varies between the rows; give genotypes that differ")
    except TableError as wrong:
        problems += wrong.problems
    try:
        values, errors = read_values(cells, columns, log=log, measurements=measurements)
    except TableError as wrong:
        problems += wrong.problems
    if problems:
        raise TableError(problems)
    varying = [site for site in sites if not site.constant]
    genotypes = np.column_stack([site.present for site in varying])
    averaged = []
    if average:
        genotypes, values, errors, said = average_rows(genotypes, values, errors)
        averaged.append(said)
    remarks = [*_remarks(cells, columns, sites, measurements, noise=errors is not None), *averaged]
    return GenotypeTable(
        names=tuple(site.name for site in varying),
        genotypes=genotypes,
        phenotype=values,
        error=errors,
        scale=f"log {columns.phenotype}" if log else columns.phenotype,
        log=log,
        states=tuple(site.states for site in varying),
        remarks=tuple(remarks),
    )


def _remarks(cells: Cells, columns: Columns, sites: Sequence[Site], measurements: int, *, noise: bool) -> list[str]:
    unread = [*cells.unnamed, *columns.unread]
    remarks = [f"not read: {listed(unread, _SHOWN)}"] if unread else []
    constant = [f"{site.name} (always {site.states[int(site.present[0])]})" for site in sites if site.constant]
    if constant:
        remarks.append(f"left out, being the same in all rows: {listed(constant, _SHOWN)}")
    if not noise:
        remarks.append("no error column: what is noise in the measurements counts as interaction")
    elif columns.error is None:
        return remarks
    elif measurements == 1:
        remarks.append(
            f"{columns.error} is taken as the error of each value; if it is the standard deviation of K measurements "
            "that each value is the mean of, add --measurements K"
        )
    else:
        remarks.append(f"error: {columns.error} / sqrt({measurements}), each value being a mean of {measurements}")
    return remarks
