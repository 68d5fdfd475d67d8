"""`runs`: what is kept."""

from pathlib import Path
from typing import Annotated

import typer

from commands.errors import EXIT_CHECK
from commands.options import KEEP, SHOW, AsJson, Debug, Quiet, StoreFolder
from commands.places import opened

runs = typer.Typer(help="What is kept: list, show, check, export, compare and clear what runs have computed.")

WHICH = "Which ones"
Where = Annotated[
    list[str] | None,
    typer.Option(
        metavar="KEY=VALUE",
        help="Only cells with this: experiment, arm, replicate, state, run, or any setting, such as width=64.",
        rich_help_panel=WHICH,
    ),
]


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
    debug: Debug = False,  # noqa: ARG001 - read in explain()
) -> None:
    """Runs, the latest first: how much of each is done, failed and missing. Or cells, by what they are.

    Examples:

    - `mixability runs list`

    - `mixability runs list --where state=failed --where neurons.recipe.width=64`
    """
    from analysis.inventory.listing import list_cells, list_runs
    from analysis.inventory.printing import as_json, print_cells, print_runs

    kept, most = opened(store), None if all_ or json else 50
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
    debug: Debug = False,  # noqa: ARG001 - read in explain()
) -> None:
    """A run: its settings, what failed and why, what made it, the command that goes on. Or a cell, with its values.

    Examples:

    - `mixability runs show compare-1a2b3c4d`

    - `mixability runs show 312a4b6e14 --json`
    """
    from analysis.inventory.printing import as_json, print_shown
    from analysis.inventory.showing import show

    shown = show(opened(store), name)
    typer.echo(as_json(shown)) if json else print_shown(shown)


@runs.command("verify")
def runs_verify(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="A run (default: the whole store).")] = None,
    store: StoreFolder = None,
    json: AsJson = False,
    quiet: Quiet = False,
    debug: Debug = False,  # noqa: ARG001 - read in explain()
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
        found = check(opened(store), name, tell)
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
    debug: Debug = False,  # noqa: ARG001 - read in explain()
) -> None:
    """One tidy table: a row for each replicate and measure, a column for each setting that differs.

    Examples:

    - `mixability runs export compare-1a2b3c4d --to compare.csv`

    - `mixability runs export --where experiment=neurons --where arm=dropout --to dropout.parquet`
    """
    from analysis.inventory.exporting import export
    from analysis.inventory.printing import as_json, print_exported

    done = export(opened(store), names or [], where or [], to=to)
    typer.echo(as_json(done)) if json else print_exported(done)


@runs.command("gc")
def runs_gc(
    yes: Annotated[bool, typer.Option("--yes", help="Remove it; without this, only say what would go.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Remove nothing, whatever else is said.")] = False,
    unused: Annotated[bool, typer.Option("--unused", help="Also cells that no run names.")] = False,
    store: StoreFolder = None,
    json: AsJson = False,
    debug: Debug = False,  # noqa: ARG001 - read in explain()
) -> None:
    """What nobody can need: leavings of killed processes, and cells of other code that no run names.

    Cells that a run names always stay.

    Examples:

    - `mixability runs gc`

    - `mixability runs gc --unused --yes`
    """
    from analysis.inventory.collecting import collect, remove
    from analysis.inventory.printing import as_json, print_collection

    kept = opened(store)
    found = collect(kept, unused=unused)
    removed = remove(kept, found) if yes and not dry_run else None
    typer.echo(as_json(removed or found)) if json else print_collection(found, removed)


@runs.command("diff")
def runs_diff(
    a: Annotated[str, typer.Argument(metavar="A", help="A run, or the beginning of a cell's key.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Another.")],
    store: StoreFolder = None,
    json: AsJson = False,
    debug: Debug = False,  # noqa: ARG001 - read in explain()
) -> None:
    """In which settings, code, libraries and values two runs differ, or two cells.

    Examples:

    - `mixability runs diff compare-1a2b3c4d compare-5e6f7a8b`

    - `mixability runs diff 312a4b6e14 127134a8fd`
    """
    from analysis.inventory.differing import diff
    from analysis.inventory.printing import as_json, print_differences

    found = diff(opened(store), a, b)
    typer.echo(as_json(found)) if json else print_differences(found)
