"""What a child takes from its parents: half of the genes from each, but rarely a whole set of them."""

from typing import ClassVar, Self

import numpy as np
from matplotlib.axes import Axes
from pydantic import Field, model_validator

from analysis.arrays import Floats
from analysis.figures.plotted import Plotted
from analysis.figures.results import mean_band
from analysis.figures.sheet import row_of_panels
from analysis.figures.theme import ArmStyle, quiet
from analysis.numbers import number
from analysis.scenes.base import Results, Room, Scene, Size
from analysis.scenes.base import Settings as SceneSettings
from analysis.scenes.claim import Claim, Law
from analysis.scenes.drawing import Series, heading, legend, sample_of, styles


class Settings(SceneSettings):
    """Two parents who differ at every locus, and infinite populations without selection."""

    ways: ClassVar[tuple[str, str, str]] = ("clonal", "unlinked", "linked")

    loci: int = Field(default=128, ge=8, le=4096, description="loci of a genome")
    chromosomes: int = Field(default=4, ge=1, le=64, description="chromosomes where loci are linked, of equal size")
    rate: float = Field(
        default=0.1, ge=0.0, le=0.5, description="probability that neighbours on a chromosome come from two parents"
    )
    children: int = Field(default=16_384, ge=100, le=10_000_000, description="children of the two parents")
    largest: int = Field(default=8, ge=5, le=12, description="genes of the largest set")
    exact_loci: int = Field(default=6, ge=2, le=10, description="loci of an infinite population")
    generations: int = Field(default=30, ge=1, le=1000, description="generations of an infinite population")

    @model_validator(mode="after")
    def _sets_fit_on_chromosomes(self) -> Self:
        if self.loci % self.chromosomes or self.loci // self.chromosomes < self.largest:
            raise ValueError(
                f"loci must be a multiple of chromosomes, and each must hold a set of {self.largest}; "
                f"got {self.loci} loci on {self.chromosomes}"
            )
        return self

    @property
    def rates(self) -> dict[str, float]:
        """How often two neighbours are separated."""
        return {"clonal": 0.0, "unlinked": 0.5, "linked": self.rate}


HALF = Claim(
    name="half",
    says="a child has half of its genes from each parent",
    measure="share of genes that are the mother's",
    arms=("one half", "children"),
    direction=0,
    smallest=0.005,
    conditions={"unlinked": (0.5, "share:unlinked"), "linked": (0.5, "share:linked")},
)
TOSSED = Claim(
    name="tossed",
    says="which half is as random as if a coin were tossed for each gene",
    measure="variance of the mother's share, in units of 1 / (4 genes)",
    arms=("coins", "children"),
    direction=0,
    smallest=0.05,
    conditions={"unlinked": (1.0, "spread:unlinked"), "linked": (1.0, "spread:linked")},
)
MAPPED = Claim(
    name="mapped",
    says="linked genes make it more random by as much as the genetic map says",
    measure="variance of the mother's share, in units of the map's",
    arms=("map", "children"),
    direction=0,
    smallest=0.05,
    conditions={"linked": (1.0, "by_map:linked")},
)
BROKEN = Claim(
    name="broken",
    says="sex breaks up sets of genes that worked well together",
    measure="share of children with the set of one parent whole",
    arms=("clonal", "sexual"),
    direction=-1,
    smallest=0.05,
    conditions={
        f"{k} genes ({way})": (f"whole:clonal:{k}", f"whole:{way}:{k}")
        for way in ("unlinked", "linked")
        for k in (2, 5)
    },
    controls=("2 genes (linked)", "5 genes (linked)"),
)
SETS = Law(
    name="sets",
    says="a parent passes on a whole set of k unlinked genes with probability (1/2)^k",
    measure="deviation of exact populations from the chance to pass on a whole set",
    tolerance=1e-12,
    conditions={"unlinked, (1/2)^k": "off:sets:unlinked", "any map, half the product of 1 - r": "off:sets:linked"},
)
DECAY = Law(
    name="decay",
    says="the association of two genes falls by 1 - r in every generation",
    measure="deviation of exact disequilibria from D (1 - r)^t",
    tolerance=1e-12,
    conditions={"all pairs, any map": "off:decay"},
)


def reading(results: Results[Settings]) -> str:
    """Halves, coins, sets."""
    kept = number(100.0 * float(results.values["whole:unlinked:5"].mean()), 0)
    return (
        f"Half of each, on average ({results.overall(HALF)}). The share varies as if coins were tossed; variance over "
        f"that of coins, less 1: {results.told(TOSSED, brief=True)}. Sets are broken up ({results.overall(BROKEN)}): "
        f"{kept} % of children have either parent's five unlinked genes whole. Exact: all k genes of one parent are in "
        f"(1/2)^k ({results.overall(SETS)}), and association fades by 1 - r ({results.overall(DECAY)})."
    )


def _looks() -> dict[str, ArmStyle]:
    return dict(zip(Settings.ways, styles(), strict=False))


def draw(room: Room, results: Results[Settings]) -> list[Plotted]:
    """The mother's share; her sets; what is left of an association."""
    share, sets, decay = row_of_panels(room.figure, room.bottom, room.top, 3, left=0.07, gap=0.085)
    s = results.settings
    names = {
        "clonal": "clonal",
        "unlinked": "sexual, unlinked",
        "linked": f"sexual, {s.chromosomes} chromosomes, r = {s.rate:g}",
    }
    legend(room, share.get_position(original=True).x0, [sample_of(_looks()[way], names[way]) for way in s.ways])
    return _shares(share, results) + _sets(sets, results) + _decay(decay, results)


def _shares(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    heading(axes, "Half of each", "children by their share of her genes")
    n = results.settings.loci
    x = np.arange(n + 1) / n
    rows = []
    for way in ("linked", "unlinked"):
        mean, low, high = mean_band(results.values[f"shares:{way}"])
        style = _looks()[way]
        axes.fill_between(x, 0.0, n * mean, step="mid", color=style.color, alpha=0.3, lw=0)
        axes.step(x, n * mean, where="mid", color=style.color, lw=1.2)
        rows += Series(panel="share", arm=way, name="density of children").rows(x.tolist(), n * mean, n * low, n * high)
    spread = 0.25 / n
    coins = np.exp(-((x - 0.5) ** 2) / (2.0 * spread)) / np.sqrt(2.0 * np.pi * spread)
    axes.plot(x, coins, color=quiet(), lw=1, ls=(0, (1, 1)))
    top = float(coins.max())
    axes.annotate("a coin for\nevery gene", (0.53, top), (0.62, 0.93 * top), color=quiet(), fontsize=8, va="center")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.15 * top)
    axes.set_xticks([0, 0.5, 1], labels=["none", "half", "all"])
    axes.set_yticks([])
    return rows + Series(panel="share", arm="coins", name="normal density").exact(x, coins)


def _sets(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    heading(axes, "Rarely a whole set", "children with all of her k genes")
    k = np.arange(1.0, results.settings.largest + 1.0)
    laws = {
        "clonal": np.ones(len(k)),
        "unlinked": 0.5**k,
        "linked": 0.5 * (1.0 - results.settings.rate) ** (k - 1.0),
    }
    rows = []
    for way, expected in laws.items():
        rows += _marked(axes, k, expected, results.values[f"mothers:{way}"], way, "sets")
    axes.set_yscale("log", base=2)
    powers = np.arange(0, results.settings.largest + 1, 2)
    axes.set_yticks(0.5**powers, labels=["1", *(f"1/{2**p}" for p in powers[1:])])
    axes.set_xticks(k)
    axes.minorticks_off()
    axes.set_xlabel("genes of the set, k")
    return rows


def _decay(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    heading(axes, "Association fades", "of two genes, as a share of the first")
    last = results.settings.generations
    t = np.arange(last + 1.0)
    rows = []
    for way, rate in results.settings.rates.items():
        rows += _marked(
            axes, t, (1.0 - rate) ** t, results.values[f"decay:{way}"], way, "decay", every=max(last // 10, 1)
        )
    axes.set_ylim(-0.05, 1.08)
    axes.set_xlabel("generation")
    return rows


def _marked(axes: Axes, x: Floats, law: Floats, found: Floats, way: str, panel: str, every: int = 1) -> list[Plotted]:
    """The law as a line, what was found as marks on it."""
    style = _looks()[way]
    mean, low, high = mean_band(found)
    axes.plot(x, law, color=style.color, ls=style.line, lw=1.5)
    axes.plot(x[::every], mean[::every], ls="", marker=style.marker, ms=5, color=style.color)
    return Series(panel=panel, arm=way, name="found").rows(x.tolist(), mean, low, high) + Series(
        panel=panel, arm=way, name="law"
    ).exact(x, law)


SCENE = Scene(
    name="inheritance",
    title="What does a child take from its parents?",
    source="Mendel 1866; Robbins 1918 (decay of association); Haldane 1919 (map)",
    claims=(HALF, TOSSED, MAPPED, BROKEN, SETS, DECAY),
    settings=Settings,
    grow="analysis.scenes.growing.inheritance",
    computing=("sim",),
    replicates=20,
    smoke=Size(replicates=5, settings={"children": 2000, "exact_loci": 3, "generations": 10, "largest": 6, "loci": 32}),
    summary=lambda s: (
        f"{s.children:,} children of two parents who differ at all of {s.loci} loci; linked: {s.chromosomes} "
        f"chromosomes of {s.loci // s.chromosomes}, neighbours recombine with probability {s.rate:g}. Infinite "
        f"populations without selection: {s.generations} generations of {s.exact_loci} loci."
    ),
    reading=reading,
    how="Lines are laws, marks are what was found: means of replicates, on the left and in the middle of the "
    "simulator's children, on the right exact. \"Her\" genes are the mother's; a clone has all of them.",
    height=2.6,
    above=0.84,
    draw=draw,
)
"""Halves and sets."""
