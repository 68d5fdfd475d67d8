"""Dropout by the number of training images: what it gains, and what it leaves of overfitting."""

import numpy as np
from matplotlib.axes import Axes
from pydantic import Field

from analysis.arrays import Floats
from analysis.figures.plotted import Plotted
from analysis.figures.results import mean_band
from analysis.figures.sheet import row_of_panels
from analysis.figures.theme import ArmStyle, paper, quiet
from analysis.scenes.base import NETWORKS, Results, Room, Scene, Size, listed
from analysis.scenes.claim import Claim
from analysis.scenes.data import content
from analysis.scenes.drawing import Series, heading, legend, sample_of, styles
from analysis.scenes.growing.grids import TRAINING_SIZES, training_sizes
from analysis.scenes.on_images import SIDE, OnImages

_ARMS = {"none": "no dropout", "dropout": "dropout", "decay": "weight decay"}


class Settings(OnImages):
    """One architecture trained for the same number of steps, whatever the number of images."""

    train_images: int = Field(
        default=max(TRAINING_SIZES), ge=100, le=100_000, description="training images of the largest set"
    )
    networks: int = Field(default=2, ge=1, le=64, description="networks of a kind in a replicate, which are averaged")
    width: int = Field(default=128, ge=4, le=8192, description="hidden units")
    steps: int = Field(
        default=1000, ge=1, le=100_000_000, description="steps of 50 images, or of all if there are fewer"
    )
    drop_prob: float = Field(default=0.5, ge=0.0, lt=1.0, description="probability that a hidden unit is dropped")
    input_drop_prob: float = Field(default=0.2, ge=0.0, lt=1.0, description="probability that an input is dropped")
    weight_decay: float = Field(default=3e-3, ge=0.0, le=1.0, description="L2 penalty of the control")


_CONDITIONS = [f"{size:,} images" for size in TRAINING_SIZES]
_PAIRS = {
    measure: {
        words: (f"{measure}:none:{size}", f"{measure}:dropout:{size}")
        for words, size in zip(_CONDITIONS, TRAINING_SIZES, strict=True)
    }
    for measure in ("accuracy", "gap", "loss gap")
}
_AGAINST_DECAY = {
    f"{size:,} images (against weight decay)": (f"gap:decay:{size}", f"gap:dropout:{size}") for size in TRAINING_SIZES
}
GAIN = Claim(
    name="gain",
    says="dropout makes networks better, however many examples there are",
    measure="test accuracy",
    arms=("no dropout", "dropout"),
    direction=+1,
    smallest=0.01,
    conditions=_PAIRS["accuracy"],
    side=SIDE,
)
RESOLVES = Claim(
    name="resolves",
    says="with dropout nothing is left of overfitting",
    measure="training less test accuracy with dropout",
    arms=("none", "dropout"),
    direction=0,
    smallest=0.01,
    conditions={words: (0.0, f"gap:dropout:{size}") for words, size in zip(_CONDITIONS, TRAINING_SIZES, strict=True)},
    side=SIDE,
)
REDUCES = Claim(
    name="reduces",
    says="dropout leaves less of overfitting",
    measure="training less test accuracy",
    arms=("no dropout", "dropout"),
    direction=-1,
    smallest=0.01,
    conditions=_PAIRS["gap"] | _AGAINST_DECAY,
    controls=tuple(_AGAINST_DECAY),
    side=SIDE,
)
REDUCES_LOSS = Claim(
    name="reduces-loss",
    says="dropout leaves less of overfitting",
    measure="test less training cross-entropy",
    arms=("no dropout", "dropout"),
    direction=-1,
    smallest=0.02,
    conditions=_PAIRS["loss gap"],
    side=SIDE,
)


def reading(results: Results[Settings]) -> str:
    """Whether anything is left of overfitting, whether there is less of it, and where dropout gains."""
    return (
        f"{results.opening(RESOLVES)}. With dropout training accuracy is above test accuracy by "
        f"{_at(results, RESOLVES, 0, -1)}. Does it shrink? {results.opening(REDUCES)}: it changes by "
        f"{_at(results, REDUCES, 0, -1)}; in cross-entropy {results.overall(REDUCES_LOSS)}. Test accuracy is higher: "
        f"{results.overall(GAIN)}, {_at(results, GAIN, 0, 3, -1)}."
    )


def _at(results: Results[Settings], claim: Claim, *places: int) -> str:
    """Under some of the numbers of images."""
    chosen = [_CONDITIONS[place] for place in places]
    told = [f"{results.difference(claim, condition)} with {condition.partition(' ')[0]}" for condition in chosen]
    return f"{listed(told)} images"


def draw(room: Room, results: Results[Settings]) -> list[Plotted]:
    """Errors, what dropout gains, and the gap, by training images."""
    error, gain, gap = row_of_panels(room.figure, room.bottom, room.top, 3, left=0.07, gap=0.07)
    legend(room, 0.07, [sample_of(style, words) for words, style in zip(_ARMS.values(), styles(), strict=False)])
    heading(error, "New images", "test error, %")
    heading(gain, "Gained", "points of test accuracy over no dropout")
    heading(gap, "Overfitting", "training less test accuracy, points")
    rows = []
    for arm, style in zip(_ARMS, styles(), strict=False):
        accuracy, none = _by_size(results, "accuracy", arm), _by_size(results, "accuracy", "none")
        rows += _line(error, results, 100.0 * (1.0 - accuracy), style, "test error, %", arm)
        if arm != "none":
            rows += _line(gain, results, 100.0 * (accuracy - none), style, "gain, points", arm)
        rows += _line(gap, results, 100.0 * _by_size(results, "gap", arm), style, "gap, points", arm)
    gain.axhline(0.0, color=quiet(), lw=0.8)
    error.set_yscale("log")
    error.set_yticks([3, 5, 10, 20, 50], labels=["3", "5", "10", "20", "50"])
    error.minorticks_off()
    gap.set_ylim(bottom=0.0)
    gap.axhspan(0.0, 1.0, color=quiet(), alpha=0.18, lw=0)
    gap.annotate("resolved", (0.03, 0.5), xycoords=("axes fraction", "data"), va="center", fontsize=8, color=quiet())
    return rows


def _by_size(results: Results[Settings], measure: str, arm: str) -> Floats:
    """(replicates, sizes)."""
    return np.stack([results.values[f"{measure}:{arm}:{size}"] for size in TRAINING_SIZES], axis=1)


def _line(
    axes: Axes, results: Results[Settings], values: Floats, style: ArmStyle, name: str, arm: str
) -> list[Plotted]:
    x = training_sizes(results.settings.train_images)
    mean, low, high = mean_band(values)
    axes.fill_between(x, low, high, color=style.color, alpha=0.18, lw=0)
    axes.plot(x, mean, color=style.color, ls=style.line, marker=style.marker, ms=4.5, mec=paper(), mew=0.6)
    axes.set_xscale("log")
    axes.set_xticks(x, labels=[f"{size:,}" for size in x])
    axes.minorticks_off()
    axes.tick_params(axis="x", labelsize=8)
    axes.set_xlabel("training images")
    return Series(panel=name, arm=arm, name=name, side=SIDE).rows(list(map(float, x)), mean, low, high)


def summary(s: Settings) -> str:
    """Data, networks and training."""
    return (
        f"{s.data_name}: {s.each}, {s.width} hidden units, {s.steps:,} steps at "
        f"every size, learning rate {s.learning_rate:g}. Dropout: {s.drop_prob:g} of the units and "
        f"{s.input_drop_prob:g} of the inputs. Weight decay {s.weight_decay:g}."
    )


SCENE = Scene(
    name="data-size",
    title="Does dropout resolve overfitting?",
    source="Srivastava et al. 2014, figure 10: no gain at 100 and 500 images, a sweet spot, then less again",
    claims=(RESOLVES, REDUCES, REDUCES_LOSS, GAIN),
    settings=Settings,
    smoke=Size(
        replicates=5,
        settings={"train_images": 200, "test_images": 60, "networks": 1, "steps": 4, "width": 6},
    ),
    paper=Size(
        replicates=10,
        settings={"data": "mnist5k", "train_images": 4000, "width": 1024, "steps": 100_000, "networks": 1},
    ),
    grow="analysis.scenes.growing.data_size",
    computing=(*NETWORKS, "analysis/scenes/growing/grids.py"),
    rests_on=lambda settings: content(settings.data),
    summary=summary,
    reading=reading,
    how="Marks are means over replicates, bands their 95 % intervals. Larger sets contain the smaller ones; all "
    "networks are tested on the same images. Overfitting is resolved where nothing is left of the gap, to one point.",
    height=2.75,
    above=0.84,
    draw=draw,
)
"""Dropout by the number of training images."""
