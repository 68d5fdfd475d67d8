"""A probe of one layer: the panel's numbers, intervals that cover, and words, JSON and a picture that say the same."""

import copy
import csv
import io
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from rich.console import Console
from torch import nn

from analysis.probing.figure import probe_chart
from analysis.probing.probe import ON_SCALES, Probe, measure, probe
from analysis.probing.report import print_probe, to_json, write_probe
from analysis.probing.words import headline
from analysis.sides.base import Subject
from analysis.sides.panel import PanelSpec, take_panel
from nets.probing import ProbeError, ProbeGame
from tests.drawn import faults

RNG = torch.Generator().manual_seed(3)
INPUTS = torch.randn(96, 5, generator=RNG)
LABELS = (INPUTS[:, 0] * INPUTS[:, 1] > 0).long() + (INPUTS[:, 2] > 0.5).long()


@cache
def network(units: int = 14) -> nn.Sequential:
    generator = torch.Generator().manual_seed(7)
    model = nn.Sequential(nn.Linear(5, units), nn.ReLU(), nn.Linear(units, 3))
    model[0].weight.data = torch.randn(units, 5, generator=generator)
    model[0].bias.data = torch.randn(units, generator=generator)
    model[2].bias.data = torch.zeros(3)
    hidden = torch.relu(model[0](INPUTS)).detach()
    wanted = torch.nn.functional.one_hot(LABELS, 3).float()
    model[2].weight.data = 6.0 * torch.linalg.lstsq(hidden, wanted).solution.T
    return model


@pytest.fixture(scope="module")
def found() -> Probe:
    return probe(network(), "1", INPUTS, LABELS, masks=512, name="small:net")


@pytest.mark.oracle
def test_the_panel_says_the_same(found: Probe) -> None:
    game = ProbeGame(network(), "1", INPUTS, LABELS)
    whole = game.performance(np.ones((1, game.n), dtype=bool))
    zero = dict.fromkeys(game.scales, 0.0)
    subject = Subject(
        times=np.zeros(1),
        curves={"performance": np.zeros(1)},
        performance={scale: float(value[0]) for scale, value in whole.items()},
        wholes=[game],
        crosses={},
        baseline=zero,
        floor=zero,
        observations=[game.activations],
    )
    panel = take_panel(subject, PanelSpec(masks=512), seed=0)
    for scale, name in zip(found.readings, ("natural", "log"), strict=True):
        reading = found.readings[scale]
        assert reading.performance.value == whole[scale][0]
        for key in set(ON_SCALES) - {"higher_order_share"}:
            assert reading.values[key].value == pytest.approx(panel.values[f"{key}:{name}"], rel=1e-9), key
        curve = [estimate.value for estimate in reading.retained]
        assert curve == pytest.approx(panel.curves[f"retained:{name}"].tolist(), rel=1e-9)
    for key, estimate in found.associated.items():
        assert estimate.value == pytest.approx(panel.values[key], rel=1e-9)


def test_all_masks_leave_no_error_over_masks_and_examples_do() -> None:
    exact = probe(network(8), "1", INPUTS, LABELS, masks=512)
    assert exact.complete
    share = exact.main.values["first_order_share"]
    assert share.over_masks == 0.0 < share.over_examples
    assert share.high - share.low == pytest.approx(2.0 * share.over_examples)


@pytest.mark.oracle
def test_intervals_over_examples_cover_what_all_examples_say() -> None:
    """Of 20 samples of 64 from 2,048 examples about 19 intervals should; fewer than 15 has p < .0004."""
    generator = torch.Generator().manual_seed(1)
    inputs = torch.randn(2048, 5, generator=generator)
    labels = (inputs[:, 0] * inputs[:, 1] > 0).long() + (inputs[:, 2] > 0.5).long()
    model = network(6)

    def share(which: slice) -> Any:
        game = ProbeGame(model, "1", inputs[which], labels[which], keep_silent=True)
        return measure(game, masks=64, knock_out_masks=8).main.values["first_order_share"]

    truth = share(slice(None)).value
    covered = 0
    for k in range(20):
        estimate = share(slice(102 * k, 102 * k + 64))
        covered += estimate.low <= truth <= estimate.high
    assert covered >= 15


def test_words_numbers_and_json_are_one(found: Probe, tmp_path: Path) -> None:
    console = Console(width=100, file=io.StringIO(), highlight=False)
    print_probe(found, console)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert max(map(len, text.splitlines())) <= 100
    assert "another one trained alike may differ by more" in " ".join(text.split())
    assert " ".join(headline(found).split()) in " ".join(text.split())
    write_probe(found, tmp_path, "Seed 0.")
    names = {"probe.png", "probe.svg", "probe.csv", "probe.txt", "probe.json", "probe-dark.png", "probe-dark.svg"}
    assert {path.name for path in tmp_path.iterdir()} == names
    document = json.loads((tmp_path / "probe.json").read_text(), parse_constant=pytest.fail)
    assert document == json.loads(to_json(found))
    first = document["scales"]["log-probability"]["first_order_share"]
    assert first["low"] < first["value"] < first["high"]
    assert len(document["units"]) == len(found.live)
    with (tmp_path / "probe.csv").open() as file:
        rows = list(csv.DictReader(file))
    drawn = [float(r["y"]) for r in rows if (r["panel"], r["series"]) == ("spectrum", "log-probability")]
    assert drawn[0] == pytest.approx(first["value"], rel=1e-5)
    assert sum(row["panel"] == "knock-out" for row in rows) == 22
    assert headline(found) in (tmp_path / "probe.txt").read_text()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_in_the_picture_is_clipped_or_overlaps(found: Probe, theme: Any) -> None:
    chart = probe_chart(found, "Seed 0.", theme)
    assert faults(chart.figure) == []
    assert chart.files(width=300) == probe_chart(found, "Seed 0.", theme).files(width=300)


def test_targets_have_one_scale_and_a_picture() -> None:
    model = nn.Sequential(network(9), nn.Linear(3, 1))
    targets = INPUTS.sum(1, keepdim=True)
    found = probe(model, "0.1", INPUTS, targets=targets, masks=512)
    assert list(found.readings) == ["minus squared error"]
    assert faults(probe_chart(found).figure) == []
    assert json.loads(to_json(found))["network"]["scale"] == "minus squared error"


def test_a_layer_that_is_worth_nothing_says_so() -> None:
    model = copy.deepcopy(network(9))
    model.get_submodule("2").get_parameter("weight").data *= -1.0
    found = probe(model, "1", INPUTS, LABELS, masks=512)
    half = found.main.values["retention_at_half"]
    assert np.isnan(half.value)
    assert half.reason == "the intact layer is not to be told from an absent one"
    assert "A random half" not in headline(found)
    assert json.loads(to_json(found))["scales"]["log-probability"]["retention_at_half"]["value"] is None
    assert faults(probe_chart(found).figure) == []


def test_too_few_masks_are_refused() -> None:
    with pytest.raises(ProbeError, match="masks must be at least 64, or no interval could be given; got 10"):
        probe(network(), "1", INPUTS, LABELS, masks=10)
