"""Learning rate, momentum and optimiser, without and with dropout."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from pydantic import Field

from analysis.figures.plotted import Plotted
from analysis.figures.results import mean_band
from analysis.figures.sheet import row_of_panels
from analysis.figures.theme import arms, paper, quiet
from analysis.scenes.base import NETWORKS, Results, Room, Scene, Size
from analysis.scenes.claim import Claim
from analysis.scenes.data import content
from analysis.scenes.drawing import Series, heading, legend, sample_of
from analysis.scenes.growing.grids import RATES, WAYS
from analysis.scenes.on_images import SIDE, OnImages, keep_tick

_ARMS = ("none", "dropout")
_WORDS: Mapping[str, tuple[str, str]] = {
    "plain": ("SGD", "no momentum"),
    "momentum": ("SGD", "momentum 0.9"),
    "heavy": ("SGD", "momentum 0.99"),
    "adam": ("Adam", "1/30 of these rates"),
}
_CALLED = {"plain": "no momentum", "momentum": "momentum 0.9", "heavy": "momentum 0.99", "adam": "Adam"}


class Settings(OnImages):
    """One architecture; the learning rate is what is swept over."""

    train_images: int = Field(default=300, ge=10, le=100_000, description="training images")
    validation_images: int = Field(default=500, ge=10, le=10_000, description="images that choose the learning rate")
    test_images: int = Field(default=800, ge=10, description="test images, at most")
    networks: int = Field(default=2, ge=1, le=64, description="networks of a kind in a replicate, which are averaged")
    width: int = Field(default=64, ge=4, le=8192, description="hidden units")
    epochs: int = Field(default=60, ge=1, le=100_000, description="passes over the training images")
    drop_prob: float = Field(default=0.5, ge=0.0, lt=1.0, description="probability that a hidden unit is dropped")


HIGHER = Claim(
    name="higher-rate",
    says="with dropout the learning rate must be raised",
    measure="powers of ten of the learning rate that validation images choose",
    arms=("no dropout", "dropout"),
    direction=+1,
    smallest=0.5,
    conditions={_CALLED[way]: (f"rate:{way}:none", f"rate:{way}:dropout") for way in WAYS},
    side=SIDE,
)
NEEDED = Claim(
    name="needed",
    says="dropout is worse off with the learning rate that is best without it",
    measure="test accuracy with dropout",
    arms=("rate chosen without", "rate chosen with dropout"),
    direction=+1,
    smallest=0.01,
    conditions={_CALLED[way]: (f"kept rate:{way}", f"own rate:{way}") for way in WAYS},
    side=SIDE,
)
MOMENTUM = Claim(
    name="momentum",
    says="with dropout the momentum must be raised",
    measure="powers of ten of 1/(1 - momentum) that validation images choose",
    arms=("no dropout", "dropout"),
    direction=+1,
    smallest=0.5,
    conditions={"SGD": ("memory:none", "memory:dropout")},
    side=SIDE,
)
TOO_LOW = Claim(
    name="too-low",
    says="where dropout lowers the score, the learning rate was too low",
    measure=f"test accuracy at the lowest rate, {RATES[0]:g}",
    arms=("no dropout", "dropout"),
    direction=-1,
    smallest=0.01,
    conditions={_CALLED[way]: (f"low:{way}:none", f"low:{way}:dropout") for way in WAYS if way != "adam"},
    side=SIDE,
)


def reading(results: Results[Settings]) -> str:
    """What validation chooses, whether that matters, and what a low rate does."""
    usual = _CALLED["momentum"]
    return (
        f"The rate? {results.opening(HIGHER)}: with {usual} validation images choose one for dropout that is "
        f"{results.difference(HIGHER, usual)} powers of ten off, and worth {results.difference(NEEDED, usual)} of "
        f"accuracy. Momentum? {results.opening(MOMENTUM)}. What dropout changes at the lowest rate: "
        f"{results.told(TOO_LOW, brief=True)}."
    )


def draw(room: Room, results: Results[Settings]) -> list[Plotted]:
    """Test error by learning rate, a panel for each way to descend."""
    panels = row_of_panels(room.figure, room.bottom, room.top, len(WAYS), left=0.065, gap=0.025)
    words = ("no dropout", "dropout")
    legend(room, 0.065, [sample_of(style, word) for style, word in zip(arms(), words, strict=True)])
    rows = []
    for axes, way in zip(panels, WAYS, strict=True):
        heading(axes, *_WORDS[way])
        rows += _way(axes, results, way)
        axes.tick_params(labelleft=axes is panels[0])
    panels[0].set_ylabel("test error, %")
    return rows


def _way(axes: Axes, results: Results[Settings], way: str) -> list[Plotted]:
    """Errors of both arms; above, how often each rate is chosen by validation."""
    rows = []
    for arm, style, height in zip(_ARMS, arms(), (130.0, 190.0), strict=True):
        mean, low, high = mean_band(100.0 * (1.0 - results.values[f"accuracy:{way}:{arm}"]))
        axes.fill_between(RATES, low, high, color=style.color, alpha=0.18, lw=0)
        axes.plot(RATES, mean, color=style.color, ls=style.line, marker=style.marker, ms=4.5, mec=paper(), mew=0.6)
        rows += Series(panel=way, arm=arm, name="test error, %", side=SIDE).rows(list(RATES), mean, low, high)
        picked = results.values[f"rate:{way}:{arm}"]
        share = np.array([np.mean(np.isclose(picked, np.log10(rate))) for rate in RATES])
        seen = share > 0.0
        axes.scatter(np.array(RATES)[seen], np.full(seen.sum(), height), s=60.0 * share[seen], color=style.color,
                     marker=style.marker, lw=0)  # fmt: skip
        nothing = np.full(len(RATES), np.nan)
        rows += Series(panel=way, arm=arm, name="share chosen", side=SIDE).rows(list(RATES), share, nothing, nothing)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(RATES[0] / 1.6, RATES[-1] * 1.6)
    axes.set_ylim(2.5, 250.0)
    axes.set_yticks([3, 5, 10, 20, 50], labels=["3", "5", "10", "20", "50"])
    axes.set_xticks(RATES, labels=[keep_tick(rate) for rate in RATES])
    axes.tick_params(axis="x", labelsize=7)
    axes.minorticks_off()
    axes.axhline(100.0, color=quiet(), lw=0.5)
    axes.set_xlabel("learning rate")
    return rows


def summary(s: Settings) -> str:
    """Data, networks and training."""
    return (
        f"{s.data_name}: {s.train_images} training images, {s.each}, {s.width} "
        f"hidden units, {s.epochs} epochs, inverted dropout of {s.drop_prob:g} of the units. Learning rates fall in "
        f"equal steps to 0; {s.validation_images} validation images choose."
    )


SCENE = Scene(
    name="rates",
    title="Must learning rate and momentum be raised for dropout?",
    source="Srivastava et al. 2014, appendix A.2: 10 to 100 times the learning rate, momentum 0.95 to 0.99",
    claims=(HIGHER, NEEDED, MOMENTUM, TOO_LOW),
    settings=Settings,
    smoke=Size(replicates=5, settings={**OnImages.SMOKE, "validation_images": 20, "width": 6}),
    paper=Size(
        replicates=10,
        settings={
            "data": "mnist5k", "train_images": 3500, "validation_images": 500, "width": 1024, "epochs": 100,
            "networks": 1,
        },
    ),
    grow="analysis.scenes.growing.rates",
    computing=(*NETWORKS, "analysis/scenes/growing/grids.py"),
    rests_on=lambda settings: content(settings.data),
    summary=summary,
    reading=reading,
    how="Marks are means over replicates, bands their 95 % intervals. Above the thin line, the larger a mark the more "
    "often validation images choose its learning rate.",
    height=2.6,
    above=0.84,
    draw=draw,
)  # fmt: skip
"""Learning rate, momentum and optimiser."""
