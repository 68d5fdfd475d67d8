"""Cloning against sex on a smooth, a rugged and a conspiratorial landscape."""

from matplotlib.axes import Axes
from pydantic import Field

from analysis.figures.plotted import Plotted
from analysis.figures.results import mean_band
from analysis.figures.sheet import row_of_panels
from analysis.figures.theme import arms, ink, quiet
from analysis.numbers import number
from analysis.scenes.base import Results, Room, Scene, Size, listed
from analysis.scenes.claim import Claim
from analysis.scenes.drawing import Name, Series, curve, heading, name_curves, same_height, time_axis
from analysis.scenes.growing.cloning import ARMS
from analysis.scenes.landscapes import OnThreeLandscapes


class Settings(OnThreeLandscapes):
    """Both arms start from the same founders."""

    early: int = Field(default=10, ge=1, le=1_000_000, description="generations that are the beginning")


END = Claim(
    name="end",
    says="copying what works seems the better plan, but sex gets further",
    measure="mean log fitness at the end",
    arms=ARMS,
    direction=+1,
    smallest=0.05,
    conditions={name: (f"end:{name}:clonal", f"end:{name}:sexual") for name in Settings.names},
)
FIRST = Claim(
    name="first-child",
    says="sex breaks up genes that worked well together",
    measure="mean log fitness of the first children",
    arms=ARMS,
    direction=-1,
    smallest=0.01,
    conditions={name: (f"first:{name}:clonal", f"first:{name}:sexual") for name in Settings.names},
)
EARLY = Claim(
    name="early",
    says="to copy a good set of genes with small changes is the surer way to be fit",
    measure="mean log fitness over the first generations",
    arms=ARMS,
    direction=-1,
    smallest=0.05,
    conditions={name: (f"early:{name}:clonal", f"early:{name}:sexual") for name in Settings.names},
)


def reading(results: Results[Settings]) -> str:
    """At the end, in the beginning, and in the first generation."""
    costs = [number(-results.comparison(FIRST, name).difference, 3) for name in Settings.names]
    theory = [number(float(results.values[f"load:{name}"].mean()), 3) for name in Settings.names]
    return (
        f"{results.opening(END)}. Log fitness in the end, sexual less clonal: {results.told(END, brief=True)}. "
        f"Over the first {results.settings.early} generations: {results.told(EARLY, brief=True)}. "
        f"Sex costs the first children {listed(costs)} of log fitness; theory says {listed(theory)}."
    )


def draw(room: Room, results: Results[Settings]) -> list[Plotted]:
    """Above, both arms; below, the difference, filled in the colour of the arm that is ahead."""
    middle = room.bottom + room.share(1.2)
    low = row_of_panels(room.figure, room.bottom, middle, 3, right=0.9, gap=0.035)
    high = row_of_panels(room.figure, middle + room.share(0.2), room.top, 3, right=0.9, gap=0.035)
    rows = []
    for name, above, below in zip(Settings.names, high, low, strict=True):
        heading(above, name.capitalize(), results.settings.meaning(name))
        rows += _course(above, results, name) + _difference(below, results, name)
    same_height(high)
    same_height(low)
    high[0].set_ylabel("mean log fitness")
    low[0].set_ylabel("sexual less clonal")
    ends = [float(results.values[f"end:{Settings.names[-1]}:{arm}"].mean()) for arm in ARMS]
    name_curves(
        high[-1],
        [Name(text=arm, y=end, color=style.color) for arm, end, style in zip(ARMS, ends, arms(), strict=True)],
        gap=0.11,
    )
    for arm, style, y, va in zip(ARMS, arms(), (0.0, 1.0), ("bottom", "top"), strict=True):
        low[-1].annotate(
            f"{arm}\nahead", (1.02, y), xycoords="axes fraction", va=va, color=style.color, fontsize=8,
            annotation_clip=False,
        )  # fmt: skip
    return rows


def _course(axes: Axes, results: Results[Settings], name: str) -> list[Plotted]:
    rows = []
    x = results.values["times"][0]
    for arm, style in zip(ARMS, arms(), strict=True):
        series = Series(panel=name, arm=arm, name="mean log fitness")
        rows += curve(axes, x, results.values[f"course:{name}:{arm}"], style, series, thin=True)
    time_axis(axes, x[-1])
    axes.set_xlabel("")
    axes.tick_params(labelbottom=False)
    return rows


def _difference(axes: Axes, results: Results[Settings], name: str) -> list[Plotted]:
    x = results.values["times"][0]
    clonal, sexual = (results.values[f"course:{name}:{arm}"] for arm in ARMS)
    mean, low, high = mean_band(sexual - clonal)
    for style, ahead in zip(arms(), (mean < 0.0, mean > 0.0), strict=True):
        axes.fill_between(x, 0.0, mean, where=ahead.tolist(), interpolate=True, color=style.color, alpha=0.35, lw=0)
    axes.axhline(0.0, color=quiet(), lw=0.8)
    axes.fill_between(x, low, high, color=ink(), alpha=0.15, lw=0)
    axes.plot(x, mean, color=ink(), lw=1.2)
    time_axis(axes, x[-1])
    return Series(panel=name, arm="sexual less clonal", name="mean log fitness").rows(x.tolist(), mean, low, high)


SCENE = Scene(
    name="cloning",
    title="Does sex get further than cloning?",
    source="Fisher 1930, Muller 1932; rugged landscapes: Kauffman & Weinberger 1989",
    claims=(END, FIRST, EARLY),
    settings=Settings,
    grow="analysis.scenes.growing.cloning",
    smoke=Size(replicates=5, settings={"population": 30, "generations": 12, "rugged": {"k": 2}}),
    computing=("sim", "analysis/measures", "analysis/scenes/growing/landscapes.py"),
    summary=lambda settings: settings.summary,
    reading=reading,
    how="Above: thick lines are means with their 95 % interval, thin ones replicates; both arms start from the same "
    "founders. Below: their difference, filled with the colour of the arm that is ahead. Time is logarithmic.",
    height=3.9,
    draw=draw,
)
"""Cloning against sex."""
