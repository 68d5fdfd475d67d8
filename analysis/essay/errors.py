"""What is wrong with an essay, all of it at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class ShortcodeError(Exception):
    """A shortcode cannot be answered; the message says why. Who knows its line makes it a `Problem`."""


@dataclass(frozen=True, kw_only=True, order=True)
class Problem:
    """One thing that is wrong."""

    line: int
    """Of the file, from 1 on."""
    says: str


class EssayError(Exception):
    """An essay cannot be built; ``problems`` are all the reasons, and the message has one in each line."""

    def __init__(self, path: Path, problems: Sequence[Problem]) -> None:
        self.path = path
        self.problems = sorted(problems)
        super().__init__("\n".join(f"{path}:{problem.line}: {problem.says}" for problem in self.problems))
