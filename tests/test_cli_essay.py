"""Essays at the door."""

from pathlib import Path

from tests.door import Door

TEXT = """---
title: A race
---
Sex needs {{ value: two-locus/mixers[3 alleles].with | digits 2 | ci }}.
"""


def test_an_essay_needs_a_ledger(mixability: Door, tmp_path: Path) -> None:
    (tmp_path / "mine.md").write_text(TEXT)
    code, _, err = mixability("essay", "build", "mine.md", "--ledger", "nowhere")
    assert code == 2
    assert "there is no ledger in nowhere" in err


def test_an_essay_is_built_accepted_and_checked(mixability: Door, tmp_path: Path) -> None:
    assert mixability("claims", "run", "002-5", "--scale", "smoke", "--quiet")[0] == 0
    (tmp_path / "mine.md").write_text(TEXT)
    code, out, err = mixability("essay", "check", "mine.md")
    assert code == 3, err
    code, out, err = mixability("essay", "build", "mine.md", "--accept")
    assert code == 0, err
    page = tmp_path / "runs" / "essay" / "mine" / "index.html"
    assert str(page.relative_to(tmp_path)) in out
    assert page.with_name("mine.md").exists()
    code, out, _ = mixability("essay", "check", "mine.md")
    assert code == 0
    assert "all as accepted" in out
    (tmp_path / "mine.md").write_text(TEXT.replace("mixers", "mixer"))
    code, _, err = mixability("essay", "build", "mine.md")
    assert code == 2
    assert "mine.md:4:" in err
    assert "mixers" in err


def test_the_live_piece_is_one_file(mixability: Door, tmp_path: Path) -> None:
    code, out, _ = mixability("explore", "--no-open", "--out", "here/piece.html")
    assert code == 0
    assert "here/piece.html" in out
    assert "<script>" in (tmp_path / "here" / "piece.html").read_text()
