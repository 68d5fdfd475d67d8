"""An essay as it lies on the disk: front matter, which is kept as it is, and a body of Markdown."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis.essay.errors import EssayError, Problem

FIELDS = ("title", "author", "date", "description", "lang")
"""What is read of the front matter."""
MARKS = "\ue000\ue001"
"""Two characters of the private use area; they stand around a shortcode's number while Markdown is read."""
_FIELD = re.compile(r"(?P<key>[A-Za-z_-]+):(?:[ \t]+(?P<value>.*))?")
_QUOTED = re.compile(r"""(["'])(?P<inside>.*)\1\s*(#.*)?""")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, kw_only=True)
class Text:
    """An essay."""

    path: Path
    front: str
    """With its lines of dashes; empty where there is none."""
    fields: Mapping[str, str]
    """Of `FIELDS`, those that it has."""
    body: str

    @property
    def first_line(self) -> int:
        """Of the body, in the file."""
        return self.front.count("\n") + 1

    @property
    def language(self) -> str:
        """For ``lang``: English unless it says otherwise."""
        return self.fields.get("lang", "en")


def read(path: Path) -> Text:
    """An essay from a file in UTF-8. Raises EssayError."""
    try:
        whole = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise EssayError(path, [Problem(line=1, says=f"cannot be read: {error.strerror or error}")]) from error
    except UnicodeDecodeError as error:
        raise EssayError(path, [Problem(line=1, says="is not written in UTF-8; save it as such")]) from error
    front = _front(whole, path)
    fields, problems = _fields(front)
    for number, line in enumerate(whole.split("\n"), 1):
        if any(mark in line for mark in MARKS):
            says = "holds a character of the private use area (U+E000 or U+E001), which this program needs for itself"
            problems.append(Problem(line=number, says=says))
    if problems:
        raise EssayError(path, problems)
    return Text(path=path, front=front, fields=fields, body=whole[len(front) :])


def _front(whole: str, path: Path) -> str:
    lines = whole.split("\n")
    if lines[0].rstrip() != "---":
        return ""
    for number, line in enumerate(lines[1:], 1):
        if line.rstrip() in ("---", "..."):
            return "\n".join(lines[: number + 1]) + "\n" * (len(lines) > number + 1)
    raise EssayError(
        path, [Problem(line=1, says="the front matter is never closed: end it with a line of three dashes")]
    )


def _fields(front: str) -> tuple[dict[str, str], list[Problem]]:
    """Those that are read, from lines ``key: value``; all others may be what they like."""
    fields: dict[str, str] = {}
    problems = []
    for number, line in enumerate(front.split("\n"), 1):
        found = _FIELD.fullmatch(line.rstrip())
        if not found or found["key"] not in FIELDS:
            continue
        key, value = found["key"], (found["value"] or "").strip()
        quoted = _QUOTED.fullmatch(value)
        value = quoted["inside"] if quoted else value.partition(" #")[0].rstrip()
        if not quoted and (not value or value[0] in "[{>|&*!"):
            problems.append(
                Problem(line=number, says=f"{key} must be words in one line, in quotation marks if need be")
            )
        elif key == "lang" and not _LANGUAGE.fullmatch(value):
            problems.append(Problem(line=number, says=f"lang must be a code of a language such as en; got {value!r}"))
        else:
            fields[key] = value
    return fields, problems
