"""More parameters than images: what is learnt by heart, and whether something is learnt beside it."""

import numpy as np
from matplotlib.axes import Axes
from pydantic import Field

from analysis.arrays import Floats
from analysis.figures.plotted import Plotted
from analysis.figures.results import mean_band
from analysis.figures.sheet import row_of_panels
from analysis.figures.theme import ArmStyle, paper, quiet
from analysis.numbers import number
from analysis.scenes.base import NETWORKS, Results, Room, Scene, Size
from analysis.scenes.claim import Claim
from analysis.scenes.data import content
from analysis.scenes.drawing import Series, heading, legend, sample_of, styles
from analysis.scenes.growing.grids import CAPACITIES
from analysis.scenes.on_images import SIDE, OnImages

_ARMS = {"none": "no dropout", "dropout": "dropout", "decay": "weight decay"}
_FEW, _MANY = CAPACITIES[0], CAPACITIES[-1]


class Settings(OnImages):
    """The same images with their labels and with random ones; networks with one hidden layer."""

    train_images: int = Field(default=300, ge=10, le=100_000, description="training images")
    epochs: int = Field(default=200, ge=1, le=100_000, description="passes over the training images")
    test_images: int = Field(default=1000, ge=10, description="test images, at most")
    networks: int = Field(default=1, ge=1, le=64, description="networks of a kind in a replicate, which are averaged")
    drop_prob: float = Field(default=0.5, ge=0.0, lt=1.0, description="probability that a hidden unit is dropped")
    weight_decay: float = Field(default=3e-3, ge=0.0, le=1.0, description="L2 penalty of the control")


BY_HEART = Claim(
    name="by-heart",
    says="a network of very many parameters can learn its training examples by heart, whatever they say",
    measure="accuracy on training images with random labels",
    arms=("all right", "the network"),
    direction=0,
    smallest=0.01,
    conditions={
        f"{_MANY} units": (1.0, f"training:random:none:{_MANY}"),
        f"{_MANY} units, dropout": (1.0, f"training:random:dropout:{_MANY}"),
        f"{_MANY} units, weight decay": (1.0, f"training:random:decay:{_MANY}"),
    },
    controls=(f"{_MANY} units, dropout", f"{_MANY} units, weight decay"),
    side=SIDE,
)
OVERFITS = Claim(
    name="overfits",
    says="it knows its training examples better than new ones",
    measure="training less test accuracy, true labels",
    arms=("none", "the network"),
    direction=+1,
    smallest=0.01,
    conditions={
        f"{_MANY} units": (0.0, f"gap:true:none:{_MANY}"),
        f"{_MANY} units, dropout": (0.0, f"gap:true:dropout:{_MANY}"),
    },
    controls=(f"{_MANY} units, dropout",),
    side=SIDE,
)
BECAUSE = Claim(
    name="because-of-parameters",
    says="it overfits because of its many parameters: the more of them, the more it overfits",
    measure="training less test accuracy, true labels, no dropout",
    arms=("fewer parameters", "very many parameters"),
    direction=+1,
    smallest=0.01,
    conditions={
        f"{width} units against {_MANY}": (f"gap:true:none:{width}", f"gap:true:none:{_MANY}")
        for width in CAPACITIES[:-1]
    },
    side=SIDE,
)
INSTEAD = Claim(
    name="instead",
    says="it learns by heart instead of learning what its examples have in common",
    measure="accuracy on new images, true labels, no dropout",
    arms=("fewer parameters", "very many parameters"),
    direction=-1,
    smallest=0.01,
    conditions={
        f"{width} units against {_MANY}": (f"accuracy:true:none:{width}", f"accuracy:true:none:{_MANY}")
        for width in CAPACITIES[:-1]
    },
    side=SIDE,
)


def reading(results: Results[Settings]) -> str:
    """What is learnt by heart, and what parameters do to new images."""
    heart, fitted = (float(results.values[f"training:random:{arm}:{_MANY}"].mean()) for arm in ("none", "dropout"))
    instead, gap = (results.difference(claim, f"{_FEW} units against {_MANY}") for claim in (INSTEAD, BECAUSE))
    return (
        f"Can it? {results.opening(BY_HEART)}: of random labels {_MANY} units learn {number(heart, 2)} by heart, with "
        f"dropout {number(fitted, 2)}. Do more units do so instead of learning what images have in common? "
        f"{results.opening(INSTEAD)}: from {_FEW} units to {_MANY} accuracy on new images changes by {instead}. Does "
        f"overfitting grow? {results.opening(BECAUSE)}: by {gap}."
    )


def draw(room: Room, results: Results[Settings]) -> list[Plotted]:
    """What is right of random labels, of true ones, and of new images, by parameters."""
    heart, true, new = panels = row_of_panels(room.figure, room.bottom, room.top, 3, left=0.07, gap=0.06)
    legend(room, 0.07, [sample_of(style, words) for words, style in zip(_ARMS.values(), styles(), strict=False)])
    heading(heart, "Random labels, learnt", "share right of training images")
    heading(true, "True labels, learnt", "share right of training images")
    heading(new, "True labels, new images", "share right of test images")
    rows = []
    for axes, measure, kind in zip(
        panels, ("training", "training", "accuracy"), ("random", "true", "true"), strict=True
    ):
        for arm, style in zip(_ARMS, styles(), strict=False):
            values = np.stack([results.values[f"{measure}:{kind}:{arm}:{width}"] for width in CAPACITIES], axis=1)
            series = Series(panel=f"{measure}, {kind} labels", arm=arm, name="accuracy", side=SIDE)
            rows += _line(axes, _per_image(results), values, style, series)
        guess = float(results.values[f"guessing:{kind}"].mean())
        axes.axhline(guess, color=quiet(), lw=0.8, ls=(0, (1, 2)))
        axes.annotate("guessing", (0.97, guess), (0, 3), xycoords=("axes fraction", "data"),
                      textcoords="offset points", ha="right", fontsize=8, color=quiet())  # fmt: skip
        axes.tick_params(labelleft=axes is heart)
    return rows


def _per_image(results: Results[Settings]) -> Floats:
    per_image: Floats = results.values["parameters"][0] / results.settings.train_images
    return per_image


def _line(axes: Axes, x: Floats, values: Floats, style: ArmStyle, series: Series) -> list[Plotted]:
    mean, low, high = mean_band(values)
    axes.fill_between(x, low, high, color=style.color, alpha=0.18, lw=0)
    axes.plot(x, mean, color=style.color, ls=style.line, marker=style.marker, ms=4.5, mec=paper(), mew=0.6)
    axes.set_xscale("log")
    axes.set_xticks(x, labels=[f"{share:.2g}" if share < 10 else f"{share:,.0f}" for share in x])
    axes.minorticks_off()
    axes.set_ylim(0.0, 1.05)
    axes.set_xlabel("parameters per training image")
    return series.rows(x.tolist(), mean, low, high)


def summary(s: Settings) -> str:
    """Data, networks and training."""
    widths = ", ".join(str(width) for width in CAPACITIES)
    return (
        f"{s.data_name}: {s.train_images} training images, {s.each}, {widths} "
        f"hidden units, {s.epochs} epochs, learning rate {s.learning_rate:g}. Dropout of {s.drop_prob:g} of the units; "
        f"weight decay {s.weight_decay:g}."
    )


SCENE = Scene(
    name="memorising",
    title="Do many parameters make a network learn by heart?",
    source="Zhang et al. 2017: networks that fit random labels perfectly still generalise with true ones",
    claims=(BY_HEART, OVERFITS, BECAUSE, INSTEAD),
    settings=Settings,
    smoke=Size(replicates=5, settings={"train_images": 50, "test_images": 60, "networks": 1, "epochs": 3}),
    paper=Size(replicates=10, settings={"data": "mnist5k", "train_images": 4000, "epochs": 500, "networks": 1}),
    grow="analysis.scenes.growing.memorising",
    computing=(*NETWORKS, "analysis/scenes/growing/grids.py"),
    rests_on=lambda settings: content(settings.data),
    summary=summary,
    reading=reading,
    how="Marks are means over replicates, bands their 95 % intervals. A random label is any class for any image, so "
    "that nothing can be learnt of it but by heart.",
    height=2.75,
    above=0.84,
    draw=draw,
)
"""More parameters than images."""
