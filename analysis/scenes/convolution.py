"""Dropout in convolutional layers: nowhere, in dense layers only, or everywhere, by elements or by channels."""

from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from pydantic import Field

from analysis.figures.plotted import Plotted
from analysis.figures.sheet import row_of_panels
from analysis.figures.theme import arms, ink, quiet
from analysis.scenes.base import NETWORKS, Results, Room, Scene, Size
from analysis.scenes.base import Settings as SceneSettings
from analysis.scenes.claim import Claim, Law
from analysis.scenes.data import content
from analysis.scenes.drawing import Series, apart, heading, points, styles

_SIDE = "neurons"
_KINDS = {"element": "single elements", "channel": "whole channels"}
_NORMS = {"plain": "", "norm": ", batch norm"}
_PUBLISHED = {"CIFAR-100": 0.0406, "CIFAR-10": 0.0171, "SVHN": 0.0047}
"""Accuracy with dropout everywhere less that in dense layers only (Srivastava et al. 2014, tables 3 and 4)."""


class Settings(SceneSettings):
    """Two convolutions, each pooled 2 x 2, and one hidden dense layer; SGD with momentum."""

    data: Literal["digits", "mnist5k"] = Field(default="digits", description="images of handwritten digits")
    train_images: int = Field(default=400, ge=20, le=4000, description="training images")
    test_images: int = Field(default=5000, ge=20, le=5000, description="test images, at most")
    channels: int = Field(default=16, ge=2, le=1024, description="filters of the first convolution; the second has two "
                          "times as many")  # fmt: skip
    width: int = Field(default=64, ge=2, le=8192, description="units of the dense layer")
    drop_prob: float = Field(default=0.5, gt=0.0, lt=1.0, description="probability that a dense unit is dropped")
    conv_drop_prob: float = Field(
        default=0.2, gt=0.0, lt=1.0, description="probability that an element or channel behind a convolution is"
    )
    epochs: int = Field(default=30, ge=1, le=10_000, description="passes over the training images")


_PAIRS = {
    f"{words}{norm}": (f"accuracy:{name}:dense", f"accuracy:{name}:{kind}")
    for name, norm in _NORMS.items()
    for kind, words in _KINDS.items()
}
NOTHING = Claim(
    name="nothing",
    says="dropout on convolutional layers does nothing",
    measure="test accuracy",
    arms=("dense layers only", "convolutions as well"),
    direction=0,
    smallest=0.005,
    conditions=_PAIRS,
    side=_SIDE,
)
HARM = Claim(
    name="harm",
    says="dropout must not be used on convolutional layers",
    measure="test accuracy",
    arms=("dense layers only", "convolutions as well"),
    direction=-1,
    smallest=0.005,
    conditions=_PAIRS,
    side=_SIDE,
)
DENSE = Claim(
    name="dense-first",
    says="dropout is for dense layers rather than for convolutions",
    measure="gain in test accuracy",
    arms=("convolutions", "dense layers"),
    direction=+1,
    smallest=0.005,
    conditions={
        f"{words}{norm}": (f"gain:{name}:{kind}", f"gain:{name}:dense")
        for name, norm in _NORMS.items()
        for kind, words in _KINDS.items()
    },
    side=_SIDE,
)
RESIST = Claim(
    name="resist",
    says="convolutions resist overfitting, for they share their weights",
    measure="training less test accuracy",
    arms=("perceptron", "convolutions"),
    direction=-1,
    smallest=0.01,
    conditions={"as many parameters": ("gap:perceptron", "gap:convolutions")},
    side=_SIDE,
)
AVERAGED = Law(
    name="averaged",
    says="noise on m elements that agree is averaged away to 1/m, on a channel it is not",
    measure="relative variance of the mean less (1 - q) / (q m), or (1 - q) / q by channels",
    tolerance=1e-9,
    conditions={_KINDS[kind]: f"deviation:{kind}" for kind in _KINDS},
    side=_SIDE,
)


def reading(results: Results[Settings]) -> str:
    """Whether it does harm, or nothing; then why not to expect much."""
    gap = results.difference(RESIST, "as many parameters")
    return (
        f"Does it harm there? {results.opening(HARM)}. Does it do nothing? {results.opening(NOTHING)}. What dropout in "
        f"convolutions as well adds to test accuracy: {results.told(HARM, brief=True)}. Convolutions overfit less than "
        f"a perceptron of as many parameters, by {gap}: {results.overall(RESIST)}."
    )


def draw(room: Room, results: Results[Settings]) -> list[Plotted]:
    """What dropout in convolutions changes, what overfitting there is, and how averaging removes noise."""
    box = row_of_panels(room.figure, room.bottom, room.top, 1, left=0.085, right=0.975)[0].get_position(original=True)
    room.figure.axes[-1].remove()
    changes, gaps, law = (
        room.figure.add_axes((left, box.y0, width, box.height))
        for left, width in ((0.085, 0.42), (0.585, 0.13), (0.8, 0.185))
    )
    heading(changes, "Dropout in convolutions as well", "change of test accuracy")
    heading(gaps, "Overfitting", "training less test")
    heading(law, "Noise averaged", "what is left of it")
    return _changes(changes, results) + _gaps(gaps, results) + _law(law, results)


def _changes(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    _, _, *kinds = styles()
    rows = []
    for group, norm in enumerate(_NORMS):
        for place, (kind, style) in enumerate(zip(_KINDS, kinds, strict=True)):
            series = Series(panel="changes", arm=kind, name="change of accuracy", side=_SIDE)
            values = results.values[f"gain:{norm}:{kind}"]
            rows += points(axes, 2.6 * group + place, values, style, series, norm)
    axes.axhline(0.0, color=quiet(), lw=0.8)
    axes.plot([5.0] * len(_PUBLISHED), list(_PUBLISHED.values()), ls="", marker="_", ms=11, mew=1.8, color=quiet())
    bottom, top = axes.get_ylim()
    bottom -= 0.24 * (top - bottom)
    axes.set_ylim(bottom, top)
    heights = apart([(gain - bottom) / (top - bottom) for gain in _PUBLISHED.values()], 0.075)
    for name, y in zip(_PUBLISHED, heights, strict=True):
        axes.annotate(name, (5.35, y), xycoords=("data", "axes fraction"), va="center", fontsize=7.5, color=quiet())
    for at, ((_, words), style) in enumerate(zip(_KINDS.items(), kinds, strict=True)):
        axes.annotate(words, (0.02, 0.14 - 0.09 * at), xycoords="axes fraction", color=style.color, fontweight="bold",
                      va="center", fontsize=8.5)  # fmt: skip
    axes.set_xlim(-0.7, 6.4)
    axes.set_xticks(
        [0.5, 3.1, 5.3], labels=["without\nbatch norm", "with\nbatch norm", "published,\nwithout"], color=ink()
    )
    axes.grid(visible=False, axis="x")
    return rows


def _gaps(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    perceptron, convolutions = arms()
    rows = []
    for place, (name, style) in enumerate((("perceptron", perceptron), ("convolutions", convolutions))):
        series = Series(panel="gaps", arm=name, name="training less test accuracy", side=_SIDE)
        rows += points(axes, place, results.values[f"gap:{name}"], style, series, name)
    axes.set_ylim(bottom=0.0)
    axes.set_xlim(-0.6, 1.6)
    axes.set_xticks([0, 1], labels=["percep-\ntron", "convo-\nlutions"], color=ink())
    axes.grid(visible=False, axis="x")
    return rows


def _law(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    """Exact points on the lines of the law, and what a trained network's maps leave."""
    _, _, *kinds = styles()
    measured = results.values["left:measured"]
    most = float(results.values["positions"][0])
    m = np.arange(1.0, most + 1.0)
    rows = []
    for kind, style, line in zip(_KINDS, kinds, (1.0 / m, np.ones_like(m)), strict=True):
        exact = results.values[f"left:{kind}"][0]
        x = np.arange(1.0, len(exact) + 1.0)
        axes.plot(m, line, color=style.color, ls=style.line, lw=1.4)
        axes.plot(x, exact, ls="", marker=style.marker, ms=4.5, color=style.color)
        rows += Series(panel="law", arm=kind, name="noise left, exact", side=_SIDE).exact(x, exact)
    trained, series = arms()[1], Series(panel="law", arm="trained", name="noise left", side=_SIDE)
    rows += points(axes, most, measured, trained, series, most, spread=0.3)
    axes.annotate("trained\nnetwork", (most, float(np.nanmax(measured))), (0, 6), textcoords="offset points",
                  ha="right", fontsize=8, color=trained.color)  # fmt: skip
    axes.set_ylim(0.0, 1.1)
    axes.set_xlim(0.0, most + 1.0)
    axes.set_xlabel("positions that agree")
    return rows


SCENE = Scene(
    name="convolution",
    title="Does dropout belong in convolutional layers?",
    source="Srivastava et al. 2014, tables 3 and 4; Tompson et al. 2015; Li, Chen, Hu & Yang 2019",
    claims=(NOTHING, HARM, DENSE, RESIST, AVERAGED),
    settings=Settings,
    grow="analysis.scenes.growing.convolution",
    computing=NETWORKS,
    rests_on=lambda settings: content(settings.data),
    replicates=10,
    smoke=Size(
        replicates=5, settings={"train_images": 200, "test_images": 60, "channels": 2, "width": 12, "epochs": 2}
    ),
    paper=Size(
        replicates=10,
        settings={"data": "mnist5k", "train_images": 4000, "channels": 32, "width": 256, "epochs": 60},
    ),
    summary=lambda s: (
        f"{s.data}: {s.train_images} training images, {s.epochs} epochs; {s.channels} and {2 * s.channels} filters, "
        f"{s.width} dense units. Dropped: a dense unit with probability {s.drop_prob:g}, behind convolutions "
        f"{s.conv_drop_prob:g}. Nothing is dropped where overfitting is measured."
    ),
    reading=reading,
    how="Left: with dropout in all layers less dense layers only. Faint marks are replicates, strong ones their mean "
    "with its 95 % interval. Right: lines are the law 1/m, or 1 by channels, marks sums over all masks; the square is "
    "what is left of element-wise noise in a trained network's first maps, averaged.",
    height=2.6,
    draw=draw,
)
"""Dropout and convolutions."""
