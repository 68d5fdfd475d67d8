"""What a dropout layer drops: an audit of ours and of torch's own."""

from collections.abc import Mapping
from itertools import product
from math import comb
from typing import ClassVar

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from pydantic import Field

from analysis.figures.plotted import Plotted
from analysis.figures.results import mean_band
from analysis.figures.sheet import row_of_panels
from analysis.figures.theme import ArmStyle, arms, faint, quiet
from analysis.scenes.base import Results, Room, Scene, Size, listed
from analysis.scenes.base import Settings as SceneSettings
from analysis.scenes.claim import Claim, Law
from analysis.scenes.drawing import Series, heading, legend, sample_of, styles

SIDE = "neurons"
_TWO = {"ours": "ours", "torch": "torch's"}


class Settings(SceneSettings):
    """Masks of a layer whose units are dropped with probability 1/2."""

    asked: ClassVar[float] = 0.2
    layers: ClassVar[Mapping[str, str]] = {**_TWO, "classic": "classic", "fixed": "fixed count"}

    units: int = Field(default=8, ge=2, le=12, description="units of the layer")
    examples: int = Field(default=32_768, ge=100, le=10_000_000, description="examples in a pass")
    shown_units: int = Field(default=24, ge=4, le=40, description="units of the masks that are drawn")
    shown_examples: int = Field(default=12, ge=4, le=20, description="examples of the masks that are drawn")


def _of_two(number: str, of_known: float) -> dict[str, tuple[str | float, str]]:
    return {label: (of_known, f"{number}:{layer}") for layer, label in _TWO.items()}


FRESH = Claim(
    name="fresh",
    side=SIDE,
    says="every example and every pass drops units of its own",
    measure="correlation of what is kept",
    arms=("chance", "layer"),
    direction=0,
    smallest=0.01,
    conditions={
        **{
            f"two {what} ({label})": (0.0, f"alike:{what}:{layer}")
            for (layer, label), what in product(_TWO.items(), ("examples", "passes", "units"))
        },
        "two examples (one mask for a batch)": (0.0, "alike:examples:batch"),
        "two units (fixed count)": (0.0, "alike:units:fixed"),
    },
    controls=("two examples (one mask for a batch)", "two units (fixed count)"),
)
EQUAL = Claim(
    name="equal",
    side=SIDE,
    says="all of the exponentially many sub-networks are trained, each as often as any other",
    measure="chi-squared of all patterns, per degree of freedom",
    arms=("chance", "layer"),
    direction=0,
    smallest=0.1,
    conditions={**_of_two("unequal", 1.0), "fixed count": (1.0, "unequal:fixed")},
    controls=("fixed count",),
)
COUNT = Claim(
    name="count",
    side=SIDE,
    says="a fixed probability is used, not a fixed number of units",
    measure="variance of the number kept, in units of n q (1 - q)",
    arms=("coins", "layer"),
    direction=0,
    smallest=0.05,
    conditions={**_of_two("spread", 1.0), "fixed count": (1.0, "spread:fixed")},
    controls=("fixed count",),
)
TAKES = Claim(
    name="takes",
    side=SIDE,
    says="libraries take the probability to drop, not that to keep",
    measure="share dropped by a layer that is given 0.2",
    arms=("given", "dropped"),
    direction=0,
    smallest=0.005,
    conditions=_of_two("dropped", Settings.asked),
)


def _exact(name: str, says: str, measure: str, tolerance: float) -> Law:
    conditions = {label: f"off:{name}:{layer}" for layer, label in Settings.layers.items()}
    return Law(name=name, says=says, measure=measure, tolerance=tolerance, conditions=conditions, side=SIDE)


EVERY = Law(
    name="every",
    says="every one of the 2^n patterns occurs",
    measure="patterns that never occur",
    tolerance=0.0,
    conditions={label: f"missing:{layer}" for layer, label in _TWO.items()},
    side=SIDE,
)
GRADIENT = _exact("gradient", "a dropped unit gets no gradient", "gradient of dropped units", 0.0)
BACKWARD = _exact(
    "backward", "the mask of the forward pass is used again backward", "gradient less that by the mask", 1e-12
)
WHOLE = _exact("evaluation", "nothing is dropped in evaluation", "share of units dropped in evaluation", 0.0)
FORM = _exact("form", "the layer has no parameters and keeps the shape", "parameters, and shapes that change", 0.0)


def reading(results: Results[Settings]) -> str:
    """What is drawn, then what is exact."""
    exact = {
        words: results.overall(law)
        for words, law in (
            ("a dropped unit gets no gradient", GRADIENT),
            ("forward and backward use one mask", BACKWARD),
            ("nothing is dropped in evaluation", WHOLE),
            ("there are no parameters", FORM),
        )
    }
    laws = [
        f"{listed([words for words, found in exact.items() if found is verdict])} ({verdict})"
        for verdict in dict.fromkeys(exact.values())
    ]
    return (
        f"Units of its own for every example and pass ({results.overall(FRESH)}), each by a toss of a coin "
        f"({results.overall(COUNT)}). So all {2**results.settings.units} sub-networks occur "
        f"({results.overall(EVERY)}), equally often ({results.overall(EQUAL)}). The number that layers are given is "
        f"the probability to drop ({results.overall(TAKES)}). Exactly: {'; '.join(laws)}."
    )


def draw(room: Room, results: Results[Settings]) -> list[Plotted]:
    """Masks; how many are kept; how often each pattern is."""
    shown, count, patterns = row_of_panels(room.figure, room.bottom, room.top, 3, left=0.075, gap=0.075)
    legend(room, shown.get_position(original=True).x0, [sample_of(style, label) for style, label in _looks().values()])
    return _shown(shown, results) + _count(count, results) + _patterns(patterns, results)


def _looks() -> dict[str, tuple[ArmStyle, str]]:
    _, blue, purple, _ = styles()
    return {
        "ours": (blue, "our dropout"),
        "torch": (purple, "torch's"),
        "fixed": (arms()[0], "a fixed number (not dropout)"),
    }


def _shown(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    """The masks of two passes over the same examples, one below the other."""
    heading(axes, "Other units each time", "kept (blue) and dropped, two passes")
    one, two = results.values["shown"][0]
    gap = np.full((2, one.shape[1]), np.nan)
    colors = ListedColormap([faint(), arms()[1].color])
    axes.pcolormesh(np.concatenate([one, gap, two])[::-1], cmap=colors, vmin=0, vmax=1, edgecolors="face", linewidth=0)
    axes.set_yticks([0.5 * len(two), 1.5 * len(one) + 2.0], labels=["pass 2", "pass 1"], rotation=90, va="center")
    axes.set_xticks([])
    axes.set_xlabel("units; a row for each example")
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    series = Series(panel="shown", arm="ours", name="units kept", side=SIDE)
    return series.exact(np.arange(float(len(one))), one.sum(1))


def _count(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    n = results.settings.units
    heading(axes, "By coins", "examples by how many are kept")
    x = np.arange(n + 1.0)
    coins = np.array([comb(n, k) / 2.0**n for k in range(n + 1)])
    axes.bar(x, coins, width=0.85, color=faint())
    axes.annotate("coins", (0.7, coins[1]), (0, 10), textcoords="offset points", ha="center", color=quiet(), fontsize=8)
    rows = Series(panel="count", arm="coins", name="binomial", side=SIDE).exact(x, coins)
    for shift, (layer, (style, _)) in zip((-0.16, 0.16, 0.0), _looks().items(), strict=True):
        mean, low, high = mean_band(results.values[f"kept:{layer}"])
        axes.plot(x + shift, mean, ls="", marker=style.marker, ms=4, color=style.color, clip_on=False)
        rows += Series(panel="count", arm=layer, name="share of examples", side=SIDE).rows(x.tolist(), mean, low, high)
    axes.set_ylim(0, 1.03)
    axes.set_xticks(x)
    axes.set_xlabel("units kept")
    axes.grid(visible=False, axis="x")
    return rows


def _patterns(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    n = results.settings.units
    heading(axes, "Every sub-network", f"{2**n} patterns; 1 is as often as by coins")
    numbers = np.arange(2**n)
    kept = np.bitwise_count(numbers)
    place = np.empty(2**n)
    for k in range(n + 1):
        of_size = np.flatnonzero(kept == k)
        place[of_size] = k + (np.linspace(-0.38, 0.38, len(of_size)) if len(of_size) > 1 else 0.0)
    rows = []
    for layer, (style, _) in reversed(_looks().items()):
        mean = results.values[f"frequencies:{layer}"].mean(0)
        axes.plot(place, mean, ls="", marker=style.marker, ms=2.2, color=style.color, alpha=0.8, mew=0)
        rows += Series(panel="patterns", arm=layer, name="frequency", side=SIDE).exact(numbers.astype(np.float64), mean)
    axes.set_xticks(np.arange(n + 1))
    axes.set_xlabel("units kept")
    axes.grid(visible=False, axis="x")
    return rows


SCENE = Scene(
    name="masks",
    title="What does a dropout layer drop?",
    source="Hinton et al. 2012; Srivastava et al. 2014, section 4",
    claims=(FRESH, EQUAL, COUNT, TAKES, EVERY, GRADIENT, BACKWARD, WHOLE, FORM),
    settings=Settings,
    grow="analysis.scenes.growing.masks",
    computing=("nets",),
    replicates=20,
    smoke=Size(replicates=5, settings={"units": 5, "examples": 2000}),
    summary=lambda s: (
        f"A layer of {s.units} units that keeps each with probability 1/2, {s.examples:,} examples in each of two "
        f"passes; gradients and evaluation on 64 examples of 32 units; layers that are given {s.asked:g}."
    ),
    reading=reading,
    how="Middle and right: means of replicates; bars are what tossed coins give. A pattern is a sub-network: which "
    "units are kept. A layer that keeps a fixed number trains a small part of them.",
    height=2.7,
    above=0.84,
    draw=draw,
)
"""An audit."""
