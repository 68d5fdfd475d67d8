"""``{{ table: claims essay=002 }}``, ``{{ table: SCENE }}``: claims with their verdicts; all answers of a scene."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from analysis.essay.desk import Desk
from analysis.essay.errors import ShortcodeError
from analysis.essay.notes import Note
from analysis.essay.pieces.base import escaped
from analysis.essay.shortcode import Shortcode
from analysis.ledger.kept import Kept
from analysis.ledger.ledger import Entry
from analysis.names import nearest
from analysis.numbers import arms, difference
from analysis.scenes.claim import Answer, Claim, Compared

_CLAIMS = "claims"
_KEYS = ("essay", "verdict", "kind")
_OF_CLAIMS = ("Claim", "What it says", "Verdict", "Because")
_OF_ANSWERS = ("Condition", "Without", "With", "Difference [95 % interval]", "Verdict")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of a table."""

    cells: Sequence[str]
    note: Note | None = None
    """How the verdict, in the third cell, was come by."""
    place: str = ""


@dataclass(frozen=True, kw_only=True)
class Group:
    """Rows under a heading of their own."""

    heading: str
    rows: Sequence[Row]


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table in groups."""

    block: ClassVar[bool] = True
    number: int
    caption: str
    header: Sequence[str]
    groups: Sequence[Group]
    command: str = ""
    """Which answers a scene's claims again."""

    @classmethod
    def of(cls, shortcode: Shortcode, desk: Desk, place: str) -> Self:
        """Ask the ledger."""
        what, *chosen = shortcode.needed("claims, or the name of a scene").split()
        (caption,) = shortcode.options({"caption": 1}).get("caption", ("",))
        desk.tables += 1
        if what == _CLAIMS:
            groups = _of_claims(_chosen(desk.ledger.entries.values(), chosen), desk, place)
            usual = "What became of the claims."
            return cls(number=desk.tables, caption=caption or usual, header=_OF_CLAIMS, groups=groups)
        if chosen:
            raise ShortcodeError(f"a table of a scene takes nothing but its name; got {' '.join(chosen)}")
        kept = desk.ledger.scene(what)
        desk.scenes.add(what)
        return cls(
            number=desk.tables,
            caption=caption or kept.scene.title,
            header=_OF_ANSWERS,
            groups=_of_scene(kept),
            command=kept.command,
        )

    @property
    def rows(self) -> list[Row]:
        """Of all groups."""
        return [row for group in self.groups for row in group.rows]

    @property
    def shown(self) -> Sequence[str]:
        """A line for each row."""
        return [" | ".join(row.cells) for row in self.rows]

    def markdown(self) -> str:
        """A table with bars for each group, under its heading."""
        head = "\n".join((_line(self.header), "|" + " --- |" * len(self.header)))
        tables = [
            "\n".join((f"**{escaped(group.heading)}**\n", head, *(_line(row.cells) for row in group.rows)))
            for group in self.groups
        ]
        again = f" Again with `{self.command}`." if self.command else ""
        return "\n\n".join((*tables, f"*Table {self.number}. {escaped(self.caption)}*{again}"))


def _line(cells: Iterable[str]) -> str:
    return "|".join(("", *(f" {escaped(' '.join(cell.split()))} " for cell in cells), ""))


def _chosen(entries: Iterable[Entry], chosen: Sequence[str]) -> Iterable[Entry]:
    """Those with the essay, the verdict or the kind that is asked for. Raises ShortcodeError where there is none."""
    found = list(entries)
    for each in chosen:
        key, _, value = each.partition("=")
        if key not in _KEYS or not value:
            raise ShortcodeError(f"claims are chosen by {', '.join(f'{k}=...' for k in _KEYS)}; got {each!r}")
        value = value.replace("-", " ")
        known = dict.fromkeys(_property(entry, key) for entry in found)
        if value not in known:
            raise ShortcodeError(f"there is no claim with {each}; {nearest(value, known)}")
        found = [entry for entry in found if _property(entry, key) == value]
    return found


def _property(entry: Entry, key: str) -> str:
    return {"essay": entry.statement.essay, "verdict": entry.verdict, "kind": entry.statement.kind}[key]


def _of_claims(entries: Iterable[Entry], desk: Desk, place: str) -> list[Group]:
    """By essay."""
    groups: dict[str, list[Row]] = {}
    for entry in entries:
        at = f"{place}-{entry.id}"
        desk.scenes.update(entry.statement.scenes)
        cells = (entry.id, entry.statement.says, entry.verdict, entry.because)
        row = Row(cells=cells, note=desk.notes.of_entry(entry, at), place=at)
        groups.setdefault(f"{entry.essay.title}, {entry.essay.author}", []).append(row)
    return [Group(heading=heading, rows=rows) for heading, rows in groups.items()]


def _of_scene(kept: Kept) -> list[Group]:
    """By claim."""
    groups: dict[str, list[Row]] = {}
    for answer in kept.results.answers:
        groups.setdefault(_heading(answer), []).append(Row(cells=_cells(answer)))
    return [Group(heading=heading, rows=rows) for heading, rows in groups.items()]


def _heading(answer: Answer) -> str:
    claim = answer.claim
    compared = f", {claim.arms[0]} against {claim.arms[1]}" if isinstance(claim, Claim) else ""
    return f"{claim.says[:1].upper()}{claim.says[1:]} ({claim.measure}{compared}; {claim.bar})"


def _cells(answer: Answer) -> Sequence[str]:
    condition = f"{answer.condition} (control)" if answer.control else answer.condition
    if isinstance(answer, Compared):
        return (condition, *arms(answer.comparison), difference(answer.comparison), answer.verdict)
    return (condition, "", "", answer.told("").strip(), answer.verdict)
