"""Run a scene: its replicates, each kept as it is finished, then its picture, records and answers."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from analysis.figures.chart import Chart
from analysis.figures.theme import THEMES
from analysis.runs.execution import run_all
from analysis.runs.folder import write_whole
from analysis.runs.record import code_digest, provenance
from analysis.scenes.base import Answer, Outcome, Settings, records
from analysis.scenes.registry import SCENES
from sim.archive import archive, unarchive

_COMPUTING = ("sim", "analysis/measures", "analysis/scenes", "analysis/streams.py")


@dataclass(frozen=True, kw_only=True)
class Performance:
    """A scene with everything that determines it. It goes to workers by the scene's name."""

    scene: str
    settings: Settings
    seed: int
    replicates: int

    @property
    def identity(self) -> dict[str, Any]:
        """What every replicate depends on."""
        return {"scene": self.scene, "seed": self.seed, "settings": self.settings.model_dump(mode="json")}


@dataclass(frozen=True, kw_only=True)
class Ended:
    """What a scene came to."""

    chart: Chart
    answers: Sequence[Answer]


def play(performance: Performance, folder: Path, jobs: int) -> Iterator[tuple[int, Outcome]]:
    """Every replicate's number and outcome as it is there, found ones first; what is finished is kept at once."""
    missing = []
    for replicate in range(performance.replicates):
        found = _found(_kept(performance, folder, replicate))
        if found is None:
            missing.append((performance, folder, replicate))
        else:
            yield replicate, found
    yield from run_all(_finish, missing, jobs)


def finish(performance: Performance, outcomes: Sequence[Outcome], folder: Path) -> Ended:
    """Judge and draw all replicates, in their order, and write what there is to be read.

    ``NAME.png``, ``.svg``, ``.csv``, ``.txt``, the picture again in the dark, ``records.csv`` and ``summary.json``.
    """
    scene = SCENES[performance.scene]
    origin = scene.origin(performance.settings, len(outcomes), performance.seed)
    light, dark = (scene.chart(performance.settings, outcomes, origin, theme) for theme in THEMES)
    for ending, content in light.files().items():
        write_whole(folder / f"{scene.name}.{ending}", content)
    images = dark.files()
    for ending in ("png", "svg"):
        write_whole(folder / f"{scene.name}-dark.{ending}", images[ending])
    write_whole(folder / "records.csv", records(outcomes).encode())
    answers = scene.results(performance.settings, outcomes).answers
    summary = {
        "reading": light.reading,
        "answers": [answer.as_dict() for answer in answers],
        "replicates": len(outcomes),
        "provenance": provenance(performance.identity),
    }
    write_whole(folder / "summary.json", (json.dumps(summary, indent=2) + "\n").encode())
    return Ended(chart=light, answers=answers)


def _finish(work: tuple[Performance, Path, int]) -> tuple[int, Outcome]:
    performance, folder, replicate = work
    outcome = SCENES[performance.scene].run(performance.settings, performance.seed, replicate)
    write_whole(_kept(performance, folder, replicate), archive(outcome))
    return replicate, outcome


def _found(path: Path) -> Outcome | None:
    try:
        return unarchive(path.read_bytes())
    except (OSError, ValueError):
        return None


def _kept(performance: Performance, folder: Path, replicate: int) -> Path:
    """A file whose name is a hash of all that determines it, the code included."""
    rests_on = SCENES[performance.scene].rests_on(performance.settings)
    key = json.dumps([performance.identity, replicate, code_digest(_COMPUTING), rests_on], sort_keys=True)
    return folder / "cells" / f"{blake2b(key.encode(), digest_size=16).hexdigest()}.npz"
