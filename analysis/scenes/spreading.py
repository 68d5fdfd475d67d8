"""Does sex keep the road open for new genes? Single good mutants in populations that vary."""

import numpy as np
from matplotlib.axes import Axes
from pydantic import Field

from analysis.figures.plotted import Plotted
from analysis.figures.sheet import row_of_panels
from analysis.figures.theme import arms, ink, quiet
from analysis.scenes.base import Results, Room, Scene, Size
from analysis.scenes.base import Settings as SceneSettings
from analysis.scenes.claim import Claim
from analysis.scenes.drawing import Series, curve, heading, legend, points, same_height, sample_of

_MODES = ("clonal", "sexual")
_NAMES = {"additive": "additive", "epistatic": "strong epistasis"}
_FIRST, _LAST = 0, 100
"""Generations after which a new gene arises: while all else varies, and when most is settled."""


class Settings(SceneSettings):
    """Small populations apart from each other, each of which one new gene arises in; nothing else mutates."""

    loci: int = Field(default=32, ge=2, le=63, description="other loci, all of which vary at first")
    k: int = Field(default=8, ge=1, le=16, description="other loci that each acts with, where there is epistasis")
    variation: float = Field(
        default=0.3, ge=0.0, le=10.0, description="standard deviation of log fitness of random genomes, by other loci"
    )
    advantage: float = Field(default=0.1, ge=0.0, le=10.0, description="log fitness that the new gene adds")
    size: int = Field(default=100, ge=4, le=100_000, description="individuals of a population")
    populations: int = Field(default=100, ge=2, le=100_000, description="populations of each kind in a replicate")
    generations: int = Field(default=300, ge=1, le=100_000, description="generations from the new gene's arrival on")


def taken_over(advantage: float, size: int) -> float:
    """Probability that one mutant takes over a population without other variation (Kimura 1962, haploid)."""
    if advantage == 0.0:
        return 1.0 / size
    return float(np.expm1(-2.0 * advantage) / np.expm1(-2.0 * advantage * size))


def _between(measure: str, arrival: int) -> dict[str, tuple[str | float, str]]:
    return {
        words: (f"{measure}:{name}:clonal:{arrival}", f"{measure}:{name}:sexual:{arrival}")
        for name, words in _NAMES.items()
    }


OPEN = Claim(
    name="open",
    says="sex keeps the road open for new genes",
    measure="share of populations that a new gene takes over",
    arms=_MODES,
    direction=+1,
    smallest=0.02,
    conditions={
        **_between("taken", _FIRST),
        "nothing else varies": (f"taken:uniform:clonal:{_FIRST}", f"taken:uniform:sexual:{_FIRST}"),
        **{f"{words}, arriving late": pair for words, pair in _between("taken", _LAST).items()},
    },
    controls=("nothing else varies", *(f"{words}, arriving late" for words in _NAMES.values())),
)
SPREADS = Claim(
    name="spreads",
    says="sex spreads useful genes",
    measure="mean log fitness by the other genes in the end",
    arms=_MODES,
    direction=+1,
    smallest=0.05,
    conditions=_between("fitness", _FIRST),
)


def reading(results: Results[Settings]) -> str:
    """New genes, the control, and genes that there were already."""
    control = results.answer(OPEN, "nothing else varies")
    return (
        f"{results.opening(OPEN)}. Share of populations that a new gene takes over, sexual less clonal: "
        f"{results.told(OPEN, list(_NAMES.values()), brief=True)}; where nothing else varies "
        f"{results.difference(OPEN, control.condition)} ({control.verdict}). Do old genes fare better too? "
        f"{results.opening(SPREADS)}; their log fitness in the end: {results.told(SPREADS, brief=True)}."
    )


def draw(room: Room, results: Results[Settings]) -> list[Plotted]:
    """Shares taken over by the time of arrival, on both landscapes, and the fitness of the other genes."""
    *shares, fitness = row_of_panels(room.figure, room.bottom, room.top, 3, gap=0.085, right=0.98)
    s = results.settings
    rows = []
    for axes, (name, words) in zip(shares, _NAMES.items(), strict=True):
        heading(axes, words.capitalize(), "share that a new gene takes over")
        rows += _courses(axes, results, name)
        level = taken_over(s.advantage, s.size)
        axes.axhline(level, color=quiet(), lw=1.0, ls=(0, (1, 2)))
        rows += Series(panel=name, arm="theory", name="nothing else varies").exact(np.zeros(1), np.array([level]))
    same_height(shares)
    top = max(shares[0].get_ylim()[1], 1.3 * taken_over(s.advantage, s.size))
    for axes in shares:
        axes.set_ylim(0.0, top)
    shares[1].annotate("dotted: nothing else varies", (0.98, 0.05), xycoords="axes fraction", ha="right", fontsize=8,
                       color=quiet())  # fmt: skip
    heading(fitness, "Old genes", "their log fitness in the end")
    keys = [sample_of(style, mode) for style, mode in zip(arms(), _MODES, strict=True)]
    legend(room, shares[0].get_position(original=True).x0, keys)
    return rows + _old(fitness, results)


def _courses(axes: Axes, results: Results[Settings], name: str) -> list[Plotted]:
    arrivals = results.values["arrivals"][0]
    places = np.arange(len(arrivals), dtype=np.float64)
    rows = []
    for mode, style in zip(_MODES, arms(), strict=True):
        series = Series(panel=name, arm=mode, name="share taken over")
        values = results.values[f"course:{name}:{mode}"]
        rows += curve(axes, places, values, style, series)
        axes.plot(places, values.mean(0), ls="", marker=style.marker, ms=5, color=style.color)
    axes.set_xticks(places, labels=[f"{arrival:.0f}" for arrival in arrivals])
    axes.set_xlim(-0.25, len(arrivals) - 0.75)
    axes.set_xlabel("generation of arrival")
    return rows


def _old(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    rows = []
    for group, name in enumerate(_NAMES):
        for place, (mode, style) in enumerate(zip(_MODES, arms(), strict=True)):
            series = Series(panel="old genes", arm=mode, name="log fitness")
            values = results.values[f"fitness:{name}:{mode}:{_FIRST}"]
            rows += points(axes, 2.6 * group + place, values, style, series, name)
    axes.axhline(0.0, color=quiet(), lw=0.8)
    axes.set_xlim(-0.8, 4.4)
    axes.set_xticks([0.5, 3.1], labels=["additive", "strong\nepistasis"], color=ink())
    axes.grid(visible=False, axis="x")
    return rows


SCENE = Scene(
    name="spreading",
    title="Does sex keep the road open for new genes?",
    source="Fisher 1930; Muller 1932; Hill & Robertson 1966; Kimura 1962",
    claims=(OPEN, SPREADS),
    settings=Settings,
    grow="analysis.scenes.growing.spreading",
    computing=("sim",),
    replicates=16,
    smoke=Size(replicates=5, settings={"loci": 8, "k": 2, "size": 10, "populations": 6, "generations": 20}),
    summary=lambda s: (
        f"{s.populations} populations of {s.size} in each arm of a replicate, {s.loci} other loci without mutation, "
        f"whose variation in log fitness has standard deviation {s.variation:g} at first; epistasis: each acts with "
        f"{s.k} others. The new gene adds {s.advantage:g}; {s.generations} generations later it is looked for."
    ),
    reading=reading,
    how="One individual of each population gets the new gene. Bands and bars are 95 % intervals, faint marks "
    "replicates. Dotted: Kimura's probability where nothing else varies. Old genes: 0 is the mean of random genomes.",
    height=2.5,
    above=0.84,
    draw=draw,
)
"""New genes in varied populations."""
