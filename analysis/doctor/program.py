"""The program itself and its Python."""

import platform
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from analysis.doctor.finding import Check, Verdict, note, ok, wrong

INSTALL = "python -m pip install"
SOURCES = Path(__file__).resolve().parents[2] / "pyproject.toml"
"""Not there where the program was installed as a wheel."""
_OLDEST = ">=3.11"


def checks() -> Mapping[str, Check]:
    """What is said of the program."""
    return {"mixability": program, "Python": python}


@cache
def installed() -> Distribution | None:
    """What the installer wrote down, or None where the sources are run as they are."""
    try:
        return distribution("mixability")
    except PackageNotFoundError:
        return None


def program() -> Verdict:
    """Its version."""
    found = installed()
    if found is None:
        return note(
            "runs from its sources without being installed, so the versions of its libraries cannot be checked",
            f"{INSTALL} -e . in the folder of the sources",
        )
    if _has_changed(found):
        return note(
            f"{found.version}, installed before its list of libraries was changed",
            f"{INSTALL} -e . in the folder of the sources",
        )
    return ok(found.version)


def _has_changed(found: Distribution) -> bool:
    """Whether sources that are run where they are ask for other libraries than when they were installed."""
    if not SOURCES.exists():
        return False
    project = tomllib.loads(SOURCES.read_text(encoding="utf-8"))["project"]
    extras = project.get("optional-dependencies", {})
    asked = {*project["dependencies"], *(f'{one}; extra == "{name}"' for name in extras for one in extras[name])}
    return {str(Requirement(one)) for one in asked} != {str(Requirement(one)) for one in found.requires or []}


def python() -> Verdict:
    """Its version, which must be one of those that the program is made for."""
    found = installed()
    range_ = (found.metadata["Requires-Python"] if found else None) or _OLDEST
    version = platform.python_version()
    says = f"{version} on {platform.system()} {platform.machine()}"
    if version.partition("+")[0] in SpecifierSet(range_, prereleases=True):
        return ok(says)
    return wrong(f"{says}; supported is {range_}", f"make a new environment with Python {range_.strip('>=~')} or newer")
