"""The crossing test on both sides: children of two populations, and of two networks."""

from collections.abc import Mapping
from itertools import product

from matplotlib.axes import Axes
from pydantic import Field

from analysis.figures.plotted import Plotted
from analysis.figures.sheet import row_of_panels
from analysis.figures.theme import arms, ink, quiet
from analysis.numbers import number
from analysis.scenes.base import NETWORKS, Results, Room, Scene, Size
from analysis.scenes.base import Settings as SceneSettings
from analysis.scenes.claim import Claim
from analysis.scenes.data import content
from analysis.scenes.drawing import (
    Series,
    curve,
    heading,
    legend,
    points,
    same_height,
    sample_of,
)
from analysis.sides.genes import GENES
from sim.landscape import GeneNetworkSpec, NKSpec, PairwiseSpec

_NEURONS = "neurons"
_MODES = ("clonal", "sexual")
_TRAINED = ("none", "dropout")
_NAMES = (("clonal", "no dropout"), ("sexual", "dropout"))
_LANDSCAPES = ("pairs", "rugged", "networks")
_GENE_CROSSES = ("between", "within")
_DEPTHS = {"one": "one layer", "two": "two layers"}
_NETWORK_CROSSES = ("strangers", "matched", "siblings")


class Settings(SceneSettings):
    """Two populations that evolved apart and two networks that were trained apart, of each arm."""

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
    data: str = Field(default="digits", description="neural networks: a data set with classes")
    train_images: int = Field(default=600, ge=10, description="training images; the others are for testing")
    width: int = Field(default=128, ge=4, le=8192, multiple_of=2, description="hidden units, in one layer or in two")
    drop_prob: float = Field(default=0.5, gt=0.0, lt=1.0, description="dropout: probability that a unit is dropped")
    epochs: int = Field(default=100, ge=1, description="passes over the training images")
    children: int = Field(default=64, ge=2, le=1_000_000, description="children of a couple at each share")

    def population_of(self, name: str) -> tuple[int, float]:
        """Individuals of a population on a landscape, and their mutation rate."""
        if name == "networks":
            return self.networks_population, self.networks_mutation
        return self.population, self.mutation


_GENES = {f"{name} ({cross})": f"{name}:{cross}" for cross, name in product(_GENE_CROSSES, _LANDSCAPES)}
_NETWORKS = {
    f"{words} ({cross})": f"{depth}:{cross}" for cross, (depth, words) in product(_NETWORK_CROSSES, _DEPTHS.items())
}
_GENE_KEYS = {key: f"{key.partition(':')[0]}\n{key.partition(':')[2]}" for key in _GENES.values()}
_NETWORK_KEYS = {key: "\n".join(reversed(words.rstrip(")").split(" ("))) for words, key in _NETWORKS.items()}
"""Under the marks."""
_SIBLINGS = tuple(condition for condition in _NETWORKS if "siblings" in condition)


def _mixed(conditions: Mapping[str, str], pair: tuple[str, str]) -> dict[str, tuple[str | float, str]]:
    return {words: (f"viability:{key}:{pair[0]}", f"viability:{key}:{pair[1]}") for words, key in conditions.items()}


def _whole(conditions: Mapping[str, str], arm: str) -> dict[str, tuple[str | float, str]]:
    return {words: (1.0, f"viability:{key}:{arm}") for words, key in conditions.items()}


GENES_MIX = Claim(
    name="genes-mix",
    says="genes that had to work with random partners work in the children of any two parents",
    measure="hybrid viability",
    arms=_MODES,
    direction=+1,
    smallest=0.05,
    conditions=_mixed(_GENES, _MODES),
)
NEURONS_MIX = Claim(
    name="neurons-mix",
    says="units that had to work with random partners work in the children of any two networks",
    measure="hybrid viability",
    arms=("no dropout", "dropout"),
    direction=+1,
    smallest=0.05,
    conditions=_mixed(_NETWORKS, _TRAINED),
    controls=_SIBLINGS,
    side=_NEURONS,
)
GENES_WHOLE = Claim(
    name="genes-whole",
    says="halves of two large, complicated parents make a child that is no worse",
    measure="hybrid viability in sexual populations",
    arms=("parents", "children"),
    direction=0,
    smallest=0.05,
    conditions=_whole(_GENES, "sexual"),
)
NEURONS_WHOLE = Claim(
    name="neurons-whole",
    says="halves of two large, complicated networks make one that is no worse",
    measure="hybrid viability with dropout",
    arms=("parents", "children"),
    direction=0,
    smallest=0.05,
    conditions=_whole(_NETWORKS, "dropout"),
    controls=_SIBLINGS,
    side=_NEURONS,
)


def reading(results: Results[Settings]) -> str:
    """Whether children of mixed parents are whole; then what mixing does, where the difference is drawn large."""
    genes, networks = "pairs (between)", "two layers (strangers)"
    whole = [f"{_span(results, claim)} ({results.overall(claim)})" for claim in (GENES_WHOLE, NEURONS_WHOLE)]
    gains = [results.difference(c, at) for c, at in ((GENES_MIX, genes), (NEURONS_MIX, networks))]
    return (
        f"Of what mixed parents can do, children keep {whole[0]} with genes and {whole[1]} with neurons. Do parts fit "
        f"those of strangers better for having been mixed? Genes: {results.overall(GENES_MIX)}, in pairs between "
        f"populations {gains[0]}. Neurons: {results.overall(NEURONS_MIX)}, in two layers of strangers {gains[1]}."
    )


def _span(results: Results[Settings], claim: Claim) -> str:
    """The least and the greatest mean viability under the conditions that are no controls."""
    found = [results.comparison(claim, each).with_mixing for each in claim.conditions if each not in claim.controls]
    return f"{number(min(found), 2)} to {number(max(found), 2)}"


def draw(room: Room, results: Results[Settings]) -> list[Plotted]:
    """Above, the way from one parent to the other on both sides; below, the middle of it under all conditions."""
    middle = room.bottom + room.share(1.45)
    high = row_of_panels(room.figure, middle + room.share(0.74), room.top, 2, gap=0.06)
    low = row_of_panels(room.figure, room.bottom, middle, 2, gap=0.06)
    s = results.settings
    heading(high[0], "Two populations that evolved apart", f"{s.pairs.loci} genes that act in all pairs")
    heading(high[1], "Two networks that were trained apart", f"two layers of {s.width // 2} units, as they come")
    rows = _valley(high[0], results, "pairs:between", _MODES, GENES.name)
    rows += _valley(high[1], results, "two:strangers", _TRAINED, _NEURONS)
    same_height(high)
    high[0].set_ylabel("viability of the child")
    legend(
        room,
        high[0].get_position(original=True).x0,
        [
            sample_of(style, f"{mixing}: {', '.join(names)}")
            for style, mixing, names in zip(arms(), ("without mixing", "with mixing"), _NAMES, strict=True)
        ],
    )
    heading(low[0], "Half and half, genes")
    heading(low[1], "Half and half, neurons")
    rows += _halves(low[0], results, _GENE_KEYS, _MODES, GENES.name)
    rows += _halves(low[1], results, _NETWORK_KEYS, _TRAINED, _NEURONS)
    bottom, top = low[0].get_ylim()
    low[0].set_ylim(bottom - 0.13 * (top - bottom), top)
    same_height(low)
    low[0].set_ylabel("viability")
    return rows + _apart(low[0], results)


def _valley(axes: Axes, results: Results[Settings], key: str, pair: tuple[str, str], side: str) -> list[Plotted]:
    """Viability by the share that comes from the other parent."""
    axes.axhline(1.0, color=quiet(), lw=0.8)
    rows = []
    shares = results.values["shares"][0]
    for arm, style in zip(pair, arms(), strict=True):
        series = Series(panel=key, arm=arm, name="viability by share", side=side)
        rows += curve(axes, shares, results.values[f"valley:{key}:{arm}"], style, series)
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.5, 1], labels=["all of one", "half and half", "all of the other"])
    first, *_, last = axes.get_xticklabels()
    first.set_horizontalalignment("left")
    last.set_horizontalalignment("right")
    axes.grid(visible=False, axis="x")
    return rows


def _halves(axes: Axes, results: Results[Settings], keys: Mapping[str, str], pair: tuple[str, str], side: str) -> (
    list[Plotted]
):  # fmt: skip
    """Hybrid viability under every condition, ``keys`` to their names."""
    for level in (0.0, 1.0):
        axes.axhline(level, color=quiet(), lw=0.8)
    rows = []
    for (group, key), (place, arm) in product(enumerate(keys), enumerate(pair)):
        series = Series(panel=f"half and half, {side}", arm=arm, name="hybrid viability", side=side)
        rows += points(axes, 3.0 * group + place, results.values[f"viability:{key}:{arm}"], arms()[place], series, key)
    axes.set_xlim(-0.9, 3.0 * len(keys) - 1.1)
    axes.set_xticks([3.0 * group + 0.5 for group in range(len(keys))], labels=list(keys.values()), color=ink())
    axes.tick_params(axis="x", labelsize=7.5)
    axes.grid(visible=False, axis="x")
    return rows


def _apart(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    """Shares of the genes in which couples differ: where there are few, little can break."""
    rows = []
    for (group, key), (place, arm) in product(enumerate(_GENE_KEYS), enumerate(_MODES)):
        share = results.values[f"apart:{key}:{arm}"]
        axes.annotate(f"{100.0 * share.mean():.0f}", (3.0 * group + place, 0.0), (0, 3),
                      xycoords=("data", "axes fraction"), textcoords="offset points", ha="center", va="bottom",
                      fontsize=7.5, color=arms()[place].color)  # fmt: skip
        rows += Series(panel="apart", arm=arm, name="share in which parents differ").replicates(key, share)
    return rows


SCENE = Scene(
    name="crossing",
    title="Do halves of two strangers make a whole?",
    source="Srivastava et al. 2014, section 2; Azevedo et al. 2006; Neher & Shraiman 2009",
    claims=(GENES_MIX, NEURONS_MIX, GENES_WHOLE, NEURONS_WHOLE),
    settings=Settings,
    grow="analysis.scenes.growing.crossing",
    computing=NETWORKS,
    rests_on=lambda settings: content(settings.data),
    replicates=16,
    smoke=Size(
        replicates=5,
        settings={
            "population": 30, "generations": 12, "networks_population": 20, "rugged": {"k": 2}, "train_images": 150,
            "width": 12, "epochs": 6, "children": 8,
        },
    ),
    paper=Size(replicates=16, settings={"data": "mnist5k", "train_images": 4000, "width": 1024, "generations": 10_000}),
    summary=lambda s: (
        f"Genes: {s.generations} generations of {s.population}, of gene networks {s.networks_population}. Neurons: "
        f"{s.data}, {s.train_images} training images, {s.epochs} epochs, {s.width} hidden units in one layer or two; "
        f"a unit is dropped with probability {s.drop_prob:g}."
    ),
    reading=reading,
    how="Viability of a child: 1 is as good as its parents, 0 as random genes or guessing. Above: by the share of its "
    "genes or units that comes from either parent, with 95 % intervals. Below: half and half under every condition, "
    "faint marks are replicates; numbers are the percentage of genes in which parents differ, for where there are few "
    "little can break.",
    height=4.4,
    above=0.84,
    draw=draw,
)  # fmt: skip
"""Crossing on both sides."""
