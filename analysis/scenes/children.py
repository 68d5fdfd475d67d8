"""Children of two clones against children of two sexual individuals, of one population or of two that evolved apart."""

from itertools import product

import numpy as np
from matplotlib.axes import Axes
from pydantic import Field

from analysis.figures.plotted import Plotted
from analysis.figures.sheet import row_of_panels
from analysis.figures.theme import arms, ink, quiet
from analysis.numbers import number
from analysis.scenes.base import Results, Room, Scene, Size, listed
from analysis.scenes.base import Settings as SceneSettings
from analysis.scenes.claim import Claim
from analysis.scenes.drawing import Series, heading, legend, points, same_height, sample_of
from analysis.scenes.growing.children import ARMS, NAMES
from sim.landscape import GeneNetworkSpec, NKSpec, PairwiseSpec

_CROSSES = {"within": "within\none population", "between": "between two\npopulations"}


class Settings(SceneSettings):
    """Two populations of each arm evolve apart, from founders of their own, on each of three landscapes."""

    generations: int = Field(default=400, ge=1, le=1_000_000, description="generations to evolve")
    population: int = Field(default=1000, ge=10, le=1_000_000, description="individuals, but for gene networks")
    mutation: float = Field(default=1e-4, ge=0.0, le=0.5, description="mutations per locus and generation")
    networks_population: int = Field(default=300, ge=10, le=1_000_000, description="individuals with gene networks")
    networks_mutation: float = Field(
        default=1.3e-3, ge=0.0, le=0.5, description="mutations per connection of a gene network and generation"
    )
    pairs: PairwiseSpec = Field(default=PairwiseSpec(), description="loci on their own and in all pairs")
    rugged: NKSpec = Field(default=NKSpec(loci=50, k=8, selection=0.2), description="each locus with eight others")
    networks: GeneNetworkSpec = Field(default=GeneNetworkSpec(), description="gene networks that develop to a target")

    def meaning(self, name: str) -> str:
        """What a landscape is, in a few words."""
        return {
            "pairs": f"{self.pairs.loci} loci that act in all pairs",
            "rugged": f"each locus with {self.rugged.k} others",
            "networks": f"{self.networks.genes} genes that regulate each other",
        }[name]


WORK = Claim(
    name="work",
    says="genes that had to work with random partners work in children of any two parents",
    measure="hybrid viability",
    arms=("clonal", "sexual"),
    direction=+1,
    smallest=0.05,
    conditions={
        f"{name} ({crossing})": (f"viability:{name}:{crossing}:clonal", f"viability:{name}:{crossing}:sexual")
        for crossing, name in product(_CROSSES, NAMES)
    },
)
WHOLE = Claim(
    name="whole",
    says="two halves of two complicated parents do not make a broken child",
    measure="hybrid viability of sexual parents' children",
    arms=("as fit as their parents", "the children"),
    direction=0,
    smallest=0.05,
    conditions={
        f"{name} ({crossing})": (1.0, f"viability:{name}:{crossing}:sexual")
        for crossing, name in product(_CROSSES, NAMES)
    },
)
LOG_WHOLE = Claim(
    name="whole-log",
    says="two halves of two complicated parents do not make a broken child",
    measure="log fitness in sexual populations",
    arms=("parents", "their children"),
    direction=0,
    smallest=0.05,
    conditions={
        f"{name} ({crossing})": (f"parents:{name}:{crossing}:sexual", f"children:{name}:{crossing}:sexual")
        for crossing, name in product(_CROSSES, NAMES)
    },
)


def reading(results: Results[Settings]) -> str:
    """Sexual children against their parents; then sexual against clonal."""
    worth = {
        crossing: [results.comparison(WHOLE, f"{name} ({crossing})").with_mixing for name in NAMES]
        for crossing in _CROSSES
    }
    within, between = (listed([number(each, 2) for each in found]) for found in worth.values())
    return (
        f"{results.opening(WHOLE)}. On three landscapes ({', '.join(NAMES)}) sexual children keep {within} of their "
        f"parents' gain within a population, and {between} between two. The same, sexual less clonal: "
        f"{results.told(WORK, brief=True)}."
    )


def draw(room: Room, results: Results[Settings]) -> list[Plotted]:
    """Above, hybrid viability; below, the half-swap load."""
    middle = room.bottom + room.share(1.3)
    low = row_of_panels(room.figure, room.bottom, middle, 3, right=0.9, gap=0.05)
    high = row_of_panels(room.figure, middle + room.share(0.2), room.top, 3, right=0.9, gap=0.05)
    rows = []
    for name, above, below in zip(NAMES, high, low, strict=True):
        heading(above, name.capitalize(), results.settings.meaning(name))
        rows += _points(above, results, name, "viability") + _points(below, results, name, "load")
        above.tick_params(labelbottom=False)
        below.set_xticks([0.5, 3.5], labels=_CROSSES.values(), color=ink())
    same_height(high)
    for name, axes in zip(NAMES, high, strict=True):
        rows += _apart(axes, results, name)
    high[0].set_ylabel("hybrid viability")
    low[0].set_ylabel("half-swap load")
    for level, words in ((1.0, "as fit as\nparents"), (0.0, "as fit as\nrandom")):
        high[-1].annotate(words, (1.02, level), xycoords=("axes fraction", "data"), va="center", color=quiet(),
                          fontsize=8, annotation_clip=False)  # fmt: skip
    high[-1].annotate("parents\ndiffer in", (1.02, 0.04), xycoords="axes fraction", va="center", color=quiet(),
                      fontsize=8, annotation_clip=False)  # fmt: skip
    legend(room, high[0].get_position(original=True).x0, [sample_of(*pair) for pair in zip(arms(), ARMS, strict=True)])
    return rows


def _apart(axes: Axes, results: Results[Settings], name: str) -> list[Plotted]:
    """Lines at both ends of the scale, and under them the share of elements in which the parents differ."""
    bottom, top = axes.get_ylim()
    bottom = min(bottom, -0.05)
    axes.set_ylim(bottom - 0.16 * (top - bottom), top)
    axes.set_yticks(np.linspace(0.0, 1.0, 6))
    rows = []
    for level in (0.0, 1.0):
        axes.axhline(level, color=quiet(), lw=0.8)
    for (group, crossing), (place, arm) in product(enumerate(_CROSSES), enumerate(ARMS)):
        share = results.values[f"apart:{name}:{crossing}:{arm}"]
        at = (3.0 * group + (-0.1, 1.1)[place], 0.04)
        axes.annotate(f"{100.0 * share.mean():.0f} %", at, xycoords=("data", "axes fraction"), ha="center", va="center",
                      fontsize=8, color=arms()[place].color)  # fmt: skip
        rows += Series(panel=name, arm=arm, name="share in which parents differ").replicates(crossing, share)
    return rows


def _points(axes: Axes, results: Results[Settings], name: str, what: str) -> list[Plotted]:
    rows = []
    for (group, crossing), (place, arm) in product(enumerate(_CROSSES), enumerate(ARMS)):
        values = results.values[f"{what}:{name}:{crossing}:{arm}"]
        series = Series(panel=name, arm=arm, name="hybrid viability" if what == "viability" else "half-swap load")
        rows += points(axes, 3.0 * group + place, values, arms()[place], series, crossing)
    axes.set_xlim(-0.8, 4.8)
    axes.set_xticks([0.5, 3.5])
    axes.grid(visible=False, axis="x")
    return rows


SCENE = Scene(
    name="children",
    title="Do halves of two parents make a whole child?",
    source="Azevedo et al. 2006 (gene networks); Neher & Shraiman 2009 (pairs); Kauffman & Weinberger 1989 (rugged)",
    claims=(WORK, WHOLE, LOG_WHOLE),
    settings=Settings,
    replicates=20,
    smoke=Size(
        replicates=5, settings={"population": 40, "generations": 15, "networks_population": 20, "rugged": {"k": 2}}
    ),
    paper=Size(replicates=50, settings={"generations": 10_000, "networks_population": 500}),
    grow="analysis.scenes.growing.children",
    computing=("sim", "analysis/measures", "analysis/scenes/growing/crosses.py"),
    summary=lambda s: (
        f"{s.generations} generations; {s.population} individuals and mutation {s.mutation:g} per locus, with networks "
        f"{s.networks_population} and {number(s.networks_mutation)} per connection."
    ),
    reading=reading,
    how="Faint marks are replicates, strong ones their mean with its 95 % interval. Below: log fitness that children "
    "lose. In the middle: the share of loci or genes that parents differ in; where there are few, little can break.",
    height=4.1,
    above=0.84,
    draw=draw,
)
"""Children of two parents."""
