"""The door: parse, call, print."""

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.experiments.compare import CompareSpec, Done
    from analysis.report.comparison import Report
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


@app.command()
def compare(
    genes: Annotated[
        str | None,
        typer.Option(help="Landscape (default: pairwise epistasis); sim list names all.", rich_help_panel=RUN),
    ] = None,
    data: Annotated[
        str | None, typer.Option(help="digits (default), mnist5k or idx:FOLDER.", rich_help_panel=RUN)
    ] = None,
    layers: Annotated[int | None, typer.Option(help="Hidden layers (default 1).", rich_help_panel=RUN)] = None,
    width: Annotated[int | None, typer.Option(help="Units in each (default 128).", rich_help_panel=RUN)] = None,
    drop_prob: Annotated[
        float | None, typer.Option(help="Probability that a unit is dropped (default 0.5).", rich_help_panel=RUN)
    ] = None,
    input_drop_prob: Annotated[
        float | None, typer.Option(help="Probability that an input is dropped (default 0).", rich_help_panel=RUN)
    ] = None,
    replicates: Annotated[
        int | None,
        typer.Option(help="Paired replicates (default 10); raised later, only new ones are run.", rich_help_panel=RUN),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Root seed (default 1).", rich_help_panel=RUN)] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Any setting that --dry-run lists.", rich_help_panel=RUN),
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="A spec, such as the spec.toml of an earlier run.", rich_help_panel=RUN)
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the run (default: runs/, named for the spec).", rich_help_panel=KEEP)
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Worker processes (default: one a core).", rich_help_panel=KEEP)
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the whole spec and what it would cost.", rich_help_panel=SHOW)
    ] = False,
    json: Annotated[
        bool, typer.Option("--json", help="Print summary.json and nothing else.", rich_help_panel=SHOW)
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.", rich_help_panel=SHOW)] = False,
    debug: Annotated[  # noqa: ARG001 - read in main()
        bool, typer.Option("--debug", help="Show tracebacks.", rich_help_panel=SHOW)
    ] = False,
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
    from analysis.runs.spec import apply_settings, build, dump_toml, read_toml, set_value

    values: dict[str, Any] = read_toml(config) if config else {}
    apply_settings(values, set_ or [])
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
    for path, value in flags.items():
        if value is not None:
            set_value(values, path, value)
    spec = build(CompareSpec, values)
    workers = jobs or joblib.cpu_count()
    cost = check(spec, workers)
    if dry_run:
        typer.echo(dump_toml(spec), nl=False)
        typer.echo(
            f"# {cost.cells} cells on {workers} jobs: about {cost.seconds:.0f} s and {cost.peak_bytes / 1e9:.1f} GB"
        )
        return
    folder = RunFolder(out or Path("runs") / spec_name(spec))
    folder.claim(dump_toml(spec), "a folder of its own")
    done = _run(spec, folder.path, workers, show=not quiet)
    _finish(spec, folder.path, done, json=json)


def spec_name(spec: "CompareSpec") -> str:
    """A folder name that differs for different specs, but not for more replicates."""
    from hashlib import blake2b
    from json import dumps

    return "compare-" + blake2b(dumps(spec.identity(), sort_keys=True).encode(), digest_size=4).hexdigest()


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
    debug: Annotated[  # noqa: ARG001 - read in main()
        bool, typer.Option("--debug", help="Show tracebacks.", rich_help_panel=SHOW)
    ] = False,
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
