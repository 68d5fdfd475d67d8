"""``{{ verdict: 000-4 | sentence }}``: what the ledger says of a claim."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from analysis.essay.desk import Desk
from analysis.essay.errors import ShortcodeError
from analysis.essay.notes import Note
from analysis.essay.pieces.base import escaped
from analysis.essay.shortcode import Shortcode

_NOT_RUN = "not run"
_FORMS = {"word": 0, "sentence": 0, "says": 0}
"""The verdict in a word, which is usual; what it rests on, with numbers; the claim itself."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A verdict in words."""

    block: ClassVar[bool] = False
    verdict: str
    text: str
    note: Note
    place: str

    @classmethod
    def of(cls, shortcode: Shortcode, desk: Desk, place: str) -> Self:
        """Ask the ledger."""
        entry = desk.ledger.entry(shortcode.needed("the number of a claim, such as 000-4"))
        options = shortcode.options({**_FORMS, "capital": 0})
        if len(options.keys() & _FORMS) > 1:
            raise ShortcodeError(f"choose one of {', '.join(_FORMS)}")
        if entry.verdict == _NOT_RUN and "says" not in options:
            raise ShortcodeError(f"claim {entry.id} has no verdict yet: {entry.because} Run it with {entry.command}")
        desk.scenes.update(entry.statement.scenes)
        text = entry.verdict if not options.keys() & {"sentence", "says"} else entry.because
        text = entry.statement.says.rstrip(".") if "says" in options else text
        text = f"{text[:1].upper()}{text[1:]}" if "capital" in options else text
        return cls(verdict=entry.verdict, text=text, note=desk.notes.of_entry(entry, place), place=place)

    @property
    def is_word(self) -> bool:
        """Whether it is the verdict and no more."""
        return self.text.lower() == self.verdict

    @property
    def shown(self) -> Sequence[str]:
        """The verdict, and the text where that says more."""
        return [self.verdict] if self.is_word else [self.verdict, self.text]

    def markdown(self) -> str:
        """The text."""
        return escaped(self.text)
