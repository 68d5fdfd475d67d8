"""What is in a store: found, shown, checked, exported, compared and cleared, and never more than that."""

import csv
import json
import math
import os
import re
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import BaseModel, ConfigDict

from analysis.experiments.base import Desk, Experiment, Outcome
from analysis.experiments.cells import Cell, cells_of
from analysis.experiments.registry import experiment
from analysis.inventory import printing
from analysis.inventory.checking import check
from analysis.inventory.collecting import FAILURE, HALF, PARTIAL, STALE, TEMPORARY, UNUSED, collect, remove
from analysis.inventory.differing import diff
from analysis.inventory.exporting import export
from analysis.inventory.listing import list_cells, list_runs
from analysis.inventory.showing import CellShown, RunShown, changed, label, show
from analysis.runs.index import Row
from analysis.runs.record import Record, code_digest, provenance
from analysis.runs.spec import SpecError
from analysis.runs.store import Packed, Run, Store, StoreError

TOY_NAME = "tests.analysis.test_inventory:TOY"


class Recipe(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    width: int = 8
    drop_prob: float = 0.5
    layers: tuple[int, ...] = (1,)


class ToySpec(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = 1
    replicates: int = 3
    recipe: Recipe = Recipe()
    data: str = "digits"
    shuffled: bool = False


def toy_identity(spec: ToySpec, arm: str) -> dict[str, Any]:
    recipe = spec.recipe.model_copy(update={} if arm == "with" else {"drop_prob": 0.0})
    return spec.model_copy(update={"recipe": recipe}).model_dump(mode="json", exclude={"replicates"})


def toy_run(spec: ToySpec, arm: str, replicate: int, _desk: Desk) -> Outcome:
    rng = np.random.default_rng([spec.seed, replicate, spec.recipe.width])
    performance = float(rng.normal()) + spec.recipe.drop_prob * (arm == "with")
    values = {"performance": performance, "hybrid_viability:apart": math.nan, "synergy_mass:log": 0.1 + replicate}
    return Outcome(
        values=values, reasons={"hybrid_viability:apart": "one parent"}, arrays={"w": rng.normal(size=(2, 3))}
    )


TOY = Experiment(
    name=TOY_NAME,
    says="random numbers",
    spec=ToySpec,
    arms=lambda _: {"without": False, "with": True},
    identity=toy_identity,
    computing=("tests/analysis/test_inventory.py",),
    run=toy_run,
)


def record_of(cell: Cell, **changes: Any) -> tuple[Record, Outcome]:
    spec = ToySpec.model_validate_json(cell.spec)
    outcome = toy_run(spec, cell.arm, cell.replicate, Desk())
    record = Record(
        experiment=cell.experiment,
        arm=cell.arm,
        mixing=cell.arm == "with",
        replicate=cell.replicate,
        values=dict(outcome.values),
        reasons=dict(outcome.reasons),
        provenance={**provenance(toy_identity(spec, cell.arm), code_digest(TOY.computing)), **changes},
    )
    return record, outcome


def keep(store: Store, cell: Cell, **changes: Any) -> Record:
    record, outcome = record_of(cell, **changes)
    store.save(cell.key, Packed.of(record, outcome.arrays), 1.5)
    return record


def spec_of(**changes: Any) -> ToySpec:
    return ToySpec.model_validate(changes)


def note(store: Store, name: str, spec: ToySpec, cells: list[Cell], points: list[dict[str, Any]] | None = None) -> Run:
    keys = [cell.key for cell in cells]
    run = Run(
        name=name,
        command=f"mixability toy {name}",
        folder=f"runs/{name}",
        spec=spec.model_dump(mode="json"),
        cells=keys,
        points=points or [],
    )
    store.note(run)
    return run


def whole(store: Store, name: str, **changes: Any) -> tuple[Run, list[Cell]]:
    """A run that is finished."""
    spec = spec_of(**changes)
    cells = cells_of(TOY_NAME, spec, range(spec.replicates))
    for cell in cells:
        keep(store, cell)
    return note(store, name, spec, cells), cells


def files(store: Store) -> dict[str, bytes]:
    """All files but the index and the claims."""
    found = (file for file in sorted(store.path.rglob("*")) if file.is_file())
    return {
        file.relative_to(store.path).as_posix(): file.read_bytes()
        for file in found
        if not file.name.startswith(("index.sqlite", "claims"))
    }


def file_of(store: Store, key: str, ending: str = "jsonl") -> Path:
    return store.path / "cells" / key[:2] / f"{key}.{ending}"


def aged(file: Path, content: bytes = b"x") -> Path:
    """A file that was left alone for two days."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    before = time.time() - 2 * 86_400
    os.utime(file, (before, before))
    return file


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture(scope="module")
def two_widths(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Two runs of six cells, to be read."""
    store = Store(tmp_path_factory.mktemp("widths") / "store")
    whole(store, "wide", recipe={"width": 64})
    whole(store, "narrow", recipe={"width": 8})
    return readonly(store)


def readonly(store: Store) -> Store:
    assert store.index.counts() is not None
    return Store(store.path, readonly=True)


# list


def test_a_run_is_a_line_with_what_is_done_failed_and_missing(store: Store) -> None:
    spec = spec_of(replicates=3)
    cells = cells_of(TOY_NAME, spec, range(3))
    for cell in cells[:3]:
        keep(store, cell)
    store.fail(cells[3].key, {"error": "too large"}, replace(record_of(cells[3])[0], values={}, reasons={}))
    note(store, "toy-1", spec, cells)
    (line,) = list_runs(readonly(store))
    assert (line.name, line.cells, line.done, line.failed, line.missing) == ("toy-1", 6, 3, 1, 2)
    assert line.what == f"{TOY_NAME}; 3 replicates"
    assert (line.folder, line.command) == ("runs/toy-1", "mixability toy toy-1")
    assert datetime.now(UTC) - line.when < timedelta(hours=1)


def test_the_latest_run_comes_first_and_one_that_nothing_is_done_of_is_there(store: Store) -> None:
    whole(store, "old")
    aged(store.path / "runs" / "old.json", (store.path / "runs" / "old.json").read_bytes())
    cells = cells_of(TOY_NAME, spec_of(seed=9), range(2))
    note(store, "new", spec_of(seed=9), cells, [{"recipe.width": 8}] * 4)
    new, old = list_runs(store)
    assert (new.name, old.name) == ("new", "old")
    assert (new.done, new.missing, new.what) == (0, 4, "nothing done yet; over width; 3 replicates")


@pytest.mark.parametrize(
    ("where", "cells"),
    [
        ([], 12),
        (["width=64"], 6),
        (["recipe.width=64"], 6),
        (["width=64.0"], 6),
        (["width=65"], 0),
        (["width=64", "arm=with"], 3),
        (["width=64", "arm=with", "replicate=2"], 1),
        (["drop_prob=0.5"], 6),
        (["drop_prob=0"], 6),
        (["data=digits"], 12),
        (["data='digits'"], 12),
        (["data=3"], 0),
        (["shuffled=false"], 12),
        (["shuffled=true"], 0),
        (["layers=[1]"], 12),
        (["layers=[1, 2]"], 0),
        (["state=done"], 12),
        (["state=failed"], 0),
        (["run=wide"], 6),
        (["run=wide", "run=narrow"], 0),
        (["run=wide", "width=8"], 0),
        ([f"experiment={TOY_NAME}"], 12),
        (["experiment=genes"], 0),
        (["seed = 1 "], 12),
    ],
)
def test_cells_are_found_by_what_they_are(two_widths: Store, where: list[str], cells: int) -> None:
    found = list_cells(two_widths, where)
    assert found.cells == len(found.lines) == cells
    assert len({line.key for line in found.lines}) == cells


def test_the_fields_asked_for_are_told(store: Store) -> None:
    whole(store, "wide", recipe={"width": 64}, replicates=1)
    found = list_cells(store, ["width=64"], ["layers", "shuffled"])
    assert found.fields == ["width", "layers", "shuffled"]
    assert sorted((line.arm, line.seconds) for line in found.lines) == [("with", 1.5), ("without", 1.5)]
    assert all(line.fields == {"width": 64, "layers": [1], "shuffled": False} for line in found.lines)


def test_what_is_printed_is_capped_and_all_of_it_is_counted(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    whole(store, "wide", replicates=4)
    found = list_cells(store, [], most=3)
    assert (found.cells, len(found.lines)) == (8, 3)
    printing.print_cells(found)
    assert "and 5 more; --all shows them" in capsys.readouterr().out
    assert list_cells(store, [], most=8).cells == 8


@pytest.mark.parametrize(
    ("where", "sentence"),
    [
        ("widht=64", "widht: no cell of this store has such a field; did you mean recipe.width"),
        ("recipe.widht=64", "recipe.widht: no cell of this store has such a field; did you mean recipe.width"),
        ("zzz=1", "zzz: no cell of this store has such a field; runs show NAME lists a run's fields"),
        ("width", "--where width: write it as key=value"),
        ("state=missing", "--where state=missing: must be one of done, failed, writing"),
        ("replicate=first", "--where replicate=first: must be a whole number"),
    ],
)
def test_what_cannot_be_asked_is_said_in_a_sentence(two_widths: Store, where: str, sentence: str) -> None:
    with pytest.raises(SpecError, match="^" + re.escape(sentence)):
        list_cells(two_widths, [where])


def test_the_end_of_a_path_stands_for_all_fields_that_end_so(store: Store) -> None:
    """As rates do in specs of genes and of simulations."""
    record, _ = record_of(cells_of(TOY_NAME, spec_of(), [0])[0])
    specs = [{"recipe": {"width": 8}}, {"other": {"width": 8}}, {"other": {"width": 9}}]
    for number, spec in enumerate(specs):
        key = f"{number:032x}"
        store.save(key, Packed.of(replace(record, provenance={**record.provenance, "spec": spec}), {}))
    found = list_cells(store, ["width=8"])
    assert found.cells == 2
    assert [line.fields for line in found.lines] == [{"width": 8}, {"width": 8}]
    assert list_cells(store, ["recipe.width=8"]).cells == 1
    assert store.index.paths() == {"recipe.width", "other.width"}


def test_a_run_that_is_not_there_is_said_with_near_names(store: Store) -> None:
    whole(store, "training-1a2b")
    with pytest.raises(StoreError, match=r"no run of .* is called training-1a2c; did you mean training-1a2b"):
        list_cells(store, ["run=training-1a2c"])


def test_twenty_thousand_rows_are_found_as_a_plain_loop_finds_them(store: Store) -> None:
    rows = [
        Row(
            key=f"{i:032x}",
            state="failed" if i % 7 == 0 else "done",
            experiment="neurons" if i % 2 else "genes",
            arm="with" if i % 3 else "without",
            replicate=i % 10,
            program="mixability 1",
            code="c0de",
            bytes=1,
            seconds=0.0,
            error="",
            spec=json.dumps({"seed": i // 40, "recipe": {"width": 2 ** (i % 5), "drop_prob": i % 4 / 4}}),
        )
        for i in range(20_000)
    ]
    store.index.put(rows)
    found = list_cells(store, ["width=4", "drop_prob=0.25", "state=done", "arm=with"])
    expected = {f"{i:032x}" for i in range(20_000) if i % 5 == 2 and i % 4 == 1 and i % 7 and i % 3}
    assert {line.key for line in found.lines} == expected
    assert found.cells == len(expected) > 100
    first = list_cells(store, ["width=4", "drop_prob=0.25", "state=done", "arm=with"], most=50)
    assert first.lines == found.lines[:50]
    assert first.cells == found.cells


# show


def test_a_run_is_shown_with_its_failures_grouped_and_what_made_it(store: Store) -> None:
    spec = spec_of(replicates=4, recipe={"width": 16})
    cells = cells_of(TOY_NAME, spec, range(4))
    keep(store, cells[0])
    keep(store, cells[1], libraries={"numpy": "0.1", "torch": None})
    for cell in cells[2:5]:
        store.fail(cell.key, {"error": f"toy, replicate {cell.replicate}: too large"}, record_of(cell)[0])
    note(store, "toy-1", spec, cells)
    shown = show(readonly(store), "toy-1")
    assert isinstance(shown, RunShown)
    assert shown.states == {"done": 2, "failed": 3, "missing": 3}
    assert list(shown.failures.values()) == [3]
    assert next(iter(shown.failures)).startswith("toy, replicate ")
    assert shown.seconds == 3.0
    assert [made_with["numpy"] for made_with in shown.libraries if "torch" not in made_with] == ["0.1"]
    assert len(shown.libraries) == 2
    assert list(shown.programs.values()) == [5]
    assert changed(shown) == {"replicates": 4, "recipe.width": 16}


def test_a_cell_is_shown_by_the_beginning_of_its_key(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    run, cells = whole(store, "toy-1", replicates=1)
    shown = show(readonly(store), cells[1].key[:9])
    assert isinstance(shown, CellShown)
    assert shown.record is not None
    assert (shown.key, shown.state, shown.runs, shown.record.arm) == (cells[1].key, "done", [run.name], "with")
    assert shown.arrays == {"w": "float64 (2, 3)"}
    printing.print_shown(shown)
    printed = capsys.readouterr().out
    assert label("hybrid_viability:apart") == "hybrid viability, apart"
    assert label("my_own:x") == "my_own, x"
    assert "hybrid viability, apart" in printed
    assert "one parent" in printed
    assert json.loads(printing.as_json(shown))["record"]["values"]["hybrid_viability:apart"] is None


def test_a_cell_that_failed_says_why_and_a_damaged_one_says_so(store: Store) -> None:
    _, cells = whole(store, "toy-1")
    lost = cells_of(TOY_NAME, spec_of(seed=5), [0])[0]
    store.fail(lost.key, {"error": "a number grew too large", "trace": "..."}, record_of(lost)[0])
    shown = show(store, lost.key[:12])
    assert isinstance(shown, CellShown)
    assert (shown.state, shown.error) == ("failed", {"error": "a number grew too large", "trace": "..."})
    file_of(store, cells[0].key).write_bytes(b"torn")
    with pytest.raises(StoreError, match=f"cell {cells[0].key} is damaged; the command that made it"):
        show(store, cells[0].key)


def test_none_or_several_are_said_with_the_candidates(store: Store) -> None:
    whole(store, "toy-1")
    whole(store, "toy-2", seed=2)
    assert isinstance(show(store, "toy-1"), RunShown)
    with pytest.raises(StoreError, match=r"several begin with 'toy': toy-1, toy-2; write more"):
        show(store, "toy")
    with pytest.raises(StoreError, match=r"no run of .* is called 'tou-1' and no cell's key begins so; did you mean"):
        show(store, "tou-1")
    with pytest.raises(StoreError, match="runs list shows them all"):
        show(store, "ffffffffffff")


# verify


def test_a_whole_store_is_whole(store: Store) -> None:
    _, cells = whole(store, "toy-1")
    seen: list[tuple[int, int]] = []
    found = check(readonly(store), progress=lambda done, of: seen.append((done, of)))
    assert (found.cells, found.failed, found.damaged, found.missing, found.index) == (len(cells), 0, [], {}, [])
    assert seen == [(i, 6) for i in range(1, 7)]


@pytest.mark.parametrize("writable", [True, False])
def test_every_kind_of_damage_is_named_with_its_file_run_and_command(store: Store, *, writable: bool) -> None:
    _, cells = whole(store, "toy-1")
    flipped = file_of(store, cells[0].key).read_bytes()
    file_of(store, cells[0].key).write_bytes(flipped[:200] + bytes([flipped[200] ^ 1]) + flipped[201:])
    file_of(store, cells[1].key).write_bytes(file_of(store, cells[1].key).read_bytes()[:-20])
    arrays = file_of(store, cells[2].key, "npz")
    arrays.write_bytes(arrays.read_bytes()[:-1])
    file_of(store, cells[3].key, "npz").unlink()
    file_of(store, cells[4].key).unlink()
    before = files(store)
    found = check(store if writable else readonly(store))
    told = {one.file: one.what for one in found.damaged}
    at = {i: f"cells/{cell.key[:2]}/{cell.key}" for i, cell in enumerate(cells)}
    assert told == {
        f"{at[0]}.jsonl": "its digest does not hold",
        f"{at[1]}.jsonl": "its digest does not hold",
        f"{at[2]}.npz": "its digest does not hold",
        f"{at[3]}.npz": "it is missing",
        f"{at[4]}.npz": "its record is missing: lost, or never written by a process that was killed",
    }
    assert all(one.runs == ["toy-1"] for one in found.damaged)
    assert (found.cells, found.missing, found.commands) == (1, {}, ["mixability toy toy-1"])
    assert files(store) == before
    again = check(store)
    assert again.damaged == found.damaged
    for cell in cells:
        keep(store, cell)
    assert check(store).damaged == []


def test_missing_cells_are_no_damage(store: Store) -> None:
    spec = spec_of(replicates=2)
    cells = cells_of(TOY_NAME, spec, range(2))
    keep(store, cells[0])
    note(store, "toy-1", spec, cells)
    found = check(store)
    assert (found.damaged, found.missing, found.cells) == ([], {"toy-1": 3}, 1)
    assert check(store, "toy-1").missing == {"toy-1": 3}


def test_only_a_runs_cells_are_checked_where_one_is_named(store: Store) -> None:
    whole(store, "toy-1")
    _, cells = whole(store, "toy-2", seed=2)
    file_of(store, cells[0].key).write_bytes(b"")
    assert check(store, "toy-1").damaged == []
    assert len(check(store, "toy-2").damaged) == 1
    assert len(check(store).damaged) == 1
    with pytest.raises(StoreError, match="no run of"):
        check(store, "toy-3")


def test_the_index_is_put_right(store: Store) -> None:
    _, cells = whole(store, "toy-1")
    store.index.drop([cells[0].key])
    for ending in ("jsonl", "npz"):
        file_of(store, cells[1].key, ending).unlink()
    faults = ["1 cell that it did not know, or not so", "1 cell whose files are gone"]
    before = check(readonly(store))
    assert (before.index, before.mended) == (faults, False)
    found = check(store)
    assert (found.index, found.mended, found.missing) == (faults, True, {"toy-1": 1})
    assert set(store.index.states()) == {cell.key for cell in cells} - {cells[1].key}
    assert check(store).index == []


def test_an_index_that_is_gone_or_damaged_is_made_anew(store: Store) -> None:
    _, cells = whole(store, "toy-1")
    store.index.close()
    for part in ("", "-wal", "-shm"):
        (store.path / f"index.sqlite{part}").unlink(missing_ok=True)
    again = Store(store.path)
    check(again)
    assert set(again.index.states()) == {cell.key for cell in cells}
    again.index.close()
    index = store.path / "index.sqlite"
    content = index.read_bytes()
    index.write_bytes(content[:4096] + os.urandom(len(content) - 4096))
    once_more = Store(store.path)
    assert check(once_more).cells == 6
    assert set(once_more.index.states()) == {cell.key for cell in cells}


def test_leftovers_and_torn_manifests_are_named(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    _, cells = whole(store, "toy-1")
    (file_of(store, cells[0].key).parent / f".{cells[0].key}.npz.x1").write_bytes(b"half")
    (store.path / "runs" / "toy-2.json").write_text('{"name": "toy-2", "ce')
    found = check(store)
    assert found.leftovers == [f"cells/{cells[0].key[:2]}/.{cells[0].key}.npz.x1"]
    assert [(one.file, one.what) for one in found.damaged] == [("runs/toy-2.json", "it cannot be read")]
    printing.print_checked(found)
    printed = capsys.readouterr().out
    assert "6 cells whole, 1 damaged, 0 failed" in printed
    assert "1 temporary file" in printed


# export


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_table_says_what_the_records_say(store: Store, tmp_path: Path) -> None:
    _, wide = whole(store, "wide", recipe={"width": 64}, replicates=2)
    _, narrow = whole(store, "narrow", replicates=2)
    done = export(readonly(store), ["wide", "narrow"], to=tmp_path / "out" / "all.csv")
    rows = table(done.path)
    assert (done.rows, done.cells, done.left_out) == (len(rows), 8, 0) == (24, 8, 0)
    assert done.fields == ["recipe.drop_prob", "recipe.width"]
    expected = []
    for name, cells in (("wide", wide), ("narrow", narrow)):
        for cell in cells:
            record = store.record(cell.key)
            assert record is not None
            recipe = record.provenance["spec"]["recipe"]
            for which, value in record.values.items():
                measure, _, condition = which.partition(":")
                expected.append(
                    {
                        "run": name,
                        "experiment": TOY_NAME,
                        "arm": cell.arm,
                        "mixing": "true" if cell.arm == "with" else "false",
                        "replicate": str(cell.replicate),
                        "seed": "1",
                        "measure": measure,
                        "condition": condition,
                        "value": "" if math.isnan(value) else repr(value),
                        "reason": record.reasons.get(which, ""),
                        "recipe.drop_prob": repr(recipe["drop_prob"]),
                        "recipe.width": str(recipe["width"]),
                        "key": cell.key,
                    }
                )
    assert rows == expected


def test_parquet_holds_the_same_with_types(store: Store, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    whole(store, "wide", recipe={"width": 64}, replicates=2)
    whole(store, "narrow", replicates=2, data="text, with a comma")
    export(store, to=tmp_path / "all.csv")
    export(store, to=tmp_path / "all.parquet")
    read = parquet.read_table(tmp_path / "all.parquet")
    kinds = {name: str(kind) for name, kind in zip(read.schema.names, read.schema.types, strict=True)}
    assert kinds["value"] == kinds["recipe.drop_prob"] == "double"
    assert kinds["recipe.width"] == kinds["replicate"] == "int64"
    assert (kinds["mixing"], kinds["data"]) == ("bool", "string")
    rows = read.to_pylist()
    written = table(tmp_path / "all.csv")
    assert len(rows) == len(written) == 24
    for row, text in zip(rows, written, strict=True):
        value = "" if row["value"] is None else repr(row["value"])
        assert (row["key"], row["measure"], value, row["data"]) == tuple(
            text[name] for name in ("key", "measure", "value", "data")
        )


def test_without_pyarrow_there_is_a_sentence_and_no_file(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole(store, "toy-1")
    monkeypatch.setitem(__import__("sys").modules, "pyarrow.parquet", None)
    with pytest.raises(
        SpecError, match=r"Parquet needs pyarrow; pip install 'mixability\[parquet\]', or write a \.csv"
    ):
        export(store, to=tmp_path / "all.parquet")
    with pytest.raises(SpecError, match=r"must end in \.csv or \.parquet"):
        export(store, to=tmp_path / "all.xlsx")
    assert not list(tmp_path.glob("*all*"))


def test_a_sweep_is_told_by_its_points_once_for_each(store: Store, tmp_path: Path) -> None:
    """Cells without dropout are the same at each of its probabilities."""
    cells, points = [], []
    for drop_prob in (0.2, 0.5):
        spec = spec_of(recipe={"drop_prob": drop_prob}, replicates=1)
        for cell in cells_of(TOY_NAME, spec, [0]):
            keep(store, cell)
            cells.append(cell)
            points.append({"drop_prob": drop_prob})
    assert cells[0].key == cells[2].key
    note(store, "sweep-1", spec_of(), cells, points)
    done = export(store, ["sweep-1"], to=tmp_path / "sweep.csv")
    assert (done.fields, done.cells) == (["drop_prob"], 4)
    performance = [row for row in table(done.path) if row["measure"] == "performance"]
    assert [(row["arm"], row["drop_prob"]) for row in performance] == [
        ("without", "0.2"),
        ("with", "0.2"),
        ("without", "0.5"),
        ("with", "0.5"),
    ]


def test_export_takes_conditions_and_says_what_it_leaves_out(store: Store, tmp_path: Path) -> None:
    _, cells = whole(store, "toy-1")
    file_of(store, cells[0].key).write_bytes(b"torn")
    for ending in ("jsonl", "npz"):
        file_of(store, cells[1].key, ending).unlink()
    done = export(store, ["toy-1"], to=tmp_path / "all.csv")
    assert (done.cells, done.left_out) == (4, 2)
    export(store, ["toy-1"], ["arm=with", "replicate=2"], to=tmp_path / "all.csv")
    assert {(row["arm"], row["replicate"]) for row in table(tmp_path / "all.csv")} == {("with", "2")}
    before = (tmp_path / "all.csv").read_bytes()
    with pytest.raises(StoreError, match=r"no finished cell of .* is asked for"):
        export(store, [], ["replicate=77"], to=tmp_path / "all.csv")
    assert (tmp_path / "all.csv").read_bytes() == before
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == ["all.csv"]
    with pytest.raises(StoreError, match=r"cannot write .*; name another file with --to"):
        export(store, to=tmp_path / "all.csv" / "no.csv")


# gc


def litter(store: Store) -> dict[str, str]:
    """A store with one of each kind of waste; the keys of the cells that are some."""
    _, used = whole(store, "toy-1")
    stale, unused = (cells_of(TOY_NAME, spec_of(seed=seed), [0])[0] for seed in (7, 8))
    keep(store, stale, code="0" * 16)
    keep(store, unused)
    half = "c" * 32
    aged(file_of(store, half, "npz"))
    aged(file_of(store, used[0].key).parent / f".{used[0].key}.npz.a1b2")
    aged(store.path / "runs" / ".toy-1.json.a1b2")
    (store.path / "partial").mkdir()
    (store.path / "partial" / used[1].key).write_bytes(b"how far it was")
    (store.path / "partial" / ("e" * 32)).write_bytes(b"how far another is")
    store.failure(used[2].key).parent.mkdir(exist_ok=True)
    store.failure(used[2].key).write_text("{}")
    return {"stale": stale.key, "unused": unused.key, "half": half}


def test_each_kind_of_waste_is_found_and_only_that_goes(store: Store) -> None:
    whole(store, "other", seed=3)
    before = files(store)
    keys = litter(store)
    littered = files(store)
    found = collect(readonly(store))
    assert {kind: n for kind, (n, _) in found.by_kind().items()} == {
        TEMPORARY: 2,
        HALF: 1,
        PARTIAL: 1,
        FAILURE: 1,
        STALE: 2,
    }
    assert files(store) == littered
    removed = remove(store, found)
    after = files(store)
    gone = littered.keys() - after.keys()
    assert (removed.files, removed.skipped) == (len(gone), 0) == (7, 0)
    assert removed.bytes == sum(len(littered[name]) for name in gone) == found.bytes
    assert after.items() <= littered.items()
    assert before.items() <= after.items()
    assert store.load(keys["stale"]) is None
    assert keys["stale"] not in store.index.states()
    assert store.has(keys["unused"])
    assert (store.path / "partial" / ("e" * 32)).exists()
    for run in store.runs():
        assert all(store.has(key) for key in run.cells)
    assert check(store).index == []
    assert collect(store).waste == []


def test_cells_that_no_run_names_go_only_where_that_is_asked_for(store: Store) -> None:
    keys = litter(store)
    remove(store, collect(store))
    found = collect(store, unused=True)
    assert {kind: n for kind, (n, _) in found.by_kind().items()} == {UNUSED: 2}
    remove(store, found)
    assert not store.has(keys["unused"])
    assert all(store.has(key) for run in store.runs() for key in run.cells)


def test_cells_of_other_code_stay_while_a_run_names_them(store: Store) -> None:
    spec = spec_of(replicates=1)
    cells = cells_of(TOY_NAME, spec, [0])
    for cell in cells:
        keep(store, cell, program="mixability 0.0.0")
    note(store, "toy-1", spec, cells)
    found = collect(store, unused=True)
    assert found.waste == []
    assert found.kept[0].startswith("2 cells made by other code stay, for runs name them")
    (store.path / "runs" / "toy-1.json").unlink()
    assert collect(store).by_kind().keys() == {STALE}


def test_cells_of_an_experiment_that_cannot_be_loaded_stay(store: Store) -> None:
    record, _ = record_of(cells_of(TOY_NAME, spec_of(), [0])[0])
    store.save("ab" * 16, Packed.of(replace(record, experiment="no.such.module:X"), {}))
    found = collect(store)
    assert (found.waste, found.kept) == ([], ["1 cell of no.such.module:X stay, for it cannot be loaded here"])


def test_nothing_is_thought_unused_where_a_run_cannot_be_read(store: Store) -> None:
    litter(store)
    (store.path / "runs" / "toy-1.json").write_text("torn")
    found = collect(store, unused=True)
    assert not {STALE, UNUSED} & found.by_kind().keys()
    assert found.kept[0].startswith("all cells stay")


def test_a_run_that_is_noted_meanwhile_keeps_its_cells(store: Store) -> None:
    cells = cells_of(TOY_NAME, spec_of(), [0])
    for cell in cells:
        keep(store, cell)
    found = collect(store, unused=True)
    note(store, "toy-1", spec_of(), cells)
    assert remove(store, found).files == 0
    assert all(store.has(cell.key) for cell in cells)


def test_what_another_process_is_at_stays(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    litter(store)
    found = collect(store, unused=True)
    monkeypatch.setattr(store.claims, "take", lambda _key: False)
    removed = remove(store, found)
    assert (removed.files, removed.skipped) == (1, found.files - 1)  # the temporary file of a run belongs to no cell


def test_young_files_and_those_from_the_future_stay(store: Store) -> None:
    whole(store, "toy-1")
    (store.path / "runs" / ".toy-1.json.a1").write_bytes(b"x")
    late = store.path / "runs" / ".toy-1.json.b2"
    late.write_bytes(b"x")
    os.utime(late, (time.time() + 1e6, time.time() + 1e6))
    file_of(store, "c" * 32, "npz").parent.mkdir(exist_ok=True)
    file_of(store, "c" * 32, "npz").write_bytes(b"x")
    assert collect(store).waste == []


def test_a_store_that_may_only_be_read_is_not_cleared(store: Store) -> None:
    litter(store)
    closed = readonly(store)
    with pytest.raises(StoreError, match="may only be read here, so nothing can be removed"):
        remove(closed, collect(closed))


# diff


def test_equal_runs_are_said_to_be_equal(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    whole(store, "toy-1")
    whole(store, "toy-2")
    found = diff(readonly(store), "toy-1", "toy-2")
    assert (found.equal, found.same_cells, found.compared) == (True, True, 4)
    printing.print_differences(found)
    assert "do not differ" in capsys.readouterr().out


def test_a_changed_field_and_what_it_does_are_found(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    _, narrow = whole(store, "narrow", replicates=4)
    _, wide = whole(store, "wide", replicates=4, recipe={"width": 64})
    found = diff(store, "narrow", "wide")
    assert found.fields == {"recipe.width": (8, 64)}
    assert found.origins == {}
    assert {gap.measure for gap in found.measures} == {"performance"}
    with_mixing = next(gap for gap in found.measures if gap.arm == "with")
    for cells, mean in ((narrow, with_mixing.a), (wide, with_mixing.b)):
        values = [record_of(cell)[0].values["performance"] for cell in cells if cell.arm == "with"]
        assert mean == pytest.approx(np.mean(values))
    assert [gap.size for gap in found.measures] == sorted((gap.size for gap in found.measures), reverse=True)
    printing.print_differences(found)
    assert "recipe.width" in capsys.readouterr().out
    assert json.loads(printing.as_json(found))["fields"] == {"recipe.width": [8, 64]}


def test_another_library_program_and_code_are_found(store: Store) -> None:
    cells = [cells_of(TOY_NAME, spec_of(seed=seed), [0])[1] for seed in (1, 2)]
    made_by = {"libraries": {"numpy": "1.0", "torch": None}, "program": "mixability 0", "code": "old", "python": "3"}
    first = keep(store, cells[0])
    keep(store, cells[1], **made_by)
    found = diff(store, cells[0].key[:10], cells[1].key[:10])
    now = first.provenance
    assert found.fields == {"seed": (1, 2)}
    assert found.origins["numpy"] == (now["libraries"]["numpy"], "1.0")
    assert found.origins["program"] == (now["program"], "mixability 0")
    assert found.origins["code"] == (now["code"], "old")
    assert found.origins["python"] == (now["python"], "3")
    assert found.origins["torch"] == (now["libraries"]["torch"], None)
    assert [gap.measure for gap in found.measures] == ["performance"]


def test_a_run_and_a_cell_cannot_be_compared(store: Store) -> None:
    _, cells = whole(store, "toy-1")
    with pytest.raises(StoreError, match=r"toy-1 is a run and .* is a cell; name two runs or two cells"):
        diff(store, cells[0].key, "toy-1")


# print


def test_moments_times_and_sizes_are_written_for_people() -> None:
    now = datetime(2024, 5, 1, 12, tzinfo=UTC)
    ago = {"2 hours ago": 7_300, "1 day ago": 90_000, "3 minutes ago": 200, "just now": 5}
    assert {text: printing.when(now - timedelta(seconds=s), now) for text, s in ago.items()} == {
        text: text for text in ago
    }
    assert printing.when(now) == "2024-05-01 12:00"
    assert [printing.lasting(s) for s in (0.25, 75, 7_260)] == ["0.25 s", "1 min 15 s", "2 h 1 min"]
    assert [printing.weight(n) for n in (1, 999, 1_500, 2e6, 3e9)] == [
        "1 byte",
        "999 bytes",
        "1.5 kB",
        "2.0 MB",
        "3.0 GB",
    ]


def test_everything_is_printed_and_is_json(store: Store, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    whole(store, "toy-1")
    lines = list_runs(store)
    printing.print_runs(lines)
    printing.print_runs([])
    printing.print_shown(show(store, "toy-1"))
    printing.print_exported(export(store, to=tmp_path / "all.csv"))
    printing.print_collection(collect(store))
    printing.print_collection(found := collect(store), remove(store, found))
    printed = capsys.readouterr().out
    for words in ("toy-1", "6 of 6", "no runs yet", "mixability toy toy-1", "18 rows of 6 cells", "nothing can go"):
        assert words in printed
    assert json.loads(printing.as_json(lines))[0]["done"] == 6
    assert experiment(TOY_NAME).name == TOY_NAME
