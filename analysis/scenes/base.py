"""What a scene is: something to run, what is claimed of it, a picture, and a sentence with numbers."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike
from pydantic import BaseModel, ConfigDict, model_validator
from threadpoolctl import threadpool_limits

from analysis.arrays import Floats
from analysis.experiments.claims import Finding, overall
from analysis.figures.chart import Chart
from analysis.figures.plotted import Plotted
from analysis.figures.sheet import sheet
from analysis.figures.theme import Theme, theme
from analysis.numbers import arms, counted, difference, number
from analysis.report.words import ANSWERS
from analysis.sides.genes import GENES
from analysis.stats import (
    MIN_REPLICATES,
    Comparison,
    Verdict,
    compare,
    equivalence_p,
    holm,
    replicates_to_decide,
    verdict,
)

Outcome = dict[str, Floats]
"""What one replicate gave, by name; a number is an array of no dimensions."""
Grown = dict[str, ArrayLike]
"""The same, as a scene writes it down."""


class Settings(BaseModel):
    """Everything that determines a replicate but the seed and its number. Of nested settings a part may be given."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _with_the_rest_as_usual(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        usual = {name: f.default for name, f in cls.model_fields.items() if isinstance(f.default, BaseModel)}
        given = {name: values[name] for name in usual if isinstance(values.get(name), dict)}
        return {**values, **{name: {**usual[name].model_dump(), **part} for name, part in given.items()}}


S = TypeVar("S", bound=Settings)


@dataclass(frozen=True, kw_only=True)
class Claim:
    """That the second of two arms has more (or less) of something than the first, by a size that matters."""

    says: str
    """What the essays say, in a few words."""
    measure: str
    """What is compared, in words."""
    arms: tuple[str, str]
    direction: int
    """+1: more in the second arm; -1: less."""
    smallest: float
    """Smallest effect of interest, in the measure's units, stated before the run."""
    conditions: Mapping[str, tuple[str, str]]
    """For each condition the names of the two numbers, in the outcome of a replicate, that are compared."""
    side: str = GENES.name
    """Of what it is claimed."""


@dataclass(frozen=True, kw_only=True)
class Answer(Finding):
    """A claim of a scene under one condition, and what came: a finding whose arms have names of their own."""

    claim: Claim

    @property
    def predicate(self) -> str:
        """What is claimed."""
        return f"{'more' if self.direction > 0 else 'less'} {self.measure} in {self.claim.arms[1]}"

    @property
    def sentence(self) -> str:
        """In full."""
        one, two = arms(self.comparison)
        text = (
            f"{self.measure}, {self.condition}: {one} {self.claim.arms[0]}, {two} {self.claim.arms[1]}; difference "
            f"{difference(self.comparison)}; smallest effect of interest {self.smallest:g}: {self.verdict}"
        )
        return f"{text}; about {self.needed:,} replicates would decide." if self.needed else f"{text}."

    def as_dict(self) -> dict[str, Any]:
        """For a summary in JSON."""
        return {**super().as_dict(), "says": self.claim.says, "claim": self.predicate, "arms": list(self.claim.arms)}


@dataclass(frozen=True, kw_only=True)
class Results(Generic[S]):
    """All replicates of a scene, judged."""

    settings: S
    values: Mapping[str, Floats]
    """(replicates, ...) by name."""
    claims: Sequence[Claim]
    answers: Sequence[Answer]

    @classmethod
    def of(cls, settings: S, claims: Sequence[Claim], outcomes: Sequence[Outcome]) -> Self:
        """Stack the replicates and judge every claim; p values are Holm-corrected over all of them."""
        values = {name: np.stack([outcome[name] for outcome in outcomes]) for name in outcomes[0]}
        found = [
            (claim, condition, values[one], values[two])
            for claim in claims
            for condition, (one, two) in claim.conditions.items()
        ]
        compared = [compare(one.tolist(), two.tolist()) for _, _, one, two in found]
        adjusted = holm([comparison.p_value for comparison in compared])
        answers = [
            _answer(claim, condition, comparison, two - one, p_holm)
            for (claim, condition, one, two), comparison, p_holm in zip(found, compared, adjusted, strict=True)
        ]
        return cls(settings=settings, values=values, claims=claims, answers=answers)

    def answer(self, claim: Claim, condition: str) -> Answer:
        """The one to a claim under a condition."""
        return next(a for a in self.answers if a.claim is claim and a.condition == condition)

    def overall(self, claim: Claim) -> Verdict:
        """The verdict on a claim over its conditions."""
        return overall([a for a in self.answers if a.claim is claim])

    def opening(self, claim: Claim) -> str:
        """The answer in a word or two, with the verdict: how a sentence begins."""
        found = self.overall(claim)
        return ANSWERS[found] if found in (Verdict.NO_EFFECT, Verdict.UNDETERMINED) else f"{ANSWERS[found]} ({found})"

    def told(self, claim: Claim, conditions: Sequence[str] = ()) -> str:
        """Differences with their intervals under some conditions, or all, by their verdicts.

        Of those without an effect one range of all intervals; conditions of a kind, which is what stands before the
        bracket, are one where none of them has any.
        """
        found = {condition: self.answer(claim, condition) for condition in conditions or claim.conditions}
        parts = []
        for verdict_ in dict.fromkeys(answer.verdict for answer in found.values()):
            ours = [condition for condition, answer in found.items() if answer.verdict is verdict_]
            if verdict_ is Verdict.NO_EFFECT:
                mixed = {_kind(condition) for condition in found if condition not in ours}
                names = list(dict.fromkeys(c if _kind(c) in mixed else _kind(c) for c in ours))
                ends = [end for c in ours for end in (found[c].comparison.low, found[c].comparison.high)]
                parts.append(f"{', '.join(names)} ({verdict_}: {number(min(ends), 3)} to {number(max(ends), 3)})")
            else:
                names = [f"{condition} {difference(found[condition].comparison)}" for condition in ours]
                parts.append(f"{', '.join(names)} ({verdict_})")
        return "; ".join(parts)


@dataclass(frozen=True, kw_only=True)
class Room:
    """Where a scene draws: the bottom and top of its panels, as shares of the figure."""

    figure: Figure
    bottom: float
    top: float

    def share(self, inches: float) -> float:
        """A height as a share of the figure."""
        return inches / float(self.figure.get_figheight())


@dataclass(frozen=True, kw_only=True)
class Scene(Generic[S]):
    """An experiment that ends in one picture."""

    name: str
    title: str
    """The question."""
    source: str
    """Where the idea comes from."""
    claims: Sequence[Claim]
    settings: type[S]
    replicates: int = 10
    """As many as are usual."""
    grow: Callable[[S, int, int], Grown]
    """One replicate from settings, root seed and its number."""
    summary: Callable[[S], str]
    """The settings in a few words."""
    reading: Callable[[Results[S]], str]
    how: str
    """How to read the picture."""
    height: float
    """Of its panels, in inches."""
    above: float = 0.62
    """Room over the panels for their names, in inches."""
    draw: Callable[[Room, Results[S]], list[Plotted]]
    """Draws on a figure, in the theme in force; returns what it drew."""
    rests_on: Callable[[S], str] = lambda _settings: ""
    """A digest of what replicates depend on beside settings, seed, number and what all scenes compute with."""

    def run(self, settings: S, seed: int, replicate: int) -> Outcome:
        """One replicate: a function of these three alone, whatever else was run before or is run beside it."""
        with threadpool_limits(1):
            grown = self.grow(settings, seed, replicate)
        return {name: np.asarray(value, dtype=np.float64) for name, value in grown.items()}

    def results(self, settings: S, outcomes: Sequence[Outcome]) -> Results[S]:
        """Replicates in their order, judged."""
        return Results.of(settings, self.claims, outcomes)

    def origin(self, settings: S, replicates: int, seed: int) -> str:
        """What was run."""
        return f"{counted(replicates, 'paired replicate')}, seed {seed}. {self.summary(settings)}"

    def chart(self, settings: S, outcomes: Sequence[Outcome], origin: str, theme_name: Theme = "light") -> Chart:
        """The picture of all replicates, with 95 % intervals over them from five on."""
        results = self.results(settings, outcomes)
        reading = self.reading(results)
        if len(outcomes) < MIN_REPLICATES:
            reading += f" Fewer than {MIN_REPLICATES} replicates give no interval."
        with theme(theme_name):
            figure, bottom, top = sheet(
                title=self.title, reading=reading, how=self.how, origin=origin, height=self.height, above=self.above
            )
            plotted = self.draw(Room(figure=figure, bottom=bottom, top=top), results)
        return Chart(
            name=self.name,
            title=self.title,
            reading=reading,
            how=self.how,
            origin=origin,
            figure=figure,
            plotted=plotted,
            details="\n".join(answer.sentence for answer in results.answers),
        )


def _kind(condition: str) -> str:
    return condition.partition(" (")[0]


def listed(words: Sequence[str]) -> str:
    """One, two and three."""
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def records(outcomes: Sequence[Outcome]) -> str:
    """All outcomes as CSV: a row for every number of every replicate; ``place`` is its index in a curve."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["replicate", "name", "place", "value"])
    for replicate, outcome in enumerate(outcomes):
        for name, values in outcome.items():
            for place, value in np.ndenumerate(values):
                written = "" if np.isnan(value) else repr(float(value))
                writer.writerow([replicate, name, " ".join(map(str, place)), written])
    return text.getvalue()


def _answer(claim: Claim, condition: str, comparison: Comparison, differences: Floats, p_holm: float) -> Answer:
    found = verdict(comparison, claim.direction, claim.smallest)
    undetermined = found is Verdict.UNDETERMINED
    few = comparison.pairs < MIN_REPLICATES
    return Answer(
        side=claim.side,
        measure=claim.measure,
        condition=condition,
        control=False,
        direction=claim.direction,
        smallest=claim.smallest,
        comparison=comparison,
        p_holm=p_holm,
        p_equivalence=equivalence_p(differences[np.isfinite(differences)], claim.smallest),
        verdict=found,
        reason=f"defined in {comparison.pairs} of {comparison.replicates} replicates" if few else "",
        needed=replicates_to_decide(comparison, claim.smallest) if undetermined else None,
        claim=claim,
    )
