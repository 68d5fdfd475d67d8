"""A random mate and a random mask do the same to any function of genes or inputs: exactly, and where it ends."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from pydantic import Field

from analysis.figures.plotted import Plotted
from analysis.figures.sheet import row_of_panels
from analysis.figures.theme import ArmStyle, arms, ink, paper, quiet
from analysis.numbers import number
from analysis.scenes.base import NETWORKS, Results, Room, Scene, Size
from analysis.scenes.base import Settings as SceneSettings
from analysis.scenes.claim import Claim, Law
from analysis.scenes.data import content
from analysis.scenes.drawing import Series, heading, legend, points, styles

_NAMES = {"1/2": "child", "1/4": "grandchild", "3/4": "backcross"}
"""Relatives by the share of genes that they have of one parent."""
_FAR = {"genes": ("clonal", "sexual"), "units": ("none", "dropout")}


class Settings(SceneSettings):
    """A random function for the identity; a population and a network of each arm for where it ends."""

    keeps: ClassVar[Mapping[str, float]] = {"1/2": 0.5, "1/4": 0.25, "3/4": 0.75}

    inputs: int = Field(default=6, ge=2, le=7, description="loci, or inputs, of the random function")
    loci: int = Field(default=24, ge=6, le=1000, description="loci of the individuals that evolve")
    population: int = Field(default=500, ge=10, le=1_000_000, description="individuals")
    generations: int = Field(default=60, ge=1, le=1_000_000, description="generations to evolve")
    data: str = Field(default="digits", description="digits, mnist5k or idx:FOLDER")
    train_images: int = Field(default=400, ge=10, description="training images, others are for testing")
    width: int = Field(default=32, ge=2, le=8192, description="hidden units")
    epochs: int = Field(default=100, ge=1, description="passes over the training images")


SAME = Law(
    name="same",
    says="sex and dropout are one principle: a random mate does to genes what a random mask does to inputs",
    measure="mean value of relatives less the prediction of the best model under dropout",
    tolerance=1e-9,
    conditions={
        "a random mate, keep 1/2": "apart:1/2",
        "two random mates, keep 1/4": "apart:1/4",
        "a backcross, keep 3/4": "apart:3/4",
        "a random mate, keep 1/2, inputs coded 0 and 1": "apart:coded",
    },
    controls=("a random mate, keep 1/2, inputs coded 0 and 1",),
)
OPERATOR = Law(
    name="operator",
    says="each of the two is the noise operator T_q",
    measure="deviation from T_q of the function",
    tolerance=1e-9,
    conditions={
        **{f"{name}": f"off:sex:{keep}" for keep, name in _NAMES.items()},
        **{f"dropout, keep {keep}": f"off:dropout:{keep}" for keep in _NAMES},
    },
)
CONSPIRACIES = Law(
    name="conspiracies",
    says="one round of either leaves a conspiracy of k parts 2^-k of its weight",
    measure="deviation from 2^-k of the weight that interactions of order k keep",
    tolerance=1e-9,
    conditions={"a random mate": "off_left:sex:1/2", "dropout, keep 1/2": "off_left:dropout:1/2"},
)
APART = Claim(
    name="apart",
    says="what mixes makes parts vary independently of each other",
    measure="mean squared correlation of parts",
    arms=("without mixing", "with mixing"),
    direction=-1,
    smallest=0.02,
    conditions={
        "genes, over individuals": ("association:clonal", "association:sexual"),
        "units, over inputs": ("association:none", "association:dropout"),
    },
)


def reading(results: Results[Settings]) -> str:
    """The identity, and its limits."""
    worst = max(float(results.values[f"apart:{keep}"].max()) for keep in _NAMES)
    coded = results.answer(SAME, SAME.controls[0])
    return (
        f"{results.opening(SAME)}: what a genotype's relatives are worth on average is what a predictor trained with "
        f"dropout says, to {number(worst)}. In both, k parts together keep 2^-k of their weight "
        f"({results.overall(CONSPIRACIES)}). If a dropped input counts as the other allele: {coded.verdict}. The "
        f"likeness ends at correlation; mixing less none: {results.told(APART, brief=True)}."
    )


def draw(room: Room, results: Results[Settings]) -> list[Plotted]:
    """Relatives beside predictors; what is left of interactions; correlation of parts."""
    same, left, apart = row_of_panels(room.figure, room.bottom, room.top, 3, left=0.09, gap=0.085)
    handles = [
        Line2D([], [], color=style.color, marker=style.marker, ls="", ms=6, label=f"{_NAMES[keep]}; keep {keep}")
        for keep, style in _looks().items()
    ]
    legend(room, same.get_position(original=True).x0, handles)
    return _same(same, results) + _left(left, results) + _apart(apart, results)


def _looks() -> dict[str, ArmStyle]:
    return dict(zip(_NAMES, styles()[1:], strict=True))


def _same(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    heading(axes, "One number", "a mark for each genotype = input")
    rows = []
    reach = 1.08 * max(float(np.abs(results.values[f"sex:{keep}"][0]).max()) for keep in _NAMES)
    axes.plot([-reach, reach], [-reach, reach], color=quiet(), lw=0.8)
    looks = _looks()
    for keep in sorted(looks, key=results.settings.keeps.__getitem__, reverse=True):
        style = looks[keep]
        sex, dropout = (results.values[f"{side}:{keep}"][0] for side in ("sex", "dropout"))
        axes.plot(dropout, sex, ls="", marker=style.marker, ms=4, color=style.color, mec=paper(), mew=0.4)
        rows += Series(panel="same", arm=keep, name="relatives by prediction").exact(dropout, sex)
    axes.set_xlim(-reach, reach)
    axes.set_ylim(-reach, reach)
    axes.set_xlabel("prediction after dropout")
    axes.set_ylabel("relatives, on average")
    return rows


def _left(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    heading(axes, "Conspiracies lose", "weight left to k parts together")
    k = results.values["orders"][0]
    rows = []
    for keep, style in _looks().items():
        q = results.settings.keeps[keep]
        axes.plot(k, q**k, color=style.color, ls=style.line, lw=1.3)
        rows += Series(panel="left", arm=keep, name="q^k").exact(k, q**k)
        for side, look in (("dropout", {"ms": 8.5, "mfc": "none"}), ("sex", {"ms": 4})):
            mean = results.values[f"left:{side}:{keep}"].mean(0)
            axes.plot(k, mean, ls="", marker=style.marker, color=style.color, **look)
            rows += Series(panel="left", arm=keep, name=side).exact(k, mean)
    axes.set_ylim(-0.04, 1.08)
    axes.set_xticks(k)
    axes.set_xlabel("parts that act together, k")
    return rows


def _apart(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    heading(axes, "Where it ends", "mean squared correlation")
    rows = []
    for group, (side, pair) in enumerate(_FAR.items()):
        for place, (arm, style) in enumerate(zip(pair, arms(), strict=True)):
            series = Series(panel="apart", arm=arm, name="mean squared correlation", side=side)
            rows += points(axes, 2.4 * group + place, results.values[f"association:{arm}"], style, series, arm)
    axes.set_xticks([0, 1, 2.4, 3.4], labels=[arm for pair in _FAR.values() for arm in pair])
    axes.tick_params(axis="x", labelsize=8)
    axes.set_xlim(-0.6, 4.0)
    top = axes.get_ylim()[1]
    axes.set_ylim(-0.04 * top, 1.22 * top)
    for x, words in ((0.5, "of genes,\nover individuals"), (2.9, "of units,\nover inputs")):
        axes.annotate(
            words, (x, 0.99), xycoords=("data", "axes fraction"), ha="center", va="top", color=ink(), fontsize=8
        )
    axes.grid(visible=False, axis="x")
    return rows


SCENE = Scene(
    name="operator",
    title="Are sex and dropout one operator?",
    source="the noise operator: O'Donnell 2014, chapter 2; Kempthorne 1954 for relatives; Lengerich et al. 2022",
    claims=(SAME, OPERATOR, CONSPIRACIES, APART),
    settings=Settings,
    grow="analysis.scenes.growing.operator",
    computing=NETWORKS,
    rests_on=lambda settings: content(settings.data),
    replicates=16,
    smoke=Size(
        replicates=5,
        settings={
            "inputs": 4,
            "population": 40,
            "generations": 10,
            "train_images": 100,
            "width": 12,
            "epochs": 10,
        },
    ),
    summary=lambda s: (
        f"A random value for each of {2**s.inputs} genotypes or inputs; mates at linkage equilibrium. Correlation: "
        f"{s.population} individuals of {s.loci} loci (NK, K = 4) after {s.generations} generations; networks of "
        f"{s.width} units, {s.train_images} images of {s.data}, {s.epochs} epochs, keep 1/2."
    ),
    reading=reading,
    how="Left: the mean value of a genotype's relatives, by the exact engine, against what the best predictor, trained "
    "while inputs are dropped, says of the whole input. Middle: lines are q^k, small marks sex, rings dropout. Right: "
    "linkage is over individuals, correlation of activations over inputs: another matrix. Faint marks are replicates.",
    height=2.7,
    above=0.84,
    draw=draw,
)
"""One operator."""
