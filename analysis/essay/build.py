"""From an essay and a ledger to a page, plain Markdown with its pictures, and a PDF."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.essay.accepted import Change, changes, read_accepted, shown_by, stale, values_file
from analysis.essay.composing import compose
from analysis.essay.errors import EssayError, Problem
from analysis.essay.page import page
from analysis.essay.pdf import maker
from analysis.essay.pdf import pdf as as_pdf
from analysis.essay.plain import images, plain
from analysis.ledger.ledger import Ledger
from analysis.runs.folder import write_whole

INDEX = "index.html"


@dataclass(frozen=True, kw_only=True)
class Built:
    """What was written."""

    files: Sequence[Path]
    shown: int
    """Different shortcodes that show something of a run."""
    changed: Sequence[Change]
    """Against what was accepted before; of an essay of which nothing was, none."""
    stale: str
    """That the ledger is another than the one accepted, or empty."""
    accepted: bool
    """Whether all this is accepted now."""


def build(
    text: Path, ledger: Ledger, out: Path, *, raw_html: bool = False, pdf: bool = False, accept: bool = False
) -> Built:
    """Write ``index.html``, ``NAME.md`` with ``images/``, and with ``pdf`` also ``NAME.pdf``, into a folder.

    ``raw_html`` lets the author's HTML through into the page; ``accept`` keeps what is shown as accepted. Raises
    EssayError with all that is wrong, PdfError where there can be no PDF, FolderError where nothing can be written.
    """
    if pdf:
        maker()
    composed = compose(text, ledger, raw_html=raw_html)
    if problems := [*composed.others, *composed.unanswered.values()]:
        raise EssayError(text, problems)
    if (out / text.name).resolve() == text.resolve():
        raise EssayError(text, [Problem(line=1, says=f"{out} is where the essay itself lies; choose another folder")])
    before = read_accepted(text)
    now = shown_by(composed)
    products = {
        INDEX: page(composed).encode(),
        f"{text.stem}.md": plain(composed).encode(),
        **images(composed),
        **({f"{text.stem}.pdf": as_pdf(page(composed, on_paper=True))} if pdf else {}),
    }
    for name, content in products.items():
        write_whole(out / name, content)
    if accept:
        now.write(values_file(text))
    return Built(
        files=[out / name for name in products],
        shown=len(now.shown),
        changed=changes(composed, before) if before else [],
        stale=stale(before, now),
        accepted=accept,
    )
