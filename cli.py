"""The door: parse, call, print."""

import signal
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from threading import Event
    from types import FrameType

    from analysis.experiments.cells import Cell, Done
    from analysis.experiments.compare import CompareSpec
    from analysis.experiments.simulate import SimulationSpec, Trajectory, Watch
    from analysis.experiments.training import TrainingSpec
    from analysis.report.comparison import Report
    from analysis.report.simulation import Simulation
    from analysis.runs.store import Store
    from analysis.scenes.play import Performance
    from analysis.sides.base import Side
    from analysis.sweeps.sweep import Sweep

EXIT_FAILED, EXIT_USAGE, EXIT_CHECK, EXIT_PART, EXIT_INTERRUPTED = 1, 2, 3, 4, 130

app = typer.Typer(
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    epilog="Exit codes: 0 ok, 1 a run failed, 2 usage or spec error, 3 a check failed, 4 part of a sweep failed, "
    "130 interrupted.",
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
StoreFolder = Annotated[
    Path | None,
    typer.Option(
        "--store",
        help="Where finished cells are kept and found (default: $MIXABILITY_STORE, or runs/store).",
        rich_help_panel=KEEP,
    ),
]
Cluster = Annotated[
    str | None,
    typer.Option(
        metavar="local|tcp://HOST:PORT",
        help="Run on a Dask cluster (pip install 'mixability[cluster]').",
        rich_help_panel=KEEP,
    ),
]
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
    store: StoreFolder = None,
    jobs: Jobs = None,
    cluster: Cluster = None,
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
    spec = build(CompareSpec, _values(config, set_, flags))
    workers = jobs or joblib.cpu_count()
    cost = check(spec, workers)
    if dry_run:
        typer.echo(dump_toml(spec), nl=False)
        typer.echo(
            f"# {cost.cells} cells on {workers} jobs: about {cost.seconds:.0f} s and {cost.peak_bytes / 1e9:.1f} GB"
        )
        return
    name = named("compare", spec.identity())
    folder, kept = _places(out, name, store, dump_toml(spec))
    again = _again("compare", folder, store)
    what = {"genes": genes_subtitle(spec), "neurons": neurons_subtitle(spec)}
    if not quiet and not sys.stderr.isatty():
        told = "; and of ".join(what.values())
        typer.echo(f"comparing {counted(spec.replicates, 'replicate')} of {told}", err=True)
    all_cells = cells(spec)
    kept.note(run_of(name, again, folder, spec.identity(), all_cells))
    done = _computed(
        lambda stop: run(spec, kept, workers, cluster=cluster, stop=stop), all_cells, kept, again, what, show=not quiet
    )
    _finish(spec, kept, folder, done, again, json=json)


def _places(out: Path | None, name: str, store: Path | None, toml: str) -> "tuple[Path, Store]":
    """The folder of what is drawn and written, taken for a spec, and the store of what it comes from."""
    from analysis.runs.folder import RunFolder
    from analysis.runs.store import Store, located

    folder = RunFolder(out or Path("runs") / name)
    folder.claim(toml, "a folder of its own")
    return folder.path, Store(located(store))


def _again(command: str, folder: Path, store: Path | None) -> str:
    """The command that goes on with a run."""
    import shlex

    words = ["mixability", *command.split(), "--config", str(folder / "spec.toml"), "--out", str(folder)]
    return shlex.join([*words, *(["--store", str(store)] if store else [])])


def _computed(
    results: "Callable[[Event], Iterable[Done]]",
    cells: "Sequence[Cell]",
    store: "Store",
    again: str,
    what: dict[str, str],
    *,
    show: bool,
) -> "list[Done]":
    """Compute what is missing, with a bar for each experiment on a terminal.

    The first Ctrl-C lets what is running finish, the second stops now; either way what is finished is kept.
    """
    from analysis.numbers import counted

    done: list[Done] = []
    with _interruptible() as (stop, interrupted):
        try:
            found = results(stop)
            done.extend(_with_bars(found, cells, what) if show and sys.stderr.isatty() else found)
        except KeyboardInterrupt:
            interrupted.set()
    if interrupted.is_set() and len(done) < len(cells):
        finished = sum(store.has(cell.key) for cell in cells)
        kept = f"{finished:,} of {counted(len(cells), 'cell')} are kept in {store.path}"
        typer.echo(f"interrupted: {kept}; go on with\n  {again}", err=True)
        raise SystemExit(EXIT_INTERRUPTED)
    return done


@contextmanager
def _interruptible() -> "Iterator[tuple[Event, Event]]":
    """What stops the work, and whether a person did: Ctrl-C sets both, and a second one interrupts as usual."""
    from threading import Event

    stop, interrupted = Event(), Event()

    def heed(number: int, frame: "FrameType | None") -> None:
        if interrupted.is_set():
            signal.default_int_handler(number, frame)
        interrupted.set()
        stop.set()
        typer.echo("finishing what is running; Ctrl-C again stops now", err=True)

    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:
        signal.signal(signal.SIGINT, heed)
    try:
        yield stop, interrupted
    finally:
        signal.signal(signal.SIGINT, before)


def _with_bars(results: "Iterable[Done]", cells: "Sequence[Cell]", what: dict[str, str]) -> "Iterator[Done]":
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.fields[experiment]:<8}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.fields[failed]}[dim]{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("[dim]{task.description}"),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        totals = {name: sum(cell.experiment == name for cell in cells) for name in what}
        bars = {
            name: progress.add_task(what[name], total=total, experiment=name, failed="", rate="")
            for name, total in totals.items()
        }
        made = dict.fromkeys(what, 0)
        failed = dict.fromkeys(what, 0)
        began = time.monotonic()
        for item in results:
            name = item.cell.experiment
            made[name] += item.state == "made"
            failed[name] += item.state == "failed"
            progress.update(
                bars[name],
                advance=1,
                failed=f"[red]{failed[name]:,} failed [/red]" if failed[name] else "",
                rate=f"{made[name] / (time.monotonic() - began):.3g}/s" if made[name] else "",
            )
            yield item


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


SweepFile = Annotated[
    Path, typer.Argument(metavar="FILE.toml", help="The sweep; docs/sweeps.md shows how to write one.")
]


@app.command()
def sweep(
    file: SweepFile,
    replicates: Annotated[
        int | None,
        typer.Option(help="Replicates at each point; raised later, only new ones are run.", rich_help_panel=RUN),
    ] = None,
    scale: Annotated[str | None, typer.Option(help="One of the sweep's [scales].", rich_help_panel=RUN)] = None,
    seed: RootSeed = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Any entry of the file, or any setting.", rich_help_panel=RUN),
    ] = None,
    out: Out = None,
    store: StoreFolder = None,
    jobs: Jobs = None,
    cluster: Cluster = None,
    keep_going: Annotated[
        bool,
        typer.Option(
            "--keep-going/--stop-at-failure", help="Whether others go on when one fails.", rich_help_panel=KEEP
        ),
    ] = True,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Print the sweep, and what it costs from a timed sample.", rich_help_panel=SHOW),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the table as JSON.", rich_help_panel=SHOW)] = False,
    quiet: Quiet = False,
    debug: Debug = False,  # noqa: ARG001 - read in main()
) -> None:
    """One experiment at many points: every combination of some settings, in paired replicates.

    What is finished is kept, whatever happens: run the same command again and it goes on where it stopped. Cells that
    another run has computed already are not computed again. Ctrl-C once finishes what is running, twice stops now.

    Examples:

    - `mixability sweep docs/sweeps/dropout.toml --dry-run`

    - `mixability sweep docs/sweeps/dropout.toml --replicates 20 --jobs 8`

    - `mixability sweep docs/sweeps/linkage.toml --cluster tcp://127.0.0.1:8786`
    """
    import joblib

    from analysis.experiments.cells import run_cells, run_of
    from analysis.numbers import counted
    from analysis.runs.cluster import check_address
    from analysis.runs.spec import dump_toml
    from analysis.sweeps.report import write_tables
    from analysis.sweeps.table import table_of

    swept, name, folder = _sweep_of(file, set_, scale, replicates, seed, out)
    swept.check()
    check_address(cluster)
    workers = jobs or joblib.cpu_count()
    toml = dump_toml(swept.spec, "Feed this to mixability sweep to get the same records.")
    if dry_run:
        from analysis.runs.store import Store, located

        _sweep_cost(swept, Store(located(store)), workers, toml, show=not quiet)
        return
    folder, kept = _places(folder, name, store, toml)
    where = f" --store {store}" if store else ""
    again = f"mixability sweep {folder / 'spec.toml'} --out {folder}{where}"
    points = [swept.points[number] for number, _ in swept.placed]
    kept.note(run_of(name, again, folder, swept.identity(), swept.cells, points))
    if not quiet:
        different = len({cell.key for cell in swept.cells})
        shared = f", {different:,} of them different" if different < len(swept.cells) else ""
        size = f"{counted(len(swept.points), 'point')}, {counted(len(swept.cells), 'cell')}{shared}"
        typer.echo(f"sweeping {swept.spec.experiment} over {', '.join(swept.axes)}: {size}", err=True)

    def results(stop: "Event") -> "Iterator[Done]":
        for done in run_cells(swept.cells, kept, workers, cluster=cluster, stop=stop):
            yield done
            if done.state == "failed" and not keep_going:
                stop.set()

    done = _computed(results, swept.cells, kept, again, {swept.spec.experiment: name}, show=not quiet)
    table = table_of(swept, kept)
    printed = write_tables(table, folder)
    if json:
        typer.echo((folder / "summary.json").read_text(), nl=False)
    else:
        typer.echo(printed)
        typer.echo(f"Tables: {folder / 'summary.csv'}, {folder / 'records.csv'}")
        typer.echo(f"Figure: mixability plot {folder}{where}")
        typer.echo(f"More replicates: {again} --replicates {2 * swept.spec.replicates}")
    failed = [item for item in done if item.state == "failed"]
    if failed:
        typer.echo(f"{len(failed):,} of {counted(len(done), 'cell')} failed; the others are in {kept.path}:", err=True)
        for error in dict.fromkeys(item.error for item in failed[:20]):
            typer.echo(f"  {error}", err=True)
        typer.echo(f"mixability runs show {name}{where} lists them; the same command tries them again", err=True)
        raise SystemExit(EXIT_PART)


def _sweep_of(
    file: Path,
    settings: list[str] | None,
    scale: str | None,
    replicates: int | None,
    seed: int | None,
    out: Path | None,
) -> "tuple[Sweep, str, Path]":
    """A sweep from its file and what is said beside it, its name and its folder.

    What the folder has more of replicates than the file asks for is kept, unless a number is given.
    """
    from analysis.runs.spec import SpecError, apply_settings, read_toml
    from analysis.sweeps.spec import sweep_of
    from analysis.sweeps.sweep import Sweep

    if file.is_dir() and not (file / "spec.toml").exists():
        raise SpecError([f"{file} is not the folder of a sweep; name a sweep's file, or the folder of its run"])
    file = file / "spec.toml" if file.is_dir() else file
    changes: dict[str, Any] = {}
    apply_settings(changes, settings or [])
    given = {"replicates": replicates, "seed": seed}
    changes |= {name: value for name, value in given.items() if value is not None}
    values = read_toml(file)
    swept = Sweep.over(sweep_of(values, scale, changes))
    name = named(file.stem, swept.identity())
    if file.name == "spec.toml":
        digest = name.rpartition("-")[2]
        name = file.parent.name if file.parent.name.endswith(digest) else f"{file.parent.name}-{digest}"
    folder = out or Path("runs") / name
    before = read_toml(folder / "spec.toml").get("replicates", 0) if (folder / "spec.toml").exists() else 0
    if "replicates" not in changes and before > swept.spec.replicates:
        swept = Sweep.over(sweep_of(values, scale, {**changes, "replicates": before}))
    return swept, name, folder


def _sweep_cost(swept: "Sweep", store: "Store", jobs: int, toml: str, *, show: bool) -> None:
    """Print the sweep and its cost."""
    from math import isnan

    from analysis.numbers import counted
    from analysis.sweeps.estimate import estimate

    if show:
        typer.echo("timing a few cells, which are kept", err=True)
    cost = estimate(swept, store, jobs)
    timed = f", {cost.sampled - cost.failed:,} of them computed just now" if cost.sampled else " already"
    typer.echo(toml, nl=False)
    typer.echo(f"# {counted(cost.points, 'point')}, {counted(cost.cells, 'cell')}: {cost.found:,} are there{timed}")
    if cost.failed:
        typer.echo(f"# {cost.failed} of the {cost.sampled} that were tried failed; mixability runs list shows why")
    if cost.seconds and not isnan(cost.seconds):
        typer.echo(
            f"# the rest on {counted(jobs, 'job')}: about {cost.seconds:,.0f} s, {cost.worker_bytes / 1e9:.1f} GB of "
            f"memory each, {cost.disk_bytes / 1e6:,.1f} MB of disk"
        )


@app.command()
def plot(
    target: Annotated[Path, typer.Argument(metavar="SWEEP", help="The sweep's file, or the folder of its run.")],
    x: Annotated[str | None, typer.Option(help="A setting that is swept over.", rich_help_panel=SHOW)] = None,
    y: Annotated[
        str | None, typer.Option(help="A measure, for lines; another setting, for a heat map.", rich_help_panel=SHOW)
    ] = None,
    colour: Annotated[
        str | None,
        typer.Option("--colour", "--color", help="A setting or arm; of a heat map, a measure.", rich_help_panel=SHOW),
    ] = None,
    difference: Annotated[
        bool, typer.Option("--difference", help="With mixing less without, in pairs.", rich_help_panel=SHOW)
    ] = False,
    where: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", help="Only points with this value of a setting.", rich_help_panel=SHOW),
    ] = None,
    set_: Settings = None,
    scale: Annotated[str | None, typer.Option(help="One of the sweep's [scales].", rich_help_panel=RUN)] = None,
    replicates: Annotated[
        int | None, typer.Option(help="Replicates at each point (default: as the file says).", rich_help_panel=RUN)
    ] = None,
    seed: RootSeed = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the figure (default: that of the run).", rich_help_panel=KEEP)
    ] = None,
    store: StoreFolder = None,
    debug: Debug = False,  # noqa: ARG001 - read in main()
) -> None:
    """Draw what a sweep gave, finished or not: lines with intervals, or a heat map of each arm and their difference.

    Examples:

    - `mixability plot docs/sweeps/dropout.toml --x drop_prob --y performance:natural --colour width`

    - `mixability plot runs/linkage-1a2b3c4d --x rates --y epistatic_variance --colour hybrid_viability:apart`
    """
    from analysis.figures.theme import THEMES
    from analysis.runs.folder import write_whole
    from analysis.runs.spec import apply_settings, flattened
    from analysis.sweeps.plot import default_axes
    from analysis.sweeps.plot import plot as draw
    from analysis.sweeps.table import table_of

    swept, _, folder = _sweep_of(target, set_, scale, replicates, seed, target if target.is_dir() else None)
    table = table_of(swept, _kept(store))
    fixed: dict[str, Any] = {}
    apply_settings(fixed, where or [])
    fixed = flattened(fixed)
    x, y, colour = default_axes(table, x=x, y=y, colour=colour, where=fixed)
    folder = out or folder
    for theme in THEMES:
        chart = draw(table, x=x, y=y, colour=colour, difference=difference, where=fixed, theme=theme)
        suffix = "" if theme == "light" else "-dark"
        for ending, content in chart.files().items():
            if not suffix or ending in ("png", "svg"):
                write_whole(folder / f"{chart.name}{suffix}.{ending}", content)
        if not suffix:
            typer.echo(f"{chart.title} {chart.reading}\n{chart.origin}")
            typer.echo(f"Figure: {folder / chart.name}.png, .svg; its numbers: .csv; in words: .txt")


@app.command()
def doctor(
    store: StoreFolder = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Without the self-test and the digests of the store.", rich_help_panel=RUN)
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.", rich_help_panel=SHOW)] = False,
    debug: Debug = False,  # noqa: ARG001 - read in main()
) -> None:
    """Is everything in order here? Versions, machine, data, store, a self-test; and what to do where it is not.

    Examples:

    - `mixability doctor`

    - `mixability doctor --quick --json`
    """
    from rich.console import Console

    try:
        from analysis.doctor.examine import examine
        from analysis.doctor.report import as_json, print_findings
        from analysis.runs.store import located
    except Exception as error:  # noqa: BLE001 - whatever a broken library raises when it is loaded
        no_cache = "locator" in str(error)
        mend = (
            "export NUMBA_CACHE_DIR=FOLDER" if no_cache else "python -m pip install --force-reinstall numpy numba scipy"
        )
        typer.echo(f"the program cannot be loaded ({str(error).splitlines()[0]}); try: {mend}", err=True)
        raise SystemExit(EXIT_CHECK) from None
    findings = examine(located(store), quick=quick)
    if json:
        typer.echo(as_json(findings))
    else:
        print_findings(findings, Console(width=None if sys.stdout.isatty() else 100, highlight=False))
    if any(finding.state == "wrong" for finding in findings):
        raise SystemExit(EXIT_CHECK)


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
    spec = build(SimulationSpec, _values(config, set_, flags))
    workers = jobs or joblib.cpu_count()
    cost = spec.bytes * min(workers, len(spec.arms) * spec.replicates)
    within_memory(cost, "population or --jobs")
    if dry_run:
        typer.echo(dump_toml(spec), nl=False)
        seconds = spec.seconds * len(spec.arms) * spec.replicates / workers
        typer.echo(f"# {len(spec.arms) * spec.replicates} populations: about {seconds:.0f} s and {cost / 1e9:.2g} GB")
        return
    name = named("simulation", {**spec.identity(), "arms": spec.arms, "keep": spec.keep})
    folder, kept = _places(out, name, store, dump_toml(spec))
    again = _again("sim run", folder, store)
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
    try:
        results = run(spec, store, jobs, watch, folder=path, every=checkpoint)
        found.extend(_with_generations(results, spec, watch) if show and sys.stderr.isatty() else results)
    except KeyboardInterrupt:
        typer.echo(f"interrupted: checkpoints are kept in {store.path}; go on with\n  {again}", err=True)
        raise SystemExit(EXIT_INTERRUPTED) from None
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

    done: dict[tuple[str, int], int] = {}
    total = len(spec.arms) * spec.replicates * spec.generations
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), MofNCompleteColumn(), Speed(""))
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), speed_estimate_period=10) as progress:
        bar = progress.add_task(spec.summary, total=total)

        def report(arm: str, replicate: int, generation: int) -> None:
            done[arm, replicate] = generation
            progress.update(bar, completed=sum(done.values()))

        watch.progress = report
        for found in results:
            report(found.arm, found.replicate, spec.generations)
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
        lines = [f"claimed: {claim.says}; {claim.bar}" for claim in found.claims]
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
    store: StoreFolder = None,
    jobs: Jobs = None,
    cluster: Cluster = None,
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

    from analysis.experiments.cells import run_of
    from analysis.runs.spec import SpecError, apply_settings, build, dump_toml
    from analysis.scenes.play import Performance, cells, play
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
    performance = Performance(scene=name, settings=values, seed=seed, replicates=replicates or SCENES[name].replicates)
    run_name = named(name, performance.identity)
    toml = f'scene = "{name}"\nseed = {seed}\n' + dump_toml(settings, "Change any of these with --set key=value.")
    folder, kept = _places(out, run_name, store, toml)
    given = " ".join(f"--set {shlex.quote(setting)}" for setting in set_ or [])
    where = f" --store {shlex.quote(str(store))}" if store else ""
    again = f"mixability scene run {name} {given} --seed {seed} --out {folder}{where}".replace("  ", " ")
    all_cells = cells(performance)
    kept.note(run_of(run_name, again, folder, performance.identity, all_cells))
    workers = jobs or joblib.cpu_count()
    done = _computed(
        lambda stop: play(performance, kept, workers, cluster=cluster, stop=stop),
        all_cells,
        kept,
        again,
        {"scene": name},
        show=not quiet,
    )
    _show_scene(performance, kept, folder, done, again, json=json)


def _show_scene(
    performance: "Performance", store: "Store", folder: Path, done: "Sequence[Done]", again: str, *, json: bool
) -> None:
    """Draw and print what it came to."""
    from analysis.scenes.play import finish, outcomes

    for error in sorted({item.error for item in done if item.error}):
        typer.echo(error, err=True)
    found = outcomes(performance, store)
    if not found:
        raise SystemExit(EXIT_FAILED)
    ended = finish(performance, found, folder)
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
    store: StoreFolder = None,
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
    from analysis.experiments.cells import cells_of, run_of
    from analysis.experiments.training import TrainingSpec, check, memory, published
    from analysis.numbers import counted
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
    name = named("training", spec.identity())
    folder, kept = _places(out, name, store, dump_toml(spec))
    again = _again("nets train", folder, store)
    kept.note(run_of(name, again, folder, spec.identity(), cells_of("training", spec, range(spec.replicates))))
    _train(spec, folder, kept, device, checkpoint, again, show=not quiet, json=json)


def _train(
    spec: "TrainingSpec",
    path: Path,
    store: "Store",
    device: str,
    checkpoint: float,
    again: str,
    *,
    show: bool,
    json: bool,
) -> None:
    """Train what is missing, then write and print what is to be seen."""
    from analysis.experiments.training import EXPERIMENT, failures, gathered, run
    from analysis.numbers import counted
    from analysis.runs.record import code_digest, provenance
    from analysis.training.report import report

    if show:
        each = " in each arm" if len(spec.arms) > 1 else ""
        typer.echo(f"training {counted(spec.replicates, 'network')}{each}: {spec.summary}", err=True)
    try:
        with _epochs(spec, show=show and sys.stderr.isatty()) as progress:
            run(spec, store, device=device, every=checkpoint, progress=progress)
    except KeyboardInterrupt:
        typer.echo(f"interrupted: checkpoints are kept in {store.path}; go on with\n  {again}", err=True)
        raise SystemExit(EXIT_INTERRUPTED) from None
    training = gathered(spec, store)
    failed = failures(spec, training)
    for failure in failed:
        typer.echo(failure, err=True)
    if any(arm.diverged.all() for arm in training.arms):
        typer.echo("no network of an arm is left, so there is nothing to show", err=True)
        raise SystemExit(EXIT_FAILED)
    came_from = provenance(spec.identity(), code_digest(EXPERIMENT.computing))
    made = report(training, path, origin=spec.origin, provenance=came_from)
    if json:
        typer.echo((path / "summary.json").read_text(), nl=False)
    else:
        typer.echo(made.table)
        for reading in made.readings:
            typer.echo(reading)
        typer.echo(f"Figures, curves and numbers: {path}")
        typer.echo(f"More replicates: {again} --replicates {2 * spec.replicates}")
    if failed:
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


runs = typer.Typer(help="What is kept: list, show, check, export, compare and clear what runs have computed.")
app.add_typer(runs, name="runs")

WHICH = "Which ones"
Where = Annotated[
    list[str] | None,
    typer.Option(
        metavar="KEY=VALUE",
        help="Only cells with this: experiment, arm, replicate, state, run, or any setting, such as width=64.",
        rich_help_panel=WHICH,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.", rich_help_panel=SHOW)]


def _kept(store: Path | None) -> "Store":
    """The store that is asked about; none is made."""
    import os

    from analysis.runs.store import Store, located

    path = located(store)
    return Store(path, readonly=not os.access(path, os.W_OK))


@runs.command("list")
def runs_list(
    where: Where = None,
    cells: Annotated[bool, typer.Option("--cells", help="List cells, not runs.", rich_help_panel=WHICH)] = False,
    field: Annotated[
        list[str] | None,
        typer.Option(metavar="SETTING", help="Settings to show beside each cell.", rich_help_panel=SHOW),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="All lines, not the first 50.", rich_help_panel=SHOW)] = False,
    store: StoreFolder = None,
    json: AsJson = False,
    debug: Debug = False,  # noqa: ARG001 - read in main()
) -> None:
    """Runs, the latest first: how much of each is done, failed and missing. Or cells, by what they are.

    Examples:

    - `mixability runs list`

    - `mixability runs list --where state=failed --where neurons.recipe.width=64`
    """
    from analysis.inventory.listing import list_cells, list_runs
    from analysis.inventory.printing import as_json, print_cells, print_runs

    kept, most = _kept(store), None if all_ or json else 50
    if where or cells or field:
        found = list_cells(kept, where or [], field or [], most=most)
        typer.echo(as_json(found)) if json else print_cells(found)
    else:
        lines = list_runs(kept)
        typer.echo(as_json(lines)) if json else print_runs(lines, most)


@runs.command("show")
def runs_show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A run, or the beginning of a cell's key.")],
    store: StoreFolder = None,
    json: AsJson = False,
    debug: Debug = False,  # noqa: ARG001 - read in main()
) -> None:
    """A run: its settings, what failed and why, what made it, the command that goes on. Or a cell, with its values.

    Examples:

    - `mixability runs show compare-1a2b3c4d`

    - `mixability runs show 312a4b6e14 --json`
    """
    from analysis.inventory.printing import as_json, print_shown
    from analysis.inventory.showing import show

    shown = show(_kept(store), name)
    typer.echo(as_json(shown)) if json else print_shown(shown)


@runs.command("verify")
def runs_verify(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="A run (default: the whole store).")] = None,
    store: StoreFolder = None,
    json: AsJson = False,
    quiet: Quiet = False,
    debug: Debug = False,  # noqa: ARG001 - read in main()
) -> None:
    """Check every digest; say what is damaged or missing, and which command computes it again. Nothing is deleted.

    Exit code 3 where something is damaged.

    Examples:

    - `mixability runs verify`

    - `mixability runs verify compare-1a2b3c4d`
    """
    from analysis.inventory.checking import check
    from analysis.inventory.printing import as_json, print_checked, progress

    with progress(show=not quiet) as tell:
        found = check(_kept(store), name, tell)
    typer.echo(as_json(found)) if json else print_checked(found)
    if found.damaged:
        raise SystemExit(EXIT_CHECK)


@runs.command("export")
def runs_export(
    to: Annotated[Path, typer.Option(metavar="FILE", help="A .csv or a .parquet file.", rich_help_panel=KEEP)],
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Runs (default: all cells).")] = None,
    where: Where = None,
    store: StoreFolder = None,
    json: AsJson = False,
    debug: Debug = False,  # noqa: ARG001 - read in main()
) -> None:
    """One tidy table: a row for each replicate and measure, a column for each setting that differs.

    Examples:

    - `mixability runs export compare-1a2b3c4d --to compare.csv`

    - `mixability runs export --where experiment=neurons --where arm=dropout --to dropout.parquet`
    """
    from analysis.inventory.exporting import export
    from analysis.inventory.printing import as_json, print_exported

    done = export(_kept(store), names or [], where or [], to=to)
    typer.echo(as_json(done)) if json else print_exported(done)


@runs.command("gc")
def runs_gc(
    yes: Annotated[bool, typer.Option("--yes", help="Remove it; without this, only say what would go.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Remove nothing, whatever else is said.")] = False,
    unused: Annotated[bool, typer.Option("--unused", help="Also cells that no run names.")] = False,
    store: StoreFolder = None,
    json: AsJson = False,
    debug: Debug = False,  # noqa: ARG001 - read in main()
) -> None:
    """What nobody can need: leavings of killed processes, and cells of other code that no run names.

    Cells that a run names always stay.

    Examples:

    - `mixability runs gc`

    - `mixability runs gc --unused --yes`
    """
    from analysis.inventory.collecting import collect, remove
    from analysis.inventory.printing import as_json, print_collection

    kept = _kept(store)
    found = collect(kept, unused=unused)
    removed = remove(kept, found) if yes and not dry_run else None
    typer.echo(as_json(removed or found)) if json else print_collection(found, removed)


@runs.command("diff")
def runs_diff(
    a: Annotated[str, typer.Argument(metavar="A", help="A run, or the beginning of a cell's key.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Another.")],
    store: StoreFolder = None,
    json: AsJson = False,
    debug: Debug = False,  # noqa: ARG001 - read in main()
) -> None:
    """In which settings, code, libraries and values two runs differ, or two cells.

    Examples:

    - `mixability runs diff compare-1a2b3c4d compare-5e6f7a8b`

    - `mixability runs diff 312a4b6e14 127134a8fd`
    """
    from analysis.inventory.differing import diff
    from analysis.inventory.printing import as_json, print_differences

    found = diff(_kept(store), a, b)
    typer.echo(as_json(found)) if json else print_differences(found)


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
    from analysis.runs.cluster import AddressError, ClusterError
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
    if isinstance(error, FolderError | ClusterError):
        typer.echo(str(error), err=True)
        return EXIT_USAGE if isinstance(error, FolderError | AddressError) else EXIT_FAILED
    typer.echo(f"{type(error).__name__}: {error}; the same command with --debug shows where", err=True)
    return EXIT_FAILED


if __name__ == "__main__":
    main()
