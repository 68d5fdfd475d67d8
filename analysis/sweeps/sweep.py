"""A sweep worked out: its points, and the cells that answer it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, product
from typing import Any, Self

from pydantic import BaseModel

from analysis.experiments.base import Experiment
from analysis.experiments.cells import Cell, cells_of
from analysis.experiments.registry import experiment
from analysis.runs.spec import SpecError, build, flattened, paths_of, set_value
from analysis.sweeps.spec import MOST_POINTS, SweepSpec, path_of

Point = Mapping[str, Any]
"""Values of the settings that are swept over, by their paths."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Sweep:
    """All that is to be computed."""

    spec: SweepSpec
    of: Experiment[Any]
    points: Sequence[Point]
    """All combinations of the grid and of what is zipped; those of the first setting change last."""
    specs: Sequence[BaseModel]
    """That of the experiment at each point."""

    @classmethod
    def over(cls, spec: SweepSpec) -> Self:
        """Work a sweep out. Raises SpecError where a setting is unknown, or a value is refused at a point."""
        of = experiment(spec.experiment)
        paths = paths_of(of.spec)
        stays = {path_of(name, paths): value for name, value in flattened(spec.settings).items()}
        axes: list[list[Point]] = [
            [{path_of(name, paths): value} for value in values] for name, values in flattened(spec.grid).items()
        ]
        axes += [_together(together, paths) for together in spec.zip]
        if both := sorted(set(stays) & {path for axis in axes for point in axis for path in point}):
            raise SpecError([f"{both[0]} is in [settings] and swept over; leave one of them out"])
        count = 1
        for axis in axes:
            count *= len(axis)
        if count > MOST_POINTS:
            raise SpecError([f"{count:,} points are more than {MOST_POINTS:,}; sweep over fewer values"])
        points = [dict(chain.from_iterable(part.items() for part in parts)) for parts in product(*axes)]
        specs = [_at(spec, of, stays, point) for point in points]
        arms = dict.fromkeys(arm for one in specs for arm in of.arms(one))
        if unknown := sorted(set(spec.arms) - set(arms)):
            raise SpecError([f"arms: {spec.experiment} has {', '.join(arms)}; got {unknown[0]!r}"])
        return cls(spec=spec, of=of, points=points, specs=specs)

    @cached_property
    def cells(self) -> list[Cell]:
        """Point by point, replicate by replicate, arm by arm."""
        return [cell for _, cell in self.placed]

    @cached_property
    def placed(self) -> list[tuple[int, Cell]]:
        """Each cell with the number of its point. Replicates come round by round, so that all points grow together."""
        by_point = [cells_of(self.spec.experiment, spec, range(self.spec.replicates)) for spec in self.specs]
        return [
            (number, cell)
            for replicate in range(self.spec.replicates)
            for number, cells in enumerate(by_point)
            for cell in cells
            if cell.replicate == replicate and (not self.spec.arms or cell.arm in self.spec.arms)
        ]

    @property
    def axes(self) -> dict[str, list[Any]]:
        """The values of every setting that is swept over, in the order of the file."""
        found: dict[str, list[Any]] = {}
        for point in self.points:
            for path, value in point.items():
                values = found.setdefault(path, [])
                if value not in values:
                    values.append(value)
        return found

    def check(self) -> None:
        """Find out before the run what would stop it. Raises SpecError."""
        for point, spec in zip(self.points, self.specs, strict=True):
            try:
                self.of.check(spec)
            except SpecError as error:
                raise SpecError([f"{problem}{_where(point)}" for problem in error.problems]) from error

    def identity(self) -> dict[str, Any]:
        """What determines the results but the number of replicates."""
        return self.spec.model_dump(mode="json", exclude={"replicates", "scales", "scale"})


def _together(table: Mapping[str, Any], paths: Mapping[str, Any]) -> list[Point]:
    lists = [(path_of(name, paths), values) for name, values in flattened(table).items()]
    return [{path: values[at] for path, values in lists} for at in range(len(lists[0][1]))]


def _at(spec: SweepSpec, of: Experiment[Any], stays: Mapping[str, Any], point: Point) -> BaseModel:
    values: dict[str, Any] = {}
    own: dict[str, Any] = {"seed": spec.seed, "replicates": spec.replicates}
    if spec.measures and "panel" in of.spec.model_fields:
        own["panel.measures"] = list(spec.measures)
    for path, value in {**stays, **own, **point}.items():
        set_value(values, path, value)
    try:
        found: BaseModel = build(of.spec, values)
    except SpecError as error:
        raise SpecError([f"{problem}{_where(point)}" for problem in error.problems]) from error
    return found


def _where(point: Point) -> str:
    return f" (at {', '.join(f'{path} = {value}' for path, value in point.items())})" if point else ""
