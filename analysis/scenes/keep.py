"""How much to keep: hidden units and inputs, at one width and at one number of units kept; and what decides it."""

import numpy as np
from matplotlib.axes import Axes
from pydantic import Field

from analysis.arrays import Floats
from analysis.figures.plotted import Plotted
from analysis.figures.results import mean_band
from analysis.figures.sheet import row_of_panels
from analysis.figures.theme import ArmStyle, arms, paper, quiet
from analysis.numbers import number
from analysis.scenes.base import NETWORKS, Results, Room, Scene, Size
from analysis.scenes.claim import Claim
from analysis.scenes.data import content
from analysis.scenes.drawing import Series, heading, styles
from analysis.scenes.growing.grids import HALF, HIDDEN_KEPT, INPUTS_KEPT
from analysis.scenes.on_images import SIDE, OnImages, keep_tick

RULE = 0.8
"""Of inputs kept, the rule of thumb."""
FLAT = (0.4, 0.8)
"""Where the published curve is flat (Srivastava et al. 2014, figure 9a)."""


class Settings(OnImages):
    """One architecture, and another for each keep probability that has as many units left on average."""

    networks: int = Field(default=2, ge=1, le=64, description="networks of a kind in a replicate, which are averaged")
    validation_images: int = Field(default=300, ge=10, le=10_000, description="images that choose among networks")
    width: int = Field(default=128, ge=4, le=8192, description="hidden units where their number is fixed")


def _others(kind: str, words: str) -> dict[str, tuple[str | float, str]]:
    half = f"accuracy:{kind}:{HALF:g}"
    return {f"keep {keep:g} ({words})": (f"accuracy:{kind}:{keep:g}", half) for keep in HIDDEN_KEPT if keep != HALF}


_SAME_WIDTH, _SAME_KEPT = _others("fixed", "same width"), _others("scaled", "as many kept")
BEST = Claim(
    name="half",
    says="to keep half of the hidden units is best",
    measure="test accuracy",
    arms=("another keep probability", "keep 0.5"),
    direction=+1,
    smallest=0.01,
    conditions=_SAME_WIDTH | _SAME_KEPT,
    controls=tuple(_SAME_KEPT),
    side=SIDE,
)
PREDICTS = Claim(
    name="variance",
    says="dropout regularises as q(1-q) does, so most at 1/2",
    measure="rank correlation, over keep probabilities, with how much smaller things become",
    arms=("(1-q)/q", "q(1-q)"),
    direction=+1,
    smallest=0.1,
    conditions={
        "activations of the network": ("rank:odds:activation", "rank:variance:activation"),
        "weights of a linear unit": ("rank:odds:linear", "rank:variance:linear"),
    },
    side=SIDE,
)
HIGHER = Claim(
    name="inputs",
    says="inputs are better kept with 0.8 than as hidden units are",
    measure="test accuracy",
    arms=("other inputs kept", "0.8 of inputs kept"),
    direction=+1,
    smallest=0.01,
    conditions={
        "half of the inputs kept": ("accuracy:input:0.5", "accuracy:input:0.8"),
        "all inputs kept": ("accuracy:input:1", "accuracy:input:0.8"),
    },
    controls=("all inputs kept",),
    side=SIDE,
)
RULE_HELPS = Claim(
    name="rule-helps",
    says="to drop 0.2 of the inputs and half of the hidden units is good practice",
    measure="test accuracy",
    arms=("nothing dropped", "0.2 and 0.5 dropped"),
    direction=+1,
    smallest=0.01,
    conditions={"against nothing dropped": ("accuracy:fixed:1", "accuracy:input:0.8")},
    side=SIDE,
)
RULE_SUFFICES = Claim(
    name="rule-suffices",
    says="nothing is gained over that rule by choosing with validation images",
    measure="test accuracy",
    arms=("chosen by validation", "0.2 and 0.5 dropped"),
    direction=0,
    smallest=0.01,
    conditions={"against the best by validation": ("accuracy:chosen", "accuracy:input:0.8")},
    side=SIDE,
)


def reading(results: Results[Settings]) -> str:
    """Whether half is best, whether its variance is why, and what becomes of the rule of thumb."""
    means = [float(results.values[f"accuracy:fixed:{keep:g}"].mean()) for keep in HIDDEN_KEPT]
    least, most = (
        results.difference(BEST, f"keep {keep:g} (same width)") for keep in (HIDDEN_KEPT[0], HIDDEN_KEPT[-1])
    )
    ranks = [number(float(results.values[f"rank:{law}:activation"].mean()), 2) for law in ("variance", "odds")]
    rule = results.difference(RULE_HELPS, "against nothing dropped")
    tuned = results.difference(RULE_SUFFICES, "against the best by validation")
    return (
        f"Is half best? {results.opening(BEST)}: mean accuracy is highest with {HIDDEN_KEPT[int(np.argmax(means))]:g} "
        f"kept; half has {least} over {HIDDEN_KEPT[0]:g}, {most} over all. Is shrinking strongest there, as q(1-q) is? "
        f"{results.opening(PREDICTS)}: its rank correlation with it is {ranks[0]}, that of (1-q)/q {ranks[1]}. "
        f"The rule of thumb has {rule} over no dropout, {tuned} over what validation chooses."
    )


def draw(room: Room, results: Results[Settings]) -> list[Plotted]:
    """Errors by hidden units kept and by inputs kept; what dropout makes smaller."""
    hidden, inputs, size = row_of_panels(room.figure, room.bottom, room.top, 3, left=0.07, gap=0.075)
    return _hidden(hidden, results) + _inputs(inputs, results) + _sizes(size, results)


def _hidden(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    heading(axes, "Hidden units kept", "test error, %")
    _, by_width, by_kept, _ = styles()
    axes.axvspan(*FLAT, color=quiet(), alpha=0.13, lw=0)
    rows = _errors(axes, results, "fixed", HIDDEN_KEPT, by_width)
    rows += _errors(axes, results, "scaled", HIDDEN_KEPT, by_kept)
    width = results.settings.width
    _named(axes, (f"{width} units", by_width), (f"{width * HALF:g} units left", by_kept))
    axes.annotate("published\nas flat", (0.6, 0.03), xycoords=("data", "axes fraction"), ha="center", fontsize=8,
                  color=quiet())  # fmt: skip
    return rows


def _inputs(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    heading(axes, "Inputs kept", "test error, %, half of the units kept")
    rows = _errors(axes, results, "input", INPUTS_KEPT, styles()[1])
    axes.axvline(RULE, color=quiet(), lw=0.8, ls=(0, (1, 2)))
    axes.annotate("rule of thumb", (RULE, 0.03), (-4, 0), xycoords=("data", "axes fraction"),
                  textcoords="offset points", ha="right", fontsize=8, color=quiet())  # fmt: skip
    return rows


def _errors(
    axes: Axes, results: Results[Settings], kind: str, keeps: tuple[float, ...], style: ArmStyle
) -> list[Plotted]:
    """Errors with their bands; where nothing is dropped the mark is that of networks without dropout."""
    errors = np.stack([100.0 * (1.0 - results.values[f"accuracy:{kind}:{keep:g}"]) for keep in keeps], axis=1)
    rows = _line(axes, keeps, errors, style, Series(panel=kind, arm="dropout", name="test error, %", side=SIDE))
    if kind == "fixed":
        none = arms()[0]
        axes.plot([1.0], [errors[:, -1].mean()], ls="", marker=none.marker, ms=6.5, color=none.color, mec=paper(),
                  mew=0.8, zorder=4)  # fmt: skip
    axes.set_ylim(0.0, 1.2 * axes.get_ylim()[1])
    _keep_axis(axes)
    return rows


def _sizes(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    """What is left of activations and weights."""
    heading(axes, "What dropout shrinks", "deployed size, relative to q = 1")
    _, network, linear, _ = styles()
    rows = []
    for kind, style in (("activation", network), ("linear", linear)):
        sizes = results.values[f"{kind}:size"]
        series = Series(panel="size", arm="dropout", name=kind, side=SIDE)
        rows += _line(axes, HIDDEN_KEPT, sizes / sizes[:, -1:], style, series)
    _named(axes, ("activations", network), ("weights, linear unit", linear))
    axes.axvline(HALF, ymax=0.78, color=quiet(), lw=0.8, ls=(0, (1, 2)))
    axes.annotate("q(1-q) is largest", (HALF, 0.03), (4, 0), xycoords=("data", "axes fraction"),
                  textcoords="offset points", fontsize=8, color=quiet())  # fmt: skip
    axes.set_ylim(0.0, 1.3)
    _keep_axis(axes)
    return rows


def _line(axes: Axes, x: tuple[float, ...], values: Floats, style: ArmStyle, series: Series) -> list[Plotted]:
    mean, low, high = mean_band(values)
    axes.fill_between(x, low, high, color=style.color, alpha=0.18, lw=0)
    axes.plot(x, mean, color=style.color, ls=style.line, marker=style.marker, ms=4.5, mec=paper(), mew=0.6)
    return series.rows(list(x), mean, low, high)


def _named(axes: Axes, *names: tuple[str, ArmStyle]) -> None:
    """Write what curves are, in their colours."""
    for place, (words, style) in enumerate(names):
        axes.annotate(words, (0.03, 0.945 - 0.095 * place), xycoords="axes fraction", color=style.color,
                      fontweight="bold", va="center", fontsize=8.5)  # fmt: skip


def _keep_axis(axes: Axes) -> None:
    axes.set_xlim(0.0, 1.05)
    ticks = (0.1, 0.35, 0.5, 0.8, 1.0)
    axes.set_xticks(ticks, labels=[keep_tick(tick) for tick in ticks])
    axes.set_xlabel("keep probability q")


def summary(s: Settings) -> str:
    """Data, networks and training."""
    return (
        f"{s.data_name}: {s.train_images} training images, {s.each}, "
        f"{s.width} hidden units or as many as leave {s.width * HALF:g} on average; {s.epochs} epochs, learning rate "
        f"{s.learning_rate:g}. Validation: {s.validation_images} other images."
    )


SCENE = Scene(
    name="keep",
    title="How much should be dropped, and is half the best?",
    source="Srivastava et al. 2014, figure 9 and section 9: flat from 0.4 to 0.8; with as many kept, best near 0.6",
    claims=(BEST, PREDICTS, HIGHER, RULE_HELPS, RULE_SUFFICES),
    settings=Settings,
    smoke=Size(replicates=5, settings={**OnImages.SMOKE, "validation_images": 20, "width": 6}),
    paper=Size(
        replicates=10,
        settings={
            "data": "mnist5k", "train_images": 3500, "validation_images": 500, "width": 2048, "epochs": 300,
            "networks": 1,
        },
    ),
    grow="analysis.scenes.growing.keep",
    computing=(*NETWORKS, "analysis/scenes/growing/grids.py"),
    rests_on=lambda settings: content(settings.data),
    summary=summary,
    reading=reading,
    how="Marks are means over replicates, bands their 95 % intervals; the round mark is no dropout. Left: one width, "
    "or as many units kept on average. Right: mean activation on test images, and the norm of the weights that input "
    "dropout gives a linear unit (exact), against those without dropout.",
    height=2.75,
    draw=draw,
)  # fmt: skip
"""How much to keep."""
