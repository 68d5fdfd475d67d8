"""A mask for each image, as in the paper, or one mask for all images of a step: whether that matters."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
from matplotlib.axes import Axes
from pydantic import Field

from analysis.figures.plotted import Plotted
from analysis.figures.sheet import row_of_panels
from analysis.figures.theme import ArmStyle
from analysis.numbers import number
from analysis.scenes.base import NETWORKS, Results, Room, Scene, Size, listed
from analysis.scenes.claim import Claim
from analysis.scenes.data import content
from analysis.scenes.drawing import Series, curve, heading, styles
from analysis.scenes.pairs import SIDE, OnPairs, within
from analysis.scenes.rows import group, grouped, of_pairs

_LABELS = {"none": "no dropout", "sample": "mask per image", "batch": "mask per batch"}
_BATCHES = {"small": "small batches", "usual": "usual batches", "large": "large batches"}


class Settings(OnPairs):
    """Dropout on hidden units; batches of three sizes, as many steps with each."""

    sizes: ClassVar[Sequence[int]] = (1, 4, 16, 64, 256)
    """Images in a batch, where the noise of a step is measured."""

    drop_prob: float = Field(default=0.5, gt=0.0, le=0.95, description="probability that a hidden unit is dropped")
    small_batch: int = Field(default=10, ge=1, le=100_000, description="images in a small batch")
    usual_batch: int = Field(default=50, ge=1, le=100_000, description="images in a usual batch")
    large_batch: int = Field(default=300, ge=1, le=100_000, description="images in a large batch, at most all")
    steps: int = Field(default=500, ge=1, le=10_000_000, description="steps of training, instead of epochs")

    @property
    def batches(self) -> Mapping[str, int]:
        """Images in a batch, by what it is called."""
        return {"small": self.small_batch, "usual": self.usual_batch, "large": self.large_batch}


def _same(name: str, measure: str, key: str, smallest: float) -> Claim:
    sizes = {words: (f"{key}:{batch}:sample", f"{key}:{batch}:batch") for batch, words in _BATCHES.items()}
    controls = {
        f"{words} (no dropout)": (f"{key}:{batch}:none", f"{key}:{batch}:batch") for batch, words in _BATCHES.items()
    }
    return Claim(
        name=name,
        says="neurons are ignored at random for each mini-batch, which is as good as for each image",
        measure=measure,
        arms=("mask per image", "mask per batch"),
        direction=0,
        smallest=smallest,
        conditions=sizes | controls,
        controls=tuple(controls),
        side=SIDE,
    )


ACCURACY = _same("accuracy", "test accuracy", "accuracy", 0.01)
CROSSING = _same("crossing", "viability of children of independent networks, units as they come", "crossing", 0.05)
HALF = _same("half-gone", "accuracy kept by half of the units", "half", 0.05)


def reading(results: Results[Settings]) -> str:
    """Equality of the three measures, and the noise of a step."""
    asked = {"accuracy": ACCURACY, "children's viability": CROSSING, "accuracy kept by half of the units": HALF}
    ours = list(_BATCHES.values())
    told = [f"{words} by {within(results, c, ours)} ({results.overall(c)})" for words, c in asked.items()]
    ratios = results.values["noise:batch"] / results.values["noise:sample"]
    noisier = number(float(ratios[:, -1].mean()), 1)
    return (
        f"Is one mask for a whole batch as good? {results.opening(ACCURACY)}. It changes {listed(told)}. With "
        f"{Settings.sizes[-1]} images in a batch it makes a step {noisier} times as noisy."
    )


def draw(room: Room, results: Results[Settings]) -> list[Plotted]:
    """What networks do, in rows; and how noisy their steps are."""
    *panels, steps = row_of_panels(room.figure, room.bottom, room.top, 4, left=0.145, gap=0.03)
    box = steps.get_position(original=True)
    steps.set_position((box.x0 + 0.05, box.y0, box.width - 0.05, box.height))
    rows = grouped(_LABELS, _looks(), _BATCHES)
    drawn = of_pairs(panels, rows, _BATCHES, results.values)
    for batch, rows_of_batch in rows.items():
        words = f"{_BATCHES[batch].capitalize()}: {results.settings.batches[batch]} images"
        group(room, panels[0], rows_of_batch[0].place - 0.85, words)
    return drawn + _noise(steps, results)


def _noise(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    """The scatter that masks give the gradient, over batches of more and more images."""
    heading(axes, "Noise of a step", "by images in a batch")
    sizes = np.array(Settings.sizes, dtype=np.float64)
    drawn: list[Plotted] = []
    for arm, style in _looks().items():
        if arm != "none":
            series = Series(panel="noise of a step", arm=arm, name="deviation over mean of the gradient", side=SIDE)
            drawn += curve(axes, sizes, results.values[f"noise:{arm}"], style, series)
            ends, above = results.values[f"noise:{arm}"][:, -1], arm == "batch"
            axes.annotate(_LABELS[arm].replace("mask ", ""), (sizes[-1], ends.max() if above else ends.min()),
                          (0, 5 if above else -5), textcoords="offset points", ha="right",
                          va="bottom" if above else "top", fontsize=8, fontweight="bold",
                          color=style.color)  # fmt: skip
    axes.set_xscale("log", base=4)
    axes.set_xticks(sizes, labels=[f"{size:g}" for size in sizes])
    axes.minorticks_off()
    axes.set_ylim(0.0, 1.15 * max(results.values[f"noise:{arm}"].max() for arm in ("sample", "batch")))
    return drawn


def _looks() -> Mapping[str, ArmStyle]:
    without, dropout, purple, _ = styles()
    return {"none": without, "sample": dropout, "batch": purple}


SCENE = Scene(
    name="batches",
    title="Does it matter whether each image has its own mask?",
    source="Srivastava et al. 2014, section 5.1 (a mask for each case); Graham et al. 2015 (one for a batch)",
    claims=(ACCURACY, CROSSING, HALF),
    settings=Settings,
    replicates=16,
    smoke=Size(
        replicates=5,
        settings={**OnPairs.SMOKE, "small_batch": 5, "usual_batch": 20, "large_batch": 60, "steps": 8},
    ),
    paper=Size(
        replicates=10,
        settings={
            "data": "mnist5k",
            "train_images": 3000,
            "validation_images": 1000,
            "width": 1024,
            "large_batch": 1000,
            "steps": 20_000,
        },
    ),
    grow="analysis.scenes.growing.batches",
    computing=(*NETWORKS, "analysis/scenes/growing/pairs.py", "analysis/scenes/growing/descent.py"),
    rests_on=lambda settings: content(settings.data),
    summary=lambda s: (
        f"{s.trained_on.replace(f'{s.epochs} epochs', f'{s.steps} steps')}. Drop probability {s.drop_prob:g}. The same "
        "images in the same order in all arms."
    ),
    reading=reading,
    how="Faint marks are replicates, strong ones their means with 95 % intervals. Children take each hidden unit from "
    "either of two independent networks: 1 is as good as their parents, 0 as good as guessing. Right: standard "
    "deviation of the gradient over masks, relative to its mean, on fixed images and an untrained network.",
    height=2.9,
    above=0.5,
    draw=draw,
)  # fmt: skip
"""A mask for each image, or for a batch."""
