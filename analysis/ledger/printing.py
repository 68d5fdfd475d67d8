"""The ledger on a terminal."""

from collections.abc import Iterable, Sequence

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from analysis.ledger.ledger import Entry
from analysis.ledger.statements import Ruling, Statement

_COLORS: dict[Ruling, str] = {
    "supported": "blue",
    "contradicted": "red",
    "conditional": "magenta",
    "no effect": "yellow",
    "undetermined": "dim",
    "not testable here": "dim",
    "not run": "dim",
}


def verdict(ruling: Ruling) -> Text:
    """In its colour."""
    return Text(ruling, style=_COLORS[ruling])


def entries_table(entries: Iterable[Entry]) -> Table:
    """One row for each claim: what is said of it, and what came."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_edge=False)
    table.add_column("claim", no_wrap=True)
    table.add_column("says", ratio=1)
    table.add_column("verdict", no_wrap=True)
    table.add_column("n", justify="right", no_wrap=True)
    for entry in entries:
        n = str(entry.replicates) if entry.replicates else ""
        table.add_row(entry.id, entry.statement.says, verdict(entry.verdict), n)
    return table


def statements_table(claims: Iterable[Statement]) -> Table:
    """One row for each claim, before anything is run."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_edge=False)
    table.add_column("claim", no_wrap=True)
    table.add_column("says", ratio=1)
    table.add_column("kind", no_wrap=True)
    table.add_column("scenes")
    for claim in claims:
        table.add_row(claim.id, claim.says, claim.kind, ", ".join(claim.scenes))
    return table


def in_full(entry: Entry) -> list[Text | Padding]:
    """Everything about one claim."""
    claim = entry.statement
    lines: list[Text | Padding] = [
        Text.assemble((f"{entry.id}  ", "bold"), (claim.says, "bold")),
        Text(f"{entry.essay.title}, {entry.essay.author}", style="dim"),
        Text.assemble("\n", verdict(entry.verdict), f": {entry.because}"),
    ]
    facts: Sequence[tuple[str, str]] = [
        ("kind", claim.kind),
        ("published", claim.reference),
        ("sources", " ".join(entry.sources)),
        ("scenes", ", ".join(claim.scenes)),
        ("run", f"{entry.replicates} replicates or more, seed {entry.seed}, {entry.seconds:.0f} s on one core"
         if entry.replicates else ""),
        ("again", entry.command),
    ]  # fmt: skip
    if entry.answers:
        lines.append(Text(""))
    for told in sorted(entry.answers, key=lambda told: told.answer.control):
        control = " Control, not part of the claim." if told.answer.control else ""
        lines.append(Padding(Text(f"- {told.answer.sentence}{control}"), (0, 0, 0, 2)))
    lines.append(Text(""))
    lines += [Text.assemble((f"{name:<10}", "dim"), text) for name, text in facts if text]
    return lines
