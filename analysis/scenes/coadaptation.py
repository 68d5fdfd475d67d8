"""Does dropout reduce co-adaptation? A whole panel of measures, with a verdict for each."""

from collections.abc import Mapping
from itertools import product
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from pydantic import Field

from analysis.figures.plotted import Plotted
from analysis.figures.sheet import row_of_panels
from analysis.figures.theme import ArmStyle, arms, faint, ink, paper, quiet
from analysis.numbers import counted
from analysis.scenes.base import NETWORKS, Results, Room, Scene, Size, listed
from analysis.scenes.base import Settings as SceneSettings
from analysis.scenes.claim import Claim
from analysis.scenes.data import content
from analysis.scenes.drawing import Series, heading, legend, points, sample_of, styles
from analysis.stats import Verdict, compare

SIDE = "neurons"
_SIZES = ("narrow", "wide")
_SHOWN = ("dropout", "light", "decay")
_LABELS = {"none": "without", "dropout": "dropout", "decay": "weight decay", "light": "light dropout"}


class Settings(SceneSettings):
    """Two independent networks of each arm at each of two widths, on one split of one data set."""

    data: str = Field(default="digits", description="a data set with classes")
    train_images: int = Field(default=400, ge=10, description="training images; the others are for testing")
    probe_images: int = Field(default=512, ge=10, description="test images, at most, on which units are taken away")
    test_images: int = Field(default=5000, ge=10, description="test images, at most, on which networks are crossed")
    masks: int = Field(default=4096, ge=256, le=10_000_000, description="presence masks for the interaction spectrum")
    wrong_masks: int = Field(default=256, ge=64, le=1_000_000, description="choices of units that answer other images")
    narrow: int = Field(default=32, ge=2, le=8192, description="hidden units of the narrow networks")
    wide: int = Field(default=128, ge=2, le=8192, description="hidden units of the wide networks")
    drop_prob: float = Field(default=0.5, gt=0.0, lt=1.0, description="dropout: probability that a unit is dropped")
    light_drop_prob: float = Field(default=0.2, gt=0.0, lt=1.0, description="light dropout: the same probability")
    weight_decay: float = Field(default=3e-3, gt=0.0, le=1.0, description="weight decay: L2 penalty")
    learning_rate: float = Field(default=0.05, gt=0.0, description="learning rate of the first step")
    epochs: int = Field(default=200, ge=1, description="passes over the training images")
    summands: int = Field(default=4, ge=2, le=64, description="plain sum: inputs, 0 or 1 each, that are added")
    adders: int = Field(default=16, ge=2, le=8192, description="plain sum: hidden units")
    steps: int = Field(default=3000, ge=1, description="plain sum: training steps")

    @property
    def widths(self) -> Mapping[str, int]:
        """Hidden units by size."""
        return {"narrow": self.narrow, "wide": self.wide}


class _Row(NamedTuple):
    """A measure of the panel: its numbers in an outcome, what it says, and how much of it matters."""

    name: str
    key: str
    words: tuple[str, str]
    says: str
    measure: str
    direction: int
    smallest: float


_ROWS = (
    _Row("alone-log", "first_order_share:log", ("units act alone", "share of log-probability"),
         "each unit is useful on its own, on the scale of log-probability",
         "first-order share of log-probability", +1, 0.05),
    _Row("alone-accuracy", "first_order_share:natural", ("units act alone", "share of accuracy"),
         "each unit is useful on its own, on the scale of accuracy", "first-order share of accuracy", +1, 0.05),
    _Row("crossing", "hybrid_viability:apart", ("strangers cross", "units as they come"),
         "units work beside the units of another network", "viability of children of strangers", +1, 0.05),
    _Row("crossing-matched", "hybrid_viability:matched", ("strangers cross", "units matched first"),
         "units work beside those of another network that answer to the same",
         "viability of children of strangers, units matched", +1, 0.05),
    _Row("half-gone", "retention_at_half:natural", ("half is gone", "what dropout trains for"),
         "units do without half of the others; dropout is trained for just this", "accuracy kept by half of the units",
         +1, 0.05),
    _Row("misled", "misled", ("a quarter misleads", "answering other images"),
         "units bear with others that are wrong, for which dropout is not trained",
         "accuracy kept when a quarter of the units answer another image", +1, 0.05),
    _Row("association", "mean_association", ("units say other things", "r² of activations"),
         "units learn features that do not go together", "mean r² of activations", -1, 0.01),
)  # fmt: skip


def _claim(row: _Row) -> Claim:
    """At both widths; weight decay instead of nothing, and light dropout at nearly equal accuracy, are controls."""
    pairs = {
        "": ("none", "dropout"),
        " (against weight decay)": ("decay", "dropout"),
        " (light dropout)": ("none", "light"),
    }
    conditions = {
        f"{size}{kind}": (f"{row.key}:{size}:{one}", f"{row.key}:{size}:{two}")
        for kind, (one, two) in pairs.items()
        for size in _SIZES
    }
    return Claim(
        name=row.name,
        says=row.says,
        measure=row.measure,
        arms=("without dropout", "with dropout"),
        direction=row.direction,
        smallest=row.smallest,
        conditions=conditions,
        controls=[name for name in conditions if name not in _SIZES],
        side=SIDE,
    )


PANEL = tuple(_claim(row) for row in _ROWS)
SIGNS = Claim(
    name="signs",
    says="where the target is a plain sum, nothing in the network works against anything else",
    measure="share of the strength of paths that is negative",
    arms=("none at all", "the network"),
    direction=0,
    smallest=0.02,
    conditions={"dropout": (0.0, "against:dropout"), "weight decay": (0.0, "against:decay")},
    controls=("weight decay",),
    side=SIDE,
)


_SAY = {
    Verdict.SUPPORTED: ("says yes", "say yes"),
    Verdict.CONTRADICTED: ("says the opposite", "say the opposite"),
    Verdict.NO_EFFECT: ("sees none", "see none"),
    Verdict.UNDETERMINED: ("cannot tell", "cannot tell"),
    Verdict.CONDITIONAL: ("says that it depends", "say that it depends"),
}


def reading(results: Results[Settings]) -> str:
    """How many measures say what, and what becomes of a plain sum."""
    verdicts = [results.overall(claim) for claim in (*PANEL, SIGNS)]
    counts = [f"{counted(verdicts.count(found), *_SAY[found])} ({found})" for found in dict.fromkeys(verdicts)]
    if len(counts) == 1:
        start = f"All {len(verdicts)} measures say the same ({verdicts[0]})"
    else:
        start = f"It depends on the measure (conditional): of {len(verdicts)}, {listed(counts)}"
    return (
        f"{start}. Share of paths that work against a sum, where there should be none: "
        f"{results.told(SIGNS, brief=True)}."
    )


def draw(room: Room, results: Results[Settings]) -> list[Plotted]:
    """Above, the panel at two widths; below, accuracy, and the signs of paths on a plain sum."""
    foot = room.bottom + room.share(1.1)
    panels = row_of_panels(room.figure, foot + room.share(0.98), room.top, 2, left=0.215, right=0.865, gap=0.025)
    rows = []
    for size, axes in zip(_SIZES, panels, strict=True):
        heading(axes, f"{results.settings.widths[size]} units", "change, in smallest effects that matter")
        rows += _forest(axes, results, size)
    limits = np.array([axes.get_xlim() for axes in panels])
    for axes in panels:
        axes.set_xlim(limits[:, 0].min(), limits[:, 1].max())
    _words(panels, results)
    legend(room, 0.215, [sample_of(_styles()[arm], _LABELS[arm]) for arm in ("none", *_SHOWN)])
    accuracy, signs = row_of_panels(room.figure, room.bottom, foot, 2, left=0.085, gap=0.11)
    return rows + _accuracy(accuracy, results) + _signs(signs, results)


def _styles() -> dict[str, ArmStyle]:
    return dict(zip(("none", "dropout", "decay", "light"), styles(), strict=True))


def _forest(axes: Axes, results: Results[Settings], size: str) -> list[Plotted]:
    """Changes against networks without anything; to the right is less co-adaptation, in units of what matters."""
    axes.axvspan(-1.0, 1.0, color=faint(), alpha=0.55, lw=0)
    axes.axvline(0.0, color=quiet(), lw=0.8)
    rows = []
    for place, row in enumerate(_ROWS):
        for shift, arm in zip((-0.22, 0.0, 0.22), _SHOWN, strict=True):
            style = _styles()[arm]
            values = [results.values[f"{row.key}:{size}:{each}"].tolist() for each in ("none", arm)]
            found = compare(*values)
            mean, *ends = (row.direction * x / row.smallest for x in (found.difference, found.low, found.high))
            low, high = sorted(ends)
            y = place + shift
            axes.plot([low, high], [y, y], color=style.color, lw=2.2, solid_capstyle="butt")
            axes.plot([mean], [y], ls="", marker=style.marker, ms=6.5, color=style.color, mec=paper(), mew=0.8)
            rows += Series(panel=f"panel, {size}", arm=arm, name="change in smallest effects", side=SIDE).rows(
                [row.name], *(np.array([x]) for x in (mean, low, high))
            )
    axes.set_ylim(len(_ROWS) - 0.5, -0.5)
    axes.grid(visible=False, axis="y")
    axes.set_yticks([])
    axes.set_xlabel("less co-adapted \N{RIGHTWARDS ARROW}")
    return rows


def _words(panels: list[Axes], results: Results[Settings]) -> None:
    """Left, what is measured; right, the verdicts on dropout."""
    for place, (row, claim) in enumerate(zip(_ROWS, PANEL, strict=True)):
        left, right = panels[0], panels[-1]
        for (words, color), lift in zip(((row.words[0], ink()), (row.words[1], quiet())), (5, -5), strict=True):
            left.annotate(words, (-0.03, place), (0, lift), xycoords=("axes fraction", "data"), fontsize=8, color=color,
                          textcoords="offset points", ha="right", va="center", annotation_clip=False)  # fmt: skip
        found = results.overall(claim)
        right.annotate(found, (1.04, place), xycoords=("axes fraction", "data"), va="center", fontsize=8,
                       fontweight="bold", color=_color(found), annotation_clip=False)  # fmt: skip


def _color(found: Verdict) -> str:
    without, mixing = arms()
    return {Verdict.SUPPORTED: mixing.color, Verdict.CONTRADICTED: without.color}.get(found, quiet())


def _accuracy(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    """Of all arms at both widths, since co-adaptation is not overfitting."""
    heading(axes, "How right they are", "test accuracy")
    rows = []
    for (group, size), (place, (arm, style)) in product(enumerate(_SIZES), enumerate(_styles().items())):
        series = Series(panel="accuracy", arm=arm, name="test accuracy", side=SIDE)
        rows += points(axes, 5.0 * group + place, results.values[f"performance:natural:{size}:{arm}"], style, series,
                       size)  # fmt: skip
    widths = results.settings.widths
    axes.set_xticks([1.5, 6.5], labels=[f"{widths[size]} units" for size in _SIZES], color=ink())
    axes.grid(visible=False, axis="x")
    return rows


def _signs(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    """Share of negative paths."""
    heading(axes, "Told to add up its inputs", "share of paths that work against the sum")
    axes.axhline(0.0, color=quiet(), lw=0.8)
    rows = []
    for place, arm in enumerate(("none", "dropout", "decay")):
        series = Series(panel="signs", arm=arm, name="share of paths that is negative", side=SIDE)
        rows += points(axes, place, results.values[f"against:{arm}"], _styles()[arm], series, arm)
    axes.set_xticks(range(3), labels=[_LABELS[arm] for arm in ("none", "dropout", "decay")], color=ink())
    axes.set_xlim(-0.6, 2.6)
    axes.grid(visible=False, axis="x")
    return rows


SCENE = Scene(
    name="coadaptation",
    title="Does dropout reduce co-adaptation?",
    source="Srivastava et al. 2014, section 2; Helmbold & Long 2017 (the plain sum)",
    claims=(*PANEL, SIGNS),
    settings=Settings,
    grow="analysis.scenes.growing.coadaptation",
    computing=NETWORKS,
    rests_on=lambda settings: content(settings.data),
    smoke=Size(
        replicates=5,
        settings={
            "train_images": 100, "probe_images": 50, "test_images": 100, "masks": 256, "wrong_masks": 64,
            "narrow": 6, "wide": 10, "epochs": 12, "adders": 6, "steps": 12,
        },
    ),
    paper=Size(
        replicates=10,
        settings={"data": "mnist5k", "train_images": 4000, "narrow": 256, "wide": 1024, "masks": 65_536},
    ),
    summary=lambda s: (
        f"{s.data}: {s.train_images} training images, {s.epochs} epochs, one hidden layer; a unit is dropped with "
        f"probability {s.drop_prob:g}, {s.light_drop_prob:g} with light dropout; weight decay {s.weight_decay:g}. "
        f"Plain sum: {s.summands} inputs, {s.adders} units, inputs dropped too."
    ),
    reading=reading,
    how="Above: change against a network without dropout, with its 95 % interval, each measure in units of the "
    "smallest effect that matters, so that within the grey band nothing happened; to the right is less co-adaptation. "
    "At the right, the verdict on dropout over both widths. Below: faint marks are replicates, strong ones means.",
    height=4.75,
    above=0.84,
    draw=draw,
)  # fmt: skip
"""The panel of co-adaptation."""
