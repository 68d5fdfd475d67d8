"""Write the ledger: its records, tables for programs, a page for people, every picture."""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from analysis.figures.theme import THEMES
from analysis.ledger.ledger import Entry, Ledger
from analysis.ledger.statements import RULINGS
from analysis.numbers import counted
from analysis.runs.folder import write_whole
from analysis.runs.record import program_version, strict

FIGURES_FOLDER = "figures"
_COLUMNS = (
    "id", "essay", "says", "kind", "verdict", "because", "scenes", "replicates", "seed", "seconds", "reference",
    "command",
)  # fmt: skip
_OF_ANSWERS = (
    "claim", "scene", "name", "side", "condition", "control", "verdict", "difference", "low", "high", "hedges_g",
    "p_value", "p_holm", "pairs", "smallest", "largest_deviation", "tolerance",
)  # fmt: skip


def write_ledger(ledger: Ledger, folder: Path, on_picture: Callable[[str], object] = lambda _scene: None) -> None:
    """``scenes/``, ``ledger.json``, ``ledger.csv``, ``answers.csv``, ``figures/``, ``ledger.md``, ``index.html``."""
    ledger.write(folder)
    write_whole(folder / "ledger.json", (json.dumps(as_dict(ledger), indent=1, ensure_ascii=False) + "\n").encode())
    write_whole(folder / "ledger.csv", _rows(ledger).encode())
    write_whole(folder / "answers.csv", _answers(ledger).encode())
    for scene in ledger.scenes:
        on_picture(scene)
        for theme in THEMES:
            name = scene if theme == "light" else f"{scene}-{theme}"
            files = ledger.chart(scene, theme).files()
            for ending in ("svg", "png", "csv", "txt") if theme == "light" else ("svg", "png"):
                write_whole(folder / FIGURES_FOLDER / f"{name}.{ending}", files[ending])
    write_whole(folder / "ledger.md", markdown(ledger).encode())
    write_whole(folder / "index.html", page(ledger).encode())


def as_dict(ledger: Ledger) -> dict[str, object]:
    """All of it, for JSON."""
    return {
        "program": f"mixability {program_version()}",
        "scale": ledger.scale,
        "digest": ledger.digest,
        "seconds": round(sum(kept.seconds for kept in ledger.scenes.values()), 1),
        "verdicts": counts(ledger),
        "claims": [strict(entry.as_dict()) for entry in ledger.entries.values()],
    }


def counts(ledger: Ledger) -> dict[str, int]:
    """How many claims came to each verdict, in the order of verdicts."""
    found = Counter(entry.verdict for entry in ledger.entries.values())
    return {ruling: found[ruling] for ruling in RULINGS if found[ruling]}


def headline(ledger: Ledger) -> str:
    """The counts in a sentence."""
    told = ", ".join(f"{count} {ruling}" for ruling, count in counts(ledger).items())
    return f"{counted(len(ledger.entries), 'claim')}: {told}."


def page(ledger: Ledger) -> str:
    """A page with every claim; its pictures are beside it."""
    return _rendered(ledger, "ledger.html.j2")


def markdown(ledger: Ledger) -> str:
    """A table with every claim, for where Markdown is shown."""
    return _rendered(ledger, "ledger.md.j2")


def _rendered(ledger: Ledger, template: str) -> str:
    from jinja2 import Environment, PackageLoader  # noqa: PLC0415 - only pages need it

    environment = Environment(
        loader=PackageLoader("analysis.ledger"), autoescape=template.endswith(".html.j2"), trim_blocks=True
    )
    environment.filters["cell"] = lambda text: text.replace("|", "\\|").replace("<", "&lt;")
    by_essay: dict[str, list[Entry]] = {}
    for entry in ledger.entries.values():
        by_essay.setdefault(entry.statement.essay, []).append(entry)
    return environment.get_template(template).render(
        ledger=ledger,
        counts=counts(ledger),
        headline=headline(ledger),
        essays=[(ledger.claims.essays[key], entries) for key, entries in by_essay.items()],
        figures=FIGURES_FOLDER,
        minutes=sum(kept.seconds for kept in ledger.scenes.values()) / 60.0,
        program=program_version(),
    )


def _rows(ledger: Ledger) -> str:
    rows = [entry.as_dict() for entry in ledger.entries.values()]
    return _csv(_COLUMNS, [row | {"essay": row["essay"]["title"], "scenes": " ".join(row["scenes"])} for row in rows])


def _answers(ledger: Ledger) -> str:
    """One row for each claim, claim of a scene, and condition."""
    rows = []
    for entry in ledger.entries.values():
        for told in entry.answers:
            row = told.as_dict()
            low, high = row.get("interval_95", (None, None))
            rows.append(
                {**row, "claim": entry.id, "low": low, "high": high, "smallest": row.get("smallest_effect_of_interest")}
            )
    return _csv(_OF_ANSWERS, rows)


def _csv(columns: tuple[str, ...], rows: list[dict[str, object]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(strict(rows))
    return text.getvalue()
