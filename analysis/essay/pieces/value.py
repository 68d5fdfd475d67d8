"""``{{ value: ADDRESS | pct | ci }}``: a number of the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from analysis.essay.amounts import FILTERS, amount
from analysis.essay.desk import Desk
from analysis.essay.notes import Note
from analysis.essay.pieces.base import escaped
from analysis.essay.shortcode import Shortcode


@dataclass(frozen=True, kw_only=True)
class Value:
    """A number as the text writes it."""

    block: ClassVar[bool] = False
    text: str
    note: Note
    place: str

    @classmethod
    def of(cls, shortcode: Shortcode, desk: Desk, place: str) -> Self:
        """Ask the ledger."""
        address = shortcode.needed("an address, such as SCENE.NUMBER or SCENE/CLAIM[CONDITION].difference")
        value = desk.ledger.value(address)
        desk.scenes.add(value.scene)
        text = amount(value, shortcode.options(FILTERS))
        note = desk.notes.of_value(address, value, desk.ledger.scene(value.scene), text, place)
        return cls(text=text, note=note, place=place)

    @property
    def shown(self) -> Sequence[str]:
        """The text."""
        return [self.text]

    def markdown(self) -> str:
        """The text."""
        return escaped(self.text)
