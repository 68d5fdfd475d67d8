"""The ledger: what is claimed, what came, and that nothing is lost between a run and a page."""

import csv
import json
from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from analysis.experiments.cells import Cell
from analysis.ledger.kept import Kept
from analysis.ledger.ledger import Ledger
from analysis.ledger.report import counts, write_ledger
from analysis.ledger.running import cells_for, gathered, run, scenes_of
from analysis.ledger.statements import RULINGS, LedgerError, Statement, Statements, statements
from analysis.runs.spec import SpecError
from analysis.runs.store import Store
from analysis.scenes.claim import Claim, Law
from analysis.scenes.play import Performance, cells
from analysis.scenes.registry import SCENES
from analysis.stats import Verdict

CLAIMS = Statements.model_validate(
    {
        "essays": {"000": {"title": "One <essay>", "author": "somebody", "about": "about"}},
        "sources": {"book": {"authors": "A. Author", "year": 2000, "title": "A book", "where": "A place"}},
        "claims": {
            "000-1": {"id": "000-1", "says": "sex wins the race", "kind": "experiment", "asks": ["race/faster"],
                      "reference": "some 300 generations", "sources": ["book"]},
            "000-2": {"id": "000-2", "says": "a date is wrong", "kind": "documentary", "verdict": "contradicted",
                      "because": "it was another year"},
            "000-3": {"id": "000-3", "says": "both", "kind": "experiment", "asks": ["race/faster", "cloning/end"]},
            "000-4": {"id": "000-4", "says": "is sex faster?", "kind": "open question", "asks": ["race/faster"]},
        },
    }
)  # fmt: skip


def kept(scene: str = "race", replicates: int = 5) -> Kept:
    found = SCENES[scene]
    settings = found.settings.model_validate(found.smoke.settings)
    outcomes = [found.run(settings, 1, replicate) for replicate in range(replicates)]
    return Kept.of(found, "smoke", 1, outcomes, failed=0, seconds=3.0, provenance={"spec": {"grown_by": found.code}})


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return Ledger("smoke", {"race": kept()}, CLAIMS)


@pytest.fixture(scope="module")
def folder(ledger: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ledger")
    write_ledger(ledger, path)
    return path


def test_every_claim_of_the_essays_has_its_row() -> None:
    found = statements()
    assert len(found.claims) == 63
    counted = {essay: sum(claim.essay == essay for claim in found.claims.values()) for essay in found.essays}
    assert counted == {"000": 16, "001": 10, "002": 13, "003": 13, "004": 11}
    for claim in found.claims.values():
        assert claim.says
        assert claim.kind != "documentary" or claim.sources, claim.id


def test_what_claims_ask_is_what_scenes_claim() -> None:
    for claim in statements().claims.values():
        for ask in claim.asks:
            scene, _, name = ask.partition("/")
            known = {one.name: one for one in SCENES[scene].claims}
            assert name in known, f"{claim.id} asks {ask}"
            if claim.kind == "exact":
                found = known[name]
                assert isinstance(found, Law) or found.direction == 0, f"{claim.id} asks {ask}"


def test_every_scene_serves_a_claim() -> None:
    asked = {ask for claim in statements().claims.values() for ask in claim.asks}
    assert {name for name in SCENES if not any(ask.startswith(f"{name}/") for ask in asked)} == set()


def test_a_claim_that_nothing_answers_is_refused() -> None:
    with pytest.raises(ValidationError, match="either what it asks, or a verdict"):
        Statement(id="000-1", says="x", kind="experiment")
    with pytest.raises(ValidationError, match="because of what"):
        Statement(id="000-1", says="x", kind="documentary", verdict="supported")
    wrong = CLAIMS.model_dump() | {"essays": {}}
    with pytest.raises(ValidationError, match="essay 000, which is not described"):
        Statements.model_validate(wrong)


def test_verdicts_are_those_of_the_scenes(ledger: Ledger) -> None:
    one, two, three, question = ledger.entries.values()
    results = ledger.scenes["race"].results
    assert one.verdict == str(results.overall(results.claims[0]))
    assert one.replicates == 5
    assert one.command == "mixability claims run 000-1 --scale smoke"
    assert one.sources == ["A. Author (2000). A book. A place."]
    assert (two.verdict, two.because, two.command) == ("contradicted", "it was another year", "")
    assert (three.verdict, three.because) == ("not run", "1 scene not run: cloning.")
    assert ledger.missing == ["cloning"]
    assert question.verdict == one.verdict
    assert counts(ledger) == {one.verdict: 2, "contradicted": 1, "not run": 1}


def test_p_values_are_corrected_over_the_whole_ledger() -> None:
    several = Ledger("smoke", {"race": kept(), "cloning": kept("cloning")}, CLAIMS)
    told = {(t.scene, t.answer.condition): t.answer for e in several.entries.values() for t in e.answers}
    raw = [answer.p_value for answer in told.values()]
    assert len(raw) > 2
    smallest = min(told.values(), key=lambda answer: answer.p_value)
    assert smallest.as_dict()["p_holm"] == pytest.approx(min(1.0, len(raw) * smallest.p_value))


def test_what_is_written_is_read_again(ledger: Ledger, folder: Path) -> None:
    again = Ledger.read(folder, CLAIMS)
    assert again.digest == ledger.digest
    assert again.scale == "smoke"
    for name, values in ledger.scenes["race"].values.items():
        assert np.array_equal(again.scenes["race"].values[name], values, equal_nan=True)
    assert again.scenes["race"].results.answers == ledger.scenes["race"].results.answers
    first = (folder / "scenes" / "race.npz").read_bytes(), (folder / "ledger.json").read_bytes()
    write_ledger(ledger, folder)
    assert first == ((folder / "scenes" / "race.npz").read_bytes(), (folder / "ledger.json").read_bytes())


def test_the_tables_tell_every_claim(ledger: Ledger, folder: Path) -> None:
    said = json.loads((folder / "ledger.json").read_text())
    assert [claim["id"] for claim in said["claims"]] == list(ledger.entries)
    assert said["claims"][0]["answers"][0]["sentence"] == ledger.entries["000-1"].answers[0].answer.sentence
    rows = list(csv.DictReader((folder / "ledger.csv").read_text().splitlines()))
    assert [row["verdict"] for row in rows] == [entry.verdict for entry in ledger.entries.values()]
    answers = list(csv.DictReader((folder / "answers.csv").read_text().splitlines()))
    assert [row["claim"] for row in answers] == ["000-1", "000-3", "000-4"]
    comparison = ledger.scenes["race"].results.answers[0]
    assert float(answers[0]["difference"]) == comparison.as_dict()["difference"]


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, Mapping[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_the_page_shows_every_claim_and_escapes(ledger: Ledger, folder: Path) -> None:
    tags = Tags()
    tags.feed((folder / "index.html").read_text())
    ids = [attributes["id"] for tag, attributes in tags.found if tag == "details"]
    assert ids == [f"claim-{name}" for name in ledger.entries]
    pictures = [attributes for tag, attributes in tags.found if tag == "img"]
    assert all((folder / str(attributes["src"])).exists() and attributes["alt"] for attributes in pictures)
    assert "One <essay>" in "".join(tags.text)
    assert "essay" not in [tag for tag, _ in tags.found]
    assert "script" not in [tag for tag, _ in tags.found]


def test_numbers_are_found_by_their_address(ledger: Ledger) -> None:
    claim, condition = SCENES["race"].claims[0], "additive fitness"
    assert isinstance(claim, Claim)
    found = ledger.scenes["race"].results.comparison(claim, condition)
    assert ledger.value(f"race/faster[{condition}]").number == found.difference
    assert ledger.value(f"race/faster[{condition}].difference").low == found.low
    assert ledger.value(f"race/faster[{condition}].with").number == found.with_mixing
    assert ledger.value(f"race/faster[{condition}].n").number == 5
    assert ledger.value("race.until:sexual").number == pytest.approx(found.with_mixing)
    assert ledger.value("race.until:sexual").command == "mixability scene run race --scale smoke"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("race", "is no address"),
        ("rase.until:sexual", "did you mean race"),
        ("race.until:sexal", "did you mean until:sexual"),
        ("race.good:sexual", "is a curve"),
        ("race/fastr[additive fitness]", "did you mean faster"),
        ("race/faster[additiv]", "did you mean additive fitness"),
        ("race/faster[additive fitness].diff", "there are difference, without"),
    ],
)
def test_an_address_that_leads_nowhere_says_where_to(ledger: Ledger, address: str, words: str) -> None:
    with pytest.raises(LedgerError, match=words):
        ledger.value(address)


def test_records_that_were_altered_are_not_believed(ledger: Ledger, tmp_path: Path) -> None:
    ledger.write(tmp_path)
    file = tmp_path / "scenes" / "race.npz"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(LedgerError, match="digest differs"):
        Ledger.read(tmp_path)
    (tmp_path / "scenes" / "race.json").write_text("{")
    with pytest.raises(LedgerError, match="cannot be read"):
        Ledger.read(tmp_path)
    with pytest.raises(LedgerError, match="claims run --all --scale smoke"):
        Ledger.read(tmp_path / "nothing")


def test_other_code_is_noticed(ledger: Ledger) -> None:
    race = ledger.scenes["race"]
    assert race.is_current
    assert not replace(race, provenance={"spec": {"grown_by": "other"}}).is_current


def test_a_ledger_is_what_the_store_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.ledger.running.statements", lambda: CLAIMS)
    monkeypatch.setattr("analysis.ledger.ledger.statements", lambda: CLAIMS)
    assert scenes_of(["000-2", "000-3"]) == ["race", "cloning"]
    with pytest.raises(LedgerError, match="no claim is called '000-9'"):
        scenes_of(["000-9"])
    store = Store(tmp_path)
    asked = cells_for(["race"], "smoke", 1)
    done = list(run(asked[:4], store, 1))
    assert gathered("smoke", 1, store).scenes == {}, "not all of it is done"
    done += list(run(asked, store, 1))
    assert [one.state for one in done] == ["made"] * 4 + ["found"] * 4 + ["made"]
    found = gathered("smoke", 1, store)
    assert found.digest == Ledger("smoke", {"race": kept()}, CLAIMS).digest
    assert found.scenes["race"].is_current
    assert found.scenes["race"].seconds > 0.0


def test_a_scene_without_its_data_is_told_before_the_run_and_not_gathered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def some(asked: Performance) -> list[Cell]:
        if asked.scene != "race":
            raise SpecError([f"images need {'b' if asked.scene == 'width' else 'a'}"])
        return cells(asked)

    monkeypatch.setattr("analysis.ledger.running.cells", some)
    monkeypatch.setattr("analysis.ledger.running.statements", lambda: CLAIMS)
    with pytest.raises(SpecError) as caught:
        cells_for(["race", "cloning", "width", "keep"], "smoke", 1)
    assert caught.value.problems == [
        "cloning and keep cannot be run here: images need a",
        "width cannot be run here: images need b",
    ]
    store = Store(tmp_path)
    assert len(list(run(cells_for(["race"], "smoke", 1), store, 1))) == 5
    assert list(gathered("smoke", 1, store).scenes) == ["race"]


def test_verdicts_are_the_rulings_and_what_cannot_be_tested() -> None:
    assert {str(verdict) for verdict in Verdict} | {"not testable here", "not run"} == set(RULINGS)


def test_failed_replicates_are_told() -> None:
    entry = Ledger("smoke", {"race": replace(kept(), failed=2)}, CLAIMS).entries["000-1"]
    assert entry.because.endswith("2 replicates could not be finished.")


def test_a_row_says_what_its_numbers_decide(ledger: Ledger) -> None:
    claim = SCENES["race"].claims[0]
    assert ledger.entry("000-1").because.startswith(f"“{claim.says[0].upper()}{claim.says[1:]}”: {claim.measure}, ")
