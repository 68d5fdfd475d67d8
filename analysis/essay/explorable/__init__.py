"""The live piece of the essay: two populations side by side, clonal and sexual, in a page.

`engine.js` is the simulator, draw for draw; `page.js` is what the reader sees and may do.
"""

import json
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from analysis.essay.explorable.reference import Explored
from analysis.essay.explorable.settings import SLIDERS, USUAL
from analysis.essay.explorable.still import still
from analysis.essay.look import policy, theming
from analysis.runs.folder import write_whole

_FOLDER = Path(__file__).parent
_POPULATIONS = (
    ("clonal", "Clonal.", "A child copies one parent."),
    ("sexual", "Sexual.", "A child mixes two parents."),
)


def fragment() -> str:
    """HTML with its styles and script, for a page that has our colours; nothing is loaded."""
    return _live("p")


def page() -> str:
    """A page of its own."""
    body = _live("h1")
    return _rendered("page.html.j2", body=Markup(body), policy=policy([body]), theme=Markup(theming(body)))  # noqa: S704


def write(path: Path) -> Path:
    """Write the page of its own to a file. Raises FolderError where that cannot be."""
    write_whole(path, page().encode())
    return path


@cache
def _live(heading: str) -> str:
    settings = {
        "usual": asdict(USUAL),
        "sliders": [{"name": slider.name, "values": slider.values, "words": slider.words} for slider in SLIDERS],
        "kinds": [kind for kind, *_ in _POPULATIONS],
    }
    piece = _rendered(
        "fragment.html.j2",
        heading=heading,
        populations=_POPULATIONS,
        sliders=SLIDERS,
        settings=Markup(json.dumps(settings).replace("<", "\\u003c")),  # noqa: S704 - our own numbers and words
        figure=Markup(still(USUAL)),  # noqa: S704 - drawn here
    )
    scripts = "\n".join(_own(name) for name in ("engine.js", "page.js"))
    return f"<style>\n{_own('explore.css')}</style>\n{piece}\n<script>(() => {{\n{scripts}}})();</script>"


def _own(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _rendered(name: str, **given: Any) -> str:
    environment = Environment(
        loader=PackageLoader("analysis.essay.explorable", ""), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template(name).render(**given)


__all__ = ["Explored", "fragment", "page", "write"]
