"""What a probe says when it cannot be done."""

import difflib
from collections.abc import Iterable, Sequence

_SHOWN = 8


class ProbeError(ValueError):
    """A model cannot be probed as asked; the message says why and what to do."""


def listed(names: Iterable[str], shown: int = _SHOWN) -> str:
    """Names in a row, the first few of them.

    >>> listed("abc", shown=2)
    'a, b and 1 more'
    """
    found = list(names)
    return ", ".join(found[:shown]) + (f" and {len(found) - shown} more" if len(found) > shown else "")


def closest(name: str, names: Sequence[str]) -> str:
    """A hint at the name that was probably meant; empty where none is near."""
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    return f", but {close[0]!r}" if close else ""


def nearest(name: str, names: Sequence[str]) -> str:
    """The same, or all names there are."""
    return f"there is{hint.removeprefix(', but')}" if (hint := closest(name, names)) else f"there are {listed(names)}"
