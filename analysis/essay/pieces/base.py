"""What a shortcode becomes."""

import re
from collections.abc import Sequence
from typing import ClassVar, Protocol, Self

from analysis.essay.desk import Desk
from analysis.essay.shortcode import Shortcode

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|$])")


class Piece(Protocol):
    """Something shown in place of a shortcode. As HTML the macro of the shortcode's name writes it."""

    block: ClassVar[bool]
    """Whether it is a paragraph of its own."""

    @classmethod
    def of(cls, shortcode: Shortcode, desk: Desk, place: str) -> Self:
        """Answer a shortcode; ``place`` is its id in the page. Raises ShortcodeError, or LedgerError."""
        ...

    @property
    def shown(self) -> Sequence[str]:
        """What it shows that came from a run, in lines; nothing where a run cannot change it."""
        ...

    def markdown(self) -> str:
        """As plain Markdown."""
        ...


def escaped(text: str) -> str:
    """Words that mean nothing to Markdown."""
    return _SPECIAL.sub(r"\\\1", text)
