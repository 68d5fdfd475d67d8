"""Libraries: installed, in the range that is asked for, and fit to be loaded."""

from collections.abc import Mapping
from functools import partial
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

from packaging.requirements import Requirement

from analysis.doctor.finding import Check, Verdict, first_line, note, ok, wrong
from analysis.doctor.program import INSTALL, installed

_COMPILED = {"numpy": "numpy", "numba": "numba", "scipy": "scipy.linalg", "torch": "torch"}
"""Those that break each other when only one of them is renewed, and what to load of them."""


def checks() -> Mapping[str, Check]:
    """A check for each library that is needed, and one for the extras."""
    found = installed()
    if found is None:
        return {}
    asked = [Requirement(line) for line in found.requires or []]
    needed = [one for one in asked if one.marker is None or one.marker.evaluate({"extra": ""})]
    names = found.metadata.get_all("Provides-Extra") or []
    offered = {
        name: [r for r in asked if r.marker and r.marker.evaluate({"extra": name}) and r not in needed]
        for name in sorted(names)
    }
    return {
        **{one.name: partial(library, one) for one in sorted(needed, key=lambda r: r.name.lower())},
        "extras": partial(extras, offered),
    }


def library(wanted: Requirement) -> Verdict:
    """Whether a library is there, in range, and can be loaded; what is said of it begins with its version."""
    there = _version(wanted.name)
    plain = f"{wanted.name}{wanted.specifier}"
    mend = f"{INSTALL} '{plain}'"
    if there is None:
        return wrong(f"is not installed; {plain} is needed", mend)
    if not wanted.specifier.contains(there, prereleases=True):
        return wrong(f"{there} is installed; {plain} is needed", mend)
    if module := _COMPILED.get(wanted.name):
        try:
            import_module(module)
        except Exception as error:  # noqa: BLE001 - a broken library raises anything
            return wrong(
                f"{there} cannot be loaded ({first_line(error)})",
                f"{INSTALL} --force-reinstall {' '.join(_COMPILED)}",
            )
    return ok(f"{there} satisfies {wanted.specifier}" if wanted.specifier else there)


def extras(offered: Mapping[str, list[Requirement]]) -> Verdict | None:
    """Which extras are complete, and what the others would add."""
    if not offered:
        return None
    complete, others, outdated = [], [], []
    for name, wanted in offered.items():
        missing = [r.name for r in wanted if _version(r.name) is None]
        outdated += [r for r in wanted if (v := _version(r.name)) and not r.specifier.contains(v, prereleases=True)]
        if missing:
            others.append(f"{name} (would add {', '.join(missing)})")
        else:
            complete.append(name)
    says = f"{', '.join(complete) or 'none'} installed"
    if others:
        says += f"; not {', '.join(others)}: {INSTALL} 'mixability[NAME]' where one is wanted"
    if outdated:
        lines = sorted({f"{r.name}{r.specifier}" for r in outdated})
        return note(f"{says}; out of range: {', '.join(lines)}", f"{INSTALL} {' '.join(map(repr, lines))}")
    return ok(says)


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
