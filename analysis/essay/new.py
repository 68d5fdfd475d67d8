"""A short essay to start from, which shows every shortcode at work."""

from datetime import date
from pathlib import Path

from analysis.essay.accepted import shown_by, values_file
from analysis.essay.composing import compose
from analysis.essay.errors import EssayError, Problem
from analysis.ledger.ledger import Ledger
from analysis.runs.folder import write_whole

_START = Path(__file__).parent / "templates" / "new.md"


def new(path: Path, ledger: Ledger | None = None, *, today: date | None = None) -> list[Path]:
    """Write an essay to start from; with a ledger also what it shows, as accepted. Returns what was written.

    Raises EssayError where there is something already, or where the name is none of an essay.
    """
    if path.suffix != ".md":
        raise EssayError(path, [Problem(line=1, says=f"an essay is a file of Markdown; call it {path.stem}.md")])
    for there in (path, values_file(path)):
        if there.exists():
            raise EssayError(there, [Problem(line=1, says="is there already; choose another name")])
    start = _START.read_text(encoding="utf-8").replace("DATE", str(today or date.today()))  # noqa: DTZ011 - the author's
    write_whole(path, start.encode())
    if ledger is None:
        return [path]
    shown_by(compose(path, ledger)).write(values_file(path))
    return [path, values_file(path)]
