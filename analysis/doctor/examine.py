"""The whole examination."""

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from analysis.doctor.finding import Check, Finding, carried_out


def examine(store: Path, *, quick: bool) -> list[Finding]:
    """Everything that can be found out about this installation, this machine and a store, which need not exist.

    ``quick`` leaves out the self-test and the digests of the store. Nothing is changed. Whatever is broken, this
    returns: a check that fails is a finding, and so is a library that is missing.
    """
    findings = [
        *_group("program", "program"),
        *_group("machine", "machine", store),
        *_group("libraries", "libraries"),
        *_group("data", "data"),
        *_group("store", "storage", store, quick=quick),
    ]
    return findings if quick else [*findings, *_group("self-test", "selftest")]


def _group(name: str, module: str, *arguments: Any, **settings: Any) -> list[Finding]:
    """The findings of a file of checks, loaded here so that a library that is missing is found, not met."""

    def table() -> Mapping[str, Check]:
        make: Callable[..., Mapping[str, Check]] = import_module(f"analysis.doctor.{module}").checks
        return make(*arguments, **settings)

    return carried_out(name, table)
