"""What a training showed: numbers are those of the arrays, figures are whole, files say the same."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from analysis.figures.chart import Chart
from analysis.figures.filter_sheet import filters_chart
from analysis.figures.learning import learning_chart
from analysis.figures.plotted import Plotted
from analysis.figures.sparsity import sparsity_chart
from analysis.figures.theme import THEMES, Theme
from analysis.stats import compare, interval
from analysis.training.arms import Arm, Training
from analysis.training.numbers import Number, numbers
from analysis.training.report import report
from nets.features import hoyer, spread
from tests.drawn import faults, words_of

EPOCHS = np.arange(0.0, 41.0, 4.0)
SHAPE = (4, 5)
ORIGIN = "5 paired replicates, seed 1. 2 x 12 units, 400 images of digits."


def arm(name: str, replicates: int = 5, *, mixing: bool, layers: int = 2, loss_alone: bool = False) -> Arm:
    """Curves that saturate, the gap smaller and units more often at 0 with mixing."""
    rng = np.random.default_rng(mixing)
    learnt = 1.0 - np.exp(-EPOCHS / 8.0) + 0.005 * rng.standard_normal((replicates, len(EPOCHS)))
    gap = (0.02 if mixing else 0.05) * learnt
    curves = {
        "train_accuracy": 0.1 + 0.89 * learnt,
        "test_accuracy": 0.1 + 0.89 * learnt - gap,
        "train_loss": 2.3 * np.exp(-5.0 * learnt),
        "test_loss": 2.3 * np.exp(-5.0 * learnt) + 10.0 * gap**2,
    }
    hidden = rng.standard_normal((layers, replicates, 30, 12)) - 0.5 * mixing
    return Arm(
        name=name,
        mixing=mixing,
        epochs=EPOCHS,
        histories={key: curve for key, curve in curves.items() if "loss" in key or not loss_alone},
        diverged=np.zeros(replicates, dtype=np.bool_),
        filters=rng.standard_normal((replicates, 12, 20)).astype(np.float32),
        activations=[list(np.maximum(layer, 0.0).astype(np.float32)) for layer in hidden],
    )


def pair(replicates: int = 5, *, layers: int = 2, loss_alone: bool = False) -> Training:
    arms = [
        arm(name, replicates, mixing=mixing, layers=layers, loss_alone=loss_alone)
        for name, mixing in (("no dropout", False), ("dropout", True))
    ]
    return Training(arms=arms, image_shape=SHAPE)


def with_diverged(training: Training, which: int, *replicates: int) -> Training:
    """The same, with some networks of an arm lost."""
    lost = np.isin(np.arange(training.replicates), replicates)
    arms = list(training.arms)
    histories = {key: np.where(lost[:, None], np.inf, curve) for key, curve in arms[which].histories.items()}
    arms[which] = replace(arms[which], diverged=lost, histories=histories)
    return replace(training, arms=arms)


PAIR = pair()
TRAININGS: dict[str, Training] = {
    "some diverged": with_diverged(PAIR, 0, 0, 3),
    "one replicate": pair(1),
    "one arm": Training(arms=[arm("dropout", mixing=True)], image_shape=SHAPE),
    "six layers, no classes": pair(layers=6, loss_alone=True),
    "constant inputs that are no images": replace(PAIR, input_scale=np.arange(20.0) % 5, image_shape=None),
}


@cache
def charts(name: str, theme: Theme = "light") -> list[Chart]:
    training = TRAININGS[name]
    found = {one.key: one for one in numbers(training)}
    return [draw(training, found, ORIGIN, theme) for draw in (learning_chart, filters_chart, sparsity_chart)]


def plotted(name: str, chart: int, arm_name: str, panel: str) -> list[Plotted]:
    return [row for row in charts(name)[chart].plotted if (row.arm, row.panel) == (arm_name, panel)]


def of(training: Training, key: str) -> Number:
    return next(one for one in numbers(training) if one.key == key)


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


@pytest.mark.parametrize("name", TRAININGS)
def test_no_text_is_clipped_and_none_overlaps(name: str) -> None:
    for chart in charts(name):
        assert len(words_of(chart.figure)) > 5, chart.name
        assert faults(chart.figure) == [], chart.name
        assert chart.reading.endswith("."), chart.name
        assert "nan" not in chart.alt.lower().split(), chart.name


def test_the_themes_differ_in_colour_alone() -> None:
    for light, dark in zip(*(charts("some diverged", theme) for theme in THEMES), strict=True):
        assert repr(light.plotted) == repr(dark.plotted)
        assert light.figure.get_facecolor() != dark.figure.get_facecolor()


def test_equal_figures_have_equal_bytes() -> None:
    found = {one.key: one for one in numbers(PAIR)}
    one, two = (filters_chart(PAIR, found, ORIGIN).files(width=200) for _ in range(2))
    assert one == two


def test_numbers_are_those_of_the_arrays() -> None:
    training = PAIR
    for which, own in enumerate(training.arms):
        assert own.filters is not None
        histories = {key: curve[:, -1] for key, curve in own.histories.items()}
        expected = {
            "test_accuracy": histories["test_accuracy"],
            "accuracy_gap": histories["train_accuracy"] - histories["test_accuracy"],
            "loss_gap": histories["test_loss"] - histories["train_loss"],
            "spread": np.array([np.median(spread(filters, SHAPE)) for filters in own.filters]),
            "hoyer": np.array([np.median(hoyer(filters)) for filters in own.filters]),
            "mean_activation:2": np.array([layer.mean() for layer in own.activations[1]]),
            "zeros:1": np.array([np.mean(layer == 0.0) for layer in own.activations[0]]),
        }
        for key, values in expected.items():
            assert of(training, key).values[which] == pytest.approx(values, rel=1e-6), key


def test_loss_risen_is_what_was_lost_since_the_best_epoch() -> None:
    curve = np.array([[3.0, 1.0, 2.5], [3.0, 2.0, 1.0]])
    own = replace(
        arm("dropout", 2, mixing=True, loss_alone=True),
        epochs=np.arange(3.0),
        histories={"train_loss": curve, "test_loss": curve},
    )
    assert of(Training(arms=[own]), "loss_risen").values[0].tolist() == [1.5, 0.0]


def test_accuracies_that_are_undefined_are_as_good_as_none() -> None:
    undefined = np.full((5, len(EPOCHS)), np.nan)
    arms = [
        replace(own, histories={**own.histories, "train_accuracy": undefined, "test_accuracy": undefined})
        for own in PAIR.arms
    ]
    assert not {"test_accuracy", "accuracy_gap"} & {one.key for one in numbers(replace(PAIR, arms=arms))}


def test_inputs_that_never_vary_are_left_out_and_others_weighed() -> None:
    scale = np.arange(20.0) % 5
    training = replace(PAIR, input_scale=scale)
    noisy = [
        replace(own, filters=np.where(scale > 0.0, own.filters, np.float32(1e6)))
        for own in training.arms
        if own.filters is not None
    ]
    for one, other in zip(numbers(training), numbers(replace(training, arms=noisy)), strict=True):
        assert np.array_equal(one.values, other.values), one.key
    filters = PAIR.arms[1].filters
    assert filters is not None
    weighed = [np.median(spread(own * scale, SHAPE)) for own in filters]
    assert of(training, "spread:seen").values[1] == pytest.approx(weighed, rel=1e-12)


def test_networks_that_diverged_are_left_out_and_named() -> None:
    whole, some = PAIR, TRAININGS["some diverged"]
    assert some.shown == 1
    kept = [1, 2, 4]
    for one, other in zip(numbers(whole), numbers(some), strict=True):
        assert np.array_equal(one.values[0][kept], other.values[0][kept]), one.key
        assert np.isnan(np.delete(other.values[0], kept)).all(), one.key
        assert other.comparison is not None
        assert (other.comparison.pairs, other.comparison.replicates) == (3, 5)
    for chart in charts("some diverged"):
        assert "diverged: 2 of no dropout" in chart.reading


def test_learning_figure_holds_the_curves() -> None:
    histories = PAIR.arms[1].histories
    drawn = [row.y for row in plotted("some diverged", 0, "dropout", "accuracy")
             if (row.series, row.replicate) == ("test", 3)]  # fmt: skip
    assert drawn == pytest.approx(histories["test_accuracy"][3].tolist())
    means = [row.y for row in plotted("some diverged", 0, "dropout", "loss")
             if (row.series, row.replicate) == ("training", "mean")]  # fmt: skip
    assert means == pytest.approx(histories["train_loss"].mean(0).tolist())


def test_filters_are_drawn_the_most_local_first() -> None:
    drawn = [row.y for row in plotted("some diverged", 1, "dropout", "filters") if row.series == "spread, pixels"]
    filters = PAIR.arms[1].filters
    assert filters is not None
    assert drawn == pytest.approx(sorted(spread(filters[1], SHAPE)))


def test_histograms_count_all_units() -> None:
    for what in ("activation", "mean activation of a unit"):
        for panel in ("layer 1", "layer 2"):
            drawn = plotted("some diverged", 2, "no dropout", panel)
            assert sum(row.y for row in drawn if (row.series, row.replicate) == (what, 2)) == pytest.approx(1.0)


def test_at_most_256_filters_are_shown_evenly() -> None:
    filters = np.random.default_rng(3).standard_normal((1, 600, 20), dtype=np.float32)
    own = Training(arms=[replace(arm("dropout", 1, mixing=True), filters=filters)], image_shape=SHAPE)
    chart = filters_chart(own, {one.key: one for one in numbers(own)}, ORIGIN)
    drawn = [row.y for row in chart.plotted if (row.panel, row.series) == ("filters", "spread, pixels")]
    spreads = spread(filters[0], SHAPE)
    assert "256 of 600 units" in chart.how
    assert len(drawn) == 256
    assert (drawn[0], drawn[-1]) == (spreads.min(), spreads.max())


def test_files_say_the_same(tmp_path: Path) -> None:
    training = with_diverged(pair(layers=1, loss_alone=True), 0, 0, 3)
    done = report(training, tmp_path, origin=ORIGIN, provenance={"seed": 1})
    content = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert sorted(content) == done.files
    assert {"learning.png", "filters-dark.svg", "sparsity.csv", "filters.npz"} < set(content)
    assert content["table.txt"].decode() == done.table
    assert all(row.label in done.table for row in done.rows)
    summary = json.loads(content["summary.json"])
    assert summary["diverged"] == {"no dropout": [0, 3], "dropout": []}
    gap = summary["numbers"]["loss_gap"]
    values = of(training, "loss_gap").values
    low, high = interval(values[1])
    assert gap["arms"]["dropout"] == pytest.approx({"mean": values[1].mean(), "low": low, "high": high})
    assert gap["arms"]["no dropout"]["low"] is None
    assert gap["comparison"]["difference"] == pytest.approx(compare(*map(list, values)).difference)
    written = rows(content["numbers.csv"])
    assert len(written) == 2 * 5 * len(done.rows)
    curves = rows(content["curves.csv"])
    assert len(curves) == 2 * 5 * len(EPOCHS)
    assert [row["diverged"] for row in curves if row["arm"] == "no dropout" and row["epoch"] == "40"] == list("10010")


@pytest.mark.parametrize(("mixings", "message"), [([True, False], "without mixing first"), ([], "arms must be one")])
def test_arms_that_are_no_pair_are_refused(mixings: Sequence[bool], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Training(arms=[arm("some", mixing=mixing) for mixing in mixings])


def test_what_does_not_fit_is_refused() -> None:
    one = arm("dropout", mixing=True)
    with pytest.raises(ValueError, match=r"\[5, 2\]"):
        Training(arms=[arm("no dropout", mixing=False), arm("dropout", 2, mixing=True)])
    with pytest.raises(ValueError, match="give both"):
        Training(arms=[replace(one, histories={"test_loss": one.histories["test_loss"]})])
    with pytest.raises(ValueError, match="got 'error'"):
        Training(arms=[replace(one, histories={"error": one.histories["test_loss"]})])
    with pytest.raises(ValueError, match=r"\(replicates, times\) = \(5, 11\); got \(4, 11\)"):
        Training(arms=[replace(one, histories={key: curve[:4] for key, curve in one.histories.items()})])
    with pytest.raises(ValueError, match="must fit filters of 20 features"):
        Training(arms=[one], image_shape=(3, 3))
    with pytest.raises(ValueError, match="5 matrices"):
        Training(arms=[replace(one, activations=[one.activations[0][:3]])])


def test_nothing_but_diverged_networks_leaves_numbers_undefined(tmp_path: Path) -> None:
    lost = with_diverged(pair(layers=0, loss_alone=True), 1, 0, 1, 2, 3, 4)
    done = report(lost, tmp_path, origin=ORIGIN, provenance={})
    assert not any(name.startswith("filters") for name in done.files)
    assert all(row.cells[1] == "–" for row in done.rows)
