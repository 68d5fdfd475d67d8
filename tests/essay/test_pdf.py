import sys
from pathlib import Path

import pytest

from analysis.essay.build import build
from analysis.essay.pdf import PdfError, maker
from tests.essay.small import ESSAY, ledger


@pytest.fixture
def essay(tmp_path: Path) -> Path:
    path = tmp_path / "essay.md"
    path.write_text(ESSAY, encoding="utf-8")
    return path


def test_without_weasyprint_one_sentence_says_how_to_have_it(essay: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(PdfError, match=r"pip install 'mixability\[pdf\]'"):
        build(essay, ledger(), essay.parent / "out", pdf=True)
    assert not (essay.parent / "out").exists()


def test_an_essay_on_paper(essay: Path) -> None:
    try:
        maker()
    except PdfError as error:
        pytest.skip(str(error))
    built = build(essay, ledger(), essay.parent / "out", pdf=True)
    assert built.files[-1] == essay.parent / "out" / "essay.pdf"
    assert built.files[-1].read_bytes().startswith(b"%PDF-")
