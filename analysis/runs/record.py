"""Records: what one replicate of one arm gave, with where it came from."""

import json
import math
import platform
import subprocess
from dataclasses import asdict, dataclass, field
from functools import cache
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from analysis.arrays import Floats

SCHEMA = 3
"""Raised whenever a field of a record changes its meaning."""

_ROOT = Path(__file__).resolve().parents[2]
_LIBRARIES = ("numpy", "numba", "torch", "scipy", "scikit-learn")


@dataclass(frozen=True, kw_only=True)
class Record:
    """What one replicate of one arm gave, in numbers. What is drawn of it are arrays, kept beside it."""

    experiment: str
    arm: str
    """Empty where a replicate is one whole, not one arm."""
    mixing: bool | None
    """Whether the arm is the one with mixing; None where there is no such thing."""
    replicate: int
    values: dict[str, float]
    """``measure:condition`` to value, NaN (in JSON: null) where undefined."""
    reasons: dict[str, str] = field(default_factory=dict)
    """Why a value is undefined."""
    times: list[float] = field(default_factory=list)
    curves: dict[str, list[float]] = field(default_factory=dict)
    provenance: dict[str, Any]
    """Program, code and libraries that made it; under ``spec`` what determines it."""
    schema: int = field(default=SCHEMA)

    def to_json(self) -> str:
        """One line of strict JSON; equal records give equal lines."""
        return json.dumps(strict(asdict(self)), sort_keys=True, allow_nan=False)

    @classmethod
    def from_json(cls, line: str) -> "Record":
        """Undo `to_json`."""
        fields = json.loads(line)
        fields["values"] = {k: _number(v) for k, v in fields["values"].items()}
        fields["curves"] = {k: [_number(x) for x in v] for k, v in fields["curves"].items()}
        return cls(**fields)

    def curve(self, name: str) -> Floats:
        """A curve as an array."""
        return np.array(self.curves[name])


def provenance(identity: dict[str, Any], code: str) -> dict[str, Any]:
    """Program, code, libraries, and what determines the rest; nothing of the machine but its processor's family."""
    return {
        "program": f"mixability {program_version()}",
        "revision": _revision(),
        "code": code,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "libraries": {name: _version(name) for name in _LIBRARIES},
        "spec": identity,
    }


def cell_key(experiment: str, code: str, identity: dict[str, Any], arm: str, replicate: int) -> str:
    """The content hash of a cell: the same spec on the same data by the same code."""
    named = [SCHEMA, program_version(), code, experiment, identity, arm, replicate]
    return blake2b(json.dumps(named, sort_keys=True).encode(), digest_size=16).hexdigest()


@cache
def code_digest(computing: tuple[str, ...]) -> str:
    """A digest of the code that the numbers come from, so that a result is never taken for that of other code.

    ``computing``: files and folders, from the root of the sources.
    """
    digest = blake2b(digest_size=8)
    for part in computing:
        path = _ROOT / part
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            digest.update(file.relative_to(_ROOT).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


@cache
def program_version() -> str:
    """The installed version, or ``0+unknown`` in a tree that is not installed."""
    return _version("mixability") or "0+unknown"


@cache
def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


@cache
def _revision() -> str | None:
    """The git revision of the source tree, or None where there is none."""
    try:
        found = subprocess.run(  # noqa: S603 - a fixed command on our own folder
            ["git", "-C", str(_ROOT), "rev-parse", "--show-toplevel", "HEAD"],  # noqa: S607 - git is where PATH says
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return None
    lines = found.stdout.split("\n")
    ours = found.returncode == 0 and Path(lines[0]).resolve() == _ROOT
    return lines[1][:12] if ours else None


def strict(value: Any) -> Any:
    """The same, for JSON: null for what is not a finite number."""
    if isinstance(value, dict):
        return {k: strict(v) for k, v in value.items()}
    if isinstance(value, list):
        return [strict(v) for v in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)
