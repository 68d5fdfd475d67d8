import re
import sys
from base64 import b64encode
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.essay.build import build
from analysis.essay.composing import compose
from analysis.essay.page import page
from analysis.ledger.ledger import Ledger
from tests.essay.html import Page
from tests.essay.small import ESSAY, kept, scene
from tests.essay.small import ledger as small


def paged(text: str, ledger: Ledger, folder: Path, *, raw_html: bool = False) -> str:
    path = folder / "essay.md"
    path.write_text(text, encoding="utf-8")
    composed = compose(path, ledger, raw_html=raw_html)
    assert not composed.others
    assert not composed.unanswered
    return page(composed)


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return small()


@pytest.fixture(scope="module")
def html(ledger: Ledger, tmp_path_factory: pytest.TempPathFactory) -> str:
    return paged(ESSAY, ledger, tmp_path_factory.mktemp("essay"))


@pytest.fixture(scope="module")
def sample(html: str) -> Page:
    return Page(html)


def test_the_text_shows_what_the_ledger_says(sample: Page) -> None:
    said = sample.text.replace("\N{NO-BREAK SPACE}", " ")
    assert "keep 85 % of what their parents knew; of the others, 55 %" in said
    assert "is +0.30 [+0.29, +0.31], over 6 pairs" in said
    assert "halves of strangers work, and it is supported." in said
    assert "“It should not work”, says" in said
    assert "12,345" in said
    assert "{{ value: crossing.count }}" in said


def test_every_link_within_the_page_leads_somewhere_and_back(sample: Page) -> None:
    links = [each["href"] for each in sample.all("a")]
    inside = [link[1:] for link in links if link.startswith("#")]
    assert set(inside) <= sample.ids
    assert all(link.startswith(("#", "https://", "http://", "mailto:")) for link in links)
    explained = [each for each in sample.all("a") if "data-explained" in each]
    assert {"number", "verdict", "told", "term", "reference"} == {each["class"] for each in explained}
    back = {each["href"][1:] for each in sample.with_class("back")}
    assert back == {each["id"] for each in explained if "id" in each}


def test_a_number_says_how_it_was_computed(sample: Page, html: str) -> None:
    number = next(each for each in sample.with_class("number"))
    note = html[html.index(f'<li id="{number["href"][1:]}"') :]
    note = note[: note.index("</li>")]
    for said in ("85", "0.8500", "6 replicates", "crossing/work[apart].with", "mixability scene run crossing"):
        assert said in note


def test_sources_and_footnotes_are_numbered_together_in_their_order(sample: Page, html: str) -> None:
    numbers = re.findall(r'role="doc-noteref"[^>]*>(\d+)</a>', html)
    assert numbers == ["1", "2", "1", "3"]
    notes = html[html.index('<ol class="notes">') :]
    assert notes.index("Livnat") < notes.index("Srivastava") < notes.index("Kin are")
    assert len(sample.with_class("back")) >= 4


def test_headings_are_in_order_and_landmarks_are_there(sample: Page) -> None:
    levels = [int(tag[1]) for tag, _ in sample.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    for tag in ("header", "nav", "main", "footer"):
        assert len(sample.all(tag)) == 1
    assert sample.all("html")[0]["lang"] == "en"
    skip = sample.with_class("skip")[0]["href"]
    assert sample.all("main")[0]["id"] == skip[1:]
    contents = [each["href"] for each in sample.all("a") if each["href"].endswith("a-claim-and-what-became-of-it")]
    assert contents


def test_the_page_needs_nothing_but_itself(sample: Page, html: str) -> None:
    for tag, attributes in sample.elements:
        assert tag not in ("link", "iframe", "object", "embed", "base")
        for name in ("src", "srcset", "poster", "data", "action", "xlink:href"):
            assert attributes.get(name, "#").startswith(("#", "data:"))
        if tag != "a":
            assert attributes.get("href", "#").startswith("#")
    assert "@import" not in html
    assert not [url for url in re.findall(r"url\(([^)]*)\)", html) if not url.startswith("#")]
    (policy,) = [each["content"] for each in sample.all("meta") if each.get("http-equiv") == "Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'sha256-" in policy
    assert "unsafe-inline" not in policy.split("style-src")[0]


def test_figures_are_described_and_are_there_in_both_themes(sample: Page, html: str) -> None:
    svg = next(each for each in sample.all("svg") if each.get("role") == "img")
    assert {svg["aria-labelledby"], svg["aria-describedby"]} <= sample.ids
    assert "Do halves of two strangers make a working whole?" in sample.text
    used = set(re.findall(r"var\((--c-[0-9a-f]{6}-[0-9a-f]{6})\)", html))
    assert used
    for name in used:
        light, dark = name.split("-")[-2:]
        assert f"{name}: #{light}" in html
        assert f"{name}: #{dark}" in html


def test_a_figure_may_be_there_twice(ledger: Ledger, tmp_path: Path) -> None:
    text = '# A\n\n{{ figure: crossing }}\n\n{{ figure: crossing | caption "Again <b>" }}'
    found = Page(paged(text, ledger, tmp_path))
    assert "Figure 2. Again <b>" in found.text


HOSTILE = """# A <script>alert(1)</script> & "b"

<script>alert(2)</script> <img src=x onerror=alert(3)> <b>bold</b>

<div onclick="alert(4)">block</div>

[a](javascript:alert(5)) [b](JaVaScRiPt:alert(6)) [c](data:text/html,<script>) [d](vbscript:x) [e](//example.org)
[f](&#106;avascript:alert(7)) [g](<java script:alert(8)>) [h](file:///etc/passwd) <javascript:alert(9)>
[i](\\\\\\\\example.org) [j](ftp://example.org)

[k](http://example.org "x\\" onmouseover=\\"alert(10)") [l](mailto:a@example.org) [m](other.html) [n](#deeper)

## Deeper

`<script>` and

```html"><script>
<script>alert(11)</script>
```
"""


def test_what_an_author_writes_is_text(ledger: Ledger, tmp_path: Path) -> None:
    front = '---\ntitle: "<script>alert(0)</script>"\nauthor: "\\"><script>"\ndescription: "</style><b>"\n---\n'
    for text in (HOSTILE, front + HOSTILE.partition("\n")[2]):
        found = Page(paged(text, ledger, tmp_path))
        assert len(found.all("script")) == 1
        assert not found.all("img")
        assert not found.all("b")
        assert not [name for _, attributes in found.elements for name in attributes if name.startswith("on")]
        links = {each["href"] for each in found.all("a") if not each["href"].startswith("#")}
        assert links == {
            "http://example.org",
            "mailto:a@example.org",
            "other.html",
            "java%20script:alert(8)",
            "%5C%5Cexample.org",
        }
        assert "alert(2)" in found.text


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.sampled_from(
            [
                "<",
                ">",
                '"',
                "'",
                "&",
                "`",
                "*",
                "_",
                "[",
                "](",
                ")",
                "\n",
                "\n\n",
                "{{",
                "}}",
                "|",
                "javascript:",
                "x",
                " ",
                "<script>",
                "-->",
                "<!--",
                "\\",
                "> ",
                "- ",
                "[^x]",
                "![",
                "#",
            ]
        )
    )
)
def test_no_text_breaks_out_of_the_page(ledger: Ledger, tmp_path: Path, parts: list[str]) -> None:
    path = tmp_path / "essay.md"
    path.write_text("---\ntitle: a\n---\n\n" + "".join(parts), encoding="utf-8")
    composed = compose(path, ledger)
    if composed.others or composed.unanswered:
        return
    found = Page(page(composed))
    assert len(found.all("script")) == 1
    assert all("javascript" not in each["href"][:12] for each in found.all("a"))


def test_raw_html_is_let_through_when_asked_but_its_scripts_do_not_run(ledger: Ledger, tmp_path: Path) -> None:
    html = paged("# A\n\n<b>bold</b>\n\n<script>alert(1)</script>", ledger, tmp_path, raw_html=True)
    assert "<b>bold</b>" in html
    ours = len(Page(paged("# A", ledger, tmp_path)).all("script"))
    assert len(Page(html).all("script")) == ours + 1
    policy = html[html.index("script-src") : html.index("style-src")]
    assert policy.count("sha256-") == ours


def test_what_a_ledger_says_is_text(tmp_path: Path) -> None:
    bad = "</title></svg><script>alert(1)</script>\"' onload=x --> ]]> <style>"
    hostile = scene(title=bad, how=bad, reading=lambda _: bad, summary=lambda _: bad)
    ledger = Ledger("smoke", {"crossing": kept(hostile)}, small().claims)
    found = Page(
        paged("# A\n\n{{ figure: crossing }}\n\n{{ table: crossing }}\n\n{{ table: claims }}", ledger, tmp_path)
    )
    assert len(found.all("script")) == 1
    assert not [name for _, attributes in found.elements for name in attributes if name.startswith("on")]
    assert bad in found.text


def test_the_live_piece_runs_and_is_still_on_paper(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    still = '<noscript><p style="color:var(--ink)">still</p></noscript>'
    live = ModuleType("live")
    live.__dict__["fragment"] = lambda: f"<div><script>let a = 1 < 2;</script>{still}</div>"
    monkeypatch.setitem(sys.modules, "analysis.essay.explorable", live)
    html = paged("# A\n\n{{ explore }}", ledger, tmp_path)
    digest = b64encode(sha256(b"let a = 1 < 2;").digest()).decode()
    assert digest in Page(html).all("meta")[2]["content"]
    on_paper = page(compose(tmp_path / "essay.md", ledger), on_paper=True)
    assert '<div class="wide live"><p style="color:#222222">still</p></div>' in on_paper
    assert not Page(on_paper).all("script")


def test_the_authors_pictures_are_within_the_page(ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a b.png").write_bytes(b"\x89PNG")
    (tmp_path / "essay.md").write_text('# A\n\n![the <words> "x"](<in/a b.png>)')
    build(tmp_path / "essay.md", ledger, tmp_path / "out")
    found = Page((tmp_path / "out" / "index.html").read_text())
    assert found.all("img") == [{"src": "data:image/png;base64,iVBORw==", "alt": 'the <words> "x"'}]
    assert (tmp_path / "out" / "in" / "a b.png").read_bytes() == b"\x89PNG"


def test_other_languages_keep_their_quotation_marks(ledger: Ledger, tmp_path: Path) -> None:
    html = paged('---\ntitle: a\nlang: de\n---\n"so"', ledger, tmp_path)
    assert Page(html).all("html")[0]["lang"] == "de"
    assert "&quot;so&quot;" in html


def test_equal_input_gives_equal_bytes(html: str, ledger: Ledger, tmp_path: Path) -> None:
    assert paged(ESSAY, ledger, tmp_path) == html
