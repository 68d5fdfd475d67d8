"""Two loci with several alleles: the best pair against the alleles that do well with many partners."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_hex
from pydantic import Field

from analysis.figures.plotted import Plotted
from analysis.figures.results import mean_band
from analysis.figures.sheet import row_of_panels
from analysis.figures.theme import ArmStyle, faint, paper
from analysis.numbers import number
from analysis.scenes.base import Results, Room, Scene, Size, listed
from analysis.scenes.base import Settings as SceneSettings
from analysis.scenes.claim import Claim
from analysis.scenes.drawing import Name, Series, heading, name_curves, styles
from analysis.scenes.growing.two_locus import ALLELES, RATES, mixability
from sim.alleles import EXAMPLE, evolve

_SHOWN = 120  # generations of the example
_SEX = ("without recombination", "with free recombination")


class Settings(SceneSettings):
    """Infinite populations that start with all genotypes alike, followed exactly."""

    landscapes: int = Field(default=100, ge=2, le=100_000, description="random tables of fitness in each replicate")
    generations: int = Field(
        default=2000,
        ge=10,
        le=1_000_000,
        description="generations after which the most frequent genotype has won, if none has",
    )


def _from_none_to_free(measure: str) -> dict[str, tuple[str, str]]:
    return {f"{n} alleles": (f"{measure}:{n}:0", f"{measure}:{n}:0.5") for n in ALLELES}


MIXERS = Claim(
    name="mixers",
    says="not individual fitness but the mixability of genes is what sex selects for",
    measure="mixability rank of the winning alleles",
    arms=_SEX,
    direction=+1,
    smallest=0.05,
    conditions=_from_none_to_free("rank"),
)
LOSES = Claim(
    name="loses",
    says="with sex it is not the jackpot that wins in the end",
    measure="share of landscapes in which the best genotype wins",
    arms=("half of them", _SEX[1]),
    direction=-1,
    smallest=0.05,
    conditions={f"{n} alleles": (0.5, f"best:{n}:0.5") for n in ALLELES},
)
RARER = Claim(
    name="rarer",
    says="random pairing takes from the jackpot what it would win without",
    measure="share of landscapes in which the best genotype wins",
    arms=_SEX,
    direction=-1,
    smallest=0.05,
    conditions=_from_none_to_free("best"),
)
OVER = Claim(
    name="over-fitness",
    says="mixability counts, not fitness",
    measure="share of landscapes won under free recombination",
    arms=("the best genotype", "the two most mixable alleles"),
    direction=+1,
    smallest=0.05,
    conditions={f"{n} alleles": (f"best:{n}:0.5", f"mixable:{n}:0.5") for n in ALLELES},
)


def reading(results: Results[Settings]) -> str:
    """What free recombination changes, and who wins then."""
    contests = [results.comparison(OVER, condition) for condition in OVER.conditions]
    best = [number(contest.without, 2) for contest in contests]
    mixers = [number(contest.with_mixing, 2) for contest in contests]
    return (
        f"{results.opening(MIXERS)}. What free recombination adds to the mixability rank of winners: "
        f"{results.told(MIXERS, brief=True)}. With it the best genotype wins in {listed(best)} of landscapes (fewer "
        f"than half: {results.overall(LOSES)}; fewer than without: {results.overall(RARER)}), the most mixable alleles "
        f"in {listed(mixers)} (more than the best: {results.overall(OVER)})."
    )


def draw(room: Room, results: Results[Settings]) -> list[Plotted]:
    """Who wins, how mixable the winners are, and an example of both outcomes."""
    share, rank, example = row_of_panels(room.figure, room.bottom, room.top, 3, gap=0.115, right=0.97)
    heading(share, "Who wins?", "share of landscapes")
    heading(rank, "How mixable are the winners?", "rank: 1 is the most mixable allele")
    best, mixers = (style.color for style in styles()[2:])
    rows = _lines(share, results, "mixable", mixers, line=":")
    share.set_ylim(-0.03, 1.05)
    rows += _lines(share, results, "best", best, named=True)
    rows += _lines(rank, results, "rank", mixers, named=True)
    return rows + _example(room, example)


def _shades(color: str) -> list[ArmStyle]:
    """The more alleles, the stronger."""
    faded = LinearSegmentedColormap.from_list("alleles", [paper(), color])
    strengths = ((0.5, "o"), (0.75, "s"), (1.0, "D"))
    return [ArmStyle(color=to_hex(faded(much)), marker=marker, line="-") for much, marker in strengths]


def _lines(
    axes: Axes, results: Results[Settings], what: str, color: str, *, line: str = "-", named: bool = False
) -> list[Plotted]:
    """A number for every rate of recombination, which are equally far apart, and every number of alleles."""
    meaning = {
        "best": "won by the best genotype",
        "mixable": "won by the most mixable alleles",
        "rank": "mixability rank",
    }
    rows, names = [], []
    places = np.arange(len(RATES))
    for alleles, style in zip(ALLELES, _shades(color), strict=True):
        values = np.stack([results.values[f"{what}:{alleles}:{rate:g}"] for rate in RATES], axis=1)
        mean, low, high = mean_band(values)
        axes.fill_between(places, low, high, color=style.color, alpha=0.18, lw=0)
        axes.plot(places, mean, color=style.color, ls=line, lw=1.6, marker=style.marker, ms=4.5,
                  mfc=style.color if line == "-" else paper())  # fmt: skip
        rows += Series(panel=what, arm=f"{alleles} alleles", name=meaning[what]).rows(list(RATES), mean, low, high)
        names.append(Name(text=str(alleles), y=float(mean[-1]), color=style.color))
    axes.set_xlim(-0.3, len(RATES) - 0.7)
    axes.set_xticks(places, labels=[f"{rate:g}" for rate in RATES])
    axes.set_xlabel("recombination rate")
    if named:
        name_curves(axes, names, gap=0.06)
    return rows


def _example(room: Room, place: Axes) -> list[Plotted]:
    """Frequencies of the alleles of the example, without recombination and with it."""
    box = place.get_position(original=True)
    place.remove()
    height = (box.height - room.share(0.55)) / 2.0
    rows = []
    for rate, words, y in (
        (0.0, "rate 0: the best pair wins", box.y1 - height),
        (0.5, "rate 1/2: the mixers win", box.y0),
    ):
        axes = room.figure.add_axes((box.x0, y, box.width, height))
        heading(axes, "An example" if rate == 0.0 else "", words)
        rows += _course(axes, rate)
    axes.set_xlabel("generation")
    return rows


def _course(axes: Axes, rate: float) -> list[Plotted]:
    """Alleles of the best genotype, the most mixable ones, and quietly the others."""
    best = np.unravel_index(EXAMPLE.argmax(), EXAMPLE.shape)
    mixers = mixability(EXAMPLE[None])[0].argmax(1)
    purple, green = (style.color for style in styles()[2:])
    evolution = evolve(EXAMPLE, rate)
    rows = []
    for locus, course in enumerate(evolution.allele_frequencies):
        shown = course[: _SHOWN + 1]
        for allele, y in enumerate(shown.T):
            color = {int(mixers[locus]): green, int(best[locus]): purple}.get(allele, faint())
            order = 1 if color == faint() else 2
            axes.plot(y, color=color, ls="-" if locus == 0 else (0, (4, 1.5)), lw=1.8, zorder=order)
            series = Series(panel=f"example, rate {rate:g}", arm="infinite", name=f"{'AB'[locus]}{allele + 1}")
            rows += series.exact(np.arange(len(y), dtype=np.float64), y)
    for alleles, color, y in ((best, purple, rate == 0.0), (mixers, green, rate > 0.0)):
        name = " ".join(f"{'AB'[locus]}{int(allele) + 1}" for locus, allele in enumerate(alleles))
        axes.annotate(name, (0.97, 0.83 if y else 0.17), xycoords="axes fraction", ha="right", va="center", color=color,
                      fontweight="bold", fontsize=8.5)  # fmt: skip
    axes.set_xlim(0, _SHOWN)
    axes.set_ylim(-0.03, 1.03)
    axes.set_yticks([0, 0.5, 1])
    return rows


SCENE = Scene(
    name="two-locus",
    title="Does sex favour genes that mix well?",
    source="Livnat, Papadimitriou, Dushoff & Feldman 2008; the example is this project's own",
    claims=(MIXERS, LOSES, RARER, OVER),
    settings=Settings,
    replicates=20,
    smoke=Size(replicates=5, settings={"landscapes": 4, "generations": 100}),
    grow="analysis.scenes.growing.two_locus",
    computing=("sim", "analysis/measures"),
    summary=lambda s: (
        f"Two loci, infinite populations, {s.landscapes} landscapes in each replicate, fitness drawn from U[1, 2]."
    ),
    reading=reading,
    how="Numbers at the curves are alleles of a locus; bands are 95 % intervals. Purple: the genotype with the highest "
    "fitness; green: the alleles that do best on average over all partners. Example: frequencies, solid at locus A.",
    height=3.1,
    draw=draw,
)
"""The two-locus model of mixability."""
