"""``{{ command: SCENE }}``: what to type to run a scene again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from analysis.essay.desk import Desk
from analysis.essay.shortcode import Shortcode


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command."""

    block: ClassVar[bool] = False
    text: str

    @classmethod
    def of(cls, shortcode: Shortcode, desk: Desk, place: str) -> Self:  # noqa: ARG003 - nothing leads back to it
        """Ask the ledger."""
        shortcode.options({})
        return cls(text=desk.ledger.scene(shortcode.needed("the name of a scene")).command)

    @property
    def shown(self) -> Sequence[str]:
        """The command."""
        return [self.text]

    def markdown(self) -> str:
        """The command as code."""
        return f"`{self.text}`"
