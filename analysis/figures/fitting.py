"""Text that has to fit: how wide it is, where it breaks, which of many labels can stand."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from analysis.arrays import Floats
from analysis.numbers import SCIENTIFIC, decimals_for, number

ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
_HINTING = 1.05  # letters on a grid of pixels are a little wider than their outlines
_GAP = 0.08  # inches between labels
_TOLD = 60
"""Characters of a value that are told where its label is a number."""


@lru_cache(maxsize=4096)
def width(text: str, size: float = 9.0, *, bold: bool = False) -> float:
    """Of the widest line, in inches."""
    font = FontProperties(family="DejaVu Sans", size=size, weight="bold" if bold else "normal")
    lines = (text_to_path.get_text_width_height_descent(line, font, ismath=False)[0] for line in text.split("\n"))
    return _HINTING * max(lines) / 72.0


def wrapped(text: str, room: float, size: float = 9.0, *, lines: int = 1, bold: bool = False) -> str:
    """A text in at most so many lines that are ``room`` inches wide; what is too much becomes an ellipsis."""
    rows: list[str] = []
    for word in text.split(" "):
        longer = f"{rows[-1]} {word}" if rows else word
        if rows and width(longer, size, bold=bold) <= room:
            rows[-1] = longer
        else:
            rows.append(word)
    if len(rows) > lines:
        rows = [*rows[: lines - 1], " ".join(rows[lines - 1 :])]
    return "\n".join(_cut(row, room, size, bold=bold) for row in rows)


def _cut(line: str, room: float, size: float, *, bold: bool) -> str:
    """A line, or as much of it as fits."""
    if width(line, size, bold=bold) <= room:
        return line
    while len(line) > 1 and width(line + ELLIPSIS, size, bold=bold) > room:
        line = line[:-1]
    return line.rstrip(" ,") + ELLIPSIS


def standing(places: Sequence[float], sizes: Sequence[float], gap: float = _GAP) -> list[bool]:
    """Which of some labels, so wide and centred on places in inches, can stand beside each other; both ends first."""
    order = np.argsort(places, kind="stable").tolist()
    kept: list[int] = []
    for i in [order[0], order[-1], *order[1:-1]] if order else []:
        if all(abs(places[i] - places[j]) >= (sizes[i] + sizes[j]) / 2.0 + gap for j in kept):
            kept.append(i)
    return [i in kept for i in range(len(places))]


def told_apart(labels: Sequence[str], whole: Sequence[str], of: str) -> tuple[list[str], str]:
    """Labels that were cut, or, where that made some alike, their numbers, and then what these stand for."""
    if len(set(labels)) == len(labels):
        return list(labels), ""
    told = "; ".join(f"no. {i + 1} is {text[:_TOLD]}{ELLIPSIS * (len(text) > _TOLD)}" for i, text in enumerate(whole))
    return [f"no. {i + 1}" for i in range(len(labels))], f" Of {of}, {told}."


def tick_texts(ticks: Floats) -> list[str]:
    """Evenly spaced numbers with as many digits as tell them apart."""
    step, largest = float(np.min(np.diff(ticks), initial=np.inf)), float(np.max(np.abs(ticks), initial=0.0))
    if decimals_for(largest) != SCIENTIFIC:
        decimals = 2 if np.isinf(step) else max(0, -int(np.floor(np.log10(step) + 1e-9)))
        return [number(float(tick), decimals) for tick in ticks]
    digits = 1 if np.isinf(step) else int(np.clip(np.floor(np.log10(largest)) - np.floor(np.log10(step) + 1e-9), 0, 9))
    return ["0" if abs(tick) < 1e-9 * largest else _scientific(float(tick), digits) for tick in ticks]


def _scientific(value: float, digits: int) -> str:
    mantissa, power = f"{value:.{digits}e}".split("e")
    return f"{mantissa}e{int(power)}".replace("-", "\N{MINUS SIGN}")
