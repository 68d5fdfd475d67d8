"""Half of the units are dropped, so double the rest: of which networks that is true, and whether it matters."""

from typing import ClassVar

from matplotlib.axes import Axes
from pydantic import Field

from analysis.figures.plotted import Plotted
from analysis.figures.sheet import row_of_panels
from analysis.figures.theme import ArmStyle, arms, quiet
from analysis.scenes.base import NETWORKS, Results, Room, Scene, Size
from analysis.scenes.base import Settings as SceneSettings
from analysis.scenes.claim import Claim, Law
from analysis.scenes.data import content
from analysis.scenes.drawing import Series, heading, legend, points, sample_of, styles

SIDE = "neurons"
_DEPTHS = {1: "1 hidden layer", 2: "2 hidden layers", 3: "3 hidden layers"}


class Settings(SceneSettings):
    """A random layer, and networks of three depths."""

    keep: ClassVar[float] = 0.5

    units: int = Field(default=10, ge=6, le=14, description="units into the random layer")
    data: str = Field(default="digits", description="digits, mnist5k or idx:FOLDER")
    train_images: int = Field(default=400, ge=10, description="training images")
    test_images: int = Field(default=1000, ge=10, description="test images, at most")
    width: int = Field(default=64, ge=2, le=8192, description="units of a hidden layer")
    epochs: int = Field(default=100, ge=1, description="passes over the training images")
    learning_rate: float = Field(default=0.02, gt=0.0, description="learning rate of the first step")
    masks: int = Field(default=100, ge=4, le=100_000, description="thinned networks that are averaged")


DOUBLED = Law(
    name="doubled",
    says="with half of the units dropped the output is half, and doubling makes up for it",
    measure="twice the mean over all masks less the whole layer",
    tolerance=1e-9,
    conditions={
        "a linear layer": "off:linear",
        "a softmax layer, geometric mean": "off:geometric",
        "a softmax layer, mean": "off:softmax",
        "a rectified layer": "off:rectified",
        "two layers": "off:two",
    },
    side=SIDE,
)
SCORES = Claim(
    name="scores",
    says="the scaled network's scores are the mean scores of all thinned networks",
    measure="squared error of the scores, as a share of their variance",
    arms=("thinned", "scaled"),
    direction=0,
    smallest=0.01,
    conditions={
        **{words: (0.0, f"bias:{depth}:dropout") for depth, words in _DEPTHS.items()},
        **{f"{words}, trained without dropout": (0.0, f"bias:{depth}:none") for depth, words in _DEPTHS.items()},
    },
    controls=[f"{words}, trained without dropout" for words in _DEPTHS.values()],
    side=SIDE,
)
STANDS = Claim(
    name="stands",
    says="one network, scaled by the probability, stands for the average of the thinned ones",
    measure="test accuracy",
    arms=("average", "scaled"),
    direction=0,
    smallest=0.01,
    conditions={
        words: (f"accuracy:averaged:{depth}:dropout", f"accuracy:scaled:{depth}:dropout")
        for depth, words in _DEPTHS.items()
    },
    side=SIDE,
)
NEEDED = Claim(
    name="needed",
    says="without scaling, the doubled sums confound the network",
    measure="test accuracy",
    arms=("not scaled", "scaled"),
    direction=+1,
    smallest=0.01,
    conditions={
        words: (f"accuracy:unscaled:{depth}:dropout", f"accuracy:scaled:{depth}:dropout")
        for depth, words in _DEPTHS.items()
    },
    side=SIDE,
)
SURE = Claim(
    name="sure",
    says="without scaling, the network is wrong about how sure it is",
    measure="log-probability of the right answer",
    arms=("not scaled", "scaled"),
    direction=+1,
    smallest=0.05,
    conditions={
        words: (f"log:unscaled:{depth}:dropout", f"log:scaled:{depth}:dropout") for depth, words in _DEPTHS.items()
    },
    side=SIDE,
)


def reading(results: Results[Settings]) -> str:
    """Where doubling is exact, and what it does for predictions."""
    return (
        f"{results.opening(DOUBLED)}: exact for a linear layer and the geometric mean of a softmax, not behind a "
        f"rectifier. Accuracy of the scaled network less the average's: {results.told(STANDS, brief=True)}. Is "
        f"scaling needed? {results.opening(NEEDED)}: {results.told(NEEDED, brief=True)}."
    )


def draw(room: Room, results: Results[Settings]) -> list[Plotted]:
    """One layer over all masks; scores of networks; accuracy of networks."""
    layer, scores, accuracy = row_of_panels(room.figure, room.bottom, room.top, 3, left=0.075, gap=0.09)
    looks = _looks()
    legend(room, layer.get_position(original=True).x0, [sample_of(style, label) for style, label in looks.values()])
    return _layer(layer, results) + _scores(scores, results) + _accuracy(accuracy, results)


def _looks() -> dict[str, tuple[ArmStyle, str]]:
    orange, blue, purple, _ = styles()
    return {
        "unscaled": (orange, "not scaled"),
        "scaled": (blue, "scaled"),
        "averaged": (purple, "thinned ones averaged"),
    }


def _layer(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    heading(axes, "Linear or not", "mean over all masks, doubled")
    rows = []
    orange, blue, _, _ = styles()
    for name, style, size in (("rectified", orange, 4), ("linear", blue, 4)):
        scaled, mean = (results.values[f"{what}:{name}"][:3].ravel() for what in ("scaled", "mean"))
        axes.plot(scaled, mean, ls="", marker=style.marker, ms=size, color=style.color, alpha=0.8, mew=0, label=name)
        rows += Series(panel="layer", arm=name, name="mean over masks", side=SIDE).exact(scaled, mean)
    low, high = axes.get_xlim()
    axes.plot([low, high], [low, high], color=quiet(), lw=0.8, zorder=1)
    axes.set_xlim(low, high)
    axes.set_xlabel("output with nothing dropped")
    axes.legend(loc="lower right", fontsize=8, handletextpad=0.1, borderaxespad=0.1)
    return rows


def _scores(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    heading(axes, "Scores", "squared error, % of their variance")
    rows = []
    for shift, arm, style in zip((-0.16, 0.16), ("none", "dropout"), arms(), strict=True):
        for depth in _DEPTHS:
            series = Series(panel="scores", arm=arm, name="error of scores", side=SIDE)
            values = 100.0 * results.values[f"bias:{depth}:{arm}"]
            rows += points(axes, depth + shift, values, style, series, depth, spread=0.08)
    axes.annotate("trained without dropout", (0.03, 0.98), xycoords="axes fraction", va="top", color=arms()[0].color,
                  fontsize=8)  # fmt: skip
    axes.annotate("trained with", (0.03, 0.91), xycoords="axes fraction", va="top", color=arms()[1].color, fontsize=8)
    axes.set_ylim(top=1.3 * axes.get_ylim()[1])
    axes.set_xticks(list(_DEPTHS))
    axes.set_xlabel("hidden layers")
    axes.grid(visible=False, axis="x")
    return rows


def _accuracy(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    heading(axes, "Answers", "test accuracy, trained with dropout")
    rows = []
    for shift, (arm, (style, _)) in zip((-0.25, 0.0, 0.25), _looks().items(), strict=True):
        for depth in _DEPTHS:
            series = Series(panel="accuracy", arm=arm, name="test accuracy", side=SIDE)
            values = results.values[f"accuracy:{arm}:{depth}:dropout"]
            rows += points(axes, depth + shift, values, style, series, depth, spread=0.06)
    axes.set_xticks(list(_DEPTHS))
    axes.set_xlabel("hidden layers")
    axes.grid(visible=False, axis="x")
    return rows


SCENE = Scene(
    name="scaling",
    title="Half of it dropped: does doubling make up for it?",
    source="Srivastava et al. 2014, section 4; Baldi & Sadowski 2013",
    claims=(DOUBLED, SCORES, STANDS, NEEDED, SURE),
    settings=Settings,
    grow="analysis.scenes.growing.scaling",
    computing=NETWORKS,
    rests_on=lambda settings: content(settings.data),
    replicates=16,
    smoke=Size(
        replicates=5,
        settings={"units": 6, "train_images": 100, "test_images": 50, "width": 32, "epochs": 20, "masks": 4},
    ),
    summary=lambda s: (
        f"A random layer of {s.units} inputs, all masks. Networks with 1 to 3 hidden layers of {s.width} units, "
        f"{s.train_images} training images of {s.data}, {s.epochs} epochs, keep 1/2; {s.masks} thinned networks."
    ),
    reading=reading,
    how="Left: each mark is one output for one input. Middle: square of mean scores of thinned networks less the "
    "scaled network's. Right: a network that is not scaled has all activations doubled. Faint marks are replicates, "
    "strong ones their means with 95 % intervals.",
    height=2.7,
    above=0.84,
    draw=draw,
)
"""Doubling."""
