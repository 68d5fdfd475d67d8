"""What an essay cites: the project's sources, those of the ledger, and those in a ``sources.toml`` beside the essay."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from analysis.essay.errors import EssayError, Problem, ShortcodeError
from analysis.ledger.statements import Source
from analysis.names import nearest

FILE = "sources.toml"


class Cited(Source):
    """A source, with where to find it."""

    doi: str = ""

    @property
    def link(self) -> str:
        """Its address; empty where none is known."""
        return f"https://doi.org/{self.doi}" if self.doi else self.url


class Bibliography:
    """Sources by key."""

    def __init__(self, sources: Mapping[str, Cited]) -> None:
        self.sources = sources

    def source(self, key: str) -> Cited:
        """One of them. Raises ShortcodeError."""
        if key not in self.sources:
            raise ShortcodeError(f"no source {key!r} in {FILE}, here or beside the essay; {nearest(key, self.sources)}")
        return self.sources[key]


def bibliography(essay: Path, of_claims: Mapping[str, Source]) -> Bibliography:
    """Those that an essay can cite; its own go before the project's, and these before those of the claims.

    Raises EssayError where a file cannot be read.
    """
    ours = _read(Path(__file__).parent / FILE)
    beside = essay.parent / FILE
    theirs = _read(beside) if beside.exists() else {}
    known = {key: Cited.model_validate(source.model_dump()) for key, source in of_claims.items()}
    return Bibliography({**known, **ours, **theirs})


def _read(path: Path) -> dict[str, Cited]:
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EssayError(path, [Problem(line=1, says=f"cannot be read: {error}")]) from error
    sources, problems = {}, []
    for key, entry in found.items():
        try:
            sources[key] = Cited.model_validate(entry)
            if sources[key].link and not sources[key].link.startswith(("https://", "http://")):
                problems.append(Problem(line=1, says=f"the url of {key} must begin with https:// or http://"))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or "the entry"
            problems.append(Problem(line=1, says=f"source {key}, {where}: {first['msg']}"))
    if problems:
        raise EssayError(path, problems)
    return sources
