"""The grammar of shortcodes: ``{{ name: argument | filter "words" | filter }}``."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from analysis.essay.errors import ShortcodeError
from analysis.essay.text import MARKS
from analysis.names import nearest

_OCCURRENCE = re.compile(
    r"(?<!\\)\{\{(?![<%])"  # Hugo's and Quarto's own, {{< ... >}} and {{% ... %}}, are theirs
    r"(?:(?P<inside>(?:(?!\}\}|\{\{|\n[ \t]*\n).)*)\}\})?",
    re.DOTALL,
)
_MARK = re.compile(f"{MARKS[0]}(\\d+){MARKS[1]}")
_BAR = re.compile(r'\|(?=(?:[^"]*"[^"]*")*[^"]*$)')  # not within quotation marks
_WORD = re.compile(r'"([^"]*)"|([^\s"]+)')
_NAME = re.compile(r"[a-z]+")
_STRAIGHT = str.maketrans("“”", '""')


@dataclass(frozen=True, kw_only=True)
class Occurrence:
    """What looks like a shortcode, at its place in the body."""

    raw: str
    line: int
    """Within the body, from 0 on."""
    closed: bool


@dataclass(frozen=True, kw_only=True)
class Shortcode:
    """One that was understood."""

    name: str
    argument: str
    filters: tuple[tuple[str, ...], ...]
    """The name of each, and what it is given."""

    @property
    def key(self) -> str:
        """The same for all that show the same."""
        asked = f"{self.name}: {self.argument}" if self.argument else self.name
        return " | ".join((asked, *(" ".join((name, *map(_quoted, given))) for name, *given in self.filters)))

    def options(self, allowed: Mapping[str, int]) -> dict[str, tuple[str, ...]]:
        """What each filter is given, by its name; ``allowed`` says how many words each takes. Raises ShortcodeError."""
        found: dict[str, tuple[str, ...]] = {}
        for name, *given in self.filters:
            if name not in allowed:
                raise ShortcodeError(f"{self.name} has no filter {name!r}; {nearest(name, allowed)}")
            if name in found:
                raise ShortcodeError(f"the filter {name!r} stands there twice")
            if len(given) != allowed[name]:
                wanted = "nothing" if not allowed[name] else "one word, or words in quotation marks"
                raise ShortcodeError(f"the filter {name!r} takes {wanted}; got {' '.join(given) or 'nothing'}")
            found[name] = tuple(given)
        return found

    def needed(self, what: str) -> str:
        """The argument. Raises ShortcodeError where there is none."""
        if not self.argument:
            raise ShortcodeError(f"{self.name} needs {what}: {{{{ {self.name}: ... }}}}")
        return self.argument

    def alone(self) -> None:
        """Raises ShortcodeError where there is an argument."""
        if self.argument:
            raise ShortcodeError(f"{self.name} takes no argument; got {self.argument!r}")


def mark(body: str) -> tuple[str, list[Occurrence]]:
    """The body with a mark in place of every shortcode, and these.

    A mark is like a letter to Markdown, so bars do not end cells of tables and stars do not begin emphasis; whether
    one stands in text or in code is seen when Markdown has been read.
    """
    found: list[Occurrence] = []

    def replaced(match: re.Match[str]) -> str:
        found.append(
            Occurrence(
                raw=match[0], line=body.count("\n", 0, match.start()), closed=match["inside"] is not None
            )
        )  # fmt: skip
        return marked(len(found) - 1)

    return _OCCURRENCE.sub(replaced, body), found


def marked(number: int) -> str:
    """The mark of a number."""
    return f"{MARKS[0]}{number}{MARKS[1]}"


def numbers_in(text: str) -> list[int]:
    """Of all marks in a text."""
    return [int(number) for number in _MARK.findall(text)]


def replaced_in(text: str, by: Mapping[int, str]) -> str:
    """Put something in the place of every mark."""
    return _MARK.sub(lambda match: by[int(match[1])], text)


def parse(occurrence: Occurrence) -> Shortcode:
    """Understand one. Raises ShortcodeError."""
    if not occurrence.closed:
        raise ShortcodeError(r"{{ is never closed by }}; for two braces that are no shortcode write \{{")
    inside = occurrence.raw[2:-2].translate(_STRAIGHT)
    if inside.count('"') % 2:
        raise ShortcodeError(f"a quotation mark is never closed in {occurrence.raw}")
    asked, *filters = (part.strip() for part in _BAR.split(inside))
    name, _, argument = (part.strip() for part in asked.partition(":"))
    if not _NAME.fullmatch(name):
        raise ShortcodeError(f"{occurrence.raw} is no shortcode: write {{{{ name: argument | filter }}}}")
    words = [_words(text) for text in filters]
    if not all(given and _NAME.fullmatch(given[0]) for given in words):
        raise ShortcodeError(f"after a bar there must be the name of a filter in {occurrence.raw}")
    return Shortcode(name=name, argument=" ".join(argument.split()), filters=tuple(words))


def _words(text: str) -> tuple[str, ...]:
    """Words, and words in quotation marks as one; spaces in these are one each, for a line may end there."""
    return tuple(" ".join(quoted.split()) or bare for quoted, bare in _WORD.findall(text))


def _quoted(word: str) -> str:
    return word if _WORD.fullmatch(word) else f'"{word}"'
