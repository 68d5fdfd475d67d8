"""Is a network that was trained with dropout less sensitive to noise? Noise in four places."""

import numpy as np
from matplotlib.axes import Axes
from pydantic import Field

from analysis.figures.plotted import Plotted
from analysis.figures.sheet import row_of_panels
from analysis.figures.theme import ArmStyle, faint, quiet
from analysis.scenes.base import NETWORKS, Results, Room, Scene, Size
from analysis.scenes.base import Settings as SceneSettings
from analysis.scenes.claim import Claim
from analysis.scenes.data import content
from analysis.scenes.drawing import Series, curve, heading, legend, same_height, sample_of, styles

SIDE = "neurons"
_PLACES = {
    "units": ("Noise on hidden units", "in SDs of the units"),
    "weights": ("Noise on weights", "in sizes (RMS) of a layer's weights"),
    "inputs": ("Noise on inputs", "SD, where pixels go from 0 to 1"),
    "pixels": ("Broken pixels", "share that is black or white"),
}
_LABELS = {"none": "without", "dropout": "dropout", "decay": "weight decay", "inputs": "dropout of inputs too"}


class Settings(SceneSettings):
    """One network of each arm on one split, and noise that is drawn many times."""

    data: str = Field(default="digits", description="a data set with classes")
    train_images: int = Field(default=400, ge=10, description="training images; the others are for testing")
    test_images: int = Field(default=1000, ge=10, description="test images, at most")
    width: int = Field(default=128, ge=2, le=8192, description="hidden units, in one layer")
    drop_prob: float = Field(default=0.5, gt=0.0, lt=1.0, description="dropout: probability that a unit is dropped")
    input_drop_prob: float = Field(default=0.2, gt=0.0, lt=1.0, description="probability that an input is dropped")
    weight_decay: float = Field(default=3e-3, gt=0.0, le=1.0, description="weight decay: L2 penalty")
    learning_rate: float = Field(default=0.05, gt=0.0, description="learning rate of the first step")
    epochs: int = Field(default=200, ge=1, description="passes over the training images")
    draws: int = Field(default=10, ge=1, le=10_000, description="times that noise is drawn")
    units_noise: float = Field(default=1.5, gt=0.0, description="claimed: noise on units, in their standard deviations")
    weights_noise: float = Field(
        default=0.5, gt=0.0, description="claimed: noise on weights, in their root mean square"
    )
    inputs_noise: float = Field(default=0.4, gt=0.0, description="claimed: standard deviation of noise on inputs")
    pixels_noise: float = Field(default=0.2, gt=0.0, le=0.5, description="claimed: share of pixels that are broken")


def _conditions() -> dict[str, tuple[str | float, str]]:
    pairs = {"": ("none", "dropout"), " (against weight decay)": ("decay", "dropout"),
             " (inputs dropped too)": ("none", "inputs")}  # fmt: skip
    return {
        f"{place}{kind}": (f"lost:{place}:{one}", f"lost:{place}:{two}")
        for kind, (one, two) in pairs.items()
        for place in _PLACES
    }


LOST = Claim(
    name="lost",
    says="what is learnt with dropout is less sensitive to noise",
    measure="accuracy lost to noise",
    arms=("without dropout", "with dropout"),
    direction=-1,
    smallest=0.02,
    conditions=_conditions(),
    controls=[condition for condition in _conditions() if condition not in _PLACES],
    side=SIDE,
)


def reading(results: Results[Settings]) -> str:
    """Each place, and whether weight decay does it too."""
    against = [condition for condition in LOST.conditions if "against" in condition]
    told = results.told(LOST, against, brief=True).replace(" (against weight decay)", "")
    return (
        f"{results.opening(LOST)}. Accuracy lost to noise, dropout less none: "
        f"{results.told(LOST, list(_PLACES), brief=True)}. "
        f"The same, dropout less weight decay: {told}."
    )


def draw(room: Room, results: Results[Settings]) -> list[Plotted]:
    """Accuracy by strength, in four places."""
    height = (room.top - room.bottom - room.share(1.05)) / 2.0
    upper = row_of_panels(room.figure, room.top - height, room.top, 2, gap=0.06)
    lower = row_of_panels(room.figure, room.bottom, room.bottom + height, 2, gap=0.06)
    rows = []
    for axes, place in zip((*upper, *lower), _PLACES, strict=True):
        rows += _panel(axes, results, place)
    for pair in (upper, lower):
        same_height(pair)
        pair[0].set_ylabel("test accuracy")
    handles = [sample_of(style, _LABELS[arm]) for arm, style in _styles().items()]
    legend(room, upper[0].get_position(original=True).x0, handles)
    return rows


def _styles() -> dict[str, ArmStyle]:
    return dict(zip(("none", "dropout", "decay", "inputs"), styles(), strict=True))


def _panel(axes: Axes, results: Results[Settings], place: str) -> list[Plotted]:
    heading(axes, *_PLACES[place])
    claimed = getattr(results.settings, f"{place}_noise")
    x = claimed * results.values["strengths"][0]
    axes.axvline(claimed, color=faint(), lw=5.0, zorder=0)
    rows = []
    for arm, style in _styles().items():
        series = Series(panel=place, arm=arm, name="accuracy by strength", side=SIDE)
        rows += curve(axes, x, results.values[f"accuracy:{place}:{arm}"], style, series)
    axes.set_xlim(0, x[-1])
    axes.set_xticks(claimed * np.array([0.0, 1.0, 2.0]), labels=["0", f"{claimed:g}", f"{2 * claimed:g}"])
    axes.tick_params(axis="x", labelcolor=quiet())
    axes.grid(visible=False, axis="x")
    return rows


SCENE = Scene(
    name="noise",
    title="Does dropout make a network less sensitive to noise?",
    source="Hinton et al. 2012; Srivastava et al. 2014",
    claims=(LOST,),
    settings=Settings,
    grow="analysis.scenes.growing.noise",
    computing=NETWORKS,
    rests_on=lambda settings: content(settings.data),
    replicates=20,
    smoke=Size(replicates=5, settings={"train_images": 100, "test_images": 100, "width": 16, "epochs": 6, "draws": 2}),
    paper=Size(replicates=10, settings={"data": "mnist5k", "train_images": 4000, "width": 1024}),
    summary=lambda s: (
        f"{s.data}: {s.train_images} training images, {s.epochs} epochs, {s.width} hidden units; a unit is dropped "
        f"with probability {s.drop_prob:g}, an input with {s.input_drop_prob:g}; weight decay {s.weight_decay:g}."
    ),
    reading=reading,
    how="Means with their 95 % intervals. Noise is added after training; on units and weights it is as large as "
    "they are, since with dropout they are of another size. The grey line is the strength that the verdict is about.",
    height=4.2,
    above=0.84,
    draw=draw,
)
"""Noise in four places."""
