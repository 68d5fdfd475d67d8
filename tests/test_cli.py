"""The door: whole outputs, exit codes, interruption."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.door import mixability
from tests.small import settings


def from_outside(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cli", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, env=environment())


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1]), "NO_COLOR": "1", "COLUMNS": "100"}


def compare(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return mixability("compare", *settings(), "--jobs=1", *arguments, cwd=cwd)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    folder = tmp_path_factory.mktemp("cli")
    return folder, from_outside("compare", *settings(), "--jobs=1", cwd=folder)


def test_a_run_prints_both_tables_and_where_the_page_is(
    first: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    folder, result = first
    assert result.returncode == 0, result.stderr
    (made,) = (folder / "runs").glob("compare-*")
    lines = result.stdout.splitlines()
    assert lines[0].startswith("Genes: does sexual reproduction ...")
    assert any(line.startswith("Neurons: does dropout ...") for line in lines)
    assert sum("raise hybrid viability" in line for line in lines) == 5
    assert f"Page and figure: runs/{made.name}/index.html" in lines
    assert lines[-1] == (
        f"More replicates: mixability compare --config runs/{made.name}/spec.toml "
        f"--out runs/{made.name} --replicates 10"
    )
    assert result.stderr.startswith("comparing 5 replicates of 12 loci")


def test_the_same_command_again_finds_everything_and_prints_the_same(
    first: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    assert compare(cwd=first[0]).stdout == first[1].stdout


def test_json_is_the_summary_and_nothing_else(first: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    result = compare("--json", "--quiet", cwd=first[0])
    (made,) = (first[0] / "runs").glob("compare-*")
    assert json.loads(result.stdout) == json.loads((made / "summary.json").read_text())
    assert result.stderr == ""


def test_a_spec_fed_back_gives_the_same_records(first: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    (made,) = (first[0] / "runs").glob("compare-*")
    again = mixability("compare", f"--config={made / 'spec.toml'}", "--out=again", cwd=first[0])
    assert again.returncode == 0, again.stderr
    assert (first[0] / "again" / "records.jsonl").read_bytes() == (made / "records.jsonl").read_bytes()


def test_a_dry_run_prints_the_spec_and_its_cost_and_writes_nothing(tmp_path: Path) -> None:
    result = compare("--dry-run", cwd=tmp_path)
    assert result.returncode == 0
    assert "[neurons.recipe]" in result.stdout
    assert result.stdout.splitlines()[-1].startswith("# 20 cells on 1 jobs: about ")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "sentences"),
    [
        (
            ["--set", "genes.landscape.locii=3", "--width", "1"],
            ["did you mean loci?", "neurons.recipe.width = 1: must be"],
        ),
        (["--genes", "island"], ["genes.landscape.kind = 'island': must be one of pairwise, additive"]),
        (["--drop-prob", "1"], ["neurons.recipe.drop_prob = 1.0: must be a number at least 0.0 and at most 0.9999"]),
        (
            ["--data", "cifar"],
            ["neurons.data: no data set is called 'cifar'; there are digits"],
        ),
        (["--data", "idx:/nowhere"], ["neurons.data: idx:/nowhere is not a folder"]),
        (["--config", "absent.toml"], ["cannot read absent.toml: No such file or directory"]),
        (["--set", "seed"], ["write it as key=value"]),
        (["--width", "many"], ["Invalid value for '--width'"]),
        (["--replicats", "3"], ["--replicates"]),
    ],
)
def test_bad_input_is_one_sentence_and_exit_2(
    arguments: Sequence[str], sentences: Sequence[str], tmp_path: Path
) -> None:
    result = mixability("compare", *arguments, cwd=tmp_path)
    assert result.returncode == 2
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    for sentence in sentences:
        assert sentence in result.stderr
    assert not list(tmp_path.iterdir())


def test_another_specs_folder_is_refused(first: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    (made,) = (first[0] / "runs").glob("compare-*")
    before = {path: path.read_bytes() for path in made.rglob("*") if path.is_file()}
    result = mixability("compare", f"--out={made}", "--seed=9", cwd=first[0])
    assert result.returncode == 2
    assert "holds the results of another spec" in result.stderr
    assert {path: path.read_bytes() for path in made.rglob("*") if path.is_file()} == before


def test_a_run_that_fails_says_so_and_exits_1(tmp_path: Path) -> None:
    result = compare("--set=neurons.recipe.learning_rate=1e30", "--replicates=1", cwd=tmp_path)
    assert result.returncode == 1
    assert "neurons, no dropout, replicate 0: the training diverged" in result.stderr
    assert "no replicate of neurons finished" in result.stderr
    assert "Traceback" not in result.stderr


def heed_interrupts() -> None:
    """Undo what a shell does to a job that it starts in the background: have Ctrl-C ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def finished(folder: Path) -> list[Path]:
    return list((folder / "runs" / "store" / "cells").rglob("*.jsonl"))


def started(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """A comparison in ``folder / "run"`` that has finished three cells and has more to do."""
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", "compare", *settings(), "--out=run", "--quiet", *arguments],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=heed_interrupts,  # noqa: PLW1509 - no threads here
    )
    waited = time.monotonic() + 90
    while len(finished(folder)) < 3:
        assert process.poll() is None
        assert time.monotonic() < waited
        time.sleep(0.02)
    return process


@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(jobs: int, tmp_path: Path) -> None:
    process = started(tmp_path, f"--jobs={jobs}", "--replicates=300")
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "go on with\n  mixability compare --config run/spec.toml --out run" in errors
    assert "Traceback" not in errors
    assert len(finished(tmp_path)) >= 3
    assert not list((tmp_path / "runs" / "store" / "cells").rglob(".*"))


def test_a_killed_run_is_finished_by_the_same_command_to_the_same_bits(
    first: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    process = started(tmp_path, "--jobs=1")
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert not (tmp_path / "run" / "records.jsonl").exists()
    assert compare("--out=run", cwd=tmp_path).returncode == 0
    (whole,) = (first[0] / "runs").glob("compare-*")
    for name in ("records.jsonl", "summary.json", "comparison.csv", "index.html"):
        assert (tmp_path / "run" / name).read_bytes() == (whole / name).read_bytes()


def test_version_and_bare_call(tmp_path: Path) -> None:
    assert from_outside("--version", cwd=tmp_path).stdout.startswith("mixability 0.")
    bare = from_outside(cwd=tmp_path)
    assert bare.returncode == 0
    assert "compare" in bare.stdout


def test_a_closed_pipe_is_no_error(tmp_path: Path) -> None:
    command = f"{sys.executable} -m cli compare --dry-run | head -1"
    result = subprocess.run(
        ["bash", "-c", command], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True
    )
    assert "Traceback" not in result.stderr
