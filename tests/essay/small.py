"""A ledger of two scenes with numbers that are known, and an essay about them."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from analysis.figures.plotted import Plotted
from analysis.figures.sheet import row_of_panels
from analysis.figures.theme import arms
from analysis.ledger.kept import Kept
from analysis.ledger.ledger import Ledger
from analysis.ledger.statements import Statements
from analysis.scenes.base import Results, Room, Scene, Settings, Size
from analysis.scenes.claim import Claim, Law
from analysis.scenes.drawing import Series, points

ESSAY = (Path(__file__).parent / "sample.md").read_text(encoding="utf-8")


class Nothing(Settings):
    """No settings."""


WORK = Claim(
    name="work",
    says="halves of strangers work",
    measure="hybrid viability",
    arms=("no dropout", "dropout"),
    direction=+1,
    smallest=0.05,
    conditions={"apart": ("viability:none", "viability:dropout"), "kin (raw)": ("kin:none", "kin:dropout")},
    controls=("kin (raw)",),
)
EXACT = Law(
    name="exact", says="a mask is a mask", measure="distance from theory", tolerance=1e-9, conditions={"all": "off"}
)


def reading(results: Results[Nothing]) -> str:
    return f"{results.opening(WORK)}: {results.told(WORK, ['apart'])}."


def draw(room: Room, results: Results[Nothing]) -> list[Plotted]:
    (axes,) = row_of_panels(room.figure, room.bottom, room.top, 1)
    rows = []
    for place, (arm, style) in enumerate(zip(("none", "dropout"), arms(), strict=True)):
        values = results.values[f"viability:{arm}"]
        rows += points(axes, float(place), values, style, Series(panel="one", arm=arm, name="viability"), arm)
    axes.set_xticks([0.0, 1.0], labels=["no dropout", "dropout"])
    return rows


def grow(_settings: Nothing, _seed: int, _replicate: int) -> dict[str, ArrayLike]:
    raise AssertionError("nothing is run here")


def scene(name: str = "crossing", **changes: Any) -> Scene[Any]:
    usual: dict[str, Any] = {
        "name": name,
        "title": "Do halves of two strangers make a working whole?",
        "source": "nobody",
        "claims": (WORK, EXACT),
        "settings": Nothing,
        "grow": "tests.essay.small",
        "summary": lambda _: "Two arms.",
        "reading": reading,
        "how": "Faint marks are replicates, strong ones their mean.",
        "height": 2.4,
        "draw": draw,
        "smoke": Size(replicates=6),
    }
    return Scene(**(usual | changes))


def kept(of: Scene[Any], *, better: float = 0.3) -> Kept:
    base = np.array([0.50, 0.52, 0.54, 0.56, 0.58, 0.60])
    outcomes = [
        {
            "viability:none": np.array(value),
            "viability:dropout": np.array(value + better + 0.01 * (-1) ** i),
            "kin:none": np.array(value),
            "kin:dropout": np.array(value + 0.001 * (-1) ** i),
            "off": np.array(1e-15),
            "count": np.array(12345.0),
            "low": np.array(-0.25 - 0.01 * i),
            "undefined": np.array(np.nan),
            "curve": np.zeros(3),
        }
        for i, value in enumerate(base)
    ]
    return Kept.of(of, "smoke", 1, outcomes, failed=0, seconds=2.0, provenance={"spec": {"grown_by": of.code}})


CLAIMS = Statements.model_validate(
    {
        "essays": {
            "000": {"title": "On <sex> & dropout", "author": "A. N. Author", "about": "both"},
            "002": {"title": "Another", "author": "Somebody", "about": "more"},
        },
        "sources": {
            "book": {"authors": "A. Author", "year": 2000, "title": "A book", "where": "A place"},
            "livnat2008": {"authors": "A. Livnat & others", "year": 2008, "title": "A mixability theory",
                           "where": "PNAS", "url": "https://doi.org/10.1073/pnas.0803596105"},
            "srivastava2014": {"authors": "N. Srivastava & others", "year": 2014, "title": "Dropout", "where": "JMLR"},
        },
        "claims": {
            "000-4": {"id": "000-4", "says": "halves of strangers work", "kind": "experiment",
                      "asks": ["crossing/work"], "reference": "some 300", "sources": ["book"]},
            "000-5": {"id": "000-5", "says": "a mask is a mask", "kind": "exact", "asks": ["crossing/exact"]},
            "002-2": {"id": "002-2", "says": "sex is faster", "kind": "experiment", "asks": ["race/faster"]},
            "002-1": {"id": "002-1", "says": "it was in 2013", "kind": "documentary", "verdict": "contradicted",
                      "because": "it was in 2012", "sources": ["book"]},
        },
    }
)  # fmt: skip


def ledger(*, better: float = 0.3, **changes: Any) -> Ledger:
    """Dropout's halves work better by ``better``; ``changes`` are of the scene."""
    one = kept(scene(**changes), better=better)
    return Ledger("smoke", {one.scene.name: one}, CLAIMS)
