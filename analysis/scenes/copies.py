"""Units that are copied many times, a repetition code, against dropout in a network as wide."""

import numpy as np
from matplotlib.axes import Axes
from pydantic import Field

from analysis.figures.plotted import Plotted
from analysis.figures.results import mean_band
from analysis.figures.sheet import row_of_panels
from analysis.figures.theme import ArmStyle, paper
from analysis.numbers import number
from analysis.scenes.base import NETWORKS, Results, Room, Scene, Size
from analysis.scenes.base import Settings as SceneSettings
from analysis.scenes.claim import Claim
from analysis.scenes.data import content
from analysis.scenes.drawing import Series, curve, heading, legend, sample_of, styles

SIDE = "neurons"
_COPIES = (2, 4, 8, 16)
_SHOWN = 8


class Settings(SceneSettings):
    """Networks of one hidden layer, all as wide in the end: of so many units, or of fewer that are copied."""

    data: str = Field(default="digits", description="a data set with classes")
    train_images: int = Field(default=400, ge=10, description="training images; the others are for testing")
    test_images: int = Field(default=1000, ge=10, description="test images, at most")
    width: int = Field(default=128, ge=32, le=8192, multiple_of=16, description="hidden units, copies among them")
    masks: int = Field(default=128, ge=64, le=100_000, description="choices of units at each share, and of children")
    drop_prob: float = Field(default=0.5, gt=0.0, lt=1.0, description="dropout: probability that a unit is dropped")
    learning_rate: float = Field(default=0.05, gt=0.0, description="learning rate of the first step")
    epochs: int = Field(default=150, ge=1, description="passes over the training images")


def _conditions(what: str, kind: str = "") -> dict[str, tuple[str | float, str]]:
    each: dict[str, tuple[str | float, str]] = {
        f"{copies} copies{kind}": (f"{what}:{copies}", f"{what}:dropout") for copies in _COPIES
    }
    return {**each, f"no copies{kind}": (f"{what}:1", f"{what}:dropout")}


HALF = Claim(
    name="half-gone",
    says="copies of each unit are a poor way to stand the loss of half of them",
    measure="accuracy with a random half of the units",
    arms=("copies", "dropout"),
    direction=+1,
    smallest=0.02,
    conditions=_conditions("half") | _conditions("quiet", " (not speaking up)"),
    controls=("no copies", *_conditions("quiet", " (not speaking up)")),
    side=SIDE,
)
WHOLE = Claim(
    name="whole",
    says="copies of each unit waste what as many different units could do",
    measure="test accuracy",
    arms=("copies", "dropout"),
    direction=+1,
    smallest=0.01,
    conditions=_conditions("whole"),
    controls=("no copies",),
    side=SIDE,
)
CROSSING = Claim(
    name="crossing",
    says="copies of each unit do not make halves of strangers fit together as dropout does",
    measure="viability of children of strangers, units as they come",
    arms=("copies", "dropout"),
    direction=+1,
    smallest=0.05,
    conditions=_conditions("viability"),
    controls=("no copies",),
    side=SIDE,
)


def reading(results: Results[Settings]) -> str:
    """How poor copies are, on each measure."""
    s = results.settings
    half = {arm: number(float(results.values[f"half:{arm}"].mean()), 2) for arm in (str(_SHOWN), "1", "dropout")}
    shown = f"{_SHOWN} copies"
    return (
        f"Is dropout better than copies? {results.opening(HALF)}. With half of the units gone, {s.width // _SHOWN} "
        f"units in {shown} are right on {half[str(_SHOWN)]} of images, {s.width} different units on {half['1']}, and "
        f"with dropout on {half['dropout']}. With none gone: {results.overall(WHOLE)}, "
        f"{results.told(WHOLE, [shown], brief=True)}. In children, where copies average: {results.overall(CROSSING)}, "
        f"{results.told(CROSSING, [shown, f'{_COPIES[-1]} copies'], brief=True)}."
    )


def draw(room: Room, results: Results[Settings]) -> list[Plotted]:
    """Accuracy as units go, and what the number of copies does to it and to crossing."""
    loss, copies, cross = row_of_panels(room.figure, room.bottom, room.top, 3, left=0.075, gap=0.075)
    heading(loss, "Units go", "accuracy; the others speak up")
    rows = _losses(loss, results)
    heading(copies, "Copies instead of units", "accuracy: above with all, below with half")
    rows += _by_copies(copies, results, ("whole", "half"))
    heading(cross, "Children of strangers", "viability, units as they come")
    rows += _by_copies(cross, results, ("viability",))
    s, looks = results.settings, _styles()
    labels = {
        "1": f"{s.width} units", str(_SHOWN): f"{s.width // _SHOWN} units, {_SHOWN} copies",
        "dropout": f"{s.width} units, dropout",
    }  # fmt: skip
    handles = [sample_of(looks[arm], label) for arm, label in labels.items()]
    legend(room, loss.get_position(original=True).x0, handles)
    return rows


def _styles() -> dict[str, ArmStyle]:
    without, mixing, purple, _ = styles()
    return {"1": without, str(_SHOWN): purple, "dropout": mixing}


def _losses(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    rows = []
    for arm, style in _styles().items():
        series = Series(panel="losses", arm=arm, name="accuracy by share kept", side=SIDE)
        rows += curve(axes, results.values["shares"][0], results.values[f"kept:{arm}"], style, series)
    axes.set_xlim(0.1, 1.0)
    axes.set_xticks([0.1, 0.5, 1.0], labels=["a tenth", "half", "all"])
    first, *_, last = axes.get_xticklabels()
    first.set_horizontalalignment("left")
    last.set_horizontalalignment("right")
    axes.set_xlabel("units kept")
    return rows


def _by_copies(axes: Axes, results: Results[Settings], measures: tuple[str, ...]) -> list[Plotted]:
    """A measure by the number of copies, and dropout's across."""
    rows = []
    looks = _styles()
    copies = results.values["copies"][0]
    places = np.log2(copies)
    for what in measures:
        mean, low, high = mean_band(results.values[f"{what}:dropout"][:, None])
        axes.fill_between(places[[0, -1]], low, high, color=looks["dropout"].color, alpha=0.18, lw=0)
        axes.plot(places[[0, -1]], [mean[0]] * 2, color=looks["dropout"].color)
        of_dropout = Series(panel=what, arm="dropout", name=what, side=SIDE)
        rows += of_dropout.rows([1.0], mean, low, high)
        series = Series(panel=what, arm="copies", name=what, side=SIDE)
        mean, low, high = mean_band(results.values[f"{what}:by copies"])
        style = looks[str(_SHOWN)]
        axes.fill_between(places, low, high, color=style.color, alpha=0.18, lw=0)
        axes.plot(places, mean, color=style.color, ls=style.line)
        axes.plot(places[1:], mean[1:], ls="", marker=style.marker, ms=6.5, color=style.color, mec=paper(), mew=0.8)
        axes.plot(places[:1], mean[:1], ls="", marker=looks["1"].marker, ms=6.5, color=looks["1"].color, mec=paper(),
                  mew=0.8, zorder=3)  # fmt: skip
        rows += series.rows(copies.tolist(), mean, low, high)
    axes.set_xlim(places[0] - 0.2, places[-1] + 0.2)
    axes.set_xticks(places, labels=[f"{int(each)}" for each in copies])
    axes.set_xlabel("copies of each unit")
    return rows


SCENE = Scene(
    name="copies",
    title="Would copies of every unit do as well as dropout?",
    source="Srivastava et al. 2014, section 2 (replica codes and noisy channels)",
    claims=(HALF, WHOLE, CROSSING),
    settings=Settings,
    grow="analysis.scenes.growing.copies",
    computing=NETWORKS,
    rests_on=lambda settings: content(settings.data),
    smoke=Size(replicates=5, settings={"train_images": 100, "test_images": 100, "width": 32, "masks": 64, "epochs": 6}),
    paper=Size(replicates=10, settings={"data": "mnist5k", "train_images": 4000, "width": 1024}),
    summary=lambda s: (
        f"{s.data}: {s.train_images} training images, {s.epochs} epochs; {s.width} hidden units in all, with "
        f"copies; trained before they are copied. Dropout drops a unit with probability {s.drop_prob:g}."
    ),
    reading=reading,
    how="Means with their 95 % intervals. Copies share what their unit said, so that a copied network computes what it "
    "computed before. Units that are left speak up by as much as is missing. Viability: 1 is as good as the parents, 0 "
    "as guessing; children of copied networks are nearly averages of both, so redundancy alone makes them viable.",
    height=2.5,
    above=0.84,
    draw=draw,
)
"""Copies against dropout."""
