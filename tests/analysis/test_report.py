"""The products: complete, consistent with each other, nothing clipped or overlapping in the figure."""

import csv
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from analysis import numbers
from analysis.experiments.claims import judge
from analysis.experiments.compare import CLAIMS, SIDES, CompareSpec, pairs, run
from analysis.figures.comparison import comparison_chart
from analysis.report import comparison as report
from analysis.runs.folder import RunFolder
from analysis.runs.spec import dump_toml
from analysis.runs.store import Store
from tests.drawn import faults, words_of
from tests.small import small

NETWORK = {"landscape": {"kind": "gene-network", "genes": 6}, "population": 40, "generations": 15}
SPECS = {
    "landscape": small(),
    "gene network": small(genes=NETWORK),
    "two replicates": small(replicates=2),
    "two layers": small(
        neurons={"train_images": 100, "probe_images": 50, "recipe": {"layers": 2, "width": 8, "epochs": 2}}
    ),
    "untrained": small(neurons={"train_images": 10, "recipe": {"width": 4, "epochs": 1, "learning_rate": 1e-9}}),
}

Made = tuple[CompareSpec, Path, Store]
"""A comparison, its folder and its store."""


@pytest.fixture(scope="module", params=SPECS)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    spec: CompareSpec = SPECS[request.param]
    folder, store = tmp_path_factory.mktemp("report") / "run", Store(tmp_path_factory.mktemp("store"))
    RunFolder(folder).claim(dump_toml(spec), "")
    done = list(run(spec, store, jobs=1))
    report.write_report(spec, pairs(spec, store), store, done, folder)
    return spec, folder, store


def test_all_products_are_there(made: Made) -> None:
    assert {path.name for path in made[1].iterdir()} == set(report.PRODUCTS)


def test_no_text_is_clipped_and_none_overlaps(made: Made) -> None:
    spec, _, store = made
    found = pairs(spec, store)
    records = [record for side in found.values() for pair in side for record in pair.records]
    sides = report.results(spec, found, store, judge(CLAIMS, SIDES, records, spec.seed))
    settings = [report.genes_subtitle(spec), report.neurons_subtitle(spec)]
    figure = comparison_chart(sides, settings).figure
    assert len(words_of(figure)) > 60
    assert faults(figure) == []


def test_csv_holds_the_numbers_of_the_records(made: Made) -> None:
    rows = list(csv.DictReader((made[1] / "comparison.csv").read_text().splitlines()))
    assert {row["panel"] for row in rows} == {"performance", "crossing", "spectrum", "knock-out", "association"}
    record = pairs(made[0], made[2])["neurons"][1].records[1]
    found = [
        float(row["y"])
        for row in rows
        if (row["panel"], row["side"], row["arm"], row["series"], row["x"], row["replicate"])
        == ("crossing", "neurons", "dropout", "children", "matched", "1")
    ]
    assert found == pytest.approx([record.values["children_natural:matched"]], rel=1e-5)


def test_summary_holds_the_findings_and_is_strict_json(made: Made) -> None:
    summary = json.loads((made[1] / "summary.json").read_text(), parse_constant=pytest.fail)
    for found in summary["findings"]:
        low, high = found["interval_95"]
        if low is None:
            assert found["verdict"] == "undetermined"
            assert found["reason"]
        else:
            assert low <= found["difference"] <= high
    assert len(summary["claims"]) == len(CLAIMS) * 2 - 1


def test_records_are_one_line_a_replicate_and_arm(made: Made) -> None:
    lines = (made[1] / "records.jsonl").read_text().splitlines()
    keys = [(r["experiment"], r["arm"], r["replicate"]) for r in map(json.loads, lines)]
    assert len(keys) == len(set(keys)) == 4 * made[0].replicates


class Page(HTMLParser):
    """Collects what a page would fetch and whether its tags close."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.fetched += [value or "" for name, value in attrs if name == "src" or (tag == "link" and name == "href")]
        if tag not in {"meta", "link", "br", "img"}:
            self.open.append(tag)

    def handle_startendtag(self, _: str, attrs: list[tuple[str, str | None]]) -> None:
        self.fetched += [value or "" for name, value in attrs if name == "src"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_page_is_whole_and_fetches_nothing(made: Made) -> None:
    text = (made[1] / "index.html").read_text()
    page = Page()
    page.feed(text)
    assert not page.open
    assert not page.fetched
    assert "nan" not in re.sub(r"<svg.*</svg>", "", text, flags=re.DOTALL).lower().split()


@pytest.mark.parametrize("made", ["landscape", "gene network"], indirect=True)
def test_products_are_the_same_the_second_time(made: Made, tmp_path: Path) -> None:
    again = tmp_path / "again"
    RunFolder(again).claim(dump_toml(made[0]), "")
    report.write_report(made[0], pairs(made[0], made[2]), made[2], [], again)
    for name in report.PRODUCTS:
        assert (again / name).read_bytes() == (made[1] / name).read_bytes(), name


@pytest.mark.parametrize("made", ["landscape"], indirect=True)
def test_text_from_the_user_is_escaped(tmp_path: Path, made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    found = pairs(made[0], made[2])
    monkeypatch.setattr("analysis.experiments.neurons.data_digest", lambda _: "")
    spec = made[0].model_copy(
        update={"neurons": made[0].neurons.model_copy(update={"data": "idx:/x/$\\bad$<script>alert(1)"})}
    )
    report.write_report(spec, found, made[2], [], tmp_path)
    page = (tmp_path / "index.html").read_text()
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_undefined_numbers_are_a_dash() -> None:
    assert numbers.number(float("nan")) == "–"
    assert numbers.signed(float("nan")) == "–"
    assert np.isfinite(numbers.decimals_for(float("nan"), float("inf")))
