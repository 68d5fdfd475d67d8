"""How large published image classifiers are, and how many of their layers have dropout, counted from layer tables."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.lines import Line2D
from pydantic import Field

from analysis.arrays import Integers
from analysis.figures.plotted import Plotted
from analysis.figures.theme import arms, faint, ink, quiet
from analysis.numbers import number
from analysis.scenes.base import Results, Room, Scene, Size
from analysis.scenes.base import Settings as SceneSettings
from analysis.scenes.claim import Claim, Law
from analysis.scenes.drawing import Series, heading, legend
from analysis.scenes.growing.layer_tables import ARCHITECTURES

SIDE = "neurons"


class Settings(SceneSettings):
    """What counts as a typical size."""

    least: float = Field(default=10.0, gt=0.0, description="millions of parameters, at least")
    most: float = Field(default=100.0, gt=0.0, description="millions of parameters, at most")


TYPICAL = Claim(
    name="typical",
    says="image classifiers typically have ten to a hundred million parameters",
    measure="share of architectures of that size",
    arms=("half of them", "architectures"),
    direction=+1,
    smallest=0.1,
    conditions={"one of each family": (0.5, "typical")},
    side=SIDE,
)
MOST = Claim(
    name="most",
    says="nearly every common architecture since has dropout in most of its layers",
    measure="share of an architecture's layers that have dropout",
    arms=("half of them", "layers"),
    direction=+1,
    smallest=0.1,
    conditions={"one of each family": (0.5, "dropped")},
    side=SIDE,
)
ANYWHERE = Claim(
    name="anywhere",
    says="nearly every common architecture since has dropout somewhere",
    measure="share of architectures with dropout anywhere",
    arms=("half of them", "architectures"),
    direction=+1,
    smallest=0.1,
    conditions={"one of each family": (0.5, "anywhere")},
    side=SIDE,
)
COUNTED = Law(
    name="counted",
    says="the layer tables have as many parameters as are published",
    measure="parameters counted less those published",
    tolerance=0.0,
    conditions={"one of each family": "miscounted"},
    side=SIDE,
)


def reading(results: Results[Settings]) -> str:
    """Layers, anywhere, sizes."""
    count = len(results.values["which"])
    in_most = int(np.sum(results.values["dropped"] > 0.5))
    anywhere, typical = (int(results.values[name].sum()) for name in ("anywhere", "typical"))
    share = number(100.0 * float(results.values["dropped"].mean()), 0)
    s = results.settings
    return (
        f"{results.opening(MOST, opposite=False)}: it is in most layers of {in_most} of {count} architectures, and "
        f"anywhere in {anywhere} ({results.overall(ANYWHERE)}); on average {share} % of layers have it. {typical} of "
        f"{count} have {s.least:g} to {s.most:g} million parameters, as is called typical "
        f"({results.overall(TYPICAL)}). Our counts of parameters are the published ones ({results.overall(COUNTED)})."
    )


def draw(room: Room, results: Results[Settings]) -> list[Plotted]:
    """A row for each architecture, by year: its parameters, and its layers one after the other."""
    order = np.argsort(results.values["which"])
    height = room.top - room.bottom
    sizes = room.figure.add_axes((0.235, room.bottom, 0.27, height))
    layers = room.figure.add_axes((0.55, room.bottom, 0.36, height))
    legend(
        room,
        0.55,
        [
            Line2D([], [], color=arms()[1].color, marker="s", ms=7, ls="", label="with dropout"),
            Line2D([], [], color=faint(), marker="s", ms=7, ls="", label="without"),
        ],
    )
    return _sizes(sizes, results, order) + _layers(layers, results, order)


def _sizes(axes: Axes, results: Results[Settings], order: Integers) -> list[Plotted]:
    heading(axes, "Parameters", "millions; shaded: called typical")
    s = results.settings
    millions, typical = results.values["millions"][order], results.values["typical"][order] > 0.0
    y = np.arange(len(order))
    axes.axvspan(s.least, s.most, color=arms()[1].color, alpha=0.1, lw=0)
    for chosen, style in ((typical, arms()[1]), (~typical, arms()[0])):
        axes.plot(millions[chosen], y[chosen], ls="", marker=style.marker, ms=6, color=style.color)
    for x, at in zip(millions, y, strict=True):
        axes.annotate(number(float(x), 0 if x >= 10.0 else 1), (x, at), (7, 0), textcoords="offset points",
                      va="center", fontsize=8, color=quiet())  # fmt: skip
    axes.set_xscale("log")
    axes.set_xlim(0.8, 400.0)
    axes.set_xticks([1, 10, 100], labels=["1", "10", "100"])
    axes.minorticks_off()
    chosen_ = [ARCHITECTURES[int(which)] for which in results.values["which"][order]]
    axes.set_yticks(y, labels=[f"{each.name}  {each.year}" for each in chosen_], color=ink())
    axes.set_ylim(len(order) - 0.5, -0.5)
    axes.grid(visible=False, axis="y")
    series = Series(panel="sizes", arm="architectures", name="millions of parameters", side=SIDE)
    nothing = np.full(len(order), np.nan)
    return series.rows([each.name for each in chosen_], millions, nothing, nothing)


def _layers(axes: Axes, results: Results[Settings], order: Integers) -> list[Plotted]:
    heading(axes, "Layers with weights", "from the input, left, to the output")
    rows = []
    colors = ListedColormap([faint(), arms()[1].color])
    for at, which in enumerate(order):
        found = results.values["layers"][which]
        found = found[np.isfinite(found)]
        edges = np.linspace(0.0, 1.0, len(found) + 1)
        axes.pcolormesh(edges, [at - 0.32, at + 0.32], found[None], cmap=colors, vmin=0, vmax=1, rasterized=True)
        axes.annotate(f"{int(found.sum())} of {len(found)}", (1.02, at), xycoords=("axes fraction", "data"),
                      va="center", fontsize=8, color=quiet(), annotation_clip=False)  # fmt: skip
        name = ARCHITECTURES[int(results.values["which"][which])].name
        series = Series(panel="layers", arm=name, name="whether a layer has dropout", side=SIDE)
        rows += series.exact(np.arange(float(len(found))), found)
    axes.set_ylim(len(order) - 0.5, -0.5)
    axes.set_xlim(0, 1)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    return rows


SCENE = Scene(
    name="architectures",
    title="Is there dropout in most layers of image classifiers?",
    source="the architectures' papers; parameters as torchvision publishes them",
    claims=(MOST, ANYWHERE, TYPICAL, COUNTED),
    settings=Settings,
    grow="analysis.scenes.growing.architectures",
    computing=("analysis/scenes/growing/layer_tables.py",),
    replicates=len(ARCHITECTURES),
    smoke=Size(replicates=5),
    summary=lambda _settings: (
        f"A replicate is a published architecture, one of each of {len(ARCHITECTURES)} families, of the size named "
        "most often, for 1,000 classes. Dropout as trained by the authors, or by torchvision where they are silent."
    ),
    reading=reading,
    how="A layer has dropout if it acts on what goes into it or comes out of it. Stochastic depth, which drops whole "
    "branches (EfficientNet, Swin, ConvNeXt), is not counted. The families are a choice, not a random sample.",
    height=3.6,
    above=0.84,
    draw=draw,
)
"""Sixteen families."""
