"""Matplotlib's SVG, made to stand in a page: with words, without ids that others have, in both themes at once."""

import re

from markupsafe import Markup, escape

_LEFT_OUT = re.compile(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", re.DOTALL)
_ID = re.compile(r' id="([^"]*)"')
_ASKED = re.compile(r'(href="#|url\(#)([^")]*)')
_SIZE = re.compile(r' (?:width|height)="[^"]*"')
_PATH = re.compile(r' d="[^"]*"')
_DECIMALS = re.compile(r"(\.\d\d)\d+")  # a hundredth of a point is too small to see
_COLOR = re.compile(r"(?<=: )#[0-9a-f]{6}\b")
_SPACE = re.compile(r"\n\s*")


def inline(light: str, dark: str, *, name: str, title: str, words: str) -> Markup:
    """One SVG element with a title and a description, whose ids begin with ``name``.

    Where both drawings differ in nothing but colours, it is one drawing whose colours are properties of the page
    (`colors` finds them); else it holds both, in elements of the classes ``in-light`` and ``in-dark``.
    """
    one, other = _own(light, f"{name}--light"), _own(dark, f"{name}--light")
    if _COLOR.split(one) == _COLOR.split(other):
        return _worded(_merged(one, other), name, title, words)
    both = (_worded(one, name, title, words), _worded(_own(dark, f"{name}--dark"), f"{name}--dark", title, words))
    return Markup('<div class="in-light">{}</div><div class="in-dark">{}</div>').format(*both)


def colors(page: str) -> dict[str, tuple[str, str]]:
    """The properties that the drawings of a page need: what each is in the light theme and in the dark one."""
    found = re.findall(r"var\((--c-([0-9a-f]{6})-([0-9a-f]{6}))\)", page)
    return {name: (f"#{light}", f"#{dark}") for name, light, dark in sorted(set(found))}


def _own(svg: str, name: str) -> str:
    """Without what a page has no use for, and with ids of its own."""
    text = _SPACE.sub("\n", _LEFT_OUT.sub("", svg[svg.index("<svg") :])).strip()
    text = _PATH.sub(lambda path: _DECIMALS.sub(r"\1", path[0]), text)
    head, body = text.split(">", 1)
    return _SIZE.sub("", head) + ">" + _renamed(body, name)


def _renamed(body: str, name: str) -> str:
    """Ids that something refers to, numbered in their order, since matplotlib's depend on colours."""
    asked = {found for _, found in _ASKED.findall(body)}
    used = (found for found in _ID.findall(body) if found in asked)
    names = {found: f"{name}--{number}" for number, found in enumerate(dict.fromkeys(used))}
    body = _ID.sub(lambda found: f' id="{names[found[1]]}"' if found[1] in names else "", body)
    return _ASKED.sub(lambda found: found[1] + names.get(found[2], found[2]), body)


def _merged(light: str, dark: str) -> str:
    pairs = zip(_COLOR.findall(light), _COLOR.findall(dark), strict=True)
    names = iter([one if one == other else f"var(--c-{one[1:]}-{other[1:]})" for one, other in pairs])
    return _COLOR.sub(lambda _: next(names), light)


def _worded(svg: str, name: str, title: str, words: str) -> Markup:
    """With a title and a description that it is labelled by."""
    head, body = svg.split(">", 1)
    ids = f"{name}--title", f"{name}--words"
    said = f'<title id="{ids[0]}">{escape(title)}</title><desc id="{ids[1]}">{escape(words)}</desc>'
    labelled = f'{head} role="img" aria-labelledby="{ids[0]}" aria-describedby="{ids[1]}">{said}{body}'
    return Markup(labelled)  # noqa: S704 - matplotlib escapes what it draws, and we what we add
