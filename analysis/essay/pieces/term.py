"""``{{ term: hybrid viability | as "viable hybrids" }}``: a word that the glossary explains."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from analysis.essay.desk import Desk
from analysis.essay.glossary import Term as Explained
from analysis.essay.glossary import term
from analysis.essay.pieces.base import escaped
from analysis.essay.shortcode import Shortcode


@dataclass(frozen=True, kw_only=True)
class Term:
    """A word with its meaning."""

    block: ClassVar[bool] = False
    text: str
    explained: Explained
    shown: Sequence[str] = ()

    @classmethod
    def of(cls, shortcode: Shortcode, desk: Desk, place: str) -> Self:  # noqa: ARG003 - nothing leads back to it
        """Look it up."""
        name = shortcode.needed("a word of the glossary")
        explained = term(name)
        desk.terms[explained.label] = explained
        (text,) = shortcode.options({"as": 1}).get(
            "as", (name if name.lower() == explained.label.lower() else explained.label,)
        )
        return cls(text=text, explained=explained)

    def markdown(self) -> str:
        """The word."""
        return escaped(self.text)
