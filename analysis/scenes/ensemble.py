"""Is dropout an ensemble? Thinned networks averaged, listed one and all, and trained together."""

from collections.abc import Mapping
from typing import Literal

from matplotlib.axes import Axes
from pydantic import Field

from analysis.figures.plotted import Plotted
from analysis.figures.sheet import row_of_panels
from analysis.figures.theme import ArmStyle, ink, quiet
from analysis.scenes.base import NETWORKS, Results, Room, Scene, Size
from analysis.scenes.base import Settings as SceneSettings
from analysis.scenes.claim import Claim, Law
from analysis.scenes.data import content
from analysis.scenes.drawing import Series, curve, heading, points, styles

_SIDE = "neurons"
_PARITY = 50
"""Thinned networks whose average was as good as the scaled network in Srivastava et al. 2014, figure 11."""
_LISTED = {"one": "one hidden layer", "two": "two hidden layers"}
_TRAINED = {"plain": "none", "alone": "1", "alone:16": "16", "together:4": "4", "together:16": "16"}
"""Thinned networks that are trained on each image."""


class Settings(SceneSettings):
    """One hidden layer, but for the second of the networks whose thinned ones are listed."""

    data: Literal["digits", "mnist5k"] = Field(default="mnist5k", description="images of handwritten digits")
    train_images: int = Field(default=600, ge=50, le=4000, description="training images")
    test_images: int = Field(default=2000, ge=10, le=5000, description="test images, at most")
    width: int = Field(default=100, ge=2, le=8192, description="hidden units")
    narrow: int = Field(default=12, ge=2, le=12, description="hidden units where all thinned networks are listed")
    listed_images: int = Field(default=100, ge=1, le=5000, description="test images for these, at most")
    drop_prob: float = Field(default=0.5, gt=0.0, lt=1.0, description="probability that a hidden unit is dropped")
    epochs: int = Field(default=60, ge=1, le=10_000, description="passes over the training images")
    networks: int = Field(
        default=5,
        ge=2,
        le=100,
        description="full networks that are averaged; dropout has as many times the epochs of one of them",
    )


GEOMETRIC = Law(
    name="geometric",
    says="the scaled network stands for all thinned ones",
    measure="log-probability of the scaled network less that of the geometric mean of all thinned ones",
    tolerance=1e-9,
    conditions={
        "one hidden layer": "deviation:one",
        "two hidden layers": "deviation:two",
    },
    side=_SIDE,
)
BOOSTED = Law(
    name="boosted",
    says="to train all thinned networks as one geometric mean is to train without dropout",
    measure="gradient of the geometric mean's cross-entropy less that without dropout",
    tolerance=1e-9,
    conditions={
        "one hidden layer": "boosted:one",
        "two hidden layers": "boosted:two",
    },
    side=_SIDE,
)
SCALED = Claim(
    name="scaled",
    says="scaling the weights does as well as averaging the thinned networks",
    measure="test error",
    arms=("average", "scaled"),
    direction=0,
    smallest=0.005,
    conditions={"50 at random": ("error:thinned:50", "error:scaled")},
    side=_SIDE,
)
NEAR = Claim(
    name="near",
    says="the scaled network predicts what the average of all thinned networks does",
    measure="total variation from the scaled network",
    arms=("the scaled network", "the mean of all"),
    direction=0,
    smallest=0.05,
    conditions={
        "arithmetic (one layer)": (0.0, "distance:one:arithmetic"),
        "arithmetic (first of two)": (0.0, "distance:two:arithmetic"),
        "geometric (first of two)": (0.0, "distance:two:geometric"),
    },
    side=_SIDE,
)
WEAK = Claim(
    name="weak",
    says="many weak learners are averaged, and the average is a strong one",
    measure="test error",
    arms=("one", "average"),
    direction=-1,
    smallest=0.005,
    conditions={
        "thinned networks": ("error:thinned:1", "error:thinned:50"),
        "full networks": ("error:full:1", "error:full:all"),
    },
    controls=("full networks",),
    side=_SIDE,
)
LIKE = Claim(
    name="like-many",
    says="a network trained with dropout is as good as an average of networks that took as long to train",
    measure="test error",
    arms=("average of full networks", "dropout"),
    direction=0,
    smallest=0.005,
    conditions={"equal training": ("error:full:all", "error:scaled")},
    side=_SIDE,
)
AVERAGING = Claim(
    name="averaging",
    says="it averages many networks, and that is why it overfits less",
    measure="test cross-entropy",
    arms=("no dropout", "dropout"),
    direction=-1,
    smallest=0.02,
    conditions={
        "each thinned network trained by itself": ("loss:plain", "loss:alone"),
        "trained as an average": ("loss:plain", "loss:together:16"),
        "16 at a time by themselves": ("loss:plain", "loss:alone:16"),
    },
    controls=("16 at a time by themselves",),
    side=_SIDE,
)


def reading(results: Results[Settings]) -> str:
    """What averaging does, and what scaling is."""
    weak, scaled, like = (
        results.difference(claim, condition)
        for claim, condition in ((WEAK, "thinned networks"), (SCALED, "50 at random"), (LIKE, "equal training"))
    )
    one, two = (results.answer(GEOMETRIC, condition).verdict for condition in GEOMETRIC.conditions)
    return (
        f"Is the scaled network as good as an average of {_PARITY} thinned ones? {results.opening(SCALED)}: its test "
        f"error less theirs is {scaled}. As an average of {results.settings.networks} full networks that took as long? "
        f"{results.opening(LIKE)}: {like}. The average of thinned networks is better than one: {weak} "
        f"({results.overall(WEAK)}). Scaling is their geometric mean: {one} with one layer, {two} with two."
    )


def draw(room: Room, results: Results[Settings]) -> list[Plotted]:
    """Averages of more and more networks, the scaled network beside all of them, and what is trained to be right."""
    average, listed, trained = row_of_panels(room.figure, room.bottom, room.top, 3, gap=0.1, right=0.98)
    heading(average, "Averaging at test", "test error, by networks averaged")
    heading(listed, "Is scaling the average?", f"its distance from all {2**results.settings.narrow:,} thinned")
    heading(trained, "Averaging in training", "test cross-entropy")
    return _averages(average, results) + _distances(listed, results) + _trainings(trained, results)


def _averages(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    full, thinned, _, scaled = styles()
    v = results.values
    rows = []
    for name, x, style in (("thinned", "counts", thinned), ("full", "numbers", full)):
        series = Series(panel="averages", arm=name, name="error", side=_SIDE)
        rows += curve(axes, v[x][0], v[f"error:{name}"], style, series)
    level = float(v["error:scaled"].mean())
    axes.axhline(level, color=scaled.color, lw=1.2, ls=scaled.line)
    rows += Series(panel="averages", arm="scaled", name="error", side=_SIDE).replicates("scaled", v["error:scaled"])
    axes.set_xscale("log")
    axes.set_xticks([1, 10, 100], labels=["1", "10", "100"])
    axes.set_ylim(bottom=0.0)
    axes.axvline(_PARITY, ymin=0.78, color=quiet(), lw=0.8, ls=(0, (1, 2)))
    names = {"thinned networks": thinned, "full networks": full, "one network, scaled": scaled}
    _words(axes, 0.9, {name: (style, 0.3 - 0.09 * at) for at, (name, style) in enumerate(names.items())})
    axes.annotate(f"published:\nas good at {_PARITY}", (_PARITY, 0.98), (-4, 0), xycoords=("data", "axes fraction"),
                  textcoords="offset points", ha="right", va="top", fontsize=7.5, color=quiet())  # fmt: skip
    axes.set_xlabel("networks averaged")
    return rows


def _distances(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    """Total variation between the scaled network and two means."""
    _, _, arithmetic, geometric = styles()
    rows = []
    for place, layers in enumerate(_LISTED):
        for shift, how, style in ((-0.2, "geometric", geometric), (0.2, "arithmetic", arithmetic)):
            series = Series(panel="listed", arm=how, name="total variation", side=_SIDE)
            values = results.values[f"distance:{layers}:{how}"]
            rows += points(axes, place + shift, values, style, series, layers, spread=0.1)
    bottom, top = axes.get_ylim()
    axes.set_ylim(min(bottom, -0.06 * top), 1.32 * top)
    axes.set_xlim(-0.6, 1.6)
    axes.set_xticks([0, 1], labels=[words.replace(" hidden", "\nhidden") for words in _LISTED.values()], color=ink())
    axes.grid(visible=False, axis="x")
    _words(axes, 0.97, {"their arithmetic mean": (arithmetic, 0.95), "their geometric mean": (geometric, 0.87)})
    return rows


def _trainings(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    full, alone, together, _ = styles()
    looks = (full, alone, alone, together, together)
    rows = []
    for place, ((name, count), style) in enumerate(zip(_TRAINED.items(), looks, strict=True)):
        series = Series(panel="trained", arm=name, name="cross-entropy", side=_SIDE)
        rows += points(axes, place, results.values[f"loss:{name}"], style, series, count)
    axes.axhline(float(results.values["loss:plain"].mean()), color=quiet(), lw=0.8, ls=(0, (1, 2)))
    bottom, top = axes.get_ylim()
    axes.set_ylim(bottom, top + 0.3 * (top - bottom))
    _words(axes, 0.98, {"each by itself": (alone, 0.95), "right as an average": (together, 0.87)})
    axes.set_xticks(range(len(_TRAINED)), labels=_TRAINED.values())
    axes.set_xlabel("thinned networks to an image")
    axes.set_xlim(-0.6, len(_TRAINED) - 0.4)
    axes.grid(visible=False, axis="x")
    return rows


def _words(axes: Axes, right: float, words: Mapping[str, tuple[ArmStyle, float]]) -> None:
    """Names in the colours of their marks, at heights that are shares of the axes."""
    for text, (style, y) in words.items():
        axes.annotate(text, (right, y), xycoords="axes fraction", color=style.color, fontweight="bold", ha="right",
                      va="center", fontsize=8.5)  # fmt: skip


def summary(s: Settings) -> str:
    """Network, data and training."""
    return (
        f"{s.data}: {s.train_images} training images, {s.width} hidden units, a unit is dropped with probability "
        f"{s.drop_prob:g}. Full networks and those on the right: {s.epochs} epochs; dropout on the left: "
        f"{s.epochs * s.networks:,}, as all {s.networks} full networks in all. In the middle, {2**s.narrow:,} masks of "
        f"{s.narrow} units, in front of the output or of a second layer."
    )


SCENE = Scene(
    name="ensemble",
    title="Is dropout an ensemble of thinned networks?",
    source="Srivastava et al. 2014, figure 11; Baldi & Sadowski 2013; Warde-Farley et al. 2014",
    claims=(GEOMETRIC, BOOSTED, SCALED, NEAR, WEAK, LIKE, AVERAGING),
    settings=Settings,
    grow="analysis.scenes.growing.ensemble",
    computing=NETWORKS,
    rests_on=lambda settings: content(settings.data),
    replicates=10,
    smoke=Size(
        replicates=5,
        settings={
            "data": "digits",
            "train_images": 100,
            "test_images": 100,
            "listed_images": 20,
            "width": 8,
            "narrow": 4,
            "epochs": 2,
            "networks": 2,
        },
    ),
    paper=Size(replicates=10, settings={"train_images": 4000, "width": 1024, "epochs": 250, "networks": 10}),
    summary=summary,
    reading=reading,
    how="Bands and bars are 95 % intervals, faint marks replicates. Middle: total variation, half the summed "
    "difference of probabilities. Right: on each image one or 16 thinned networks are each to be right, or the "
    "mean of the probabilities of 4 or 16 of them is; the scaled network is judged.",
    height=2.6,
    draw=draw,
)
"""Thinned networks as an ensemble."""
