"""The door: parse, call, print."""

import signal
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from analysis.experiments.compare import CompareSpec, Done
    from analysis.experiments.simulate import Cell, SimulationSpec, Trajectory, Watch
    from analysis.experiments.training import TrainingSpec
    from analysis.report.comparison import Report
    from analysis.report.simulation import Simulation
    from analysis.runs.folder import RunFolder
    from analysis.scenes.base import Outcome
    from analysis.scenes.play import Performance
    from analysis.sides.base import Side

EXIT_FAILED, EXIT_USAGE, EXIT_INTERRUPTED = 1, 2, 130

app = typer.Typer(
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    epilog="Exit codes: 0 ok, 1 a run failed, 2 usage or spec error, 130 interrupted.",
)


@app.callback(invoke_without_command=True)
def mixability(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    """Measure what mixing does: sexual reproduction to genes, dropout to neurons, with the same measures."""
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"mixability {installed('mixability')}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


RUN, KEEP, SHOW = "What to run", "Where and how", "What to show"

Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Any setting that --dry-run lists.", rich_help_panel=RUN),
]
Config = Annotated[
    Path | None, typer.Option(help="A spec, such as the spec.toml of an earlier run.", rich_help_panel=RUN)
]
Out = Annotated[
    Path | None, typer.Option(help="Folder of the run (default: runs/, named for the spec).", rich_help_panel=KEEP)
]
Jobs = Annotated[int | None, typer.Option(min=1, help="Worker processes (default: one a core).", rich_help_panel=KEEP)]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Print the whole spec and what it would cost.", rich_help_panel=SHOW)
]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress.", rich_help_panel=SHOW)]
Debug = Annotated[bool, typer.Option("--debug", help="Show tracebacks.", rich_help_panel=SHOW)]
DataName = Annotated[
    str | None, typer.Option(help="Data set (default digits); nets data lists them.", rich_help_panel=RUN)
]
Layers = Annotated[int | None, typer.Option(help="Hidden layers (default 1).", rich_help_panel=RUN)]
Width = Annotated[int | None, typer.Option(help="Units in each (default 128).", rich_help_panel=RUN)]
DropProb = Annotated[
    float | None, typer.Option(help="Probability that a unit is dropped (default 0.5).", rich_help_panel=RUN)
]
RootSeed = Annotated[int | None, typer.Option(help="Root seed (default 1).", rich_help_panel=RUN)]


@app.command()
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
    jobs: Jobs = None,
    dry_run: DryRun = False,
    json: Annotated[
        bool, typer.Option("--json", help="Print summary.json and nothing else.", rich_help_panel=SHOW)
    ] = False,
    quiet: Quiet = False,
    debug: Debug = False,  # noqa: ARG001 - read in main()
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

    from analysis.experiments.compare import CompareSpec
    from analysis.experiments.cost import check
    from analysis.runs.folder import RunFolder
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
    spec = build(CompareSpec, _values(config, set_, flags))
    workers = jobs or joblib.cpu_count()
    cost = check(spec, workers)
    if dry_run:
        typer.echo(dump_toml(spec), nl=False)
        typer.echo(
            f"# {cost.cells} cells on {workers} jobs: about {cost.seconds:.0f} s and {cost.peak_bytes / 1e9:.1f} GB"
        )
        return
    folder = RunFolder(out or Path("runs") / named("compare", spec.identity()))
    folder.claim(dump_toml(spec), "a folder of its own")
    done = _run(spec, folder.path, workers, show=not quiet)
    _finish(spec, folder.path, done, json=json)


def _values(
    config: Path | None, settings: list[str] | None, flags: dict[str, Any], base: dict[str, Any] | None = None
) -> dict[str, Any]:
    """What a spec is built from: a file or a base, then ``--set``, then the options that were given."""
    from analysis.runs.spec import apply_settings, read_toml, set_value

    values: dict[str, Any] = read_toml(config) if config else base or {}
    apply_settings(values, settings or [])
    for path, value in flags.items():
        if value is not None:
            set_value(values, path, value)
    return values


def named(what: str, identity: dict[str, Any]) -> str:
    """A folder name that differs for different specs, but not for more replicates."""
    from hashlib import blake2b
    from json import dumps

    return f"{what}-{blake2b(dumps(identity, sort_keys=True).encode(), digest_size=4).hexdigest()}"


def _run(spec: "CompareSpec", path: Path, jobs: int, *, show: bool) -> "list[Done]":
    """Run what is missing, with a progress bar for each engine on a terminal."""
    from analysis.experiments.compare import SIDES, run
    from analysis.numbers import counted
    from analysis.report.comparison import genes_subtitle, neurons_subtitle
    from analysis.runs.folder import RunFolder

    what = {"genes": genes_subtitle(spec), "neurons": neurons_subtitle(spec)}
    done: list[Done] = []
    terminal = sys.stderr.isatty() and show
    if show and not terminal:
        typer.echo(f"comparing {counted(spec.replicates, 'replicate')} of {'; and of '.join(what.values())}", err=True)
    try:
        results = run(spec, RunFolder(path), jobs)
        done.extend(_with_bars(results, spec, [s.name for s in SIDES], what) if terminal else results)
    except KeyboardInterrupt:
        finished = sum(d.cell is not None for d in done)
        typer.echo(
            f"interrupted: {finished} of {2 * spec.replicates} cells are kept in {path}; go on with\n"
            f"  mixability compare --config {path / 'spec.toml'} --out {path}",
            err=True,
        )
        raise SystemExit(EXIT_INTERRUPTED) from None
    return done


def _with_bars(
    results: "Iterable[Done]", spec: "CompareSpec", sides: list[str], what: dict[str, str]
) -> "Iterable[Done]":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.fields[side]:<8}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.description}"),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bars = {side: progress.add_task(what[side], total=spec.replicates, side=side) for side in sides}
        for item in results:
            progress.advance(bars[item.task.side])
            yield item


def _finish(spec: "CompareSpec", path: Path, done: "list[Done]", *, json: bool) -> None:
    """Write and print what was found; fail where a replicate did."""
    from analysis.experiments.compare import SIDES
    from analysis.report.comparison import write_report

    errors = [d.error for d in done if d.error]
    for error in errors:
        typer.echo(error, err=True)
    for side in SIDES:
        if not any(d.cell for d in done if d.task.side == side.name):
            typer.echo(
                f"no replicate of {side.name} finished, so there is nothing to compare; the rest is in {path}", err=True
            )
            raise SystemExit(EXIT_FAILED)
    report = write_report(spec, done, path)
    if json:
        typer.echo((path / "summary.json").read_text(), nl=False)
    else:
        _print_tables(report)
        typer.echo(f"\n{report.summary['headline']}")
        typer.echo(f"Page and figure: {path / 'index.html'}")
        again = f"mixability compare --config {path / 'spec.toml'} --out {path}"
        typer.echo(f"More replicates: {again} --replicates {2 * spec.replicates}")
    if errors:
        typer.echo(f"{len(errors)} of {len(done)} cells failed; the others are in {path}", err=True)
        raise SystemExit(EXIT_FAILED)


def _print_tables(report: "Report") -> None:
    """One table a side, narrow enough for 80 columns."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    from analysis.experiments.compare import SIDES
    from analysis.measures.registry import MEASURES
    from analysis.numbers import arms, difference

    console = Console(width=None if sys.stdout.isatty() else 100)
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
        console.print(table)


def _condition(side: "Side", condition: str) -> str:
    """A condition in a word or two: scales by their names on this side."""
    words = {"natural": side.scales[0], "log": side.scales[1], "siblings": "siblings (control)"}
    return f", {words.get(condition, condition)}" if condition else ""


@app.command()
def measures(
    words: Annotated[list[str] | None, typer.Argument(help="Part of a measure's name; all by default.")] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown.", rich_help_panel=SHOW)] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.", rich_help_panel=SHOW)] = False,
) -> None:
    """The glossary: every measure's formula, range, meaning, estimator, cost and source.

    Examples:

    - `mixability measures`

    - `mixability measures synergy`
    """
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    from analysis.measures.registry import MEASURES, as_markdown, entry

    name = " ".join(words or [])
    found = {key: measure for key, measure in MEASURES.items() if name.lower() in f"{key} {measure.label}".lower()}
    if not found:
        typer.echo(f"no measure is called {name!r}; mixability measures lists them all", err=True)
        raise SystemExit(EXIT_USAGE)
    if markdown:
        typer.echo(as_markdown(found.values()), nl=False)
        return
    if json:
        from dataclasses import asdict
        from json import dumps

        typer.echo(dumps({key: asdict(measure) for key, measure in found.items()}, indent=2))
        return
    console = Console(width=None if sys.stdout.isatty() else 100, highlight=False)
    for key, measure in found.items():
        console.print(Text.assemble((measure.label, "bold"), (f"  {key}", "dim")))
        table = Table.grid(padding=(0, 2))
        for heading, text in entry(measure):
            table.add_row(Text(heading, style="dim"), Text(text))
        console.print(Padding(table, (0, 0, 1, 2)))


READ = "How to read the table"


@app.command()
def measure(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV with a header; also with semicolons or tabs.")],
    wild_type: Annotated[
        str | None,
        typer.Option(
            help="States of the wild type, as AKG or wt,wt,G; or first, for the first row.", rich_help_panel=READ
        ),
    ] = None,
    phenotype: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Column (default: the one that it could be).", rich_help_panel=READ),
    ] = None,
    error: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Column of errors (default: one named so, such as sd); or none.", rich_help_panel=READ
        ),
    ] = None,
    elements: Annotated[
        str | None,
        typer.Option(metavar="NAMES", help="Columns a,b,c of elements, or the one of genotypes.", rich_help_panel=READ),
    ] = None,
    measurements: Annotated[
        int,
        typer.Option(
            metavar="K", help="The error is the SD of K measurements, their mean the value.", rich_help_panel=READ
        ),
    ] = 1,
    average: Annotated[
        bool, typer.Option("--average", help="Average the rows of one genotype.", rich_help_panel=READ)
    ] = False,
    log: Annotated[
        bool, typer.Option("--log", help="Measure the natural logarithm of the phenotype.", rich_help_panel=READ)
    ] = False,
    pairs: Annotated[int, typer.Option(min=0, help="How many pairs to list.", rich_help_panel=SHOW)] = 10,
    json: Annotated[
        bool, typer.Option("--json", help="Print JSON; notices go to standard error.", rich_help_panel=SHOW)
    ] = False,
    debug: Debug = False,  # noqa: ARG001 - read in main()
) -> None:
    """A table of genotypes and phenotypes: shares of variance by order, elements, pairs, and what noise explains.

    One row a genotype: a column of 0/1 or of states (with --wild-type) for each element, or one column called genotype
    with strings such as 0101 or AKGT; one column of numbers, the phenotype; possibly one of its errors.

    Examples:

    - `mixability measure fitness.csv --log`

    - `mixability measure growth.tsv --wild-type first --phenotype rate --error rate_se`
    """
    from rich.console import Console

    from analysis.genotypes.measure import measure_table, peak_bytes
    from analysis.genotypes.printing import print_measures
    from analysis.genotypes.table import read_table
    from analysis.genotypes.words import to_json

    table = read_table(
        file,
        wild_type=wild_type,
        phenotype=phenotype,
        error=error,
        elements=[name.strip() for name in (elements or "").split(",") if name.strip()],
        log=log,
        average=average,
        measurements=measurements,
    )
    if table.complete and table.n > 20:
        typer.echo(f"{table.rows:,} genotypes: measuring takes about {peak_bytes(table) / 1e9:.1f} GB", err=True)
    measures = measure_table(table)
    if json:
        for notice in measures.notices:
            typer.echo(notice.text, err=True)
        typer.echo(to_json(measures, pairs))
    else:
        print_measures(measures, Console(width=None if sys.stdout.isatty() else 100, highlight=False), pairs)


sim = typer.Typer(help="The genetic-mixing simulator: run populations, list what there is, export them.")
app.add_typer(sim, name="sim")


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
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Threads (default: one a core).", rich_help_panel=KEEP)
    ] = None,
    checkpoint: Annotated[
        float, typer.Option(min=0.0, metavar="SECONDS", help="Time between checkpoints.", rich_help_panel=KEEP)
    ] = 30.0,
    dry_run: DryRun = False,
    json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.", rich_help_panel=SHOW)] = False,
    quiet: Quiet = False,
    debug: Debug = False,  # noqa: ARG001 - read in main()
) -> None:
    """Populations with and without sex on a landscape, watched generation by generation.

    Whatever stops a run, the same command goes on from the last checkpoint, to the same bits.

    Examples:

    - `mixability sim run --landscape nk --set landscape.k=8`

    - `mixability sim run --landscape conspiracies --environment moving-target --set start=ones`

    - `mixability sim run --set 'arms=["sexual"]' --set reproduction.recombination.rates=0.01 --set keep=[400]`
    """
    import joblib

    from analysis.experiments.simulate import SimulationSpec
    from analysis.runs.folder import RunFolder
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
    spec = build(SimulationSpec, _values(config, set_, flags))
    workers = jobs or joblib.cpu_count()
    cost = spec.bytes * min(workers, len(spec.arms) * spec.replicates)
    within_memory(cost, "population or --jobs")
    if dry_run:
        typer.echo(dump_toml(spec), nl=False)
        seconds = spec.seconds * len(spec.arms) * spec.replicates / workers
        typer.echo(f"# {len(spec.arms) * spec.replicates} populations: about {seconds:.0f} s and {cost / 1e9:.2g} GB")
        return
    folder = RunFolder(out or Path("runs") / named("simulation", spec.identity()))
    folder.claim(dump_toml(spec), "a folder of its own")
    _simulate(spec, folder, workers, checkpoint, show=not quiet, json=json)


def _simulate(
    spec: "SimulationSpec", folder: "RunFolder", jobs: int, checkpoint: float, *, show: bool, json: bool
) -> None:
    """Run what is missing, then write and print what was seen."""
    from analysis.experiments.simulate import Watch, run
    from analysis.report.simulation import write_simulation

    watch = Watch(checkpoint_seconds=checkpoint)
    again = f"mixability sim run --config {folder.path / 'spec.toml'} --out {folder.path}"
    if show:
        what = f"{spec.described}; {spec.generations:,} generations, {spec.bytes / 1e6:,.1f} MB each"
        typer.echo(f"simulating {spec.summary}: {what}", err=True)
    found: list[Trajectory] = []
    try:
        results = run(spec, folder, jobs, watch)
        found.extend(_with_generations(results, spec, watch) if show and sys.stderr.isatty() else results)
    except KeyboardInterrupt:
        typer.echo(f"interrupted: checkpoints are kept in {folder.path}; go on with\n  {again}", err=True)
        raise SystemExit(EXIT_INTERRUPTED) from None
    for failure in watch.failures:
        typer.echo(failure, err=True)
    if not found:
        raise SystemExit(EXIT_FAILED)
    report = write_simulation(spec, found, folder.path)
    if json:
        typer.echo((folder.path / "summary.json").read_text(), nl=False)
    else:
        _print_simulation(report)
        typer.echo(f"\n{report.reading}")
        typer.echo(f"Figure, table and what was kept: {folder.path}")
        typer.echo(f"More replicates: {again} --replicates {2 * spec.replicates}")
    if watch.failures:
        raise SystemExit(EXIT_FAILED)


def _with_generations(
    results: "Iterable[Trajectory]", spec: "SimulationSpec", watch: "Watch"
) -> "Iterable[Trajectory]":
    """One bar over all generations of all populations."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    class Speed(TextColumn):
        def render(self, task: Any) -> Any:
            from rich.text import Text

            return Text(f"{task.speed or 0:,.0f} generations/s", style="dim")

    done: dict[str, int] = {}
    total = len(spec.arms) * spec.replicates * spec.generations
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), MofNCompleteColumn(), Speed(""))
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), speed_estimate_period=10) as progress:
        bar = progress.add_task(spec.summary, total=total)

        def report(cell: "Cell", generation: int) -> None:
            done[cell.name] = generation
            progress.update(bar, completed=sum(done.values()))

        watch.progress = report
        for found in results:
            report(found.cell, spec.generations)
            yield found


def _print_simulation(report: "Simulation") -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(title=report.title, title_justify="left", title_style="bold", box=box.SIMPLE)
    table.add_column("at the end")
    for arm in report.arms:
        table.add_column(arm, justify="right", no_wrap=True)
    if report.rows and len(report.rows[0].cells) > len(report.arms):
        table.add_column("difference [95 % interval]", justify="right", no_wrap=True)
    for row in report.rows:
        table.add_row(row.label, *row.cells)
    Console(width=None if sys.stdout.isatty() else 100).print(table)


@sim.command("list")
def sim_list(
    words: Annotated[list[str] | None, typer.Argument(help="Part of a name; all by default.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.", rich_help_panel=SHOW)] = False,
) -> None:
    """Every landscape, environment, way to reproduce and kind of selection, with its settings and source.

    Examples:

    - `mixability sim list`

    - `mixability sim list conspiracies`
    """
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table
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
    console = Console(width=None if sys.stdout.isatty() else 110, highlight=False)
    for entry in found:
        console.print(Text.assemble((entry.name, "bold"), (f"  {entry.family}", "dim"), f"  {entry.meaning}"))
        table = Table.grid(padding=(0, 2))
        for setting in entry.settings:
            table.add_row(Text(setting.key), Text(setting.default, style="dim"), Text(setting.meaning))
        if entry.source:
            table.add_row(Text("source", style="dim"), "", Text(entry.source, style="dim"))
        console.print(Padding(table, (0, 0, 1, 2)))


@sim.command("export")
def sim_export(
    population: Annotated[Path, typer.Argument(metavar="FILE", help="A .npz that sim run has kept.")],
    to: Annotated[Path, typer.Argument(metavar="TO", help="Where to: a name that ends in .vcf or .trees.")],
    debug: Debug = False,  # noqa: ARG001 - read in main()
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


scene = typer.Typer(help="The essays' scenes: experiments that end in one picture each.")
app.add_typer(scene, name="scene")


@scene.command("list")
def scene_list() -> None:
    """Every scene: its question, what is claimed, and where the idea comes from."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    from analysis.scenes.registry import SCENES

    console = Console(width=None if sys.stdout.isatty() else 110, highlight=False)
    for name, found in SCENES.items():
        console.print(Text.assemble((name, "bold"), f"  {found.title}"))
        lines = [f"claimed: {claim.says}; smallest effect of interest {claim.smallest:g}" for claim in found.claims]
        for line in [*lines, f"source: {found.source}"]:
            console.print(Padding(Text(line, style="dim"), (0, 0, 0, 2)))


@scene.command("run")
def scene_run(
    name: Annotated[str, typer.Argument(metavar="NAME", help="One of those that scene list shows.")],
    replicates: Annotated[
        int | None,
        typer.Option(min=1, help="Independent replicates; raised later, only new ones are run.", rich_help_panel=RUN),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Root seed.", rich_help_panel=RUN)] = 1,
    set_: Settings = None,
    out: Out = None,
    jobs: Jobs = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print every setting and what it means.", rich_help_panel=SHOW)
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print summary.json.", rich_help_panel=SHOW)] = False,
    quiet: Quiet = False,
    debug: Debug = False,  # noqa: ARG001 - read in main()
) -> None:
    """Run a scene: its replicates, one picture, and an answer with its interval, also where it is no.

    Examples:

    - `mixability scene run conspiracies`

    - `mixability scene run race --replicates 20 --set population=500`
    """
    import difflib
    import shlex

    import joblib

    from analysis.runs.folder import RunFolder
    from analysis.runs.spec import SpecError, apply_settings, build, dump_toml
    from analysis.scenes.play import Performance
    from analysis.scenes.registry import SCENES

    if name not in SCENES:
        close = difflib.get_close_matches(name, SCENES, n=1)
        hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(SCENES)}"
        raise SpecError([f"no scene is called {name!r}; {hint}"])
    values: dict[str, Any] = {}
    apply_settings(values, set_ or [])
    settings = build(SCENES[name].settings, values)
    if dry_run:
        typer.echo(dump_toml(settings, "Change any of these with --set key=value."), nl=False)
        for key, field in type(settings).model_fields.items():
            if field.description:
                typer.echo(f"# {key}: {field.description}")
        typer.echo(f"# replicates: {SCENES[name].replicates}, with --replicates")
        return
    performance = Performance(
        scene=name, settings=settings, seed=seed, replicates=replicates or SCENES[name].replicates
    )
    folder = RunFolder(out or Path("runs") / named(name, performance.identity))
    folder.claim(
        f'scene = "{name}"\nseed = {seed}\n' + dump_toml(settings, "Change any of these with --set key=value."),
        "a folder of its own",
    )
    given = " ".join(f"--set {shlex.quote(setting)}" for setting in set_ or [])
    again = f"mixability scene run {name} {given} --seed {seed} --out {folder.path}".replace("  ", " ")
    _play(performance, folder.path, jobs or joblib.cpu_count(), again, show=not quiet, json=json)


def _play(performance: "Performance", folder: Path, jobs: int, again: str, *, show: bool, json: bool) -> None:
    """Run what is missing, then print what it came to."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from analysis.scenes.play import finish, play

    outcomes: dict[int, Outcome] = {}
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), MofNCompleteColumn(), TimeElapsedColumn())
    try:
        hidden = not (show and sys.stderr.isatty())
        with Progress(*columns, console=Console(stderr=True), disable=hidden) as progress:
            bar = progress.add_task(performance.scene, total=performance.replicates)
            for replicate, outcome in play(performance, folder, jobs):
                outcomes[replicate] = outcome
                progress.advance(bar)
    except KeyboardInterrupt:
        typer.echo(f"interrupted: {len(outcomes)} replicates are kept in {folder}; go on with\n  {again}", err=True)
        raise SystemExit(EXIT_INTERRUPTED) from None
    ended = finish(performance, [outcomes[i] for i in sorted(outcomes)], folder)
    if json:
        typer.echo((folder / "summary.json").read_text(), nl=False)
        return
    typer.echo(f"{ended.chart.title} {ended.chart.reading}\n")
    for answer in ended.answers:
        typer.echo(f"- {answer.sentence}")
    typer.echo(f"\nPicture: {folder / f'{performance.scene}.png'}")
    typer.echo(f"More replicates: {again} --replicates {2 * performance.replicates}")


nets = typer.Typer(help="Networks: train them without and with dropout, or probe one that is trained already.")
app.add_typer(nets, name="nets")

Model = Annotated[
    str,
    typer.Argument(
        metavar="PACKAGE.MODULE:FACTORY", help="What builds the model; modules in the current folder count too."
    ),
]
Weights = Annotated[
    Path | None,
    typer.Option(help="Its weights: a state dict, .pt or .safetensors (default: as built).", rich_help_panel=RUN),
]
BuiltWith = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Arguments of the factory.", rich_help_panel=RUN),
]
Shape = Annotated[
    str | None,
    typer.Option(metavar="1,28,28", help="Shape of an input (default: as the data have it).", rich_help_panel=RUN),
]
Tokens = Annotated[bool, typer.Option("--tokens", help="Inputs are whole numbers, as int64.", rich_help_panel=RUN)]


@nets.command("probe")
def nets_probe(
    model: Model,
    layer: Annotated[str | None, typer.Option(help="Its layer, as nets list names it.", rich_help_panel=RUN)] = None,
    data: Annotated[
        str, typer.Option(help="digits, idx:FOLDER, arrays:FILE.npz (inputs, labels), ...", rich_help_panel=RUN)
    ] = "digits",
    weights: Weights = None,
    set_: BuiltWith = None,
    shape: Shape = None,
    tokens: Tokens = False,
    examples: Annotated[
        int, typer.Option(min=2, help="Examples, at most, drawn by the seed.", rich_help_panel=RUN)
    ] = 512,
    masks: Annotated[
        int, typer.Option(min=64, help="Presence masks; all of them where there are no more.", rich_help_panel=RUN)
    ] = 8192,
    background: Annotated[
        str, typer.Option(help="What an absent element gives: zero, mean or resample.", rich_help_panel=RUN)
    ] = "zero",
    kind: Annotated[
        str | None, typer.Option(help="units, channels, heads, activations (default: what fits).", rich_help_panel=RUN)
    ] = None,
    outputs: Annotated[
        str, typer.Option(help="What the model gives: scores, or probabilities.", rich_help_panel=RUN)
    ] = "scores",
    seed: Annotated[int, typer.Option(min=0, help="Of masks and examples.", rich_help_panel=RUN)] = 0,
    out: Out = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print probe.json and nothing else.", rich_help_panel=SHOW)
    ] = False,
    quiet: Quiet = False,
    debug: Debug = False,  # noqa: ARG001 - read in main()
) -> None:
    """How co-adapted are the units of one layer of a trained network? Figure, table, JSON.

    Weights are read as plain tensors: no code in the file is run. The data should be ones that the network was not
    trained on.

    Examples:

    - `mixability nets probe mynets:small_cnn --weights cnn.pt --layer conv2 --data idx:FOLDER --shape 1,28,28`

    - `mixability nets probe mynets:mlp --set width=64 --weights mlp.safetensors --layer 1 --data arrays:test.npz`
    """
    from rich.console import Console

    from analysis.probing.command import Asked, play
    from analysis.probing.report import print_probe, to_json, write_probe
    from analysis.runs.folder import RunFolder
    from analysis.runs.spec import dump_toml

    asked = Asked(
        model=model, layer=layer, data=data, weights=weights, settings=tuple(set_ or ()), shape=shape, tokens=tokens,
        examples=examples, masks=masks, background=background, kind=kind, outputs=outputs, seed=seed,
    )  # fmt: skip
    folder = RunFolder(out or Path("runs") / named("probe", asked.identity()))
    if not quiet and layer is not None:
        typer.echo(f"probing layer {layer} of {model}", err=True)
    found, origin = play(asked)
    folder.claim(dump_toml(asked, "What was asked of the network."), "a folder of its own")
    write_probe(found, folder.path, origin)
    if json:
        typer.echo(to_json(found))
        return
    print_probe(found, Console(width=None if sys.stdout.isatty() else 100, highlight=False))
    typer.echo(f"\nFigure, its numbers and probe.json: {folder.path}")


@nets.command("list")
def nets_list(
    model: Model,
    data: Annotated[
        str | None, typer.Option(help="Data to run it on, which tells how often layers are used.", rich_help_panel=RUN)
    ] = None,
    weights: Weights = None,
    set_: BuiltWith = None,
    shape: Shape = None,
    tokens: Tokens = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.", rich_help_panel=SHOW)] = False,
    debug: Debug = False,  # noqa: ARG001 - read in main()
) -> None:
    """Every layer of a network that can be probed, with what it is made of.

    Example: `mixability nets list mynets:small_cnn --data digits --shape 1,8,8`
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from analysis.probing.command import Asked, list_layers

    asked = Asked(model=model, data=data or "", weights=weights, settings=tuple(set_ or ()), shape=shape, tokens=tokens)
    found = list_layers(asked)
    if json:
        from dataclasses import asdict
        from json import dumps

        typer.echo(dumps([asdict(layer) for layer in found], indent=2))
        return
    table = Table(box=box.SIMPLE, pad_edge=False)
    for heading in ("layer", "class", "elements", "used"):
        table.add_column(heading, justify="right" if heading == "elements" else "left")
    for layer in found:
        used = "" if layer.calls is None else "once" if layer.calls == 1 else f"{layer.calls} times: cannot be probed"
        elements = f"{'' if layer.count is None else layer.count} {layer.kind}".strip()
        table.add_row(*map(Text, (layer.name, layer.module, elements, used + ", gives the scores" * layer.last)))
    Console(width=None if sys.stdout.isatty() else 100, highlight=False).print(table)


@nets.command("train")
def nets_train(
    recipe: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Published setting; nets recipes lists them.", rich_help_panel=RUN),
    ] = None,
    scale: Annotated[
        str, typer.Option(help="Of a published setting: small (default) or paper.", rich_help_panel=RUN)
    ] = "small",
    data: DataName = None,
    train_size: Annotated[
        int | None, typer.Option(help="Training examples (default 600).", rich_help_panel=RUN)
    ] = None,
    layers: Layers = None,
    width: Width = None,
    drop_prob: DropProb = None,
    epochs: Annotated[
        int | None, typer.Option(help="Passes over the training examples (default 100).", rich_help_panel=RUN)
    ] = None,
    replicates: Annotated[
        int | None, typer.Option(help="Networks in each arm (default 5), trained side by side.", rich_help_panel=RUN)
    ] = None,
    seed: RootSeed = None,
    set_: Settings = None,
    config: Config = None,
    out: Out = None,
    device: Annotated[
        str, typer.Option(help="cpu, cuda, or auto: cuda where there is one.", rich_help_panel=KEEP)
    ] = "auto",
    checkpoint: Annotated[
        float, typer.Option(min=0.0, help="Seconds between checkpoints.", rich_help_panel=KEEP)
    ] = 30.0,
    dry_run: DryRun = False,
    json: Annotated[
        bool, typer.Option("--json", help="Print summary.json and nothing else.", rich_help_panel=SHOW)
    ] = False,
    quiet: Quiet = False,
    debug: Debug = False,  # noqa: ARG001 - read in main()
) -> None:
    """Networks without and with dropout, side by side: learning curves, filters, sparsity, with intervals.

    All replicates are trained as one batch, each on random streams of its own. What is finished is kept: run the same
    command again and it goes on where it stopped.

    Examples:

    - `mixability nets train --replicates 20`

    - `mixability nets train --recipe srivastava-features --scale small`

    - `mixability nets train --set recipe.architecture=cnn --set recipe.conv_drop_prob=0.2`
    """
    from analysis.experiments.training import TrainingSpec, check, memory, published
    from analysis.numbers import counted
    from analysis.runs.folder import RunFolder
    from analysis.runs.spec import SpecError, build, dump_toml, read_toml

    if recipe and config:
        raise SpecError(["give --recipe or --config, not both: each is a whole setting"])
    base = published(recipe, scale) if recipe else read_toml(config) if config else {}
    # An option takes the place of what it would otherwise be overruled by.
    for given, overruling in ((layers or width, "widths"), (epochs, "steps")):
        if given is not None:
            base.get("recipe", {}).pop(overruling, None)
    flags = {
        "data": data,
        "train_size": train_size,
        "recipe.layers": layers,
        "recipe.width": width,
        "recipe.drop_prob": drop_prob,
        "recipe.epochs": epochs,
        "replicates": replicates,
        "seed": seed,
    }
    spec = build(TrainingSpec, _values(None, set_, flags, base))
    needed = memory(spec, check(spec))
    if dry_run:
        typer.echo(dump_toml(spec), nl=False)
        typer.echo(f"# {counted(len(spec.arms) * spec.replicates, 'network')}: about {needed / 1e9:.2g} GB")
        return
    folder = RunFolder(out or Path("runs") / named("training", spec.identity()))
    folder.claim(dump_toml(spec), "a folder of its own")
    _train(spec, folder.path, device, checkpoint, show=not quiet, json=json)


def _train(spec: "TrainingSpec", path: Path, device: str, checkpoint: float, *, show: bool, json: bool) -> None:
    """Train what is missing, then write and print what is to be seen."""
    from analysis.experiments.training import gathered, run
    from analysis.numbers import counted
    from analysis.training.report import report

    again = f"mixability nets train --config {path / 'spec.toml'} --out {path}"
    if show:
        each = " in each arm" if len(spec.arms) > 1 else ""
        typer.echo(f"training {counted(spec.replicates, 'network')}{each}: {spec.summary}", err=True)
    try:
        with _epochs(spec, show=show and sys.stderr.isatty()) as progress:
            found = run(spec, path, device=device, every=checkpoint, progress=progress)
    except KeyboardInterrupt:
        typer.echo(f"interrupted: checkpoints are kept in {path}; go on with\n  {again}", err=True)
        raise SystemExit(EXIT_INTERRUPTED) from None
    failures = [f"{arm}: {failure}" for arm, trained in found.items() for failure in spec.failures(trained)]
    for failure in failures:
        typer.echo(failure, err=True)
    if any(trained.diverged.all() for trained in found.values()):
        typer.echo("no network of an arm is left, so there is nothing to show", err=True)
        raise SystemExit(EXIT_FAILED)
    made = report(gathered(spec, found), path, origin=spec.origin, identity=spec.identity())
    if json:
        typer.echo((path / "summary.json").read_text(), nl=False)
    else:
        typer.echo(made.table)
        for reading in made.readings:
            typer.echo(reading)
        typer.echo(f"Figures, curves and numbers: {path}")
        typer.echo(f"More replicates: {again} --replicates {2 * spec.replicates}")
    if failures:
        raise SystemExit(EXIT_FAILED)


@contextmanager
def _epochs(spec: "TrainingSpec", *, show: bool) -> "Iterator[Callable[[str, int], None] | None]":
    """A bar for each arm, with the time left."""
    if not show:
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description:<12}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("epochs"),
    )
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as progress:
        bars = {arm: progress.add_task(arm, total=spec.epochs) for arm in spec.arms}
        yield lambda arm, epoch: progress.update(bars[arm], completed=epoch)
        for bar in bars.values():
            progress.update(bar, completed=spec.epochs)


@nets.command("recipes")
def nets_recipes(
    json: Annotated[bool, typer.Option("--json", help="Print JSON.", rich_help_panel=SHOW)] = False,
) -> None:
    """Published settings that nets train takes by name, with the number that was reported for each.

    Example: `mixability nets recipes`
    """
    from nets.recipes import RECIPES

    if json:
        from json import dumps

        typer.echo(dumps({name: {"says": one.says, **one.rows()} for name, one in RECIPES.items()}, indent=2))
        return
    _entries((name, one.says, one.rows()) for name, one in RECIPES.items())


@nets.command("data")
def nets_data(
    json: Annotated[bool, typer.Option("--json", help="Print JSON.", rich_help_panel=SHOW)] = False,
) -> None:
    """Data sets that --data takes, with their sizes, ranges and sources.

    Example: `mixability nets data`
    """
    from nets.data import DATASETS, usage

    facts = ("examples", "features", "classes", "values", "source")
    found = {usage(name): {fact: getattr(one, fact) for fact in facts} for name, one in DATASETS.items()}
    if json:
        from json import dumps

        typer.echo(dumps(found, indent=2))
        return
    _entries((usage(name), one.description, found[usage(name)]) for name, one in DATASETS.items())


def _entries(entries: "Iterable[tuple[str, str, dict[str, str]]]") -> None:
    """A glossary: a name, what it means, and a few rows about it."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    console = Console(width=None if sys.stdout.isatty() else 110, highlight=False)
    for name, says, rows in entries:
        console.print(Text.assemble((name, "bold"), f"  {says}"))
        table = Table.grid(padding=(0, 2))
        for heading, text in rows.items():
            table.add_row(Text(heading, style="dim"), Text(text))
        console.print(Padding(table, (0, 0, 1, 2)))


def main() -> None:
    """Run the program; every foreseeable error is one sentence and the mend."""
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        app()
    except Exception as error:  # noqa: BLE001 - the last resort of a program
        raise SystemExit(_explain(error)) from None


def _explain(error: Exception) -> int:
    """Print an error for a person and give its exit code."""
    from analysis.genotypes.cells import TableError
    from analysis.runs.folder import FolderError
    from analysis.runs.spec import SpecError

    if "--debug" in sys.argv:
        import traceback

        traceback.print_exception(error)
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, KeyboardInterrupt):
            typer.echo("interrupted before anything was run", err=True)
            return EXIT_INTERRUPTED
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, SpecError | TableError):
        for problem in error.problems:
            typer.echo(problem, err=True)
        return EXIT_USAGE
    if isinstance(error, FolderError):
        typer.echo(str(error), err=True)
        return EXIT_USAGE
    typer.echo(f"{type(error).__name__}: {error}; the same command with --debug shows where", err=True)
    return EXIT_FAILED


if __name__ == "__main__":
    main()
