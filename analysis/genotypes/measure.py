"""Everything that can be said of a table of genotypes."""

from dataclasses import dataclass
from math import comb

import numpy as np

from analysis.genotypes.background import Background, wild_type_effects
from analysis.genotypes.cells import TableError
from analysis.genotypes.checks import Notice, check, varies
from analysis.genotypes.interactions import LEVEL, Interactions, complete_interactions
from analysis.genotypes.regression import out_of_sample, pairs, singles
from analysis.genotypes.replicates import in_genotype_order
from analysis.genotypes.sampled import not_a_sample, sampled_interactions
from analysis.genotypes.table import GenotypeTable
from analysis.names import listed


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """How well a least-squares model predicts genotypes that it was not fitted to."""

    model: str
    terms: int
    r_squared: float
    """Ten-fold cross-validated; below 0 where the mean predicts better; NaN where `reason` says why."""
    reason: str


@dataclass(frozen=True, kw_only=True)
class TableMeasures:
    """What a table says."""

    names: tuple[str, ...]
    rows: int
    complete: bool
    """Whether every genotype is there."""
    scale: str
    errors: bool
    """Whether the phenotype has errors that are used."""
    notices: tuple[Notice, ...]
    interactions: Interactions | None
    """None where `refused` says why."""
    refused: str
    """Why an incomplete table has no interaction spectrum, or empty."""
    predictions: tuple[Prediction, ...]
    """For an incomplete table: additive, and with pairs."""
    background: Background | None
    """For an incomplete table that holds the wild type."""


def measure_table(table: GenotypeTable) -> TableMeasures:
    """Measure a table; the order of its rows and columns does not matter, to the bit.

    A complete table is measured exactly. An incomplete one gets the sampled spectrum where its rows may pass for a
    random sample of all genotypes, and in any case cross-validated predictions and the effects in the wild type.

    Raises TableError where `check` finds something fatal.
    """
    notices = check(table)
    fatal = [notice.text for notice in notices if notice.fatal]
    if fatal:
        raise TableError(fatal)
    by_name = np.argsort(np.array(table.names), kind="stable")
    back = np.argsort(by_name)
    ordered = table.taking(np.arange(table.rows), by_name)
    ordered = ordered.taking(in_genotype_order(ordered.genotypes), np.arange(table.n))
    refused = "" if table.complete else not_a_sample(ordered)
    interactions = None if refused else (complete_interactions if table.complete else sampled_interactions)(ordered)
    background = None if table.complete else wild_type_effects(ordered)
    return TableMeasures(
        names=table.names,
        rows=table.rows,
        complete=table.complete,
        scale=table.scale,
        errors=table.error is not None and bool(table.error.any()),
        notices=(*notices, *_hidden(interactions)),
        interactions=None if interactions is None else interactions.taking(back),
        refused=refused,
        predictions=() if table.complete else _predictions(ordered),
        background=None if background is None else background.taking(back),
    )


def peak_bytes(table: GenotypeTable) -> int:
    """About how much memory measuring takes beyond the table itself."""
    return table.rows * (3 * table.n + 80)


def _predictions(table: GenotypeTable) -> tuple[Prediction, ...]:
    models = (
        ("additive", singles, 1 + table.n),
        ("additive and pairs", pairs, 1 + table.n + comb(table.n, 2)),
    )
    found = []
    for model, features, terms in models:
        if varies(table):
            r_squared, reason = out_of_sample(table.genotypes, table.phenotype, features, terms)
        else:
            r_squared, reason = np.nan, "the phenotype is the same in all rows"
        found.append(Prediction(model=model, terms=terms, r_squared=r_squared, reason=reason))
    return tuple(found)


def _hidden(found: Interactions | None) -> list[Notice]:
    """The orders whose variance noise alone could have made."""
    if found is None or not found.hidden:
        return []
    orders = f"order{'s' if len(found.hidden) > 1 else ''} {listed(found.hidden, len(found.orders))}"
    level = f"p of at least {LEVEL:g}/{len(found.orders)}"
    return [Notice(kind="noise", text=f"measurement noise alone could explain {orders} ({level})")]
