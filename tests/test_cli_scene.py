"""How much of a scene `mixability scene run` runs."""

import json
import tomllib
from functools import partial
from pathlib import Path

import pytest

from analysis.scenes.base import SCALES, Scale
from analysis.scenes.registry import SCENES
from tests.door import Door


@pytest.fixture
def scene_run(mixability: Door) -> Door:
    """Run a scene in a folder of its own."""
    return partial(mixability, "scene", "run")


@pytest.mark.parametrize("name", SCENES)
@pytest.mark.parametrize("scale", SCALES)
def test_a_dry_run_shows_the_settings_and_the_number_of_a_scale(scene_run: Door, name: str, scale: Scale) -> None:
    scene = SCENES[name]
    size = scene.size(scale)
    code, out, err = scene_run(name, "--scale", scale, "--dry-run")
    assert code == 0, err
    assert scene.settings.model_validate(tomllib.loads(out)) == scene.settings.model_validate(size.settings)
    assert out.splitlines()[-1] == f"# replicates: {size.replicates}, with --replicates"


def test_a_scene_is_run_at_its_standard_scale(scene_run: Door) -> None:
    assert scene_run("cloning", "--dry-run") == scene_run("cloning", "--scale", "standard", "--dry-run")
    assert scene_run("cloning", "--dry-run") != scene_run("cloning", "--scale", "smoke", "--dry-run")


def test_what_is_given_goes_over_a_scale_and_stays_out_of_it(scene_run: Door) -> None:
    smoke = ["cloning", "--scale", "smoke", "--dry-run"]
    before = scene_run(*smoke)
    usual = tomllib.loads(before[1])
    k = usual["rugged"]["k"] + 1
    _, out, _ = scene_run(*smoke, "--set", f"rugged.k={k}", "--replicates", "7")
    assert tomllib.loads(out) == {**usual, "rugged": {**usual["rugged"], "k": k}}
    assert out.splitlines()[-1] == "# replicates: 7, with --replicates"
    assert scene_run(*smoke) == before


def test_a_scale_that_there_is_not_is_said_in_a_sentence(scene_run: Door) -> None:
    assert scene_run("race", "--scale", "large") == (2, "", "scale must be smoke, standard or paper; got 'large'\n")


def test_the_way_on_has_the_scale_in_it(scene_run: Door) -> None:
    small = ["race", "--scale", "smoke", "--replicates", "1", "--out", "out", "--jobs", "1"]
    code, out, err = scene_run(*small)
    assert code == 0, err
    assert out.splitlines()[-1] == (
        "More replicates: mixability scene run race --scale smoke --seed 1 --out out --replicates 2"
    )
    found = json.loads(Path("out/summary.json").read_text())
    assert found["replicates"] == 1
    usual = SCENES["race"].settings.model_validate(SCENES["race"].smoke.settings)
    assert found["provenance"]["spec"]["settings"] == usual.model_dump(mode="json")
