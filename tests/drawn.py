"""What a figure shows."""

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text


def faults(figure: Figure) -> list[str]:
    """Texts that leave the canvas or overlap each other by more than a pixel."""
    canvas: Any = FigureCanvasAgg(figure)
    figure.draw_without_rendering()
    boxes = [(text.get_text(), text.get_window_extent(canvas.get_renderer())) for text in words_of(figure)]
    width, height = figure.get_size_inches() * figure.dpi
    clipped = [
        f"{words!r} is clipped" for words, box in boxes if box.x0 < 0 or box.y0 < 0 or box.x1 > width or box.y1 > height
    ]
    overlapping = [
        f"{one!r} overlaps {two!r}"
        for (one, a), (two, b) in combinations(boxes, 2)
        if min(min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)) > 1
    ]
    return clipped + overlapping


def words_of(figure: Figure) -> list[Text]:
    """Every text that is to be seen; ticks beyond the limits of their axis exist but are not drawn."""
    return [text for text in _texts(figure) if text.get_visible() and text.get_text().strip()]


def _texts(figure: Figure) -> Iterator[Text]:
    yield from figure.texts
    for legend in figure.legends:
        yield from legend.get_texts()
    axes: Any
    for axes in figure.findobj(Axes):
        yield from axes.texts
        if not axes.axison:
            yield from (axes.title, axes._left_title)
            continue
        yield from (axes.title, axes._left_title, axes.xaxis.label, axes.yaxis.label)
        for axis in (axes.xaxis, axes.yaxis):
            for tick in axis._update_ticks():
                yield from (tick.label1, tick.label2)
