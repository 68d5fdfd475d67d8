"""How the answer of a scene begins."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.scenes.base import Results, Settings
from analysis.scenes.claim import Claim, Law

MORE = Claim(
    name="more", says="", measure="", arms=("a", "b"), direction=+1, smallest=0.1, conditions={"all": (0.0, "b")}
)
EQUAL = replace(MORE, name="equal", direction=0)
LAW = Law(name="law", says="", measure="", tolerance=0.1, conditions={"all": "b"})


@pytest.mark.parametrize(
    ("mean", "more", "equal", "law"),
    [
        (1.0, "Yes (supported)", "No (contradicted)", "No (contradicted)"),
        (-1.0, "The opposite (contradicted)", "No (contradicted)", "No (contradicted)"),
        (0.0, "No effect", "Yes (supported)", "Yes (supported)"),
    ],
)
def test_only_what_has_a_direction_has_an_opposite(mean: float, more: str, equal: str, law: str) -> None:
    outcomes = [{"b": np.array(mean + 0.01 * (-1) ** i)} for i in range(6)]
    results = Results.of(Settings(), [MORE, EQUAL, LAW], outcomes)
    assert [results.opening(claim) for claim in (MORE, EQUAL, LAW)] == [more, equal, law]
