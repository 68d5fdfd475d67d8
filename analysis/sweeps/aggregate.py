"""A sweep's numbers, point by point: means over replicates and paired differences, with their intervals."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any, Self

import numpy as np

from analysis.arrays import Floats
from analysis.runs.spec import SpecError
from analysis.stats import MIN_REPLICATES, interval
from analysis.sweeps.names import ARM, find, listed, measure_label, setting_label, value_text
from analysis.sweeps.table import Row, Table

Place = tuple[int, ...]
"""A point among those shown: the number of the value of each setting that is shown."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Estimate:
    """A mean over replicates, or a mean of paired differences."""

    replicates: Sequence[int]
    """Those that are there and defined, in all arms that it takes."""
    values: Floats
    """Theirs."""
    there: int
    """Replicates that are there, defined or not."""
    mean: float
    low: float
    high: float
    """95 % interval over replicates; NaN below 5."""

    @classmethod
    def of(cls, found: Mapping[int, float]) -> Self:
        """From the value of each replicate, those that are not finite left out."""
        known = {replicate: value for replicate, value in sorted(found.items()) if np.isfinite(value)}
        values = np.array(list(known.values()), dtype=np.float64)
        low, high = interval(values) if len(values) >= MIN_REPLICATES else (np.nan, np.nan)
        mean = float(values.mean()) if len(values) else np.nan
        return cls(replicates=list(known), values=values, there=len(found), mean=mean, low=low, high=high)

    @property
    def defined(self) -> bool:
        """Whether there is a mean."""
        return len(self.values) > 0

    @property
    def sure(self) -> bool:
        """Whether there is an interval, and it leaves 0 out."""
        return self.low > 0.0 or self.high < 0.0


@dataclass(frozen=True, kw_only=True)
class Swept:
    """A setting that is shown."""

    path: str
    label: str
    values: Sequence[Any]

    @property
    def texts(self) -> list[str]:
        """Its values in words."""
        return [value_text(value) for value in self.values]

    @property
    def numeric(self) -> bool:
        """Whether all values are numbers."""
        return all(isinstance(value, int | float) and not isinstance(value, bool) for value in self.values)


@dataclass(frozen=True, kw_only=True, eq=False)
class Selection:
    """One measure of a sweep over the settings that are shown."""

    table: Table
    measure: str
    shown: Sequence[Swept]
    """Those asked for, then those that vary beside them."""
    held: Mapping[str, Any]
    """Settings that have one value here."""
    along: Sequence[str]
    """Settings whose value follows from those shown."""
    arms: Sequence[str]
    """In their order, the one without mixing first."""
    means: Mapping[tuple[Place, str], Estimate]
    """By point and arm."""
    differences: Mapping[Place, Estimate]
    """With mixing less without, where there are two such arms."""

    @property
    def label(self) -> str:
        """The measure in words."""
        return measure_label(self.measure)

    @cached_property
    def places(self) -> list[Place]:
        """All points, the first setting changing last."""
        return list(product(*(range(len(setting.values)) for setting in self.shown)))

    @property
    def mixing(self) -> list[bool | None]:
        """Whether each arm mixes."""
        known = dict(zip(self.table.arms, self.table.mixing, strict=True))
        return [known[arm] for arm in self.arms]

    @property
    def pair(self) -> tuple[str, str] | None:
        """The arms that are compared, if there is one without mixing and one with."""
        return _pair(self.arms, self.mixing)

    @property
    def contrast(self) -> str:
        """What is taken from what."""
        return f"{self.pair[1]} less {self.pair[0]}" if self.pair else ""

    @property
    def missing(self) -> tuple[int, int]:
        """How many cells are there, and how many belong here, as far as the rows tell."""
        rounds = 1 + max((row.replicate for row in self.table.rows), default=0)
        points = len({place for place, _ in self.means}) if self._tied else len(self.places)
        there = sum(estimate.there for estimate in self.means.values())
        return there, rounds * points * len(self.arms)

    def where(self, place: Place) -> str:
        """A point in words."""
        return ", ".join(
            f"{shortened(setting.label)} {shortened(setting.texts[at])}"
            for setting, at in zip(self.shown, place, strict=True)
            if len(setting.values) > 1 or len(self.shown) == 1
        )

    @property
    def _tied(self) -> bool:
        """Whether the value of a setting that is shown follows from the others, so that not all points exist."""
        places = {place for place, _ in self.means}
        return any(
            len(setting.values) > 1 and len({place[:i] + place[i + 1 :] for place in places}) == len(places)
            for i, setting in enumerate(self.shown)
            if len(self.shown) > 1
        )


def shortened(text: str, most: int = 28) -> str:
    """A text of so many characters at most."""
    return text if len(text) <= most else f"{text[: most - 1]}\N{HORIZONTAL ELLIPSIS}"


def select(table: Table, measure: str, settings: Sequence[str], where: Mapping[str, Any]) -> Selection:
    """The rows that ``where`` leaves, by point and arm. Raises SpecError where it names what there is not."""
    held, arms = _held(table, where, settings)
    rows = [row for row in table.rows if row.arm in arms and all(row.point[path] == held[path] for path in held)]
    shown = [*settings, *varying(rows, [path for path in table.axes if path not in held], settings)]
    along = []
    for path in table.axes:
        values = _values(table, rows, path)
        if path not in held and path not in shown:
            if len(values) > 1:
                along.append(setting_label(path, table.axes))
            else:
                held[path] = values[0]
    swept = [
        Swept(path=path, label=setting_label(path, table.axes), values=_values(table, rows, path)) for path in shown
    ]
    found = _grouped(rows, swept, measure)
    pair = _pair(arms, [dict(zip(table.arms, table.mixing, strict=True))[arm] for arm in arms])
    return Selection(
        table=table,
        measure=measure,
        shown=swept,
        held={setting_label(path, table.axes): value for path, value in held.items()},
        along=along,
        arms=arms,
        means={key: Estimate.of(values) for key, values in found.items()},
        differences={place: Estimate.of(paired) for place, paired in _paired(found, pair)} if pair else {},
    )


def varying(rows: Sequence[Row], paths: Sequence[str], beside: Sequence[str]) -> list[str]:
    """Those of some settings that vary where others do not, and do not follow from each other."""
    found: list[str] = []
    for path in paths:
        if path not in beside and _varies(rows, path, [*beside, *found]):
            found.append(path)
    return found


def _held(table: Table, where: Mapping[str, Any], settings: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    """Settings that are fixed, by path, and the arms that are left."""
    held: dict[str, Any] = {}
    arms = list(table.arms)
    for name, value in where.items():
        kind, key = find(table, name)
        if kind == "measure":
            raise SpecError([f"--where {name}: fixes a swept setting ({listed(table.axes)}) or arm; got a measure"])
        if key in settings:
            raise SpecError([f"--where {name}: is shown as well; leave one of the two out"])
        there = list(table.arms) if key == ARM else list(table.axes[key])
        fitting = [one for one in there if one == value or value_text(one) == str(value)]
        if not fitting:
            raise SpecError([f"--where {name}={value}: must be one of {listed(map(value_text, there))}"])
        if key == ARM:
            arms = fitting
        else:
            held[key] = fitting[0]
    return held, arms


def _values(table: Table, rows: Sequence[Row], path: str) -> list[Any]:
    """The values of a setting in the order of the sweep, without those that occur elsewhere only."""
    here, anywhere = _distinct(rows, path), _distinct(table.rows, path)
    return [value for value in table.axes[path] if value in here or value not in anywhere]


def _distinct(rows: Sequence[Row], path: str) -> list[Any]:
    found: list[Any] = []
    for row in rows:
        if row.point[path] not in found:
            found.append(row.point[path])
    return found


def _varies(rows: Sequence[Row], path: str, beside: Sequence[str]) -> bool:
    """Whether a setting has several values where some others are equal."""
    first: dict[str, Any] = {}
    return any(
        first.setdefault(repr([row.point[other] for other in beside]), row.point[path]) != row.point[path]
        for row in rows
    )


def _grouped(
    rows: Sequence[Row], shown: Sequence[Swept], measure: str
) -> defaultdict[tuple[Place, str], dict[int, float]]:
    """Value by replicate, of every point and arm."""
    found: defaultdict[tuple[Place, str], dict[int, float]] = defaultdict(dict)
    for row in rows:
        place = tuple(list(setting.values).index(row.point[setting.path]) for setting in shown)
        found[place, row.arm][row.replicate] = float(row.values.get(measure, np.nan))
    return found


def _pair(arms: Sequence[str], mixing: Sequence[bool | None]) -> tuple[str, str] | None:
    without, with_mixing = ([arm for arm, does in zip(arms, mixing, strict=True) if does is it] for it in (False, True))
    return (without[0], with_mixing[0]) if len(without) == len(with_mixing) == 1 else None


def _paired(
    found: Mapping[tuple[Place, str], Mapping[int, float]], pair: tuple[str, str]
) -> Iterator[tuple[Place, dict[int, float]]]:
    """Differences by replicate, at every point that has replicates of both arms."""
    for place in dict.fromkeys(place for place, _ in found):
        one, two = (found.get((place, arm), {}) for arm in pair)
        if both := [replicate for replicate in one if replicate in two]:
            yield place, {replicate: two[replicate] - one[replicate] for replicate in both}
