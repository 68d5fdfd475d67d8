"""From claims to the cells that answer them, and from a store to the ledger."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Event
from typing import Any

from analysis.experiments.cells import Cell, Done, run_cells
from analysis.ledger.finding import COMMITTED
from analysis.ledger.kept import Kept
from analysis.ledger.ledger import SCENES_FOLDER, Ledger
from analysis.ledger.statements import LedgerError, statements
from analysis.runs.spec import SpecError
from analysis.runs.store import Store
from analysis.scenes.base import Scale, listed
from analysis.scenes.play import Performance, cells
from analysis.scenes.registry import SCENES


def scenes_of(claims: Sequence[str]) -> list[str]:
    """Scenes that some claims ask, each once, in the order of the claims. Raises LedgerError for one there is not."""
    return list(dict.fromkeys(scene for name in claims for scene in statements().claim(name).scenes))


def performance(scene: str, scale: Scale, seed: int) -> Performance:
    """A scene at a scale."""
    size = SCENES[scene].size(scale)
    return Performance(scene=scene, seed=seed, replicates=size.replicates, settings=dict(size.settings))


def cells_for(scenes: Sequence[str], scale: Scale, seed: int) -> list[Cell]:
    """All replicates of all scenes. Raises SpecError with all scenes that cannot be run here, by what they lack."""
    found: list[Cell] = []
    lacking: dict[str, list[str]] = {}
    for scene in scenes:
        try:
            found += cells(performance(scene, scale, seed))
        except SpecError as error:
            lacking.setdefault(str(error), []).append(scene)
    if lacking:
        raise SpecError([f"{listed(theirs)} cannot be run here: {why}" for why, theirs in lacking.items()])
    return found


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is to be done for a scene."""

    scene: str
    replicates: int
    kept: int
    """Replicates that the store holds."""
    seconds: float
    """That all replicates took where the project's own ledger was made, on one core; 0 where it does not tell."""


def plan(scenes: Sequence[str], scale: Scale, asked: Sequence[Cell], store: Store) -> list[Plan]:
    """What is to be done, scene by scene."""
    lines = []
    for scene in scenes:
        mine = [cell for cell in asked if Performance.model_validate_json(cell.spec).scene == scene]
        kept = sum(store.has(cell.key) for cell in mine)
        lines.append(Plan(scene=scene, replicates=len(mine), kept=kept, seconds=_took(scene, scale)))
    return lines


def _took(scene: str, scale: Scale) -> float:
    try:
        kept = Kept.read(COMMITTED / SCENES_FOLDER / f"{scene}.json")
    except LedgerError:
        return 0.0
    return kept.seconds if kept.scale == scale else 0.0


def run(
    asked: Sequence[Cell], store: Store, jobs: int, *, cluster: str | None = None, stop: Event | None = None
) -> Iterator[Done]:
    """Do what the store does not hold yet; give every replicate as it is done, found ones first."""
    return run_cells(asked, store, jobs, cluster=cluster, stop=stop)


def gathered(scale: Scale, seed: int, store: Store) -> Ledger:
    """The ledger of all that the store holds: every scene of which no replicate is still to be done."""
    asked = scenes_of(list(statements().claims))
    found = {scene: _kept(scene, scale, seed, store) for scene in asked}
    return Ledger(scale, {scene: kept for scene, kept in found.items() if kept})


def _kept(scene: str, scale: Scale, seed: int, store: Store) -> Kept | None:
    try:
        mine = cells(performance(scene, scale, seed))
    except SpecError:  # without its data nothing tells its records from those of other data
        return None
    done = [cell for cell in mine if store.has(cell.key)]
    failed = [cell for cell in mine if cell not in done and store.failure(cell.key).exists()]
    if not done or len(done) + len(failed) < len(mine):
        return None
    return Kept.of(
        SCENES[scene],
        scale,
        seed,
        [dict(store.arrays(cell.key)) for cell in done],
        failed=len(failed),
        seconds=sum(_seconds(store, cell) for cell in done),
        provenance=_provenance(store, done[0]),
    )


def _seconds(store: Store, cell: Cell) -> float:
    return sum(row.seconds for row in store.index.select({"key": cell.key}))


def _provenance(store: Store, cell: Cell) -> dict[str, Any]:
    loaded = store.load(cell.key)
    return dict(loaded[0].provenance) if loaded else {}
