"""Dropout on many tasks and in many networks: what it brings in each."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from pydantic import Field, field_validator

from analysis.figures.plotted import Plotted
from analysis.figures.sheet import row_of_panels
from analysis.figures.theme import arms, faint, ink, paper, quiet
from analysis.numbers import counted, signed
from analysis.scenes.base import NETWORKS, Results, Room, Scene, Size, listed, quoted
from analysis.scenes.base import Settings as SceneSettings
from analysis.scenes.claim import Claim
from analysis.scenes.data import content
from analysis.scenes.drawing import Series, heading, legend
from analysis.scenes.pairs import SIDE
from analysis.scenes.rows import group
from analysis.stats import Verdict

_GROUPS = {
    "Images (accuracy)": {
        "few": "digits, few images",
        "usual": "digits",
        "many": "digits, many images",
        "wrong": "digits, wrong labels",
        "pictures": "larger images",
        "lines": "digits as lines",
    },
    "Networks (accuracy on digits)": {
        "narrow": "narrow network",
        "deep": "two hidden layers",
        "cnn": "convolutions",
        "cnn-norm": "convolutions, batch norm",
    },
    "Numbers (variance explained)": {
        "order-1": "inputs one by one",
        "order-2": "pairs of inputs",
        "order-3": "triples of inputs",
        "sum": "sum of all inputs",
        "noise": "nothing but noise",
    },
}
_TASKS = {task: words for tasks in _GROUPS.values() for task, words in tasks.items()}
_PUBLISHED = {
    "MNIST": 1.60 - 1.25,
    "CIFAR-10": 14.98 - 12.61,
    "CIFAR-100": 43.48 - 37.20,
    "Reuters": 31.05 - 29.62,
    "DenseNet, CIFAR-100": 68.55 - 77.42,
}
"""Gains of accuracy in percentage points: Srivastava et al. 2014; the last, with batch norm, of Li et al. 2019."""


class Settings(SceneSettings):
    """One network of each kind on every task; the usual one has one hidden layer."""

    train_images: int = Field(
        default=300, ge=10, le=100_000, description="training examples where nothing else is said"
    )
    few_images: int = Field(default=50, ge=10, le=100_000, description="few images")
    many_images: int = Field(default=1000, ge=10, le=100_000, description="many images")
    validation_images: int = Field(default=250, ge=10, le=100_000, description="examples that the rate is chosen by")
    test_images: int = Field(default=1000, ge=10, le=100_000, description="test examples, at most")
    pictures: str = Field(default="mnist5k", description="larger images: mnist5k, idx:FOLDER or another data set")
    label_noise: float = Field(default=0.3, ge=0.0, le=1.0, description="share of training labels that are wrong")
    synthetic_examples: int = Field(
        default=3000, ge=100, le=1_000_000, description="examples that lines and numbers are drawn from"
    )
    width: int = Field(default=128, ge=2, le=8192, description="hidden units")
    narrow: int = Field(default=8, ge=2, le=8192, description="hidden units of a narrow network")
    channels: tuple[int, ...] = Field(default=(4, 8), min_length=1, description="filters of each convolution")
    light_drop_prob: float = Field(default=0.2, gt=0.0, le=0.95, description="the other rate that may be chosen")
    drop_prob: float = Field(default=0.5, gt=0.0, le=0.95, description="usual rate: probability of being dropped")
    steps: int = Field(default=400, ge=1, le=10_000_000, description="steps of training, 50 examples each")
    learning_rate: float = Field(default=0.05, gt=0.0, le=100.0, description="of the first step")

    @field_validator("pictures")
    @classmethod
    def _images(cls, pictures: str) -> str:
        if pictures.startswith("synthetic"):
            raise ValueError(f"pictures must be a data set with classes; got {pictures!r}")
        return pictures


def _gain(name: str, says: str, smallest: float) -> Claim:
    return Claim(
        name=name,
        says=says,
        measure="test score (accuracy, or share of variance explained)",
        arms=("no dropout", "dropout, its rate chosen"),
        direction=+1,
        smallest=smallest,
        conditions={words: (f"score:{task}:none", f"score:{task}:chosen") for task, words in _TASKS.items()},
        side=SIDE,
    )


BOOST = _gain("boost", "dropout boosts scores on almost any task", 0.01)
HUGE = _gain("huge", "gains are huge for nearly all types of networks", 0.05)


def reading(results: Results[Settings]) -> str:
    """How many tasks gain, where most is gained and lost."""
    found = {words: results.answer(BOOST, words).verdict for words in _TASKS.values()}
    huge = [words for words in _TASKS.values() if results.answer(HUGE, words).verdict is Verdict.SUPPORTED]
    verdicts = list(found.values())
    counts = [counted(verdicts.count(verdict), one, several) for verdict, (one, several) in _COUNTED.items()]
    effects = {words: results.comparison(BOOST, words).difference for words in _TASKS.values()}
    gained = listed([quoted(words) for words in huge]) if huge else "none"
    best, worst = (pick(effects, key=lambda words: effects[words]) for pick in (max, min))
    return (
        f"{results.opening(BOOST)}: of {counted(len(found), 'task')}, {listed(counts)}, by a hundredth or more. "
        f"Most is gained with {best} ({signed(effects[best])}), least with {worst} ({signed(effects[worst])}). Are "
        f"gains huge ({HUGE.smallest:g})? {results.opening(HUGE)}: {gained}."
    )


_COUNTED = {
    Verdict.SUPPORTED: ("gains", "gain"),
    Verdict.NO_EFFECT: ("does not change", "do not change"),
    Verdict.CONTRADICTED: ("loses", "lose"),
    Verdict.UNDETERMINED: ("is undetermined", "are undetermined"),
}


def draw(room: Room, results: Results[Settings]) -> list[Plotted]:
    """A forest: what dropout brings on every task, in score and in standard deviations."""
    score, standard = row_of_panels(room.figure, room.bottom, room.top, 2, left=0.235, gap=0.03)
    heading(score, "What dropout brings", "test score with it, less without it")
    heading(standard, "In standard deviations", "of networks (Hedges' g)")
    places, drawn, below = {}, [], 0.0
    titles = {}
    for title, tasks in _GROUPS.items():
        titles[title], below = below, below + 0.9
        for task in tasks:
            places[task], below = below, below + 1.0
    titles["Published (accuracy)"], first = below, below + 0.9
    for axes in (score, standard):
        axes.set_ylim(first + len(_PUBLISHED) - 0.4, -0.6)
        axes.axvline(0.0, color=quiet(), lw=0.9)
        axes.grid(visible=False, axis="y")
    score.axvspan(-BOOST.smallest, BOOST.smallest, color=faint(), lw=0)
    score.axvline(HUGE.smallest, color=quiet(), lw=0.8, ls=(0, (1, 2)))
    for task, place in places.items():
        drawn += _row(score, standard, results, task, place)
    for place, gain in enumerate(_PUBLISHED.values()):
        score.plot([gain / 100.0], [first + place], ls="", marker="d", ms=5.5, color=quiet(), mfc=paper())
    ticks = [*places.values(), *(first + place for place in range(len(_PUBLISHED)))]
    words = [*(_TASKS[task] for task in places), *_PUBLISHED]
    score.set_yticks(ticks, labels=words, color=ink(), fontsize=8.5)
    standard.set_yticks(ticks, labels=[""] * len(ticks))
    score.set_xscale("symlog", linthresh=0.1, linscale=1.2)
    reach = max(0.12, 1.15 * max(abs(row.y) for row in drawn if np.isfinite(row.y) and row.panel == "score"))
    score.set_xlim(-reach, reach)
    marks = [mark for mark in ((0.05, 0.3) if reach < 0.7 else (0.1, 1.0, 10.0)) if mark <= reach]
    across = [*(-mark for mark in reversed(marks)), 0.0, *marks]
    score.set_xticks(across, labels=[signed(mark, 2).rstrip("0").rstrip(".") if mark else "0" for mark in across])
    score.minorticks_off()
    for title, place in titles.items():
        group(room, score, place, title)
    huge = score.get_xaxis_transform()
    score.annotate("huge", (HUGE.smallest, 0.0), (2, 3), xycoords=huge, textcoords="offset points", fontsize=7.5,
                   color=quiet())  # fmt: skip
    without, dropout = arms()
    handles = [
        Line2D([], [], color=color, ls="-", lw=2, marker="s", ms=6, label=label)
        for color, label in ((dropout.color, "gains"), (without.color, "loses"), (quiet(), "neither, or undetermined"))
    ]
    handles.append(Line2D([], [], ls="", marker="x", ms=5, color=quiet(), label="half dropped, as usual"))
    legend(room, score.get_position(original=True).x0, handles)
    return drawn


def _row(score: Axes, standard: Axes, results: Results[Settings], task: str, place: float) -> list[Plotted]:
    """A task: replicates, mean and interval of the difference; the same in standard deviations."""
    words = _TASKS[task]
    answer, comparison = results.answer(BOOST, words), results.comparison(BOOST, words)
    without, dropout = arms()
    color = {Verdict.SUPPORTED: dropout.color, Verdict.CONTRADICTED: without.color}.get(answer.verdict, quiet())
    plain = results.values[f"score:{task}:none"]
    gains = results.values[f"score:{task}:chosen"] - plain
    usual = results.values[f"score:{task}:usual"] - plain
    shift = place + np.linspace(-0.22, 0.22, len(gains))
    score.plot(gains, shift, ls="", marker="s", ms=2.6, color=color, alpha=0.3, mew=0)
    score.plot([usual.mean()], [place], ls="", marker="x", ms=4.5, color=quiet(), mew=1.1)
    drawn = []
    spans = {
        "score": (score, comparison.difference, comparison.low, comparison.high),
        "Hedges' g": (standard, comparison.hedges_g, comparison.hedges_g_low, comparison.hedges_g_high),
    }
    for panel, (axes, middle, low, high) in spans.items():
        axes.plot([low, high], [place, place], color=color, lw=2.2, solid_capstyle="butt")
        axes.plot([middle], [place], ls="", marker="s", ms=6, color=color, mec=paper(), mew=0.7)
        series = Series(panel=panel, arm="dropout, its rate chosen", name=words, side=SIDE)
        drawn += series.rows([words], *(np.array([value]) for value in (middle, low, high)))
    series = Series(panel="score", arm="half dropped, as usual", name=words, side=SIDE)
    return drawn + series.replicates(words, usual)


SCENE = Scene(
    name="tasks",
    title="Does dropout help on almost any task?",
    source="Srivastava et al. 2014, section 6; Li et al. 2019; targets after Lengerich et al. 2022",
    claims=(BOOST, HUGE),
    settings=Settings,
    replicates=10,
    smoke=Size(
        replicates=5,
        settings={
            "train_images": 40,
            "few_images": 20,
            "many_images": 60,
            "validation_images": 30,
            "test_images": 40,
            "pictures": "digits",
            "synthetic_examples": 200,
            "width": 6,
            "narrow": 3,
            "channels": (2,),
            "steps": 3,
        },
    ),
    paper=Size(
        replicates=10, settings={"width": 1024, "narrow": 32, "channels": (32, 64), "steps": 20_000}
    ),
    grow="analysis.scenes.growing.tasks",
    computing=NETWORKS,
    rests_on=lambda settings: content("digits") + content(settings.pictures),
    summary=lambda s: (
        f"{s.train_images} training examples ({s.few_images} few, {s.many_images} many), {s.width} hidden units "
        f"({s.narrow} narrow), {s.steps} steps. Rate chosen by {s.validation_images} validation examples from "
        f"{s.light_drop_prob:g} and {s.drop_prob:g}; {100 * s.label_noise:g} % of labels wrong where they are."
    ),
    reading=reading,
    how="Faint marks are replicates, strong ones their means with 95 % intervals; the axis is linear to 0.1. Grey "
    "band: too small to matter. Diamonds: published differences between single networks. Numbers: sines and cosines of "
    "inputs, one by one or as products of two and three of ten, or the sum of ten, with noise.",
    height=5.6,
    above=0.84,
    draw=draw,
)  # fmt: skip
"""Dropout on many tasks."""
