"""Experiments that take next to no time, or go wrong on purpose; as ``tests.reliability.toy:EMPTY`` and so on."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from analysis.experiments.base import Desk, Experiment, Outcome
from analysis.runs.folder import write_whole
from analysis.sides.base import RunFailedError
from analysis.streams import generator_for, seed_for

NOTES = "MIXABILITY_TOY_NOTES"
"""Environment variable that names a file, to which every cell adds a line as it begins, and each step of a LONG one."""
WELL = "MIXABILITY_TOY_WELL"
"""Environment variable that names a file: once it is there, nothing goes wrong any more."""


class ToySpec(BaseModel):
    """What the cells of all toys depend on, and how long they take."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = Field(default=1, ge=0, lt=2**63, description="root of all random streams")
    replicates: int = Field(default=5, ge=1, le=100_000, description="replicates of both arms")
    x: float = Field(default=0.0, description="a setting to sweep over")
    size: int = Field(default=0, ge=0, description="numbers in the array that a cell gives; none: no array")
    steps: int = Field(default=10, ge=1, description="of a LONG cell")
    pause: float = Field(default=0.0, ge=0.0, description="seconds that a cell, or a step, takes at least")
    wrong: tuple[int, ...] = Field(default=(), description="replicates that go wrong in the arm with mixing")


def note(line: str) -> None:
    """Add a line to the notes; lines of several processes do not mix."""
    if path := os.environ.get(NOTES):
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        os.write(file, f"{line}\n".encode())
        os.close(file)


def _outcome(spec: ToySpec, arm: str, replicate: int) -> Outcome:
    random = generator_for(spec.seed, "toy", arm, replicate, repr(spec.x))
    values = {"mean": float(random.normal(spec.x)), "undefined": np.nan}
    arrays = {"drawn": random.normal(size=spec.size)} if spec.size else {}
    return Outcome(values=values, reasons={"undefined": "on purpose"}, arrays=arrays)


def _empty(spec: ToySpec, arm: str, replicate: int, _desk: Desk) -> Outcome:
    note(f"{spec.x} {arm} {replicate}")
    return Outcome(values={"x": spec.x})


def _busy(spec: ToySpec, arm: str, replicate: int, _desk: Desk) -> Outcome:
    note(f"{spec.x} {arm} {replicate}")
    until = time.perf_counter() + spec.pause
    outcome = _outcome(spec, arm, replicate)
    while time.perf_counter() < until:
        pass
    return outcome


def _long(spec: ToySpec, arm: str, replicate: int, desk: Desk) -> Outcome:
    """A sum whose terms are steps; where it is, is kept every so often."""
    step, total, kept = 0, 0.0, time.perf_counter()
    if desk.checkpoint is not None and desk.checkpoint.exists():
        step, total = json.loads(desk.checkpoint.read_text())
    while step < spec.steps:
        note(f"{spec.x} {arm} {replicate} step {step}")
        time.sleep(spec.pause)
        total += seed_for(spec.seed, "toy", arm, replicate, step) / 2**64
        step += 1
        if desk.checkpoint is not None and time.perf_counter() - kept >= desk.every:
            write_whole(desk.checkpoint, json.dumps([step, total]).encode())
            kept = time.perf_counter()
    return Outcome(values={"total": total})


def _failing(spec: ToySpec, arm: str, replicate: int, desk: Desk) -> Outcome:
    if _goes_wrong(spec, arm, replicate):
        if replicate % 2:
            raise RunFailedError(f"replicate {replicate} has failed; lower x")
        raise ZeroDivisionError("nobody has expected this")
    return _busy(spec, arm, replicate, desk)


def _killer(spec: ToySpec, arm: str, replicate: int, desk: Desk) -> Outcome:
    if _goes_wrong(spec, arm, replicate):
        os._exit(9)
    return _busy(spec, arm, replicate, desk)


def _hungry(spec: ToySpec, arm: str, replicate: int, _desk: Desk) -> Outcome:
    """Much memory while it runs, and an array that takes as much."""
    drawn = generator_for(spec.seed, "toy", arm, replicate).normal(size=spec.size)
    return Outcome(values={"sum": float(drawn.sum())}, arrays={"drawn": drawn})


def _goes_wrong(spec: ToySpec, arm: str, replicate: int) -> bool:
    return arm == "with" and replicate in spec.wrong and not Path(os.environ.get(WELL) or "/nowhere").exists()


def _identity(spec: ToySpec, _arm: str) -> dict[str, Any]:
    return spec.model_dump(mode="json", exclude={"replicates"})


def _toy(name: str, run: Callable[[ToySpec, str, int, Desk], Outcome]) -> Experiment[ToySpec]:
    return Experiment(
        name=f"{__name__}:{name}",
        says="nothing of interest",
        spec=ToySpec,
        arms=lambda _: {"without": False, "with": True},
        identity=_identity,
        computing=("tests/reliability/toy.py",),
        run=run,
    )


EMPTY = _toy("EMPTY", _empty)
BUSY = _toy("BUSY", _busy)
LONG = _toy("LONG", _long)
FAILING = _toy("FAILING", _failing)
KILLER = _toy("KILLER", _killer)
HUNGRY = _toy("HUNGRY", _hungry)
