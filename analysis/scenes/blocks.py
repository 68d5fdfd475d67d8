"""Conspiracies of inputs: one of fifty against ten of five, in what a network comes to rely on."""

from collections.abc import Mapping
from itertools import product
from typing import Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from pydantic import Field, model_validator

from analysis.arrays import Floats
from analysis.figures.plotted import Plotted
from analysis.figures.sheet import row_of_panels
from analysis.figures.theme import ArmStyle, ink, quiet
from analysis.scenes.base import NETWORKS, Results, Room, Scene, Size
from analysis.scenes.base import Settings as SceneSettings
from analysis.scenes.claim import Claim
from analysis.scenes.drawing import Series, curve, heading, legend, sample_of, styles

SIDE = "neurons"
_NAMED = ("equal", "superlinear")
_LABELS = {"none": "without", "inputs": "inputs dropped", "decay": "weight decay", "hidden": "hidden units dropped"}
_TRAINED = {"no dropout": "none", "dropout": "inputs"}


class Settings(SceneSettings):
    """A class that one large conspiracy of inputs tells as surely as several small ones.

    In one class all members are in place, in the other one member of every conspiracy is not. Pay is how much an input
    says: one member out of the large conspiracy, over one out of each small one.
    """

    members: int = Field(default=50, ge=4, le=10_000, description="members of the large conspiracy, and of all small")
    size: int = Field(default=5, ge=1, le=5_000, description="members of a small one")
    exponent: float = Field(default=1.5, gt=1.0, le=3.0, description="superlinear: s members pay s to this power")
    examples: int = Field(default=500, ge=20, description="training examples")
    judged: int = Field(default=1000, ge=20, description="examples on which networks are judged")
    failing: float = Field(default=0.05, gt=0.0, le=0.2, description="changed world: share of members who fail")
    width: int = Field(default=32, ge=2, le=8192, description="hidden units, in one layer")
    drop_prob: float = Field(default=0.5, gt=0.0, lt=1.0, description="dropout: probability to be dropped")
    weight_decay: float = Field(default=3e-3, gt=0.0, le=1.0, description="weight decay: L2 penalty")
    learning_rate: float = Field(default=0.02, gt=0.0, description="learning rate of the first step")
    epochs: int = Field(default=100, ge=1, description="passes over the training examples")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.members % self.size or self.members == self.size:
            raise ValueError(f"members must be a multiple of size, at least twice; got {self.members} and {self.size}")
        return self

    @property
    def small_ones(self) -> int:
        """How many small conspiracies there are."""
        return self.members // self.size

    @property
    def named(self) -> Mapping[str, float]:
        """Pay of the large conspiracy over that of all small ones together, where claims are made."""
        return {"equal": 1.0, "superlinear": self.small_ones ** (self.exponent - 1.0)}

    @property
    def pays(self) -> tuple[float, ...]:
        """All pays of the large one that are tried."""
        more = self.named["superlinear"]
        return 1.0 / more**2, 1.0 / more, 1.0, more, more**2


BELIEVED = Claim(
    name="believed",
    says="dropout leaves many small conspiracies where there was a large one",
    measure="share of conflicts that the small conspiracies win",
    arms=("without dropout", "with dropout"),
    direction=+1,
    smallest=0.1,
    conditions={f"{pay} pay": (f"small:{pay}:none", f"small:{pay}:inputs") for pay in _NAMED}
    | {f"{pay} pay (against weight decay)": (f"small:{pay}:decay", f"small:{pay}:inputs") for pay in _NAMED}
    | {f"{pay} pay (hidden units dropped)": (f"small:{pay}:none", f"small:{pay}:hidden") for pay in _NAMED},
    controls=[f"{pay} pay ({kind})" for pay, kind in product(_NAMED, ("against weight decay", "hidden units dropped"))],
    side=SIDE,
)
STATIC = Claim(
    name="static",
    says="one large conspiracy is as good as many small ones where nothing changes",
    measure="accuracy where nothing changes",
    arms=("one large conspiracy", "small ones"),
    direction=0,
    smallest=0.02,
    conditions={words: (f"static:large:{arm}", f"static:small:{arm}") for words, arm in _TRAINED.items()},
    side=SIDE,
)
CHANGING = Claim(
    name="changing",
    says="many small conspiracies beat a large one when members fail",
    measure="accuracy when members fail",
    arms=("one large conspiracy", "small ones"),
    direction=+1,
    smallest=0.05,
    conditions={words: (f"changing:large:{arm}", f"changing:small:{arm}") for words, arm in _TRAINED.items()},
    side=SIDE,
)
INSURED = Claim(
    name="insured",
    says="a network that has both kinds, and learnt them with dropout, stands the failure of members",
    measure="accuracy when members of both kinds fail",
    arms=("without dropout", "with dropout"),
    direction=+1,
    smallest=0.05,
    conditions={f"{pay} pay": (f"changed:{pay}:none", f"changed:{pay}:inputs") for pay in _NAMED},
    side=SIDE,
)


def reading(results: Results[Settings]) -> str:
    """Whom a network believes that has both, whether that insures it, and each design alone."""
    own = [f"{pay} pay" for pay in _NAMED]
    return (
        f"Does dropout turn it to the small ones? {results.opening(BELIEVED)}. Share of conflicts that they win, "
        f"dropout less none: {results.told(BELIEVED, own, brief=True)}. Does that insure it against members who fail? "
        f"{results.opening(INSURED)}. Small ones alone are as good as the large one alone ({results.overall(STATIC)}), "
        f"and better when members fail ({results.overall(CHANGING)})."
    )


def draw(room: Room, results: Results[Settings]) -> list[Plotted]:
    """Each design alone, whom networks believe that have both, and what becomes of these when members fail."""
    alone, believed, both = row_of_panels(room.figure, room.bottom, room.top, 3, left=0.075, gap=0.075)
    s = results.settings
    heading(alone, "Each alone", "accuracy, by members who fail")
    rows = _alone(alone, results)
    heading(believed, "When they disagree", f"who is believed; {s.drop_prob:g} dropped")
    rows += _believed(believed, results)
    heading(both, "Both, equal pay", "accuracy, by members who fail")
    for arm in ("none", "inputs"):
        series = Series(panel="both", arm=arm, name="accuracy", side=SIDE)
        rows += curve(both, _failing(results), results.values[f"both:equal:{arm}"], _styles()[arm], series)
    _by_failing(both)
    legend(room, alone.get_position(original=True).x0, _key())
    return rows


def _styles() -> dict[str, ArmStyle]:
    return dict(zip(("none", "inputs", "decay", "hidden"), styles(), strict=True))


def _key() -> list[Line2D]:
    return [sample_of(style, _LABELS[arm]) for arm, style in _styles().items()]


def _failing(results: Results[Settings]) -> Floats:
    found: Floats = results.values["failing"][0]
    return found


def _by_failing(axes: Axes) -> None:
    axes.set_xlim(0, 0.2)
    axes.set_ylim(0.45, 1.02)
    axes.set_xticks([0, 0.1, 0.2], labels=["0", "10 %", "20 %"])
    axes.set_xlabel("members who fail")


def _alone(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    """Accuracy of networks that were told by one design, and of perfect conspirators by closed form."""
    s, rows, x = results.settings, [], _failing(results)
    reliable = 1.0 - np.linspace(0.0, 0.2, 101)
    complete = {"large": reliable**s.members, "small": 1.0 - (1.0 - reliable**s.size) ** s.small_ones}
    for design, chance in complete.items():
        axes.plot(1.0 - reliable, 0.5 + chance / 2.0, color=quiet(), lw=1.0, ls=(0, (1, 1.5)))
        rows += Series(panel="alone", arm="closed form", name=design, side=SIDE).exact(1.0 - reliable, 0.5 + chance / 2)
    for design, arm in product(("large", "small"), ("none", "inputs")):
        series = Series(panel="alone", arm=arm, name=f"{design}: accuracy", side=SIDE)
        rows += curve(axes, x, results.values[f"alone:{design}:{arm}"], _styles()[arm], series)
    for place, words in (
        ((0.035, 0.66), f"one large, of {s.members}"),
        ((0.075, 0.9), f"{s.small_ones} small, of {s.size}"),
    ):
        axes.annotate(words, place, fontsize=8, fontweight="bold", color=ink())
    _by_failing(axes)
    return rows


def _believed(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    """Share of conflicts that the small ones win, by the pay of the large one."""
    axes.axhline(0.5, color=quiet(), lw=0.8)
    rows, pays = [], results.values["pays"][0]
    for arm, style in _styles().items():
        series = Series(panel="believed", arm=arm, name="won by the small ones", side=SIDE)
        rows += curve(axes, pays, results.values[f"small:{arm}"], style, series)
    axes.set_xscale("log")
    axes.set_xlim(pays[0], pays[-1])
    axes.set_ylim(-0.05, 1.05)
    shown = [pays[0], 1.0, pays[-1]]
    axes.set_xticks(shown, labels=[f"{pay:.2g}" for pay in shown])
    axes.minorticks_off()
    axes.set_yticks([0, 0.5, 1], labels=["large", "even", "small"])
    axes.set_xlabel("pay of the large one")
    return rows


SCENE = Scene(
    name="blocks",
    title="Does a network rely on one big conspiracy or on many small ones?",
    source="Srivastava et al. 2014, section 2 (conspiracies)",
    claims=(STATIC, CHANGING, BELIEVED, INSURED),
    settings=Settings,
    grow="analysis.scenes.growing.blocks",
    computing=NETWORKS,
    smoke=Size(
        replicates=5,
        settings={"members": 12, "size": 3, "examples": 60, "judged": 60, "width": 6, "epochs": 5},
    ),
    summary=lambda s: (
        f"{s.members} inputs in one conspiracy and {s.members} in {s.small_ones} of {s.size}; {s.examples} examples, "
        f"{s.epochs} epochs, {s.width} hidden units; dropped with probability {s.drop_prob:g}; weight decay "
        f"{s.weight_decay:g}. Claims: {100 * s.failing:g} % of the members fail; superlinear pay is "
        f"{s.named['superlinear']:.2g} times equal pay."
    ),
    reading=reading,
    how="The class is yes where all members are in place and no where one of every conspiracy is not. Means with 95 % "
    "intervals. Dotted: perfect conspirators, who say yes when all of the large one, or all of any small one, are in "
    "place. In the middle, the large one and the small ones say opposite things, and one side wins.",
    height=2.6,
    above=0.84,
    draw=draw,
)
"""Conspiracies of inputs."""
