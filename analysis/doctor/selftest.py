"""The self-test: the experiments, against results that are known.

After an intended change of results, ``python -m analysis.doctor.selftest`` writes the known ones anew.
"""

import json
import time
from collections.abc import Mapping
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numba.core import event

from analysis.doctor.experiments import EXPERIMENTS, Experiment, Result
from analysis.doctor.finding import Check, Verdict, note, ok, wrong

EXPECTED = Path(__file__).with_name("expected.json")
_LIBRARIES = ("numba", "numpy", "scikit-learn", "torch")


def checks() -> Mapping[str, Check]:
    """Every experiment, and last how long they took."""
    known = read(EXPECTED)
    clock = _Clock()
    judged = {name: partial(_judged, name, experiment, known, clock) for name, experiment in EXPERIMENTS.items()}
    return {**judged, "time": clock.read}


class _Clock:
    """Adds up seconds, those of compiling apart."""

    def __init__(self) -> None:
        self.seconds = self.compiling = 0.0

    def run(self, experiment: Experiment) -> Result:
        started = time.perf_counter()
        with event.install_timer("numba:compile", self._compiled):
            result = experiment.run()
        self.seconds += time.perf_counter() - started
        return result

    def _compiled(self, seconds: float) -> None:
        self.compiling += seconds

    def read(self) -> Verdict:
        once = f", {self.compiling:.0f} s of them to compile kernels, which is done once" if self.compiling else ""
        return ok(f"{self.seconds:.1f} s{once}")


def _judged(name: str, experiment: Experiment, known: Mapping[str, Any], clock: _Clock) -> Verdict:
    return judge(clock.run(experiment), known["results"][name], experiment.tolerance, known["made_with"])


def judge(found: Result, known: Mapping[str, Any], tolerance: float, made_with: Mapping[str, str]) -> Verdict:
    """Compare a result with the known one: ``digest`` and ``values``, by libraries of the versions ``made_with``."""
    if found.digest == known["digest"]:
        return ok("the same bits as ever")
    mend = "reinstall mixability; if it stays, report it with what mixability doctor --json prints"
    here = {name: version(name) for name in made_with}
    others = [f"{name}=={there}" for name, there in made_with.items() if _number(here[name]) != _number(there)]
    if others:
        mend = f"try the versions that the known result was made with, {' '.join(others)}; else {mend}"
    if not tolerance:
        return wrong("not the bits that it must give", mend)
    values, due = np.array(found.values), np.array(known["values"])
    if values.shape != due.shape or not np.allclose(values, due, rtol=tolerance, atol=tolerance):
        off = f", off by up to {np.max(np.abs(values - due)):.1g}" if values.shape == due.shape else ""
        return wrong(f"not what it must give{off}", mend)
    return note(
        "another processor or library rounds differently: results agree to rounding, not to the bit",
        "where bits matter, compute all of a study on one kind of machine with one set of versions",
    )


def read(file: Path) -> dict[str, Any]:
    """The known results, by experiment, and the libraries that they were made with."""
    known: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return known


def renew(file: Path = EXPECTED) -> None:
    """Take what the experiments give here for known."""
    found = {name: experiment.run() for name, experiment in EXPERIMENTS.items()}
    known = {
        "made_with": {name: _number(version(name)) for name in _LIBRARIES},
        "results": {name: {"digest": one.digest, "values": one.values} for name, one in found.items()},
    }
    file.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")


def _number(installed: str) -> str:
    """A version without the name of its build."""
    return installed.partition("+")[0]


if __name__ == "__main__":
    renew()
