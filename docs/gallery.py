"""Draw every kind of figure from real runs into docs/gallery, with an index: `make gallery`."""

import sys
from dataclasses import replace
from html import escape
from pathlib import Path

import joblib
import torch

from analysis import generator_for, pool
from analysis.experiments.claims import judge
from analysis.experiments.compare import CLAIMS, SIDES, CompareSpec, pairs, run
from analysis.experiments.training import TrainingSpec, gathered, published
from analysis.experiments.training import run as train
from analysis.figures.chart import Chart
from analysis.figures.comparison import comparison_chart
from analysis.figures.registry import FIGURES
from analysis.figures.theme import THEMES
from analysis.measures.combining import CombiningAbility
from analysis.probing.figure import probe_chart
from analysis.probing.probe import probe
from analysis.report.comparison import genes_subtitle, neurons_subtitle, origin, results
from analysis.runs.folder import write_whole
from analysis.runs.store import Store, located
from analysis.sides.base import Pool
from analysis.sides.genes import genes_pool
from analysis.sides.neurons import neurons_pool
from analysis.training.numbers import numbers
from analysis.training.report import charts as training_charts
from docs.mynets import parity
from nets import load

ROOT = Path(__file__).resolve().parents[1]
GALLERY = ROOT / "docs" / "gallery"
PARENTS, CHILDREN = 8, 32
UNSEEN = "synthetic:parity-3,inputs=8,examples=1000,seed=2"


def tables(spec: CompareSpec) -> list[list[CombiningAbility]]:
    """Hybrid tables of a pool of parents, for each side and arm, in natural units."""
    pools: list[list[Pool]] = [
        [genes_pool(spec.genes, spec.seed, PARENTS, mixing=mixing) for mixing in (False, True)],
        [neurons_pool(spec.neurons, spec.seed, PARENTS, mixing=mixing) for mixing in (False, True)],
    ]
    masks = [generator_for(spec.seed, "pool", "children").random((CHILDREN, arms[0].elements)) < 0.5 for arms in pools]
    return [
        [next(iter(pool(one.cross, one.parents, own).values())) for one in arms]
        for arms, own in zip(pools, masks, strict=True)
    ]


def charts(spec: CompareSpec, store: Store) -> list[list[Chart]]:
    """Every figure in both themes."""
    list(run(spec, store, joblib.cpu_count()))
    found = pairs(spec, store)
    records = [record for side in found.values() for pair in side for record in pair.records]
    sides = results(spec, found, store, judge(CLAIMS, SIDES, records, spec.seed))
    sides = [replace(side, pools=found) for side, found in zip(sides, tables(spec), strict=True)]
    settings = [genes_subtitle(spec), neurons_subtitle(spec)]
    drawn = [[comparison_chart(sides, settings, theme) for theme in THEMES]]
    return drawn + [[kind.chart(sides, origin(spec), theme) for theme in THEMES] for kind in FIGURES.values()]


def training(spec: TrainingSpec, store: Store) -> dict[str, list[Chart]]:
    """What `mixability nets train` draws, by name, in both themes."""
    train(spec, store)
    seen = gathered(spec, store)
    light, dark = (list(training_charts(seen, numbers(seen), spec.origin, theme, log_epochs=False)) for theme in THEMES)
    return {one.name: [one, other] for one, other in zip(light, dark, strict=True)}


def networks(store: Store) -> list[list[Chart]]:
    """Networks trained, the features of an autoencoder, and a probe, in both themes."""
    digits = training(TrainingSpec(replicates=10), store)
    autoencoder = TrainingSpec.model_validate({**published("srivastava-features", "small"), "replicates": 5})
    features = training(autoencoder, store)["filters"]
    unseen = load(UNSEEN)
    found = probe(parity(), "1", torch.from_numpy(unseen.inputs), torch.from_numpy(unseen.labels), name="parity")
    return [
        digits["learning"],
        [replace(chart, name="features") for chart in features],
        digits["sparsity"],
        [probe_chart(found, f"Network of docs/mynets.py; data: {UNSEEN}.", theme) for theme in THEMES],
    ]


def page(all_charts: list[Chart]) -> str:
    """The index: every figure with its question and what it says."""
    entries = "\n".join(
        f"""<figure><h2>{escape(chart.title)}</h2><p>{escape(chart.reading)}</p>
<picture><source srcset="{chart.name}-dark.svg" media="(prefers-color-scheme: dark)">
<img src="{chart.name}-light.svg" alt="{escape(chart.alt)}"></picture>
<figcaption><a href="{chart.name}-light.png">PNG</a> <a href="{chart.name}-light.svg">SVG</a>
<a href="{chart.name}.csv">numbers</a> <a href="{chart.name}.txt">in words</a></figcaption></figure>"""
        for chart in all_charts
    )
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>mixability: the figures</title>
<style>
:root {{ color-scheme: light dark; --ink: #222; --quiet: #5c5c5c; --paper: #fff; }}
@media (prefers-color-scheme: dark) {{ :root {{ --ink: #e8e8e6; --quiet: #adadab; --paper: #181818; }} }}
body {{ margin: 0 auto; max-width: 60rem; padding: 2rem 1rem; color: var(--ink); background: var(--paper);
  font: 16px/1.5 system-ui, sans-serif; }}
h1 {{ margin: 0; }} h2 {{ font-size: 1.15rem; margin: 0 0 .2rem; }} p {{ margin: .2rem 0 .6rem; }}
figure {{ margin: 3rem 0; }} img {{ width: 100%; height: auto; }}
figcaption {{ color: var(--quiet); font-size: .9rem; }} a {{ color: inherit; }}
</style></head><body>
<h1>The figures</h1>
<p>Every kind of figure, from one run of <code>mixability compare</code> with its defaults and a pool of {PARENTS}
parents of each kind: left genes, right neurons; orange without mixing, blue with it. Then what
<code>mixability nets train</code> and <code>nets probe</code> show. The essays' claims have
<a href="../ledger/ledger.md">pictures of their own</a>.</p>
{entries}
</body></html>
"""


def readme(all_charts: list[Chart]) -> str:
    """The same for a reader of the repository, with the pictures alone."""
    entries = "\n".join(
        f"""
## {chart.title}

{chart.reading}

<picture><source srcset="{chart.name}-dark.png" media="(prefers-color-scheme: dark)">
<img src="{chart.name}-light.png" alt="{escape(" ".join(chart.alt.split()))}"></picture>"""
        for chart in all_charts
    )
    return f"""# The figures

Every kind of figure, from one run of `mixability compare` with its defaults and a pool of {PARENTS} parents of each
kind: left genes, right neurons; orange without mixing, blue with it. A run's own page shows four of them. Then
what `mixability nets train` and `nets probe` show; the essays' claims have [theirs](../ledger/ledger.md).
`make gallery` draws them all again, and writes SVG, the numbers (CSV), the words (TXT) and a page, `index.html`, beside
them.
{entries}
"""


def main() -> None:
    """Draw, or redraw from the cells of the last time."""
    print("comparing, training, drawing; some minutes the first time", file=sys.stderr)
    store = Store(located())
    both = charts(CompareSpec(), store) + networks(store)
    for chart_by_theme in both:
        for theme, chart in zip(THEMES, chart_by_theme, strict=True):
            for suffix, content in chart.files(width=1400).items():
                name = f"{chart.name}-{theme}.{suffix}" if suffix in {"png", "svg"} else f"{chart.name}.{suffix}"
                write_whole(GALLERY / name, content)
    light = [one for one, _ in both]
    write_whole(GALLERY / "index.html", page(light).encode())
    write_whole(GALLERY / "README.md", readme(light).encode())
    print(f"{len(both)} figures: {GALLERY / 'index.html'}")


if __name__ == "__main__":
    main()
