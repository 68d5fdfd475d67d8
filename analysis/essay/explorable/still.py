"""The piece as a picture, for paper and where scripts are off: both populations after a while, and the way."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

import numpy as np

from analysis.arrays import Bools, Floats
from analysis.essay.explorable.reference import Explored
from sim import Population, Shifted, unpack

GENERATIONS = 220
_WIDTH, _HEIGHT, _GAP = 400, 300, 3
_CHART = 840, 130
_COLORS = {"clonal": "var(--without)", "sexual": "var(--with)"}


def still(explored: Explored) -> str:
    """HTML with its own styles, in the colours of the page."""
    lives = {kind: list(replace(explored, sex=kind == "sexual").live(GENERATIONS)) for kind in _COLORS}
    pays = {
        kind: np.array([population.log_fitness.mean() / explored.selection for population in life])
        for kind, life in lives.items()
    }
    pictures = "\n".join(
        f'<div style="display:inline-block;width:48%;margin-right:{side}%">'
        f'<b style="color:{_COLORS[kind]}">{kind.capitalize()}</b> pays {100 * pays[kind][-1]:.0f} %'
        f"{_genomes(explored, lives[kind][-1], kind)}</div>"
        for side, kind in zip((2, 0), _COLORS, strict=True)
    )
    return (
        f"{pictures}\n<p>Mean pay on the way there, from 0 to 100 %, in {GENERATIONS} generations; dashed: clonal; "
        f"dotted lines: the world changes.</p>\n{_chart(explored, pays)}"
    )


def _genomes(explored: Explored, population: Population, kind: str) -> str:
    """The best paid on top, those alike side by side; complete blocks in full colour, what else is in place pale."""
    placed = _in_place(explored, population)
    complete = placed.reshape(len(placed), -1, explored.block).all(axis=2)
    keys: Floats = np.column_stack([population.log_fitness, complete, placed])
    order = np.lexsort((-keys).T[::-1])
    placed, complete = placed[order], complete.repeat(explored.block, axis=1)[order]
    out = np.ones((1, explored.loci), dtype=np.bool_)
    layers = ((out, "var(--line)", 1.0), (placed & ~complete, _COLORS[kind], 0.35), (complete, _COLORS[kind], 1.0))
    label = f"Genomes of the {kind} population after {population.generation} generations"
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{label}" shape-rendering="crispEdges" '
        f'style="display:block;width:100%;height:auto">{"".join(_cells(explored, *layer) for layer in layers)}</svg>'
    )


def _cells(explored: Explored, shown: Bools, color: str, opacity: float) -> str:
    """What is shown of each row, a rectangle for neighbours of one block."""
    gap = _GAP if explored.block < explored.loci else 0
    each = (_WIDTH - gap * (explored.loci // explored.block - 1)) / explored.loci
    tall = _HEIGHT / len(shown)
    path = "".join(
        f"M{start * each + start // explored.block * gap:.2f} {row * tall:g}h{(end - start) * each:.2f}v{tall:g}"
        f"h-{(end - start) * each:.2f}z"
        for row, line in enumerate(shown)
        for start, end in _runs(line, explored.block)
    )
    return f'<path d="{path}" fill="{color}" fill-opacity="{opacity:g}"/>'


def _runs(line: Bools, block: int) -> list[tuple[int, int]]:
    """Where neighbours of one block are shown: the first of them, and the one behind the last."""
    loci = np.arange(1, len(line))
    edges = [0, *loci[(line[1:] != line[:-1]) | (loci % block == 0)].tolist(), len(line)]
    return [(start, end) for start, end in pairwise(edges) if line[start]]


def _in_place(explored: Explored, population: Population) -> Bools:
    """Which players do what is asked of them now, (individuals, loci)."""
    here = explored.environment.at(population.generation)
    flips = here.flips if isinstance(here, Shifted) else np.uint64(0)
    return unpack(population.individuals ^ flips, explored.loci)


def _chart(explored: Explored, pays: Mapping[str, Floats]) -> str:
    width, height = _CHART
    across = np.linspace(0, width, GENERATIONS + 1)
    levels = "".join(f"M0 {level * height:g}h{width}" for level in (0, 0.5, 1))
    turns = range(explored.every, GENERATIONS, explored.every) if explored.every else ()
    changes = "".join(f"M{across[now]:.1f} 0v{height}" for now in turns)
    parts = [
        f'<path d="{levels}" stroke="var(--line)"/>',
        f'<path d="{changes}" stroke="var(--quiet)" stroke-dasharray="1 3"/>',
    ]
    for kind, pay in pays.items():
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(across, (1 - pay) * height, strict=True))
        dashes = ' stroke-dasharray="6 3"' if kind == "clonal" else ""
        parts.append(f'<polyline points="{points}" fill="none" stroke="{_COLORS[kind]}" stroke-width="2"{dashes}/>')
    label = ", ".join(f"{kind} {100 * pay[-1]:.0f} % at the end" for kind, pay in pays.items())
    return (
        f'<svg viewBox="0 -2 {width} {height + 4}" role="img" aria-label="Mean pay from 0 to 100 %: {label}" '
        f'style="display:block;width:100%;height:auto">{"".join(parts)}</svg>'
    )
