"""What settings, measures and values of a sweep are called: on the command line, and in figures."""

import difflib
import json
from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

from analysis.measures.registry import MEASURES
from analysis.runs.spec import SpecError
from analysis.sweeps.spec import path_of
from analysis.sweeps.table import Table

ARM = "arm"
_SCALES = {"natural": "natural scale", "log": "log scale"}
_MINUS = "\N{MINUS SIGN}"


class Name(NamedTuple):
    """What somebody named."""

    kind: Literal["setting", "measure", "arm"]
    key: str
    """The path of a setting, the key of a measure, or ``arm``."""


def find(table: Table, name: str) -> Name:
    """A swept setting by its path or its end, a measure by its key or what stands before the colon, or ``arm``.

    Raises SpecError where that is none of them, or several.
    """
    if name == ARM:
        return Name("arm", ARM)
    if name in table.measures:
        return Name("measure", name)
    if any(path == name or path.endswith(f".{name}") for path in table.axes):
        return Name("setting", path_of(name, table.axes))
    found = [key for key in table.measures if key.partition(":")[0] == name]
    if len(found) == 1:
        return Name("measure", found[0])
    if found:
        raise SpecError([f"{name} could be {' or '.join(found)}; name it in full"])
    ends = [path.rpartition(".")[2] for path in table.axes]
    near = difflib.get_close_matches(name, [*ends, *table.axes, *table.measures], n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    raise SpecError(
        [
            f"{name}: the sweep has no such setting or measure; {hint}swept over: {listed(table.axes)}; "
            f"measured: {listed(table.measures)}"
        ]
    )


def listed(names: Iterable[str]) -> str:
    """Names in a row, or that there are none."""
    return ", ".join(names) or "nothing"


_SAYS_LITTLE = ("rates", "kind", "k", "loci", "size", "fraction")
_GROUND: list[list[str]] = [[], ["genes"], ["neurons"], ["recipe"]]


def setting_label(path: str, paths: Iterable[str]) -> str:
    """The end of a path in words, as much of it as no other path has; of a word that says little, what it is of."""
    parts = path.split(".")
    others = [other for other in paths if other != path]
    enough = 2 if parts[-1] in _SAYS_LITTLE and parts[-2:-1] not in _GROUND else 1
    for count in range(enough, len(parts) + 1):
        end = ".".join(parts[-count:])
        if not any(other == end or other.endswith(f".{end}") for other in others):
            break
    return end.replace(".", " ").replace("_", " ").replace("drop prob", "drop_prob")


def measure_label(key: str) -> str:
    """The measure in words, with the condition that it was taken under."""
    name, _, condition = key.partition(":")
    label = MEASURES[name].label if name in MEASURES else name.replace("_", " ")
    return f"{label} ({_SCALES.get(condition, condition.replace('_', ' '))})" if condition else label


def value_text(value: Any) -> str:
    """A value of a setting, as it is written at an axis."""
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value).replace("-", _MINUS)
        case float():
            digits, _, power = f"{value:g}".partition("e")
            return (f"{digits}e{int(power)}" if power else digits).replace("-", _MINUS)
        case str():
            return " ".join(value.split())
        case list() | tuple():
            return ", ".join(value_text(one) for one in value)
        case _:
            return json.dumps(value)
