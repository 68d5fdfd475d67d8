"""The sheet that a figure is drawn on: a question, its answer, how to read it, what was run, and room for panels."""

import textwrap

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures.theme import quiet

_WIDTH = 8.0
_MARGIN = 0.03
_LINE, _SMALL_LINE = 0.155, 0.13  # inches of a line of text
_READING, _SMALL = 110, 136  # characters that fit into a line


def sheet(
    *, title: str, reading: str, how: str, origin: str, height: float, above: float = 0.46, below: float = 0.35
) -> tuple[Figure, float, float]:
    """A figure 8 inches wide with all words but those of the panels, and the bottom and top of these as shares of it.

    ``height`` of the panels, and the room ``above`` and ``below`` them for their titles and labels, are in inches.
    """
    said, ran = textwrap.wrap(reading, _READING), textwrap.wrap(origin, _SMALL)
    explained = textwrap.wrap(how, _SMALL)
    below_reading = 0.47 + _LINE * len(said) + 0.06
    head = below_reading + _SMALL_LINE * len(explained) + above
    foot = 0.16 + _SMALL_LINE * len(ran)
    total = head + height + below + foot
    figure = Figure(figsize=(_WIDTH, total))
    figure.text(_MARGIN, 1 - 0.25 / total, title, fontsize=14, fontweight="bold", va="center")
    figure.text(_MARGIN, 1 - 0.47 / total, "\n".join(said), va="top", linespacing=1.25)
    for text, y, va in ((explained, 1 - below_reading / total, "top"), (ran, 0.08 / total, "bottom")):
        figure.text(_MARGIN, y, "\n".join(text), fontsize=7.5, color=quiet(), va=va, linespacing=1.25)
    return figure, (foot + below) / total, 1 - head / total


def row_of_panels(
    figure: Figure,
    bottom: float,
    top: float,
    count: int,
    *,
    left: float = 0.085,
    right: float = 0.975,
    gap: float = 0.08,
) -> list[Axes]:
    """``count`` panels next to each other; all numbers are shares of the figure."""
    width = (right - left - (count - 1) * gap) / count
    return [figure.add_axes((left + i * (width + gap), bottom, width, top - bottom)) for i in range(count)]
