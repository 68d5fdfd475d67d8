"""How numbers are written in figures, tables and sentences."""

import numpy as np

from analysis.experiments.claims import Finding
from analysis.stats import Comparison

SCIENTIFIC = -1
"""Instead of a number of decimals: a power of ten is written out."""
_MINUS, _UNDEFINED = "\N{MINUS SIGN}", "\N{EN DASH}"


def number(value: float, decimals: int | None = None) -> str:
    """A number with as many decimals as its size needs and a true minus sign; an en dash for NaN."""
    if np.isnan(value):
        return _UNDEFINED
    decimals = decimals_for(value) if decimals is None else decimals
    text = _scientific(value) if decimals == SCIENTIFIC else f"{value:.{decimals}f}"
    if float(text) == 0.0:
        text = text.lstrip("-")
    return text.replace("-", _MINUS)


def _scientific(value: float) -> str:
    digits, power = f"{value:.1e}".split("e")
    return f"{digits}e{int(power)}" if value else "0"


def counted(count: int, noun: str, several: str = "") -> str:
    """A count with its noun, which takes an s for all but one if it is not said how it is called then."""
    return f"{count:,} {noun if count == 1 else several or noun + 's'}"


def decimals_for(*values: float) -> int:
    """Decimals with which the largest of some numbers shows at least two digits that matter; at most 4.

    `SCIENTIFIC` where that would show none of it, or too many.
    """
    largest = max((abs(v) for v in values if np.isfinite(v)), default=0.0)
    if largest >= 1e7 or 0.0 < largest < 5e-5:
        return SCIENTIFIC
    if largest >= 9.95:
        return 1 if largest < 99.5 else 0
    return 2 if largest == 0.0 else int(np.clip(1 - np.floor(np.log10(largest)), 2, 4))


def signed(value: float, decimals: int | None = None) -> str:
    """A number with its sign."""
    text = number(value, decimals)
    return text if text[0] in _MINUS + _UNDEFINED else f"+{text}"


def difference(comparison: Comparison) -> str:
    """Difference and interval, with common decimals."""
    c = comparison
    decimals = decimals_for(c.difference, c.low, c.high)
    if np.isnan(c.low):
        return signed(c.difference, decimals)
    return f"{signed(c.difference, decimals)} [{signed(c.low, decimals)}, {signed(c.high, decimals)}]"


def effect(comparison: Comparison) -> str:
    """Hedges' g and its interval."""
    c = comparison
    if np.isnan(c.hedges_g_low):
        return signed(c.hedges_g)
    decimals = 1 if max(abs(c.hedges_g_low), abs(c.hedges_g_high)) < 9.95 else 0
    return f"{signed(c.hedges_g, decimals)} [{signed(c.hedges_g_low, decimals)}, {signed(c.hedges_g_high, decimals)}]"


def arms(comparison: Comparison) -> tuple[str, str]:
    """The means of both arms, with the decimals of their difference."""
    c = comparison
    decimals = decimals_for(c.difference, c.low, c.high)
    return number(c.without, decimals), number(c.with_mixing, decimals)


def outcome(finding: Finding) -> str:
    """Verdict, difference and interval in one line."""
    few = f"only {finding.comparison.pairs} pairs defined" if finding.reason else ""
    return f"{finding.verdict}, {few or difference(finding.comparison)}"
