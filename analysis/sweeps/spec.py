"""What a sweep is: an experiment, settings that stay, settings that vary."""

import difflib
from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from analysis.runs.spec import SpecError, build, flattened

MOST_POINTS = 1_000_000


class SweepSpec(BaseModel):
    """A sweep as a file says it.

    A setting is named by its path in the experiment's spec, or by the end of the path where that is enough:
    ``drop_prob`` for ``neurons.recipe.drop_prob``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    experiment: str = Field(description="genes, neurons, simulation, training, scene, or package.module:NAME")
    replicates: int = Field(default=5, ge=1, le=100_000, description="paired replicates at each point")
    seed: int = Field(default=1, ge=0, lt=2**63, description="root of all random streams")
    arms: tuple[str, ...] = Field(default=(), description="arms to run; all by default")
    measures: tuple[str, ...] = Field(default=(), description="measures to take; all by default")
    settings: dict[str, Any] = Field(default={}, description="settings that are the same at all points")
    grid: dict[str, Any] = Field(default={}, description="settings and the lists of their values, each with each")
    zip: tuple[dict[str, Any], ...] = Field(default=(), description="settings whose lists go together, value by value")
    scale: str = Field(default="", description="which of scales to take")
    scales: dict[str, dict[str, Any]] = Field(default={}, description="named changes of all that is above")

    @field_validator("zip", mode="before")
    @classmethod
    def _one_or_several(cls, given: Any) -> Any:
        return _tables(given)

    @model_validator(mode="after")
    def _lists_that_fit(self) -> Self:
        lists = [leaf for table in (self.grid, *self.zip) for leaf in flattened(table).items()]
        for name, values in lists:
            if not values and isinstance(values, list):
                raise ValueError(f"{name}: its list is empty; give it a value, or leave it out")
            if not isinstance(values, list):
                raise ValueError(  # noqa: TRY004 - pydantic passes on nothing else
                    f"{name}: give a list of values to sweep over, such as {name} = [1, 2]"
                )
        names = [name for name, _ in lists]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"{min(twice)} is swept over twice; name it once")
        for together in self.zip:
            lengths = {name: len(values) for name, values in flattened(together).items()}
            if len(set(lengths.values())) > 1:
                told = ", ".join(f"{name} has {length}" for name, length in lengths.items())
                raise ValueError(f"zip: lists that go together must be of one length; {told}")
        return self


def sweep_of(
    values: Mapping[str, Any], scale: str | None = None, changes: Mapping[str, Any] | None = None
) -> SweepSpec:
    """A sweep from the tables of a file, at one of its scales, which are left out of the result.

    ``changes`` are made last: entries of the file, or settings of the experiment; one that is swept over takes the new
    value, or list of values, instead. Raises SpecError with all that is wrong.
    """
    spec = build(SweepSpec, dict(values))
    chosen = scale if scale is not None else spec.scale
    whole = {name: value for name, value in values.items() if name not in ("scale", "scales")}
    if chosen and chosen not in spec.scales:
        there = f"there are {', '.join(spec.scales)}" if spec.scales else "the sweep has no [scales]"
        raise SpecError([f"no scale is called {chosen!r}; {there}"])
    return build(SweepSpec, _changed(_merged(whole, spec.scales[chosen] if chosen else {}), changes or {}))


def _changed(values: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Tables with changes that need not say to which table they belong."""
    entries = {name: value for name, value in changes.items() if name in SweepSpec.model_fields}
    result = _merged(values, entries)
    grid, settings = flattened(result.get("grid", {})), flattened(result.get("settings", {}))
    for name, value in flattened({k: v for k, v in changes.items() if k not in entries}).items():
        if any(_same(name, zipped) for together in _tables(result.get("zip", ())) for zipped in flattened(together)):
            raise SpecError([f"{name} goes together with other lists of the sweep; change it in the file"])
        table = grid if any(_same(name, swept) for swept in grid) else settings
        own = next((known for known in table if _same(name, known)), name)
        table[own] = value if table is settings or isinstance(value, list) else [value]
    return result | {"grid": grid, "settings": settings}


def _tables(given: Any) -> Any:
    return (given,) if isinstance(given, dict) else given


def _same(one: str, other: str) -> bool:
    """Whether two names may mean the same setting: one is the end of the other."""
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


def path_of(name: str, paths: Mapping[str, Any]) -> str:
    """The path of a setting that is named by it, or by its end. Raises SpecError where that is none, or several."""
    beginnings = [name[:at] for at, letter in enumerate(name) if letter == "."]
    if name in paths or any(beginning in paths for beginning in beginnings):
        return name
    found = [path for path in paths if path.endswith(f".{name}")]
    if len(found) == 1:
        return found[0]
    if found:
        raise SpecError([f"{name} could be {' or '.join(found)}; name it in full"])
    if inner := [path for path in paths if f".{name}." in f".{path}"]:
        first = next((path for path in inner if path.endswith(f"{name}.kind")), inner[0])
        raise SpecError([f"{name} is a table of settings; say which of them, such as {first}"])
    near = difflib.get_close_matches(name, [*paths, *{path.rpartition(".")[2] for path in paths}], n=1)
    raise SpecError([f"{name}: no such setting; " + (f"did you mean {near[0]}?" if near else "see --dry-run")])


def _merged(values: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Tables with some entries replaced, however deep."""
    result = dict(values)
    for name, change in changes.items():
        old = result.get(name)
        result[name] = _merged(old, change) if isinstance(change, dict) and isinstance(old, dict) else change
    return result
