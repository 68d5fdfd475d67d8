"""Questions to a store's index, narrow enough for a hundred thousand cells."""

import json
import math
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic_core import from_json

from analysis.inventory.fields import meant
from analysis.inventory.finding import run_named
from analysis.runs.spec import SpecError
from analysis.runs.store import Store

COLUMNS = ("experiment", "arm", "replicate", "state", "program", "code")
_STATES = ("done", "failed", "writing")
_BATCH = 1_000
"""Specs that are held at once."""


class Found(NamedTuple):
    """What the index knows of a cell, without its spec."""

    key: str
    experiment: str
    arm: str
    replicate: int
    state: str
    program: str
    code: str
    seconds: float
    error: str
    spec: int
    """The number under which the index has its spec."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """Which cells are asked for: those of which all this is true."""

    columns: Mapping[str, Any]
    fields: Mapping[str, Any]
    """By name, as they were asked for."""
    specs: list[int] | None
    """Numbers of the specs that have them; None where any will do."""
    keys: list[str] | None
    """None where any will do."""


def question(store: Store, conditions: Sequence[str] = (), keys: Iterable[str] | None = None) -> Question:
    """Which cells a person means by ``key=value``, among some or all.

    A key is a column (``experiment``, ``arm``, ``replicate``, ``state``, ``program``, ``code``), ``run``, or a field of
    specs by its path or the end of one. Values are read as TOML and, failing that, as text. Raises SpecError where a
    key is unknown or a value makes no sense.
    """
    columns: dict[str, Any] = {}
    fields: dict[str, Any] = {}
    among = None if keys is None else dict.fromkeys(keys)
    for condition in conditions:
        name, equals, text = (part.strip() for part in condition.partition("="))
        if not equals or not name:
            raise SpecError([f"--where {condition}: write it as key=value, for example --where state=failed"])
        if name == "run":
            cells = dict.fromkeys(run_named(store, text).cells)
            among = cells if among is None else {key: None for key in among if key in cells}
        elif name in COLUMNS:
            columns[name] = _column(name, text)
        else:
            fields[name] = _value(text)
    return Question(
        columns=columns,
        fields=fields,
        specs=_having(store, fields) if fields else None,
        keys=None if among is None else list(among),
    )


def paths_of(store: Store, name: str) -> list[str]:
    """The paths of fields that end as a person says: specs of several experiments may each have one.

    Raises SpecError where there is none.
    """
    return meant(name, store.index.paths())


def specs(store: Store, numbers: Iterable[int] | None = None) -> Iterator[tuple[int, dict[str, Any]]]:
    """Specs with their numbers in the index, some or all."""
    wanted = [number for (number,) in store.index.ask("SELECT id FROM specs")] if numbers is None else list(numbers)
    query = f"SELECT id, json FROM specs WHERE {_among('id')}"  # noqa: S608 - our own words
    for first in range(0, len(wanted), _BATCH):
        for number, text in store.index.ask(query, [json.dumps(wanted[first : first + _BATCH])]):
            yield number, from_json(text)


def specs_of(store: Store, asked: Question) -> Iterator[tuple[str, dict[str, Any]]]:
    """Experiments and specs of the cells asked for, each pair once."""
    condition, values = _condition(asked)
    query = f"SELECT DISTINCT experiment, spec FROM cells WHERE {condition}"  # noqa: S608 - our own words
    experiments: dict[int, list[str]] = {}
    for experiment, number in store.index.ask(query, values):
        experiments.setdefault(number, []).append(experiment)
    for number, spec in specs(store, experiments):
        yield from ((experiment, spec) for experiment in experiments[number])


def count(store: Store, asked: Question) -> int:
    """How many cells are asked for."""
    condition, values = _condition(asked)
    ((number,),) = store.index.ask(f"SELECT COUNT(*) FROM cells WHERE {condition}", values)  # noqa: S608 - our own words
    return int(number)


def find(store: Store, asked: Question, most: int | None = None) -> Iterator[Found]:
    """The cells asked for, by experiment, spec, arm and replicate; no more than ``most``."""
    condition, values = _condition(asked)
    query = (
        f"SELECT {', '.join(Found._fields)} FROM cells WHERE {condition} "  # noqa: S608 - our own words
        "ORDER BY experiment, spec, arm, replicate LIMIT ?"
    )
    return map(Found._make, store.index.ask(query, [*values, -1 if most is None else most]))


def overview(store: Store) -> dict[str, tuple[str, str, int]]:
    """State, experiment and replicate of every cell."""
    rows = store.index.ask("SELECT key, state, experiment, replicate FROM cells")
    return {key: (state, experiment, replicate) for key, state, experiment, replicate in rows}


def _value(text: str) -> Any:
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
    if not isinstance(value, str | int | float | list | dict) or (
        isinstance(value, float) and not math.isfinite(value)
    ):
        return text
    return value


def _column(name: str, text: str) -> Any:
    value = _value(text)
    if name == "replicate":
        if not isinstance(value, int) or isinstance(value, bool):
            raise SpecError([f"--where replicate={text}: must be a whole number"])
        return value
    if name == "state" and value not in _STATES:
        raise SpecError(
            [f"--where state={text}: must be one of {', '.join(_STATES)}; runs list counts what is missing of a run"]
        )
    return value if isinstance(value, str) else text


def _having(store: Store, fields: Mapping[str, Any]) -> list[int]:
    """Numbers of the specs with these values; all conditions in one go, for sqlite reads each spec once then."""
    paths = {name: paths_of(store, name) for name in fields}
    condition = " AND ".join(f"({' OR '.join(['json_extract(json, ?) IS ?'] * len(some))})" for some in paths.values())
    values = [part for name, some in paths.items() for path in some for part in (_in_json(path), _stored(fields[name]))]
    return [number for (number,) in store.index.ask(f"SELECT id FROM specs WHERE {condition}", values)]  # noqa: S608


def _condition(asked: Question) -> tuple[str, list[Any]]:
    conditions = [f"{name} = ?" for name in asked.columns]
    values = list(asked.columns.values())
    for column, among in (("spec", asked.specs), ("key", asked.keys)):
        if among is not None:
            conditions.append(_among(column))
            values.append(json.dumps(among))
    return " AND ".join(conditions) or "1", values


def _among(column: str) -> str:
    """Any number of values as one, a list in JSON."""
    return f"{column} IN (SELECT value FROM json_each(?))"  # noqa: S608 - our own names


def _in_json(path: str) -> str:
    return "$" + "".join(f'."{name}"' for name in path.replace('"', "").split("."))


def _stored(value: Any) -> Any:
    """A value as sqlite takes it out of JSON."""
    return json.dumps(value, separators=(",", ":")) if isinstance(value, list | dict) else value
