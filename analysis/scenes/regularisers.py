"""Dropout beside weight decay, max-norm and early stopping, each tuned: more than ordinary regularisation, or not."""

from typing import Annotated

from pydantic import Field

from analysis.figures.plotted import Plotted
from analysis.figures.sheet import row_of_panels
from analysis.figures.theme import arms, quiet
from analysis.scenes.base import NETWORKS, Results, Room, Scene, Size
from analysis.scenes.claim import Claim
from analysis.scenes.data import content
from analysis.scenes.drawing import Series, heading
from analysis.scenes.pairs import SIDE, OnPairs, within
from analysis.scenes.rows import Row, across, in_rows, published

_LABELS = {
    "none": "nothing",
    "stop": "early stopping",
    "decay": "L2",
    "norm": "max-norm",
    "dropout": "dropout",
    "dropout+decay": "dropout + L2",
    "dropout+norm": "dropout + max-norm",
}
_ORDINARY = ("stop", "decay", "norm")
_MNIST = {"none": 1.60, "decay": 1.62, "norm": 1.35, "dropout+decay": 1.25, "dropout+norm": 1.05}
"""Published test errors, percent: without anything from table 2, the others from table 9."""


class Settings(OnPairs):
    """Each strength is the one that is right on most validation images; combinations are tuned at the best dropout."""

    drop_probs: tuple[Annotated[float, Field(gt=0.0, le=0.95)], ...] = Field(
        default=(0.2, 0.35, 0.5, 0.65), min_length=1, description="dropout: probabilities that a unit is dropped"
    )
    weight_decays: tuple[Annotated[float, Field(gt=0.0, le=1.0)], ...] = Field(
        default=(3e-4, 1e-3, 3e-3, 1e-2), min_length=1, description="L2: factors of the weights in each gradient"
    )
    max_norms: tuple[Annotated[float, Field(gt=0.0, le=100.0)], ...] = Field(
        default=(1.0, 1.5, 2.0, 3.0), min_length=1, description="max-norm: longest vector of weights into a unit"
    )
    longer: int = Field(default=4, ge=1, le=100, description="of a training that is longer, so many times the epochs")


def _against_ordinary(measure: str, kind: str = "") -> dict[str, tuple[str, str]]:
    return {f"{_LABELS[arm]}{kind}": (f"{measure}:{arm}", f"{measure}:dropout") for arm in _ORDINARY}


BETTER = Claim(
    name="better",
    says="dropout is strictly better than ordinary regularisation",
    measure="test accuracy",
    arms=("ordinary regularisation", "dropout"),
    direction=+1,
    smallest=0.005,
    conditions=_against_ordinary("accuracy") | {"nothing": ("accuracy:none", "accuracy:dropout")},
    controls=("nothing",),
    side=SIDE,
)
SAME = Claim(
    name="same",
    says="dropout is the same thing as ordinary regularisation",
    measure="share of what a network can do that survives crossing or halving",
    arms=("ordinary regularisation", "dropout"),
    direction=0,
    smallest=0.05,
    conditions=_against_ordinary("crossing", " (crossing)") | _against_ordinary("half", " (half gone)"),
    side=SIDE,
)
GROWTH = Claim(
    name="growth",
    says="dropout does not constrain the weights, which grow",
    measure="norm of all weights, relative to that without anything",
    arms=("nothing", "dropout"),
    direction=+1,
    smallest=0.05,
    conditions={
        "as tuned": (1.0, "growth:dropout"),
        "half dropped": (1.0, "growth:half"),
        "half dropped, trained longer": (1.0, "growth:longer"),
        "with L2": (1.0, "growth:dropout+decay"),
        "with max-norm": (1.0, "growth:dropout+norm"),
    },
    controls=("with L2", "with max-norm"),
    side=SIDE,
)
ADDING = Claim(
    name="adding",
    says="so L2 or the like should be added to dropout",
    measure="test accuracy",
    arms=("dropout", "with another beside it"),
    direction=+1,
    smallest=0.005,
    conditions={
        "L2": ("accuracy:dropout", "accuracy:dropout+decay"),
        "max-norm": ("accuracy:dropout", "accuracy:dropout+norm"),
    },
    side=SIDE,
)


def reading(results: Results[Settings]) -> str:
    """Whether it is better, whether it is the same, and what weights do."""
    crossed, halved = ([c for c in SAME.conditions if c.endswith(kind)] for kind in ("(crossing)", "(half gone)"))
    return (
        f"Is it more accurate, each tuned? {results.opening(BETTER)}: by {within(results, BETTER)}. Is it the same "
        f"thing? {results.opening(SAME)}: of what a network can do, its children keep "
        f"{within(results, SAME, crossed)} and its halves {within(results, SAME, halved)} more. L2 or max-norm beside "
        f"it adds {within(results, ADDING)} of accuracy ({results.overall(ADDING)}). Its weights grow by "
        f"{within(results, GROWTH)} ({results.overall(GROWTH)})."
    )


def draw(room: Room, results: Results[Settings]) -> list[Plotted]:
    """Seven arms in rows, and what they do: errors, children, halves, weights."""
    panels = row_of_panels(room.figure, room.bottom, room.top, 4, left=0.195, gap=0.026)
    rows = _rows()
    in_rows(panels, rows)
    errors, children, halves, weights = panels
    heading(errors, "Errors", "% of test images")
    heading(children, "Strangers' children", "work as well as parents")
    heading(halves, "Half of it gone", "accuracy kept")
    heading(weights, "Weights", "norm, relative to nothing")
    drawn = []
    for axes, measure in zip(panels, ("accuracy", "crossing", "half", "growth"), strict=True):
        for row in rows:
            values = results.values[f"{measure}:{row.arm}"]
            series = Series(panel=measure, arm=row.arm, name="error, %" if axes is errors else measure, side=SIDE)
            drawn += across(axes, row, 100.0 * (1.0 - values) if axes is errors else values, series)
    places = {row.arm: row.place for row in rows}
    published(errors, [places[arm] for arm in _MNIST], list(_MNIST.values()))
    errors.set_xlim(left=0.0)
    for axes in (children, halves):
        axes.set_xlim(right=1.02)
    for axes in (children, halves, weights):
        axes.axvline(1.0, color=quiet(), lw=0.8, zorder=0)
    for axes in panels:
        axes.axhline((places["norm"] + places["dropout"]) / 2.0, color=quiet(), lw=0.6, ls=(0, (1, 2)))
    return drawn


def _rows() -> list[Row]:
    """Those without dropout, and further down those with it."""
    without, with_dropout = arms()
    return [
        Row(arm=arm, label=label, style=with_dropout if mixes else without, place=place + 0.4 * mixes)
        for place, (arm, label) in enumerate(_LABELS.items())
        for mixes in (arm.startswith("dropout"),)
    ]


def summary(s: Settings) -> str:
    """Network, data and what was chosen from."""
    lists = {"drop probabilities": s.drop_probs, "L2": s.weight_decays, "max-norm": s.max_norms}
    grids = "; ".join(f"{name} {', '.join(f'{value:g}' for value in values)}" for name, values in lists.items())
    return f"{s.trained_on}. Chosen by {s.validation_images} validation images from: {grids}."


SCENE = Scene(
    name="regularisers",
    title="Is dropout more than ordinary regularisation?",
    source="Srivastava et al. 2014, table 9",
    claims=(BETTER, SAME, GROWTH, ADDING),
    settings=Settings,
    replicates=14,
    smoke=Size(
        replicates=5,
        settings={
            **OnPairs.SMOKE,
            "drop_probs": (0.5,),
            "weight_decays": (1e-3,),
            "max_norms": (1.0,),
        },
    ),
    paper=Size(
        replicates=10,
        settings={
            "data": "mnist5k",
            "train_images": 3000,
            "validation_images": 1000,
            "width": 1024,
            "epochs": 200,
        },
    ),
    grow="analysis.scenes.growing.regularisers",
    computing=(*NETWORKS, "analysis/scenes/growing/pairs.py"),
    rests_on=lambda settings: content(settings.data),
    summary=summary,
    reading=reading,
    how="Faint marks are replicates, strong ones their means with 95 % intervals. Children take each hidden unit from "
    "either of two independent networks: 1 is as good as their parents, 0 as good as guessing. Hollow diamonds: "
    "published, MNIST, three layers of 1024 and 2048 units. Combinations add to the dropout that was best alone.",
    height=2.5,
    above=0.5,
    draw=draw,
)  # fmt: skip
"""Dropout beside ordinary regularisers."""
