"""Run a scene: its replicates, each kept as it is finished, then its picture, records and answers."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from analysis.experiments import base
from analysis.experiments.cells import Cell, Done, cells_of, run_cells
from analysis.figures.chart import Chart
from analysis.figures.theme import THEMES
from analysis.runs.folder import write_whole
from analysis.runs.record import code_digest, provenance
from analysis.runs.store import Store
from analysis.scenes.base import Outcome, Settings, records
from analysis.scenes.claim import Answer
from analysis.scenes.registry import SCENES


class Performance(BaseModel):
    """A scene with everything that determines it. Of its settings, a part may be given."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    scene: str = Field(description="one of those that scene list shows")
    seed: int = Field(default=1, ge=0, lt=2**63, description="root of all random streams")
    replicates: int = Field(default=10, ge=1, le=100_000, description="independent replicates")
    settings: dict[str, Any] = Field(default={}, description="settings of the scene")

    @field_validator("scene")
    @classmethod
    def _known(cls, scene: str) -> str:
        if scene not in SCENES:
            raise ValueError(f"there are {', '.join(SCENES)}; got {scene!r}")
        return scene

    @model_validator(mode="after")
    def _checked(self) -> "Performance":
        self.checked  # noqa: B018 - raises where a setting is wrong
        return self

    @property
    def checked(self) -> Settings:
        """The settings as the scene takes them."""
        settings: Settings = SCENES[self.scene].settings.model_validate(self.settings)
        return settings

    @property
    def identity(self) -> dict[str, Any]:
        """What every replicate depends on."""
        settings, scene = self.checked, SCENES[self.scene]
        rests_on = scene.rests_on(settings)
        whole = {"scene": self.scene, "seed": self.seed, "settings": settings.model_dump(mode="json")}
        return whole | {"grown_by": scene.code} | ({"rests_on": rests_on} if rests_on else {})


@dataclass(frozen=True, kw_only=True)
class Ended:
    """What a scene came to."""

    chart: Chart
    answers: Sequence[Answer]


def cells(performance: Performance) -> list[Cell]:
    """All replicates."""
    return cells_of(EXPERIMENT.name, performance, range(performance.replicates))


def play(
    performance: Performance, store: Store, jobs: int, *, cluster: str | None = None, stop: Event | None = None
) -> Iterator[Done]:
    """Do what the store does not hold yet; give every replicate as it is done, found ones first."""
    return run_cells(cells(performance), store, jobs, cluster=cluster, stop=stop)


def outcomes(performance: Performance, store: Store) -> list[Outcome]:
    """What the replicates gave that are finished, in their order."""
    return [dict(store.arrays(cell.key)) for cell in cells(performance) if store.has(cell.key)]


def finish(performance: Performance, found: Sequence[Outcome], folder: Path) -> Ended:
    """Judge and draw all replicates, in their order, and write what there is to be read.

    ``NAME.png``, ``.svg``, ``.csv``, ``.txt``, the picture again in the dark, ``records.csv`` and ``summary.json``.
    """
    scene = SCENES[performance.scene]
    origin = scene.origin(performance.checked, len(found), performance.seed)
    light, dark = (scene.chart(performance.checked, found, origin, theme) for theme in THEMES)
    for ending, content in light.files().items():
        write_whole(folder / f"{scene.name}.{ending}", content)
    images = dark.files()
    for ending in ("png", "svg"):
        write_whole(folder / f"{scene.name}-dark.{ending}", images[ending])
    write_whole(folder / "records.csv", records(found).encode())
    answers = scene.results(performance.checked, found).answers
    summary = {
        "reading": light.reading,
        "answers": [answer.as_dict() for answer in answers],
        "replicates": len(found),
        "provenance": provenance(performance.identity, code_digest(EXPERIMENT.computing)),
    }
    write_whole(folder / "summary.json", (json.dumps(summary, indent=2) + "\n").encode())
    return Ended(chart=light, answers=answers)


def _run(performance: Performance, _arm: str, replicate: int, _desk: base.Desk) -> base.Outcome:
    found = SCENES[performance.scene].run(performance.checked, performance.seed, replicate)
    values = {name: float(value) for name, value in found.items() if value.ndim == 0}
    return base.Outcome(values=values, arrays=found)


EXPERIMENT = base.Experiment(
    name="scene",
    says="one of the essays' scenes",
    spec=Performance,
    arms=lambda _: {"": None},
    identity=lambda performance, _arm: performance.identity,
    computing=("analysis/streams.py",),
    run=_run,
)
