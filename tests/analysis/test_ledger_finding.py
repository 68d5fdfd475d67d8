"""Which ledger is asked where none is named."""

import json
import os
from pathlib import Path

import pytest

from analysis.ledger import finding


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the project's own ledger would be; there is none yet, nor any other."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(finding, "COMMITTED", tmp_path / "own")
    return tmp_path / "own"


def written(folder: Path, at: int, *, scale: str = "smoke", **verdicts: int) -> Path:
    folder.mkdir(parents=True)
    file = folder / "ledger.json"
    told = {name.replace("_", " "): count for name, count in verdicts.items()}
    file.write_text(json.dumps({"scale": scale, "verdicts": told}))
    os.utime(file, (at, at))
    return folder


def test_there_may_be_none(own: Path) -> None:
    assert not own.exists()
    assert finding.latest() is None


def test_a_whole_one_goes_before_parts_and_a_larger_scale_before_a_smaller_one(own: Path) -> None:
    smoke = written(finding.FOLDER / "smoke", 2, supported=63)
    written(finding.FOLDER / "standard", 3, scale="standard", supported=1, not_run=62)
    assert finding.latest() == smoke
    written(own, 1, scale="standard", supported=63)
    assert finding.latest() == own
    later = written(finding.FOLDER / "standard-seed-2", 4, scale="standard", supported=63)
    assert finding.latest() == later
    paper = written(finding.FOLDER / "paper", 0, scale="paper", supported=63)
    assert finding.latest() == paper


def test_the_projects_own_goes_before_parts_and_a_part_before_nothing(own: Path) -> None:
    part = written(finding.FOLDER / "smoke", 1, supported=1, not_run=62)
    assert finding.latest() == part
    written(own, 0, scale="standard", supported=63)
    assert finding.latest() == own


def test_one_that_cannot_be_read_is_no_whole_one(own: Path) -> None:
    written(own, 0, supported=63)
    torn = written(finding.FOLDER / "smoke", 1, supported=63) / "ledger.json"
    torn.write_text(torn.read_text()[:-5])
    assert finding.latest() == own
