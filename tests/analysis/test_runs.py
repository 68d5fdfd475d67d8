"""Runs: serial = parallel = replayed = resumed, to the bit; nothing half-written is believed."""

import math
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from analysis.experiments import compare
from analysis.experiments.compare import CompareSpec, Done, Task, run, run_task, tasks
from analysis.runs.folder import Cell, FolderError, RunFolder, write_whole
from analysis.runs.record import Record
from analysis.runs.spec import build, dump_toml, read_toml
from tests.small import small


def lines(done: list[Done]) -> list[str]:
    ordered = sorted(done, key=lambda d: (d.task.side, d.task.replicate))
    return [record.to_json() for d in ordered if d.cell for record in d.cell.records]


def matrices(done: list[Done]) -> list[bytes]:
    ordered = sorted(done, key=lambda d: (d.task.side, d.task.replicate))
    return [m.tobytes() for d in ordered if d.cell for portrait in d.cell.portraits for m in portrait.values()]


def spy(monkeypatch: pytest.MonkeyPatch) -> list[Task]:
    """The tasks that are run from now on."""
    ran: list[Task] = []

    def noted(task: Task) -> Cell:
        ran.append(task)
        return run_task(task)

    monkeypatch.setattr(compare, "run_task", noted)
    return ran


@pytest.fixture(scope="module")
def serial(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Done]]:
    folder = tmp_path_factory.mktemp("serial") / "run"
    RunFolder(folder).claim(dump_toml(small()), "")
    return folder, list(run(small(), RunFolder(folder), jobs=1))


def test_serial_and_parallel_give_the_same_bits(serial: tuple[Path, list[Done]], tmp_path: Path) -> None:
    parallel = list(run(small(), RunFolder(tmp_path), jobs=2))
    assert lines(parallel) == lines(serial[1])
    assert matrices(parallel) == matrices(serial[1])


def test_bits_do_not_depend_on_the_threads_of_the_caller_at_real_sizes(tmp_path: Path) -> None:
    """Matrices of 128 units are large enough for a threaded BLAS to sum in another order."""
    neurons = {"train_images": 100, "probe_images": 50, "recipe": {"width": 128, "epochs": 1}}
    spec = small(neurons=neurons, panel={"masks": 1024, "knock_out_masks": 8}, replicates=2)
    with threadpool_limits(2):
        here = list(run(spec, RunFolder(tmp_path / "serial"), jobs=1))
    assert lines(here) == lines(list(run(spec, RunFolder(tmp_path / "parallel"), jobs=2)))


def test_other_data_under_the_same_name_are_other_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder whose files were replaced once gave the records of the old ones."""
    spec = small()
    before = [task.key for task in tasks(spec)]
    monkeypatch.setattr(compare, "data_digest", lambda _: "another")
    assert not set(before) & {task.key for task in tasks(spec)}
    absolute = small(neurons={"data": f"idx:{tmp_path}/mine"})
    assert str(tmp_path) not in str(absolute.identity())
    assert str(tmp_path) in dump_toml(absolute)


def test_a_written_spec_fed_back_gives_the_same_bits(serial: tuple[Path, list[Done]], tmp_path: Path) -> None:
    spec = build(CompareSpec, read_toml(serial[0] / "spec.toml"))
    assert lines(list(run(spec, RunFolder(tmp_path), jobs=1))) == lines(serial[1])


def test_what_is_done_is_not_done_again_and_what_is_damaged_is(
    serial: tuple[Path, list[Done]], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = RunFolder(serial[0])
    damaged, torn = (folder.cell_path(task.key) for task in (tasks(small())[1], tasks(small())[7]))
    content = bytearray(damaged.read_bytes())
    content[len(content) // 2] ^= 0xFF
    damaged.write_bytes(content)
    torn.write_bytes(torn.read_bytes()[:100])
    ran = spy(monkeypatch)
    again = list(run(small(), folder, jobs=1))
    assert ran == [tasks(small())[1], tasks(small())[7]]
    assert lines(again) == lines(serial[1])


def test_more_replicates_go_on_where_fewer_ended(
    serial: tuple[Path, list[Done]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = RunFolder(tmp_path)
    list(run(small(replicates=2), folder, jobs=1))
    ran = spy(monkeypatch)
    assert lines(list(run(small(), folder, jobs=1))) == lines(serial[1])
    assert len(ran) == 6


def test_arms_are_paired_and_replicates_are_not(serial: tuple[Path, list[Done]]) -> None:
    genes = [d.cell for d in serial[1] if d.cell and d.task.side == "genes"]
    starts = [[record.curves["performance"][0] for record in cell.records] for cell in genes]
    assert all(without == with_mixing for without, with_mixing in starts), "both arms start from the same founders"
    assert len({without for without, _ in starts}) == len(starts)
    neurons = [d.cell for d in serial[1] if d.cell and d.task.side == "neurons"]
    starts = [[record.curves["performance"][0] for record in cell.records] for cell in neurons]
    assert all(without == with_mixing for without, with_mixing in starts), "both arms start from the same weights"


def test_gene_networks_run_too(tmp_path: Path) -> None:
    genes = {"landscape": {"kind": "gene-network", "genes": 6}, "population": 40, "generations": 15}
    (done,) = [d for d in run(small(genes=genes, replicates=1), RunFolder(tmp_path), jobs=1) if d.task.side == "genes"]
    assert done.cell is not None
    assert {"hybrid_viability:apart", "first_order_share:log", "mean_association"} <= set(done.cell.records[0].values)


def test_a_training_that_diverges_is_named_and_the_others_are_kept(tmp_path: Path) -> None:
    wild = {"train_images": 100, "recipe": {"width": 10, "epochs": 3, "learning_rate": 1e30}}
    done = list(run(small(neurons=wild, replicates=2), RunFolder(tmp_path), jobs=1))
    failed = [d.error for d in done if d.error]
    assert len(failed) == 2
    assert failed[1].startswith("neurons, no dropout, replicate 1: the training diverged")
    assert "--set neurons.recipe.learning_rate=2e+29" in failed[1]
    assert sum(d.cell is not None for d in done) == 2


def test_fitness_beyond_all_numbers_is_named_with_the_mend(tmp_path: Path) -> None:
    wild = {"landscape": {"loci": 12, "selection": 1e4}, "population": 30, "generations": 5}
    done = [d for d in run(small(genes=wild, replicates=1), RunFolder(tmp_path), jobs=1) if d.task.side == "genes"]
    assert done[0].error.startswith("genes, replicate 0: a number grew too large to be held")
    assert done[0].error.endswith("lower genes.landscape.selection")


def test_records_survive_being_written(serial: tuple[Path, list[Done]]) -> None:
    for line in lines(serial[1]):
        assert Record.from_json(line).to_json() == line
    record = Record.from_json(lines(serial[1])[0])
    undefined = Record(**{**vars(record), "values": {"x": math.nan, "y": math.inf}})
    assert math.isnan(Record.from_json(undefined.to_json()).values["x"])


def test_a_record_names_its_origin_and_nothing_of_the_machine(serial: tuple[Path, list[Done]]) -> None:
    import getpass
    import socket

    line = lines(serial[1])[0]
    provenance = Record.from_json(line).provenance
    assert provenance["spec"]["seed"] == 3
    assert "replicates" not in provenance["spec"]
    assert len(provenance["data"]) == 16
    assert provenance["libraries"]["numpy"] == np.__version__
    for word in (socket.gethostname(), str(Path.home()), str(Path.cwd()), f'"{getpass.getuser()}"'):
        assert word not in line


def test_another_specs_folder_is_refused_and_left_alone(serial: tuple[Path, list[Done]]) -> None:
    before = (serial[0] / "spec.toml").read_text()
    with pytest.raises(FolderError, match="holds the results of another spec; choose another folder with --out"):
        RunFolder(serial[0]).claim(dump_toml(small(seed=4)), "it")
    assert (serial[0] / "spec.toml").read_text() == before
    RunFolder(serial[0]).claim(dump_toml(small(replicates=9)), "it")


def test_a_folder_with_other_things_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("dear")
    with pytest.raises(FolderError, match="is not empty and holds no run"):
        RunFolder(tmp_path).claim("a = 1", "it")
    with pytest.raises(FolderError, match="is a file"):
        RunFolder(tmp_path / "thesis.tex").claim("a = 1", "it")


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    path = tmp_path / "file"
    write_whole(path, b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FolderError, match="No space left on device; choose another folder with --out"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_cell_carries_its_arrays_and_records(serial: tuple[Path, list[Done]], tmp_path: Path) -> None:
    cell = serial[1][0].cell
    assert cell is not None
    RunFolder(tmp_path).save("k", cell)
    loaded = RunFolder(tmp_path).load("k")
    assert isinstance(loaded, Cell)
    assert loaded.records == cell.records
    assert loaded.portraits[0]["association"].dtype == np.float32
    for ours, theirs in zip(loaded.portraits, cell.portraits, strict=True):
        assert ours.keys() == theirs.keys()
        assert all(np.array_equal(ours[name], theirs[name], equal_nan=True) for name in ours)
    assert RunFolder(tmp_path).load("absent") is None


def test_a_cell_damaged_anywhere_is_never_believed(serial: tuple[Path, list[Done]], tmp_path: Path) -> None:
    cell = serial[1][0].cell
    assert cell is not None
    folder = RunFolder(tmp_path)
    folder.save("k", cell)
    whole = folder.cell_path("k").read_bytes()
    for at in np.random.default_rng(0).integers(0, len(whole), 200).tolist():
        damaged = bytearray(whole)
        damaged[at] ^= 1 << at % 8
        folder.cell_path("k").write_bytes(damaged)
        assert folder.load("k") is None
    for length in range(0, len(whole), len(whole) // 50):
        folder.cell_path("k").write_bytes(whole[:length])
        assert folder.load("k") is None
