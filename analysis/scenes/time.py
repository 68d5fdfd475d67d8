"""How much longer training with dropout takes, to the same loss and to the same accuracy."""

import numpy as np
from matplotlib.axes import Axes
from pydantic import Field

from analysis.figures.plotted import Plotted
from analysis.figures.sheet import row_of_panels
from analysis.figures.theme import ArmStyle, quiet
from analysis.numbers import number
from analysis.scenes.base import NETWORKS, Results, Room, Scene, Size, listed
from analysis.scenes.claim import Claim
from analysis.scenes.data import content
from analysis.scenes.drawing import Series, curve, heading, legend, points, sample_of, styles
from analysis.scenes.growing.grids import KEPT_IN_TIME, TUNED_RATES
from analysis.scenes.on_images import SIDE, OnImages, keep_tick

_GOALS = {"loss": "training loss", "low": "low training loss", "accuracy": "test accuracy"}
_TICKS = ("loss", "low loss", "accuracy")
_DROPPED = KEPT_IN_TIME[1:]
_ESSAY, _PUBLISHED = 4.0, (2.0, 3.0)


class Settings(OnImages):
    """One architecture; learning rates are constant, so that time to a goal does not depend on when it would end."""

    epochs: int = Field(default=60, ge=1, le=100_000, description="passes over the training images, at most")
    pairs: int = Field(
        default=2, ge=1, le=32, description="pairs of networks in a replicate; one of each chooses the learning rate"
    )
    width: int = Field(default=128, ge=4, le=8192, description="hidden units")
    loss: float = Field(default=0.1, gt=0.0, le=10.0, description="mean training cross-entropy to reach, in nats")
    low_loss: float = Field(default=0.02, gt=0.0, le=10.0, description="a lower one, in nats")
    accuracy: float = Field(default=0.93, gt=0.0, lt=1.0, description="test accuracy to reach, a share")


def _conditions(known: float) -> dict[str, tuple[str | float, str]]:
    return {
        f"{words} (keep {keep:g})": (known, f"ratio:{goal}:{keep:g}")
        for goal, words in _GOALS.items()
        for keep in _DROPPED
    }


LONGER = Claim(
    name="longer",
    says="training with dropout takes longer",
    measure="steps to the goal, as a multiple of those without dropout",
    arms=("no dropout", "dropout"),
    direction=+1,
    smallest=0.25,
    conditions=_conditions(1.0),
    side=SIDE,
)
FOUR = Claim(
    name="four-times",
    says="training with dropout takes up to four times as long",
    measure="steps to the goal, as a multiple of those without dropout",
    arms=("four times", "dropout"),
    direction=0,
    smallest=1.0,
    conditions=_conditions(_ESSAY),
    side=SIDE,
)


def reading(results: Results[Settings]) -> str:
    """By how much longer, and whether it is four times."""
    told = "; ".join(
        f"to a {goal} {listed([_ratio(results, f'{goal} (keep {keep:g})') for keep in _DROPPED])}"
        for goal in _GOALS.values()
    )
    return (
        f"With keep {listed([keep_tick(keep) for keep in _DROPPED])} it takes so many times the steps without dropout: "
        f"{told}. Longer? {results.opening(LONGER)}. Four times as long? {results.opening(FOUR)}."
    )


def _ratio(results: Results[Settings], condition: str) -> str:
    return number(results.comparison(LONGER, condition).with_mixing, 2)


def draw(room: Room, results: Results[Settings]) -> list[Plotted]:
    """The way to the goals, and how much longer it is."""
    loss, accuracy, ratio = row_of_panels(room.figure, room.bottom, room.top, 3, left=0.075, gap=0.075)
    named = ["no dropout", *(f"keep {keep_tick(keep)}" for keep in _DROPPED)]
    legend(room, 0.075, [sample_of(style, name) for style, name in zip(_styles(), named, strict=True)])
    heading(loss, "To a training loss", "mean cross-entropy")
    heading(accuracy, "To a test accuracy", "share of new images right")
    rows = []
    for axes, goal in ((loss, "loss"), (accuracy, "accuracy")):
        epochs = results.values["epochs"][0]
        for keep, style in zip(KEPT_IN_TIME, _styles(), strict=True):
            series = Series(panel=_GOALS[goal], arm=f"keep {keep:g}", name=goal, side=SIDE)
            rows += curve(axes, epochs, results.values[f"curve:{goal}:{keep:g}"], style, series)
        s = results.settings
        for target in np.log10([s.loss, s.low_loss]) if goal == "loss" else [s.accuracy]:
            axes.axhline(target, color=quiet(), lw=0.9, ls=(0, (1, 2)))
        axes.set_xlim(0, epochs[-1])
        axes.set_xlabel("epoch")
    loss.set_yticks([-3, -2, -1, 0], labels=["0.001", "0.01", "0.1", "1"])
    accuracy.set_ylim(max(0.0, results.settings.accuracy - 0.13), min(1.0, results.settings.accuracy + 0.05))
    return rows + _ratios(ratio, results)


def _styles() -> tuple[ArmStyle, ...]:
    none, half, other, another = styles()
    return none, other, half, another


def _ratios(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    heading(axes, "How much longer", "steps, without dropout = 1")
    rows = []
    for group, goal in enumerate(_GOALS):
        for place, (keep, style) in enumerate(zip(_DROPPED, _styles()[1:], strict=True)):
            series = Series(panel="ratio", arm=f"keep {keep:g}", name=_GOALS[goal], side=SIDE)
            values = results.values[f"ratio:{goal}:{keep:g}"]
            rows += points(axes, 4.0 * group + place, values, style, series, f"keep {keep:g}")
    axes.axhspan(*_PUBLISHED, color=quiet(), alpha=0.18, lw=0)
    for height, words in ((_PUBLISHED[0], "published"), (_ESSAY, "the essay")):
        axes.annotate(words, (-0.6, height), (0, 2), textcoords="offset points", fontsize=8, color=quiet())
    axes.axhline(_ESSAY, color=quiet(), lw=0.9, ls=(0, (1, 2)))
    axes.axhline(1.0, color=quiet(), lw=0.8)
    axes.set_xlim(-0.8, 10.8)
    axes.set_ylim(0.0, max(4.9, axes.get_ylim()[1]))
    axes.set_xticks([1.0, 5.0, 9.0], labels=_TICKS)
    axes.grid(visible=False, axis="x")
    return rows


def summary(s: Settings) -> str:
    """Data, networks and training."""
    rates = ", ".join(f"{rate:g}" for rate in TUNED_RATES)
    return (
        f"{s.data_name}: {s.train_images} training images, {2 * s.pairs} networks a kind in each replicate, "
        f"{s.width} hidden units, {s.epochs} epochs at most; constant learning rate, for each goal and keep "
        f"probability the fastest of {rates}, chosen by other networks. Goals: {s.loss:g} and "
        f"{s.low_loss:g} nats, {s.accuracy:g} right."
    )


SCENE = Scene(
    name="time",
    title="How much longer does training with dropout take?",
    source="Srivastava et al. 2014, section 11: 2 to 3 times as long as the same network without dropout",
    claims=(LONGER, FOUR),
    settings=Settings,
    smoke=Size(
        replicates=5,
        settings={
            "train_images": 60, "test_images": 60, "pairs": 1, "epochs": 5, "width": 8, "loss": 2.2,
            "low_loss": 2.1, "accuracy": 0.15,
        },
    ),
    paper=Size(
        replicates=10,
        settings={
            "data": "mnist5k", "train_images": 4000, "width": 1024, "epochs": 200, "pairs": 1, "accuracy": 0.95,
        },
    ),
    grow="analysis.scenes.growing.time",
    computing=(*NETWORKS, "analysis/scenes/growing/grids.py"),
    rests_on=lambda settings: content(settings.data),
    summary=summary,
    reading=reading,
    how="Left: means over replicates and their 95 % intervals, dotted the goal. Right: faint marks are replicates, "
    "strong ones their mean and its 95 % interval; a replicate that does not reach the goal is left out. Steps are "
    "counted, not seconds: a step with dropout costs a little more.",
    height=2.75,
    above=0.84,
    draw=draw,
)  # fmt: skip
"""How much longer training with dropout takes."""
