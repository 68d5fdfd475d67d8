"""What idles in a network and could be pruned, with dropout and without."""

import numpy as np
from matplotlib.axes import Axes
from pydantic import Field

from analysis.figures.plotted import Plotted
from analysis.figures.results import mean_band
from analysis.figures.sheet import row_of_panels
from analysis.figures.theme import ArmStyle, faint, ink, quiet
from analysis.scenes.base import NETWORKS, Results, Room, Scene, Size
from analysis.scenes.base import Settings as SceneSettings
from analysis.scenes.claim import Claim
from analysis.scenes.data import content
from analysis.scenes.drawing import Series, curve, heading, legend, points, sample_of, styles

SIDE = "neurons"
_SIZES = ("narrow", "wide")
_ARMS = ("none", "dropout", "decay")
_LABELS = {"none": "without", "dropout": "dropout", "decay": "weight decay"}
_SHOWN = {
    "idle": "weights\nnear zero", "prunable-weights": "weights\nto spare", "dead": "units\ndead",
    "prunable-units": "units\nto spare",
}  # fmt: skip


class Settings(SceneSettings):
    """Networks of one hidden layer, narrow and wide, that see the same images from the same initial weights."""

    data: str = Field(default="digits", description="a data set with classes")
    train_images: int = Field(default=400, ge=10, description="training images; the others are for testing")
    test_images: int = Field(default=5000, ge=10, description="test images, at most")
    narrow: int = Field(default=32, ge=2, le=8192, description="hidden units of the narrow networks")
    wide: int = Field(default=128, ge=2, le=8192, description="hidden units of the wide networks")
    networks: int = Field(default=3, ge=1, le=64, description="networks of an arm, of which a number is the mean")
    allowed: float = Field(default=0.01, ge=0.0, le=1.0, description="accuracy that pruning may cost")
    drop_prob: float = Field(default=0.5, gt=0.0, lt=1.0, description="dropout: probability that a unit is dropped")
    weight_decay: float = Field(default=3e-3, gt=0.0, le=1.0, description="weight decay: L2 penalty")
    learning_rate: float = Field(default=0.05, gt=0.0, description="learning rate of the first step")
    epochs: int = Field(default=200, ge=1, description="passes over the training images")


def _less(name: str, says: str, measure: str) -> Claim:
    """That there is less of it with dropout, at both widths; against weight decay is a control."""
    conditions: dict[str, tuple[str | float, str]] = {
        f"{size}{kind}": (f"{name}:{size}:{one}", f"{name}:{size}:dropout")
        for kind, one in (("", "none"), (" (against weight decay)", "decay"))
        for size in _SIZES
    }
    return Claim(
        name=name,
        says=says,
        measure=measure,
        arms=("without dropout", "with dropout"),
        direction=-1,
        smallest=0.05,
        conditions=conditions,
        controls=[condition for condition in conditions if condition not in _SIZES],
        side=SIDE,
    )


SLACK = Claim(
    name="slack",
    says="when all weights are learnt together, without dropout, many run down to zero",
    measure="share of the weights that are near zero",
    arms=("before training", "after training"),
    direction=+1,
    smallest=0.05,
    conditions={size: (f"idle:{size}:start", f"idle:{size}:none") for size in _SIZES},
    side=SIDE,
)
IDLE = _less("idle", "dropout keeps weights from idling near zero", "share of the weights that are near zero")
WEIGHTS = _less(
    "prunable-weights", "dropout leaves fewer weights that might as well be pruned", "share of the weights to spare"
)
DEAD = _less("dead", "dropout keeps units from dying", "share of the units that no training image moves")
UNITS = _less(
    "prunable-units", "dropout leaves fewer units that might as well be pruned", "share of the units to spare"
)


def reading(results: Results[Settings]) -> str:
    """What dropout prevents, and whether weights slack without it."""
    told = "; ".join(
        f"{words}: {results.told(claim, _SIZES, brief=True)}"
        for words, claim in (("weights near zero", IDLE), ("weights to spare", WEIGHTS), ("units dead", DEAD),
                             ("units to spare", UNITS))
    )  # fmt: skip
    return (
        f"Weights from zero? {results.opening(IDLE)}. Shares that idle in narrow and wide networks, dropout less none: "
        f"{told}. Do weights run down to zero without dropout? {results.opening(SLACK)}."
    )


def draw(room: Room, results: Results[Settings]) -> list[Plotted]:
    """How large weights are, what cutting costs, and four ways to idle."""
    middle = room.bottom + room.share(1.5)
    sizes, cut = row_of_panels(room.figure, middle + room.share(1.0), room.top, 2, gap=0.09)
    heading(sizes, "How large weights are", f"{results.settings.wide} units; 1 is the size before training")
    rows = _sizes(sizes, results)
    heading(cut, "The smallest are cut", f"{results.settings.wide} units; test accuracy by share cut")
    rows += _cut(cut, results)
    low = row_of_panels(room.figure, room.bottom, middle, 2, gap=0.09)
    for axes, size in zip(low, _SIZES, strict=True):
        heading(axes, f"Idle, of {results.settings.model_dump()[size]} units", "shares")
        rows += _idle(axes, results, size)
    handles = [sample_of(style, _LABELS[arm]) for arm, style in _styles().items()]
    legend(room, sizes.get_position(original=True).x0, handles)
    return rows


def _styles() -> dict[str, ArmStyle]:
    return dict(zip(_ARMS, styles(), strict=False))


def _sizes(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    """Densities of the magnitudes of the wide networks' weights."""
    x = results.values["sizes"][0]
    step = x[1] - x[0]
    mean, low, high = mean_band(results.values["weights:wide:start"] / step)
    axes.fill_between(x, 0.0, mean, color=faint(), lw=0, step="mid")
    axes.annotate("before training", (1.55, float(np.interp(1.55, x, mean))), (4, 10), textcoords="offset points",
                  color=quiet(), fontsize=8)  # fmt: skip
    rows = Series(panel="sizes", arm="start", name="density", side=SIDE).rows(x.tolist(), mean, low, high)
    for arm, style in _styles().items():
        series = Series(panel="sizes", arm=arm, name="density", side=SIDE)
        rows += curve(axes, x[:-1], results.values[f"weights:wide:{arm}"][:, :-1] / step, style, series)
    axes.set_xlim(0, 2.5)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("size of a weight")
    axes.set_ylabel("density")
    return rows


def _cut(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    rows = []
    for arm, style in _styles().items():
        series = Series(panel="cut", arm=arm, name="accuracy by share cut", side=SIDE)
        rows += curve(axes, results.values["shares"][0], results.values[f"cut:wide:{arm}"], style, series)
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.5, 1], labels=["none", "half", "all"])
    axes.set_xlabel("weights cut from each layer")
    return rows


def _idle(axes: Axes, results: Results[Settings], size: str) -> list[Plotted]:
    rows = []
    for group, what in enumerate(_SHOWN):
        for place, (arm, style) in enumerate(_styles().items()):
            series = Series(panel=f"idle, {size}", arm=arm, name=what, side=SIDE)
            rows += points(axes, 4.0 * group + place, results.values[f"{what}:{size}:{arm}"], style, series, what)
    axes.set_xlim(-0.9, 14.9)
    axes.set_ylim(bottom=-0.02)
    axes.set_xticks([4.0 * group + 1.0 for group in range(len(_SHOWN))], labels=list(_SHOWN.values()), color=ink())
    axes.tick_params(axis="x", labelsize=8)
    axes.grid(visible=False, axis="x")
    return rows


SCENE = Scene(
    name="pruning",
    title="Does dropout keep weights and units from idling?",
    source="Srivastava et al. 2014 (RBMs with dropout have fewer dead units); magnitude pruning: Han et al. 2015",
    claims=(SLACK, IDLE, WEIGHTS, DEAD, UNITS),
    settings=Settings,
    grow="analysis.scenes.growing.pruning",
    computing=NETWORKS,
    rests_on=lambda settings: content(settings.data),
    replicates=16,
    smoke=Size(
        replicates=5,
        settings={
            "train_images": 100, "test_images": 100, "narrow": 8, "wide": 16, "networks": 1, "epochs": 6
        },
    ),
    paper=Size(replicates=10, settings={"data": "mnist5k", "train_images": 4000, "narrow": 256, "wide": 1024}),
    summary=lambda s: (
        f"{s.data}: {s.train_images} training images, {s.epochs} epochs, one hidden layer; {s.networks} networks of "
        f"each kind in a replicate. A unit is dropped with probability {s.drop_prob:g}; weight decay "
        f"{s.weight_decay:g}; pruning may cost {s.allowed:g} of accuracy."
    ),
    reading=reading,
    how="Faint marks are replicates, strong ones and curves are means with 95 % intervals. Near zero: below a tenth of "
    "the size before training. To spare: the smallest that can be cut before accuracy has fallen too far. Dead: silent "
    "on every training image. Weights from pixels that never change are left out, for no training moves them.",
    height=4.5,
    above=0.84,
    draw=draw,
)  # fmt: skip
"""What idles."""
