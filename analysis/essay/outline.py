"""The headings of an essay, in order, with names to link to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it.token import Token


@dataclass(frozen=True, kw_only=True)
class Heading:
    """One of the text's."""

    level: int
    id: str
    words: Token


@dataclass(frozen=True, kw_only=True)
class Outline:
    """All of them."""

    title: Token | None
    """The words of a first heading that serves as the title."""
    headings: Sequence[Heading]
    body: Sequence[Token]
    """Without the title."""
    problems: Sequence[tuple[int, str]]
    """With their lines, from 0 on."""


def outline(tokens: Sequence[Token], *, titled: bool) -> Outline:
    """Give headings their names; ``titled`` says that there is a title already."""
    first = bool(tokens) and not titled and tokens[0].tag == "h1"
    body = tokens[3:] if first else tokens
    problems = (
        [] if first or titled else [(0, "the essay needs a title: in the front matter, or as a first line # ...")]
    )
    headings: list[Heading] = []
    above = 1
    for at, token in enumerate(body):
        if token.type != "heading_open":
            continue
        level, line = int(token.tag[1]), (token.map or [0])[0]
        if level == 1:
            problems.append((line, "only the title is a heading with one #; those of the text begin with ##"))
        elif level > above + 1:
            problems.append((line, f"a heading with {level} # stands under one with {above}; leave none out"))
        above = max(level, 2)
        name = _free(_slug(body[at + 1]), [heading.id for heading in headings])
        token.attrSet("id", name)
        headings.append(Heading(level=level, id=name, words=body[at + 1]))
    return Outline(title=tokens[1] if first else None, headings=headings, body=body, problems=problems)


def _slug(words: Token) -> str:
    """A heading's words in lower case with single hyphens, so that no other name of a page can be the same."""
    text = "".join(child.content for child in words.children or [] if child.type in ("text", "code_inline"))
    return "-".join(re.findall(r"[^\W_]+", text.lower())) or "part"


def _free(name: str, taken: Sequence[str]) -> str:
    """The name, with a number where it is taken."""
    tries = (name, *(f"{name}-{number}" for number in range(2, len(taken) + 3)))
    return next(each for each in tries if each not in taken)
