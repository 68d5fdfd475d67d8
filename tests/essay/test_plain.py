from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from analysis.essay.build import build
from analysis.ledger.ledger import Ledger
from tests.essay.html import Page
from tests.essay.small import ESSAY
from tests.essay.small import ledger as small


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return small()


def plain(text: str, ledger: Ledger, folder: Path) -> str:
    (folder / "essay.md").write_text(text, encoding="utf-8")
    build(folder / "essay.md", ledger, folder / "out")
    return (folder / "out" / "essay.md").read_text(encoding="utf-8")


def test_front_matter_is_kept_and_shortcodes_become_text(ledger: Ledger, tmp_path: Path) -> None:
    text = plain(ESSAY, ledger, tmp_path)
    front = ESSAY[: ESSAY.index("---\n", 4) + 4]
    assert text.startswith(front)
    assert "tags: [sex, dropout]" in front
    assert "is +0.30 \\[+0.29, +0.31\\], over\n6 pairs" in text
    assert "`{{ value: crossing.count }}` | 12,345 |" in text
    assert text.count("{{") == 2
    assert "older idea,[^source-livnat2008] and" in text
    assert text.count("[^source-livnat2008]: A. Livnat") == 1
    assert "[^kin]: Kin are" in text


def test_figures_are_pictures_with_words(ledger: Ledger, tmp_path: Path) -> None:
    text = plain(ESSAY, ledger, tmp_path)
    image = next(
        token for inline in MarkdownIt().parse(text) for token in inline.children or [] if token.type == "image"
    )
    assert (tmp_path / "out" / str(image.attrs["src"])).read_bytes().startswith(b"\x89PNG")
    (shown,) = Page(MarkdownIt().render(text)).all("img")
    assert shown["alt"].startswith("Do halves of two strangers make a working whole?")
    assert "+0.30 [+0.29, +0.31]" in shown["alt"]


def test_what_a_shortcode_shows_means_nothing_to_markdown(ledger: Ledger, tmp_path: Path) -> None:
    text = plain("# A\n\n> - {{ table: claims essay=000 }}\n\n{{ value: crossing.low | ci }}(b)", ledger, tmp_path)
    found = Page(MarkdownIt("commonmark").enable("table").render(text))
    assert "On <sex> & dropout, A. N. Author" in found.text
    assert not found.all("sex")
    assert not found.all("a")
    assert len(found.all("blockquote")) == len(found.all("li")) == len(found.all("table")) == 1


def test_an_essay_without_front_matter_or_shortcodes_stays_as_it_is(ledger: Ledger, tmp_path: Path) -> None:
    text = "# A\n\nb *c* <d> \\{{ e }} {{< f >}}\n\n    {{ g }}"
    assert plain(text, ledger, tmp_path).startswith(text)
