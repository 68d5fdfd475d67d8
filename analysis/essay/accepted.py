"""What an essay's author has accepted: ``NAME.values.json``, with what every shortcode showed then."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from analysis.essay.composing import Composed
from analysis.essay.errors import EssayError, Problem
from analysis.essay.shortcode import Shortcode
from analysis.runs.folder import write_whole

_ABOUT = "What each shortcode showed when the author last accepted it: mixability essay build --accept"


@dataclass(frozen=True, kw_only=True)
class Change:
    """A shortcode that shows something else than was accepted."""

    line: int
    key: str
    """The shortcode, without its braces."""
    old: Sequence[str]
    """Nothing where it is new."""
    new: Sequence[str]
    """Nothing where it is gone."""
    because: str = ""
    """Why it is gone."""

    @property
    def sentence(self) -> str:
        """What has changed."""
        if not self.old:
            return f"{self.key}: new, shows {_brief(self.new)}"
        if not self.new:
            return f"{self.key}: gone, showed {_brief(self.old)}: {self.because}"
        lost = [line for line in self.old if line not in self.new]
        come = [line for line in self.new if line not in self.old]
        return f"{self.key}: {_brief(lost)} -> {_brief(come)}"


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """What was accepted, and of which ledger."""

    shown: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Lines by shortcode."""
    scale: str = ""
    digest: str = ""

    def write(self, path: Path) -> None:
        """For `read_accepted`."""
        shown = {key: lines[0] if len(lines) == 1 else list(lines) for key, lines in self.shown.items()}
        said = {"about": _ABOUT, "scale": self.scale, "digest": self.digest, "shown": shown}
        write_whole(path, (json.dumps(said, indent=1, ensure_ascii=False) + "\n").encode())


def values_file(essay: Path) -> Path:
    """Where it lies: beside the essay."""
    return essay.with_name(f"{essay.stem}.values.json")


def shown_by(composed: Composed) -> Accepted:
    """What an essay shows now."""
    live = composed.read.live
    shown = {_key(live[number]): piece.shown for number, piece in composed.pieces.items() if piece.shown}
    return Accepted(shown=shown, scale=composed.desk.ledger.scale, digest=composed.desk.ledger.digest)


def read_accepted(essay: Path) -> Accepted | None:
    """What was accepted; None where nothing was yet. Raises EssayError where the file is not one of ours."""
    path = values_file(essay)
    if not path.exists():
        return None
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        shown = {
            str(key): [text] if isinstance(text, str) else [str(t) for t in text] for key, text in said["shown"].items()
        }
        return Accepted(shown=shown, scale=str(said["scale"]), digest=str(said["digest"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        says = "is no file of accepted values; remove it, and accept again with mixability essay build --accept"
        raise EssayError(path, [Problem(line=1, says=says)]) from error


def changes(composed: Composed, accepted: Accepted) -> list[Change]:
    """All shortcodes that show something else than was accepted, in their order, each key once."""
    found: dict[str, Change] = {}
    for number, shortcode in composed.read.live.items():
        piece = composed.pieces.get(number)
        key = _key(shortcode)
        old, new = accepted.shown.get(key, ()), piece.shown if piece else ()
        if list(old) != list(new):
            because = "" if piece else composed.unanswered[number].says
            change = Change(line=composed.line(number), key=key, old=old, new=new, because=because)
            found.setdefault(key, change)
    return list(found.values())


def stale(before: Accepted | None, now: Accepted) -> str:
    """In what the ledger differs from the one that was accepted, in a sentence; empty where it does not."""
    if before is None or (before.scale, before.digest) == (now.scale, now.digest):
        return ""
    if before.scale != now.scale:
        return f"The ledger is of scale {now.scale}; values were accepted from one of scale {before.scale}."
    return f"The ledger {now.digest} is another than {before.digest}, from which values were accepted."


def _key(shortcode: Shortcode) -> str:
    """By which it is accepted: an author may change a caption without being asked about the figure again."""
    return replace(shortcode, filters=tuple(each for each in shortcode.filters if each[0] != "caption")).key


def _brief(lines: Sequence[str]) -> str:
    """The first line, and how many more there are."""
    more = f" (and {len(lines) - 1} more)" if len(lines) > 1 else ""
    return f"{lines[0]}{more}" if lines else "the same in another order"
