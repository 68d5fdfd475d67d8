"""Fields of specs: their dotted paths, and which of them a person means."""

import difflib
import json
from collections.abc import Collection, Mapping
from typing import Any

from analysis.runs.spec import SpecError


def value_at(spec: Any, path: str) -> Any:
    """What is at a dotted path; None where there is nothing."""
    for name in path.split("."):
        if not isinstance(spec, Mapping):
            return None
        spec = spec.get(name)
    return spec


def ending(name: str, paths: Collection[str]) -> list[str]:
    """The paths that a name is, or ends."""
    return sorted(path for path in paths if path == name or path.endswith(f".{name}"))


def meant(name: str, paths: Collection[str]) -> list[str]:
    """The paths that a name is, or ends. Raises SpecError where there is none."""
    found = ending(name, paths)
    if found:
        return found
    close = near(name, paths)
    hint = f"did you mean {' or '.join(close)}?" if close else "runs show NAME lists a run's fields"
    raise SpecError([f"{name}: no cell of this store has such a field; {hint}"])


def near(name: str, paths: Collection[str], most: int = 3) -> list[str]:
    """Paths that look like a name, or end in something that does."""
    by_ending: dict[str, list[str]] = {}
    for path in sorted(paths):
        for last in {path, path.rpartition(".")[2]}:
            by_ending.setdefault(last, []).append(path)
    close = difflib.get_close_matches(name.rpartition(".")[2], by_ending, n=most, cutoff=0.7)
    close += difflib.get_close_matches(name, paths, n=most, cutoff=0.8)
    return list(dict.fromkeys(path for last in close for path in by_ending[last]))[:most]


def written(value: Any) -> str:
    """A value in a table: text as it is, nothing as nothing, all else as in JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
