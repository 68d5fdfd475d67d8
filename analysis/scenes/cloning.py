"""Cloning against sex on a smooth, a rugged and a conspiratorial landscape."""

import numpy as np
from matplotlib.axes import Axes

from analysis.figures.plotted import Plotted
from analysis.figures.results import mean_band
from analysis.figures.sheet import row_of_panels
from analysis.figures.theme import arms, ink, quiet
from analysis.numbers import number
from analysis.scenes.base import Grown, Results, Room, Scene, Size, listed
from analysis.scenes.claim import Claim
from analysis.scenes.drawing import Name, Series, curve, heading, name_curves, same_height, time_axis
from analysis.scenes.landscapes import OnThreeLandscapes, mean_log_fitness, moments, watched
from analysis.streams import seed_for
from sim import CLONAL, SEXUAL, GenomeLandscape

_ARMS = ("clonal", "sexual")


class Settings(OnThreeLandscapes):
    """Both arms start from the same founders."""


END = Claim(
    name="end",
    says="cloning what works seems the better plan, but sex is how the advanced organisms came about",
    measure="mean log fitness at the end",
    arms=_ARMS,
    direction=+1,
    smallest=0.05,
    conditions={name: (f"end:{name}:clonal", f"end:{name}:sexual") for name in Settings.names},
)
FIRST = Claim(
    name="first-child",
    says="sex breaks up genes that worked well together",
    measure="mean log fitness of the first children",
    arms=_ARMS,
    direction=-1,
    smallest=0.01,
    conditions={name: (f"first:{name}:clonal", f"first:{name}:sexual") for name in Settings.names},
)


def load_of_sex(landscape: GenomeLandscape) -> float:
    """How much lower the log fitness of the first sexual children is, for weak selection on random founders.

    Selection raises clones by the whole variance ``sum V_k``. Of what it raises a parent by at order k, a child keeps
    ``2**-k`` from each of its two parents, so the load is ``sum (1 - 2**(1 - k)) V_k``.
    """
    variance = landscape.spectrum()[1:]
    return float(np.sum((1.0 - 2.0 ** -np.arange(len(variance))) * variance))


def grow(settings: Settings, seed: int, replicate: int) -> Grown:
    """Mean log fitness of both arms at all times, and its beginning and end."""
    times = moments(settings.generations)
    found: Grown = {"times": times}
    for name in settings.names:
        key = ("scene", "cloning", name, replicate)
        landscape = settings.landscape(name).build(seed_for(seed, *key, "landscape"))
        founders = landscape.founders(settings.population, seed_for(seed, *key, "founders"))
        for arm, reproduction in zip(_ARMS, (CLONAL, SEXUAL), strict=True):
            stream = seed_for(seed, *key, "evolution", arm)
            populations = watched(landscape, reproduction, founders, times, mutation=settings.mutation, seed=stream)
            course = np.array([mean_log_fitness(population) for population in populations])
            found[f"course:{name}:{arm}"] = course
            found[f"first:{name}:{arm}"], found[f"end:{name}:{arm}"] = course[1], course[-1]
        found[f"load:{name}"] = load_of_sex(landscape)
    return found


def led_until(results: Results[Settings], name: str) -> int:
    """The last generation looked at in which clonals are ahead by more than matters; 0 where they never are."""
    clonal, sexual = (results.values[f"course:{name}:{arm}"].mean(0) for arm in _ARMS)
    ahead = np.flatnonzero(clonal - sexual > END.smallest)
    return int(results.values["times"][0][ahead[-1]]) if len(ahead) else 0


def reading(results: Results[Settings]) -> str:
    """At the end, on the way, and in the first generation."""
    leads = {name: led_until(results, name) for name in Settings.names}
    led = [f"{until} ({name})" for name, until in leads.items() if until]
    costs = [number(-results.comparison(FIRST, name).difference, 3) for name in Settings.names]
    theory = [number(float(results.values[f"load:{name}"].mean()), 3) for name in Settings.names]
    return (
        f"{results.opening(END)}. Sexual less clonal log fitness in the end: {results.told(END)}. "
        f"{f'Cloning leads until generation {listed(led)}. ' if led else ''}"
        f"Sex costs the first children {listed(costs)}; theory says {listed(theory)}."
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
    ends = [float(results.values[f"end:{Settings.names[-1]}:{arm}"].mean()) for arm in _ARMS]
    name_curves(
        high[-1],
        [Name(text=arm, y=end, color=style.color) for arm, end, style in zip(_ARMS, ends, arms(), strict=True)],
        gap=0.11,
    )
    for arm, style, y, va in zip(_ARMS, arms(), (0.0, 1.0), ("bottom", "top"), strict=True):
        low[-1].annotate(
            f"{arm}\nahead", (1.02, y), xycoords="axes fraction", va=va, color=style.color, fontsize=8,
            annotation_clip=False,
        )  # fmt: skip
    return rows


def _course(axes: Axes, results: Results[Settings], name: str) -> list[Plotted]:
    rows = []
    x = results.values["times"][0]
    for arm, style in zip(_ARMS, arms(), strict=True):
        series = Series(panel=name, arm=arm, name="mean log fitness")
        rows += curve(axes, x, results.values[f"course:{name}:{arm}"], style, series, thin=True)
    time_axis(axes, x[-1])
    axes.set_xlabel("")
    axes.tick_params(labelbottom=False)
    return rows


def _difference(axes: Axes, results: Results[Settings], name: str) -> list[Plotted]:
    x = results.values["times"][0]
    clonal, sexual = (results.values[f"course:{name}:{arm}"] for arm in _ARMS)
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
    claims=(END, FIRST),
    settings=Settings,
    grow="analysis.scenes.cloning",
    smoke=Size(replicates=5, settings={"population": 30, "generations": 12, "rugged": {"k": 2}}),
    computing=("sim", "analysis/measures", "analysis/scenes/landscapes.py"),
    summary=lambda settings: settings.summary,
    reading=reading,
    how="Above: thick lines are means with their 95 % interval, thin ones replicates; both arms start from the same "
    "founders. Below: their difference, filled with the colour of the arm that is ahead. Time is logarithmic.",
    height=3.9,
    draw=draw,
)
"""Cloning against sex."""
