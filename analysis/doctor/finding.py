"""What a check found, and how checks are run: none that fails stops the others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from analysis.doctor.paths import discreet

State = Literal["ok", "note", "wrong"]
_REPORT = "report it with what mixability doctor --json prints"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One fact about the installation, the machine or the store, fit to be shown in public."""

    group: str
    """``program``, ``machine``, ``libraries``, ``data``, ``store`` or ``self-test``."""
    name: str
    state: State
    """``note``: it works, but not as well as it could; ``wrong``: something will fail."""
    says: str
    """The fact, in a sentence without a full stop."""
    mend: str
    """What to type or to do; empty where all is well."""


@dataclass(frozen=True)
class Verdict:
    """What a check says; its table says what it is called."""

    state: State
    says: str
    mend: str = ""


Check = Callable[[], Verdict | None]
"""Gives None where there is nothing to check."""


def ok(says: str) -> Verdict:
    """All is well."""
    return Verdict("ok", says)


def note(says: str, mend: str) -> Verdict:
    """It works, but could be better."""
    return Verdict("note", says, mend)


def wrong(says: str, mend: str) -> Verdict:
    """Something will fail."""
    return Verdict("wrong", says, mend)


def carried_out(group: str, table: Callable[[], Mapping[str, Check]]) -> list[Finding]:
    """The findings of a group's checks, by their names.

    A check that raises is a finding as well, and so is a table that cannot be made.
    """
    try:
        checks = table()
    except Exception as error:  # noqa: BLE001 - a broken installation is what is looked for
        return [_finding(group, "checks", _broken(error))]
    return [_finding(group, name, found) for name, check in checks.items() if (found := _tried(check)) is not None]


def first_line(error: Exception) -> str:
    """The type of an error and the first line of what it says."""
    said = next(iter(str(error).splitlines()), "")
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def _tried(check: Check) -> Verdict | None:
    try:
        return check()
    except Exception as error:  # noqa: BLE001 - the same
        return _broken(error)


def _broken(error: Exception) -> Verdict:
    mend = "mend what is wrong with libraries; if nothing is, " if isinstance(error, ImportError) else ""
    return wrong(f"could not be checked ({first_line(error)})", mend + _REPORT)


def _finding(group: str, name: str, found: Verdict) -> Finding:
    return Finding(group=group, name=name, state=found.state, says=discreet(found.says), mend=discreet(found.mend))
