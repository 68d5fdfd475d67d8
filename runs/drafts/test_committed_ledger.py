"""The project's own ledger: whole, as this program would judge it, and made of numbers that come again to the bit."""

import json

import numpy as np
import pytest

from analysis.ledger.finding import COMMITTED
from analysis.ledger.kept import Kept
from analysis.ledger.ledger import Ledger
from analysis.ledger.report import as_dict, markdown

CHEAP = 1.0
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


@pytest.mark.parametrize("kept", cheap(), ids=lambda kept: kept.scene.name)
def test_its_numbers_come_again_to_the_bit(kept: Kept) -> None:
    for replicate in (0, kept.replicates - 1):
        again = kept.scene.run(kept.settings, kept.seed, replicate)
        assert again.keys() == kept.values.keys()
        for name, values in again.items():
            assert np.array_equal(values, kept.values[name][replicate], equal_nan=True), (name, replicate)
