"""The ledger: all claims with what came of the scenes that were run for them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any, Self, cast

import numpy as np

from analysis.experiments.claims import overall
from analysis.figures.chart import Chart
from analysis.figures.theme import Theme
from analysis.ledger.kept import Kept
from analysis.ledger.statements import Essay, LedgerError, Ruling, Statement, Statements, statements
from analysis.names import nearest
from analysis.numbers import counted
from analysis.runs.record import strict
from analysis.scenes.base import Scale
from analysis.scenes.claim import Answer, Checked, Compared
from analysis.stats import MIN_REPLICATES, holm, interval

SCENES_FOLDER = "scenes"
_ADDRESS = re.compile(
    r"(?P<scene>[a-z0-9-]+)(?:\.(?P<number>.+)|/(?P<claim>[a-z0-9-]+)\[(?P<condition>.*)\](?:\.(?P<part>\w+))?)"
)


@dataclass(frozen=True, kw_only=True)
class Value:
    """A number of the ledger, for a text."""

    number: float
    low: float
    high: float
    """95 % interval over replicates; NaN where there is none."""
    words: str
    """What it is."""
    scene: str
    command: str
    """Which does it again."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """One answer to a claim, with the scene that gave it."""

    scene: str
    answer: Answer

    def as_dict(self) -> dict[str, Any]:
        """For ``ledger.json``."""
        return {"scene": self.scene, **self.answer.as_dict(), "sentence": self.answer.sentence}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A claim and what the ledger says of it."""

    statement: Statement
    essay: Essay
    verdict: Ruling
    because: str
    """In a sentence or two."""
    answers: Sequence[Told]
    sources: Sequence[str]
    """Citations."""
    scale: Scale | None
    """At which its scenes were run; None where none were."""
    seed: int | None
    replicates: int
    """Of the scene that has the fewest of them."""
    seconds: float
    """That its scenes took, on one core."""

    @property
    def id(self) -> str:
        """Of the claim."""
        return self.statement.id

    @property
    def command(self) -> str:
        """Which decides it again; empty for those that nothing is run for."""
        if not self.statement.asks:
            return ""
        scale = "" if self.scale in (None, "standard") else f" --scale {self.scale}"
        seed = "" if self.seed in (None, 1) else f" --seed {self.seed}"
        return f"mixability claims run {self.id}{scale}{seed}"

    def as_dict(self) -> dict[str, Any]:
        """For ``ledger.json``."""
        claim = self.statement
        return {
            "id": self.id,
            "essay": {"key": claim.essay, "title": self.essay.title, "author": self.essay.author},
            "says": claim.says,
            "kind": claim.kind,
            "verdict": self.verdict,
            "because": self.because,
            "scenes": claim.scenes,
            "replicates": self.replicates,
            "seed": self.seed,
            "seconds": round(self.seconds, 1),
            "reference": claim.reference,
            "sources": list(self.sources),
            "command": self.command,
            "answers": [strict(told.as_dict()) for told in self.answers],
        }


class Ledger:
    """All claims, judged by the scenes that were run at one scale."""

    def __init__(self, scale: Scale, scenes: Mapping[str, Kept], claims: Statements | None = None) -> None:
        self.scale = scale
        self.scenes = scenes
        self.claims = claims or statements()

    @classmethod
    def read(cls, folder: Path, claims: Statements | None = None) -> Self:
        """The one that was written to a folder. Raises LedgerError."""
        files = sorted((folder / SCENES_FOLDER).glob("*.json"))
        if not files:
            raise LedgerError(f"there is no ledger in {folder}; mixability claims run --all --scale smoke makes one")
        scenes = [Kept.read(file) for file in files]
        if len(scales := {kept.scale for kept in scenes}) > 1:
            raise LedgerError(f"{folder} mixes scales ({', '.join(sorted(scales))}); keep each in a folder of its own")
        return cls(scales.pop(), {kept.scene.name: kept for kept in scenes}, claims)

    def write(self, folder: Path) -> None:
        """Every scene, so that `read` finds it."""
        for kept in self.scenes.values():
            kept.write(folder / SCENES_FOLDER)

    @cached_property
    def entries(self) -> dict[str, Entry]:
        """By claim, in their order; p values are Holm-corrected over all that any claim asks."""
        return {name: self._entry(claim) for name, claim in self.claims.claims.items()}

    @cached_property
    def digest(self) -> str:
        """Of all numbers."""
        digest = blake2b(digest_size=8)
        for name, kept in sorted(self.scenes.items()):
            digest.update(f"{name} {kept.seed} {kept.settings.model_dump_json()}".encode())
            for key, values in sorted(kept.values.items()):
                digest.update(key.encode() + np.ascontiguousarray(values).tobytes())
        return digest.hexdigest()

    @property
    def missing(self) -> list[str]:
        """Scenes that claims ask and that were not run."""
        asked = dict.fromkeys(scene for claim in self.claims.claims.values() for scene in claim.scenes)
        return [scene for scene in asked if scene not in self.scenes]

    def entry(self, name: str) -> Entry:
        """The one of a claim. Raises LedgerError."""
        return self.entries[self.claims.claim(name).id]

    def scene(self, name: str) -> Kept:
        """One that was run. Raises LedgerError."""
        if name not in self.scenes:
            raise LedgerError(f"no scene {name!r} in this ledger; {nearest(name, self.scenes)}")
        return self.scenes[name]

    def again(self, scene: str) -> str:
        """The command that renews its records here: that of the first claim that asks it. Raises LedgerError."""
        asks = (entry.command for entry in self.entries.values() if scene in entry.statement.scenes)
        return next(asks, self.scene(scene).command)

    def chart(self, scene: str, theme: Theme) -> Chart:
        """The picture of a scene. Raises LedgerError."""
        return self.scene(scene).chart(theme)

    def value(self, address: str) -> Value:
        """A number: ``SCENE.NUMBER``, the mean over replicates, or ``SCENE/CLAIM[CONDITION].PART``, of an answer.

        Parts: ``difference`` (if none is named), ``without``, ``with``, ``g``, ``p``, ``n``, ``deviation`` of a law.
        Raises LedgerError.
        """
        found = _ADDRESS.fullmatch(address)
        if not found:
            raise LedgerError(f"{address!r} is no address: write SCENE.NUMBER or SCENE/CLAIM[CONDITION].difference")
        kept = self.scene(found["scene"])
        if found["number"]:
            return _mean(kept, found["number"])
        return _part(kept, found["claim"], found["condition"], found["part"] or "difference")

    @cached_property
    def _told(self) -> dict[str, list[Told]]:
        """Answers by ``scene/claim``."""
        asked = dict.fromkeys(ask for claim in self.claims.claims.values() for ask in claim.asks)
        told: dict[str, list[Told]] = {}
        for ask in asked:
            scene, _, name = ask.partition("/")
            if scene in self.scenes:
                claim = self.scenes[scene].claim(name)
                answers = [answer for answer in self.scenes[scene].results.answers if answer.claim is claim]
                told[ask] = [Told(scene=scene, answer=answer) for answer in answers]
        every = [one for answers in told.values() for one in answers]
        adjusted = iter(holm([one.answer.p_value for one in every]))
        return {
            ask: [replace(one, answer=one.answer.corrected(next(adjusted))) for one in answers]
            for ask, answers in told.items()
        }

    def _entry(self, claim: Statement) -> Entry:
        kept = [self.scenes[scene] for scene in claim.scenes if scene in self.scenes]
        answers = [told for ask in claim.asks for told in self._told.get(ask, [])]
        verdict, because = self._ruling(claim, answers)
        return Entry(
            statement=claim,
            essay=self.claims.essays[claim.essay],
            verdict=verdict,
            because=because,
            answers=answers,
            sources=[self.claims.sources[key].citation for key in claim.sources],
            scale=self.scale if kept else None,
            seed=kept[0].seed if kept else None,
            replicates=min((scene.replicates for scene in kept), default=0),
            seconds=sum(scene.seconds for scene in kept),
        )

    def _ruling(self, claim: Statement, answers: Sequence[Told]) -> tuple[Ruling, str]:
        if claim.verdict:
            return claim.verdict, claim.because
        if lacking := [scene for scene in claim.scenes if scene not in self.scenes]:
            return "not run", f"{counted(len(lacking), 'scene')} not run: {', '.join(lacking)}."
        verdict = overall([told.answer for told in answers])
        return cast("Ruling", str(verdict)), " ".join(self._because(ask) for ask in claim.asks)

    def _because(self, ask: str) -> str:
        """What decides: the statement that each of the verdicts is on, and the numbers."""
        scene, _, name = ask.partition("/")
        kept = self.scenes[scene]
        claim = kept.claim(name)
        told = kept.results.told(claim, [c for c in claim.conditions if c not in claim.controls])
        failed = f" {counted(kept.failed, 'replicate')} could not be finished." if kept.failed else ""
        return f"“{claim.says[:1].upper()}{claim.says[1:]}”: {claim.measure}, {told}.{failed}"


def _mean(kept: Kept, name: str) -> Value:
    if name not in kept.values:
        raise LedgerError(f"scene {kept.scene.name} measures no {name!r}; {nearest(name, kept.values)}")
    values = kept.values[name]
    if values.ndim != 1:
        raise LedgerError(f"{kept.scene.name}.{name} is a curve, not a number")
    known = values[np.isfinite(values)]
    low, high = interval(known) if len(known) >= MIN_REPLICATES else (np.nan, np.nan)
    return Value(
        number=float(known.mean()) if len(known) else np.nan,
        low=low,
        high=high,
        words=f"{name}, mean of {counted(len(known), 'replicate')} of scene {kept.scene.name}",
        scene=kept.scene.name,
        command=kept.command,
    )


def _part(kept: Kept, name: str, condition: str, part: str) -> Value:
    claim = kept.claim(name)
    if condition not in claim.conditions:
        raise LedgerError(
            f"claim {kept.scene.name}/{name} has no condition {condition!r}; {nearest(condition, claim.conditions)}"
        )
    answer = kept.results.answer(claim, condition)
    numbers = _numbers(answer)
    if part not in numbers:
        raise LedgerError(f"{kept.scene.name}/{name}[{condition}] has no {part!r}; {nearest(part, numbers)}")
    number, low, high = numbers[part]
    return Value(
        number=number, low=low, high=high, words=f"{part}: {answer.sentence}", scene=kept.scene.name,
        command=kept.command,
    )  # fmt: skip


def _numbers(answer: Answer) -> dict[str, tuple[float, float, float]]:
    nan = float("nan")
    if isinstance(answer, Checked):
        return {"deviation": (answer.deviation, nan, nan), "n": (float(answer.replicates), nan, nan)}
    found = cast("Compared", answer).comparison
    return {
        "difference": (found.difference, found.low, found.high),
        "without": (found.without, nan, nan),
        "with": (found.with_mixing, nan, nan),
        "g": (found.hedges_g, found.hedges_g_low, found.hedges_g_high),
        "p": (found.p_value, nan, nan),
        "n": (float(found.pairs), nan, nan),
    }
