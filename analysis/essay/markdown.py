"""How an essay's Markdown is parsed: CommonMark, tables, footnotes, and the marks of shortcodes."""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from analysis.essay.shortcode import numbers_in
from analysis.essay.text import MARKS

_SCHEMES = ("http", "https", "mailto")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)


class _Markdown(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 - as it is called there
        return may_be_linked(url)


def parser(*, raw_html: bool, english: bool) -> MarkdownIt:
    """Give a parser; raw HTML is text unless asked for, quotation marks and dashes become typographic in English."""
    markdown = _Markdown("commonmark", {"html": raw_html, "typographer": True})
    markdown.enable(["table", "strikethrough"])
    if english:
        markdown.enable(["replacements", "smartquotes"])
    markdown.use(footnote_plugin)
    markdown.inline.add_terminator_char(MARKS[0])
    markdown.inline.ruler.push("mark", _mark)
    markdown.core.ruler.after("inline", "marks_alone", _alone)
    return markdown


def environment(cited: Mapping[int, str], blocks: AbstractSet[int]) -> dict[str, object]:
    """What the rules have to know: which marks cite which source, and which are blocks."""
    return {"cited": cited, "blocks": blocks}


def may_be_linked(address: str) -> bool:
    """Whether it is of the web, of mail or within reach: what else a scheme can do has no place in an essay."""
    scheme = _SCHEME.match(address)
    return scheme[1].lower() in _SCHEMES if scheme else not address.startswith(("//", "\\"))


def _mark(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - as markdown-it calls it
    """A mark in text becomes a token; one that cites becomes a reference to a footnote."""
    end = state.src.find(MARKS[1], state.pos) + 1
    if state.src[state.pos] != MARKS[0] or not end:
        return False
    if not silent:
        content = state.src[state.pos : end]
        number = numbers_in(content)[0]
        if number in state.env["cited"]:
            _cite(state, number)
        else:
            token = state.push("shortcode", "", 0)
            token.content, token.meta = content, {"number": number}
    state.pos = end
    return True


def _cite(state: StateInline, number: int) -> None:
    """Refer to the footnote of a source, and make it where this is the first time."""
    key = state.env["cited"][number]
    notes = state.env.setdefault("footnotes", {"refs": {}, "list": {}})["list"]
    places = (place for place, note in notes.items() if note.get("source") == key)
    place = next(places, len(notes))
    source = Token("source", "", 0, meta={"key": key})
    note = notes.setdefault(place, {"source": key, "count": 0, "content": "", "tokens": [source]})
    token = state.push("footnote_ref", "", 0)
    token.meta = {"id": place, "subId": note["count"], "number": number}
    note["count"] += 1


def _alone(state: StateCore) -> None:
    """A paragraph that is nothing but one shortcode of a kind that is a block becomes that block."""
    tokens = state.tokens
    for at in range(1, len(tokens) - 1):
        children = tokens[at].children or []
        if tokens[at - 1].type != "paragraph_open" or [child.type for child in children] != ["shortcode"]:
            continue
        if children[0].meta["number"] in state.env["blocks"]:
            tokens[at - 1].hidden = tokens[at + 1].hidden = True
            tokens[at] = Token("shortcode_block", "", 0, meta=children[0].meta, map=tokens[at].map)
