"""An essay as plain Markdown, for Jekyll, Hugo, Quarto and the like: front matter kept, pictures beside it."""

import re
from collections.abc import Mapping

from analysis.essay.composing import Composed
from analysis.essay.page import colophon
from analysis.essay.pieces.cite import Cite
from analysis.essay.pieces.figure import Figure
from analysis.essay.shortcode import marked, numbers_in, replaced_in

_MARKER = re.compile(r"[^>\s]")  # what begins an entry of a list; a quotation's sign stands before each of its lines


def plain(composed: Composed) -> str:
    """The text with what its shortcodes show, its sources as footnotes, and where the numbers came from."""
    raw = {number: occurrence.raw for number, occurrence in enumerate(composed.read.occurrences)}
    lines = []
    for line in composed.read.marked.split("\n"):
        shown = {number: _shown(composed, number, line) for number in numbers_in(line)}
        lines.append(replaced_in(line, {**raw, **shown}))
    sources = {piece.key: piece.footnote() for piece in composed.pieces.values() if isinstance(piece, Cite)}
    after = [*sources.values(), f"*{colophon(composed)}*"]
    return composed.text.front + "\n\n".join(("\n".join(lines).rstrip("\n"), *after)) + "\n"


def images(composed: Composed) -> Mapping[str, bytes]:
    """What lies beside it, by path: figures, and the author's own pictures."""
    figures = {piece.file: piece for piece in composed.pieces.values() if isinstance(piece, Figure)}
    return {**composed.pictures, **{file: piece.png() for file, piece in figures.items()}}


def _shown(composed: Composed, number: int, line: str) -> str:
    """As Markdown; where it goes over several lines, each begins as the first, in a list or a quotation."""
    if number not in composed.pieces:
        return composed.read.occurrences[number].raw
    before = line[: line.index(marked(number))]
    margin = _MARKER.sub(" ", before)
    return composed.pieces[number].markdown().replace("\n", f"\n{margin}")
