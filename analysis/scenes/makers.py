"""One network, four makers: gradient descent and evolution, each without mixing and with it."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from pydantic import Field, field_validator

from analysis.figures.plotted import Plotted
from analysis.figures.results import mean_band
from analysis.figures.sheet import row_of_panels
from analysis.figures.theme import arms, paper, quiet
from analysis.measures.knock_out import KEEP_PROBS
from analysis.scenes.base import Results, Room, Scene, Size
from analysis.scenes.base import Settings as SceneSettings
from analysis.scenes.claim import Claim
from analysis.scenes.data import content
from analysis.scenes.drawing import Series, heading, legend, points

KEY = "makers"
SIDE = "neurons"
WAYS = {"gradient descent": ("descent", "dropout"), "evolution": ("clonal", "sexual")}
"""Ways to make a network, and their makers: without mixing, with mixing."""
MAKERS = tuple(maker for pair in WAYS.values() for maker in pair)
_ARMS = ("without mixing", "with mixing")
_PLACES = ((0.0, 1.0), (2.15, 3.15))


class Settings(SceneSettings):
    """One architecture, one hidden layer, on one split of one data set, for all makers of a replicate.

    Evolution's rules were chosen among some twenty by the log-likelihood of the training images alone.
    """

    data: str = Field(default="digits", description="digits, mnist5k or idx:FOLDER")
    train_images: int = Field(default=600, ge=10, description="training images, others are for testing")
    probe_images: int = Field(default=512, ge=10, description="test images, at most, on which units are taken away")
    test_images: int = Field(default=5000, ge=10, description="test images, at most, on which networks are judged")
    masks: int = Field(default=8192, ge=256, le=10_000_000, description="presence masks for the interaction spectrum")
    width: int = Field(default=32, ge=2, le=8192, description="hidden units")
    drop_prob: float = Field(default=0.5, ge=0.0, lt=1.0, description="dropout: probability that a unit is dropped")
    learning_rate: float = Field(default=0.05, gt=0.0, description="gradient descent: learning rate of the first step")
    epochs: int = Field(default=100, ge=1, description="gradient descent: passes over the training images")
    population: int = Field(default=300, ge=4, le=1_000_000, description="evolution: networks in a generation")
    generations: int = Field(default=800, ge=0, le=10_000_000, description="evolution: generations")
    judged_by: int = Field(default=200, ge=1, description="evolution: training images that judge a generation, at most")
    parents: float = Field(default=0.1, gt=0.0, le=1.0, description="evolution: share of the best who have children")
    mutation_rate: float = Field(default=0.2, ge=0.0, le=1.0, description="evolution: share of all genes that mutate")
    mutation_size: float = Field(
        default=1.0, ge=0.0, le=100.0, description="evolution: first mutations, in the founders' standard deviations"
    )

    @field_validator("data")
    @classmethod
    def _from_anywhere(cls, data: str) -> str:
        """A folder is written down so that it is found from wherever the settings are read."""
        kind, colon, folder = data.partition(":")
        return f"{kind}:{Path(folder).absolute()}" if kind == "idx" and colon and folder else data

    @property
    def data_name(self) -> str:
        """The data set's name without the path to it."""
        return f"idx:{Path(self.data.removeprefix('idx:')).name}" if self.data.startswith("idx:") else self.data


def _claim(name: str, says: str, measure: str, number: str, smallest: float) -> Claim:
    conditions = {way: (f"{number}:{one}", f"{number}:{two}") for way, (one, two) in WAYS.items()}
    return Claim(
        name=name,
        says=says,
        measure=measure,
        arms=_ARMS,
        direction=+1,
        smallest=smallest,
        conditions=conditions,
        side=SIDE,
    )


GENERAL = _claim("accuracy", "what mixes generalises", "test accuracy", "performance:natural", 0.01)
CROSSING = _claim(
    "crossing",
    "halves of two strangers make a working child",
    "viability of children of independent networks, units as they come",
    "hybrid_viability:apart",
    0.05,
)
ROBUST = _claim(
    "half-gone",
    "it works with half of it gone",
    "accuracy kept by half of the units",
    "retention_at_half:natural",
    0.05,
)
ADDITIVE = _claim(
    "alone", "each part works on its own", "first-order share of log-probability", "first_order_share:log", 0.05
)


def reading(results: Results[Settings]) -> str:
    """Each claim under both ways to make a network."""
    asked = {"Test accuracy": GENERAL, "Children of strangers": CROSSING, "Half of it gone": ROBUST,
             "Parts on their own": ADDITIVE}  # fmt: skip
    told = " ".join(f"{what}: {results.told(claim, brief=True)}." for what, claim in asked.items())
    return f"What mixing adds, as dropout to gradient descent and as sex to evolution. {told}"


def draw(room: Room, results: Results[Settings]) -> list[Plotted]:
    """Four makers side by side: four numbers above and below, and what is kept as units are taken away."""
    height = (room.top - room.bottom - room.share(0.85)) / 2.0
    upper = row_of_panels(room.figure, room.top - height, room.top, 3, left=0.075, gap=0.07)
    lower = row_of_panels(room.figure, room.bottom, room.bottom + height, 3, left=0.075, gap=0.07)
    accuracy, crossing, alone = upper
    *curves, half = lower
    _key(room, accuracy)
    heading(accuracy, "It generalises", "test accuracy")
    rows = _compared(accuracy, results, "performance:natural")
    heading(crossing, "It crosses", "viability of strangers' children")
    rows += _compared(crossing, results, "hybrid_viability:apart", "hybrid_viability:matched")
    heading(alone, "Its parts work alone", "first-order share")
    rows += _compared(alone, results, "first_order_share:log")
    for axes, (way, pair) in zip(curves, WAYS.items(), strict=True):
        rows += _losses(axes, results, way, pair)
    heading(half, "Half of it gone", "accuracy kept")
    return rows + _compared(half, results, "retention_at_half:natural")


def _compared(axes: Axes, results: Results[Settings], *measures: str) -> list[Plotted]:
    """A number of each maker, the arms of a way joined; of two numbers the second in diamonds, right of the first."""
    rows = []
    shifts, spread = ((0.0,), 0.16) if len(measures) == 1 else ((-0.2, 0.2), 0.1)
    numbered = list(zip(measures, shifts, (None, "D"), strict=False))
    for (pair, places), (measure, shift, marker) in product(zip(WAYS.values(), _PLACES, strict=True), numbered):
        values = [results.values[f"{measure}:{maker}"] for maker in pair]
        x = [place + shift for place in places]
        axes.plot(x, [mean_band(v[:, None])[0] for v in values], color=quiet(), lw=0.8, alpha=0.6, zorder=1)
        for maker, place, style, of_maker in zip(pair, x, arms(), values, strict=True):
            look = replace(style, marker=marker or style.marker)
            series = Series(panel=measures[0], arm=maker, name=measure, side=SIDE)
            rows += points(axes, place, of_maker, look, series, maker, spread=spread)
    if not np.isfinite([row.y for row in rows]).any():
        axes.annotate("undefined", (0.5, 0.5), xycoords="axes fraction", ha="center", color=quiet())
    axes.set_xticks([place for places in _PLACES for place in places], labels=list(MAKERS))
    axes.tick_params(axis="x", labelsize=8)
    axes.set_xlim(_PLACES[0][0] - 0.5, _PLACES[-1][-1] + 0.5)
    axes.grid(visible=False, axis="x")
    return rows


def _losses(axes: Axes, results: Results[Settings], way: str, pair: tuple[str, str]) -> list[Plotted]:
    """Accuracy kept by share of units kept."""
    heading(axes, f"{way.rpartition(' ')[2].capitalize()}, piece by piece", "accuracy kept, by units kept")
    axes.plot([0, 1], [0, 1], color=quiet(), lw=0.9, ls=(0, (1, 2)))
    rows = []
    for maker, style in zip(pair, arms(), strict=True):
        kept = results.values[f"retained:natural:{maker}"]
        mean, low, high = mean_band(kept)
        axes.fill_between(KEEP_PROBS, low, high, color=style.color, alpha=0.2, lw=0)
        axes.plot(KEEP_PROBS, mean, color=style.color, ls=style.line, marker=style.marker, ms=4, mec=paper(), mew=0.6)
        series = Series(panel=f"losses, {way}", arm=maker, name="retained:natural", side=SIDE)
        rows += series.rows(KEEP_PROBS.tolist(), mean, low, high)
    axes.set_xlim(-0.03, 1.03)
    axes.set_ylim(-0.05, 1.05)
    axes.set_xticks([0, 0.5, 1], labels=["none", "half", "all"])
    return rows


def _key(room: Room, axes: Axes) -> None:
    handles = [
        Line2D([], [], color=style.color, ls=style.line, marker=style.marker, ms=5, label=f"{arm}: {', '.join(makers)}")
        for style, arm, makers in zip(arms(), _ARMS, zip(*WAYS.values(), strict=True), strict=True)
    ]
    matched = Line2D([], [], color=quiet(), ls="", marker="D", ms=5, label="units matched first")
    legend(room, axes.get_position(original=True).x0, [*handles, matched])


def summary(s: Settings) -> str:
    """Network, data, and the work of each way."""
    return (
        f"{s.data_name}: {s.train_images} training images, {s.width} hidden units; two independent networks of each "
        f"maker in each replicate. Descent: {s.epochs} epochs; dropout drops a unit with probability {s.drop_prob:g}. "
        f"Evolution: {s.generations:,} generations of {s.population:,}, the best {100 * s.parents:g} % on "
        f"{s.judged_by} images are parents; its rules were chosen by training fitness alone."
    )


SCENE = Scene(
    name=KEY,
    title="One network, four makers: what does mixing make of it?",
    source="Hinton et al. 2012; Srivastava et al. 2014, section 2",
    claims=(GENERAL, CROSSING, ROBUST, ADDITIVE),
    settings=Settings,
    replicates=10,
    smoke=Size(
        replicates=5,
        settings={
            "train_images": 150,
            "probe_images": 60,
            "masks": 256,
            "width": 6,
            "epochs": 8,
            "population": 24,
            "generations": 20,
            "judged_by": 50,
        },
    ),
    grow="analysis.scenes.growing.makers",
    computing=("nets", "sim", "analysis/measures", "analysis/sides"),
    rests_on=lambda settings: content(settings.data),
    summary=summary,
    reading=reading,
    how="Faint marks are replicates, strong ones their means with 95 % intervals. Children take each hidden unit from "
    "either of two independent networks: 1 is as good as their parents, 0 as good as guessing. First-order share: of "
    "the variance of log-probability when random units are absent, what units explain one by one. Below the dotted "
    "diagonal units need each other.",
    height=3.9,
    above=0.84,
    draw=draw,
)
"""One network, four makers."""
