"""The measures of a table on a terminal, in 80 to 100 columns."""

from collections.abc import Iterable, Sequence

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from analysis.arrays import Floats
from analysis.genotypes.background import Background
from analysis.genotypes.interactions import Interactions
from analysis.genotypes.measure import TableMeasures
from analysis.genotypes.words import headline
from analysis.numbers import counted, decimals_for, number, signed
from analysis.stats import REACH

_MOST_ELEMENTS = 24
_SMALLEST_P = 0.001
_PLUS_MINUS = " \N{PLUS-MINUS SIGN} "


def print_measures(measures: TableMeasures, console: Console, pairs: int) -> None:
    """What was read, what is doubtful, tables and one sentence."""
    kind = "incomplete" if measures.refused else "complete" if measures.complete else "taken for a random sample"
    n = len(measures.names)
    console.print(
        Text(f"{counted(measures.rows, 'genotype')} of {counted(n, 'element')}, {kind}; phenotype: {measures.scale}")
    )
    for notice in measures.notices:
        console.print(Text(f"- {notice.text}"))
    console.print()
    found = measures.interactions
    if found is not None:
        _print(console, "Shares of variance by order", _orders(found))
        if legend := _legend(found):
            console.print(Text(legend), end="\n\n")
        _print(console, _elements_title(len(measures.names)), _elements(found, measures.names))
        if pairs and n > 1:
            _print(console, "Strongest pairs, over all backgrounds", _pairs(found, measures.names, pairs))
            if not found.reason:
                console.print(Text(_masses(found)), end="\n\n")
    if measures.background is not None:
        title = f"In the wild type's background (phenotype {number(measures.background.value)})"
        _print(console, title, _background(measures.background, measures.names, pairs))
    console.print(Text(headline(measures)))


def _legend(found: Interactions) -> str:
    """What the columns are that a table of genotypes adds to a spectrum."""
    parts = []
    if not np.isnan(found.mixability_error).all():
        parts.append("\N{PLUS-MINUS SIGN} is one standard error")
    if not np.isnan(found.noise_shares).all():
        parts.append("corrected: with what noise alone would give taken off")
    if not np.isnan(found.p_values).all():
        parts.append("p: chi-square test of noise alone, for errors of about one size")
    return f"{'; '.join(parts)}." if parts else ""


def _print(console: Console, title: str, table: Table) -> None:
    """A table under a title that may be wider than it."""
    console.print(Text(title, style="bold"))
    console.print(table)


def _elements_title(n: int) -> str:
    return "Elements" if n <= _MOST_ELEMENTS else f"The {_MOST_ELEMENTS} elements with the largest effects"


def _orders(found: Interactions) -> Table:
    sampled = bool(np.any(found.shares_error > 0.0))
    heads = [
        "terms",
        f"share{_PLUS_MINUS}error" if sampled else "share",
        "noise alone",
        "corrected",
        "p (noise)",
    ]
    shares = [
        number(share, 3) + (f"{_PLUS_MINUS}{error:.3f}" if sampled and share == share else "")  # noqa: PLR0124 - NaN
        for share, error in zip(found.shares, found.shares_error, strict=True)
    ]
    columns = [
        [f"{terms:,.0f}" if terms < 1e15 else f"{terms:.1e}" for terms in found.terms],
        shares,
        _numbers(found.noise_shares, 3),
        _numbers(found.corrected_shares, 3),
        [f"<{_SMALLEST_P}" if p_value < _SMALLEST_P else number(p_value, 3) for p_value in found.p_values],
    ]
    return _table(["order", *heads], [found.orders, *columns])


def _elements(found: Interactions, names: Sequence[str]) -> Table:
    shown = np.sort(np.argsort(-np.abs(found.mixability), kind="stable")[:_MOST_ELEMENTS])
    return _table(
        ["element", "mixability (mean effect)", "context dependence", "corrected"],
        [
            [names[i] for i in shown],
            _with_errors(found.mixability[shown], found.mixability_error[shown]),
            _numbers(found.context_dependence[shown], 2),
            _numbers(found.corrected_context[shown], 2),
        ],
    )


def _pairs(found: Interactions, names: Sequence[str], count: int) -> Table:
    top = found.strongest(count)
    one, two = np.array(top).T
    values = found.interaction[one, two]
    return _table(
        ["pair", "interaction", ""],
        [
            [f"{names[i]}, {names[j]}" for i, j in top],
            _with_errors(values, found.interaction_error[one, two]),
            _signs(values, found.interaction_error[one, two]),
        ],
    )


def _background(found: Background, names: Sequence[str], count: int) -> Table:
    """Effects in the wild type, then the strongest pairs there."""
    seen = np.flatnonzero(np.isfinite(found.effects))
    seen = np.sort(seen[np.argsort(-np.abs(found.effects[seen]), kind="stable")[:_MOST_ELEMENTS]])
    top = np.argsort(-np.abs(found.epistasis), kind="stable")[:count]
    values = np.concatenate([found.effects[seen], found.epistasis[top]])
    errors = np.concatenate([found.effects_error[seen], found.epistasis_error[top]])
    return _table(
        ["element or pair", "effect or epistasis", ""],
        [
            [names[i] for i in seen.tolist()] + [f"{names[i]}, {names[j]}" for i, j in found.pairs[top].tolist()],
            _with_errors(values, errors),
            [""] * len(seen) + _signs(found.epistasis[top], found.epistasis_error[top]),
        ],
    )


def _masses(found: Interactions) -> str:
    numbers = np.array([*found.masses, *found.masses_error, found.noise_mass])
    *masses, noise = _numbers(numbers, decimals_for(*numbers))
    if found.masses_error.any():
        masses = [f"{mass}{_PLUS_MINUS}{error}" for mass, error in zip(masses[:2], masses[2:], strict=True)]
    alone = "" if np.isnan(found.noise_mass) else f"; noise alone would make {noise} of each"
    return f"Synergy mass {masses[0]}, redundancy mass {masses[1]}{alone}."


def _signs(values: Floats, errors: Floats) -> list[str]:
    """What each is, where its 95 % interval leaves 0 out; where the error is unknown, by its sign."""
    sure = np.abs(values) > REACH * np.nan_to_num(errors)
    names = np.where(values > 0.0, "synergy", "redundancy")
    return [str(name) for name in np.where(sure, names, "")]


def _numbers(values: Iterable[float], decimals: int) -> list[str]:
    return [number(value, decimals) for value in values]


def _with_errors(values: Floats, errors: Floats) -> list[str]:
    """Signed values with their standard errors where these are known, all with the same decimals."""
    decimals = decimals_for(*values, *errors)
    return [
        signed(value, decimals) + ("" if np.isnan(error) else f"{_PLUS_MINUS}{number(error, decimals)}")
        for value, error in zip(values, errors, strict=True)
    ]


def _table(heads: Sequence[str], columns: Sequence[Sequence[str]]) -> Table:
    """A table without the columns in which nothing is defined."""
    table = Table(box=box.SIMPLE, pad_edge=False)
    kept = [k for k, column in enumerate(columns) if k == 0 or any(c not in {"", number(np.nan)} for c in column)]
    for k in kept:
        table.add_column(heads[k], justify="left" if k == 0 or not heads[k] else "right", no_wrap=k > 0)
    for row in zip(*(columns[k] for k in kept), strict=True):
        table.add_row(*(Text(cell) for cell in row))
    return table
