"""Findings for a terminal and for a program."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import groupby

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from analysis.doctor.finding import Finding, State
from analysis.numbers import counted

_WIDEST, _NARROWEST, _GROUP, _MARK, _GAP = 100, 20, 9, 7, 2
_SIGNS: dict[State, tuple[str, str, str]] = {
    "ok": ("\N{CHECK MARK}", "+", "green"),
    "note": ("!", "!", "yellow"),
    "wrong": ("\N{BALLOT X}", "x", "bold red"),
}
"""A sign, one for terminals that lack it, and a style."""
_BETWEEN = (" \N{MIDDLE DOT} ", "; ")
_ARROW = ("\N{RIGHTWARDS ARROW}", "->")


def print_findings(findings: Sequence[Finding], console: Console) -> None:
    """Group by group: what is well, in few words, then each thing that is not, with its mend. At last a summary."""
    plain = not console.encoding.lower().startswith("utf")
    width = min(console.width, _WIDEST)
    room = max(width - _GROUP - _MARK - 2 * _GAP, _NARROWEST)
    table = Table.grid(padding=(0, _GAP, 0, 0), pad_edge=False)
    for column in (_GROUP, _MARK, room):
        table.add_column(width=column, overflow="fold")
    for group, members in groupby(findings, key=lambda finding: finding.group):
        for row, (state, says) in enumerate(_rows(list(members), room, plain=plain)):
            sign, style = _SIGNS[state][plain], _SIGNS[state][2]
            table.add_row(Text("" if row else group, style="bold"), Text(f"{sign} {state}", style=style), says)
    console.print(table)
    console.print()
    console.print(Text(summary(findings), style="bold"), width=width)


def as_json(findings: Sequence[Finding]) -> str:
    """How many things are wrong, how many notes there are, and all findings."""
    counts = {"wrong": _count(findings, "wrong"), "notes": _count(findings, "note")}
    return json.dumps({**counts, "findings": [asdict(finding) for finding in findings]}, indent=2)


def summary(findings: Sequence[Finding]) -> str:
    """One line."""
    wrong = [f"{finding.name} ({finding.group})" for finding in findings if finding.state == "wrong"]
    said = f"{counted(len(wrong), 'thing')} wrong: {', '.join(wrong)}" if wrong else "Nothing is wrong"
    notes = _count(findings, "note")
    noted = f"; {counted(notes, 'note')}" if notes else ""
    left_out = "" if any(finding.group == "self-test" for finding in findings) else " The self-test was left out."
    return f"{said}{noted}.{left_out}"


def _count(findings: Sequence[Finding], state: State) -> int:
    return sum(finding.state == state for finding in findings)


def _rows(members: Sequence[Finding], room: int, *, plain: bool) -> Iterator[tuple[State, RenderableType]]:
    """What is well together, then the rest, what is wrong first; what is alike is said once."""
    well = [finding for finding in members if finding.state == "ok"]
    if well:
        yield "ok", _packed(_facts(well), _BETWEEN[plain], room)
    states: tuple[State, ...] = ("wrong", "note")
    for state in states:
        for (says, mend), names in _alike(finding for finding in members if finding.state == state).items():
            told = Text.assemble((", ".join(names), "bold"), f": {says}")
            yield state, Group(told, Padding(Text(f"{_ARROW[plain]} {mend}"), (0, 0, 0, 2)))


def _alike(findings: Iterable[Finding]) -> dict[tuple[str, str], list[str]]:
    """Names of the findings that say the same and are mended in the same way."""
    names: dict[tuple[str, str], list[str]] = {}
    for finding in findings:
        names.setdefault((finding.says, finding.mend), []).append(finding.name)
    return names


def _facts(well: Sequence[Finding]) -> list[str]:
    """Names and what is said of them; of a library its version is enough."""
    facts = []
    for (says, _), names in _alike(well).items():
        version, satisfies, _ = says.partition(" satisfies ")
        facts += [f"{name} {version}" for name in names] if satisfies else [f"{', '.join(names)}: {says}"]
    return facts


def _packed(facts: Iterable[str], between: str, room: int) -> Text:
    """Facts beside each other, broken between them where that can be."""
    lines = [""]
    for fact in facts:
        joined = f"{lines[-1]}{between}{fact}" if lines[-1] else fact
        if lines[-1] and len(joined) > room:
            lines.append(fact)
        else:
            lines[-1] = joined
    return Text("\n".join(lines))
