"""Write what a comparison found: figure, tables, page."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from analysis import numbers
from analysis.experiments.cells import Done
from analysis.experiments.claims import Finding, judge
from analysis.experiments.compare import CLAIMS, SIDES, CompareSpec, Found, Pair, failures, portraits
from analysis.figures.comparison import comparison_chart
from analysis.figures.registry import FIGURES
from analysis.figures.results import SideResults
from analysis.measures.registry import MEASURES
from analysis.report import words
from analysis.runs.folder import write_whole
from analysis.runs.record import provenance, strict
from analysis.runs.store import Store
from analysis.sides.base import Side

MORE_FIGURES = ("forest", "context-dependence", "interaction-network")
"""Kinds of figure that stand on the page below the comparison."""
PRODUCTS = (
    "index.html",
    *(f"{name}.{suffix}" for name in ("comparison", *MORE_FIGURES) for suffix in ("png", "svg", "csv", "txt")),
    "summary.json",
    "records.jsonl",
    "spec.toml",
)


@dataclass(frozen=True, kw_only=True)
class Report:
    """What was found, ready to be printed."""

    findings: list[Finding]
    summary: dict[str, Any]


def write_report(spec: CompareSpec, found: Found, store: Store, done: Sequence[Done], folder: Path) -> Report:
    """Write all products into the folder of a run, from what is finished of it.

    A side of which no replicate finished is an error of the caller's.
    """
    records = [record for of_side in found.values() for pair in of_side for record in pair.records]
    write_whole(folder / "records.jsonl", "".join(record.to_json() + "\n" for record in records).encode())
    findings = judge(CLAIMS, SIDES, records, spec.seed)
    subtitles = [genes_subtitle(spec), neurons_subtitle(spec)]
    sides = results(spec, found, store, findings)
    details = words.in_words(findings, SIDES, subtitles)
    charts = [replace(comparison_chart(sides, subtitles), details=details)]
    charts += [FIGURES[name].chart(sides, origin(spec)) for name in MORE_FIGURES]
    pictures = []
    for chart in charts:
        files = chart.files()
        for suffix, content in files.items():
            write_whole(folder / f"{chart.name}.{suffix}", content)
        pictures.append({"chart": chart, "svg": _inline(files["svg"].decode(), chart.name)})
    summary = _summary(spec, done, findings)
    constant = {side.name: _constant(side, found[side.name]) for side in SIDES}
    write_whole(folder / "summary.json", (json.dumps(summary, indent=2, allow_nan=False) + "\n").encode())
    write_whole(folder / "index.html", _page(spec, pictures, findings, summary, constant, subtitles).encode())
    return Report(findings=findings, summary=summary)


def origin(spec: CompareSpec) -> str:
    """What was run, for a figure that stands alone."""
    replicates = numbers.counted(spec.replicates, "paired replicate")
    return f"{replicates}, seed {spec.seed}. Genes: {genes_subtitle(spec)}. Neurons: {neurons_subtitle(spec)}."


def genes_subtitle(spec: CompareSpec) -> str:
    """What the genes' side ran, in a line."""
    genes = spec.genes
    return f"{genes.summary}; {genes.individuals} individuals, {genes.generations} generations"


def neurons_subtitle(spec: CompareSpec) -> str:
    """What the neurons' side ran, in a line."""
    neurons, recipe = spec.neurons, spec.neurons.recipe
    data = neurons.data_name.removeprefix("idx:")
    inputs = f", inputs {recipe.input_drop_prob:g}" if recipe.input_drop_prob else ""
    size = f"{recipe.summary}, {neurons.train_images} images of {data}"
    return f"{size}; drop_prob {recipe.drop_prob:g}{inputs}"


def results(spec: CompareSpec, found: Found, store: Store, findings: Sequence[Finding]) -> list[SideResults]:
    """What the figures show of both sides of a finished comparison."""
    return [_results(spec, store, side, found[side.name], findings) for side in SIDES]


def _results(
    spec: CompareSpec, store: Store, side: Side, found: Sequence[Pair], findings: Sequence[Finding]
) -> SideResults:
    if side.name == "genes":
        side = replace(side, element=spec.genes.element)
    generation = round(spec.genes.association_at * spec.genes.generations)
    return SideResults(
        side=side,
        records=([pair.records[0] for pair in found], [pair.records[1] for pair in found]),
        portraits=portraits(found[0], store),
        shown_replicate=found[0].records[0].replicate,
        findings={f.key: f for f in findings if f.side == side.name},
        association_note=f" (generation {generation})" if side.name == "genes" else "",
    )


def _summary(spec: CompareSpec, done: Sequence[Done], findings: Sequence[Finding]) -> dict[str, Any]:
    summary: dict[str, Any] = strict(
        {
            "experiment": "compare",
            "replicates": spec.replicates,
            "headline": words.headline(findings, SIDES),
            "provenance": provenance(spec.identity(), spec.code),
            "failed": failures(done),
            "claims": [
                {"side": side.name, "claim": text, "verdict": str(verdict)}
                for side in SIDES
                for text, verdict, _ in words.by_claim(findings, side)
            ],
            "findings": [finding.as_dict() for finding in findings],
        }
    )
    return summary


def _constant(side: Side, found: Sequence[Pair]) -> str:
    """How many elements were left out of the association, in words."""
    means = [sum(pair.records[arm].values["constant_elements"] for pair in found) / len(found) for arm in (0, 1)]
    counted = " and ".join(f"{mean:.1f} ({arm})" for mean, arm in zip(means, side.arms, strict=True))
    return f"Association leaves out constant elements: on average {counted}."


def _inline(svg: str, name: str) -> str:
    """An SVG to stand in a page: its ids, which number the parts of one figure, made its own."""
    text = svg[svg.index("<svg") :]
    return re.sub(r'(id="|href="#|url\(#)', rf"\g<1>{name}-", text)


def _page(
    spec: CompareSpec,
    pictures: Sequence[dict[str, Any]],
    findings: Sequence[Finding],
    summary: dict[str, Any],
    constant: dict[str, str],
    subtitles: Sequence[str],
) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - only here

    environment = Environment(
        loader=PackageLoader("analysis.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("comparison.html.j2").render(
        pictures=pictures,
        sides=[
            {
                "side": side,
                "subtitle": subtitle,
                "claims": [
                    {
                        "text": text,
                        "verdict": str(verdict),
                        "answer": words.ANSWERS[verdict],
                        "sentences": [words.sentence(f, side) for f in group],
                    }
                    for text, verdict, group in words.by_claim(findings, side)
                ],
                "constant": constant[side.name],
                "rows": [{"finding": f, "label": words.label(f, side)} for f in findings if f.side == side.name],
            }
            for side, subtitle in zip(SIDES, subtitles, strict=True)
        ],
        measures={name: MEASURES[name] for name in dict.fromkeys(f.measure for f in findings)},
        summary=summary,
        command="mixability compare --config spec.toml --out again",
        replicates=numbers.counted(spec.replicates, "paired replicate"),
        products=PRODUCTS[1:],
        arms=numbers.arms,
        difference=numbers.difference,
        effect=numbers.effect,
        number=numbers.number,
    )
