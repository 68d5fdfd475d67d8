"""Every kind of figure: what is drawn is what was measured, nothing is clipped or overlaps, in both themes."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest

from analysis import combining_ability
from analysis.experiments.claims import judge
from analysis.experiments.compare import CLAIMS, SIDES, pairs, run
from analysis.figures.chart import Chart
from analysis.figures.comparison import comparison_chart
from analysis.figures.plotted import to_csv
from analysis.figures.registry import FIGURES
from analysis.figures.results import SideResults
from analysis.figures.theme import THEMES, Theme, arms, theme
from analysis.report.comparison import genes_subtitle, neurons_subtitle, results
from analysis.runs.store import Store
from nets.features import hoyer
from tests.drawn import faults, words_of
from tests.small import small


@pytest.fixture(scope="module", params=[5, 2])
def sides(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[SideResults]:
    spec = small(replicates=request.param)
    store = Store(tmp_path_factory.mktemp("figures"))
    list(run(spec, store, jobs=1))
    complete = pairs(spec, store)
    records = [record for side in complete.values() for pair in side for record in pair.records]
    found = results(spec, complete, store, judge(CLAIMS, SIDES, records, spec.seed))
    rng = np.random.default_rng(0)
    tables = [rng.standard_normal((5, 5)) for _ in range(4)]
    pools = [combining_ability(table + table.T) for table in tables]
    assert [side.side.name for side in found] == ["genes", "neurons"]
    return [replace(found[0], pools=pools[:2]), replace(found[1], pools=pools[2:])]


def charts(sides: Sequence[SideResults], name: Theme) -> list[Chart]:
    spec = small()
    origin = f"5 paired replicates, seed 3. {genes_subtitle(spec)}; {neurons_subtitle(spec)}."
    drawn = [kind.chart(sides, origin, name) for kind in FIGURES.values()]
    return [*drawn, comparison_chart(sides, [genes_subtitle(spec), neurons_subtitle(spec)], name)]


@pytest.fixture(scope="module")
def drawn(sides: list[SideResults]) -> list[Chart]:
    return charts(sides, "light")


def test_no_text_is_clipped_and_none_overlaps(drawn: list[Chart]) -> None:
    for chart in drawn:
        assert len(words_of(chart.figure)) > 5, chart.name
        assert faults(chart.figure) == [], chart.name


def test_every_figure_says_what_it_shows(drawn: list[Chart]) -> None:
    for chart in drawn:
        assert chart.plotted, chart.name
        assert chart.reading.endswith("."), chart.name
        assert "nan" not in chart.alt.lower().split(), chart.name
        assert "replicates" in chart.origin, chart.name


def test_same_records_same_bytes_and_no_state_left_behind(sides: list[SideResults]) -> None:
    before = dict(mpl.rcParams)
    kind = FIGURES["interaction-network"]
    one, two = (kind.chart(sides, "origin", "dark").files(width=400) for _ in range(2))
    assert one == two
    assert dict(mpl.rcParams) == before


def test_the_themes_differ_in_colour_alone(sides: list[SideResults]) -> None:
    for kind in (FIGURES["spectrum"], FIGURES["association"], FIGURES["forest"]):
        light, dark = (kind.chart(sides, "origin", name) for name in THEMES)
        assert to_csv(light.plotted) == to_csv(dark.plotted)
        assert light.figure.get_facecolor() != dark.figure.get_facecolor()
    with theme("light"):
        ours = arms()
    with theme("dark"):
        assert [a.marker for a in arms()] == [a.marker for a in ours]
        assert [a.color for a in arms()] != [a.color for a in ours]


def rows(sides: Sequence[SideResults], name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(to_csv(FIGURES[name].chart(sides, "").plotted).splitlines()))


def test_context_figure_holds_the_portrait(sides: list[SideResults]) -> None:
    found = [r for r in rows(sides, "context-dependence") if r["side"] == "neurons" and r["arm"] == "dropout"]
    portrait = sides[1].portraits[1]
    assert [float(r["x"]) for r in found] == pytest.approx(portrait["mixability"].tolist(), rel=1e-4)
    defined = ~np.isnan(portrait["context_dependence"])
    drawn = np.array([float(r["y"] or "nan") for r in found])
    assert drawn[defined] == pytest.approx(portrait["context_dependence"][defined].tolist(), rel=1e-4)


def test_network_figure_holds_interactions_that_are_told_from_0(sides: list[SideResults]) -> None:
    for row in rows(sides, "interaction-network"):
        side = next(s for s in sides if s.side.name == row["side"])
        portrait = side.portraits[side.side.arms.index(row["arm"])]
        i, j = (int(row[key].removeprefix("element ")) for key in ("series", "x"))
        assert float(row["y"]) == pytest.approx(float(portrait["interaction"][i, j]), rel=1e-4)
        assert abs(float(row["y"])) > 1.9 * portrait["interaction_error"][i, j]


def test_forest_is_turned_and_scaled_by_the_claim(sides: list[SideResults]) -> None:
    found = rows(sides, "forest")
    for side in sides:
        ours = {row["series"]: row for row in found if row["side"] == side.side.name}
        claimed = {f.key: f for f in side.findings.values() if not f.control}
        assert ours.keys() == claimed.keys()
        for key, finding in claimed.items():
            expected = finding.direction * finding.comparison.difference / finding.smallest
            assert float(ours[key]["y"] or "nan") == pytest.approx(expected, rel=1e-4, nan_ok=True)
            assert ours[key]["x"] == finding.verdict


def test_hybrid_figure_holds_the_tables(sides: list[SideResults]) -> None:
    found = [r for r in rows(sides, "hybrids") if r["side"] == "genes" and r["arm"] == "sexual"]
    table = sides[0].pools[1].hybrids
    assert [float(r["y"]) for r in found] == pytest.approx(table[np.triu_indices(5)].tolist(), rel=1e-4)


def test_sparsity_has_its_ends() -> None:
    assert hoyer(np.array([[1.0, -1.0, 1.0, 1.0], [0.0, 0.0, 3.0, 0.0]])) == pytest.approx([0.0, 1.0])
    assert np.isnan(hoyer(np.zeros((1, 4)))).all()


def test_filters_of_inputs_that_make_no_square_are_strips(sides: list[SideResults]) -> None:
    portrait = {"filters": np.ones((3, 7), dtype=np.float32)}
    odd = replace(sides[1], portraits=(portrait, portrait))
    assert len(FIGURES["filters"].chart([odd], "").plotted) == 2 * 3 * 7


def test_files_are_complete(sides: list[SideResults], tmp_path: Path) -> None:
    files = FIGURES["crossing"].chart(sides, "origin").files(width=600)
    assert files.keys() == {"png", "svg", "csv", "txt"}
    (tmp_path / "a.png").write_bytes(files["png"])
    image = mpl.image.imread(tmp_path / "a.png")
    assert image.shape[1] == 600
    assert files["svg"].startswith(b"<?xml")
