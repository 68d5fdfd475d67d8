"""`sweep`: one experiment at many points; `plot`: what it gave."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.errors import EXIT_PART
from commands.interruption import computed
from commands.options import KEEP, RUN, SHOW, Cluster, Debug, Jobs, Out, Quiet, RootSeed, Settings, StoreFolder
from commands.places import named, opened, places

if TYPE_CHECKING:
    from collections.abc import Iterator
    from threading import Event

    from analysis.experiments.cells import Done
    from analysis.runs.store import Store
    from analysis.sweeps.sweep import Sweep


SweepFile = Annotated[
    Path, typer.Argument(metavar="FILE.toml", help="The sweep; docs/sweeps.md shows how to write one.")
]


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
    debug: Debug = False,  # noqa: ARG001 - read in explain()
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
    folder, kept = places(folder, name, store, toml)
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

    done = computed(results, swept.cells, kept, again, {swept.spec.experiment: name}, show=not quiet)
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
    debug: Debug = False,  # noqa: ARG001 - read in explain()
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
    table = table_of(swept, opened(store))
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
