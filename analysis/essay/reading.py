"""An essay's body, understood: which shortcodes stand in text, its outline, its pictures, what is wrong."""

import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

from analysis.essay.errors import Problem, ShortcodeError
from analysis.essay.markdown import environment
from analysis.essay.outline import Heading, Outline, outline
from analysis.essay.shortcode import Occurrence, Shortcode, mark, numbers_in, parse, replaced_in
from analysis.essay.text import Text
from analysis.names import nearest

_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|/|\\", re.IGNORECASE)
_UNDEFINED = re.compile(r"\[\^[^\]\s]+\]")


@dataclass(frozen=True, kw_only=True)
class Image:
    """A picture of the author's own."""

    line: int
    """Of the file."""
    address: str
    """From the essay's folder."""


@dataclass(frozen=True, kw_only=True)
class Read:
    """The body of an essay."""

    marked: str
    """With a mark for every shortcode."""
    occurrences: Sequence[Occurrence]
    """By number."""
    live: Mapping[int, Shortcode]
    """Those that stand in text, by number, in their order; the others stand in code, and are no shortcodes."""
    body: Sequence[Token]
    notes: Sequence[Token]
    """Footnotes: the author's own and sources."""
    title: Token | None
    """A first heading that serves as the title."""
    headings: Sequence[Heading]
    images: Sequence[Image]
    problems: Sequence[Problem]

    def line(self, number: int, text: Text) -> int:
        """Of a shortcode in the file."""
        return self.occurrences[number].line + text.first_line


def understand(markdown: MarkdownIt, text: Text, blocks: AbstractSet[str]) -> Read:
    """Read a body; ``blocks`` are the names of shortcodes that are paragraphs of their own."""
    marked, occurrences = mark(text.body)
    shortcodes = {number: _parsed(occurrence) for number, occurrence in enumerate(occurrences)}
    known = {number: found for number, found in shortcodes.items() if isinstance(found, Shortcode)}
    cited = {number: found.argument for number, found in known.items() if found.name == "cite"}
    tokens = markdown.parse(
        marked, environment(cited, {number for number, found in known.items() if found.name in blocks})
    )
    walk = _Walk(marked=marked, occurrences=occurrences, shortcodes=shortcodes, blocks=blocks)
    walk.over(tokens)
    end = next((at for at, token in enumerate(tokens) if token.type == "footnote_block_open"), len(tokens))
    found = outline(tokens[:end], titled="title" in text.fields)
    walk.links_lead_somewhere(found)
    problems = [*walk.problems, *((walk.original(line), says) for line, says in found.problems)]
    return Read(
        marked=marked,
        occurrences=occurrences,
        live={number: known[number] for number in sorted(walk.live) if number in known},
        body=found.body,
        notes=tokens[end + 1 : -1],
        title=found.title,
        headings=found.headings,
        images=[Image(line=line + text.first_line, address=address) for line, address in walk.images],
        problems=[Problem(line=line + text.first_line, says=says) for line, says in problems],
    )


def _parsed(occurrence: Occurrence) -> Shortcode | ShortcodeError:
    try:
        return parse(occurrence)
    except ShortcodeError as error:
        return error


@dataclass(kw_only=True)
class _Walk:
    """One look at every token. Lines are of the body, from 0 on."""

    marked: str
    occurrences: Sequence[Occurrence]
    shortcodes: Mapping[int, Shortcode | ShortcodeError]
    blocks: AbstractSet[str]
    live: set[int] = field(default_factory=set)
    images: list[tuple[int, str]] = field(default_factory=list)
    links: list[tuple[int, str]] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._raw = {number: occurrence.raw for number, occurrence in enumerate(self.occurrences)}
        self._told: set[int] = set()

    def over(self, tokens: Sequence[Token]) -> None:
        """Find what is live; put code back as it was."""
        in_code: set[int] = set()
        for token, line in _each(tokens):
            if token.type in ("code_inline", "code_block", "fence"):
                in_code |= {*numbers_in(token.content), *numbers_in(token.info)}
                token.content, token.info = (replaced_in(part, self._raw) for part in (token.content, token.info))
            elif "number" in token.meta:
                self._stands(token)
            elif token.type in ("html_inline", "html_block"):
                self._cannot_stand(token.content, "within raw HTML")
            elif token.type == "text" and (missing := _UNDEFINED.search(token.content)):
                self.problems.append((self.original(line), f"the footnote {missing[0]} is nowhere defined"))
            else:
                self._links(token, self.original(line))
        unseen = self._raw.keys() - self.live - in_code
        for number in unseen - self._told:
            self._problem_of(number, "a shortcode cannot stand where nothing is shown")

    def links_lead_somewhere(self, found: Outline) -> None:
        """Those within the page need a heading to lead to."""
        names = [heading.id for heading in found.headings]
        for line, name in self.links:
            if name not in names:
                self.problems.append((line, f"there is no heading #{name}; {nearest(name, names)}"))

    def original(self, line: int) -> int:
        """A line of the body, from one of the body with marks: a shortcode may go over several."""
        return replaced_in("\n".join(self.marked.split("\n")[:line]) + "\n" * bool(line), self._raw).count("\n")

    def _stands(self, token: Token) -> None:
        number = token.meta["number"]
        self.live.add(number)
        found = self.shortcodes[number]
        if isinstance(found, ShortcodeError):
            self._problem_of(number, str(found))
        elif token.type == "shortcode" and found.name in self.blocks:
            self._problem_of(number, f"{found.name} needs a paragraph of its own, with blank lines around it")

    def _links(self, token: Token, line: int) -> None:
        """What a link or a picture of the author's leads to."""
        for value in token.attrs.values():
            self._cannot_stand(unquote(str(value)), "in an address or a tooltip")
        address = unquote(str(token.attrs.get("src") or token.attrs.get("href") or ""))
        if token.type == "image":
            self._cannot_stand(token.content, "in the words for a picture")
            if not token.content.strip():
                self.problems.append((line, f"a picture needs words for those who do not see it: ![words]({address})"))
            if _ELSEWHERE.match(address):
                self.problems.append((line, f"the page loads nothing; put {address} beside the essay"))
            else:
                self.images.append((line, address))
        elif address.startswith("#"):
            self.links.append((line, address[1:]))

    def _cannot_stand(self, text: str, where: str) -> None:
        for number in numbers_in(text):
            self._problem_of(number, f"a shortcode cannot stand {where}")

    def _problem_of(self, number: int, says: str) -> None:
        self._told.add(number)
        self.problems.append((self.occurrences[number].line, says))


def _each(tokens: Sequence[Token], line: int = 0) -> Iterator[tuple[Token, int]]:
    """Every token with its line; what stands for a picture is its own matter."""
    for token in tokens:
        line = token.map[0] if token.map else line
        yield token, line
        if token.type == "inline":
            yield from _each(token.children or [], line)
        line += token.type in ("softbreak", "hardbreak")
