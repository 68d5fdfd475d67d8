"""What all our pages share: their colours in both themes, and what they may do."""

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from hashlib import sha256

from analysis.essay.svg import colors
from analysis.figures.theme import Theme, arms, faint, ink, paper, quiet, theme

_SCRIPT = re.compile(r"<script\b[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)
_PROPERTY = re.compile(r"var\((--[a-z]+)\)")
_CARDS: Mapping[Theme, str] = {"light": "#f4f4f2", "dark": "#252525"}
_SHOWING: Mapping[Theme, tuple[str, str]] = {"light": (".in-dark", ".in-light"), "dark": (".in-light", ".in-dark")}


def policy(ours: Iterable[str]) -> str:
    """What a page may do: show what it holds, and run the scripts of our own HTML, which are known by their digests."""
    scripts = (script for html in ours for script in _SCRIPT.findall(html))
    digests = (b64encode(sha256(script.encode()).digest()).decode() for script in scripts)
    allowed = " ".join(f"'sha256-{digest}'" for digest in dict.fromkeys(digests))
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def theming(body: str) -> str:
    """Style: colours of both themes, those of the figures and those that figures in the body ask for."""
    light, dark = _palette("light"), _palette("dark")
    for name, (in_light, in_dark) in colors(body).items():
        light[name], dark[name] = in_light, in_dark
    chosen, preferred = (_rules(root, "dark", dark) for root in (':root[data-theme="dark"]', ":root:not([data-theme])"))
    return (
        f"{_rules(':root', 'light', light)}\n@media screen {{ {chosen} }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ {preferred} }}"
    )


def in_light(body: str) -> str:
    """With colours instead of properties, which WeasyPrint does not know within drawings."""
    light = _palette("light")
    return _PROPERTY.sub(lambda found: light.get(found[1], found[0]), body)


def _rules(root: str, scheme: Theme, palette: Mapping[str, str]) -> str:
    hidden, shown = _SHOWING[scheme]
    said = "; ".join(f"{name}: {color}" for name, color in palette.items())
    rules = {"": f"color-scheme: {scheme}; {said}", f" {hidden}": "display: none", f" {shown}": "display: block"}
    return "\n".join(f"{root}{inside} {{ {rule} }}" for inside, rule in rules.items())


def _palette(name: Theme) -> dict[str, str]:
    with theme(name):
        without, with_mixing = (style.color for style in arms())
        of_figures = {"--ink": ink(), "--paper": paper(), "--quiet": quiet(), "--line": faint()}
    found = {**of_figures, "--card": _CARDS[name], "--without": without, "--with": with_mixing}
    return {name: f"#{color}" if re.fullmatch("[0-9A-Fa-f]{6}", color) else color for name, color in found.items()}
