"""Several processes on one store: everything is done, nothing twice, nobody is in another's way."""

import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event

import pytest

from analysis.experiments.cells import run_cells
from analysis.runs.index import Index, Row
from analysis.runs.record import Record
from analysis.runs.store import Packed, Store, _row
from tests.reliability.sweeping import SOAK, Sweeper, Toys, agrees, begun, contents, run, until

ROUNDS = range(10 if SOAK else 1)
TOYS = Toys(toy="BUSY", replicates=15, over=(0.0, 1.0), settings={"size": 20, "pause": 0.01})


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("again", ROUNDS)
def test_two_that_sweep_the_same_share_the_work(again: int, jobs: int, tmp_path: Path) -> None:
    path, notes = tmp_path / f"store{again}", tmp_path / "notes"
    sweepers = [Sweeper(path, TOYS, jobs, notes=notes) for _ in range(2)]
    assert [sweeper.finish() for sweeper in sweepers] == [0, 0]
    run(tmp_path / "undisturbed", TOYS)
    assert contents(path) == contents(tmp_path / "undisturbed")
    lines = begun(notes)
    assert len(lines) == len(set(lines)) == len(TOYS.cells)
    assert agrees(path)


@pytest.mark.parametrize("again", ROUNDS)
def test_sweeps_that_share_some_cells_do_these_once(again: int, tmp_path: Path) -> None:
    path, notes = tmp_path / f"store{again}", tmp_path / "notes"
    sweeps = [Toys(toy="BUSY", replicates=10, over=over, settings=TOYS.settings) for over in ((0.0, 1.0), (1.0, 2.0))]
    sweepers = [Sweeper(path, toys, notes=notes) for toys in (*sweeps, sweeps[0])]
    assert [sweeper.finish() for sweeper in sweepers] == [0, 0, 0]
    assert len(begun(notes)) == len(set(begun(notes))) == 60
    assert set(Store(path).index.states()) == sweeps[0].keys | sweeps[1].keys
    assert agrees(path)


def test_one_that_waits_for_another_takes_over_when_that_is_killed(tmp_path: Path) -> None:
    path, notes = tmp_path / "store", tmp_path / "notes"
    toys = Toys(toy="LONG", replicates=1, settings={"steps": 20, "pause": 0.05})
    first = Sweeper(path, toys, notes=notes)
    until(lambda: len(begun(notes)) > 3, "a step")
    second = Sweeper(path, toys, notes=tmp_path / "second")
    until(lambda: len(begun(tmp_path / "second")) > 0, "a step of the other cell")
    first.kill()
    assert second.finish() == 0
    run(tmp_path / "undisturbed", toys)
    assert contents(path) == contents(tmp_path / "undisturbed")


@pytest.mark.parametrize("state", ["nothing", "garbage"])
def test_many_that_start_at_once_where_the_index_is_not_there_yet(state: str, tmp_path: Path) -> None:
    for number in range(20 if SOAK else 3):
        path = tmp_path / str(number)
        few = Toys(toy="EMPTY", replicates=6)
        if state == "garbage":
            run(path, few)
            (path / "index.sqlite").write_bytes(b"?" * 10_000)
        more = [Toys(toy="EMPTY", replicates=6, over=(x,)) for x in (0.0, 1.0, 2.0, 3.0)]
        sweepers = [Sweeper(path, toys) for toys in more]
        assert [sweeper.finish() for sweeper in sweepers] == [0] * 4
        assert agrees(path)


def packed(replicate: int) -> Packed:
    spec = {"spec": {"x": 1}, "program": "", "code": ""}
    record = Record(experiment="toy", arm="", mixing=None, replicate=replicate, values={}, provenance=spec)
    return Packed.of(record, {})


def test_a_cell_that_was_being_written_is_not_given_away_while_it_is_computed_again(tmp_path: Path) -> None:
    """A killed process leaves cells as being written; who opens the index looks after them, but for its own."""
    path, key = tmp_path / "store", "ab" * 16
    before = Store(path)
    before.index.put([_writing(key)])
    before.index.close()
    ours = Store(path)
    assert ours.claims.take(key)
    assert ours.index.states() == {key: "writing"}
    assert ours.claims.holds(key)
    ours.save(key, packed(1))
    assert ours.index.states() == {key: "done"}


def _writing(key: str) -> Row:
    return _row(key, packed(1), "writing", 0.0)


def test_writers_wait_for_each_other(tmp_path: Path) -> None:
    """One that holds the index for a while does not make the others give up."""
    path = tmp_path / "store"
    store = Store(path)
    store.save("00" * 16, packed(0))
    other = Index(path / "index.sqlite")
    other._connection.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.5, lambda: other._connection.execute("COMMIT"))
    release.start()
    store.save("01" * 16, packed(1))
    release.join()
    assert len(store.index.states()) == 2


def test_what_another_process_finishes_meanwhile_is_not_dropped_from_the_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rebuilding takes long, and other processes go on."""
    path = tmp_path / "store"
    run(path, Toys(toy="EMPTY", replicates=3))
    store, other = Store(path), Store(path)
    store.index.states()

    files = list(store.files())

    def listed() -> Iterator[str]:
        other.save("02" * 16, packed(2))
        return iter(files)

    monkeypatch.setattr(store, "files", listed)
    assert store.rebuild() == 6
    assert agrees(path)


def test_told_to_stop_while_it_waits_for_another_it_stops(tmp_path: Path) -> None:
    path, notes = tmp_path / "store", tmp_path / "notes"
    slow = Toys(toy="BUSY", replicates=1, settings={"pause": 60.0})
    first = Sweeper(path, slow, notes=notes)
    until(lambda: len(begun(notes)) == 1, "a cell")
    stop = Event()
    threading.Timer(0.3, stop.set).start()
    began = time.monotonic()
    assert list(run_cells(slow.cells[:1], Store(path), jobs=1, stop=stop)) == []
    assert time.monotonic() - began < 30.0, "it has not waited for the cell"
    first.kill()


def test_specs_that_are_added_while_cells_are_selected_are_not_missing(tmp_path: Path) -> None:
    """The specs used to be read a moment before the cells, so cells told of in between had none."""
    few, more = (Toys(toy="EMPTY", replicates=1, over=(x,)) for x in (0.0, 1.0))
    run(tmp_path, few)
    index, ask = Store(tmp_path).index, Store(tmp_path).index.ask

    def interrupted(query: str, values: Sequence[object] = ()) -> list[object]:
        found = index_ask(query, values)
        run(tmp_path, more)
        return found

    index_ask, index.ask = index.ask, interrupted  # type: ignore[method-assign]
    assert len(list(index.select())) == 2
    assert len(ask("SELECT key FROM cells")) == 4
    index.ask = index_ask  # type: ignore[method-assign]
    assert len(list(index.select())) == 4
