"""How a text writes a number of the ledger."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from analysis.essay.errors import ShortcodeError
from analysis.ledger.ledger import Value
from analysis.numbers import SCIENTIFIC, decimals_for, number, signed

FILTERS = {"pct": 0, "x": 0, "int": 0, "digits": 1, "signed": 0, "ci": 0, "abs": 0}
"""Those that a number can have, and how many words they take."""
_SPACE = "\N{NO-BREAK SPACE}"
_MOST_DIGITS = 10


def amount(value: Value, options: Mapping[str, tuple[str, ...]]) -> str:
    """The text of a number; ``options`` are filters with what they are given.

    ``pct``: in percent; ``x``: with a sign of multiplication; ``int``: whole, thousands apart; ``digits``: with that
    many decimals; ``signed``: with its sign; ``abs``: without; ``ci``: with its 95 % interval. Raises ShortcodeError
    where filters contradict each other. A number that is undefined is a dash; what it is tells why.
    """
    _agree(options)
    found = _Numbers(value.number, value.low, value.high).scaled(100.0 if "pct" in options else 1.0)
    if not math.isfinite(found.number):
        return number(math.nan)
    found = found.absolute() if "abs" in options else found
    decimals = _decimals(found, options)

    def written(one: float) -> str:
        text = f"{round(one):,}".replace("-", "\N{MINUS SIGN}") if "int" in options else number(one, decimals)
        text = f"+{text}" if "signed" in options and signed(one, decimals)[0] == "+" else text
        return text + (f"{_SPACE}%" if "pct" in options else "\N{MULTIPLICATION SIGN}" if "x" in options else "")

    if "ci" not in options:
        return written(found.number)
    if math.isnan(found.low):
        return f"{written(found.number)} [no interval]"
    return f"{written(found.number)} [{written(found.low)}, {written(found.high)}]"


@dataclass(frozen=True)
class _Numbers:
    number: float
    low: float
    high: float

    def scaled(self, by: float) -> "_Numbers":
        return _Numbers(self.number * by, self.low * by, self.high * by)

    def absolute(self) -> "_Numbers":
        ends = sorted((abs(self.low), abs(self.high)))
        low = 0.0 if self.low < 0.0 < self.high else ends[0]
        return _Numbers(abs(self.number), low, ends[1])


def _agree(options: Mapping[str, tuple[str, ...]]) -> None:
    for one, other in (("pct", "x"), ("int", "digits"), ("abs", "signed")):
        if one in options and other in options:
            raise ShortcodeError(f"the filters {one} and {other} contradict each other; choose one")


def _decimals(found: _Numbers, options: Mapping[str, tuple[str, ...]]) -> int:
    """As asked, or as many as its size needs; of percentages and factors few."""
    if "digits" in options:
        (text,) = options["digits"]
        if not text.isdecimal() or int(text) > _MOST_DIGITS:
            raise ShortcodeError(f"digits takes a whole number up to {_MOST_DIGITS}; got {text}")
        return int(text)
    if "int" in options:
        return 0
    usual = decimals_for(found.number, found.low, found.high) if "ci" in options else decimals_for(found.number)
    if usual == SCIENTIFIC or not options.keys() & {"pct", "x"}:
        return usual
    return max(0, usual - 1)
