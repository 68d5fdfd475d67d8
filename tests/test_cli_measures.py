"""The glossary on the command line and in the documentation: one text."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from analysis.measures.registry import MEASURES, as_markdown, entry
from cli import app

runner = CliRunner()
ROOT = Path(__file__).resolve().parents[1]


def test_the_glossary_has_every_measure() -> None:
    printed = runner.invoke(app, ["measures"]).stdout
    assert all(measure.label in printed for measure in MEASURES.values())


def test_a_measure_is_found_by_part_of_its_name() -> None:
    printed = runner.invoke(app, ["measures", "Synergy"]).stdout
    assert "synergy mass" in printed
    assert "hybrid viability" not in printed


def test_an_unknown_measure_is_refused() -> None:
    result = runner.invoke(app, ["measures", "luck"])
    assert result.exit_code == 2
    assert "no measure is called 'luck'" in result.stderr


def test_json_is_the_registry() -> None:
    found = json.loads(runner.invoke(app, ["measures", "--json"]).stdout)
    assert found["half_swap_load"]["formula"] == MEASURES["half_swap_load"].formula
    assert found.keys() == MEASURES.keys()


def test_markdown_is_of_the_measures_named() -> None:
    printed = runner.invoke(app, ["measures", "synergy mass", "--markdown"]).stdout
    assert printed.count("\n## ") == 1


def test_the_documentation_is_the_registry() -> None:
    assert (ROOT / "docs" / "measures.md").read_text() == as_markdown()


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_says_all_that_a_reader_asks(name: str) -> None:
    assert all(text for _, text in entry(MEASURES[name]))
