"""An essay as one file of HTML that needs nothing else, on the screen or on paper."""

import re
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from markupsafe import Markup

from analysis.essay.composing import Composed
from analysis.essay.pieces.explore import Explore
from analysis.essay.rendering import Rendering, templates
from analysis.essay.svg import colors
from analysis.essay.text import FIELDS
from analysis.figures.theme import Theme, arms, faint, ink, paper, quiet, theme
from analysis.runs.record import program_version

_TEMPLATES = Path(__file__).parent / "templates"
_SCRIPT = re.compile(r"<script\b[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)
_PROPERTY = re.compile(r"var\((--[a-z]+)\)")
_CARDS: Mapping[Theme, str] = {"light": "#f4f4f2", "dark": "#252525"}
_ENDS = (("notes", "Notes and sources"), ("glossary", "Glossary"), ("computed", "How it was computed"))


def page(composed: Composed, *, on_paper: bool = False) -> str:
    """The whole page; ``on_paper`` leaves out what can only be used on a screen."""
    environment = templates()
    rendering = Rendering(composed, environment, paper=on_paper)
    body = rendering.written(composed.read.body)
    body = _in_light(body) if on_paper else body
    notes = rendering.written(composed.read.notes)
    title = composed.read.title
    desk, fields = composed.desk, composed.text.fields
    terms = sorted(desk.terms.values(), key=lambda term: term.label.lower())
    computed = list(desk.notes.all.values())
    script = "" if on_paper else (_TEMPLATES / "essay.js").read_text(encoding="utf-8")
    ends = {"notes": notes, "glossary": terms, "computed": computed}
    return environment.get_template("essay.html.j2").render(
        paper=on_paper,
        language=composed.text.language,
        policy="" if on_paper else _policy(script, composed),
        fields={name: fields.get(name, "") for name in FIELDS},
        title=rendering.written([title]) if title else fields["title"],
        plain_title=rendering.plainly(title) if title else fields["title"],
        theme=Markup(_theme(body)),  # noqa: S704 - names and colours
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


def _policy(script: str, composed: Composed) -> str:
    """What the page may do: show what it holds and run our scripts, which are known by their digests."""
    live = [piece.fragment for piece in composed.pieces.values() if isinstance(piece, Explore)]
    scripts = [script, *(found for fragment in live for found in _SCRIPT.findall(fragment))]
    digests = (b64encode(sha256(script.encode()).digest()).decode() for script in scripts)
    allowed = " ".join(f"'sha256-{digest}'" for digest in dict.fromkeys(digests))
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _theme(body: str) -> str:
    """Colours of both themes: those of the figures, and those that figures in the page ask for."""
    light, dark = _palette("light"), _palette("dark")
    for name, (in_light, in_dark) in colors(body).items():
        light[name], dark[name] = in_light, in_dark
    showing = {"light": (".in-dark", ".in-light"), "dark": (".in-light", ".in-dark")}

    def block(root: str, scheme: Theme, palette: Mapping[str, str]) -> str:
        hidden, shown = showing[scheme]
        said = "; ".join(f"{name}: {color}" for name, color in palette.items())
        rules = {"": f"color-scheme: {scheme}; {said}", f" {hidden}": "display: none", f" {shown}": "display: block"}
        return "\n".join(f"{root}{inside} {{ {rule} }}" for inside, rule in rules.items())

    chosen, preferred = block(':root[data-theme="dark"]', "dark", dark), block(":root:not([data-theme])", "dark", dark)
    return (
        f"{block(':root', 'light', light)}\n@media screen {{ {chosen} }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ {preferred} }}"
    )


def _in_light(body: Markup) -> Markup:
    """With colours instead of properties, which WeasyPrint does not know within drawings."""
    light = _palette("light")
    return Markup(_PROPERTY.sub(lambda found: light.get(found[1], found[0]), body))  # noqa: S704 - names and colours


def _palette(name: Theme) -> dict[str, str]:
    with theme(name):
        without, with_mixing = (style.color for style in arms())
        of_figures = {"--ink": ink(), "--paper": paper(), "--quiet": quiet(), "--line": faint()}
    found = {**of_figures, "--card": _CARDS[name], "--without": without, "--with": with_mixing}
    return {name: f"#{color}" if re.fullmatch("[0-9A-Fa-f]{6}", color) else color for name, color in found.items()}
