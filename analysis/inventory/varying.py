"""Which settings differ among many specs, in memory that does not grow with them."""

from collections.abc import Iterable, Mapping
from typing import Any


def varying(specs: Iterable[tuple[str, Mapping[str, Any]]]) -> dict[str, type]:
    """Settings that differ, each with the kind of its values: ``bool``, ``int``, ``float``, or ``str`` for all else.

    ``specs``: experiments, and values by dotted path. A setting that only one of two experiments knows does not differ;
    one that only some cells of an experiment have does.
    """
    first: dict[str, dict[str, Any]] = {}
    kinds: dict[str, set[type]] = {}
    differ: dict[str, None] = {}
    for experiment, spec in specs:
        for path, value in spec.items():
            kinds.setdefault(path, set()).add(type(value))
        if experiment not in first:
            first[experiment] = dict(spec)
            continue
        before = first[experiment]
        for path in before.keys() | spec.keys():
            if path not in before or path not in spec or before[path] != spec[path]:
                differ[path] = None
    usual: dict[str, Any] = {}
    for values in first.values():
        differ |= {path: None for path, value in values.items() if usual.setdefault(path, value) != value}
    return {path: common(kinds[path]) for path in sorted(differ)}


def common(kinds: Iterable[type]) -> type:
    """The kind of a column that holds values of some types; a missing value fits into any."""
    found = set(kinds) - {type(None)}
    for kind, holds in ((bool, {bool}), (int, {int}), (float, {int, float})):
        if found and found <= holds:
            return kind
    return str
