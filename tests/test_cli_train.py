"""`mixability nets train`, from outside."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from analysis.experiments.cells import cells_of, run_cells
from analysis.experiments.training import TrainingSpec, run
from analysis.runs.store import Store
from nets import Recipe
from tests.door import Door

SMALL = ["nets", "train", "--width", "12", "--train-size", "100", "--replicates", "2", "--epochs", "4"]


def test_networks_are_trained_shown_and_not_trained_twice(mixability: Door, tmp_path: Path) -> None:
    code, out, err = mixability(*SMALL, "--out", "run")
    assert code == 0, err
    assert "training 2 networks in each arm: 1 x 12 units, 100 examples of digits, 4 epochs" in err
    assert "test accuracy" in out
    assert "Figures, curves and numbers: run" in out
    made = {path.name for path in (tmp_path / "run").iterdir()}
    assert {"spec.toml", "summary.json", "learning.png", "filters.svg", "sparsity.csv", "curves.csv"} <= made
    before = (tmp_path / "run" / "summary.json").read_bytes()
    _, again, _ = mixability("nets", "train", "--config", "run/spec.toml", "--out", "run", "--json")
    assert again.encode() == before == (tmp_path / "run" / "summary.json").read_bytes()


def test_a_published_setting_is_a_base_that_options_change(mixability: Door) -> None:
    changes = ["--width", "32", "--data", "digits", "--train-size", "500", "--set", "recipe.epochs=2"]
    code, out, err = mixability("nets", "train", "--recipe", "hinton-2012", *changes, "--dry-run")
    assert code == 0, err
    for line in ('data = "digits"', "max_norm = 3.873", "width = 32", "epochs = 2"):
        assert line in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--recipe", "hinton-2021"], "did you mean hinton-2012?"),
        (["--recipe", "hinton-2012", "--scale", "huge"], "scale must be small or paper; got 'huge'"),
        (["--data", "digit"], "did you mean digits?"),
        (["--device", "tpu9"], "device 'tpu9' cannot be used"),
        (["--set", "recipe.drop_probability=0.5"], "did you mean drop_prob?"),
        (["--train-size", "1797"], "leave none of 1797 to test on"),
        (["--set", "recipe.architecture=cnn", "--data", "mnist1d"], "a cnn needs images"),
        (["--set", "recipe.patience=3"], "give validation_size too"),
        (["--recipe", "hinton-2012", "--config", "x.toml"], "give --recipe or --config, not both"),
        (["--replicates", "10000", "--data", "mnist1d", "--train-size", "4990", "--width", "60000"], "GB of memory"),
    ],
)
def test_what_cannot_be_trained_is_said_in_a_sentence(mixability: Door, arguments: list[str], words: str) -> None:
    code, _, err = mixability(*SMALL, *arguments, "--out", "run")
    assert code == 2
    assert words in err
    assert "Traceback" not in err


def test_arms_that_stop_early_at_different_times_are_shown_together(mixability: Door, tmp_path: Path) -> None:
    early = ["--set", "recipe.patience=1", "--set", "validation_size=60", "--set", "label_noise=0.3", "--epochs", "40"]
    code, _, err = mixability(*SMALL[:-2], *early, "--set", "recipe.learning_rate=0.3", "--out", "run")
    assert code == 0, err
    assert (
        "30 % of training labels are wrong; stopped early, by 60 examples"
        in (tmp_path / "run/learning.txt").read_text()
    )
    curves = list(csv.DictReader((tmp_path / "run/curves.csv").read_text().splitlines()))
    assert len({sum(row["arm"] == arm for row in curves) for arm in ("no dropout", "dropout")}) == 1


def test_epochs_take_the_place_of_a_published_number_of_steps(mixability: Door) -> None:
    _, out, _ = mixability("nets", "train", "--recipe", "srivastava-3x1024", "--scale", "paper", "--data", "digits",
                           "--train-size", "500", "--epochs", "3", "--width", "16", "--dry-run")  # fmt: skip
    assert "epochs = 3" in out
    assert "steps = 1000000" not in out
    assert "# 10 networks: about" in out


def test_a_network_that_diverges_fails_the_run_and_is_named(mixability: Door) -> None:
    code, _, err = mixability(*SMALL, "--set", "recipe.learning_rate=1e9", "--out", "run")
    assert code == 1
    assert "no dropout: network 0 (initial" in err
    assert "there is nothing to show" in err


def test_settings_and_data_sets_are_listed(mixability: Door) -> None:
    _, recipes, _ = mixability("nets", "recipes")
    assert "srivastava-features" in recipes
    assert "1.25 % error on MNIST" in recipes
    assert "fashion-mnist" in mixability("nets", "data")[1]
    assert json.loads(mixability("nets", "data", "--json")[1])["digits"]["features"] == "64"


KILLED = """
from pathlib import Path
from analysis.experiments.training import TrainingSpec, run
from analysis.runs.store import Store
from nets import Recipe
spec = TrainingSpec(train_size=100, replicates=2, recipe=Recipe(width=12, epochs=80))
run(spec, Store(Path("killed")), every=0.0)
"""


def test_a_training_that_is_killed_goes_on_to_the_same_bits(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1])}
    process = subprocess.Popen([sys.executable, "-c", KILLED], cwd=tmp_path, env=environment)
    while not list((tmp_path / "killed").glob("partial/[!.]*")) and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    spec = TrainingSpec(train_size=100, replicates=2, recipe=Recipe(width=12, epochs=80))
    assert list((tmp_path / "killed").glob("partial/[!.]*")), "it was killed in the middle"
    for name in ("killed", "whole"):
        run(spec, Store(tmp_path / name))
    assert not list((tmp_path / "killed").glob("partial/[!.]*"))
    killed, whole = (
        {file.name: file.read_bytes() for file in (tmp_path / name / "cells").rglob("*.*")}
        for name in ("killed", "whole")
    )
    assert killed == whole
    assert len(whole) == 8


def test_networks_side_by_side_are_those_of_a_sweep_one_by_one(tmp_path: Path) -> None:
    """Cells are found whichever way they were made, so both ways must give the same bits."""
    spec = TrainingSpec(train_size=100, replicates=2, recipe=Recipe(width=12, epochs=8))
    run(spec, Store(tmp_path / "together"))
    cells = cells_of("training", spec, range(2))
    assert {done.state for done in run_cells(cells, Store(tmp_path / "alone"), 1)} == {"made"}
    together, alone = (
        {file.name: file.read_bytes() for file in (tmp_path / name / "cells").rglob("*.*")}
        for name in ("together", "alone")
    )
    assert together == alone
