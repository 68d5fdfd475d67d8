"""`sim`: the simulator."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.errors import EXIT_FAILED, EXIT_USAGE
from commands.interruption import checkpointed
from commands.options import (
    KEEP,
    RUN,
    SHOW,
    AsJson,
    Config,
    Debug,
    DryRun,
    Out,
    Quiet,
    RootSeed,
    Settings,
    StoreFolder,
    spec_values,
)
from commands.places import going_on, named, places
from commands.printing import console, print_entry
from commands.progress import with_generations

if TYPE_CHECKING:
    from analysis.experiments.simulate import SimulationSpec, Trajectory
    from analysis.report.simulation import Simulation
    from analysis.runs.store import Store

sim = typer.Typer(help="The genetic-mixing simulator: run populations, list what there is, export them.")


@sim.command("run")
def sim_run(
    landscape: Annotated[
        str | None, typer.Option(help="Landscape (default: pairwise); sim list names all.", rich_help_panel=RUN)
    ] = None,
    environment: Annotated[
        str | None, typer.Option(help="static (default), moving-target or alternation.", rich_help_panel=RUN)
    ] = None,
    population: Annotated[
        int | None, typer.Option(help="Individuals, on each island (default 1000).", rich_help_panel=RUN)
    ] = None,
    generations: Annotated[int | None, typer.Option(help="Generations (default 400).", rich_help_panel=RUN)] = None,
    mutation: Annotated[
        float | None, typer.Option(help="Mutations per locus and generation (default 1e-4).", rich_help_panel=RUN)
    ] = None,
    replicates: Annotated[
        int | None, typer.Option(help="Populations of each arm (default 5).", rich_help_panel=RUN)
    ] = None,
    seed: RootSeed = None,
    set_: Settings = None,
    config: Config = None,
    out: Out = None,
    store: StoreFolder = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Threads (default: one a core).", rich_help_panel=KEEP)
    ] = None,
    checkpoint: Annotated[
        float, typer.Option(min=0.0, metavar="SECONDS", help="Time between checkpoints.", rich_help_panel=KEEP)
    ] = 30.0,
    dry_run: DryRun = False,
    json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.", rich_help_panel=SHOW)] = False,
    quiet: Quiet = False,
    debug: Debug = False,  # noqa: ARG001 - read in explain()
) -> None:
    """Populations with and without sex on a landscape, watched generation by generation.

    Whatever stops a run, the same command goes on from the last checkpoint, to the same bits.

    Examples:

    - `mixability sim run --landscape nk --set landscape.k=8`

    - `mixability sim run --landscape conspiracies --environment moving-target --set start=ones`

    - `mixability sim run --set 'arms=["sexual"]' --set reproduction.recombination.rates=0.01 --set keep=[400]`
    """
    import joblib

    from analysis.experiments.cells import run_of
    from analysis.experiments.simulate import SimulationSpec
    from analysis.runs.memory import within_memory
    from analysis.runs.spec import build, dump_toml

    flags = {
        "landscape.kind": landscape,
        "environment.kind": environment,
        "population": population,
        "generations": generations,
        "mutation": mutation,
        "replicates": replicates,
        "seed": seed,
    }
    spec = build(SimulationSpec, spec_values(config, set_, flags))
    workers = jobs or joblib.cpu_count()
    cost = spec.bytes * min(workers, len(spec.arms) * spec.replicates)
    within_memory(cost, "population or --jobs")
    if dry_run:
        typer.echo(dump_toml(spec), nl=False)
        seconds = spec.seconds * len(spec.arms) * spec.replicates / workers
        typer.echo(f"# {len(spec.arms) * spec.replicates} populations: about {seconds:.0f} s and {cost / 1e9:.2g} GB")
        return
    name = named("simulation", {**spec.identity(), "arms": spec.arms, "keep": spec.keep})
    folder, kept = places(out, name, store, dump_toml(spec))
    again = going_on("sim run", folder, store)
    kept.note(run_of(name, again, folder, spec.identity(), spec.cells))
    _simulate(spec, folder, kept, workers, checkpoint, again, show=not quiet, json=json)


def _simulate(
    spec: "SimulationSpec",
    path: Path,
    store: "Store",
    jobs: int,
    checkpoint: float,
    again: str,
    *,
    show: bool,
    json: bool,
) -> None:
    """Run what is missing, then write and print what was seen."""
    from analysis.experiments.simulate import Watch, run
    from analysis.report.simulation import write_simulation

    watch = Watch()
    if show:
        what = f"{spec.described}; {spec.generations:,} generations, {spec.bytes / 1e6:,.1f} MB each"
        typer.echo(f"simulating {spec.summary}: {what}", err=True)
    found: list[Trajectory] = []
    with checkpointed(store, again):
        results = run(spec, store, jobs, watch, folder=path, every=checkpoint)
        found.extend(with_generations(results, spec, watch) if show and sys.stderr.isatty() else results)
    for failure in watch.failures:
        typer.echo(failure, err=True)
    if not found:
        raise SystemExit(EXIT_FAILED)
    report = write_simulation(spec, found, path)
    if json:
        typer.echo((path / "summary.json").read_text(), nl=False)
    else:
        _print_simulation(report)
        typer.echo(f"\n{report.reading}")
        typer.echo(f"Figure, table and what was kept: {path}")
        typer.echo(f"More replicates: {again} --replicates {2 * spec.replicates}")
    if watch.failures:
        raise SystemExit(EXIT_FAILED)


def _print_simulation(report: "Simulation") -> None:
    from rich import box
    from rich.table import Table

    table = Table(title=report.title, title_justify="left", title_style="bold", box=box.SIMPLE)
    table.add_column("at the end")
    for arm in report.arms:
        table.add_column(arm, justify="right", no_wrap=True)
    if report.rows and len(report.rows[0].cells) > len(report.arms):
        table.add_column("difference [95 % interval]", justify="right", no_wrap=True)
    for row in report.rows:
        table.add_row(row.label, *row.cells)
    console(highlight=True).print(table)


@sim.command("list")
def sim_list(
    words: Annotated[list[str] | None, typer.Argument(help="Part of a name; all by default.")] = None,
    json: AsJson = False,
) -> None:
    """Every landscape, environment, way to reproduce and kind of selection, with its settings and source.

    Examples:

    - `mixability sim list`

    - `mixability sim list conspiracies`
    """
    from rich.text import Text

    from analysis.report.catalogue import catalogue

    name = " ".join(words or [])
    found = [entry for entry in catalogue() if name.lower() in f"{entry.family} {entry.name}".lower()]
    if not found:
        typer.echo(f"nothing is called {name!r}; mixability sim list shows all", err=True)
        raise SystemExit(EXIT_USAGE)
    if json:
        from dataclasses import asdict
        from json import dumps

        typer.echo(dumps([asdict(entry) for entry in found], indent=2))
        return
    out = console(110)
    for entry in found:
        title = Text.assemble((entry.name, "bold"), (f"  {entry.family}", "dim"), f"  {entry.meaning}")
        rows = [(Text(one.key), Text(one.default, style="dim"), Text(one.meaning)) for one in entry.settings]
        if entry.source:
            rows.append((Text("source", style="dim"), Text(), Text(entry.source, style="dim")))
        print_entry(out, title, rows)


@sim.command("export")
def sim_export(
    population: Annotated[Path, typer.Argument(metavar="FILE", help="A .npz that sim run has kept.")],
    to: Annotated[Path, typer.Argument(metavar="TO", help="Where to: a name that ends in .vcf or .trees.")],
    debug: Debug = False,  # noqa: ARG001 - read in explain()
) -> None:
    """A whole population as VCF, or as a tskit tree sequence (pip install 'mixability[export]').

    No genealogy is known: in the tree sequence all samples hang from one root, so site statistics hold and branch
    statistics mean nothing.

    Example: `mixability sim export runs/mine/populations/sexual-0-400.npz sexual.vcf`
    """
    from analysis.runs.folder import FolderError
    from analysis.runs.spec import SpecError
    from sim.archive import read_alleles
    from sim.export import to_tree_sequence, to_vcf, write_tree_sequence, write_vcf

    try:
        alleles, generation = read_alleles(population)
        if to.suffix == ".vcf":
            write_vcf(to, to_vcf(alleles))
        elif to.suffix == ".trees":
            write_tree_sequence(to, to_tree_sequence(alleles, generation=generation))
        else:
            raise SpecError([f"{to}: name a file that ends in .vcf or .trees"])
    except (ValueError, ModuleNotFoundError) as error:
        raise SpecError([str(error)]) from None
    except OSError as error:
        raise FolderError(str(error)) from error
    typer.echo(f"{len(alleles):,} individuals, {alleles.shape[-1]:,} loci: {to}")
