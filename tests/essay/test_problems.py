"""What is wrong with an essay: every problem with its line, all at once."""

from pathlib import Path

import pytest

from analysis.essay.build import build
from analysis.essay.errors import EssayError
from analysis.ledger.ledger import Ledger
from tests.essay.small import ledger as small

FRONT = "---\ntitle: A title\n---\n"


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return small()


def problems(text: str, ledger: Ledger, folder: Path) -> list[tuple[int, str]]:
    path = folder / "essay.md"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(EssayError) as caught:
        build(path, ledger, folder / "out")
    assert not (folder / "out").exists()
    for problem in caught.value.problems:
        assert f"{path}:{problem.line}: {problem.says}" in str(caught.value).split("\n")
    return [(problem.line, problem.says) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("body", "line", "says"),
    [
        ("one\n\n{{ valeu: crossing.count }}", 6, "no shortcode 'valeu'; did you mean value?"),
        ("{{ value: crossing.cuont }}", 4, "did you mean count?"),
        ("{{ value: crosing.count }}", 4, "did you mean crossing?"),
        ("{{ value: crossing.curve }}", 4, "is a curve, not a number"),
        ("{{ value }}", 4, "value needs an address"),
        ("{{ value: crossing/work[apart].diff }}", 4, "has no 'diff'"),
        ("{{ value: crossing.count | pcnt }}", 4, "no filter 'pcnt'; did you mean pct?"),
        ("{{ verdict: 000-6 }}", 4, "no claim is called '000-6'"),
        ("{{ verdict: 000-4 | word | says }}", 4, "choose one of"),
        ("{{ verdict: 002-2 }}", 4, "claim 002-2 has no verdict yet: 1 scene not run: race. Run it with"),
        ("{{ figure: crosing }}", 4, "did you mean crossing?"),
        ("text {{ figure: crossing }} text", 4, "figure needs a paragraph of its own"),
        ("a|b\n-|-\n{{ table: claims }}|", 6, "table needs a paragraph of its own"),
        ("{{ table: claims essay=003 }}", 4, "there is no claim with essay=003"),
        ("{{ table: claims by=me }}", 4, "claims are chosen by"),
        ("{{ table: crossing essay=000 }}", 4, "nothing but its name"),
        ("{{ term: hybrid viabilty }}", 4, "did you mean hybrid viability?"),
        ("{{ cite: livnat2088 }}", 4, "did you mean livnat2008?"),
        ("{{ explore: me }}", 4, "takes no argument"),
        ("{{ explore }}\n\nagain:\n\n{{ explore }}", 8, "the live piece can stand in an essay once"),
        ("{{ command: crosing }}", 4, "did you mean crossing?"),
        ("one {{ value: crossing.count\n\ntwo", 4, "never closed"),
        ("[here]({{ value: crossing.count }})", 4, "cannot stand in an address"),
        ("![{{ value: crossing.count }}](a.png)", 4, "cannot stand in the words for a picture"),
        ("[^a]: {{ value: crossing.count }}", 4, "cannot stand where nothing is shown"),
        ("one[^a]", 4, "the footnote [^a] is nowhere defined"),
        ("one\n[two](#three)\n\n## Tree", 5, "there is no heading #three; did you mean tree?"),
        ("## One\n\n#### Two", 6, "leave none out"),
        ("## One\n\n# Two", 6, "only the title"),
        ("![](a.png)", 4, "a picture needs words"),
        ("a\n![words](http://example.org/a.png)", 5, "the page loads nothing"),
        ("![words](/etc/a.png)", 4, "the page loads nothing"),
        ("![words](../a.png)", 4, "outside the essay's folder"),
        ("![words](a.png)", 4, "there is no picture a.png"),
        ("![words](essay.md)", 4, "is no picture"),
    ],
)
def test_a_problem_is_told_with_its_line(body: str, line: int, says: str, ledger: Ledger, tmp_path: Path) -> None:
    found = problems(FRONT + body, ledger, tmp_path)
    assert any(where == line and says in told for where, told in found), found


def test_all_problems_are_told_at_once_in_their_order(ledger: Ledger, tmp_path: Path) -> None:
    one = "{{ a }}\n\n{{ value: b.c }} and\n{{ cite: d }}\n\n## One\n\n{{ value: crossing.count }}\n\n"
    body = one + "#### Two\n{{ e:\nf }} {{ g }}"
    assert [line for line, _ in problems(FRONT + body, ledger, tmp_path)] == [4, 6, 7, 13, 14, 15]


def test_lines_are_right_after_a_shortcode_that_goes_over_two(ledger: Ledger, tmp_path: Path) -> None:
    body = "{{ value: crossing.count\n| int }}\n\n#### Two\n\n![](a.png)"
    assert [line for line, _ in problems(FRONT + body, ledger, tmp_path)] == [7, 9, 9]


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("no title", 1, "needs a title"),
        ("---\ntitle: a\n", 1, "never closed"),
        ("---\nauthor: b\ntitle: >\n  long\n---\n", 3, "title must be words in one line"),
        ("---\ntitle: a\nlang: <b>\n---\n", 3, "lang must be a code of a language"),
        ("---\ntitle: a\n---\n\n\ue000", 5, "private use area"),
    ],
)
def test_front_matter_that_cannot_be_read(text: str, line: int, says: str, ledger: Ledger, tmp_path: Path) -> None:
    found = problems(text, ledger, tmp_path)
    assert any(where == line and says in told for where, told in found), found


def test_a_file_that_is_not_there_and_one_that_is_no_text(ledger: Ledger, tmp_path: Path) -> None:
    with pytest.raises(EssayError, match="cannot be read"):
        build(tmp_path / "none.md", ledger, tmp_path / "out")
    (tmp_path / "bad.md").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(EssayError, match="UTF-8"):
        build(tmp_path / "bad.md", ledger, tmp_path / "out")


@pytest.mark.parametrize(
    ("sources", "says"),
    [
        ("[a", "cannot be read"),
        ('[a]\nauthors = "b"', "source a, year"),
        ('[a]\nauthors="b"\nyear=1\ntitle="c"\nwhere="d"\nurl="javascript:alert(1)"', "must begin with https"),
    ],
)
def test_sources_beside_the_essay_that_cannot_be_read(sources: str, says: str, ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "essay.md").write_text("# A")
    (tmp_path / "sources.toml").write_text(sources)
    with pytest.raises(EssayError, match=says):
        build(tmp_path / "essay.md", ledger, tmp_path / "out")


def test_the_essay_is_never_written_over(ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "essay.md").write_text("# A")
    with pytest.raises(EssayError, match="choose another folder"):
        build(tmp_path / "essay.md", ledger, tmp_path)
    assert (tmp_path / "essay.md").read_text() == "# A"
