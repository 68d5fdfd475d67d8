"""The project's own ledger: whole, as this program would judge it, and made of numbers that come again to the bit."""

import json

import numpy as np
import pytest

from analysis.doctor.experiments import EXPERIMENTS
from analysis.doctor.selftest import EXPECTED, read
from analysis.ledger.finding import COMMITTED
from analysis.ledger.kept import Kept
from analysis.ledger.ledger import Ledger
from analysis.ledger.report import as_dict, markdown

CHEAP = 5.0
"""Seconds of a replicate."""


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return Ledger.read(COMMITTED)


def test_it_is_whole(ledger: Ledger) -> None:
    assert ledger.scale == "standard"
    assert ledger.missing == []
    assert {name: kept.replicates for name, kept in ledger.scenes.items() if kept.replicates < 10} == {}
    assert {name: kept.failed for name, kept in ledger.scenes.items() if kept.failed} == {}


def test_this_program_decides_every_claim_as_it_is_written_there(ledger: Ledger) -> None:
    said, now = json.loads((COMMITTED / "ledger.json").read_text()), as_dict(ledger)
    assert {**said, "program": ""} == json.loads(json.dumps({**now, "program": ""}))
    assert (COMMITTED / "ledger.md").read_text() == markdown(ledger)


def cheap() -> list[Kept]:
    kept = [Kept.read(file) for file in sorted((COMMITTED / "scenes").glob("*.json"))]
    return [scene for scene in kept if scene.seconds / scene.replicates <= CHEAP]


@pytest.fixture(scope="module")
def same_processor() -> None:
    """Processors round exponentials and sums of many terms differently; the doctor knows what this kind gives."""
    known = read(EXPECTED)["results"]
    for name in ("infinite population", "training with dropout"):
        if EXPERIMENTS[name].run().digest != known[name]["digest"]:
            pytest.skip("this processor rounds otherwise than the one that the ledger was made on")


@pytest.mark.usefixtures("same_processor")
@pytest.mark.parametrize("kept", cheap(), ids=lambda kept: kept.scene.name)
def test_its_numbers_come_again_to_the_bit(kept: Kept) -> None:
    assert kept.is_current
    again = kept.scene.run(kept.settings, kept.seed, last := kept.replicates - 1)
    assert again.keys() == kept.values.keys()
    for name, values in again.items():
        assert np.array_equal(values, kept.values[name][last], equal_nan=True), name


def test_networks_and_populations_are_among_them() -> None:
    assert {"inverted", "robustness", "cloning", "inheritance"} <= {kept.scene.name for kept in cheap()}
