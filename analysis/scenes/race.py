"""MacKay's race: how fast selection fills genomes with good bits, with and without sex."""

from collections.abc import Iterator

import numpy as np
from matplotlib.axes import Axes
from pydantic import Field

from analysis.arrays import Floats
from analysis.figures.plotted import Plotted
from analysis.figures.sheet import row_of_panels
from analysis.figures.theme import arms, paper, quiet
from analysis.numbers import difference, number
from analysis.scenes.base import Grown, Results, Room, Scene, Size
from analysis.scenes.base import Settings as SceneSettings
from analysis.scenes.claim import Claim
from analysis.scenes.drawing import Series, curve, heading, points
from analysis.streams import seed_for
from sim import CLONAL, SEXUAL, BlockLandscape, Population, Truncation, evolve
from sim.arrays import Words

ETA = np.sqrt(2.0 / (np.pi + 2.0))
"""Bits that sex gains in a generation, in units of ``sqrt(f (1 - f) bits)``."""
_ARMS = ("clonal", "sexual")
_PER_BIT = 0.01  # log fitness of a good bit; the fitter half is kept whatever it is


class Settings(SceneSettings):
    """Each generation twice as many are born as survive, and the better half of them does."""

    bits: int = Field(default=1000, ge=10, le=100_000, description="bits of a genome, half of them good at first")
    population: int = Field(default=1000, ge=10, le=1_000_000, description="survivors of each generation")
    generations: int = Field(default=400, ge=2, le=100_000, description="generations to run")
    target: float = Field(default=0.8, gt=0.5, lt=1.0, description="share of good bits at which times are taken")


FASTER = Claim(
    name="faster",
    says="sex spreads useful genes",
    measure="generations until the target share of bits is good",
    arms=_ARMS,
    direction=-1,
    smallest=10.0,
    conditions={"additive fitness": ("until:clonal", "until:sexual")},
)


def optimal_mutation(excess: float, bits: int) -> float:
    """Mutation a bit that gains most with ``excess`` good bits over half, as a share: ``1 / (16 bits excess**2)``.

    At most 1/2, beyond which a bit would forget more than everything (MacKay 2003, eq. 19.7 ff.).
    """
    return min(0.5, 1.0 / (16.0 * bits * excess**2)) if excess > 0.0 else 0.5


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


def grow(settings: Settings, seed: int, replicate: int) -> Grown:
    """Share of good bits among the newborn in each generation, and when it reaches the target (NaN: never)."""
    key = ("scene", "race", replicate)
    founders = BlockLandscape.count(settings.bits).founders(2 * settings.population, seed_for(seed, *key, "founders"))
    found: Grown = {}
    for arm in _ARMS:
        good = np.fromiter(_shares(settings, founders, arm, seed_for(seed, *key, "evolution", arm)), dtype=np.float64)
        there = np.flatnonzero(good >= settings.target)
        found[f"good:{arm}"] = good
        found[f"until:{arm}"] = float(there[0]) if len(there) else np.nan
    return found


def _shares(settings: Settings, founders: Words, arm: str, seed: int) -> Iterator[float]:
    landscape = BlockLandscape.count(settings.bits, selection=_PER_BIT)
    scale = _PER_BIT * settings.bits
    population: Population | Words = founders
    for generation in range(settings.generations + 1):
        mutation = 0.0
        if isinstance(population, Population) and arm == "clonal":
            survivors = np.sort(population.log_fitness)[settings.population :]
            mutation = optimal_mutation(survivors.mean() / scale - 0.5, settings.bits)
        population = evolve(
            landscape,
            CLONAL if arm == "clonal" else SEXUAL,
            population,
            generations=min(1, generation),
            mutation=mutation,
            seed=seed,
            selection=Truncation(fraction=0.5),
            engine="individuals",
        )
        yield float(population.log_fitness.mean() / scale)


def reading(results: Results[Settings]) -> str:
    """Times to the target, and how well theory foresees the way."""
    s = results.settings
    x = np.arange(s.generations + 1.0)
    theory = {"clonal": clonal_theory(x, s.bits), "sexual": sexual_theory(x, s.bits)}
    off = {arm: float(np.abs(results.values[f"good:{arm}"].mean(0) - theory[arm]).max()) for arm in _ARMS}
    found = results.comparison(FASTER, *FASTER.conditions)
    never = [f" Of {len(at)} {arm} populations {missed} had not arrived after {s.generations} generations."
             for arm in _ARMS if (missed := np.isnan(at := results.values[f"until:{arm}"]).sum())]  # fmt: skip
    return (
        f"{results.opening(FASTER)}. Generations until {100 * s.target:g} % of the bits are good: "
        f"{number(found.with_mixing, 0)} sexual, {number(found.without, 0)} clonal; difference "
        f"{difference(found)}. Theory is off by at most {number(off['sexual'], 3)} (sexual) and "
        f"{number(off['clonal'], 3)} (clonal) of the bits.{''.join(never)}"
    )


def draw(room: Room, results: Results[Settings]) -> list[Plotted]:
    """The race, and beside it what a generation gains."""
    course, gains = row_of_panels(room.figure, room.bottom, room.top, 2, gap=0.11)
    box = course.get_position(original=True)
    course.set_position((box.x0, box.y0, box.width * 1.3, box.height))
    box = gains.get_position(original=True)
    gains.set_position((box.x0 + box.width * 0.3, box.y0, box.width * 0.7, box.height))
    return _course(course, results) + _gains(gains, results)


def _course(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    s = results.settings
    heading(axes, "The race", "share of good bits")
    x = np.arange(s.generations + 1.0)
    rows = []
    for arm, style, theory in zip(_ARMS, arms(), (clonal_theory, sexual_theory), strict=True):
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
    for arm, style, theory in zip(_ARMS, arms(), (clonal_gain(dense), sexual_gain(dense, bits)), strict=True):
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


SCENE = Scene(
    name="race",
    title="Does sex win the race for good genes?",
    source="MacKay 2003, chapter 19",
    claims=(FASTER,),
    settings=Settings,
    grow="analysis.scenes.race",
    smoke=Size(replicates=5, settings={"bits": 60, "population": 40, "generations": 30}),
    computing=("sim", "analysis/measures"),
    summary=lambda s: (
        f"{s.bits} bits; of {2 * s.population} newborn the better {s.population} survive. Clonals mutate at the rate "
        "that theory says is best in each generation; sexuals do not mutate."
    ),
    reading=reading,
    how="Left: means with their 95 % interval, and when they reach the line. Right: what is gained on the way from one "
    "share of good bits to the next. Dotted: theory.",
    height=3.2,
    draw=draw,
)
"""MacKay's race."""
