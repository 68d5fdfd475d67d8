"""The commands of the simulator and the scenes."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import tskit

from tests.door import mixability

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1]), "NO_COLOR": "1", "COLUMNS": "100"}
SMALL = ["--landscape", "nk", "--population", "50", "--generations", "20", "--replicates", "2"]
SMALL += ["--set", "landscape.loci=12", "--set", "keep=[20]", "--jobs", "2"]


def heed_interrupts() -> None:
    """Undo what a shell does to a job that it starts in the background: have Ctrl-C ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test_a_run_says_where_it_is_and_its_populations_can_be_exported(tmp_path: Path) -> None:
    done = mixability("sim", "run", *SMALL, "--out", "run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "simulating NK, 12 loci, K = 4: 50 individuals; 20 generations" in done.stderr
    assert "mean fitness" in done.stdout
    assert "Figure, table and what was kept: run" in done.stdout
    kept = "run/populations/sexual-1-20.npz"
    for name in ("p.vcf", "p.trees"):
        exported = mixability("sim", "export", kept, name, cwd=tmp_path)
        assert exported.stdout == f"50 individuals, 12 loci: {name}\n", exported.stderr
    assert tskit.load(tmp_path / "p.trees").num_samples == 50
    again = mixability("sim", "run", "--config", "run/spec.toml", "--out", "run", "--json", "--jobs", "2", cwd=tmp_path)
    assert json.loads(again.stdout)["replicates"] == 2
    other = mixability("sim", "run", *SMALL, "--seed", "7", "--out", "run", cwd=tmp_path)
    assert other.returncode == 2
    assert "holds the results of another spec" in other.stderr


def test_a_dry_run_prints_the_spec_and_its_cost_and_writes_nothing(tmp_path: Path) -> None:
    done = mixability("sim", "run", *SMALL, "--dry-run", cwd=tmp_path)
    assert 'kind = "nk"' in done.stdout
    assert done.stdout.splitlines()[-1].startswith("# 4 populations: about ")
    assert not list(tmp_path.iterdir())


def test_ctrl_c_keeps_a_checkpoint_and_says_how_to_go_on(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "cli", "sim", "run", "--generations", "1000000", "--replicates", "1"]
    command += ["--out", str(tmp_path / "run"), "--quiet", "--jobs", "2"]
    process = subprocess.Popen(
        command,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
        preexec_fn=heed_interrupts,  # noqa: PLW1509 - no threads here
    )
    deadline = time.monotonic() + 60
    while not (tmp_path / "run" / "spec.toml").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(2.0)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted: checkpoints are kept" in errors
    assert "mixability sim run --config" in errors
    assert len(list((tmp_path / "runs" / "store" / "partial").iterdir())) == 2


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["run", "--landscape", "island"], "landscape.kind = 'island': must be one of pairwise, additive"),
        (["run", "--population", "1"], "population = 1: must be a whole number at least 2"),
        (["run", "--mutation", "0.9"], "mutation = 0.9: must be a number at least 0.0 and at most 0.5"),
        (["run", "--population", "100000000", "--set", "landscape.loci=10000"], "GB of memory and"),
        (["run", "--landscape", "tabulated"], "landscape.path"),
        (["run", "--landscape", "tabulated", "--set", "landscape.path=no.csv"], "cannot read no.csv"),
        (["export", "none.npz", "x.vcf"], "cannot read none.npz: no such file"),
        (["list", "xyz"], "nothing is called 'xyz'"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(arguments: list[str], sentence: str, tmp_path: Path) -> None:
    done = mixability("sim", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_the_list_names_everything(tmp_path: Path) -> None:
    shown = mixability("sim", "list", cwd=tmp_path).stdout
    assert all(name in shown for name in ("house-of-cards", "moving-target", "tournament", "Kauffman"))
    found = json.loads(mixability("sim", "list", "mesa", "--json", cwd=tmp_path).stdout)
    assert [entry["name"] for entry in found] == ["mesa"]


def test_a_scene_is_played_kept_and_played_on(tmp_path: Path) -> None:
    small = [
        "scene",
        "run",
        "race",
        "--scale=smoke",
        "--set=population=60",
        "--set=bits=64",
        "--set=generations=50",
        "--out=race",
    ]
    listed = mixability("scene", "list", cwd=tmp_path).stdout
    assert "smallest effect of interest" in listed
    settings = mixability("scene", "run", "race", "--dry-run", cwd=tmp_path)
    assert settings.returncode == 0
    done = mixability(*small, "--replicates", "1", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Picture: race/race.png" in done.stdout
    again = mixability(*small, "--replicates", "1", "--json", cwd=tmp_path)
    assert json.loads(again.stdout)["replicates"] == 1
    assert len(list((tmp_path / "runs" / "store" / "cells").rglob("*.jsonl"))) == 1
    wrong = mixability("scene", "run", "rase", cwd=tmp_path)
    assert wrong.returncode == 2
    assert "did you mean race?" in wrong.stderr
