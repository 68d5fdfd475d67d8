"""Random pairing against the "gene jackpot": a child that gets the best of both its parents."""

import numpy as np
from matplotlib.axes import Axes
from pydantic import Field

from analysis.figures.plotted import Plotted
from analysis.figures.sheet import row_of_panels
from analysis.figures.theme import arms, ink, quiet
from analysis.scenes.base import Results, Room, Scene, Size, listed
from analysis.scenes.claim import Claim, Law
from analysis.scenes.drawing import Name, Series, curve, heading, name_curves, points, same_height, styles, time_axis
from analysis.scenes.growing.jackpot import ARMS, RARE, law
from analysis.scenes.landscapes import OnThreeLandscapes
from analysis.stats import Verdict

_SETS = (2, 3, 5, 6)
_JACKPOTS = {"brood": "fittest of a brood", "alleles": "better alleles"}


class Settings(OnThreeLandscapes):
    """Two populations evolve apart in each arm, so that their individuals can be crossed."""

    generations: int = Field(default=300, ge=2, le=1_000_000, description="generations to evolve")
    brood: int = Field(default=10, ge=2, le=1000, description="recombinants of two parents, of which the fittest lives")
    advantage: float = Field(
        default=8.0, gt=0.0, le=1e6, description="fitness of a rare complete set, as a multiple of the others'"
    )
    largest: int = Field(default=8, ge=6, le=12, description="genes of the largest rare set")

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
    controls=tuple(_against_jackpots("viability"))[: len(_JACKPOTS)],
)
"""Where loci act on their own, children of any parents are as fit as they: a control."""
LOST = Claim(
    name="lost",
    says="a jackpot of genes does not win among genes that pair at random",
    measure="doublings a generation of a rare jackpot",
    arms=("none", "random pairing"),
    direction=-1,
    smallest=0.01,
    conditions={
        **{f"a set of {k} genes": (0.0, f"doublings:sexual:{k}") for k in _SETS},
        f"a set of {_SETS[-1]} genes (clonal)": (0.0, f"doublings:clonal:{_SETS[-1]}"),
    },
    controls=(f"a set of {_SETS[-1]} genes (clonal)",),
)
BOUND = Law(
    name="bound",
    says="a jackpot of k genes spreads only if it is more than 1 / c times as fit, where c is the chance that random "
    "pairing leaves it whole: 2^(1 - k) of unlinked genes, (1 - r)^(k - 1) of neighbours at rate r, 1 in clones",
    measure="growth of a jackpot in a generation over that of the law, less 1",
    tolerance=1e-7,
    conditions={"unlinked genes": "off:unlinked", "linked genes": "off:linked", "clonal": "off:clonal"},
    controls=("clonal",),
)


def reading(results: Results[Settings]) -> str:
    """Both claims."""
    return (
        f"{results.opening(END)}. Log fitness in the end, random pairing less jackpot: "
        f"{results.told(END, brief=True)}. Are its children of two populations fitter? "
        f"{results.opening(CHILDREN)}. A rare jackpot {results.settings.advantage:g} times as fit is "
        f"lost {_lost(results)}, by a law of its growth ({results.overall(BOUND)})."
    )


def _lost(results: Results[Settings]) -> str:
    """Of what sizes."""
    lost = [k for k in _SETS if results.answer(LOST, f"a set of {k} genes").verdict is Verdict.SUPPORTED]
    return f"if it has {lost[0]} genes or more" if lost else f"with none of {listed([str(k) for k in _SETS])} genes"


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
    return rows + _children(low, results) + _law(exact, results)


def _names(results: Results[Settings]) -> list[Name]:
    last = Settings.names[-1]
    return [
        Name(text=label, y=float(results.values[f"end:{last}:{arm}"].mean()), color=style.color)
        for arm, label, style in zip(ARMS, results.settings.labels, styles(), strict=True)
    ]


def _course(axes: Axes, results: Results[Settings], name: str) -> list[Plotted]:
    rows = []
    x = results.values["times"][0]
    for arm, style in zip(ARMS, styles(), strict=True):
        series = Series(panel=name, arm=arm, name="mean log fitness")
        rows += curve(axes, x, results.values[f"course:{name}:{arm}"], style, series)
    time_axis(axes, x[-1])
    return rows


def _children(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    """Hybrid viability of every arm on every landscape."""
    heading(axes, "Children of populations evolved apart", "1 = as fit as their parents, 0 = as random genes")
    rows = []
    for group, name in enumerate(Settings.names):
        for place, (arm, style) in enumerate(zip(ARMS, styles(), strict=True)):
            series = Series(panel="children", arm=arm, name="hybrid viability")
            rows += points(axes, 5.0 * group + place, results.values[f"viability:{name}:{arm}"], style, series, name)
    for level in (0.0, 1.0):
        axes.axhline(level, color=quiet(), lw=0.8)
    axes.set_xlim(-0.8, 13.8)
    axes.set_xticks([1.5, 6.5, 11.5], labels=Settings.names, color=ink())
    axes.grid(visible=False, axis="x")
    axes.set_ylabel("hybrid viability")
    return rows


def _law(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    """Growth of rare sets: exact points on the lines of the law."""
    settings = results.settings
    heading(axes, "A rare jackpot", f"growth of one {settings.advantage:g} times as fit")
    genes = np.arange(1.0, settings.largest + 1.0)
    rows = []
    for arm, style in zip(ARMS, arms(), strict=False):
        found = results.values[f"growth:{arm}"][0]
        expected = law(2.0 ** (1.0 - genes) if arm == "sexual" else np.ones(len(genes)), settings.advantage, RARE)
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
    claims=(END, CHILDREN, LOST, BOUND),
    settings=Settings,
    grow="analysis.scenes.growing.jackpot",
    smoke=Size(replicates=5, settings={"population": 30, "generations": 12, "rugged": {"k": 2}, "brood": 3}),
    computing=(
        "sim",
        "analysis/measures",
        "analysis/scenes/growing/crosses.py",
        "analysis/scenes/growing/landscapes.py",
    ),
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
