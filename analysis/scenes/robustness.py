"""Do genes become robust with sex? Evolved genomes that lose one part, or half of them."""

from itertools import product
from typing import ClassVar

from matplotlib.axes import Axes
from pydantic import Field

from analysis.figures.plotted import Plotted
from analysis.figures.sheet import row_of_panels
from analysis.figures.theme import arms, ink, quiet
from analysis.numbers import number
from analysis.scenes.base import Results, Room, Scene, Size, listed
from analysis.scenes.base import Settings as SceneSettings
from analysis.scenes.claim import Claim
from analysis.scenes.drawing import Series, heading, legend, points, sample_of
from sim.landscape import GeneNetworkSpec, MesaSpec, NKSpec

_MODES = ("clonal", "sexual")
_NAMES = ("mesa", "networks", "alleles", "rugged")
_PUBLISHED = {"mesa": (0.572, 1.0)}
"""Share of viable mutants on a mesa of 1,000 loci, without and with recombination (Klug, Park & Krug 2019)."""


class Place(SceneSettings):
    """A population and how long it evolves."""

    population: int = Field(ge=10, le=1_000_000, description="individuals")
    generations: int = Field(ge=1, le=1_000_000, description="generations to evolve")
    mutation: float = Field(ge=0.0, le=0.5, description="mutations per locus, or connection, and generation")


class Settings(SceneSettings):
    """Genomes are small enough for all sets of their elements to be taken away."""

    populated: ClassVar[tuple[str, ...]] = ("mesa", "networks", "rugged")

    members: int = Field(default=20, ge=2, le=1000, description="survivors of a population that are measured")
    mesa: MesaSpec = Field(default=MesaSpec(loci=16, plateau=4), description="a neutral plateau with an edge")
    networks: GeneNetworkSpec = Field(default=GeneNetworkSpec(), description="gene networks that develop to a target")
    rugged: NKSpec = Field(default=NKSpec(loci=16, k=4, selection=0.5), description="each locus with four others")
    on_mesa: Place = Field(
        default=Place(population=1000, generations=300, mutation=0.01), description="those on the mesa"
    )
    of_networks: Place = Field(
        default=Place(population=300, generations=600, mutation=1.3e-3), description="those of gene networks"
    )
    on_rugged: Place = Field(
        default=Place(population=300, generations=400, mutation=2e-3), description="those on the rugged landscape"
    )
    tables: int = Field(default=100, ge=2, le=100_000, description="landscapes of two loci with many alleles")
    alleles: int = Field(default=10, ge=2, le=100, description="alleles of each of the two")
    allele_generations: int = Field(default=2000, ge=1, le=1_000_000, description="generations, at most, for these")

    def landscape(self, name: str) -> MesaSpec | GeneNetworkSpec | NKSpec:
        """The settings of a landscape with finite populations."""
        specs: dict[str, MesaSpec | GeneNetworkSpec | NKSpec] = {
            "mesa": self.mesa, "networks": self.networks, "rugged": self.rugged
        }  # fmt: skip
        return specs[name]

    def place(self, name: str) -> Place:
        """The population on it."""
        return {"mesa": self.on_mesa, "networks": self.of_networks, "rugged": self.on_rugged}[name]


def _claim(name: str, says: str, measure: str, number_of: str, controls: tuple[str, ...] = ()) -> Claim:
    return Claim(
        name=name,
        says=says,
        measure=measure,
        arms=_MODES,
        direction=+1,
        smallest=0.05,
        conditions={name: (f"{number_of}:{name}:clonal", f"{number_of}:{name}:sexual") for name in _NAMES},
        controls=controls,
    )


_ROBUST, _ALONE = "random pairing makes genes robust", "genes become useful by themselves or with many partners"
ROBUST = _claim("robust", _ROBUST, "fitness left after one mutation", "robust:natural")
ROBUST_LOG = _claim("robust-log", _ROBUST, "change of log fitness by one mutation", "robust:log")
_ONE_GAME = ("rugged",)
"""There a missing gene is one with its other allele; with half of them missing, all genomes are one game."""
ALONE = _claim("alone", _ALONE, "first-order share of fitness, half missing", "alone:natural", _ONE_GAME)
ALONE_LOG = _claim("alone-log", _ALONE, "first-order share of log fitness, half missing", "alone:log", _ONE_GAME)
NEARLY = _claim("nearly", _ALONE, "first-order share of fitness, a tenth missing", "nearly:natural")
NEARLY_LOG = _claim("nearly-log", _ALONE, "first-order share of log fitness, a tenth missing", "nearly:log")
_COLUMNS = {
    "robust": ("After one mutation", "what is left of fitness"),
    "alone": ("Genes on their own", "first-order share, half missing"),
    "nearly": ("Among nearly all", "first-order share, a tenth missing"),
}


def reading(results: Results[Settings]) -> str:
    """Robustness, then the share, each on both scales."""
    logs = [results.overall(claim) for claim in (ROBUST_LOG, ALONE_LOG, NEARLY_LOG)]
    return (
        f"Robust? {results.opening(ROBUST)}. Fitness left after a mutation, sexual less clonal: "
        f"{results.told(ROBUST, brief=True)}. Useful alone? {results.opening(ALONE)} with half of the genes missing, "
        f"{results.overall(NEARLY)} with a tenth missing. The three on the log scale: "
        f"{listed(logs) if len(set(logs)) > 1 else logs[0]}."
    )


def draw(room: Room, results: Results[Settings]) -> list[Plotted]:
    """Robustness left and first-order shares right; fitness above, its logarithm below."""
    height = (room.top - room.bottom - room.share(0.2)) / 2.0
    lower = row_of_panels(room.figure, room.bottom, room.bottom + height, 3, gap=0.065)
    upper = row_of_panels(room.figure, room.top - height, room.top, 3, gap=0.065)
    rows = []
    for above, below, (what, (name, meaning)) in zip(upper, lower, _COLUMNS.items(), strict=True):
        heading(above, name, meaning)
        for axes, scale in ((above, "natural"), (below, "log")):
            rows += _compared(axes, results, what, scale)
        above.tick_params(labelbottom=False)
    for axes, words in ((upper[0], "fitness"), (lower[0], "log fitness")):
        axes.set_ylabel(words)
    for mode, level in zip(_MODES, _PUBLISHED["mesa"], strict=True):
        place = float(_MODES.index(mode))
        upper[0].plot([place - 0.35, place + 0.35], [level, level], color=quiet(), lw=1.2)
    keys = [sample_of(style, mode) for style, mode in zip(arms(), _MODES, strict=True)]
    legend(room, upper[0].get_position(original=True).x0, keys)
    return rows


def _compared(axes: Axes, results: Results[Settings], what: str, scale: str) -> list[Plotted]:
    rows = []
    for (group, landscape), (place, mode) in product(enumerate(_NAMES), enumerate(_MODES)):
        values = results.values[f"{what}:{scale}:{landscape}:{mode}"]
        series = Series(panel=f"{what}, {scale}", arm=mode, name=what)
        rows += points(axes, 2.6 * group + place, values, arms()[place], series, landscape)
    axes.set_xlim(-0.8, 9.6)
    axes.set_xticks([2.6 * group + 0.5 for group in range(len(_NAMES))], labels=_NAMES, color=ink(), fontsize=8)
    axes.grid(visible=False, axis="x")
    if what != "robust":
        axes.set_ylim(-0.04, 1.05)
    return rows


def summary(s: Settings) -> str:
    """Landscapes and populations."""
    told = [
        f"{name}: {s.place(name).population} individuals, {s.place(name).generations} generations, mutation "
        f"{number(s.place(name).mutation)}"
        for name in s.populated
    ]
    return (
        f"{'; '.join(told)}; {s.members} survivors of each measured. Mesa: {s.mesa.loci} loci, {s.mesa.plateau} may be "
        f"bad. Networks of {s.networks.genes} genes. Alleles: two loci of {s.alleles} in infinite populations, "
        f"{s.tables} landscapes a replicate. Rugged: {s.rugged.loci} loci, each with {s.rugged.k} "
        "others."
    )


SCENE = Scene(
    name="robustness",
    title="Does random pairing make genes robust?",
    source="Klug, Park & Krug 2019 (mesa); Azevedo et al. 2006 (networks); Livnat et al. 2008 (alleles)",
    claims=(ROBUST, ROBUST_LOG, ALONE, ALONE_LOG, NEARLY, NEARLY_LOG),
    settings=Settings,
    grow="analysis.scenes.growing.robustness",
    computing=("sim", "analysis/measures"),
    replicates=40,
    smoke=Size(
        replicates=5,
        settings={
            "members": 2,
            "mesa": {"loci": 6, "plateau": 2},
            "networks": {"genes": 5},
            "rugged": {"loci": 6, "k": 2},
            "on_mesa": {"population": 40, "generations": 15},
            "of_networks": {"population": 30, "generations": 15},
            "on_rugged": {"population": 40, "generations": 15},
            "tables": 4,
            "alleles": 4,
            "allele_generations": 50,
        },
    ),
    summary=summary,
    reading=reading,
    how="Faint marks are replicates, strong ones their mean with its 95 % interval. First-order share: of the variance "
    "when random genes are knocked out (alleles: replaced), what genes explain one by one. "
    "Grey lines: share of viable mutants as published for the mesa, of 1,000 loci.",
    height=3.9,
    above=0.84,
    draw=draw,
)
"""Robustness and independence of genes."""
