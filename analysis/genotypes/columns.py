"""Which column of a table is what: elements, phenotype, error."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from analysis.genotypes.cells import Cells, TableError, is_number
from analysis.names import listed, nearest

NO_ERROR = "none"
"""What to choose as the error column where there is none."""
_GENOTYPE = {"genotype", "genotypes"}
_ERROR = {"sd", "std", "stdev", "stdeviation", "dev", "se", "sem", "stderr", "err", "error", "uncertainty"}
_ZERO_ONE = {"0", "1", "0.0", "1.0"}
_BLANK = {"", "-", "na", "n/a", "nan", "inf", "-inf", "null", "none"}


@dataclass(frozen=True, kw_only=True)
class Columns:
    """The parts that columns play, by name."""

    elements: tuple[str, ...]
    """One column for each element, or the one column that holds whole genotypes."""
    whole: bool
    """Whether `elements` is one column of whole genotypes, such as ``0101``."""
    phenotype: str
    error: str | None
    unread: tuple[str, ...]
    """Named columns that play no part."""


def choose(
    cells: Cells, *, phenotype: str | None = None, error: str | None = None, elements: Sequence[str] = ()
) -> Columns:
    """Find out which column is what; what is given is not guessed.

    Raises TableError where a name is unknown or a guess would be ambiguous.
    """
    wanted = [*elements, *filter(None, [phenotype, None if error == NO_ERROR else error])]
    problems = [_unknown(name, list(cells.columns)) for name in dict.fromkeys(wanted) if name not in cells.columns]
    twice = [name for name, count in Counter(wanted).items() if count > 1]
    problems += [f"{listed(twice)}: chosen more than once; each column plays one part"] if twice else []
    if problems:
        raise TableError(problems)
    kinds = {name: _kind(column) for name, column in cells.columns.items()}
    free = [name for name in kinds if name not in wanted]
    errors = [name for name in free if _stem(name) is not None and kinds[name] != "states"]
    free = [name for name in free if name not in errors]
    wholes = [] if elements else [name for name in free if name.lower() in _GENOTYPE]
    numbers = [name for name in free if kinds[name] == "number" and name not in wholes]
    found = [name for name in free if kinds[name] != "number" and name not in wholes]
    problems = [*_phenotype_problems(phenotype, numbers), *_element_problems(elements, wholes, found)]
    if error is None and (phenotype or len(numbers) == 1):
        errors = _errors_of(phenotype or numbers[0], errors, list(kinds))
        problems += _error_problems(errors)
    if problems:
        raise TableError(problems)
    chosen = phenotype or numbers[0]
    taken = (errors[0] if errors else None) if error is None else (None if error == NO_ERROR else error)
    sites = tuple(elements or wholes or found)
    return Columns(
        elements=sites,
        whole=bool(wholes) or (len(elements) == 1 and len(set(cells.columns[elements[0]])) > 2),
        phenotype=chosen,
        error=taken,
        unread=tuple(name for name in kinds if name not in {*sites, chosen, taken}),
    )


def _phenotype_problems(phenotype: str | None, numbers: list[str]) -> list[str]:
    if phenotype is not None or len(numbers) == 1:
        return []
    if numbers:
        return [f"{listed(numbers)} could each be the phenotype: choose one with --phenotype NAME"]
    return ["no column holds numbers other than 0 and 1: choose the phenotype with --phenotype NAME"]


def _element_problems(elements: Sequence[str], wholes: list[str], found: list[str]) -> list[str]:
    if elements or len(wholes) + bool(found) == 1:
        return []
    if wholes:
        return [f"the column {wholes[0]} and {listed(found)} could each be the genotypes: choose with --elements NAMES"]
    return ["no column holds 0/1 or the states of an element: choose the elements with --elements NAMES"]


def _error_problems(errors: list[str]) -> list[str]:
    if len(errors) < 2:
        return []
    return [f"{listed(errors)} could each be the error: choose one with --error NAME, or --error {NO_ERROR}"]


def _errors_of(phenotype: str, errors: list[str], names: list[str]) -> list[str]:
    """The columns that could be the phenotype's error: those named after it, else those named after no column."""
    stems = {name: _stem(name) for name in errors}
    others = {_key(name) for name in names}
    own = [name for name in errors if stems[name] == _key(phenotype)]
    return own or [name for name in errors if stems[name] not in others]


def _stem(name: str) -> str | None:
    """What an error column is the error of: ``fitness`` for ``fitness_sd``, nothing for ``sd``; None for others.

    >>> [_stem(name) for name in ("Fitness std. error", "se", "SE fitness", "sediment")]
    ['fitness', '', 'fitness', None]
    """
    words = _key(name).split()
    rest = [word for word in words if word not in _ERROR]
    return " ".join(rest) if words and len(rest) < len(words) and {words[0], words[-1]} & _ERROR else None


def _key(name: str) -> str:
    """A name in lower case, its words apart."""
    return " ".join(re.split(r"[^\w]+|_+", name.lower())).strip()


def _unknown(name: str, names: list[str]) -> str:
    return f"no column is called {name!r}; {nearest(name, names)}"


def _kind(column: tuple[str, ...]) -> Literal["binary", "number", "states"]:
    """What a column holds, of which a few cells may be wrong."""
    counts = Counter(column)
    filled = len(column) - sum(count for cell, count in counts.items() if cell.lower() in _BLANK)
    binary = sum(counts[cell] for cell in _ZERO_ONE)
    if filled and binary >= 0.9 * filled:
        return "binary"
    numbers = sum(count for cell, count in counts.items() if is_number(cell))
    return "number" if 2 * numbers > filled else "states"
