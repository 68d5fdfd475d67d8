"""A probe in words: a sentence, tables on a terminal, JSON, and the files in a folder."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from analysis.figures.theme import THEMES
from analysis.measures.registry import MEASURES
from analysis.numbers import counted, decimals_for, number, signed
from analysis.probing.figure import probe_chart
from analysis.probing.probe import ASSOCIATIONS, ON_SCALES, Estimate, Probe
from analysis.probing.words import headline, trust, what
from analysis.runs.folder import write_whole
from analysis.runs.record import strict

_PLUS_MINUS = " \N{PLUS-MINUS SIGN} "
_SHARES_OF_WORTH = {"synergy_mass", "redundancy_mass"}


def print_probe(found: Probe, console: Console, pairs: int = 5) -> None:
    """What was probed, measures with their intervals, elements that stand out, one sentence, and how sure it is."""
    console.print(Text(f"{what(found)}."))
    if found.silent:
        text = f"{counted(found.silent, found.kind.removesuffix('s'))} of {found.elements}"
        console.print(Text(f"- left out, changing no score on any input whoever else is there: {text}"))
    console.print()
    console.print(_measures(found))
    console.print(_elements(found))
    if pairs and found.network.number_of_edges():
        console.print(_pairs(found, pairs))
    console.print(Text(headline(found)))
    console.print(Text(trust(found)))


def to_json(found: Probe, pairs: int = 20) -> str:
    """Strict JSON: null for what is undefined; every element, and the strongest ``pairs`` pairs."""
    main = found.main.spectrum
    document = {
        "model": found.model,
        "layer": found.layer,
        "kind": found.kind,
        "elements": found.elements,
        "live": found.live.tolist(),
        "silent": found.silent,
        "examples": found.examples,
        "masks": found.masks,
        "all_masks": found.complete,
        "background": found.background,
        "seed": found.seed,
        "headline": headline(found),
        "intervals": trust(found),
        "scales": {
            scale: {
                "intact": _estimate(reading.performance),
                "absent": reading.absent,
                "knowing_nothing": found.baseline[scale],
                **{key: _estimate(value) for key, value in reading.values.items()},
                "retained": [_estimate(value) for value in reading.retained],
            }
            for scale, reading in found.readings.items()
        },
        "association": {key: _estimate(value) for key, value in found.associated.items()},
        "network": {
            "scale": found.scale,
            "pairs": found.network.number_of_edges(),
            **found.facts,
            "modularity": found.modules.quality,
            "modularity_z": found.modules.z,
            "modules": found.modules.modules.tolist(),
            "reason": found.modules.reason,
        },
        "units": [
            {
                "element": int(element),
                "mixability": float(main.mixability[i]),
                "mixability_error": float(main.mixability_error[i]),
                "context_dependence": float(found.main.context.dependence[i]),
            }
            for i, element in enumerate(found.live)
        ],
        "strongest": [
            {"elements": [int(found.live[i]), int(found.live[j])], "interaction": value, "error": error}
            for i, j, value, error in main.strongest(pairs)
        ],
    }
    return json.dumps(strict(document), indent=2, allow_nan=False, ensure_ascii=False)


def write_probe(found: Probe, folder: Path, origin: str = "") -> None:
    """Write ``probe.json``, and the figure as PNG and SVG, light and dark, with its numbers (CSV) and words (txt)."""
    light, dark = (probe_chart(found, origin, theme_name) for theme_name in THEMES)
    for ending, content in light.files().items():
        write_whole(folder / f"probe.{ending}", content)
    images = dark.files()
    for ending in ("png", "svg"):
        write_whole(folder / f"probe-dark.{ending}", images[ending])
    write_whole(folder / "probe.json", (to_json(found) + "\n").encode())


def _estimate(found: Estimate) -> dict[str, Any]:
    told = {"value": found.value, "low": found.low, "high": found.high}
    return {**told, "reason": found.reason} if found.reason else told


def _measures(found: Probe) -> Table:
    table = Table(box=box.SIMPLE, pad_edge=False)
    table.add_column("")
    for scale in found.readings:
        table.add_column(f"on {scale}", justify="right", no_wrap=True)
    readings = list(found.readings.values())
    table.add_row("performance of the intact model", *(_cell(reading.performance) for reading in readings))
    table.add_row(f"with none of the {found.kind}", *(number(reading.absent) for reading in readings))
    for key in ON_SCALES:
        label = MEASURES[key].label + (", share of the worth" if key in _SHARES_OF_WORTH else "")
        table.add_row(label, *(_cell(reading.values[key]) for reading in readings))
    table.add_section()
    for key in ASSOCIATIONS:
        empty = [""] * (len(readings) - 1)
        table.add_row(MEASURES[key].label, *empty, _cell(found.associated[key]))
    return table


def _cell(found: Estimate) -> str:
    decimals = decimals_for(found.value, found.low, found.high)
    if np.isnan(found.reach):
        return number(found.value, decimals)
    return f"{number(found.value, decimals)} [{number(found.low, decimals)}, {number(found.high, decimals)}]"


def _elements(found: Probe, count: int = 5) -> Table:
    worth, error = found.main.spectrum.mixability, found.main.spectrum.mixability_error
    table = Table(title=f"Worth most, on {found.scale}", title_justify="left", title_style="bold", box=box.SIMPLE,
                  pad_edge=False)  # fmt: skip
    for heading in (found.kind.removesuffix("s"), "mixability (mean worth)", "context dependence"):
        table.add_column(heading, justify="right")
    decimals = decimals_for(*worth)
    for i in np.argsort(-worth, kind="stable")[:count]:
        table.add_row(
            str(found.live[i]),
            signed(worth[i], decimals) + _PLUS_MINUS + number(error[i], decimals),
            number(found.main.context.dependence[i], 2),
        )
    return table


def _pairs(found: Probe, count: int) -> Table:
    table = Table(title=f"Strongest pairs, on {found.scale}", title_justify="left", title_style="bold", box=box.SIMPLE,
                  pad_edge=False)  # fmt: skip
    for heading in ("pair", "interaction", ""):
        table.add_column(heading, justify="right" if heading else "left")
    top = found.main.spectrum.strongest(count)
    decimals = decimals_for(*(value for *_, value, _ in top))
    for i, j, value, error in top:
        table.add_row(
            f"{found.live[i]}, {found.live[j]}",
            signed(value, decimals) + _PLUS_MINUS + number(error, decimals),
            "they need each other" if value > 0.0 else "they replace each other",
        )
    return table
