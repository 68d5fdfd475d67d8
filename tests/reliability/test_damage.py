"""Files that are torn or altered are never believed, and what they held is made anew."""

import os
import random
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from analysis.experiments.cells import run_cells
from analysis.runs.index import VERSION
from analysis.runs.store import Store
from tests.reliability.sweeping import SOAK, Sweeper, Toys, agrees, begun, contents, run
from tests.reliability.toy import NOTES

TOYS = Toys(toy="BUSY", replicates=4, over=(0.0, 1.0), settings={"size": 12})


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "store"
    assert Sweeper(path, TOYS).finish() == 0
    Store(path).index.close()  # the last one that leaves in order leaves no log
    assert not (path / "index.sqlite-wal").exists()
    return path


@pytest.fixture
def path(whole: Path, tmp_path: Path) -> Path:
    """A copy of the whole store, to be spoilt."""
    return Path(shutil.copytree(whole, tmp_path / "store"))


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(NOTES, str(tmp_path / "notes"))
    return tmp_path / "notes"


def file_of(path: Path, number: int, ending: str) -> Path:
    key = TOYS.cells[number].key
    return path / "cells" / key[:2] / f"{key}.{ending}"


@pytest.mark.parametrize("ending", ["jsonl", "npz"])
def test_a_file_cut_short_anywhere_is_not_believed(ending: str, path: Path) -> None:
    store, key, file = Store(path), TOYS.cells[0].key, file_of(path, 0, ending)
    content = file.read_bytes()
    for length in range(len(content)):
        file.write_bytes(content[:length])
        assert store.load(key) is None
    file.write_bytes(content + b"\n")
    assert store.load(key) is None, "nor is a longer one"
    file.unlink()
    assert store.load(key) is None
    file.write_bytes(content)
    assert store.load(key) is not None


@pytest.mark.parametrize("ending", ["jsonl", "npz"])
def test_a_file_with_an_altered_bit_anywhere_is_not_believed(ending: str, path: Path) -> None:
    chance = random.Random(1)
    store, key, file = Store(path), TOYS.cells[0].key, file_of(path, 0, ending)
    content = file.read_bytes()
    for place in range(len(content)):
        altered = bytearray(content)
        altered[place] ^= 1 << chance.randrange(8)
        file.write_bytes(altered)
        assert store.load(key) is None, f"byte {place} was altered"


@pytest.mark.parametrize("jobs", [1, 2] if SOAK else [1])
def test_exactly_what_is_damaged_is_made_anew(jobs: int, path: Path, whole: Path, notes: Path) -> None:
    """Of 16 cells, eight are damaged, each in another way."""
    file_of(path, 0, "jsonl").unlink()
    file_of(path, 1, "npz").unlink()
    shorten(file_of(path, 3, "jsonl"), 0.0)
    shorten(file_of(path, 5, "npz"), 0.5)
    shorten(file_of(path, 6, "jsonl"), 0.9)
    alter(file_of(path, 8, "jsonl"))
    alter(file_of(path, 11, "npz"))
    shutil.copy(file_of(path, 12, "npz"), file_of(path, 15, "npz"))
    spoilt = (0, 1, 3, 5, 6, 8, 11, 15)
    assert len(Store(path).health().damaged) == len(spoilt)
    assert Sweeper(path, TOYS, jobs, notes=notes).finish() == 0
    again = [TOYS.cells[number] for number in spoilt]
    x = {cell.key: number // 8 for number, cell in enumerate(TOYS.cells)}
    assert sorted(begun(notes)) == sorted(f"{float(x[c.key])} {c.arm} {c.replicate}" for c in again)
    assert contents(path) == contents(whole)
    assert agrees(path)


def shorten(file: Path, share: float) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: int(share * len(content))])


def alter(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 4
    file.write_bytes(content)


def index_of(path: Path) -> Path:
    return path / "index.sqlite"


def remove(index: Path) -> None:
    index.unlink()


def empty(index: Path) -> None:
    index.write_bytes(b"")


def garbage(index: Path) -> None:
    index.write_bytes(random.Random(1).randbytes(50_000))


def a_text(index: Path) -> None:
    index.write_text("this is no index")


def torn_early(index: Path) -> None:
    shorten(index, 0.02)


def torn_in_the_middle(index: Path) -> None:
    shorten(index, 0.5)


def torn_late(index: Path) -> None:
    shorten(index, 0.9)


def overwritten(index: Path) -> None:
    """All but its first page, as by a disk that has lost blocks."""
    content = index.read_bytes()
    index.write_bytes(content[:4096] + random.Random(1).randbytes(len(content) - 4096))


def another_version(index: Path) -> None:
    with sqlite3.connect(index) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()


def other_tables(index: Path) -> None:
    index.unlink()
    with sqlite3.connect(index) as connection:
        connection.execute("CREATE TABLE cells (key TEXT, weight REAL)")
        connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.close()


SPOILT: list[Callable[[Path], None]] = [
    remove,
    empty,
    garbage,
    a_text,
    torn_early,
    torn_in_the_middle,
    torn_late,
    overwritten,
    another_version,
    other_tables,
]


@pytest.fixture(params=SPOILT, ids=[spoil.__name__ for spoil in SPOILT])
def spoilt(request: pytest.FixtureRequest, path: Path) -> Path:
    """A store whose index is spoilt in one way."""
    request.param(index_of(path))
    return path


def test_a_spoilt_index_is_made_from_the_files_again(spoilt: Path) -> None:
    assert agrees(spoilt)
    assert set(Store(spoilt).index.states()) == TOYS.keys


def test_a_sweep_goes_on_in_spite_of_a_spoilt_index(spoilt: Path, notes: Path) -> None:
    more = Toys(toy="BUSY", replicates=6, over=(0.0, 1.0), settings={"size": 12})
    done = run(spoilt, more)
    assert [one.state for one in done].count("found") == len(TOYS.cells)
    assert len(begun(notes)) == len(more.cells) - len(TOYS.cells)
    assert agrees(spoilt)


def test_an_index_with_altered_bytes_does_no_harm_to_cells(path: Path, whole: Path) -> None:
    chance = random.Random(1)
    content = index_of(path).read_bytes()
    for _ in range(30):
        altered = bytearray(content)
        for place in chance.sample(range(len(content)), 20):
            altered[place] = chance.randrange(256)
        for part in ("", "-wal", "-shm"):
            Path(f"{index_of(path)}{part}").unlink(missing_ok=True)
        index_of(path).write_bytes(altered)
        assert {one.state for one in run(path, TOYS)} == {"found"}
        file_of(path, 2, "jsonl").unlink()
        run(path, TOYS)
        assert contents(path) == contents(whole)


def test_an_index_that_is_deleted_during_a_run_is_there_again_after_it(tmp_path: Path) -> None:
    path = tmp_path / "store"
    for number, _ in enumerate(running(path)):
        if number == 3:
            for part in ("", "-wal", "-shm"):
                Path(f"{index_of(path)}{part}").unlink(missing_ok=True)
    assert agrees(path)


def running(path: Path) -> Iterator[object]:
    yield from run_cells(TOYS.cells, Store(path), jobs=1)


def test_what_a_killed_writer_left_in_its_log_is_not_lost(tmp_path: Path) -> None:
    """A log beside the index, of which nothing is in the index yet."""
    path = tmp_path / "store"
    endless = Toys(toy="BUSY", replicates=500, settings={"size": 12, "pause": 0.01})
    sweeper = Sweeper(path, endless)
    while len(contents(path)) < 20:
        time.sleep(0.01)
    sweeper.kill()
    assert index_of(path).with_name("index.sqlite-wal").stat().st_size > 0
    copied = Path(shutil.copytree(path, tmp_path / "copied"))
    assert agrees(path)
    log = copied / "index.sqlite-wal"
    log.write_bytes(log.read_bytes()[: log.stat().st_size // 2])
    run(copied, Toys(toy="BUSY", replicates=5, settings=endless.settings))
    known = Store(copied).index.states()
    assert {key for key, state in known.items() if state == "done"} <= set(Store(copied).files())
    Store(copied).rebuild()
    assert agrees(copied)


def test_what_cannot_be_rebuilt_without_writing_is_read_from_the_files(spoilt: Path) -> None:
    store = Store(spoilt, readonly=True)
    before = index_of(spoilt).read_bytes() if index_of(spoilt).exists() else None
    assert all(store.has(key) for key in TOYS.keys)
    assert store.index.states() == dict.fromkeys(TOYS.keys, "done")
    assert (index_of(spoilt).read_bytes() if index_of(spoilt).exists() else None) == before


def test_the_clock_may_be_wrong(path: Path, whole: Path, notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files from the future, and a clock that was set back."""
    later = time.time() + 1e8
    for file in path.rglob("*"):
        os.utime(file, (later, later))
    monkeypatch.setattr(time, "time", lambda: 0.0)
    more = Toys(toy="BUSY", replicates=5, over=(0.0, 1.0), settings={"size": 12})
    done = run(path, more)
    assert [one.state for one in done].count("found") == len(TOYS.cells)
    assert len(begun(notes)) == len(more.cells) - len(TOYS.cells)
    assert contents(path).items() >= contents(whole).items()
    assert agrees(path)
    assert {one.state for one in run(path, more)} == {"found"}
