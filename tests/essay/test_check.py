import json
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from analysis.essay.accepted import values_file
from analysis.essay.build import build
from analysis.essay.check import check
from analysis.essay.errors import EssayError
from analysis.essay.new import new
from analysis.essay.shortcode import mark, parse
from analysis.ledger.ledger import Ledger
from analysis.ledger.statements import statements
from analysis.scenes.registry import SCENES
from tests.essay.small import CLAIMS, ESSAY, scene
from tests.essay.small import ledger as small

ROOT = Path(__file__).resolve().parents[2]
TEXT = """# A

{{ value: crossing/work[apart].difference | ci }} and {{ value: crossing.count | int }}

It is {{ verdict: 000-4 }}, {{ verdict: 002-1 }}.

{{ table: claims essay=000 }}
"""


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return small()


@pytest.fixture(scope="module")
def worse() -> Ledger:
    return small(better=-0.2)


@pytest.fixture
def essay(tmp_path: Path, ledger: Ledger) -> Path:
    path = tmp_path / "essay.md"
    path.write_text(TEXT)
    assert build(path, ledger, tmp_path / "out", accept=True).accepted
    return path


def test_nothing_has_changed(essay: Path, ledger: Ledger) -> None:
    found = check(essay, ledger)
    assert found.exit_code == 0
    assert not found.changed
    assert not found.stale
    assert found.lines == [f"{essay}: all as accepted (5 shortcodes)"]


def test_numbers_and_verdicts_that_changed_are_told_with_their_lines(essay: Path, worse: Ledger) -> None:
    found = check(essay, worse)
    assert found.exit_code == 3
    assert [(change.line, change.sentence) for change in found.changed] == [
        (3, "value: crossing/work[apart].difference | ci: 0.30 [0.29, 0.31] -> −0.20 [−0.21, −0.19]"),
        (5, "verdict: 000-4: supported -> contradicted"),
        (
            7,
            "table: claims essay=000: 000-4 | halves of strangers work | supported | “Halves of strangers work”: "
            "hybrid viability, apart +0.30 [+0.29, +0.31] (supported). -> 000-4 | halves of strangers work | "
            "contradicted | “Halves of strangers work”: hybrid viability, apart −0.20 [−0.21, −0.19] (contradicted).",
        ),
    ]
    assert "is another than" in found.stale
    assert found.lines[0].startswith(f"{essay}:3: value")
    assert "3 shortcodes of 5 not as accepted" in found.lines[-2]
    built = build(essay, worse, essay.parent / "out")
    assert list(built.changed) == list(found.changed)
    assert not built.accepted
    assert build(essay, worse, essay.parent / "out", accept=True).accepted
    assert check(essay, worse).exit_code == 0


def test_what_is_gone_and_what_is_new(essay: Path, ledger: Ledger) -> None:
    essay.write_text(TEXT + "\n{{ value: crossing.low }} {{ value: crossing.nothing }}\n")
    gone = Ledger("smoke", ledger.scenes, CLAIMS.model_copy(update={"claims": {"000-4": CLAIMS.claims["000-4"]}}))
    found = check(essay, gone)
    assert found.exit_code == 3
    told = {change.key: change.sentence for change in found.changed}
    assert told["verdict: 002-1"].startswith("verdict: 002-1: gone, showed contradicted: no claim is called '002-1'")
    assert told["value: crossing.low"] == "value: crossing.low: new, shows −0.28"
    assert [(problem.line, "'nothing'" in problem.says) for problem in found.problems] == [(9, True)]
    with pytest.raises(EssayError):
        build(essay, gone, essay.parent / "out", accept=True)
    assert check(essay, ledger).changed[0].key == "value: crossing.low"


def test_an_essay_of_which_nothing_was_accepted(tmp_path: Path, ledger: Ledger) -> None:
    path = tmp_path / "essay.md"
    path.write_text(TEXT)
    assert not build(path, ledger, tmp_path / "out").changed
    found = check(path, ledger)
    assert found.exit_code == 3
    assert all("new, shows" in change.sentence for change in found.changed)
    assert not values_file(path).exists()


def test_another_scale_is_a_note_and_no_failure(essay: Path, ledger: Ledger) -> None:
    said = json.loads(values_file(essay).read_text())
    values_file(essay).write_text(json.dumps({**said, "scale": "paper"}))
    found = check(essay, ledger)
    assert found.exit_code == 0
    assert found.stale == "The ledger is of scale smoke; values were accepted from one of scale paper."
    assert found.lines[-1] == found.stale


@pytest.mark.parametrize(
    "shortcode",
    ["value: crossing.count", "verdict: 000-4", "figure: crossing", "table: claims essay=000", "table: crossing"],
)
def test_records_of_other_code_are_a_note_and_no_failure(shortcode: str, tmp_path: Path, ledger: Ledger) -> None:
    path = tmp_path / "essay.md"
    path.write_text(f"# A\n\n{{{{ {shortcode} }}}}")
    of_old = replace(ledger.scene("crossing"), provenance={"spec": {"grown_by": "other"}}, seed=2)
    unused = replace(of_old, scene=scene("unused"))
    old = Ledger("smoke", {"crossing": of_old, "unused": unused}, CLAIMS)
    build(path, old, tmp_path / "out", accept=True)
    found = check(path, old)
    assert found.exit_code == 0
    assert found.lines[1:] == [
        "The code of scene crossing has changed since its records were computed: "
        "mixability claims run 000-4 --scale smoke --seed 2"
    ]


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"shown": 3, "scale": "", "digest": ""}', "\x00"])
def test_a_values_file_that_is_none(content: str, essay: Path, ledger: Ledger) -> None:
    values_file(essay).write_text(content)
    for ask in (lambda: check(essay, ledger), lambda: build(essay, ledger, essay.parent / "out")):
        with pytest.raises(EssayError, match="no file of accepted values"):
            ask()


def test_a_new_essay_asks_what_there_is(tmp_path: Path) -> None:
    path = tmp_path / "mine.md"
    assert new(path, today=date(2026, 1, 2)) == [path]
    text = path.read_text()
    assert "date: 2026-01-02" in text
    for taken in (path, tmp_path / "mine.txt"):
        with pytest.raises(EssayError, match=r"choose another name|call it mine\.md"):
            new(taken)
    assert path.read_text() == text
    values_file(tmp_path / "other.md").write_text("{}")
    with pytest.raises(EssayError, match="is there already"):
        new(tmp_path / "other.md")
    assert not (tmp_path / "other.md").exists()


def test_what_a_new_essay_asks_is_known_to_scenes_and_claims() -> None:
    marked, occurrences = mark((ROOT / "analysis" / "essay" / "templates" / "new.md").read_text(encoding="utf-8"))
    assert marked
    for shortcode in map(parse, occurrences):
        what = shortcode.argument
        if shortcode.name == "value" and "/" in what:
            scene, _, asked = what.partition("/")
            claims = {claim.name: claim.conditions for claim in SCENES[scene].claims}
            name, _, condition = asked.partition("[")
            assert condition.rpartition("]")[0] in claims[name]
        elif shortcode.name == "value":
            scene, _, number = what.partition(".")
            assert any(number in pair for claim in SCENES[scene].claims for pair in claim.conditions.values())
        elif shortcode.name in ("figure", "table", "command"):
            assert what in SCENES
        elif shortcode.name == "verdict":
            assert what in statements().claims
        elif shortcode.name == "cite":
            assert what in statements().sources
        else:
            assert shortcode.name in ("term", "explore")


def test_a_source_is_described_once() -> None:
    ours = tomllib.loads((ROOT / "analysis" / "essay" / "sources.toml").read_text(encoding="utf-8"))
    assert not ours.keys() & statements().sources.keys()
    assert ours


def test_a_caption_may_change(tmp_path: Path, ledger: Ledger) -> None:
    path = tmp_path / "essay.md"
    path.write_text('# A\n\n{{ figure: crossing | caption "one" }}')
    build(path, ledger, tmp_path / "out", accept=True)
    path.write_text('# A\n\n{{ figure: crossing | caption "two" }}')
    assert check(path, ledger).exit_code == 0


def test_a_new_essay_with_a_ledger_is_accepted(tmp_path: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    start = tmp_path / "start.md"
    start.write_text(ESSAY)
    monkeypatch.setattr("analysis.essay.new._START", start)
    path = tmp_path / "mine.md"
    assert new(path, ledger) == [path, values_file(path)]
    assert check(path, ledger).exit_code == 0
