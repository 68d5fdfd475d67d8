"""Inverted dropout and dropout that scales at test time: one method, if the learning rate is scaled as well."""

from itertools import product

import numpy as np
from matplotlib.axes import Axes
from pydantic import Field

from analysis.figures.plotted import Plotted
from analysis.figures.results import mean_band
from analysis.figures.sheet import row_of_panels
from analysis.figures.theme import ArmStyle, arms, quiet
from analysis.numbers import number
from analysis.scenes.base import NETWORKS, Results, Room, Scene, Size
from analysis.scenes.base import Settings as SceneSettings
from analysis.scenes.claim import Claim, Law
from analysis.scenes.data import content
from analysis.scenes.drawing import Series, curve, heading, legend, points, sample_of, styles

SIDE = "neurons"
_KEEPS = ("0.5", "0.8")
_RATES = {"classic": "than\nclassic", "first": "than none,\nat first", "halfway": "than none,\nhalfway"}


class Settings(SceneSettings):
    """One network, trained by plain gradient descent with the same masks in all arms."""

    data: str = Field(default="digits", description="digits, mnist5k or idx:FOLDER")
    train_images: int = Field(default=400, ge=10, description="training images")
    width: int = Field(default=64, ge=2, le=8192, description="hidden units")
    learning_rate: float = Field(default=0.1, gt=0.0, le=10.0, description="learning rate of inverted dropout")
    batch: int = Field(default=50, ge=1, description="training images of a step")
    steps: int = Field(default=400, ge=20, le=1_000_000, description="steps")


EQUAL = Law(
    name="equal",
    says="inverted dropout is the same as dropout that scales at test time",
    measure="largest difference of any score, at any time of training",
    tolerance=1e-9,
    conditions={
        **{f"weights and learning rate behind it scaled, keep {keep}": f"off:rescaled:{keep}" for keep in _KEEPS},
        **{f"nothing scaled, keep {keep}": f"off:as_is:{keep}" for keep in _KEEPS},
    },
    side=SIDE,
)
FASTER = Claim(
    name="faster",
    says="with inverted dropout the effective learning rate is higher than the one chosen",
    measure="effective learning rate, in units of the chosen one",
    arms=("chosen", "effective"),
    direction=+1,
    smallest=0.1,
    conditions={
        f"{words} (keep {keep})": (1.0, f"rate:{name}:{keep}")
        for (name, words), keep in product(
            {
                "classic": "than classic",
                "first": "than none, at first",
                "halfway": "than none, halfway",
            }.items(),
            _KEEPS,
        )
    },
    side=SIDE,
)


def reading(results: Results[Settings]) -> str:
    """Whether they are equal, and which is faster."""
    classic, first, halfway = (
        " and ".join(number(float(results.values[f"rate:{name}:{keep}"].mean()), 2) for keep in _KEEPS)
        for name in _RATES
    )
    return (
        f"{results.opening(EQUAL)}: exactly the same if the weights behind the layer start larger by 1 / keep and "
        f"learn 1 / keep² as fast. Is the effective learning rate higher? {results.opening(FASTER)}: with keep "
        f"{' and '.join(_KEEPS)} it is {classic} times classic scaling's; {first} times that "
        f"without dropout at first, {halfway} halfway."
    )


def draw(room: Room, results: Results[Settings]) -> list[Plotted]:
    """Losses; differences of predictions; effective learning rates."""
    loss, apart, rates = row_of_panels(room.figure, room.bottom, room.top, 3, left=0.085, gap=0.085)
    legend(room, loss.get_position(original=True).x0, [sample_of(style, label) for style, label in _looks().values()])
    return _loss(loss, results) + _apart(apart, results) + _rates(rates, results)


def _looks() -> dict[str, tuple[ArmStyle, str]]:
    orange, blue, purple, _ = styles()
    return {
        "inverted": (blue, "inverted"),
        "rescaled": (purple, "classic, scaled alike"),
        "as_is": (orange, "classic, nothing scaled"),
    }


def _loss(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    heading(axes, "One training", "loss of the deployed network, keep 1/2")
    steps = results.values["steps"][0]
    rows = []
    for arm, (style, _) in _looks().items():
        values = results.values[f"loss:{arm}:0.5"]
        series = Series(panel="loss", arm=arm, name="cross-entropy", side=SIDE)
        if arm == "rescaled":
            mean, low, high = mean_band(values)
            axes.plot(steps, mean, ls="", marker=style.marker, ms=5, color=style.color)
            rows += series.rows(steps.tolist(), mean, low, high)
        else:
            rows += curve(axes, steps, values, style, series)
    axes.set_yscale("log")
    axes.set_yticks([0.1, 0.2, 0.5, 1, 2, 5], labels=["0.1", "0.2", "0.5", "1", "2", "5"])
    axes.minorticks_off()
    axes.set_xlabel("step")
    return rows


def _apart(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    heading(axes, "The same to rounding", "difference of any score, keep 0.8")
    steps = results.values["steps"][0]
    rows = []
    for arm in ("rescaled", "as_is"):
        style = _looks()[arm][0]
        worst = np.maximum(results.values[f"apart:{arm}:0.8"].max(0), 1e-17)
        axes.plot(steps, worst, color=style.color, marker=style.marker, ms=4, ls=style.line, lw=1.2)
        rows += Series(panel="apart", arm=arm, name="largest of all replicates", side=SIDE).exact(steps, worst)
    axes.set_yscale("log")
    axes.set_ylim(1e-17, 1e2)
    axes.set_yticks(
        [1e-16, 1e-12, 1e-8, 1e-4, 1],
        labels=[f"1e{number(np.log10(at), 0)}" if at < 1.0 else "1" for at in (1e-16, 1e-12, 1e-8, 1e-4, 1.0)],
    )
    axes.minorticks_off()
    axes.set_xlabel("step")
    return rows


def _rates(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    heading(axes, "Faster than what?", "effective learning rate")
    axes.axhline(1.0, color=quiet(), lw=0.8)
    rows = []
    for group, name in enumerate(_RATES):
        for place, (keep, style) in enumerate(zip(_KEEPS, (arms()[1], styles()[3]), strict=True)):
            series = Series(panel="rates", arm=f"keep {keep}", name="effective learning rate", side=SIDE)
            values = results.values[f"rate:{name}:{keep}"]
            rows += points(axes, 2.6 * group + place, values, style, series, name)
            if name == "classic":
                axes.annotate(f"keep {keep}", (place, float(values.mean())), (7, 0), textcoords="offset points",
                              va="center", color=style.color, fontsize=8)  # fmt: skip
    axes.set_yscale("log", base=2)
    axes.set_yticks([0.25, 0.5, 1, 2, 4], labels=["1/4", "1/2", "1", "2", "4"])
    axes.minorticks_off()
    axes.set_ylim(0.2, 5.0)
    axes.set_xticks([2.6 * group + 0.5 for group in range(len(_RATES))], labels=_RATES.values())
    axes.tick_params(axis="x", labelsize=7)
    axes.set_xlim(-0.6, 6.8)
    axes.grid(visible=False, axis="x")
    return rows


SCENE = Scene(
    name="inverted",
    title="Is inverted dropout the same as scaling at test time?",
    source="Srivastava et al. 2014, section 10",
    claims=(EQUAL, FASTER),
    settings=Settings,
    grow="analysis.scenes.growing.inverted",
    computing=NETWORKS,
    rests_on=lambda settings: content(settings.data),
    replicates=12,
    smoke=Size(replicates=5, settings={"train_images": 60, "width": 6, "steps": 20, "batch": 10}),
    summary=lambda s: (
        f"{s.data}: {s.train_images} training images, {s.width} rectified units, dropout behind them, plain gradient "
        f"descent of {s.steps} steps with rate {s.learning_rate:g}, the same masks in all arms."
    ),
    reading=reading,
    how="Than classic: the first step of the deployed output weights. Than none: how fast dropout's mean step "
    "lowers the deployed loss, over the step without it, at first weights and halfway. Bands and bars: 95 % intervals.",
    height=2.6,
    above=0.84,
    draw=draw,
)
"""Two ways to scale."""
