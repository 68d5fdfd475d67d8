"""How what an essay shows was computed, for those who ask: one note for each number or claim, however often shown."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from analysis.ledger.kept import Kept
from analysis.ledger.ledger import Entry, Value
from analysis.numbers import SCIENTIFIC, counted, decimals_for, number


@dataclass(frozen=True, kw_only=True)
class Note:
    """How one of them was computed."""

    id: str
    title: str = ""
    """Of a claim; a number is called as it is shown."""
    lines: Sequence[str]
    address: str = ""
    """Of a number in the ledger."""
    command: str
    """Which does it again; empty where nothing was run."""
    places: list[str] = field(default_factory=list)
    """Ids in the text where it is shown, in their order."""
    texts: list[str] = field(default_factory=list)
    """As which it is shown, each once."""

    @property
    def name(self) -> str:
        """What the note is about."""
        return self.title or ", ".join(self.texts)


class Notes:
    """Those of a text."""

    def __init__(self) -> None:
        self.all: dict[str, Note] = {}

    def of_value(self, address: str, value: Value, kept: Kept, text: str, place: str) -> Note:
        """The note of a number, which is shown as a text at a place."""
        run = f"{counted(kept.replicates, 'replicate')} of scene {kept.scene.name}, scale {kept.scale}."
        lines = [_sentence(value.words), f"{_exactly(value)}. {run}"]
        note = Note(id=self._next, lines=lines, address=address, command=value.command)
        return self._at(place, address, note, text)

    def of_entry(self, entry: Entry, place: str) -> Note:
        """The note of a claim, whose verdict is shown at a place."""
        lines = [
            f"From {entry.essay.title}, {entry.essay.author}.",
            _sentence(f"{entry.verdict}: {entry.because}"),
            *([f"Published: {_sentence(entry.statement.reference)}"] if entry.statement.reference else []),
            *entry.sources,
        ]
        title = f"Claim {entry.id}: {entry.statement.says}"
        note = Note(id=self._next, title=title, lines=lines, command=entry.command)
        return self._at(place, entry.id, note)

    @property
    def _next(self) -> str:
        return f"how--{len(self.all) + 1}"

    def _at(self, place: str, key: str, new: Note, text: str = "") -> Note:
        """The note of something that is shown at a place: the one that there is, or the new one."""
        note = self.all.setdefault(key, new)
        note.places.append(place)
        if text not in note.texts:
            note.texts.append(text)
        return note


def _exactly(value: Value) -> str:
    """A number and its interval with two decimals more than a text has."""
    usual = decimals_for(value.number, value.low, value.high)
    decimals = usual if usual == SCIENTIFIC else usual + 2
    if float(value.number).is_integer() and (np.isnan(value.low) or value.low == value.high):
        return f"Exactly: {number(value.number, 0)}"
    of = f"; 95 % interval {number(value.low, decimals)} to {number(value.high, decimals)}"
    return f"More exactly: {number(value.number, decimals)}{'' if np.isnan(value.low) else of}"


def _sentence(words: str) -> str:
    """Words that begin and end like a sentence."""
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."
