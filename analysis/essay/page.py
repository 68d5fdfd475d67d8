"""An essay as one file of HTML that needs nothing else, on the screen or on paper."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from analysis.essay.composing import Composed
from analysis.essay.look import in_light, policy, theming
from analysis.essay.pieces.explore import Explore
from analysis.essay.rendering import Rendering, templates
from analysis.essay.text import FIELDS
from analysis.runs.record import program_version

_TEMPLATES = Path(__file__).parent / "templates"
_ENDS = (("notes", "Notes and sources"), ("glossary", "Glossary"), ("computed", "How it was computed"))


def page(composed: Composed, *, on_paper: bool = False) -> str:
    """The whole page; ``on_paper`` leaves out what can only be used on a screen."""
    environment = templates()
    rendering = Rendering(composed, environment, paper=on_paper)
    body = rendering.written(composed.read.body)
    body = Markup(in_light(body)) if on_paper else body  # noqa: S704 - it was already
    notes = rendering.written(composed.read.notes)
    title = composed.read.title
    desk, fields = composed.desk, composed.text.fields
    terms = sorted(desk.terms.values(), key=lambda term: term.label.lower())
    computed = list(desk.notes.all.values())
    live = [piece.fragment for piece in composed.pieces.values() if isinstance(piece, Explore)]
    script = "" if on_paper else (_TEMPLATES / "essay.js").read_text(encoding="utf-8")
    ends = {"notes": notes, "glossary": terms, "computed": computed}
    return environment.get_template("essay.html.j2").render(
        paper=on_paper,
        language=composed.text.language,
        policy="" if on_paper else policy([f"<script>{script}</script>", *live]),
        fields={name: fields.get(name, "") for name in FIELDS},
        title=rendering.written([title]) if title else fields["title"],
        plain_title=rendering.plainly(title) if title else fields["title"],
        theme=Markup(theming(body)),  # noqa: S704 - names and colours
        style=_own("essay.css"),
        script=Markup(script),  # noqa: S704 - ours
        contents=_contents(composed, rendering, ends),
        body=body,
        notes=notes,
        terms=terms,
        computed=computed,
        colophon=colophon(composed),
    )


def colophon(composed: Composed) -> str:
    """What made it, and from what."""
    ledger = composed.desk.ledger
    return (
        f"Numbers, verdicts and figures come from a ledger of scale {ledger.scale}, digest {ledger.digest}; "
        f"mixability {program_version()} put them here."
    )


def _own(name: str) -> Markup:
    return Markup((_TEMPLATES / name).read_text(encoding="utf-8"))  # noqa: S704 - ours


def _contents(composed: Composed, rendering: Rendering, ends: Mapping[str, object]) -> list[dict[str, Any]]:
    """Headings of two levels, and what stands behind the text; nothing for a text without headings."""
    headings = [h for h in composed.read.headings if h.level <= 3]
    entries = [{"level": h.level, "id": h.id, "words": rendering.plainly(h.words)} for h in headings]
    behind = [{"level": 2, "id": f"after--{name}", "words": words} for name, words in _ENDS if ends[name]]
    return [*entries, *behind] if entries else []
