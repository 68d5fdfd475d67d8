"""States of elements, such as A and V at a site, as absent (the wild type) and present (the mutant)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.arrays import Bools
from analysis.genotypes.cells import Cells, TableError
from analysis.genotypes.columns import Columns
from analysis.names import listed

FIRST = "first"
"""What to give as the wild type where it is the first row."""
_PLAIN = {"0.0": "0", "1.0": "1"}


@dataclass(frozen=True, kw_only=True)
class Site:
    """One element as its column has it."""

    name: str
    states: tuple[str, str]
    """Wild type and mutant; the same twice where the column is constant."""
    present: Bools
    """(rows,): whether the row has the mutant state."""

    @property
    def constant(self) -> bool:
        """Whether all rows are in one state."""
        return bool(self.present.all() or not self.present.any())


def read_sites(cells: Cells, columns: Columns, wild_type: str | None) -> list[Site]:
    """The elements of a table. Without a wild type, a column must hold 0 and 1.

    Raises TableError where cells are empty, where a column has more than two states, or where it cannot be told which
    of the two is the wild type.
    """
    if columns.whole:
        names, texts = _split(cells, columns.elements[0])
    else:
        names, texts = list(columns.elements), [cells.columns[name] for name in columns.elements]
    empty = [f"{name} in line {cells.lines[t.index('')]}" for name, t in zip(names, texts, strict=True) if "" in t]
    if empty:
        raise TableError([f"no state is given for {listed(empty)}; fill these cells or delete their lines"])
    texts = [t if set(t) <= {"0", "1"} else tuple(_PLAIN.get(cell, cell) for cell in t) for t in texts]
    wild = _wild_states(wild_type, [t[0] for t in texts])
    states = [sorted({*t, *filter(None, [state])}) for t, state in zip(texts, wild, strict=True)]
    problems = _problems(names, states, whole=columns.whole)
    undecided = [
        f"{name} ({' or '.join(two)})"
        for name, two, state in zip(names, states, wild, strict=True)
        if state is None and len(two) == 2 and two != ["0", "1"]
    ]
    if undecided:
        mend = f"give --wild-type STATES, one for each element, or --wild-type {FIRST} for the first row"
        problems.append(f"which state is the wild type's is not said of {listed(undecided)}; {mend}")
    if problems:
        raise TableError(problems)
    return [
        _site(name, text, state or two[0], two)
        for name, text, state, two in zip(names, texts, wild, states, strict=True)
    ]


def _site(name: str, text: tuple[str, ...], absent: str, states: list[str]) -> Site:
    mutant = next((state for state in states if state != absent), absent)
    present = np.fromiter((cell != absent for cell in text), dtype=np.bool_, count=len(text))
    return Site(name=name, states=(absent, mutant), present=present)


def _split(cells: Cells, name: str) -> tuple[list[str], list[tuple[str, ...]]]:
    """One column of whole genotypes as one column a site."""
    column = cells.columns[name]
    lengths = {len(genotype): line for line, genotype in sorted(zip(cells.lines, column, strict=True), reverse=True)}
    if len(lengths) > 1:
        found = listed(f"{length} in line {line}" for length, line in sorted(lengths.items(), key=lambda item: item[1]))
        raise TableError(
            [f"{name}: the genotypes have unequal numbers of sites, {found}; were leading zeros lost in a spreadsheet?"]
        )
    (length,) = lengths
    return [f"site {i + 1}" for i in range(length)], [tuple(g[i] for g in column) for i in range(length)]


def _wild_states(wild_type: str | None, first: Sequence[str]) -> list[str | None]:
    """The wild type's state at each site, None where it is not said."""
    if wild_type is None:
        return [None] * len(first)
    if wild_type == FIRST:
        return list(first)
    states = [s.strip() for s in wild_type.split(",")] if "," in wild_type else list(wild_type.strip())
    if len(states) != len(first):
        raise TableError(
            [
                f"--wild-type {wild_type} has {len(states)} states, but the table has {len(first)} elements; give one "
                f"state for each, or --wild-type {FIRST} for the first row"
            ]
        )
    return list(states)


def _problems(names: Sequence[str], states: Sequence[Sequence[str]], *, whole: bool) -> list[str]:
    """What is wrong with the states of each element, the wild type's included."""
    many = [(name, found) for name, found in zip(names, states, strict=True) if len(found) > 2]
    mend = "leave out other genotypes" if whole else "leave out other rows, or choose the columns with --elements"
    return [
        f"{name} has {len(found):,} states ({listed(found)}), and an element has two, one the wild type's: {mend}"
        for name, found in many
    ]
