"""The piece as a picture, for where scripts are off: both populations after a while, and the way there."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from analysis.arrays import Floats
from analysis.essay.explorable.reference import Explored
from sim import Population, Shifted, unpack

GENERATIONS = 240
_WIDTH, _HEIGHT, _GAP, _CHART = 340.0, 240.0, 40.0, 130.0
_COLORS = {"clonal": "var(--without)", "sexual": "var(--with)"}


def still(explored: Explored) -> str:
    """An inline SVG in the colours of the page."""
    lives = {kind: list(replace(explored, sex=kind == "sexual").live(GENERATIONS)) for kind in _COLORS}
    pays = {
        kind: np.array([population.log_fitness.mean() / explored.selection for population in life])
        for kind, life in lives.items()
    }
    last = {kind: life[-1] for kind, life in lives.items()}
    words = ", ".join(f"{kind} {100 * pay[-1]:.0f} %" for kind, pay in pays.items())
    parts = [
        f'<svg viewBox="0 0 {2 * _WIDTH + _GAP:g} {_HEIGHT + _CHART + 70:g}" role="img" aria-label="Both populations after '
        f'{GENERATIONS} generations. Mean pay: {words}." style="width:100%;height:auto;font:13px sans-serif">'
    ]
    for column, (kind, population) in enumerate(last.items()):
        left = column * (_WIDTH + _GAP)
        parts.append(
            f'<text x="{left:g}" y="14" fill="{_COLORS[kind]}" font-weight="bold">{kind.capitalize()}: pays '
            f"{100 * pays[kind][-1]:.0f} % after {GENERATIONS} generations</text>"
        )
        parts.append(f'<g transform="translate({left:g} 24)">{_genomes(explored, population, _COLORS[kind])}</g>')
    top = _HEIGHT + 50
    parts.append(f'<g transform="translate(0 {top:g})">{_chart(explored, pays)}</g></svg>')
    return "".join(parts)


def _genomes(explored: Explored, population: Population, color: str) -> str:
    """Rows are individuals, the best paid on top; complete blocks in full colour, the rest of what is in place pale."""
    placed = in_place(explored, population)[np.argsort(-population.log_fitness, kind="stable")]
    whole = placed.reshape(len(placed), -1, explored.block).all(axis=2).repeat(explored.block, axis=1)
    each, tall = _WIDTH / explored.loci, _HEIGHT / len(placed)
    found = [f'<rect width="{_WIDTH:g}" height="{_HEIGHT:g}" fill="var(--line)"/>']
    for shown, opacity in ((placed & ~whole, 0.35), (whole, 1.0)):
        path = "".join(
            f"M{start * each:.2f} {row * tall:.2f}h{(end - start) * each:.2f}v{tall:.2f}H{start * each:.2f}z"
            for row, line in enumerate(shown)
            for start, end in _runs(line)
        )
        found.append(f'<path d="{path}" fill="{color}" fill-opacity="{opacity:g}"/>')
    return "".join(found)


def in_place(explored: Explored, population: Population) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """Which players do what is asked of them now, (individuals, loci)."""
    here = explored.environment.at(population.generation)
    flips = here.flips if isinstance(here, Shifted) else np.uint64(0)
    return unpack(population.individuals ^ flips, explored.loci)


def _runs(line: Sequence[bool]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], np.asarray(line, dtype=np.int8), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _chart(explored: Explored, pays: dict[str, Floats]) -> str:
    width = 2 * _WIDTH + _GAP
    found = [
        f'<path d="M0 {(1 - pay) * _CHART:g}H{width:g}" stroke="var(--line)"/>' for pay in (0.0, 0.5, 1.0)
    ]
    if explored.every:
        found += [
            f'<path d="M{now / GENERATIONS * width:.1f} 0V{_CHART:g}" stroke="var(--quiet)" stroke-dasharray="1 3"/>'
            for now in range(explored.every, GENERATIONS, explored.every)
        ]
    for kind, pay in pays.items():
        points = " ".join(f"{at / GENERATIONS * width:.1f},{(1 - p) * _CHART:.1f}" for at, p in enumerate(pay))
        dashes = ' stroke-dasharray="6 3"' if kind == "clonal" else ""
        found.append(f'<polyline points="{points}" fill="none" stroke="{_COLORS[kind]}" stroke-width="2"{dashes}/>')
    found.append(f'<text x="0" y="{_CHART + 17:g}" fill="var(--quiet)">mean pay; dotted: the world changes</text>')
    return "".join(found)
