"""The live piece of the essay: two populations side by side, clonal and sexual, in a page.

`engine.js` is the simulator, draw for draw; `page.js` is what the reader sees and may do.
"""

import json
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from analysis.essay.explorable.reference import Explored
from analysis.essay.explorable.settings import SLIDERS, USUAL
from analysis.essay.explorable.still import still
from analysis.runs.folder import write_whole

_FOLDER = Path(__file__).parent
_POPULATIONS = (
    ("clonal", "Clonal.", "A child copies one parent."),
    ("sexual", "Sexual.", "A child takes each gene from either of two."),
)


@cache
def fragment() -> str:
    """HTML with its styles and script, for a page that has the essay's colours; all of it is here, nothing is loaded."""
    scripts = "\n".join(_own(name) for name in ("engine.js", "page.js"))
    return f"<style>\n{_own('explore.css')}</style>\n{_rendered('fragment.html.j2')}\n<script>(() => {{\n{scripts}}})();</script>"


def page() -> str:
    """A page of its own."""
    from analysis.essay.look import policy, theming  # noqa: PLC0415 - TEMP

    body = fragment()
    return _rendered("page.html.j2", body=Markup(body), policy=policy([body]), theme=Markup(theming(body)))  # noqa: S704


def write(path: Path) -> Path:
    """Write the page of its own to a file. Raises FolderError where that cannot be."""
    write_whole(path, page().encode())
    return path


def _own(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _rendered(name: str, **more: Any) -> str:
    environment = Environment(
        loader=PackageLoader("analysis.essay.explorable", ""), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    settings = {
        "usual": asdict(USUAL),
        "sliders": [{"name": s.name, "values": s.values, "words": s.words} for s in SLIDERS],
        "kinds": [kind for kind, *_ in _POPULATIONS],
    }
    return environment.get_template(name).render(
        loci=USUAL.loci,
        populations=_POPULATIONS,
        sliders=SLIDERS,
        usual=USUAL,
        settings=Markup(json.dumps(settings).replace("<", "\\u003c")),  # noqa: S704 - our own numbers and words
        figure=Markup(still(USUAL)),  # noqa: S704 - drawn here
        **more,
    )


__all__ = ["Explored", "fragment", "page", "write"]
