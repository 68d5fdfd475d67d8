"""Simulations: the same bits whatever stops them, on any number of threads; what is written and what is refused."""

import csv
import json
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.experiments.simulate import (
    ARMS,
    SimulationSpec,
    StoppedError,
    Trajectory,
    Watch,
    lineage_of,
    run,
)
from analysis.figures.trajectories import trajectories_chart
from analysis.report.catalogue import catalogue
from analysis.report.simulation import write_simulation
from analysis.runs.spec import SpecError, build
from analysis.runs.store import Store
from sim.archive import as_npz, read_alleles
from sim.observe import statistics
from tests.drawn import faults

SMALL: dict[str, Any] = {
    "landscape": {"kind": "nk", "loci": 20, "k": 2},
    "population": 60,
    "generations": 40,
    "replicates": 3,
    "keep": (0, 40),
    "alleles": True,
}
KINDS: dict[str, dict[str, Any]] = {
    "individuals": SMALL,
    "clones": {**SMALL, "engine": "clones", "reproduction": {"sex_fraction": 0.1}, "generations": 70, "keep": (70,)},
    "infinite": {**SMALL, "landscape": {"kind": "nk", "loci": 6, "k": 2}, "engine": "infinite", "keep": ()},
    "moving": {**SMALL, "environment": {"kind": "moving-target", "every": 7, "loci": 2}},
    "islands": {**SMALL, "islands": 3, "migration": 0.1, "bottlenecks": [{"start": 5, "length": 3, "size": 10}]},
    "diploid": {**SMALL, "landscape": {"kind": "dominance", "loci": 70}},
    "networks": {**SMALL, "landscape": {"kind": "gene-network", "genes": 5}, "alleles": False},
}


def spec_of(kind: str = "individuals", **changes: Any) -> SimulationSpec:
    return build(SimulationSpec, {**KINDS[kind], **changes})


def bits(found: list[Trajectory]) -> dict[str, bytes]:
    return {
        f"{t.arm}-{t.replicate} {name}": np.ascontiguousarray(value).tobytes()
        for t in sorted(found, key=lambda t: (t.arm, t.replicate))
        for name, value in [*t.values.items(), ("frequencies", t.frequencies)]
        if value is not None
    }


def files(path: Path) -> dict[str, bytes]:
    """Cells, populations, checkpoints: everything but the index, which tells times."""
    return {
        str(f.relative_to(path)): f.read_bytes()
        for f in sorted(path.rglob("*"))
        if f.is_file() and not f.name.startswith("index.sqlite")
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_that_is_stopped_again_and_again_ends_in_the_same_bits(kind: str, tmp_path: Path) -> None:
    spec = spec_of(kind)
    straight = list(run(spec, Store(tmp_path / "straight" / "store"), 1, Watch(), folder=tmp_path / "straight"))
    stops = 0
    while True:
        watch = Watch()
        seen = 0

        def progress(_arm: str, _replicate: int, _generation: int, watch: Watch = watch) -> None:
            nonlocal seen
            seen += 1
            if seen > 23:
                watch.stop.set()

        watch.progress = progress
        try:
            broken = list(run(spec, Store(tmp_path / "broken" / "store"), 1, watch, folder=tmp_path / "broken"))
            break
        except StoppedError:
            stops += 1
    assert stops > 5
    assert bits(broken) == bits(straight)
    assert files(tmp_path / "broken") == files(tmp_path / "straight"), "and no checkpoint is left"


def test_threads_and_replicates_added_later_change_nothing(tmp_path: Path) -> None:
    straight = list(run(spec_of(), Store(tmp_path / "a"), 1, Watch()))
    list(run(spec_of(replicates=1), Store(tmp_path / "b"), 3, Watch(), every=0.0))
    later = list(run(spec_of(), Store(tmp_path / "b"), 3, Watch(), every=0.0))
    assert bits(later) == bits(straight)


def test_arms_start_from_the_same_founders_on_the_same_landscape() -> None:
    for replicate in range(2):
        one, other = (lineage_of(spec_of(), arm, replicate) for arm in ARMS)
        assert np.array_equal(one.founders, other.founders)
        genomes = one.founders
        assert np.array_equal(one.environment.at(0).log_fitness(genomes), other.environment.at(0).log_fitness(genomes))


def test_killed_in_the_middle_it_goes_on(tmp_path: Path) -> None:
    """kill -9 at its first checkpoint and some later, then to the end: all is as an undisturbed run leaves it."""
    arguments = ["sim", "run", "--landscape", "nk", "--population", "400", "--generations", "300", "--replicates", "2"]
    arguments += ["--set", "every=60", "--checkpoint", "0", "--quiet", "--jobs", "2"]

    def command(folder: str) -> list[str]:
        places = ["--out", str(tmp_path / folder), "--store", str(tmp_path / folder / "store")]
        return [sys.executable, "-m", "cli", *arguments, *places]

    def checkpoints() -> set[tuple[str, int]]:
        found = set()
        for file in (tmp_path / "killed" / "store" / "partial").glob("[!.]*"):
            with suppress(FileNotFoundError):  # that population has just come to its end
                found.add((file.name, file.stat().st_mtime_ns))
        return found

    for written in (1, 10):
        seen = before = checkpoints()
        process = subprocess.Popen(command("killed"), stdout=subprocess.DEVNULL)
        while len(seen - before) < written:
            assert process.poll() is None, "it ended before it was killed"
            time.sleep(0.01)
            seen = seen | checkpoints()
        process.kill()
        assert process.wait() == -signal.SIGKILL
        assert checkpoints(), "there is something left to do"
    for folder in ("killed", "whole"):
        subprocess.run(command(folder), check=True, stdout=subprocess.DEVNULL)
    killed, whole = (
        {k: v for k, v in files(tmp_path / f).items() if not Path(k).name.startswith(".") and "store/runs" not in k}
        for f in ("killed", "whole")
    )
    assert killed == whole


def test_what_cannot_live_is_named_and_the_others_are_kept(tmp_path: Path) -> None:
    spec = spec_of(landscape={"kind": "additive", "loci": 4, "effects": "equal", "selection": 1.7e308}, keep=())
    watch = Watch()
    store = Store(tmp_path)
    found = list(run(spec, store, 2, watch))
    assert found == []
    assert len(watch.failures) == 6
    assert "nobody can reproduce: all fitnesses are zero or not finite" in watch.failures[0]
    assert all("nobody can reproduce" in store.failure(cell.key).read_text() for cell in spec.cells)


def test_a_damaged_file_is_done_again(tmp_path: Path) -> None:
    store = Store(tmp_path)
    first = list(run(spec_of(), store, 1, Watch()))
    for file in (tmp_path / "cells").rglob("*.npz"):
        file.write_bytes(file.read_bytes()[:-30])
    store.partial("").mkdir(exist_ok=True)
    store.partial(spec_of().cells[0].key).write_bytes(b"torn")
    assert bits(list(run(spec_of(), store, 1, Watch()))) == bits(first)


def test_a_population_that_was_to_be_kept_and_is_missing_is_evolved_again(tmp_path: Path) -> None:
    spec, store = spec_of(), Store(tmp_path / "store")
    first = list(run(spec, store, 1, Watch(), folder=tmp_path))
    kept = tmp_path / "populations" / "sexual-1-40.npz"
    before = kept.read_bytes()
    kept.unlink()
    assert bits(list(run(spec, store, 1, Watch(), folder=tmp_path))) == bits(first)
    assert kept.read_bytes() == before


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_says_what_was_seen(kind: str, tmp_path: Path) -> None:
    spec = spec_of(kind)
    found = list(run(spec, Store(tmp_path / "store"), 2, Watch(), folder=tmp_path))
    report = write_simulation(spec, found, tmp_path)
    rows = list(csv.DictReader((tmp_path / "observations.csv").read_text().splitlines()))
    assert len(rows) == len(spec.times) * 6
    last = [float(r["fitness"]) for r in rows if r["arm"] == "sexual" and int(r["generation"]) == spec.generations]
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["end"]["fitness"]["sexual"] == pytest.approx(np.mean(last))
    assert report.rows[0].label == "mean fitness"
    assert len(report.rows[0].cells) == 3
    assert (tmp_path / "fixations.csv").exists() == spec.alleles
    for generation in spec.keep:
        kept = tmp_path / "populations" / f"sexual-1-{generation}.npz"
        with np.load(kept) as arrays:
            assert arrays["copies"].sum() == spec.demography.starts(generation)[-1]


@pytest.mark.parametrize("kind", ["individuals", "networks", "infinite"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_in_the_figure_overlaps(kind: str, theme: Any, tmp_path: Path) -> None:
    spec = spec_of(kind)
    found = list(run(spec, Store(tmp_path), 2, Watch()))
    chart = trajectories_chart(
        spec, found, statistics(lineage_of(spec, found[0].arm, found[0].replicate).environment.at(0)), theme
    )
    assert faults(chart.figure) == []


def test_other_data_under_the_same_name_are_not_taken_for_the_old(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    spec = {"landscape": {"kind": "tabulated", "path": str(table)}, "population": 20, "generations": 5, "replicates": 1}
    ends = []
    for top in (3.0, 2.0):
        table.write_text(f"a,b,w\n0,0,1.0\n1,0,1.0\n0,1,1.0\n1,1,{top}\n")
        found = list(run(build(SimulationSpec, spec), Store(tmp_path / "run"), 1, Watch()))
        ends.append(found[0].values["fitness"][0])
    assert ends[0] != ends[1]


def test_a_checkpoint_of_other_code_or_another_spec_is_not_gone_on_with(tmp_path: Path) -> None:
    watch = Watch()
    watch.stop.set()
    with pytest.raises(StoppedError):
        list(run(spec_of(), Store(tmp_path), 1, watch))
    assert list((tmp_path / "partial").iterdir())
    other = spec_of(mutation=0.01)
    here = list(run(other, Store(tmp_path), 1, Watch()))
    assert bits(here) == bits(list(run(other, Store(tmp_path / "fresh"), 1, Watch())))


def test_one_arm_alone_is_shown_without_a_difference(tmp_path: Path) -> None:
    spec = spec_of(arms=("sexual",), replicates=1)
    report = write_simulation(spec, list(run(spec, Store(tmp_path / "store"), 1, Watch())), tmp_path)
    assert len(report.rows[0].cells) == 1
    assert "difference" not in report.reading


@pytest.mark.parametrize("kind", ["individuals", "clones", "diploid"])
def test_a_population_that_was_kept_can_be_read_again(kind: str, tmp_path: Path) -> None:
    spec = spec_of(kind)
    last = lineage_of(spec, "sexual", 0).advance(3)
    (tmp_path / "p.npz").write_bytes(as_npz(last, spec.elements))
    alleles, generation = read_alleles(tmp_path / "p.npz")
    landscape = lineage_of(spec, "sexual", 0).environment.at(3)
    expected = landscape.observations(last.members())
    assert np.array_equal(alleles.sum(axis=1) if alleles.ndim == 3 else alleles, expected)
    assert generation == 3


def test_what_is_no_population_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no such file"):
        read_alleles(tmp_path / "none.npz")
    (tmp_path / "text.npz").write_text("text")
    with pytest.raises(ValueError, match="is no population that sim run has kept"):
        read_alleles(tmp_path / "text.npz")
    for kind, words in (("networks", "gene networks"), ("infinite", "infinite population")):
        last = lineage_of(spec_of(kind), "sexual", 0).advance(1)
        (tmp_path / "p.npz").write_bytes(as_npz(last, spec_of(kind).elements))
        with pytest.raises(ValueError, match=words):
            read_alleles(tmp_path / "p.npz")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"keep": (50,)}, "keep = 50: generations go from 0 to 40"),
        ({"arms": ("clonal", "clonal")}, "arms must be different"),
        ({"engine": "infinite", "landscape": {"kind": "nk", "loci": 30}}, "engine = infinite takes at most 24 loci"),
        ({"engine": "infinite", "islands": 2}, "engine = infinite takes one island"),
        ({"landscape": {"kind": "gene-network"}, "start": "ones"}, "gene networks start from their founder"),
        ({"landscape": {"kind": "dominance"}, "environment": {"kind": "alternation"}}, "needs haploid genomes"),
        ({"engine": "clones", "selection": {"kind": "truncation"}}, "engine = clones takes one island"),
        ({"environment": {"kind": "moving-target", "loci": 30}}, "environment.loci = 30: there are 20 loci"),
        ({"reproduction": {"recombination": {"chromosomes": [10]}}}, "10 loci together; there are 20"),
        ({"reproduction": {"mates": 1000}}, "at most 200"),
        ({"landscape": {"kind": "pairwise", "additive_variance": float("inf")}}, "additive_variance"),
        ({"landscape": {"kind": "mesa", "loci": 10, "plateau": 10}}, "plateau must be less than loci = 10"),
        ({"landscape": {"kind": "tabulated"}}, "landscape.path is needed"),
        ({"mutation": 0.7}, "mutation = 0.7: must be a number at least 0.0 and at most 0.5"),
        ({"population": 1}, "population = 1: must be a whole number at least 2"),
        ({"reproduction": {"recombination": {"rates": 0.7}}}, "rates"),
        ({"reproduction": {"recombination": {"rates": 0.1, "chromosomes": [3, 4]}}}, "7 loci together; there are 20"),
    ],
)
def test_what_does_not_fit_together_is_refused_in_a_sentence(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SpecError) as raised:
        spec_of(**changes)
    assert sentence in "\n".join(raised.value.problems)


def test_everything_that_has_a_name_is_in_the_catalogue() -> None:
    entries = catalogue()
    names = {entry.name for entry in entries}
    assert {"nk", "conspiracies", "moving-target", "reproduction", "truncation", "heterozygosity"} <= names
    assert all(entry.meaning for entry in entries)
    assert all(setting.meaning for entry in entries for setting in entry.settings)
