"""Everything that can be asked of the simulator by name, in words made from its specs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from analysis.runs.spec import allowed
from sim.environment import AnyEnvironmentSpec
from sim.landscape import LANDSCAPES
from sim.observe import GENOMIC, HAPLOID, ISLANDS, STATISTICS
from sim.scenario import AnySelectionSpec, BottleneckSpec, RecombinationSpec, ReproductionSpec, Scenario
from sim.spec import Spec


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One setting of an entry."""

    key: str
    default: str
    meaning: str


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A landscape, an environment, a way to reproduce or to select, or a statistic."""

    family: str
    name: str
    meaning: str
    source: str
    settings: Sequence[Setting]


def catalogue() -> list[Entry]:
    """All of them, family by family."""
    entries = [_entry("landscape", "landscape", spec) for spec in LANDSCAPES]
    entries += [_entry("environment", "environment", spec) for spec in _options(AnyEnvironmentSpec)]
    entries.append(_entry("reproduction", "reproduction", ReproductionSpec, "reproduction"))
    entries.append(_entry("reproduction", "reproduction.recombination", RecombinationSpec, "recombination map"))
    entries += [_entry("selection", "selection", spec) for spec in _options(AnySelectionSpec)]
    entries.append(_entry("population", "", Scenario, "islands, migration, size, generations, engine"))
    entries.append(_entry("population", "bottlenecks[]", BottleneckSpec, "bottleneck"))
    return entries + [
        Entry(family="statistic", name=s.name, meaning=f"{s.meaning} ({s.unit})", source="", settings=())
        for s in (*STATISTICS, *HAPLOID, *GENOMIC, *ISLANDS)
    ]


def _options(union: Any) -> tuple[type[Spec], ...]:
    """The specs of an annotated union."""
    return get_args(get_args(union)[0])


def _entry(family: str, path: str, spec: type[Spec], name: str = "") -> Entry:
    fields = {key: field for key, field in spec.model_fields.items() if key != "kind" and field.description}
    return Entry(
        family=family,
        name=name or str(spec.model_fields["kind"].default),
        meaning=" ".join((spec.__doc__ or "").split()),
        source=spec.source,
        settings=[
            Setting(key=f"{path}.{key}".lstrip("."), default=_default(field), meaning=_meaning(field))
            for key, field in fields.items()
        ],
    )


def _default(field: FieldInfo) -> str:
    if field.default is PydanticUndefined:
        return "(needed)"
    return "-" if field.default is None or field.default == () else str(field.default)


def _meaning(field: FieldInfo) -> str:
    """The description, and what is allowed where that is not plain from it."""
    words = allowed(field)
    bounds = words.split(" (")[0]
    return f"{field.description} [{bounds}]"
