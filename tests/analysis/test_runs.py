"""Runs: serial = parallel = replayed = resumed, to the bit; nothing half-written is believed."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from analysis.experiments import base, genes
from analysis.experiments.cells import Done
from analysis.experiments.compare import CompareSpec, cells, pairs, portraits, run
from analysis.runs.folder import FolderError, RunFolder, write_whole
from analysis.runs.record import Record
from analysis.runs.spec import build, dump_toml, read_toml
from analysis.runs.store import Store
from tests.small import small


def lines(spec: CompareSpec, store: Store) -> list[str]:
    return [r.to_json() for side in pairs(spec, store).values() for pair in side for r in pair.records]


def matrices(spec: CompareSpec, store: Store) -> list[bytes]:
    found = (portrait for side in pairs(spec, store).values() for pair in side for portrait in portraits(pair, store))
    return [np.ascontiguousarray(portrait[name]).tobytes() for portrait in found for name in sorted(portrait)]


def states(done: list[Done]) -> list[str]:
    return [d.state for d in done]


@pytest.fixture(scope="module")
def serial(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = Store(tmp_path_factory.mktemp("serial"))
    assert set(states(list(run(small(), store, jobs=1)))) == {"made"}
    return store


def test_serial_and_parallel_give_the_same_bits(serial: Store, tmp_path: Path) -> None:
    parallel = Store(tmp_path)
    list(run(small(), parallel, jobs=2))
    assert lines(small(), parallel) == lines(small(), serial)
    assert matrices(small(), parallel) == matrices(small(), serial)


def test_bits_do_not_depend_on_the_threads_of_the_caller_at_real_sizes(tmp_path: Path) -> None:
    """Matrices of 128 units are large enough for a threaded BLAS to sum in another order."""
    neurons = {"train_images": 100, "probe_images": 50, "recipe": {"width": 128, "epochs": 1}}
    spec = small(neurons=neurons, panel={"masks": 1024, "knock_out_masks": 8}, replicates=2)
    here, there = Store(tmp_path / "here"), Store(tmp_path / "there")
    with threadpool_limits(2):
        list(run(spec, here, jobs=1))
    list(run(spec, there, jobs=2))
    assert len(lines(spec, here)) == 8
    assert lines(spec, here) == lines(spec, there)


def test_other_data_under_the_same_name_are_other_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder whose files were replaced once gave the records of the old ones."""
    before = {cell.key for cell in cells(small()) if cell.experiment == "neurons"}
    monkeypatch.setattr("analysis.experiments.neurons.data_digest", lambda _: "another")
    assert not before & {cell.key for cell in cells(small())}
    absolute = small(neurons={"data": f"idx:{tmp_path}/mine"})
    assert str(tmp_path) not in str(absolute.identity())
    assert str(tmp_path) in dump_toml(absolute)


def test_a_written_spec_fed_back_is_the_same_spec(serial: Store, tmp_path: Path) -> None:
    RunFolder(tmp_path / "run").claim(dump_toml(small()), "")
    again = build(CompareSpec, read_toml(tmp_path / "run" / "spec.toml"))
    assert set(states(list(run(again, serial, jobs=1)))) == {"found"}


def test_what_is_done_is_not_done_again_and_what_is_damaged_is(serial: Store) -> None:
    before = lines(small(), serial), matrices(small(), serial)
    damaged, torn = (cells(small())[at].key for at in (1, 13))
    record = serial.path / "cells" / damaged[:2] / f"{damaged}.jsonl"
    content = bytearray(record.read_bytes())
    content[len(content) // 2] ^= 0xFF
    record.write_bytes(content)
    arrays = serial.path / "cells" / torn[:2] / f"{torn}.npz"
    arrays.write_bytes(arrays.read_bytes()[:100])
    done = list(run(small(), serial, jobs=1))
    assert {d.cell.key for d in done if d.state == "made"} == {damaged, torn}
    assert (lines(small(), serial), matrices(small(), serial)) == before


def test_more_replicates_go_on_where_fewer_ended(serial: Store, tmp_path: Path) -> None:
    store = Store(tmp_path)
    list(run(small(replicates=2), store, jobs=1))
    assert states(list(run(small(), store, jobs=1))).count("made") == 12
    assert lines(small(), store) == lines(small(), serial)


def test_an_arm_that_does_not_depend_on_a_setting_is_not_done_again(serial: Store) -> None:
    """Clones are the same however others would mate, networks without dropout whatever others drop."""
    other = small(
        genes={**small().genes.model_dump(), "reproduction": {"sex_fraction": 0.5}},
        neurons={**small().neurons.model_dump(), "recipe": {"width": 14, "epochs": 6, "drop_prob": 0.2}},
    )
    done = list(run(other, serial, jobs=1))
    assert {(d.cell.arm, d.state) for d in done} == {
        ("clonal", "found"), ("sexual", "made"), ("no dropout", "found"), ("dropout", "made")
    }  # fmt: skip


def test_arms_are_paired_and_replicates_are_not(serial: Store) -> None:
    for side, what in (("genes", "founders"), ("neurons", "weights")):
        starts = [[r.curves["performance"][0] for r in pair.records] for pair in pairs(small(), serial)[side]]
        assert all(without == with_mixing for without, with_mixing in starts), f"both arms start from the same {what}"
        assert len({without for without, _ in starts}) == len(starts)


def test_measures_that_are_asked_for_alone_have_the_values_that_they_have_among_all(
    serial: Store,
) -> None:
    whole = pairs(small(), serial)["genes"][0].records[1].values
    for measure in ("performance", "context_dependence", "hybrid_viability", "mean_association", "synergy_mass"):
        panel: dict[str, Any] = {**small().panel.model_dump(), "measures": [measure]}
        spec = small(panel=panel, replicates=1)
        part = genes.GenesExperimentSpec(seed=spec.seed, genes=spec.genes, panel=spec.panel)
        outcome = genes.EXPERIMENT.run(part, "sexual", 0, base.Desk())
        assert outcome.values
        assert all(key.partition(":")[0] == measure for key in outcome.values)
        assert all(value == whole[key] or math.isnan(value) for key, value in outcome.values.items())


def test_gene_networks_run_too(tmp_path: Path) -> None:
    small_network = {"landscape": {"kind": "gene-network", "genes": 6}, "population": 40, "generations": 15}
    spec, store = small(genes=small_network, replicates=1), Store(tmp_path)
    list(run(spec, store, jobs=1))
    (pair,) = pairs(spec, store)["genes"]
    assert {"hybrid_viability:apart", "first_order_share:log", "mean_association"} <= set(pair.records[0].values)


def test_a_training_that_diverges_is_named_and_the_others_are_kept(tmp_path: Path) -> None:
    wild = {"train_images": 100, "recipe": {"width": 10, "epochs": 3, "learning_rate": 1e30}}
    done = list(run(small(neurons=wild, replicates=2), Store(tmp_path), jobs=1))
    failed = [d.error for d in done if d.error]
    assert len(failed) == 4
    assert failed[2].startswith("neurons, no dropout, replicate 1: the training diverged")
    assert "--set neurons.recipe.learning_rate=2e+29" in failed[2]
    assert states(done).count("made") == 4


def test_fitness_beyond_all_numbers_is_named_with_the_mend(tmp_path: Path) -> None:
    wild = {"landscape": {"loci": 12, "selection": 1e4}, "population": 30, "generations": 5}
    done = [d for d in run(small(genes=wild, replicates=1), Store(tmp_path), jobs=1) if d.cell.experiment == "genes"]
    assert done[0].error.startswith("genes, replicate 0: a number grew too large to be held")
    assert done[0].error.endswith("lower genes.landscape.selection")


def test_records_survive_being_written(serial: Store) -> None:
    for line in lines(small(), serial):
        assert Record.from_json(line).to_json() == line
    record = Record.from_json(lines(small(), serial)[0])
    undefined = Record(**{**vars(record), "values": {"x": math.nan, "y": math.inf}})
    assert math.isnan(Record.from_json(undefined.to_json()).values["x"])


def test_a_record_names_its_origin_and_nothing_of_the_machine(serial: Store) -> None:
    import getpass
    import socket

    for line in lines(small(), serial)[:: len(lines(small(), serial)) - 1]:
        provenance = Record.from_json(line).provenance
        assert provenance["spec"]["seed"] == 3
        assert "replicates" not in provenance["spec"]
        assert provenance["libraries"]["numpy"] == np.__version__
        for word in (socket.gethostname(), str(Path.home()), str(Path.cwd()), f'"{getpass.getuser()}"'):
            assert word not in line
    assert len(provenance["spec"]["data"]) == 16


def test_another_specs_folder_is_refused_and_left_alone(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    folder.claim(dump_toml(small()), "")
    (folder.path / "summary.json").write_text("{}")
    before = (folder.path / "spec.toml").read_text()
    with pytest.raises(FolderError, match="holds the results of another spec; choose another folder with --out"):
        folder.claim(dump_toml(small(seed=4)), "it")
    assert (folder.path / "spec.toml").read_text() == before
    folder.claim(dump_toml(small(replicates=9)), "it")


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
