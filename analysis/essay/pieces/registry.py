"""Every shortcode that an essay can have."""

from analysis.essay.pieces.base import Piece
from analysis.essay.pieces.cite import Cite
from analysis.essay.pieces.command import Command
from analysis.essay.pieces.explore import Explore
from analysis.essay.pieces.figure import Figure
from analysis.essay.pieces.table import Table
from analysis.essay.pieces.term import Term
from analysis.essay.pieces.value import Value
from analysis.essay.pieces.verdict import Verdict

PIECES: dict[str, type[Piece]] = {
    "value": Value,
    "verdict": Verdict,
    "figure": Figure,
    "table": Table,
    "term": Term,
    "cite": Cite,
    "explore": Explore,
    "command": Command,
}
