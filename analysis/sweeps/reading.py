"""What a sweep says, in sentences."""

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from analysis.numbers import SCIENTIFIC, counted, decimals_for, number, signed
from analysis.stats import MIN_REPLICATES
from analysis.sweeps.aggregate import Estimate, Place, Selection
from analysis.sweeps.names import value_text

_MANY = 5
_EXPECTED = 20
"""Of so many 95 % intervals, one is expected to miss."""


def reading(selection: Selection, *, difference: bool) -> str:
    """Where the measure is lowest and highest in each arm, and how much mixing adds where, from the numbers."""
    name = _capital(selection.label)
    if not any(estimate.defined for estimate in selection.means.values()):
        return f"{name} is undefined at {_all(len({place for place, _ in selection.means}))}."
    said = [] if difference else [f"{name} {_arms(selection)}."]
    if selection.pair:
        said += _differences(selection, f"{name}, {selection.contrast}," if difference else selection.contrast)
    found = selection.differences.values() if difference else selection.means.values()
    if all(np.isnan(estimate.low) for estimate in found):
        said.append(f"Fewer than {MIN_REPLICATES} replicates give no interval.")
    return " ".join(said)


def notes(selection: Selection, *, difference: bool) -> str:
    """What was held, what is undefined and what is not there yet."""
    said = []
    if selection.held:
        said.append(f"Here: {', '.join(f'{label} {value_text(value)}' for label, value in selection.held.items())}.")
    if selection.along:
        said.append(f"Set along with these: {', '.join(selection.along)}.")
    found = list((selection.differences if difference else selection.means).values())
    what = "differences" if difference else "means"
    if undefined := sum(not estimate.defined for estimate in found):
        said.append(f"{undefined} of {len(found)} {what} are undefined.")
    if short := [estimate for estimate in found if 0 < len(estimate.values) < estimate.there]:
        least = min(short, key=lambda estimate: len(estimate.values))
        said.append(
            f"{len(short)} of {len(found)} {what} leave out replicates that are undefined; the fewest that are left "
            f"are {len(least.values)} of {least.there}."
        )
    there, belong = selection.missing
    if there < belong:
        said.append(f"{there:,} of {belong:,} cells are there.")
    return " ".join(said)


def _arms(selection: Selection) -> str:
    """The lowest and the highest mean of each arm."""
    by_arm = {
        arm: {place: e for (place, of), e in selection.means.items() if of == arm and e.defined}
        for arm in selection.arms
    }
    by_arm = {arm: found for arm, found in by_arm.items() if found}
    if all(len(found) == 1 for found in by_arm.values()):
        return f"is {_listed(f'{_within(e)} {arm}'.strip() for arm, found in by_arm.items() for e in found.values())}"
    means = {arm: {place: e.mean for place, e in found.items()} for arm, found in by_arm.items()}
    still = {arm: found for arm, found in means.items() if max(found.values()) == min(found.values())}
    moving = {arm: found for arm, found in means.items() if arm not in still}
    parts = []
    if moving:
        parts.append(f"lowest at {_where(selection, moving, min)}, and highest at {_where(selection, moving, max)}")
    for arm, found in still.items():
        parts.append(f"{number(next(iter(found.values())))} at {_all(len(found))} {arm}".strip())
    return f"is {'; '.join(parts)}"


def _where(
    selection: Selection, means: Mapping[str, Mapping[Place, float]], pick: Callable[[Iterable[float]], float]
) -> str:
    """Points at which arms have their lowest or highest mean; arms that have it at the same point together."""
    at: dict[Place, list[str]] = {}
    for arm, found in means.items():
        best = pick(found.values())
        place = next(place for place, mean in found.items() if mean == best)
        decimals = _decimals(min(found.values()), max(found.values()))
        at.setdefault(place, []).append(f"{number(best, decimals)} {arm}".strip())
    return _listed(f"{selection.where(place)} ({', '.join(texts)})" for place, texts in at.items())


def _decimals(one: float, two: float) -> int:
    """With which two numbers are seen to differ, as far as six do."""
    decimals = decimals_for(one, two)
    if decimals == SCIENTIFIC:
        return decimals
    return max(decimals, min(6, -int(np.floor(np.log10(abs(one - two))))))


def _within(estimate: Estimate, *, sign: bool = False) -> str:
    """A mean with its interval."""
    write = signed if sign else number
    decimals = decimals_for(estimate.mean, estimate.low, estimate.high)
    if np.isnan(estimate.low):
        return write(estimate.mean, decimals)
    return f"{write(estimate.mean, decimals)} [{write(estimate.low, decimals)}, {write(estimate.high, decimals)}]"


def _differences(selection: Selection, begin: str) -> list[str]:
    """The largest difference, how many are sure, and what that is worth."""
    found = {place: e for place, e in selection.differences.items() if e.defined}
    begin = _capital(begin)
    if not found:
        return [f"{begin} is undefined at {_all(len(selection.differences))}."] if selection.differences else []
    far = max(found, key=lambda place: abs(found[place].mean))
    if len(found) == 1:
        return [f"{begin} is {_within(found[far], sign=True)}."]
    if all(estimate.mean == 0.0 for estimate in found.values()):
        return [f"{begin} is 0 at {_all(len(found))}."]
    text = f"{begin} is furthest from 0 at {selection.where(far)}: {_within(found[far], sign=True)}"
    judged = [e for e in found.values() if not np.isnan(e.low)]
    if not judged:
        return [f"{text}."]
    above, below = sum(e.low > 0.0 for e in judged), sum(e.high < 0.0 for e in judged)
    said = [f"{text}; the interval leaves 0 out at {above + below or 'none'} of {counted(len(judged), 'point')}"]
    said[0] += f" ({above or 'none'} above, {below or 'none'} below)." if above + below else "."
    if len(judged) >= _MANY:
        chance = len(judged) // _EXPECTED
        by_chance = f": by chance alone, about {chance} would leave 0 out" if chance else ""
        said.append(f"Intervals are not corrected for looking at {len(judged)} points{by_chance}.")
    return said


def _all(count: int) -> str:
    return {1: "the only point", 2: "both points"}.get(count, f"all {count:,} points")


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _listed(parts: Iterable[str]) -> str:
    """With an "and" before the last."""
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last
