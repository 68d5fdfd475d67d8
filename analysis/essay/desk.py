"""What shortcodes are answered from, and what an essay has used of it so far."""

from dataclasses import dataclass, field

from analysis.essay.bibliography import Bibliography
from analysis.essay.glossary import Term
from analysis.essay.notes import Notes
from analysis.ledger.ledger import Ledger


@dataclass(kw_only=True)
class Desk:
    """Where the shortcodes of one essay are answered, in their order."""

    ledger: Ledger
    bibliography: Bibliography
    notes: Notes = field(default_factory=Notes)
    terms: dict[str, Term] = field(default_factory=dict)
    """Those explained, by label."""
    scenes: set[str] = field(default_factory=set)
    """Those whose records are shown."""
    figures: int = 0
    """How many there are."""
    tables: int = 0
    live: bool = False
    """Whether it has the live piece."""
