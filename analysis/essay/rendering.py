"""Tokens of Markdown as HTML, with pieces in place of their marks."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup, escape

from analysis.essay.composing import Composed
from analysis.essay.pictures import as_address
from analysis.essay.pieces.base import Piece


def templates() -> Environment:
    """Ours, which escape what they are given."""
    return Environment(
        loader=PackageLoader("analysis.essay"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip


class Rendering(RendererHTML):
    """How one essay becomes HTML: a method for each type of token that is not written as usual.

    ``paper`` is for print, where nothing can be clicked or changed.
    """

    def __init__(self, composed: Composed, environment: Environment, *, paper: bool = False) -> None:
        super().__init__()
        self._composed = composed
        self._macros: Any = environment.get_template("pieces.html.j2").module
        self._paper = paper

    def written(self, tokens: Sequence[Token]) -> Markup:
        """A part of the text."""
        return Markup(self.render(tokens, self._composed.markdown.options, {}))  # noqa: S704 - markdown-it escapes

    def plainly(self, words: Token) -> str:
        """A heading's words, without emphasis and links."""
        return "".join(self._plain(token) for token in words.children or [])

    def shortcode(self, tokens: Sequence[Token], at: int, *_: object) -> str:
        """A piece as its macro writes it."""
        name = self._composed.read.live[tokens[at].meta["number"]].name
        return str(getattr(self._macros, name)(self._piece(tokens[at]), self._paper))

    def shortcode_block(self, tokens: Sequence[Token], at: int, *_: object) -> str:
        """The same."""
        return self.shortcode(tokens, at)

    def source(self, tokens: Sequence[Token], at: int, *_: object) -> str:
        """What stands in the footnote of a source."""
        return str(self._macros.source(self._composed.desk.bibliography.source(tokens[at].meta["key"])))

    def footnote_ref(self, tokens: Sequence[Token], at: int, *_: object) -> str:
        """The number of a footnote in the text."""
        return str(self._macros.reference(*_footnote(tokens[at])))

    def footnote_open(self, tokens: Sequence[Token], at: int, *_: object) -> str:
        """The beginning of a footnote."""
        return f'<li id="note--{tokens[at].meta["id"] + 1}">'

    def footnote_close(self, *_: object) -> str:
        """Its end."""
        return "</li>\n"

    def footnote_anchor(self, tokens: Sequence[Token], at: int, *_: object) -> str:
        """The way back from a footnote."""
        return f" {self._macros.back(_footnote(tokens[at])[1])}"

    def image(self, tokens: Sequence[Token], at: int, *_: object) -> str:
        """A picture of the author's, within the page."""
        address = unquote(str(tokens[at].attrs["src"]))
        content = as_address(address, self._composed.pictures[address])
        return f'<img src="{content}" alt="{escape(tokens[at].content)}">'

    def table_open(self, *_: object) -> str:
        """A table of the author's, which can be pushed aside where it is too wide."""
        return '<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>\n'

    def table_close(self, *_: object) -> str:
        """Its end."""
        return "</table></div>\n"

    def _piece(self, token: Token) -> Piece:
        return self._composed.pieces[token.meta["number"]]

    def _plain(self, token: Token) -> str:
        if token.type == "shortcode":
            return str(getattr(self._piece(token), "text", ""))
        if token.type in ("softbreak", "hardbreak"):
            return " "
        return token.content if token.type in ("text", "code_inline") else ""


def _footnote(token: Token) -> tuple[int, str]:
    """Its number, and the id of the place that refers to it."""
    number, again = token.meta["id"] + 1, token.meta.get("subId") or 0
    return number, f"ref--{number}" + (f"-{again + 1}" if again else "")
