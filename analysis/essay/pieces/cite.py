"""``{{ cite: livnat2008 }}``: a numbered note with a source. In a page, Markdown's own footnotes hold them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from analysis.essay.bibliography import Cited
from analysis.essay.desk import Desk
from analysis.essay.pieces.base import escaped
from analysis.essay.shortcode import Shortcode


@dataclass(frozen=True, kw_only=True)
class Cite:
    """A reference to a source."""

    block: ClassVar[bool] = False
    key: str
    source: Cited
    shown: Sequence[str] = ()

    @classmethod
    def of(cls, shortcode: Shortcode, desk: Desk, place: str) -> Self:  # noqa: ARG003 - the footnote leads back
        """Look it up."""
        key = shortcode.needed("the key of a source, such as livnat2008")
        shortcode.options({})
        return cls(key=key, source=desk.bibliography.source(key))

    def markdown(self) -> str:
        """A reference to a footnote."""
        return f"[^source-{self.key}]"

    def footnote(self) -> str:
        """The footnote that it refers to, as plain Markdown."""
        link = f" <{self.source.link}>" if self.source.link else ""
        return f"[^source-{self.key}]: {escaped(self.source.citation)}{link}"
