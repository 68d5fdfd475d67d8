"""Sweeps, their plots, what is kept of them, and the doctor."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.door import mixability

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "COLUMNS": "100"}
SWEEP = """
experiment = "genes"
replicates = 5
measures = ["hybrid_viability", "performance"]

[settings]
population = 40
generations = 10
genes.landscape.loci = 10

[grid]
rates = [0.5, 0.01]
epistatic_variance = [0.0, 1.0]

[scales.tiny]
replicates = 1
grid.rates = [0.5]
"""
SLOW = """
experiment = "tests.reliability.toy:BUSY"
replicates = 400
settings.pause = 0.06
"""


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    folder = tmp_path_factory.mktemp("sweep")
    (folder / "linkage.toml").write_text(SWEEP)
    return folder, mixability("sweep", "linkage.toml", "--jobs=1", cwd=folder)


def the_run(folder: Path) -> str:
    (found,) = (folder / "runs").glob("linkage-*")
    return str(found.relative_to(folder))


def test_a_sweep_prints_a_table_and_what_to_do_next(
    swept: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    folder, done = swept
    assert done.returncode == 0, done.stderr
    assert "4 points, 40 cells" in done.stderr
    assert "hybrid viability, apart" in done.stdout
    assert f"Figure: mixability plot {the_run(folder)}" in done.stdout
    rows = list(csv.DictReader((folder / the_run(folder) / "summary.csv").read_text().splitlines()))
    assert {row["measure"] for row in rows} == {
        "performance:natural", "performance:log", "hybrid_viability:apart", "hybrid_viability:siblings"
    }  # fmt: skip
    assert len(rows) == 4 * 2 * 4
    assert all(float(row["low"]) <= float(row["mean"]) <= float(row["high"]) for row in rows if row["low"])


def test_clones_are_evolved_once_for_all_rates(swept: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    listed = mixability("runs", "list", "--json", cwd=swept[0])
    (run,) = json.loads(listed.stdout)
    assert (run["cells"], run["done"], run["missing"]) == (30, 30, 0)


def test_the_same_sweep_again_finds_all_and_a_scale_finds_its_part(
    swept: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    folder, first = swept
    assert mixability("sweep", "linkage.toml", "--jobs=1", cwd=folder).stdout == first.stdout
    tiny = mixability("sweep", "linkage.toml", "--scale=tiny", "--dry-run", cwd=folder)
    assert "# 2 points, 4 cells: 4 are there already" in tiny.stdout, tiny.stderr
    more = mixability("sweep", "linkage.toml", "--replicates=6", "--dry-run", "--quiet", cwd=folder)
    assert "# 4 points, 36 cells: " in more.stdout


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["--x=rates", "--y=performance:natural", "--colour=arm"], "performance-natural-by-rates.png"),
        (
            ["--x=rates", "--y=epistatic_variance", "--colour=hybrid_viability:apart", "--difference"],
            "hybrid_viability-apart-by-rates-epistatic_variance*difference*.csv",
        ),
        ([], ""),
    ],
)
def test_a_plot_is_drawn_and_told(
    swept: tuple[Path, subprocess.CompletedProcess[str]], arguments: list[str], name: str
) -> None:
    folder, _ = swept
    done = mixability("plot", the_run(folder), *arguments, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "Intervals are not corrected" in done.stdout or "interval" in done.stdout
    assert not name or list((folder / the_run(folder)).glob(name))


def test_what_was_kept_is_listed_shown_verified_exported_and_compared(
    swept: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    folder, name = swept[0], Path(the_run(swept[0])).name
    cells = mixability("runs", "list", "--cells", "--where", "rates=0.01", "--where", "arm=sexual", cwd=folder)
    assert cells.stdout.count("sexual") >= 10, cells.stderr
    assert "clonal" not in cells.stdout
    shown = mixability("runs", "show", name, cwd=folder)
    assert shown.returncode == 0
    assert "30 done" in shown.stdout
    assert mixability("runs", "verify", cwd=folder).returncode == 0
    exported = mixability("runs", "export", name, "--to", "all.csv", cwd=folder)
    assert exported.returncode == 0, exported.stderr
    rows = list(csv.DictReader((folder / "all.csv").read_text().splitlines()))
    assert {"arm", "replicate", "measure", "value"} <= set(rows[0])
    assert mixability("runs", "gc", cwd=folder).returncode == 0
    assert "do not differ" in mixability("runs", "diff", name, name, cwd=folder).stdout


def test_a_setting_that_is_swept_over_can_be_set_for_once(
    swept: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    """It was kept silently at the values of the file."""
    folder, _ = swept
    for given, points in (("rates=0.1", 2), ("rates=[0.1, 0.2, 0.3]", 6), ("genes.population=50", 4)):
        changed = mixability(
            "sweep", "linkage.toml", "--scale=", f"--set={given}", "--dry-run", "--quiet", "--store=other", cwd=folder
        )
        assert f"# {points} points, " in changed.stdout, changed.stderr


def test_replicates_that_are_there_stay_unless_fewer_are_asked_for(tmp_path: Path) -> None:
    (tmp_path / "linkage.toml").write_text(SWEEP)
    tiny = ["sweep", "linkage.toml", "--scale=tiny", "--jobs=1", "--quiet"]
    assert mixability(*tiny, "--replicates=3", cwd=tmp_path).returncode == 0
    (table,) = (tmp_path / "runs").glob("linkage-*/records.csv")
    before = table.read_bytes()
    for command in (tiny, ["sweep", str(table.parent / "spec.toml"), "--jobs=1"]):
        assert mixability(*command, cwd=tmp_path).returncode == 0
        assert table.read_bytes() == before
    assert len(json.loads(mixability("runs", "list", "--json", cwd=tmp_path).stdout)) == 1
    assert mixability(*tiny, "--replicates=1", cwd=tmp_path).returncode == 0
    assert len(table.read_bytes()) < len(before)


def test_an_address_or_folder_that_is_none_is_said_at_once(
    swept: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    folder, _ = swept
    cluster = mixability("sweep", "linkage.toml", "--cluster=nonsense", cwd=folder)
    assert cluster.returncode == 2
    assert "expected local or an address such as tcp://127.0.0.1:8786" in cluster.stderr
    nowhere = mixability("plot", ".", cwd=folder)
    assert nowhere.returncode == 2
    assert "is not the folder of a sweep" in nowhere.stderr


def test_damage_is_named_and_mended_by_the_same_command(tmp_path: Path) -> None:
    (tmp_path / "linkage.toml").write_text(SWEEP)
    tiny = ["sweep", "linkage.toml", "--scale=tiny", "--jobs=1"]
    first = mixability(*tiny, cwd=tmp_path)
    damaged = min((tmp_path / "runs" / "store" / "cells").rglob("*.jsonl"))
    content = bytearray(damaged.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    verified = mixability("runs", "verify", cwd=tmp_path)
    assert verified.returncode == 3
    assert damaged.name in verified.stdout
    assert mixability(*tiny, cwd=tmp_path).stdout == first.stdout
    assert mixability("runs", "verify", cwd=tmp_path).returncode == 0


def test_a_part_that_fails_is_listed_and_the_rest_goes_on(tmp_path: Path) -> None:
    toml = 'experiment = "tests.reliability.toy:FAILING"\nreplicates = 6\nsettings.wrong = [1, 3]\n'
    (tmp_path / "failing.toml").write_text(toml)
    done = mixability("sweep", "failing.toml", "--jobs=1", cwd=tmp_path)
    assert done.returncode == 4, done.stderr
    assert "cells failed; the others are in runs/store:" in done.stderr
    assert "mixability runs show failing-" in done.stderr
    assert "Traceback" not in done.stderr
    stopped = mixability("sweep", "failing.toml", "--jobs=1", "--stop-at-failure", "--store=other", cwd=tmp_path)
    assert stopped.returncode == 4
    assert "1 of 4 cells failed" in stopped.stderr
    assert "interrupted" not in stopped.stderr


def heed_interrupts() -> None:
    """Undo what a shell does to a job that it starts in the background: have Ctrl-C ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.mark.parametrize(("jobs", "times"), [(1, 1), (2, 1), (2, 2)])
def test_ctrl_c_once_finishes_what_is_running_and_twice_stops_now(jobs: int, times: int, tmp_path: Path) -> None:
    (tmp_path / "slow.toml").write_text(SLOW)
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", "sweep", "slow.toml", f"--jobs={jobs}"],
        cwd=tmp_path,
        env=ENVIRONMENT,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=heed_interrupts,  # noqa: PLW1509 - no threads here
    )
    waited = time.monotonic() + 90
    while len(list((tmp_path / "runs").rglob("*.jsonl"))) < 3:
        assert process.poll() is None
        assert time.monotonic() < waited
        time.sleep(0.02)
    for _ in range(times):
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.05)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "are kept in runs/store; go on with\n  mixability sweep runs/slow-" in errors
    assert "Traceback" not in errors
    kept = len(list((tmp_path / "runs").rglob("*.jsonl")))
    assert 3 <= kept < 400
    assert mixability("runs", "verify", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("toml", "sentence"),
    [
        ('experiment = "gene"', "no experiment is called 'gene'; did you mean genes?"),
        ('experiment = "genes"\ngrid.ratez = [1]', "ratez: no such setting; did you mean rates?"),
        ('experiment = "genes"\ngrid.loci = [9]', "loci could be genes.landscape.loci or genes.environment.loci"),
        ('experiment = "genes"\ngrid.population = []', "population: its list is empty"),
        ('experiment = "genes"\ngrid.population = 9', "population: give a list of values"),
        ('experiment = "genes"\nsettings.population = 9\ngrid.population = [9]', "is in [settings] and swept over"),
        (
            'experiment = "genes"\nsettings.landscape = "nk"',
            "a table of settings; say which of them, such as genes.landsc",
        ),
        ('experiment = "genes"\ngrid.population = [9, 1]', "genes.population = 1: must be a whole number at least 2"),
        ('experiment = "genes"\narms = ["sex"]', "arms: genes has clonal, sexual; got 'sex'"),
        ('experiment = "genes"\nmeasures = ["viability"]', "no measure is called 'viability'"),
        ('experiment = "genes"\nscale = "big"', "no scale is called 'big'; the sweep has no [scales]"),
        ('experiment = "genes"\nzip = {population = [9], generations = [1, 2]}', "must be of one length"),
        ('experiment = "os:path"', "'os:path' is no experiment"),
        ("replicates = 3", "experiment is needed"),
        ("grid = [", "is not valid TOML"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(toml: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "sweep.toml").write_text(toml)
    done = mixability("sweep", "sweep.toml", cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["sweep.toml"]


def test_a_store_that_is_none_or_newer_is_refused_untouched(tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "text.tex").write_text("dear")
    (tmp_path / "newer").mkdir()
    (tmp_path / "newer" / "store.json").write_text('{"schema": 999}')
    for store, sentence in (("thesis", "holds other things"), ("newer", "newer mixability (schema 999"), ("no", "yet")):
        done = mixability("runs", "list", f"--store={store}", cwd=tmp_path)
        assert done.returncode == 2, done.stderr
        assert sentence in done.stderr
    assert len(list(tmp_path.rglob("*"))) == 4


def test_the_doctor_finds_nothing_wrong_here(tmp_path: Path) -> None:
    done = mixability("doctor", "--quick", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert {finding["group"] for finding in json.loads(done.stdout)["findings"]} >= {
        "program",
        "machine",
        "libraries",
        "store",
    }
