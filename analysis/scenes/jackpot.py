"""Random pairing against the "gene jackpot": a child that gets the best of both its parents."""

import numpy as np
from matplotlib.axes import Axes
from pydantic import Field

from analysis.arrays import Floats
from analysis.figures.plotted import Plotted
from analysis.figures.sheet import row_of_panels
from analysis.figures.theme import arms, ink, quiet
from analysis.scenes.base import Grown, Results, Room, Scene, Size
from analysis.scenes.claim import Claim
from analysis.scenes.crosses import cross
from analysis.scenes.drawing import Name, Series, curve, heading, name_curves, points, same_height, styles, time_axis
from analysis.scenes.landscapes import OnThreeLandscapes, mean_log_fitness, moments, watched
from analysis.streams import seed_for
from sim import CLONAL, SEXUAL, Reproduction, TabulatedLandscape, evolve, infinite_population

_ARMS = ("clonal", "sexual", "brood", "alleles")
_JACKPOTS = {"brood": "fittest of a brood", "alleles": "better alleles"}
_RARE = 1e-9


class Settings(OnThreeLandscapes):
    """Two populations evolve apart in each arm, so that their individuals can be crossed."""

    generations: int = Field(default=300, ge=2, le=1_000_000, description="generations to evolve")
    brood: int = Field(default=10, ge=2, le=1000, description="recombinants of two parents, of which the fittest lives")
    advantage: float = Field(
        default=8.0, gt=0.0, le=1e6, description="fitness of a rare complete set, as a multiple of the others'"
    )
    largest: int = Field(default=8, ge=2, le=12, description="genes of the largest rare set")

    @property
    def reproductions(self) -> tuple[Reproduction, ...]:
        """Of each arm."""
        best = (Reproduction(sex_fraction=1.0, best_of=n) for n in (self.brood, "alleles"))
        return (CLONAL, SEXUAL, *best)

    @property
    def labels(self) -> tuple[str, ...]:
        """Of each arm."""
        return ("clonal", "sexual", f"best of {self.brood}", "best alleles")


def _against_jackpots(measure: str) -> dict[str, tuple[str, str]]:
    return {
        f"{name} ({words})": (f"{measure}:{name}:{jackpot}", f"{measure}:{name}:sexual")
        for name in Settings.names
        for jackpot, words in _JACKPOTS.items()
    }


END = Claim(
    name="end",
    says="it is not the gene jackpot that wins in the end, but random pairing",
    measure="mean log fitness at the end",
    arms=("jackpot", "random pairing"),
    direction=+1,
    smallest=0.05,
    conditions=_against_jackpots("end"),
)
CHILDREN = Claim(
    name="children",
    says="random pairing makes genes useful with many different partners",
    measure="hybrid viability between populations evolved apart",
    arms=("jackpot", "random pairing"),
    direction=+1,
    smallest=0.05,
    conditions=_against_jackpots("viability"),
)


def growth_of_rare_set(genes: int, advantage: float, *, sexual: bool) -> float:
    """The factor by which a rare set of unlinked genes grows in a generation, by the exact infinite engine.

    The complete set has ``advantage`` times the fitness of those without any of it; a part of it is lethal.
    """
    table = np.full(2**genes, -np.inf)
    table[0], table[-1] = 0.0, np.log(advantage)
    landscape = TabulatedLandscape(loci=genes, table=table, names=[f"gene {i}" for i in range(genes)])
    frequencies = np.zeros(2**genes)
    frequencies[0], frequencies[-1] = 1.0 - _RARE, _RARE
    before = infinite_population(landscape, frequencies=frequencies)
    after = evolve(landscape, SEXUAL if sexual else CLONAL, before, generations=1, mutation=0.0, seed=0)
    return float(after.shares[-1] / before.shares[-1])


def law(genes: Floats, advantage: float, *, sexual: bool) -> Floats:
    """The same for an infinitely rare set: one sexual child in ``2**genes`` has it, but everyone has twice as many.

    Clones pass it on whole. Sexual parents have mates with none of it.
    """
    return advantage * 2.0 ** (1.0 - genes) if sexual else np.full(len(genes), advantage)


def grow(settings: Settings, seed: int, replicate: int) -> Grown:
    """Mean log fitness at all times and in the end, and what children of the two populations are worth."""
    times = moments(settings.generations)
    found: Grown = {"times": times}
    for name in settings.names:
        key = ("scene", "jackpot", name, replicate)
        landscape = settings.landscape(name).build(seed_for(seed, *key, "landscape"))
        for arm, reproduction in zip(_ARMS, settings.reproductions, strict=True):
            ours, theirs = (
                list(
                    watched(
                        landscape,
                        reproduction,
                        landscape.founders(settings.population, seed_for(seed, *key, "founders", which)),
                        times,
                        mutation=settings.mutation,
                        seed=seed_for(seed, *key, "evolution", arm, which),
                    )
                )
                for which in "AB"
            )
            courses = [[mean_log_fitness(population) for population in each] for each in (ours, theirs)]
            course = np.mean(courses, axis=0)
            children = cross(landscape, ours[-1], theirs[-1], seed_for(seed, *key, "crosses"))
            found[f"course:{name}:{arm}"], found[f"end:{name}:{arm}"] = course, course[-1]
            found[f"viability:{name}:{arm}"] = children.viability
            found[f"load:{name}:{arm}"] = children.load
    return found


def reading(results: Results[Settings]) -> str:
    """Both claims."""
    return (
        f"{results.opening(END)}. Random pairing less jackpot, log fitness in the end: {results.told(END)}. "
        f"Hybrid viability: {results.told(CHILDREN)}."
    )


def draw(room: Room, results: Results[Settings]) -> list[Plotted]:
    """Above, all arms on three landscapes; below, their children, and the law of rare sets."""
    middle = room.bottom + room.share(1.65)
    right = 0.87
    high = row_of_panels(room.figure, middle + room.share(1.02), room.top, 3, right=right, gap=0.035)
    wide = high[1].get_position(original=True).x1
    (low,) = row_of_panels(room.figure, room.bottom, middle, 1, right=wide)
    box = high[2].get_position(original=True)
    exact = room.figure.add_axes((box.x0 + 0.02, room.bottom, right - box.x0 - 0.02, middle - room.bottom))
    rows = []
    for name, axes in zip(Settings.names, high, strict=True):
        heading(axes, name.capitalize(), results.settings.meaning(name))
        rows += _course(axes, results, name)
    same_height(high)
    high[0].set_ylabel("mean log fitness")
    name_curves(high[-1], _names(results), gap=0.115)
    return rows + _children(low, results) + _law(exact, results.settings)


def _names(results: Results[Settings]) -> list[Name]:
    last = Settings.names[-1]
    return [
        Name(text=label, y=float(results.values[f"end:{last}:{arm}"].mean()), color=style.color)
        for arm, label, style in zip(_ARMS, results.settings.labels, styles(), strict=True)
    ]


def _course(axes: Axes, results: Results[Settings], name: str) -> list[Plotted]:
    rows = []
    x = results.values["times"][0]
    for arm, style in zip(_ARMS, styles(), strict=True):
        series = Series(panel=name, arm=arm, name="mean log fitness")
        rows += curve(axes, x, results.values[f"course:{name}:{arm}"], style, series)
    time_axis(axes, x[-1])
    return rows


def _children(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    """Hybrid viability of every arm on every landscape."""
    heading(axes, "Children of populations evolved apart", "1 = as fit as their parents, 0 = as random genes")
    rows = []
    for group, name in enumerate(Settings.names):
        for place, (arm, style) in enumerate(zip(_ARMS, styles(), strict=True)):
            series = Series(panel="children", arm=arm, name="hybrid viability")
            rows += points(axes, 5.0 * group + place, results.values[f"viability:{name}:{arm}"], style, series, name)
    for level in (0.0, 1.0):
        axes.axhline(level, color=quiet(), lw=0.8)
    axes.set_xlim(-0.8, 13.8)
    axes.set_xticks([1.5, 6.5, 11.5], labels=Settings.names, color=ink())
    axes.grid(visible=False, axis="x")
    axes.set_ylabel("hybrid viability")
    return rows


def _law(axes: Axes, settings: Settings) -> list[Plotted]:
    """Growth of rare sets: exact points on the lines of the law."""
    heading(axes, "A rare jackpot", f"growth of one {settings.advantage:g} times as fit")
    genes = np.arange(1.0, settings.largest + 1.0)
    rows = []
    for arm, style in zip(_ARMS, arms(), strict=False):
        sexual = arm == "sexual"
        found = np.array([growth_of_rare_set(int(k), settings.advantage, sexual=sexual) for k in genes])
        expected = law(genes, settings.advantage, sexual=sexual)
        axes.plot(genes, expected, color=style.color, ls=style.line, lw=1.5)
        axes.plot(genes, found, ls="", marker=style.marker, ms=4.5, color=style.color)
        rows += Series(panel="law", arm=arm, name="exact growth").exact(genes, found)
        rows += Series(panel="law", arm=arm, name="growth by the law").exact(genes, expected)
    axes.set_yscale("log", base=2)
    axes.axhline(1.0, color=quiet(), lw=0.8)
    axes.annotate("spreads", (1.03, 1.0), (0, 3), xycoords=("axes fraction", "data"), textcoords="offset points",
                  color=quiet(), fontsize=8, annotation_clip=False)  # fmt: skip
    axes.annotate("is lost", (1.03, 1.0), (0, -3), xycoords=("axes fraction", "data"), textcoords="offset points",
                  va="top", color=quiet(), fontsize=8, annotation_clip=False)  # fmt: skip
    axes.set_xticks(genes)
    powers = range(-int(settings.largest), 2 + int(np.log2(settings.advantage)), 2)
    axes.set_yticks([2.0**p for p in powers], labels=[f"{2**p}" if p >= 0 else f"1/{2**-p}" for p in powers])
    axes.set_ylim(settings.advantage * 2.0 ** (0.5 - settings.largest), settings.advantage * 2.0)
    axes.set_xlabel("genes of the set")
    return rows


SCENE = Scene(
    name="jackpot",
    title="Does random pairing beat the gene jackpot?",
    source="exact law: a rare set of k unlinked genes must be 2^(k - 1) times as fit (Livnat et al. 2008 for two)",
    claims=(END, CHILDREN),
    settings=Settings,
    grow="analysis.scenes.jackpot",
    smoke=Size(replicates=5, settings={"population": 30, "generations": 12, "rugged": {"k": 2}, "brood": 3}),
    computing=("sim", "analysis/measures", "analysis/scenes/crosses.py", "analysis/scenes/landscapes.py"),
    summary=lambda settings: (
        f"{settings.summary} The jackpots are the fittest of {settings.brood} recombinants, and at each locus the "
        "parent's allele with the higher average effect; random pairing has no such contest."
    ),
    reading=reading,
    how="Above: means with their 95 % interval; time is logarithmic. Below left: faint marks are replicates, strong "
    "ones their mean and its 95 % interval. Below right: lines are the law, marks the exact infinite population.",
    height=4.75,
    draw=draw,
)
"""Random pairing against the jackpot."""
