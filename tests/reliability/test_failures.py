"""Cells that go wrong, workers that die, and being told to stop: the rest is finished and kept."""

import json
from pathlib import Path
from threading import Event

import pytest

from analysis.experiments.cells import run_cells
from analysis.runs.store import Store, StoreError
from tests.reliability.sweeping import SOAK, Sweeper, Toys, agrees, begun, contents, run, until
from tests.reliability.toy import NOTES, WELL

WRONG = (1, 2, 4)
FAILING = Toys(toy="FAILING", replicates=6, settings={"wrong": WRONG, "size": 5})
DYING = Toys(toy="KILLER", replicates=6, settings={"wrong": (2,), "size": 5})


def test_a_cell_that_raises_is_recorded_and_the_others_are_finished(tmp_path: Path) -> None:
    path = tmp_path / "store"
    done = run(path, FAILING)
    failed = {one.cell.replicate: one for one in done if one.state == "failed"}
    assert sorted(failed) == list(WRONG)
    assert failed[1].error == "replicate 1 has failed; lower x", "foreseen: its own words"
    assert failed[2].error == "ZeroDivisionError: nobody has expected this"
    store = Store(path)
    for replicate, one in failed.items():
        assert not store.has(one.cell.key)
        said = json.loads(store.failure(one.cell.key).read_text())
        assert said["error"] == one.error
        assert not said["lost"]
        assert "_failing" in said["trace"]
        assert said["record"]["replicate"] == replicate
    assert sum(store.has(key) for key in FAILING.keys) == 9
    assert store.index.counts() == {"done": 9, "failed": 3}
    assert {row.error for row in store.index.select({"state": "failed"})} == {one.error for one in failed.values()}
    assert agrees(path)


def test_what_failed_is_tried_again_and_its_failure_is_forgotten_once_it_succeeds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, notes, well = tmp_path / "store", tmp_path / "notes", tmp_path / "well"
    monkeypatch.setenv(WELL, str(well))
    first = run(path, FAILING)
    again = run(path, FAILING)
    assert [one.cell for one in again if one.state == "failed"] == [one.cell for one in first if one.state == "failed"]
    assert [one.state for one in again].count("found") == 9
    well.touch()
    monkeypatch.setenv(NOTES, str(notes))
    last = run(path, FAILING)
    assert sorted(one.cell.replicate for one in last if one.state == "made") == list(WRONG)
    assert len(begun(notes)) == len(WRONG)
    assert not list((path / "failed").iterdir())
    assert Store(path).index.counts() == {"done": 12}
    assert agrees(path)


def test_a_worker_that_dies_takes_only_its_own_cell_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, notes, well = tmp_path / "store", tmp_path / "notes", tmp_path / "well"
    assert Sweeper(path, DYING, 2, well=well).finish() == 4
    store = Store(path)
    failed = [cell for cell in DYING.cells if not store.has(cell.key)]
    assert [(cell.arm, cell.replicate) for cell in failed] == [("with", 2)]
    said = json.loads(store.failure(failed[0].key).read_text())
    assert said["lost"]
    assert "its worker process ended unexpectedly" in said["error"]
    assert store.index.counts() == {"done": 11, "failed": 1}
    well.touch()
    monkeypatch.setenv(WELL, str(well))
    monkeypatch.setenv(NOTES, str(notes))
    run(path, DYING)
    assert begun(notes) == ["0.0 with 2"], "nothing but that"
    assert agrees(path)
    run(tmp_path / "undisturbed", DYING)
    assert contents(path) == contents(tmp_path / "undisturbed")


@pytest.mark.parametrize("jobs", [1, 2] if SOAK else [1])
def test_interrupted_it_finishes_what_runs_and_begins_nothing(jobs: int, tmp_path: Path) -> None:
    path, notes = tmp_path / "store", tmp_path / "notes"
    toys = Toys(toy="BUSY", replicates=200, settings={"pause": 0.05})
    sweeper = Sweeper(path, toys, jobs, notes=notes)
    until(lambda: len(begun(notes)) > 4, "a cell")
    sweeper.interrupt()
    assert sweeper.finish() == 130
    store, lines = Store(path), begun(notes)
    assert sum(store.has(key) for key in toys.keys) == len(lines) < len(toys.cells)
    assert store.index.counts() == {"done": len(lines)}
    until(lambda: not sweeper.workers, "the end of all workers")
    assert all(store.claims.take(key) for key in toys.keys)


def test_after_the_stop_what_was_not_begun_is_free_for_others(tmp_path: Path) -> None:
    """Some cells are claimed ahead; one that goes on living must not keep them."""
    path, stop = tmp_path / "store", Event()
    toys = Toys(toy="EMPTY", replicates=20)
    here = Store(path)
    done = []
    for one in run_cells(toys.cells, here, jobs=2, stop=stop):
        done.append(one)
        stop.set()
    assert len(done) < len(toys.cells)
    assert not any(here.claims.holds(key) for key in toys.keys)
    assert Sweeper(path, toys).finish() == 0


def test_a_full_disk_leaves_no_cell_claimed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, toys = Store(tmp_path), Toys(toy="EMPTY", replicates=3)

    def full(*_: object) -> None:
        raise StoreError("full")

    monkeypatch.setattr(here, "save", full)
    with pytest.raises(StoreError, match="full"):
        list(run_cells(toys.cells, here, jobs=1))
    assert not any(here.claims.holds(key) for key in toys.keys)
