"""The one plot of a sweep: lines with intervals, or heat maps."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from analysis.figures.averaged import AveragedChart
from analysis.figures.fitting import width, wrapped
from analysis.figures.sweep_lines import lines_chart
from analysis.figures.sweep_map import map_chart
from analysis.figures.sweep_panels import Words
from analysis.figures.theme import Theme
from analysis.runs.spec import SpecError
from analysis.stats import MIN_REPLICATES
from analysis.sweeps.aggregate import Selection, Swept, select, varying
from analysis.sweeps.names import ARM, Name, find, listed, value_text
from analysis.sweeps.reading import notes, reading
from analysis.sweeps.table import Table

MOST_PANELS = 6
_PREFERRED = ("performance", "hybrid_viability:apart", "fitness", "test_accuracy")
_NOTHING = "nothing of this sweep is finished yet; run it first"
_TITLE, _ROOM = 14.0, 7.5  # points, inches


def plot(
    table: Table,
    *,
    x: str,
    y: str,
    colour: str | None = None,
    difference: bool = False,
    where: Mapping[str, Any] | None = None,
    theme: Theme = "light",
) -> AveragedChart:
    """Draw a measure of a sweep.

    ``y`` a measure: lines along the setting ``x``, one for each arm or value of ``colour``. ``y`` a setting: heat maps
    of the measure ``colour``. ``difference``: what mixing adds, replicate by replicate. ``where``: values of swept
    settings, or of ``arm``, to which the figure is kept; settings that still vary get panels.

    Raises SpecError where a name is unknown or of the wrong kind, or there would be too many panels.
    """
    if not table.rows:
        raise SpecError([_NOTHING])
    across, up = find(table, x), find(table, y)
    hue = find(table, colour) if colour else None
    if across.kind != "setting":
        raise SpecError([f"--x must be a swept setting ({listed(table.axes)}); got {x}"])
    if up.kind == "arm":
        raise SpecError([f"--y must be a measure ({listed(table.measures)}) or a swept setting; got arm"])
    if up.kind == "setting":
        selection = _over_two(table, across, up, hue, where or {})
        coloured, along = False, 2
    else:
        selection = _along_one(table, across, up, hue, where or {})
        coloured = hue is not None and hue.kind == "setting"
        along = 1 + coloured
    if not selection.means:
        raise SpecError(["--where leaves nothing that is finished; leave one of them out"])
    if difference and not selection.pair:
        raise SpecError(
            [f"--difference needs an arm without mixing and one with; there are {listed(filter(None, selection.arms))}"]
        )
    _few(selection.shown[along:], len(selection.arms) if coloured and not difference else 1)
    words = _words(selection, selection.shown[:along], difference=difference, lines=up.kind == "measure")
    if up.kind == "setting":
        return map_chart(selection, words, theme, difference=difference)
    return lines_chart(selection, words, theme, coloured=coloured, difference=difference)


def default_axes(
    table: Table,
    *,
    x: str | None = None,
    y: str | None = None,
    colour: str | None = None,
    where: Mapping[str, Any] | None = None,
) -> tuple[str, str, str | None]:
    """What to plot unless it is said: x, y and colour.

    Along x the setting with the most values, as colour the next, or else the arms. Raises SpecError where nothing is
    left that varies.
    """
    if not table.rows or not table.measures:
        raise SpecError([_NOTHING])
    taken = {find(table, name).key for name in (x, y, colour, *(where or {})) if name}
    free = [path for path in sorted(table.axes, key=lambda path: -len(table.axes[path])) if path not in taken]
    if x is None:
        if not free:
            raise SpecError(["nothing is left that varies; plot another sweep, or leave --where out"])
        x = free.pop(0)
    y = y or _preferred(table)
    if colour is None and find(table, y).kind == "setting":
        colour = _preferred(table)
    elif colour is None:
        colour = next(iter(varying(table.rows, free, [find(table, x).key])), ARM if len(table.arms) > 1 else None)
    return x, y, colour


def _preferred(table: Table) -> str:
    return next((key for key in _PREFERRED if key in table.measures), table.measures[0])


def _along_one(table: Table, x: Name, y: Name, hue: Name | None, where: Mapping[str, Any]) -> Selection:
    """What lines are drawn of."""
    if hue and (hue.kind == "measure" or hue.key == x.key):
        raise SpecError(
            [f"--colour must be arm or a swept setting beside {x.key} where --y is a measure; got {hue.key}"]
        )
    return select(table, y.key, [x.key, *([hue.key] if hue and hue.kind == "setting" else [])], where)


def _over_two(table: Table, x: Name, y: Name, hue: Name | None, where: Mapping[str, Any]) -> Selection:
    """What heat maps are drawn of."""
    if x.key == y.key:
        raise SpecError([f"--x and --y must be different; got {x.key} twice"])
    if hue and hue.kind != "measure":
        raise SpecError(
            [f"--colour must be a measure ({listed(table.measures)}) where --y is a swept setting; got {hue.key}"]
        )
    return select(table, hue.key if hue else _preferred(table), [x.key, y.key], where)


def _few(panels: Sequence[Swept], arms: int) -> None:
    """Raises SpecError where there would be too many panels."""
    count = arms
    for setting in panels:
        count *= len(setting.values)
    if panels and count > MOST_PANELS:
        longest = max(panels, key=lambda setting: len(setting.values))
        end = longest.path.rpartition(".")[2]
        raise SpecError(
            [
                f"{' and '.join(setting.path for setting in panels)} would need {count} panels, more than "
                f"{MOST_PANELS}; fix it with --where {end}={value_text(longest.values[0])}"
            ]
        )


def _words(selection: Selection, along: Sequence[Swept], *, difference: bool, lines: bool) -> Words:
    settings = "-".join(setting.path.rpartition(".")[2] for setting in along)
    name = f"{selection.measure}-by-{settings}" + "-difference" * difference + "-map" * (not lines)
    how = _how_lines if lines else _how_map
    return Words(
        name=re.sub(r"[^A-Za-z0-9_]+", "-", name),
        title=_title(selection, " and ".join(setting.label for setting in along), difference=difference),
        reading=reading(selection, difference=difference),
        how=how(selection, difference=difference),
        origin=" ".join(filter(None, [selection.table.summary, notes(selection, difference=difference)])),
    )


def _title(selection: Selection, over: str, *, difference: bool) -> str:
    """The longest question that fits."""
    measure = selection.label
    if difference:
        candidates = [f"What does mixing add to {measure}, over {over}?", f"What does mixing add to {measure}?"]
    else:
        candidates = [
            f"How does {measure} depend on {over}?",
            f"{measure[:1].upper()}{measure[1:]} over {over}",
            f"What does {measure} depend on?",
        ]
    fitting = (text for text in candidates if width(text, _TITLE, bold=True) <= _ROOM)
    return next(fitting, wrapped(candidates[-1], _ROOM, _TITLE, bold=True))


def _how_lines(selection: Selection, *, difference: bool) -> str:
    found = list((selection.differences if difference else selection.means).values())
    said = [f"Points: means of {selection.contrast}, pair by pair" if difference else "Points: means over replicates"]
    if any(not np.isnan(estimate.low) for estimate in found):
        said.append("bars and bands: their 95 % intervals")
        if difference:
            said.append("filled where the interval leaves 0 out, hollow where it does not")
    if any(1 < len(estimate.values) < MIN_REPLICATES for estimate in found):
        said.append(f"small marks: single replicates, where there are fewer than {MIN_REPLICATES}")
    return f"{'; '.join(said)}."


def _how_map(selection: Selection, *, difference: bool) -> str:
    paired = f"{selection.contrast}, pair by pair"
    if any(not np.isnan(estimate.low) for estimate in selection.differences.values()):
        paired += ", with a dot where the 95 % interval leaves 0 out"
    found = (selection.differences if difference else selection.means).values()
    if difference:
        text = f"Colour: mean of {paired}"
    else:
        scale = ", on one scale for all arms" if len(selection.arms) > 1 else ""
        text = f"Colour: mean over replicates{scale}" + (f"; right: {paired}" if selection.pair else "")
    if not all(estimate.defined for estimate in found):
        text += ". Hatched: undefined"
    expected = len(selection.places) * (1 if difference else len(selection.arms))
    return f"{text}. Blank: not there yet." if len(found) < expected else f"{text}."
