"""Overfitting as it is always drawn: a wild curve through a few points, and what makes it the calm one."""

import numpy as np
from matplotlib.axes import Axes
from pydantic import Field

from analysis.figures.plotted import Plotted
from analysis.figures.sheet import row_of_panels
from analysis.figures.theme import ArmStyle, ink, quiet
from analysis.numbers import number
from analysis.scenes.base import NETWORKS, Results, Room, Scene, Size, listed
from analysis.scenes.base import Settings as SceneSettings
from analysis.scenes.claim import Claim
from analysis.scenes.drawing import Series, heading, points, styles
from analysis.scenes.on_images import SIDE

_REMEDIES = ("none", "light", "dropout", "decay", "data")


class Settings(SceneSettings):
    """A wave with noise, at places drawn at random from -1 to 1; networks with two hidden layers, full batches."""

    points: int = Field(default=20, ge=3, le=10_000, description="points to learn from")
    more: int = Field(default=10, ge=2, le=1000, description="times as many points, as one of the remedies")
    noise: float = Field(default=0.4, gt=0.0, le=100.0, description="SD of the noise; the wave goes from -1 to 1")
    width: int = Field(default=128, ge=4, le=8192, description="units of each hidden layer")
    steps: int = Field(default=1000, ge=1, le=10_000_000, description="steps of Adam")
    learning_rate: float = Field(default=5e-3, gt=0.0, le=1.0, description="of the first step; it falls evenly to 0")
    light_drop_prob: float = Field(default=0.2, ge=0.0, lt=1.0, description="light dropout of hidden units")
    drop_prob: float = Field(default=0.5, ge=0.0, lt=1.0, description="dropout of hidden units, as is usual")
    weight_decay: float = Field(default=3e-3, ge=0.0, le=1.0, description="L2 penalty")

    @property
    def labels(self) -> tuple[str, ...]:
        """Of each remedy."""
        light, usual = (f"drop {prob:g}" for prob in (self.light_drop_prob, self.drop_prob))
        return ("no remedy", light, usual, "weight decay", f"{self.more} x the points")


RED = Claim(
    name="wild",
    says="a network fits a few points better than new ones, since it learns their noise",
    measure="distance from the points it learnt, in SDs of the noise",
    arms=("the noise itself", "the network"),
    direction=-1,
    smallest=0.1,
    conditions={
        "no remedy": (1.0, "training:none"),
        "more data": (1.0, "training:data"),
    },
    controls=("more data",),
    side=SIDE,
)
GREEN = Claim(
    name="calm",
    says="dropout makes it learn the curve that the points come from",
    measure="distance from the true curve, in SDs of the noise",
    arms=("no remedy", "with the remedy"),
    direction=-1,
    smallest=0.1,
    conditions={
        "light dropout": ("truth:none", "truth:light"),
        "usual dropout": ("truth:none", "truth:dropout"),
        "weight decay": ("truth:none", "truth:decay"),
        "more data": ("truth:none", "truth:data"),
    },
    controls=("weight decay", "more data"),
    side=SIDE,
)


def reading(results: Results[Settings]) -> str:
    """How wild it is, and what calms it."""
    learnt, away = (float(results.values[f"{of}:none"].mean()) for of in ("training", "truth"))
    told = listed([f"{results.difference(GREEN, condition)} with {condition}" for condition in GREEN.conditions])
    return (
        f"{results.opening(GREEN)}. Without a remedy the curve is {number(away, 2)} SDs of the noise away from the "
        f"truth, and {number(learnt, 2)} from the points that it learnt. The distance from the truth changes by {told}."
    )


def draw(room: Room, results: Results[Settings]) -> list[Plotted]:
    """The curves of the first replicate, and the errors of all."""
    panels = row_of_panels(room.figure, room.bottom, room.top, 4, left=0.05, right=0.745, gap=0.018)
    (errors,) = row_of_panels(room.figure, room.bottom, room.top, 1, left=0.805)
    labels = dict(zip(_REMEDIES, results.settings.labels, strict=True))
    rows = []
    for axes, name in zip(panels, ("none", "dropout", "decay", "data"), strict=True):
        rows += _fit(axes, results, name, labels[name])
        axes.tick_params(labelleft=axes is panels[0])
    return rows + _errors(errors, results, labels)


def _style(name: str) -> ArmStyle:
    none, dropout, decay, data = styles()
    return {"none": none, "light": dropout, "dropout": dropout, "decay": decay, "data": data}[name]


def _fit(axes: Axes, results: Results[Settings], name: str, label: str) -> list[Plotted]:
    """One replicate's points, the truth and what was made of them."""
    found = {key: values[0] for key, values in results.values.items()}
    style, which = _style(name), "many" if name == "data" else "points"
    heading(axes, label.capitalize())
    x, fitted = found["x"], found[f"curve:{name}"]
    axes.plot(x, np.sin(np.pi * x), color=quiet(), lw=1.2, ls=(0, (1, 1.5)))
    size = 1.6 if name == "data" else 3.4
    axes.plot(found[f"{which}:x"], found[f"{which}:y"], ls="", marker="o", ms=size, color=ink(), mew=0, alpha=0.55)
    axes.plot(x, fitted, color=style.color, lw=1.9)
    axes.set_xlim(-1.05, 1.05)
    axes.set_xticks([])
    axes.set_yticks([-1, 0, 1])
    reach = 1.1 * max(1.5, float(np.abs(found["points:y"]).max()))
    axes.set_ylim(-reach, reach)
    axes.grid(visible=False)
    return Series(panel="fit", arm=name, name="first replicate", side=SIDE).exact(x, fitted)


def _errors(axes: Axes, results: Results[Settings], labels: dict[str, str]) -> list[Plotted]:
    heading(axes, "From the truth", "SDs of the noise")
    rows = []
    for place, name in enumerate(_REMEDIES):
        series = Series(panel="error", arm=name, name="distance from the truth", side=SIDE)
        rows += points(axes, place, results.values[f"truth:{name}"], _style(name), series, labels[name])
    short = ("none", *(label.removeprefix("drop ").removeprefix("0") for label in list(labels.values())[1:3]))
    ticks = (*short, "L2", f"{results.settings.more}x")
    axes.set_xticks(range(len(_REMEDIES)), labels=ticks)
    axes.tick_params(axis="x", labelsize=7.5)
    axes.grid(visible=False, axis="x")
    axes.set_xlim(-0.6, len(_REMEDIES) - 0.4)
    axes.set_ylim(bottom=0.0)
    return rows


def summary(s: Settings) -> str:
    """Points, network and training."""
    return (
        f"{s.points} points on one wave with noise of SD {s.noise:g}; two hidden layers of {s.width}, {s.steps:,} "
        f"steps of Adam. Weight decay {s.weight_decay:g}."
    )


SCENE = Scene(
    name="curve",
    title="Does dropout make a wild curve calm?",
    source="the usual drawing of overfitting: a wild curve through all points, a calm one through their middle",
    claims=(GREEN, RED),
    settings=Settings,
    replicates=20,
    smoke=Size(replicates=5, settings={"points": 8, "more": 4, "width": 8, "steps": 20}),
    paper=Size(replicates=50, settings={"steps": 5000}),
    grow="analysis.scenes.growing.curve",
    computing=NETWORKS,
    summary=summary,
    reading=reading,
    how="Four panels: the first replicate; dots are what was learnt from, the dotted line is the truth. Right: faint "
    "marks are replicates, strong ones their mean and its 95 % interval, by remedy: none, dropout, "
    "weight decay (L2), more points.",
    height=2.5,
    draw=draw,
)
"""Overfitting as it is always drawn."""
