"""What a sweep gave: a row for every cell that is finished."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.runs.store import Store
from analysis.sweeps.sweep import Point, Sweep


@dataclass(frozen=True, kw_only=True)
class Row:
    """One replicate of one arm at one point."""

    point: Point
    arm: str
    mixing: bool | None
    replicate: int
    values: Mapping[str, float]
    """``measure:condition`` to value, NaN where undefined."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """All rows of a sweep."""

    experiment: str
    summary: str
    """What was run, in a sentence."""
    axes: Mapping[str, Sequence[Any]]
    """The values of every setting that is swept over, by its path."""
    arms: Sequence[str]
    """In their order, the one without mixing first."""
    mixing: Sequence[bool | None]
    """Whether each of them mixes."""
    measures: Sequence[str]
    """Names of what every row has a value of."""
    rows: Sequence[Row]


def table_of(sweep: Sweep, store: Store) -> Table:
    """What is finished of a sweep; numbers only, so that many rows fit into memory."""
    rows = []
    for number, cell in sweep.placed:
        record = store.record(cell.key)
        if record is not None:
            rows.append(
                Row(
                    point=sweep.points[number],
                    arm=cell.arm,
                    mixing=record.mixing,
                    replicate=cell.replicate,
                    values=record.values,
                )
            )
    arms = dict(sweep.of.arms(sweep.specs[-1]))
    for spec in sweep.specs:
        arms |= {arm: mixing for arm, mixing in sweep.of.arms(spec).items() if arm not in arms}
    shown = [arm for arm in arms if not sweep.spec.arms or arm in sweep.spec.arms]
    return Table(
        experiment=sweep.spec.experiment,
        summary=_summary(sweep),
        axes=sweep.axes,
        arms=shown,
        mixing=[arms[arm] for arm in shown],
        measures=list(dict.fromkeys(name for row in rows for name in row.values)),
        rows=rows,
    )


def _summary(sweep: Sweep) -> str:
    spec = sweep.spec
    return f"{spec.replicates:,} replicates at each of {len(sweep.points):,} points, seed {spec.seed}: {sweep.of.says}."
