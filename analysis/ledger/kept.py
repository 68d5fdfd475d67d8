"""What is kept of a scene that was run: every number of every replicate, and where they came from."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any, Self, get_args

import numpy as np

from analysis.arrays import Floats
from analysis.figures.chart import Chart
from analysis.figures.theme import Theme
from analysis.ledger.statements import LedgerError
from analysis.names import nearest
from analysis.runs.folder import write_whole
from analysis.runs.record import strict
from analysis.runs.store import archived, unpacked
from analysis.scenes.base import Outcome, Results, Scale, Scene, Settings
from analysis.scenes.claim import Claim, Law
from analysis.scenes.registry import SCENES

SCHEMA = 1


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A scene at a scale: its replicates, by name of what they measured."""

    scene: Scene[Any]
    scale: Scale
    seed: int
    settings: Settings
    values: Mapping[str, Floats]
    """(replicates, ...) by name."""
    failed: int = 0
    """Replicates that could not be finished, and are not among these."""
    seconds: float
    """That all replicates took together."""
    provenance: Mapping[str, Any]

    @classmethod
    def of(
        cls, scene: Scene[Any], scale: Scale, seed: int, outcomes: list[Outcome], *, failed: int, seconds: float,
        provenance: Mapping[str, Any],
    ) -> Self:  # fmt: skip
        """From replicates in their order."""
        return cls(
            scene=scene,
            scale=scale,
            seed=seed,
            settings=scene.settings.model_validate(scene.size(scale).settings),
            values={name: np.stack([outcome[name] for outcome in outcomes]) for name in outcomes[0]},
            failed=failed,
            seconds=round(seconds, 1),
            provenance=provenance,
        )

    @property
    def replicates(self) -> int:
        """How many."""
        return len(next(iter(self.values.values())))

    @property
    def command(self) -> str:
        """Which does it again."""
        scale = "" if self.scale == "standard" else f" --scale {self.scale}"
        seed = "" if self.seed == 1 else f" --seed {self.seed}"
        return f"mixability scene run {self.scene.name}{scale}{seed}"

    @property
    def is_current(self) -> bool:
        """Whether it was computed by the code that is here."""
        return bool(self.provenance.get("spec", {}).get("grown_by") == self.scene.code)

    @property
    def outcomes(self) -> list[Outcome]:
        """The replicates, one by one."""
        return [{name: value[i] for name, value in self.values.items()} for i in range(self.replicates)]

    @cached_property
    def results(self) -> Results[Any]:
        """Judged."""
        return self.scene.results(self.settings, self.outcomes)

    @property
    def reading(self) -> str:
        """What its picture says."""
        return self.scene.reading(self.results)

    def claim(self, name: str) -> Claim | Law:
        """One that the scene answers. Raises LedgerError."""
        known = {claim.name: claim for claim in self.scene.claims}
        if name not in known:
            raise LedgerError(f"scene {self.scene.name} makes no claim {name!r}; {nearest(name, known)}")
        return known[name]

    def chart(self, theme: Theme) -> Chart:
        """Its picture."""
        origin = self.scene.origin(self.settings, self.replicates, self.seed)
        return self.scene.chart(self.settings, self.outcomes, origin, theme)

    def write(self, folder: Path) -> None:
        """``NAME.npz``, then ``NAME.json`` with its digest; equal content gives equal bytes."""
        arrays = archived(self.values)
        said = {
            "schema": SCHEMA,
            "scene": self.scene.name,
            "scale": self.scale,
            "seed": self.seed,
            "settings": self.settings.model_dump(mode="json"),
            "replicates": self.replicates,
            "failed": self.failed,
            "seconds": self.seconds,
            "provenance": dict(self.provenance),
            "digest": _digest(arrays),
        }
        write_whole(folder / f"{self.scene.name}.npz", arrays)
        write_whole(folder / f"{self.scene.name}.json", (json.dumps(strict(said), indent=1) + "\n").encode())

    @classmethod
    def read(cls, file: Path) -> Self:
        """Undo `write`, from the path of ``NAME.json``. Raises LedgerError where it is not as it was written."""
        again = "mixability claims run makes it again"
        try:
            said = json.loads(file.read_text(encoding="utf-8"))
            arrays = file.with_suffix(".npz").read_bytes()
        except (OSError, ValueError) as error:
            raise LedgerError(f"{file} cannot be read ({error}); {again}") from error
        if said.get("schema") != SCHEMA or said.get("scale") not in get_args(Scale):
            raise LedgerError(f"{file} is of another version of the ledger; {again}")
        if said["digest"] != _digest(arrays):
            raise LedgerError(f"{file.with_suffix('.npz')} is not as it was written: its digest differs; {again}")
        if said["scene"] not in SCENES:
            raise LedgerError(f"{file} is of a scene {said['scene']!r} that there is not; remove it")
        scene = SCENES[said["scene"]]
        try:
            settings = scene.settings.model_validate(said["settings"])
        except ValueError as error:
            raise LedgerError(f"{file} has settings that {scene.name} no longer takes; {again}") from error
        return cls(
            scene=scene,
            scale=said["scale"],
            seed=said["seed"],
            settings=settings,
            values=unpacked(arrays),
            failed=said["failed"],
            seconds=said["seconds"],
            provenance=said["provenance"],
        )


def _digest(content: bytes) -> str:
    return blake2b(content, digest_size=16).hexdigest()
