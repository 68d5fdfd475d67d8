"""A disk that is full, one that may not be written, and folders that are no stores: one sentence, nothing lost."""

import errno
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from analysis.experiments.cells import run_cells
from analysis.inventory.checking import check
from analysis.runs.index import Index
from analysis.runs.record import SCHEMA
from analysis.runs.store import Run, Store, StoreError
from tests.reliability.sweeping import SOAK, Toys, agrees, contents, run

TOYS = Toys(toy="BUSY", replicates=12, over=(0.0, 1.0), settings={"size": 300})
FEW = Toys(toy="BUSY", replicates=2, settings={"size": 30})


@contextmanager
def mounted(folder: Path, *options: str) -> Iterator[Callable[[str], None]]:
    """Mount something; gives a function that mounts it again with other options. Skips where that is not allowed."""
    folder.mkdir(exist_ok=True)
    mount = shutil.which("mount")
    if mount is None or subprocess.run([mount, *options, str(folder)], capture_output=True, check=False).returncode:
        pytest.skip("only who may mount can try this")

    def again(other: str) -> None:
        subprocess.run([mount, "-o", f"remount,{other}", str(folder)], check=True)

    try:
        yield again
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def one_sentence(error: BaseException) -> bool:
    """Whether it is for people: what, why, and the mend, without a traceback."""
    words = str(error)
    return isinstance(error, StoreError) and "\n" not in words and "Errno" not in words and "--store" in words


def test_a_disk_that_fills_loses_nothing(tmp_path: Path) -> None:
    """It is enlarged a little each time, and the same call goes on."""
    run(tmp_path / "undisturbed", TOYS)
    expected = contents(tmp_path / "undisturbed")
    with mounted(tmp_path / "small", "-t", "tmpfs", "-o", "size=8k", "tmpfs") as again:
        path = tmp_path / "small" / "store"
        there: dict[str, bytes] = {}
        said: list[StoreError] = []
        for kilobytes in range(8, 3000, 8 if SOAK else 24):
            again(f"size={kilobytes}k")
            try:
                run(path, TOYS)
                break
            except StoreError as error:
                said.append(error)
            assert contents(path).items() >= there.items()
            there = contents(path)
        assert len(said) > 5
        assert all(map(one_sentence, said))
        assert any("No space left" in str(error) for error in said)
        assert any("database or disk is full" in str(error) for error in said)
        assert contents(path) == expected
        assert agrees(path)
        assert not check(Store(path)).leftovers, "what could not be written leaves nothing behind"


def test_no_room_at_any_moment_stops_with_a_sentence_and_the_same_store_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The n-th time that something is forced to the disk, there is no room for it."""
    expected: dict[str, bytes] = {}
    sync = os.fsync
    for moment in range(50):
        path = tmp_path / str(moment)
        left = iter(range(moment))

        def full(handle: int, left: Iterator[int] = left) -> None:
            if next(left, None) is None:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            sync(handle)

        monkeypatch.setattr(os, "fsync", full)
        said = None
        try:
            run(path, FEW)
        except StoreError as error:
            said = error
        monkeypatch.setattr(os, "fsync", sync)
        if said is None:
            break
        assert one_sentence(said)
        run(path, FEW)
        expected = expected or contents(path)
        assert contents(path) == expected
        assert agrees(path)
    assert moment == 1 + 2 * len(FEW.cells), "the store's own file, and two for each cell"


@pytest.mark.parametrize("moment", range(1, 9) if SOAK else (1, 4))
def test_an_index_that_cannot_grow_stops_with_a_sentence_and_the_same_store_goes_on(
    moment: int, tmp_path: Path
) -> None:
    """So few pages may its file have; sqlite then says that the disk is full."""
    store = Store(tmp_path)
    toys = Toys(toy="EMPTY", replicates=40, over=tuple(range(4)))
    (pages,) = store.index._connection.execute("PRAGMA page_count").fetchone()
    store.index._connection.execute(f"PRAGMA max_page_count = {pages + moment}")
    with pytest.raises(StoreError, match="full") as caught:
        _in(store, toys)
    assert one_sentence(caught.value)
    store.index._connection.execute("PRAGMA max_page_count = 1000000")
    _in(store, toys)
    assert len(contents(tmp_path)) == len(toys.cells)
    assert agrees(tmp_path)


def _in(store: Store, toys: Toys) -> None:
    for _ in run_cells(toys.cells, store, jobs=1):
        pass


def test_a_run_that_cannot_be_noted_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    store = Store(tmp_path)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left") as caught:
        store.note(Run(name="a", command="mixability sweep a.toml", folder="", spec={}, cells=[]))
    assert one_sentence(caught.value)
    assert store.runs() == []


@pytest.mark.parametrize("killed", [False, True], ids=["closed in order", "with a log left"])
def test_a_disk_that_may_only_be_read_is_read(killed: bool, tmp_path: Path) -> None:
    path = tmp_path / "store"
    run(path, FEW)
    if killed:
        other = Index(path / "index.sqlite")
        Store(path).index.put(list(other.select()))
        shutil.copytree(path, tmp_path / "copied")
        path = tmp_path / "copied"
        assert (path / "index.sqlite-wal").stat().st_size > 0
    with mounted(tmp_path / "seen", "--bind", str(path)) as again:
        again("bind,ro")
        store = Store(tmp_path / "seen", readonly=True)
        assert all(store.load(cell.key) is not None for cell in FEW.cells)
        assert store.index.states() == dict.fromkeys(FEW.keys, "done")
        assert check(store).cells == len(FEW.cells)
        assert {one.state for one in run(tmp_path / "seen", FEW)} == {"found"}, "what is done needs no writing"
        with pytest.raises(StoreError, match=r"Read-only|readonly") as caught:
            run(tmp_path / "seen", TOYS)
        assert one_sentence(caught.value)
        store.index.close()


def test_a_store_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    run(tmp_path, FEW)
    (tmp_path / "store.json").write_text(json.dumps({"schema": SCHEMA + 1, "more": "than we know"}))
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    for readonly in (False, True):
        with pytest.raises(StoreError, match=f"schema {SCHEMA + 1}, this one knows {SCHEMA}") as caught:
            Store(tmp_path, readonly=readonly)
        assert one_sentence(caught.value)
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before


def test_an_older_store_is_taken_over_and_its_cells_are_still_there(tmp_path: Path) -> None:
    run(tmp_path, FEW)
    before = contents(tmp_path)
    (tmp_path / "store.json").write_text(json.dumps({"schema": SCHEMA - 1}))
    Store(tmp_path, readonly=True)
    assert json.loads((tmp_path / "store.json").read_text()) == {"schema": SCHEMA - 1}
    assert {one.state for one in run(tmp_path, FEW)} == {"found"}
    assert json.loads((tmp_path / "store.json").read_text()) == {"schema": SCHEMA}
    assert contents(tmp_path) == before


@pytest.mark.parametrize("readonly", [False, True])
@pytest.mark.parametrize("there", ["a folder", "a file", "a schema that is no number", "no schema"])
def test_what_is_no_store_is_left_alone(there: str, readonly: bool, tmp_path: Path) -> None:
    path = tmp_path / "store"
    if there == "a file":
        path.write_text("a letter")
    else:
        path.mkdir()
        name = "letter.txt" if there == "a folder" else "store.json"
        (path / name).write_text('{"schema": "?"}' if there == "a schema that is no number" else "{}")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(StoreError, match="no store; name another with --store"):
        Store(path, readonly=readonly)
    assert sorted(tmp_path.rglob("*")) == before


def test_where_nothing_is_yet_there_is_nothing_to_read(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no store"):
        Store(tmp_path / "store", readonly=True)
    assert not (tmp_path / "store").exists()


def test_a_store_cannot_be_made_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("a letter")
    with pytest.raises(StoreError) as caught:
        Store(tmp_path / "letter" / "store")
    assert one_sentence(caught.value)
