"""What units look at: filters of an autoencoder and of a classifier, without dropout and with it."""

from itertools import product
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from pydantic import Field

from analysis.figures.filters import draw_page
from analysis.figures.plotted import Plotted
from analysis.figures.sheet import row_of_panels
from analysis.figures.theme import arms, ink, quiet
from analysis.scenes.base import NETWORKS, Results, Room, Scene, Size
from analysis.scenes.base import Settings as SceneSettings
from analysis.scenes.claim import Claim
from analysis.scenes.data import content
from analysis.scenes.drawing import Series, heading, points

_SIDE = "neurons"
_ARMS = {"none": "without dropout", "dropout": "with dropout"}
_NETWORKS = ("autoencoder", "classifier")
_COLUMNS = 8
_CONTRAST = 99.5  # per cent of the weights that colours tell apart
_PUBLISHED = 0.35
"""Mean activation with dropout, as a multiple of that without (Srivastava et al. 2014, figure 8)."""


class Settings(SceneSettings):
    """One hidden layer of rectified units. The autoencoder is trained by Adam, the classifier by SGD."""

    data: Literal["digits", "mnist5k"] = Field(default="mnist5k", description="images of handwritten digits")
    train_images: int = Field(default=2000, ge=20, le=4000, description="training images")
    test_images: int = Field(default=1000, ge=20, le=5000, description="test images, at most")
    width: int = Field(default=256, ge=24, le=8192, description="hidden units")
    drop_prob: float = Field(default=0.5, gt=0.0, lt=1.0, description="probability that a hidden unit is dropped")
    batch: int = Field(default=100, ge=1, le=4000, description="training images in a step")
    epochs: int = Field(default=40, ge=1, le=10_000, description="passes over the training images")


def _claim(name: str, says: str, measure: str, number: str, direction: int, smallest: float) -> Claim:
    return Claim(
        name=name,
        says=says,
        measure=measure,
        arms=("no dropout", "dropout"),
        direction=direction,
        smallest=smallest,
        conditions={network: (f"{number}:{network}:none", f"{number}:{network}:dropout") for network in _NETWORKS},
        side=_SIDE,
    )


LOCAL = _claim(
    "local",
    "each unit looks at some part of the image",
    "spread of a filter, as a share of an even image's",
    "spread",
    -1,
    0.05,
)
CLEAR = _claim(
    "clear", "features become clear", "likeness of neighbouring pixels in a filter (Moran's I)", "moran", +1, 0.05
)
FEW = _claim("few-pixels", "each unit looks at few pixels", "sparsity of a filter (Hoyer)", "hoyer", +1, 0.05)
PEAKED = _claim("peaked", "few pixels stand out", "excess kurtosis of a filter", "kurtosis", +1, 0.5)
SPARSE = _claim("sparse", "units answer less", "natural logarithm of the mean activation", "log activation", -1, 0.2)
COST = _claim(
    "cost", "they do as well with dropout", "share that is wrong, of pixel variance or of classes", "wrong", 0, 0.02
)
_PANELS = {
    "spread": ("Spread", "1 all over the image", LOCAL),
    "moran": ("Smoothness", "Moran's I, 0 noise", CLEAR),
    "hoyer": ("Sparsity", "1 a single pixel", FEW),
    "activation": ("Activation", "mean of hidden units", SPARSE),
    "wrong": ("Wrong", "share of all", COST),
}


def reading(results: Results[Settings]) -> str:
    """Filters first, then what units answer, then what it costs."""
    return (
        f"Local? {results.opening(LOCAL)}. Clear? {results.opening(CLEAR)}; smoothness: "
        f"{results.told(CLEAR, brief=True)}. Of few pixels? {results.opening(FEW)}. The autoencoder's units are on "
        f"average {_ratio(results)} as active ({results.answer(SPARSE, 'autoencoder').verdict}). As good? "
        f"{results.opening(COST)}; errors, dropout less none: {results.told(COST, brief=True)}."
    )


def _ratio(results: Results[Settings]) -> str:
    without, with_dropout = (float(results.values[f"activation:autoencoder:{arm}"].mean()) for arm in _ARMS)
    return f"{with_dropout / without:.2f} times" if without > 0.0 else "undefined times"


def draw(room: Room, results: Results[Settings]) -> list[Plotted]:
    """Above, filters of one autoencoder of each arm; below, the numbers of all networks."""
    below = room.bottom + room.share(1.15)
    sheets = row_of_panels(room.figure, below + room.share(0.62), room.top, 2, left=0.03, right=0.97, gap=0.03)
    shown = {arm: results.values[f"sheet:{arm}"][0] for arm in _ARMS}
    for axes, (arm, words), style in zip(sheets, _ARMS.items(), arms(), strict=True):
        limit = float(np.percentile(np.abs(shown[arm]), _CONTRAST)) or 1.0
        draw_page(axes, np.clip(shown[arm] / limit, -1.0, 1.0), _COLUMNS)
        axes.set_anchor("W")
        axes.annotate(words, (0, 1), (0, 5), xycoords="axes fraction", textcoords="offset points", color=style.color,
                      fontweight="bold", fontsize=11, annotation_clip=False)  # fmt: skip
    panels = row_of_panels(room.figure, room.bottom, below, len(_PANELS), left=0.055, right=0.985, gap=0.052)
    rows = _of_filters(shown)
    for axes, (what, (name, meaning, _)) in zip(panels, _PANELS.items(), strict=True):
        heading(axes, name, meaning)
        rows += _numbers(axes, results, what)
    return rows


def _of_filters(shown: dict[str, np.ndarray]) -> list[Plotted]:
    """The largest weight of every filter that is drawn."""
    rows = []
    for arm, page in shown.items():
        series = Series(panel="filters", arm=arm, name="largest weight, replicate 0", side=_SIDE)
        largest = np.abs(page).max((1, 2))
        rows += series.exact(np.arange(len(largest), dtype=np.float64), largest)
    return rows


def _numbers(axes: Axes, results: Results[Settings], what: str) -> list[Plotted]:
    rows = []
    for (group, network), (place, arm) in product(enumerate(_NETWORKS), enumerate(_ARMS)):
        series = Series(panel=what, arm=arm, name=what, side=_SIDE)
        values = results.values[f"{what}:{network}:{arm}"]
        rows += points(axes, 2.4 * group + place, values, arms()[place], series, network, spread=0.2)
    if what == "activation":
        axes.set_ylim(bottom=0.0)
        level = _PUBLISHED * float(results.values["activation:autoencoder:none"].mean())
        axes.plot([0.6, 1.4], [level, level], color=quiet(), lw=1.2)
    axes.set_xlim(-0.7, 4.1)
    axes.set_xticks([0.5, 2.9], labels=["auto-\nencoder", "classi-\nfier"], color=ink(), fontsize=8)
    axes.locator_params(axis="y", nbins=4)
    axes.tick_params(axis="y", labelsize=8)
    axes.grid(visible=False, axis="x")
    return rows


SCENE = Scene(
    name="filters",
    title="Do features become clear and local with dropout?",
    source="Srivastava et al. 2014, figures 7 and 8",
    claims=(LOCAL, CLEAR, FEW, PEAKED, SPARSE, COST),
    settings=Settings,
    grow="analysis.scenes.growing.filters",
    computing=NETWORKS,
    rests_on=lambda settings: content(settings.data),
    replicates=10,
    smoke=Size(
        replicates=5,
        settings={
            "data": "digits", "train_images": 100, "test_images": 60, "width": 24, "batch": 20, "epochs": 4,
        },
    ),
    paper=Size(replicates=10, settings={"train_images": 4000, "epochs": 200}),
    summary=lambda s: (
        f"{s.data}: {s.train_images} training images, {s.epochs} epochs, {s.width} hidden units, each dropped with "
        f"probability {s.drop_prob:g}."
    ),
    reading=reading,
    how="Above: incoming weights, times the standard deviation of each pixel, of units of the autoencoder of replicate "
    "0, evenly from the most local to the least; green is positive, purple negative, each sheet on its own scale. "
    "Below: means over all units; faint marks are replicates, strong ones their mean with its 95 % interval. Grey "
    "line: as published.",
    height=3.2,
    above=0.36,
    draw=draw,
)  # fmt: skip
"""What units look at."""
