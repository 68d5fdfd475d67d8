"""Dropout by the width of the network: how big it must be for units to be spared."""

from dataclasses import replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import TwoSlopeNorm
from pydantic import Field

from analysis.arrays import Floats
from analysis.figures.plotted import Plotted
from analysis.figures.results import mean_band
from analysis.figures.sheet import row_of_panels
from analysis.figures.theme import ArmStyle, diverging, ink, paper
from analysis.numbers import signed
from analysis.scenes.base import NETWORKS, Results, Room, Scene, Size
from analysis.scenes.claim import Claim
from analysis.scenes.data import content
from analysis.scenes.drawing import Series, heading, legend, sample_of, styles
from analysis.scenes.growing.grids import WIDTHS, WIDTHS_KEPT
from analysis.scenes.on_images import SIDE, OnImages, keep_tick
from analysis.stats import MIN_REPLICATES, interval

_FITTED = 0.99
"""Training accuracy from which on a network is said to be big enough to overfit."""

_PALE = 4.0
"""Points of gain or loss beyond which colours do not deepen."""


class Settings(OnImages):
    """Networks of all widths are trained alike."""

    networks: int = Field(default=2, ge=1, le=64, description="networks of a kind in a replicate, which are averaged")


def _dropped(widths: tuple[int, ...]) -> dict[str, tuple[str | float, str]]:
    return {f"{width} units": (f"accuracy:{width}:1", f"accuracy:{width}:0.5") for width in widths}


FIRST = Claim(
    name="big-enough",
    says="a network must be big enough to overfit before dropout is of use",
    measure="gain in test accuracy by dropout",
    arms=(f"{WIDTHS[0]} units", f"{WIDTHS[-1]} units"),
    direction=+1,
    smallest=0.01,
    conditions={
        f"keep {keep:g}": (f"gain:{WIDTHS[0]}:{keep:g}", f"gain:{WIDTHS[-1]}:{keep:g}") for keep in WIDTHS_KEPT[1:]
    },
    side=SIDE,
)
FAILS = Claim(
    name="fails-small",
    says="where a network is too small, dropout makes it worse",
    measure="test accuracy, half of the units kept",
    arms=("no dropout", "dropout"),
    direction=-1,
    smallest=0.01,
    conditions=_dropped(WIDTHS[:2]),
    side=SIDE,
)
HELPS = Claim(
    name="helps-large",
    says="where a network is big enough, dropout makes it better",
    measure="test accuracy, half of the units kept",
    arms=("no dropout", "dropout"),
    direction=+1,
    smallest=0.01,
    conditions=_dropped(WIDTHS[-3:]),
    side=SIDE,
)
_DOUBLED = {f"{n} units, twice as many with dropout": (f"accuracy:{n}:1", f"accuracy:{2 * n}:0.5") for n in WIDTHS[:-1]}
_AS_MANY = {f"{n} units, as many with dropout": (f"accuracy:{n}:1", f"accuracy:{n}:0.5") for n in WIDTHS[:-1]}
ROOM = Claim(
    name="room",
    says="n/q units kept with q do better than n units that are all kept",
    measure="test accuracy",
    arms=("n units, all kept", "2n units, half kept"),
    direction=+1,
    smallest=0.01,
    conditions=_DOUBLED | _AS_MANY,
    controls=tuple(_AS_MANY),
    side=SIDE,
)


def reading(results: Results[Settings]) -> str:
    """Whether width decides on what dropout is worth."""
    small, large = (
        results.difference(claim, f"{width} units") for claim, width in ((FAILS, WIDTHS[0]), (HELPS, WIDTHS[-1]))
    )
    fitted = [
        width for width in WIDTHS if float(results.values[f"training:{width}:1"].mean()) >= _FITTED
    ]  # fmt: skip
    enough = f"from {fitted[0]} units on" if fitted else "at none of these widths"
    return (
        f"{results.opening(FIRST)}. Keeping half of the units changes the test accuracy of a network of {WIDTHS[0]} "
        f"units by {small}, of one of {WIDTHS[-1]} by {large}; without dropout training images are fitted {enough}. "
        f"That twice the units, half of them kept, do better than all kept: {results.overall(ROOM)}."
    )


def draw(room: Room, results: Results[Settings]) -> list[Plotted]:
    """Errors on training and on new images by width; what dropout gains, by width and keep probability."""
    training, test = row_of_panels(room.figure, room.bottom, room.top, 2, left=0.07, right=0.595, gap=0.065)
    (table,) = row_of_panels(room.figure, room.bottom, room.top, 1, left=0.665)
    named = [f"keep {keep_tick(keep)}" if keep < 1.0 else "no dropout" for keep in WIDTHS_KEPT]
    legend(room, 0.07, [sample_of(style, name) for style, name in zip(_styles(), named, strict=True)])
    heading(training, "Fits its images", "training error, %")
    heading(test, "Knows new ones", "test error, %")
    heading(table, "Gained by dropout", "points of test accuracy; bold: surely not 0")
    rows = []
    for keep, style in zip(WIDTHS_KEPT, _styles(), strict=True):
        for axes, measure in ((training, "training"), (test, "accuracy")):
            errors = 100.0 * (1.0 - _by_width(results, measure, keep))
            rows += _line(axes, errors, style, Series(panel=measure, arm=f"keep {keep:g}", name="error, %", side=SIDE))
    training.set_yscale("symlog", linthresh=1.0)
    training.set_yticks([0, 1, 10, 100], labels=["0", "1", "10", "100"])
    training.set_ylim(0.0, 100.0)
    test.set_yscale("log")
    test.set_yticks([3, 5, 10, 20, 50, 100], labels=["3", "5", "10", "20", "50", "100"])
    for axes in (training, test):
        axes.minorticks_off()
    return rows + _table(table, results)


def _styles() -> tuple[ArmStyle, ...]:
    none, half, other, another = styles()
    return none, other, half, replace(another, line=(0, (1, 1)))


def _by_width(results: Results[Settings], measure: str, keep: float) -> Floats:
    """(replicates, widths)."""
    return np.stack([results.values[f"{measure}:{width}:{keep:g}"] for width in WIDTHS], axis=1)


def _line(axes: Axes, errors: Floats, style: ArmStyle, series: Series) -> list[Plotted]:
    mean, low, high = mean_band(errors)
    axes.fill_between(WIDTHS, low, high, color=style.color, alpha=0.18, lw=0)
    axes.plot(WIDTHS, mean, color=style.color, ls=style.line, marker=style.marker, ms=4.5, mec=paper(), mew=0.6)
    axes.set_xscale("log", base=2)
    axes.set_xticks(WIDTHS, labels=[str(width) for width in WIDTHS])
    axes.set_xlabel("hidden units")
    return series.rows(list(map(float, WIDTHS)), mean, low, high)


def _table(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    """A cell for each width and keep probability."""
    keeps = WIDTHS_KEPT[1:]
    gains = np.stack([100.0 * _by_width(results, "gain", keep) for keep in keeps])
    means = gains.mean(1)
    axes.imshow(means, cmap=diverging(), norm=TwoSlopeNorm(0.0, -_PALE, _PALE), aspect="auto", alpha=0.75)
    rows = []
    for row, keep in enumerate(keeps):
        series = Series(panel="gain", arm=f"keep {keep:g}", name="gain, points", side=SIDE)
        for column, width in enumerate(WIDTHS):
            values = gains[row, :, column]
            low, high = interval(values) if len(values) >= MIN_REPLICATES else (np.nan, np.nan)
            clear = low > 0.0 or high < 0.0
            axes.annotate(signed(float(means[row, column]), 1), (column, row), ha="center", va="center", fontsize=8,
                          color=ink(), fontweight="bold" if clear else "normal")  # fmt: skip
            rows += series.rows([float(width)], means[row, [column]], np.array([low]), np.array([high]))
    axes.set_xticks(range(len(WIDTHS)), labels=[str(width) for width in WIDTHS])
    axes.set_yticks(range(len(keeps)), labels=[keep_tick(keep) for keep in keeps])
    axes.set_ylabel("keep probability")
    axes.set_xlabel("hidden units")
    axes.grid(visible=False)
    for side in axes.spines.values():
        side.set_visible(False)
    return rows


def summary(s: Settings) -> str:
    """Data, networks and training."""
    return (
        f"{s.data_name}: {s.train_images} training images, {s.each}, one hidden "
        f"layer, {s.epochs} epochs, learning rate {s.learning_rate:g}."
    )


SCENE = Scene(
    name="width",
    title="Must a network be big enough to overfit before dropout helps?",
    source="Srivastava et al. 2014, appendix A.1: at least n/q units where n are best without dropout",
    claims=(FIRST, FAILS, HELPS, ROOM),
    settings=Settings,
    smoke=Size(replicates=5, settings=OnImages.SMOKE),
    paper=Size(
        replicates=10,
        settings={"data": "mnist5k", "train_images": 4000, "epochs": 300, "networks": 1},
    ),
    grow="analysis.scenes.growing.width",
    computing=(*NETWORKS, "analysis/scenes/growing/grids.py"),
    rests_on=lambda settings: content(settings.data),
    summary=summary,
    reading=reading,
    how="Marks are means over replicates, bands their 95 % intervals. A network is big enough to overfit where, "
    "without dropout, it makes no error on its training images.",
    height=2.75,
    above=0.84,
    draw=draw,
)
"""Dropout by the width of the network."""
