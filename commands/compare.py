"""`compare`: genes beside neurons."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.errors import EXIT_FAILED
from commands.interruption import computed
from commands.options import (
    RUN,
    SHOW,
    Cluster,
    Config,
    DataName,
    Debug,
    DropProb,
    DryRun,
    Jobs,
    Layers,
    Out,
    Quiet,
    RootSeed,
    Settings,
    StoreFolder,
    Width,
    spec_values,
)
from commands.places import going_on, named, places
from commands.printing import console

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.experiments.cells import Done
    from analysis.experiments.compare import CompareSpec
    from analysis.report.comparison import Report
    from analysis.runs.store import Store
    from analysis.sides.base import Side


def compare(
    genes: Annotated[
        str | None,
        typer.Option(help="Landscape (default: pairwise epistasis); sim list names all.", rich_help_panel=RUN),
    ] = None,
    data: DataName = None,
    layers: Layers = None,
    width: Width = None,
    drop_prob: DropProb = None,
    input_drop_prob: Annotated[
        float | None, typer.Option(help="Probability that an input is dropped (default 0).", rich_help_panel=RUN)
    ] = None,
    replicates: Annotated[
        int | None,
        typer.Option(help="Paired replicates (default 10); raised later, only new ones are run.", rich_help_panel=RUN),
    ] = None,
    seed: RootSeed = None,
    set_: Settings = None,
    config: Config = None,
    out: Out = None,
    store: StoreFolder = None,
    jobs: Jobs = None,
    cluster: Cluster = None,
    dry_run: DryRun = False,
    json: Annotated[
        bool, typer.Option("--json", help="Print summary.json and nothing else.", rich_help_panel=SHOW)
    ] = False,
    quiet: Quiet = False,
    debug: Debug = False,  # noqa: ARG001 - read in explain()
) -> None:
    """Genes with and without sex beside neurons with and without dropout: figure, table, page.

    Evolves clonal and sexual populations, trains networks without and with dropout, measures both alike (the crossing
    test, the interaction spectrum, the knock-out curve, association) and judges each claim by its interval.

    What is finished is kept: run the same command again and it goes on where it stopped.

    Examples:

    - `mixability compare --replicates 20`

    - `mixability compare --genes gene-network --layers 2 --width 64`

    - `mixability compare --set genes.reproduction.sex_fraction=0.1 --set neurons.recipe.epochs=200`
    """
    import joblib

    from analysis.experiments.cells import run_of
    from analysis.experiments.compare import CompareSpec, cells, run
    from analysis.experiments.cost import check
    from analysis.numbers import counted
    from analysis.report.comparison import genes_subtitle, neurons_subtitle
    from analysis.runs.spec import build, dump_toml

    flags = {
        "genes.landscape.kind": genes,
        "neurons.data": data,
        "neurons.recipe.layers": layers,
        "neurons.recipe.width": width,
        "neurons.recipe.drop_prob": drop_prob,
        "neurons.recipe.input_drop_prob": input_drop_prob,
        "replicates": replicates,
        "seed": seed,
    }
    spec = build(CompareSpec, spec_values(config, set_, flags))
    workers = jobs or joblib.cpu_count()
    cost = check(spec, workers)
    if dry_run:
        typer.echo(dump_toml(spec), nl=False)
        typer.echo(
            f"# {cost.cells} cells on {workers} jobs: about {cost.seconds:.0f} s and {cost.peak_bytes / 1e9:.1f} GB"
        )
        return
    name = named("compare", spec.identity())
    folder, kept = places(out, name, store, dump_toml(spec))
    again = going_on("compare", folder, store)
    what = {"genes": genes_subtitle(spec), "neurons": neurons_subtitle(spec)}
    if not quiet and not sys.stderr.isatty():
        told = "; and of ".join(what.values())
        typer.echo(f"comparing {counted(spec.replicates, 'replicate')} of {told}", err=True)
    all_cells = cells(spec)
    kept.note(run_of(name, again, folder, spec.identity(), all_cells))
    done = computed(
        lambda stop: run(spec, kept, workers, cluster=cluster, stop=stop), all_cells, kept, again, what, show=not quiet
    )
    _finish(spec, kept, folder, done, again, json=json)


def _finish(spec: "CompareSpec", store: "Store", path: Path, done: "Sequence[Done]", again: str, *, json: bool) -> None:
    """Write and print what was found; fail where a replicate did."""
    from analysis.experiments.compare import SIDES, failures, pairs
    from analysis.report.comparison import write_report

    errors = failures(done)
    for error in errors:
        typer.echo(error, err=True)
    complete = pairs(spec, store)
    for side in SIDES:
        if not complete[side.name]:
            typer.echo(
                f"no replicate of {side.name} finished, so there is nothing to compare; the rest is in {store.path}",
                err=True,
            )
            raise SystemExit(EXIT_FAILED)
    report = write_report(spec, complete, store, done, path)
    if json:
        typer.echo((path / "summary.json").read_text(), nl=False)
    else:
        _print_tables(report)
        typer.echo(f"\n{report.summary['headline']}")
        typer.echo(f"Page and figure: {path / 'index.html'}")
        typer.echo(f"More replicates: {again} --replicates {2 * spec.replicates}")
    if errors:
        failed = sum(item.state == "failed" for item in done)
        typer.echo(f"{failed} of {len(done)} cells failed; the others are in {store.path}", err=True)
        raise SystemExit(EXIT_FAILED)


def _print_tables(report: "Report") -> None:
    """One table a side, narrow enough for 80 columns."""
    from rich import box
    from rich.table import Table

    from analysis.experiments.compare import SIDES
    from analysis.measures.registry import MEASURES
    from analysis.numbers import arms, difference

    out = console(highlight=True)
    for side in SIDES:
        table = Table(
            title=f"{side.title}: does {side.mixing} ...", title_justify="left", title_style="bold", box=box.SIMPLE
        )
        table.add_column("")
        for arm in side.arms:
            table.add_column(arm, justify="right", no_wrap=True)
        table.add_column("difference [95 % interval]", justify="right", no_wrap=True)
        table.add_column("verdict", no_wrap=True)
        for f in report.findings:
            if f.side == side.name:
                c = f.comparison
                claim = f"{f.verb} {MEASURES[f.measure].label}"
                table.add_row(
                    claim + _condition(side, f.condition),
                    *arms(c),
                    difference(c),
                    str(f.verdict),
                )
        out.print(table)


def _condition(side: "Side", condition: str) -> str:
    """A condition in a word or two: scales by their names on this side."""
    words = {"natural": side.scales[0], "log": side.scales[1], "siblings": "siblings (control)"}
    return f", {words.get(condition, condition)}" if condition else ""
