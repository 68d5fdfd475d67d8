"""All runs, a line each; cells that are asked for."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from analysis.inventory.asking import Found, count, find, overview, paths_of, question, specs
from analysis.inventory.fields import value_at
from analysis.numbers import counted
from analysis.runs.store import Run, Store


@dataclass(frozen=True, kw_only=True)
class RunLine:
    """A run in a line."""

    name: str
    what: str
    cells: int
    done: int
    failed: int
    missing: int
    when: datetime
    """When it was last asked for."""
    folder: str
    command: str


@dataclass(slots=True, kw_only=True)
class CellLine:
    """A cell in a line; not frozen, for there may be many, and those take three times as long to make."""

    key: str
    experiment: str
    arm: str
    replicate: int
    state: str
    seconds: float
    """0 where that is not known any more."""
    fields: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class CellLines:
    """Cells that were asked for, the first of them in lines."""

    cells: int
    lines: list[CellLine]
    fields: list[str]


def list_runs(store: Store) -> list[RunLine]:
    """All runs, the latest first."""
    runs = store.runs()
    cells = overview(store) if runs else {}
    return [_line(store, run, cells) for run in reversed(runs)]


def list_cells(
    store: Store, where: Sequence[str] = (), fields: Sequence[str] = (), *, most: int | None = None
) -> CellLines:
    """Cells by ``key=value`` (see `question`), the first ``most`` of them with what they have in some fields.

    Raises SpecError where a field is unknown, StoreError where a run is.
    """
    asked = question(store, where)
    shown = {name: paths_of(store, name) for name in (*asked.fields, *fields)}
    found = list(find(store, asked, most))
    return CellLines(
        cells=len(found) if most is None or len(found) < most else count(store, asked),
        lines=_cells(store, found, shown),
        fields=list(shown),
    )


def _line(store: Store, run: Run, cells: dict[str, tuple[str, str, int]]) -> RunLine:
    keys = set(run.cells)
    there = [cells[key] for key in keys & cells.keys()]
    states = Counter(state for state, _, _ in there)
    changed = (store.path / "runs" / f"{run.name}.json").stat().st_mtime
    return RunLine(
        name=run.name,
        what=_what(run, there, whole=len(there) == len(keys)),
        cells=len(keys),
        done=states["done"],
        failed=states["failed"],
        missing=len(keys) - states["done"] - states["failed"],
        when=datetime.fromtimestamp(changed, tz=UTC),
        folder=run.folder,
        command=run.command,
    )


def _what(run: Run, there: list[tuple[str, str, int]], *, whole: bool) -> str:
    """In a few words: experiments, what is swept, how often."""
    words = [", ".join(sorted({experiment for _, experiment, _ in there})) or "nothing done yet"]
    if swept := list(dict.fromkeys(name for point in run.points for name in point)):
        words.append(f"over {', '.join(path.rpartition('.')[2] for path in swept)}")
    replicates = run.spec.get("replicates", len({replicate for *_, replicate in there}) if whole else None)
    if isinstance(replicates, int):
        words.append(counted(replicates, "replicate"))
    return "; ".join(words)


def _cells(store: Store, found: Iterable[Found], fields: Mapping[str, list[str]]) -> list[CellLine]:
    found = list(found)
    wanted = {cell.spec for cell in found} if fields else ()
    values = {
        number: {name: _first(spec, paths) for name, paths in fields.items()} for number, spec in specs(store, wanted)
    }
    return [
        CellLine(
            key=cell.key,
            experiment=cell.experiment,
            arm=cell.arm,
            replicate=cell.replicate,
            state=cell.state,
            seconds=cell.seconds,
            fields=values.get(cell.spec, {}),
        )
        for cell in found
    ]


def _first(spec: Mapping[str, Any], paths: Iterable[str]) -> Any:
    """The value of the first of some fields that a spec has."""
    return next((value for path in paths if (value := value_at(spec, path)) is not None), None)
