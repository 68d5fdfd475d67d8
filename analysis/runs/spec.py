"""Specs: read from TOML, completed by ``--set``, checked all at once, written out again."""

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

Spec = TypeVar("Spec", bound=BaseModel)

_TYPES = {int: "a whole number", float: "a number", str: "text", bool: "true or false"}
_BOUNDS = {"ge": "at least {}", "gt": "more than {}", "le": "at most {}", "lt": "less than {}"}


class SpecError(Exception):
    """A spec is not valid; ``problems`` has one sentence for each thing that is wrong."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


def read_toml(path: Path) -> dict[str, Any]:
    """Read a spec file. Raises SpecError where it cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SpecError([f"cannot read {path}: {error.strerror}; check the path"]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SpecError([f"{path} is not valid TOML: {error}"]) from error


def set_value(values: dict[str, Any], path: str, value: Any) -> None:
    """Put a value at a dotted path. Raises SpecError where the path runs through something that is no table."""
    *tables, last = path.split(".")
    for i, name in enumerate(tables):
        values = values.setdefault(name, {})
        if not isinstance(values, dict):
            raise SpecError([f"{path}: {'.'.join(tables[: i + 1])} is a value, not a table"])
    values[last] = value


def apply_settings(values: dict[str, Any], settings: Sequence[str]) -> None:
    """Apply ``key=value`` settings, the value read as TOML and, failing that, as text."""
    for setting in settings:
        path, equals, text = setting.partition("=")
        if not equals or not path:
            raise SpecError([f"--set {setting}: write it as key=value, for example --set genes.landscape.loci=100"])
        try:
            value = tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            value = text
        set_value(values, path.strip(), value)


def flattened(spec: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Values by dotted path; lists and empty tables are values."""
    found: dict[str, Any] = {}
    for name, value in spec.items():
        if isinstance(value, Mapping) and value:
            found |= flattened(value, f"{above}{name}.")
        else:
            found[above + name] = value
    return found


def build(model: type[Spec], values: dict[str, Any]) -> Spec:
    """Check values against a model. Raises SpecError with everything that is wrong at once."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        problems = [
            _problem(model, [str(part) for part in e["loc"]], e["type"], e["input"], e["msg"])
            for e in error.errors(include_url=False)
        ]
        raise SpecError(problems) from error


def dump_toml(spec: BaseModel, use: str = "Feed this back with --config to get the same records.") -> str:
    """The resolved spec as TOML, with a comment that says how to use it."""
    import tomli_w  # noqa: PLC0415 - only when a run is written

    return f"# {use}\n" + tomli_w.dumps(spec.model_dump(mode="json", exclude_none=True))


def paths_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The dotted path of every setting that can be given a value, through all kinds that a table may be of."""
    found: dict[str, FieldInfo] = {}
    for name, field in model.model_fields.items():
        inner = [f for option in _models(field.annotation) for f in paths_of(option).items()]
        found |= {f"{name}.{path}": setting for path, setting in inner} or {name: field}
    return found


def _problem(model: type[BaseModel], location: list[str], kind: str, given: Any, message: str) -> str:
    """One sentence for one validation error."""
    path, owner, field = _resolve(model, location)
    if kind == "extra_forbidden":
        names = list(owner.model_fields)
        close = _deeper(owner, path[-1]) or difflib.get_close_matches(path[-1], names, n=1)
        hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(names)}"
        return f"{'.'.join(path)}: no such setting; {hint}"
    if kind.startswith("union_tag") and field is not None:
        models = [str(option.model_fields["kind"].default) for option in _models(field.annotation)]
        tag = given.get("kind") if isinstance(given, dict) else None
        return f"{'.'.join(path)}.kind = {_show(tag)}: must be one of {', '.join(models)}"
    if kind == "value_error":
        return ": ".join(filter(None, (".".join(path), message.removeprefix("Value error, "))))
    if kind == "missing":
        needed = ".".join(path) if field is None or path[-1:] == location[-1:] else ".".join([*path, location[-1]])
        return f"{needed} is needed" + (f": {field.description}" if field and field.description else "")
    if field is None:
        return f"{'.'.join(path)} = {_show(given)}: {message[0].lower()}{message[1:]}"
    return f"{'.'.join(path)} = {_show(given)}: must be {allowed(field)}"


def _deeper(model: type[BaseModel], name: str) -> list[str]:
    """The path of a setting of this very name in a table of the model, if there is one."""
    for table, field in model.model_fields.items():
        for inner in _models(field.annotation):
            if name in inner.model_fields:
                return [f"{table}.{name}"]
            if found := _deeper(inner, name):
                return [f"{table}.{found[0]}"]
    return []


def _resolve(model: type[BaseModel], location: list[str]) -> tuple[list[str], type[BaseModel], FieldInfo | None]:
    """The path of a setting without the tags of unions, the model it belongs to, and its field."""
    path: list[str] = []
    field: FieldInfo | None = None
    options: list[type[BaseModel]] = [model]
    for part in location:
        tagged = [o for o in options if len(options) > 1 and o.model_fields["kind"].default == part]
        if tagged:
            options = tagged
            continue
        model, field = options[0], options[0].model_fields.get(part)
        path.append(part)
        options = _models(field.annotation) if field else []
        if not options:
            break
    return path, model, field


def _models(annotation: Any) -> list[type[BaseModel]]:
    """The models that an annotation admits."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [m for argument in get_args(annotation) for m in _models(argument)]


def allowed(field: FieldInfo) -> str:
    """What a field accepts, in words."""
    if len(_models(field.annotation)) > 0:
        return "a table"
    if get_origin(field.annotation) is Literal:
        return "one of " + ", ".join(str(a) for a in get_args(field.annotation))
    words = [_kind(field.annotation)]
    for constraint in field.metadata:
        words += [text.format(getattr(constraint, name)) for name, text in _BOUNDS.items() if hasattr(constraint, name)]
    sentence = " ".join(words[:2]) + "".join(f" and {w}" for w in words[2:])
    return f"{sentence} ({field.description})" if field.description else sentence


def _kind(annotation: Any) -> str:
    """A type in words; of several, each."""
    if isinstance(annotation, type) and annotation is not type(None):
        return _TYPES.get(annotation, "a value")
    if get_origin(annotation) is Literal:
        return ", ".join(str(a) for a in get_args(annotation))
    if get_origin(annotation) is tuple:
        return "a list"
    if get_origin(annotation) is Annotated:
        return _kind(get_args(annotation)[0])
    found = dict.fromkeys(_kind(a) for a in get_args(annotation) if a is not type(None))
    return " or ".join(found) or "a value"


def _show(given: Any) -> str:
    text = repr(given)
    return text if len(text) <= 40 else text[:37] + "..."
