"""The scene with four makers: what it makes, and that its networks are measured as those of a comparison are."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.figures.theme import THEMES
from analysis.runs.store import Store
from analysis.scenes.base import Outcome
from analysis.scenes.makers import KEY, MAKERS, SCENE, Settings
from analysis.scenes.play import Performance, outcomes, play
from tests.drawn import faults

TINY: dict[str, Any] = {
    "train_images": 150, "probe_images": 60, "masks": 256, "width": 6, "epochs": 8,
    "population": 24, "generations": 20, "judged_by": 50,
}  # fmt: skip


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return SCENE.run(Settings(**TINY), 3, 0)


def test_every_maker_is_measured_on_everything(outcome: Outcome) -> None:
    for maker in MAKERS:
        said = {name.removesuffix(f":{maker}") for name in outcome if name.endswith(f":{maker}")}
        assert {"performance:natural", "hybrid_viability:apart", "hybrid_viability:matched"} < said
        assert outcome[f"retained:natural:{maker}"].shape == (11,)
        assert 0.0 <= outcome[f"performance:natural:{maker}"] <= 1.0
        assert sum(outcome[f"spectrum:log:{maker}"]) == pytest.approx(1.0)
    assert len(outcome) % len(MAKERS) == 0
    numbers = [float(outcome[f"performance:log:{maker}"]) for maker in MAKERS]
    assert len(set(numbers)) == len(MAKERS)


@pytest.mark.oracle
@pytest.mark.parametrize("mixing", [False, True])
def test_a_subject_says_what_that_of_a_comparison_says(mixing: bool) -> None:
    from analysis.sides.networks import subject_of
    from analysis.sides.neurons import NeuronsSpec, dataset, grow_neurons
    from analysis.sides.panel import PanelSpec, take_panel
    from analysis.streams import seed_for
    from nets.data import split
    from nets.recipe import Recipe
    from nets.training import Seeds, train

    spec = NeuronsSpec(train_images=200, probe_images=50, recipe=Recipe(width=6, epochs=3))
    panel = PanelSpec(masks=256)
    wanted = take_panel(grow_neurons(spec, 5, 2, mixing=mixing), panel, 7)
    data = split(dataset("digits"), 200, seed_for(5, "neurons", "split", 2))
    initial = {name: seed_for(5, "neurons", "initial", 2, name) for name in "AB"}
    order = {name: seed_for(5, "neurons", "training", 2, name) for name in "ABC"}
    seeds = [Seeds(initial=initial[a], training=order[b]) for a, b in ("AA", "BB", "AC")]
    recipe = spec.recipe if mixing else spec.recipe.without_dropout()
    a, b, sibling = (train(recipe, data, seeds).networks[i] for i in range(3))
    subject = subject_of((a, b), data, 50, sibling=sibling)
    found = take_panel(subject, panel, 7)
    assert found.values.keys() == wanted.values.keys()
    for name, value in found.values.items():
        assert value == pytest.approx(wanted.values[name], rel=1e-5, abs=1e-6, nan_ok=True), name
    assert found.reasons == wanted.reasons


def test_arms_of_a_way_start_alike_and_without_work_stay_so() -> None:
    found = SCENE.run(Settings(**{**TINY, "generations": 0, "drop_prob": 0.0}), 3, 0)
    for name, values in found.items():
        for one, two in (("clonal", "sexual"), ("descent", "dropout")):
            if name.endswith(f":{one}"):
                other = found[f"{name.removesuffix(one)}{two}"]
                assert np.array_equal(values, other, equal_nan=True), name


@pytest.mark.parametrize("theme", THEMES)
def test_makers_may_be_undefined(outcome: Outcome, theme: Any) -> None:
    """As viability is where networks know no more than guessing."""
    unknown = {name: np.full_like(v, np.nan) if "viability" in name else v for name, v in outcome.items()}
    settings = Settings(**TINY)
    assert faults(SCENE.chart(settings, [unknown] * 5, SCENE.origin(settings, 5, 3), theme).figure) == []


def test_a_replicate_is_kept_for_the_data_and_the_engine_that_it_comes_from(
    tmp_path: Path, outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    performance, store = Performance(scene=KEY, settings=TINY, seed=3, replicates=1), Store(tmp_path)
    (made,) = play(performance, store, 1)
    assert made.state == "made", made.error
    (first,) = outcomes(performance, store)
    assert all(np.array_equal(first[name], outcome[name], equal_nan=True) for name in outcome)
    assert [done.state for done in play(performance, store, 1)] == ["found"]
    monkeypatch.setattr("analysis.sides.neurons.data_digest", lambda _name: "other")
    assert [done.state for done in play(performance, store, 1)] == ["made"]


def test_a_folder_of_data_is_found_from_anywhere_and_not_told() -> None:
    settings = Settings(data="idx:somewhere/images")
    assert settings.data == f"idx:{Path('somewhere/images').absolute()}"
    assert "idx:images: 600 training images" in SCENE.summary(settings)
