"""From an essay and a ledger to all that its shortcodes become, or to all that is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

from analysis.essay.bibliography import bibliography
from analysis.essay.desk import Desk
from analysis.essay.errors import Problem, ShortcodeError
from analysis.essay.markdown import parser
from analysis.essay.pictures import read_pictures
from analysis.essay.pieces.base import Piece
from analysis.essay.pieces.registry import PIECES
from analysis.essay.reading import Read, understand
from analysis.essay.shortcode import Shortcode
from analysis.essay.text import Text, read
from analysis.ledger.ledger import Ledger
from analysis.ledger.statements import LedgerError
from analysis.names import nearest

_BLOCKS = frozenset(name for name, piece in PIECES.items() if piece.block)


@dataclass(frozen=True, kw_only=True)
class Composed:
    """An essay with its shortcodes answered."""

    text: Text
    markdown: MarkdownIt
    read: Read
    desk: Desk
    pieces: Mapping[int, Piece]
    """By number."""
    unanswered: Mapping[int, Problem]
    """Why the others have no answer, by number."""
    pictures: Mapping[str, bytes]
    """The author's own, by address."""
    others: Sequence[Problem]
    """What is wrong apart from answers."""

    def line(self, number: int) -> int:
        """Of a shortcode in the file."""
        return self.read.line(number, self.text)


def compose(path: Path, ledger: Ledger, *, raw_html: bool = False) -> Composed:
    """Read an essay and answer its shortcodes in their order.

    Raises EssayError where the text or a bibliography cannot be read at all; what else is wrong is gathered.
    """
    text = read(path)
    markdown = parser(raw_html=raw_html, english=text.language.lower().startswith("en"))
    understood = understand(markdown, text, _BLOCKS)
    desk = Desk(ledger=ledger, bibliography=bibliography(path, ledger.claims.sources))
    pieces: dict[int, Piece] = {}
    unanswered: dict[int, Problem] = {}
    for number, shortcode in understood.live.items():
        try:
            pieces[number] = _answered(shortcode, desk, f"shown--{number + 1}")
        except (ShortcodeError, LedgerError) as error:
            unanswered[number] = Problem(line=understood.line(number, text), says=str(error))
    pictures, missing = read_pictures(understood.images, path.parent)
    return Composed(
        text=text,
        markdown=markdown,
        read=understood,
        desk=desk,
        pieces=pieces,
        unanswered=unanswered,
        pictures=pictures,
        others=[*understood.problems, *missing],
    )


def _answered(shortcode: Shortcode, desk: Desk, place: str) -> Piece:
    if shortcode.name not in PIECES:
        raise ShortcodeError(f"there is no shortcode {shortcode.name!r}; {nearest(shortcode.name, PIECES)}")
    return PIECES[shortcode.name].of(shortcode, desk, place)
