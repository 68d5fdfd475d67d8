"""What a scene is: something to run, what is claimed of it, a picture, and a sentence with numbers."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Generic, Literal, Self, TypeVar, get_args

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike
from pydantic import BaseModel, ConfigDict, model_validator
from threadpoolctl import threadpool_limits

from analysis.arrays import Floats
from analysis.experiments.claims import overall
from analysis.figures.chart import Chart
from analysis.figures.plotted import Plotted
from analysis.figures.sheet import sheet
from analysis.figures.theme import Theme, theme
from analysis.names import listed as shortened
from analysis.numbers import counted, number, signed
from analysis.report.words import ANSWERS
from analysis.runs.record import code_digest
from analysis.scenes.claim import Answer, Claim, Compared, Law, judged
from analysis.stats import MIN_REPLICATES, Comparison, Verdict

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

NETWORKS = ("nets", "sim", "analysis/measures", "analysis/sides", "analysis/scenes/growing/networks.py")
"""What a scene that trains networks and measures them is computed by, beside its own module."""

Scale = Literal["smoke", "standard", "paper"]
"""How much of every scene is run: seconds' worth; what gives an answer; as published."""
SCALES: tuple[Scale, ...] = get_args(Scale)


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much of a scene is run."""

    replicates: int
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Those that differ from the usual ones."""


@dataclass(frozen=True, kw_only=True)
class Results(Generic[S]):
    """All replicates of a scene, judged."""

    settings: S
    values: Mapping[str, Floats]
    """(replicates, ...) by name."""
    claims: Sequence[Claim | Law]
    answers: Sequence[Answer]

    @classmethod
    def of(cls, settings: S, claims: Sequence[Claim | Law], outcomes: Sequence[Outcome]) -> Self:
        """Stack the replicates and judge every claim; p values are Holm-corrected over all of them."""
        values = {name: np.stack([outcome[name] for outcome in outcomes]) for name in outcomes[0]}
        return cls(settings=settings, values=values, claims=claims, answers=judged(claims, values))

    def answer(self, claim: Claim | Law, condition: str) -> Answer:
        """The one to a claim under a condition."""
        return next(a for a in self.answers if a.claim is claim and a.condition == condition)

    def comparison(self, claim: Claim, condition: str) -> Comparison:
        """The one behind the answer to a claim under a condition."""
        answer = self.answer(claim, condition)
        if not isinstance(answer, Compared):
            raise TypeError(f"{claim.name} is a law, which compares nothing")
        return answer.comparison

    def difference(self, claim: Claim, condition: str) -> str:
        """The difference behind the answer to a claim under a condition, with its sign."""
        return signed(self.comparison(claim, condition).difference)

    def overall(self, claim: Claim | Law) -> Verdict:
        """The verdict on a claim over its conditions."""
        return overall([a for a in self.answers if a.claim is claim])

    def opening(self, claim: Claim | Law, *, opposite: bool = True) -> str:
        """The answer in a word or two, with the verdict: how a sentence begins. Equality has no opposite."""
        found = self.overall(claim)
        equal = not opposite or isinstance(claim, Law) or claim.direction == 0
        answer = "No" if equal and found is Verdict.CONTRADICTED else ANSWERS[found]
        return answer if found in (Verdict.NO_EFFECT, Verdict.UNDETERMINED) else f"{answer} ({found})"

    def told(self, claim: Claim | Law, conditions: Sequence[str] = (), *, brief: bool = False) -> str:
        """Differences with their intervals under some conditions, or all, by their verdicts; without them if brief.

        Of those without an effect one range of all intervals; conditions of a kind, which is what stands before the
        bracket, are one where none of them has any.
        """
        found = {condition: self.answer(claim, condition) for condition in conditions or claim.conditions}
        parts = []
        for verdict_ in dict.fromkeys(answer.verdict for answer in found.values()):
            ours = [condition for condition, answer in found.items() if answer.verdict is verdict_]
            spans = [(a.comparison.low, a.comparison.high) for c in ours if isinstance(a := found[c], Compared)]
            if verdict_ is Verdict.NO_EFFECT and spans:
                mixed = {_kind(condition) for condition in found if condition not in ours}
                names = list(dict.fromkeys(c if _kind(c) in mixed else _kind(c) for c in ours))
                low, high = min(low for low, _ in spans), max(high for _, high in spans)
                span = "" if brief else f": {number(low, 3)} to {number(high, 3)}"
                parts.append(f"{', '.join(map(quoted, names))} ({verdict_}{span})")
            else:
                told = [found[c].brief(quoted(c)) if brief else found[c].told(quoted(c)) for c in ours]
                parts.append(f"{', '.join(told)} ({verdict_})")
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
    claims: Sequence[Claim | Law]
    settings: type[S]
    grow: str
    """The module with ``grow(settings, seed, replicate)``, which gives one replicate; loaded when one is asked for."""
    computing: tuple[str, ...] = ("sim", "analysis/measures")
    """Files and folders of the code, beside that module, that a replicate comes from; from the root of the sources."""
    rests_on: Callable[[S], str] = lambda _settings: ""
    """A digest of the data that a replicate comes from."""
    replicates: int = 10
    """As many as are usual."""
    smoke: Size = Size(replicates=MIN_REPLICATES)
    """Seconds' worth of it, which shows that it runs."""
    paper: Size | None = None
    """As published, for a GPU or a cluster."""
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

    @property
    def code(self) -> str:
        """A digest of the code that a replicate comes from."""
        return code_digest((*self.computing, f"{self.grow.replace('.', '/')}.py"))

    def size(self, scale: Scale) -> Size:
        """How much of it is run at a scale; as published like ``standard`` where nothing was."""
        usual = Size(replicates=self.replicates)
        return {"smoke": self.smoke, "standard": usual, "paper": self.paper or usual}[scale]

    def run(self, settings: S, seed: int, replicate: int) -> Outcome:
        """One replicate: a function of these three alone, whatever else was run before or is run beside it."""
        grow: Callable[[S, int, int], Grown] = import_module(self.grow).grow
        with threadpool_limits(1):
            grown = grow(settings, seed, replicate)
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


def quoted(name: str) -> str:
    """A name as it can stand in a list: with a comma of its own, in quotation marks."""
    return f"“{name}”" if ", " in name else name


def listed(words: Sequence[str]) -> str:
    """One, two and three: all of them."""
    return shortened(words, len(words))


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
