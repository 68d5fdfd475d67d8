"""What dropout does to the gradient: formulas beside sums over all masks."""

import numpy as np
from matplotlib.axes import Axes
from pydantic import Field

from analysis.figures.plotted import Plotted
from analysis.figures.results import mean_band
from analysis.figures.sheet import row_of_panels
from analysis.figures.theme import arms, quiet
from analysis.numbers import number
from analysis.scenes.base import Results, Room, Scene, Size
from analysis.scenes.base import Settings as SceneSettings
from analysis.scenes.claim import Claim, Law
from analysis.scenes.drawing import Series, heading, points, styles

SIDE = "neurons"
_KEEPS = ("0.5", "0.8")
_UNITS = {
    "linear": "linear",
    "output": "output",
    "rectified": "rectified",
    "sigmoid": "sigmoid",
    "deep": "two layers",
}


class Settings(SceneSettings):
    """Random examples, targets and weights."""

    inputs: int = Field(default=8, ge=2, le=12, description="inputs of the unit, and units of a hidden layer")
    examples: int = Field(default=40, ge=4, le=1000, description="examples of the regression")


def _law(name: str, says: str, measure: str, *numbers: tuple[str, str]) -> Law:
    conditions = {f"{words}keep {keep}": f"off:{what}:{keep}" for words, what in numbers for keep in _KEEPS}
    return Law(name=name, says=says, measure=measure, tolerance=1e-9, conditions=conditions, side=SIDE)


FORMULA = _law(
    "formula",
    "the gradient under dropout is that of the full network plus p (1 - p) w I^2",
    "deviation of the mean gradient over all masks from the formula",
    ("beside the unit scaled by keep, ", "scaled"),
    ("beside the full unit, ", "whole"),
)
UNCHANGED = _law(
    "unchanged",
    "Gaussian noise does not change the mean gradient",
    "mean gradient under Gaussian noise less that without",
    ("", "unchanged"),
)
ACTIVATION = _law(
    "activation",
    "Gaussian noise does not change the mean activation",
    "mean activation under Gaussian noise less that without",
    ("", "activation"),
)
DECAY = _law(
    "decay",
    "Bernoulli and Gaussian noise add variance w I^2 to the mean gradient, one as the other",
    "deviation of the mean gradient from that without noise plus variance w I^2",
    ("", "decay"),
)
RIDGE = _law(
    "ridge",
    "dropout of a linear unit's inputs is a change of the cost after all: ridge regression",
    "weights that are best over all masks less those of ridge regression",
    ("", "ridge"),
)
UNLIKE = Claim(
    name="unlike",
    says="dropout changes the network, unlike methods that add to the cost",
    measure="distance of the best weights over all masks from those of ridge regression, as a share of these",
    arms=("ridge", "dropout"),
    direction=+1,
    smallest=0.05,
    conditions={f"a linear unit, keep {keep}": (0.0, f"unlike:{keep}") for keep in _KEEPS},
    side=SIDE,
)
HALF = Law(
    name="half",
    says="dropout is most effective at p = 1/2, where p (1 - p) is largest",
    measure="largest share of weight taken away less that at 1/2",
    tolerance=1e-9,
    conditions={"linear regression": "off:half"},
    side=SIDE,
)
STRENGTH = Law(
    name="strength",
    says="on the weights that are deployed the penalty is (1 - p) / p, the stronger the less is kept",
    measure="relative deviation of the penalty over all masks from (1 - p) / p",
    tolerance=1e-9,
    conditions={"all keep probabilities": "off:strength"},
    side=SIDE,
)
ELSEWHERE = Claim(
    name="elsewhere",
    says="the formula, with slopes in the place of weights, holds for units and networks that are not linear",
    measure="distance of the mean gradient from the formula, as a share of it",
    arms=("formula", "sum over masks"),
    direction=0,
    smallest=0.05,
    conditions={words: (0.0, f"relative:{unit}") for unit, words in _UNITS.items()},
    side=SIDE,
)


def reading(results: Results[Settings]) -> str:
    """The three formulas, then how far they reach."""
    keeps, taken = results.values["keeps"][0], results.values["taken"].mean(0)
    most, half = (number(100.0 * share, 0) for share in (taken.max(), taken[keeps == 0.5][0]))
    return (
        f"On average it shrinks weights as ridge regression does: {results.overall(RIDGE)}. Most at keep 1/2: "
        f"{results.overall(HALF)}; a weight loses {half} % there, {most} % at {keeps[np.argmax(taken)]:g}. "
        f"Gaussian noise leaves the mean gradient as it is: {results.overall(UNCHANGED)}. The formula is "
        f"{results.overall(FORMULA)}; its relative error: {results.told(ELSEWHERE, brief=True)}."
    )


def draw(room: Room, results: Results[Settings]) -> list[Plotted]:
    """Strength by what is kept; what noise adds to the gradient; how far the formula reaches."""
    strength, added, elsewhere = row_of_panels(room.figure, room.bottom, room.top, 3, left=0.075, gap=0.085)
    return _strength(strength, results) + _added(added, results) + _elsewhere(elsewhere, results)


def _strength(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    heading(axes, "Not strongest at 1/2", "share of the weight that is taken away")
    keeps = results.values["keeps"][0]
    mean, low, high = mean_band(results.values["taken"])
    blue, orange = arms()[1], arms()[0]
    axes.fill_between(keeps, low, high, color=blue.color, alpha=0.2, lw=0)
    axes.plot(keeps, mean, color=blue.color, marker=blue.marker, ms=3.5)
    essay = 4.0 * keeps * (1.0 - keeps) * mean[keeps == 0.5]
    axes.plot(keeps, essay, color=orange.color, ls=orange.line, lw=1.5)
    axes.axvline(0.5, color=quiet(), lw=0.8, ls=(0, (1, 2)))
    axes.annotate(
        "dropout", (keeps[1], mean[1]), (7, 3), textcoords="offset points", color=blue.color, fontweight="bold"
    )
    axes.annotate("as p (1 - p)", (0.04, 0.03), color=orange.color, fontweight="bold")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.03)
    axes.set_xticks([0, 0.5, 1], labels=["none", "half", "all"])
    axes.set_xlabel("probability to keep, p")
    series = Series(panel="strength", arm="dropout", name="weight taken away", side=SIDE)
    return series.rows(keeps.tolist(), mean, low, high) + Series(
        panel="strength", arm="p (1 - p)", name="in proportion", side=SIDE
    ).exact(keeps, essay)


def _added(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    heading(axes, "Noise adds a decay", "mean gradient with noise less without")
    rows = []
    x = results.values["predicted:0.5"].ravel()
    reach = 1.08 * float(np.abs(x).max())
    axes.axhline(0.0, color=arms()[0].color, ls=arms()[0].line, lw=1.5)
    axes.plot([-reach, reach], [-reach, reach], color=quiet(), lw=0.8)
    _, blue, purple, _ = styles()
    for name, style, look in (("bernoulli", blue, {"ms": 8, "mfc": "none"}), ("gaussian", purple, {"ms": 4})):
        y = results.values[f"change:{name}:0.5"].ravel()
        axes.plot(x, y, ls="", marker=style.marker, color=style.color, label=name.capitalize(), **look)
        rows += Series(panel="added", arm=name, name="change of the mean gradient", side=SIDE).exact(x, y)
    axes.annotate("unchanged", (0.99 * reach, 0.0), (0, -4), textcoords="offset points", ha="right", va="top",
                  color=arms()[0].color, fontweight="bold")  # fmt: skip
    axes.legend(loc="lower right", fontsize=8, handletextpad=0.2, borderaxespad=0.1)
    axes.set_xlim(-reach, reach)
    axes.set_ylim(-reach, reach)
    axes.set_xlabel("variance x weight x input²")
    return rows


def _elsewhere(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    heading(axes, "Exact where linear", "error of the formula, in %")
    rows = []
    for place, unit in enumerate(_UNITS):
        style = styles()[1] if unit in ("linear", "output") else styles()[0]
        series = Series(panel="elsewhere", arm=unit, name="relative error", side=SIDE)
        rows += points(axes, float(place), 100.0 * results.values[f"relative:{unit}"], style, series, unit)
    axes.set_ylim(-0.05 * axes.get_ylim()[1], axes.get_ylim()[1])
    axes.set_xticks(np.arange(len(_UNITS)), labels=["linear", "output", "ReLU", "sigmoid", "deep"])
    axes.tick_params(axis="x", labelsize=7.5)
    axes.grid(visible=False, axis="x")
    axes.set_xlim(-0.6, len(_UNITS) - 0.4)
    return rows


SCENE = Scene(
    name="gradient",
    title="What does dropout do to the gradient?",
    source="Baldi & Sadowski 2013; Srivastava et al. 2014, sections 9 and 10",
    claims=(FORMULA, HALF, STRENGTH, UNCHANGED, ACTIVATION, DECAY, RIDGE, UNLIKE, ELSEWHERE),
    settings=Settings,
    grow="analysis.scenes.growing.gradient",
    computing=("nets",),
    replicates=20,
    smoke=Size(replicates=5, settings={"inputs": 4, "examples": 12}),
    summary=lambda s: (
        f"{s.examples} random examples of {s.inputs} inputs, all {2**s.inputs} masks; squared error. Hidden layers "
        f"have {s.inputs} rectified units; gradients at random weights, keep 1/2."
    ),
    reading=reading,
    how="Left: regression weights as deployed, beside least squares. Middle: a mark for each weight, keep 1/2. Right: "
    "the formula with slopes for weights: single units, the output behind a rectified layer, the first of two layers; "
    "blue where what is dropped is summed. Faint marks are replicates, strong ones their means with 95 % intervals.",
    height=2.7,
    draw=draw,
)
"""Formulas for the gradient."""
