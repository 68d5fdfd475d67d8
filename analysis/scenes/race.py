"""MacKay's race: how fast selection fills genomes with good bits, with and without sex."""

import numpy as np
from matplotlib.axes import Axes
from pydantic import Field

from analysis.arrays import Floats
from analysis.figures.plotted import Plotted
from analysis.figures.sheet import row_of_panels
from analysis.figures.theme import arms, ink, paper, quiet
from analysis.numbers import number
from analysis.scenes.base import Results, Room, Scene, Size
from analysis.scenes.base import Settings as SceneSettings
from analysis.scenes.claim import Claim
from analysis.scenes.drawing import Series, curve, heading, points
from analysis.scenes.growing.race import ARMS, BACKGROUNDS

ETA = np.sqrt(2.0 / (np.pi + 2.0))
"""Bits that sex gains in a generation, in units of ``sqrt(f (1 - f) bits)``."""


class Settings(SceneSettings):
    """Each generation twice as many are born as survive, and the better half of them does."""

    bits: int = Field(default=1000, ge=10, le=100_000, description="bits of a genome, half of them good at first")
    population: int = Field(default=1000, ge=10, le=1_000_000, description="survivors of each generation")
    generations: int = Field(default=400, ge=2, le=100_000, description="generations to run")
    target: float = Field(default=0.8, gt=0.5, lt=1.0, description="share of good bits at which times are taken")
    newcomers: int = Field(default=100, ge=1, le=1_000_000, description="new gene: populations in which one appears")
    worth: float = Field(default=0.1, gt=0.0, le=10.0, description="new gene: log fitness of it")
    small_population: int = Field(default=500, ge=10, le=1_000_000, description="new gene: individuals")
    new_generations: int = Field(default=150, ge=1, le=1_000_000, description="new gene: generations given to spread")


FASTER = Claim(
    name="faster",
    says="sex spreads useful genes",
    measure="generations until the target share of bits is good",
    arms=ARMS,
    direction=-1,
    smallest=10.0,
    conditions={"additive fitness": ("until:clonal", "until:sexual")},
)
NEW = Claim(
    name="new-gene",
    says="sex keeps the road open for new good genes",
    measure="share of new good genes that spread",
    arms=ARMS,
    direction=+1,
    smallest=0.03,
    conditions={name: (f"spread:{name}:clonal", f"spread:{name}:sexual") for name in BACKGROUNDS},
    controls=("alone",),
)


def sexual_theory(generations: Floats, bits: int) -> Floats:
    """Share of good bits, from one half on (MacKay 2003, ch. 19)."""
    share: Floats = 0.5 * (1.0 + np.sin(np.minimum(ETA * generations / np.sqrt(bits), np.pi / 2.0)))
    return share


def clonal_theory(generations: Floats, bits: int) -> Floats:
    """The same at the optimal mutation rate."""
    share: Floats = 0.5 * (1.0 + np.sqrt(np.minimum(generations / bits, 1.0)))
    return share


def sexual_gain(share: Floats, bits: int) -> Floats:
    """Good bits gained in a generation at a share of them."""
    gain: Floats = ETA * np.sqrt(share * (1.0 - share) * bits)
    return gain


def clonal_gain(share: Floats) -> Floats:
    """The same at the optimal mutation rate."""
    gain: Floats = 1.0 / (8.0 * (share - 0.5))
    return gain


def fixation(worth: float, population: int) -> float:
    """Probability that a gene of log fitness ``worth``, in one of ``population``, spreads alone (Kimura 1962)."""
    return float(np.expm1(-2.0 * worth) / np.expm1(-2.0 * worth * population))


def reading(results: Results[Settings]) -> str:
    """Times to the target, and how well theory foresees the way."""
    s = results.settings
    x = np.arange(s.generations + 1.0)
    theory = {"clonal": clonal_theory(x, s.bits), "sexual": sexual_theory(x, s.bits)}
    off = {arm: float(np.abs(results.values[f"good:{arm}"].mean(0) - theory[arm]).max()) for arm in ARMS}
    found = results.comparison(FASTER, *FASTER.conditions)
    never = [f" Of {len(at)} {arm} populations {missed} had not arrived after {s.generations} generations."
             for arm in ARMS if (missed := np.isnan(at := results.values[f"until:{arm}"]).sum())]  # fmt: skip
    return (
        f"{results.opening(FASTER)}: {100 * s.target:g} % of the bits are good after "
        f"{number(found.with_mixing, 0)} generations with sex, and after {number(found.without, 0)} in clones. Theory "
        f"is off by at most {number(off['sexual'], 3)} and {number(off['clonal'], 3)} of the bits.{''.join(never)} New "
        f"good genes that spread, sexual less clonal: {results.told(NEW, brief=True)}."
    )


def draw(room: Room, results: Results[Settings]) -> list[Plotted]:
    """The race, what a generation gains, and how often a new good gene spreads."""
    course, gains, newcomers = row_of_panels(room.figure, room.bottom, room.top, 3, gap=0.08)
    return _course(course, results) + _gains(gains, results) + _newcomers(newcomers, results)


def _course(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    s = results.settings
    heading(axes, "The race", "share of good bits")
    x = np.arange(s.generations + 1.0)
    rows = []
    for arm, style, theory in zip(ARMS, arms(), (clonal_theory, sexual_theory), strict=True):
        series = Series(panel="race", arm=arm, name="share of good bits")
        rows += curve(axes, x, results.values[f"good:{arm}"], style, series)
        axes.plot(x, theory(x, s.bits), color=quiet(), ls=":", lw=1.3, zorder=3)
        rows += Series(panel="race", arm=arm, name="theory").exact(x, theory(x, s.bits))
        at = results.values[f"until:{arm}"]
        if np.isfinite(at).all():
            when = float(at.mean())
            axes.plot([when, when], [0.5, s.target], color=style.color, lw=1, ls=style.line)
            axes.plot([when], [s.target], ls="", marker=style.marker, ms=8, color=style.color, mec=paper(), mew=0.8)
            early = when < s.generations / 2.0
            axes.annotate(f"{arm}: {number(when, 0)}", (when, s.target), (7, -4) if early else (-7, 4),
                          textcoords="offset points", va="top" if early else "bottom", ha="left" if early else "right",
                          color=style.color, fontweight="bold")  # fmt: skip
    axes.axhline(s.target, color=quiet(), lw=0.8)
    axes.set_xlim(0, s.generations)
    axes.set_ylim(0.5, 1.01)
    axes.set_xlabel("generation")
    return rows


def gained(course: Floats, levels: Floats) -> Floats:
    """Bits that are gained in a generation between each level and the next, (levels - 1,); NaN where it is not reached.

    ``course``: number of good bits in each generation, (generations + 1,). A level is reached when it is for the first
    time, between two generations by linear interpolation.
    """
    record = np.maximum.accumulate(course)
    after = np.searchsorted(record, levels)
    there = (after > 0) & (after < len(record))
    now, before = record[after[there]], record[after[there] - 1]
    reached = np.full(len(levels), np.nan)
    reached[there] = after[there] - (now - levels[there]) / (now - before)
    gain: Floats = np.diff(levels) / np.diff(reached)
    return gain


def _gains(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    """Between one level of good bits and the next, beside theory."""
    bits = results.settings.bits
    heading(axes, "What a generation gains", "good bits, by the share there is")
    levels = np.linspace(0.55, 0.95, 9)
    middles = (levels[1:] + levels[:-1]) / 2.0
    dense = np.linspace(0.53, 0.97, 100)
    rows = []
    for arm, style, theory in zip(ARMS, arms(), (clonal_gain(dense), sexual_gain(dense, bits)), strict=True):
        gains = np.array([gained(course * bits, levels * bits) for course in results.values[f"good:{arm}"]])
        for at, values in zip(middles, gains.T, strict=True):
            if np.isfinite(values).all():
                series = Series(panel="gains", arm=arm, name="bits a generation")
                rows += points(axes, float(at), values, style, series, float(at), spread=0.0)
        axes.plot(dense, theory, color=quiet(), ls=":", lw=1.5, zorder=0)
        rows += Series(panel="gains", arm=arm, name="theory").exact(dense, theory)
    axes.set_yscale("log")
    axes.set_yticks([0.1, 1, 10], labels=["0.1", "1", "10"])
    axes.set_ylim(0.1, 30)
    axes.minorticks_off()
    axes.set_xlim(0.5, 1.0)
    axes.set_xlabel("share of good bits")
    return rows


def _newcomers(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    """Share of new good genes that spread, by what else varies."""
    s = results.settings
    heading(axes, "A new good gene", "share that spread, amid ...")
    rows = []
    for group, name in enumerate(BACKGROUNDS):
        for place, (arm, style) in enumerate(zip(ARMS, arms(), strict=True)):
            values = results.values[f"spread:{name}:{arm}"]
            series = Series(panel="new gene", arm=arm, name="share that spread")
            rows += points(axes, 3.0 * group + place, values, style, series, name)
    fixed = fixation(s.worth, s.small_population)
    axes.axhline(fixed, color=quiet(), ls=":", lw=1.3, zorder=0)
    rows += Series(panel="new gene", arm="theory", name="without other genes").exact(np.zeros(1), np.array([fixed]))
    axes.set_xticks([0.5, 3.5, 6.5], labels=["nothing\nelse", "genes on\ntheir own", "conspira-\ncies"], color=ink())
    axes.set_xlim(-0.8, 7.8)
    axes.set_ylim(bottom=0.0)
    axes.grid(visible=False, axis="x")
    return rows


SCENE = Scene(
    name="race",
    title="Does sex win the race for good genes?",
    source="MacKay 2003, chapter 19",
    claims=(FASTER, NEW),
    settings=Settings,
    grow="analysis.scenes.growing.race",
    smoke=Size(
        replicates=5,
        settings={
            "bits": 60,
            "population": 40,
            "generations": 30,
            "newcomers": 10,
            "small_population": 20,
            "new_generations": 20,
        },
    ),
    computing=("sim", "analysis/measures"),
    summary=lambda s: (
        f"{s.bits} bits; of {2 * s.population} newborn the better {s.population} survive. Clonals mutate at the rate "
        f"that theory says is best in each generation; sexuals do not mutate. New genes: {s.newcomers} populations of "
        f"{s.small_population}, {s.new_generations} generations; each is worth {s.worth:g} in log fitness."
    ),
    reading=reading,
    how="Left: means with their 95 % interval, and when they reach the line. Middle: what is gained on the way from "
    "one share of good bits to the next. Right: faint marks are replicates, strong ones their means with 95 % "
    "intervals. Dotted: theory.",
    height=3.2,
    draw=draw,
)
"""MacKay's race."""
