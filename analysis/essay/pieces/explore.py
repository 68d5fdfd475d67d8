"""``{{ explore }}``: two populations that live in the page."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import ClassVar, Self

from markupsafe import Markup

from analysis.essay.desk import Desk
from analysis.essay.errors import ShortcodeError
from analysis.essay.shortcode import Shortcode

_COMMAND = "mixability explore"
_STILL = re.compile(r"<noscript>(.*?)</noscript>", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Explore:
    """The live piece, which needs no ledger."""

    block: ClassVar[bool] = True
    shown: Sequence[str] = ()

    @classmethod
    def of(cls, shortcode: Shortcode, desk: Desk, place: str) -> Self:  # noqa: ARG003 - it is always the same
        """The one that a page can have."""
        shortcode.alone()
        shortcode.options({})
        if desk.live:
            raise ShortcodeError("the live piece can stand in an essay once; remove this one or the one before")
        desk.live = True
        return cls()

    @property
    def fragment(self) -> Markup:
        """Its HTML, styles and script, for a page."""
        return Markup(import_module("analysis.essay.explorable").fragment())  # noqa: S704 - the program's own

    @property
    def printed(self) -> Markup:
        """What it shows where nothing moves, for paper."""
        return Markup("".join(_STILL.findall(self.fragment)))  # noqa: S704 - the program's own

    def markdown(self) -> str:
        """Where to find it."""
        return f"*Here the web page has a live piece, two populations side by side; `{_COMMAND}` opens it on its own.*"
