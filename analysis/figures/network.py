"""Interaction networks: elements on a circle, module by module, and the pairs that interact."""

from collections.abc import Sequence

import networkx as nx
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from analysis.arrays import Floats, Integers
from analysis.figures.chart import Kind, each
from analysis.figures.plotted import Plotted
from analysis.figures.results import SideResults
from analysis.figures.theme import arms, ink, paper, quiet, signs
from analysis.measures.network import Modularity, describe, interaction_network, modularity
from analysis.numbers import number

_MOST_EDGES = 150
_GAP = 1.5  # between modules, in places on the circle
_CROWDED = 0.3  # of a place for an element without partners
_REWIRINGS = 20
_NAMED = 2  # a module of fewer elements is not drawn as one


def draw_network(axes: Axes, results: SideResults, arm: int) -> list[Plotted]:
    """The pairs of one whole that interact beyond sampling error, the strongest 150 drawn.

    Places depend on modules and numbers of elements alone, so the layout is the same each time. Colour is sign, width
    strength; arcs outside the circle are modules.
    """
    side, portrait = results.side, results.portraits[arm]
    graph = interaction_network(
        portrait["interaction"].astype(np.float64), portrait["interaction_error"].astype(np.float64)
    )
    found = modularity(graph, rewirings=_REWIRINGS)
    angle = _angles(found.modules)
    edges = sorted(graph.edges(data=True), key=lambda edge: -edge[2]["weight"])
    _draw_edges(axes, angle, edges[:_MOST_EDGES])
    degree = np.array([graph.degree(node) for node in range(len(angle))], dtype=np.float64)
    axes.scatter(
        np.cos(angle),
        np.sin(angle),
        s=4 + 26 * degree / max(1.0, degree.max()),
        color=ink(),
        lw=0.5,
        ec=paper(),
        zorder=3,
    )
    _draw_modules(axes, angle, found.modules)
    axes.set_aspect("equal")
    axes.set_xlim(-1.2, 1.2)
    axes.set_ylim(-1.2, 1.2)
    axes.axis("off")
    axes.set_title(side.arms[arm], color=arms()[arm].color, fontweight="bold", loc="left", pad=2)
    axes.text(
        0.5, -0.02, _caption(graph, found), transform=axes.transAxes, ha="center", va="top", fontsize=7.5, color=quiet()
    )
    return [
        Plotted(
            panel="network",
            side=side.name,
            arm=side.arms[arm],
            series=f"element {i}",
            replicate=results.shown_replicate,
            x=f"element {j}",
            y=data["sign"] * data["weight"],
        )
        for i, j, data in edges
    ]


def _angles(modules: Integers) -> Floats:
    """Places (n,) on the circle in radians: module after module, elements in their order, gaps between modules."""
    order = np.lexsort((np.arange(len(modules)), modules))
    breaks = np.diff(modules[order], prepend=modules[order[0]]) > 0
    sizes = np.bincount(modules)
    alone = sizes[modules[order]] < _NAMED
    step = np.where(alone, _CROWDED, 1.0) + _GAP * (breaks & ~alone)
    place = np.cumsum(step)
    angle = np.empty(len(modules))
    angle[order] = np.pi / 2 - 2.0 * np.pi * place / (place[-1] + _GAP)
    return angle


def _draw_edges(axes: Axes, angle: Floats, edges: Sequence[tuple[int, int, dict[str, float]]]) -> None:
    """Strongest last, curved towards the centre."""
    if not edges:
        return
    top = edges[0][2]["weight"]
    below, above = signs()
    for i, j, data in reversed(edges):
        strength = data["weight"] / top
        one, two = (np.array([np.cos(angle[k]), np.sin(angle[k])]) for k in (i, j))
        curve = Path([one, 0.35 * (one + two) / 2.0, two], [Path.MOVETO, Path.CURVE3, Path.CURVE3])
        positive = data["sign"] > 0
        axes.add_patch(
            PathPatch(
                curve,
                fc="none",
                ec=above if positive else below,
                lw=0.4 + 2.2 * strength,
                alpha=0.25 + 0.6 * strength,
                ls="-" if positive else (0, (3, 1.2)),
                capstyle="round",
            )
        )


def _draw_modules(axes: Axes, angle: Floats, modules: Integers) -> None:
    for module, size in enumerate(np.bincount(modules)):
        if size >= _NAMED:
            own = angle[modules == module]
            arc = np.linspace(own.max() + 0.02, own.min() - 0.02, 60)
            axes.plot(1.1 * np.cos(arc), 1.1 * np.sin(arc), color=quiet(), lw=2.5, solid_capstyle="round")


def _caption(graph: nx.Graph, found: Modularity) -> str:
    facts = describe(graph)
    edges = graph.number_of_edges()
    if found.reason:
        return f"{edges:,} of {edges_possible(graph):,} pairs interact"
    modules = int(np.sum(np.bincount(found.modules) >= _NAMED))
    return (
        f"{edges:,} of {edges_possible(graph):,} pairs interact\n"
        f"{100 * facts['synergy_share']:.0f}\N{NO-BREAK SPACE}% of them synergies\n"
        f"{modules} modules, z = {number(found.z, 1)}"
    )


def edges_possible(graph: nx.Graph) -> int:
    """Number of pairs of nodes."""
    n: int = graph.number_of_nodes()
    return n * (n - 1) // 2


def _draw(panels: Sequence[Axes], side: SideResults) -> list[Plotted]:
    return [row for arm, axes in enumerate(panels) for row in draw_network(axes, side, arm)]


def _reading(sides: Sequence[SideResults]) -> str:
    parts = []
    for side in sides:
        counts = []
        for arm, portrait in zip(side.side.arms, side.portraits, strict=True):
            graph = interaction_network(
                portrait["interaction"].astype(np.float64), portrait["interaction_error"].astype(np.float64)
            )
            synergies = sum(sign > 0 for *_, sign in graph.edges(data="sign"))
            counts.append(f"{synergies:,} of {graph.number_of_edges():,} {arm}")
        parts.append(f"{side.side.name} {' against '.join(counts)}")
    return f"How many of the pairs that interact need each other, in one whole of each arm: {'; '.join(parts)}."


KIND = Kind(
    name="interaction-network",
    title="Who needs whom, who replaces whom?",
    how=f"The strongest {_MOST_EDGES} pairs that interact. Elements on a circle, grouped in modules (arcs); "
    "solid green lines join pairs that need each other (synergy), "
    "dashed purple ones pairs that replace each other (redundancy), the wider the stronger; dots grow with the number "
    "of partners; z compares modularity with rewired networks.",
    reading=_reading,
    draw=each(_draw),
    panels=2,
    height=1.8,
    key=False,
    titled=True,
    left=0.02,
    right=0.98,
    gap=0.04,
    within=0.015,
    below=0.5,
)
