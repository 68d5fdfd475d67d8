"""`claims`: the ledger of what the essays claim."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.errors import EXIT_PART
from commands.interruption import computed
from commands.options import KEEP, RUN, SHOW, AsJson, Cluster, Debug, Jobs, Quiet, StoreFolder
from commands.printing import console

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.experiments.cells import Cell, Done
    from analysis.ledger.ledger import Entry, Ledger
    from analysis.runs.store import Store
    from analysis.scenes.base import Scale

claims = typer.Typer(help="The ledger: what five essays claim of dropout and sex, and what came of each claim.")

LedgerFolder = Annotated[
    Path | None,
    typer.Option(
        "--ledger",
        help="Folder of a ledger (default: the largest whole one that was run here, or the project's own).",
        rich_help_panel=SHOW,
    ),
]


@claims.command("list")
def claims_list(
    essay: Annotated[
        str | None, typer.Option(help="Only those of an essay, such as 002.", rich_help_panel=SHOW)
    ] = None,
    verdict: Annotated[
        str | None, typer.Option(help="Only those that came to it, such as contradicted.", rich_help_panel=SHOW)
    ] = None,
    ledger: LedgerFolder = None,
    json: AsJson = False,
    debug: Debug = False,  # noqa: ARG001 - read in explain()
) -> None:
    """Every claim, and what the ledger says of it.

    Examples:

    - `mixability claims list`

    - `mixability claims list --essay 002 --verdict conditional`
    """
    from analysis.ledger.printing import entries_table
    from analysis.ledger.statements import RULINGS, one_of, statements

    if essay is not None:
        one_of(essay, statements().essays, "essay")
    if verdict is not None:
        one_of(verdict, RULINGS, "verdict")
    found = _opened(ledger)
    chosen = [
        entry
        for entry in found.entries.values()
        if essay in (None, entry.statement.essay) and verdict in (None, entry.verdict)
    ]
    if json:
        typer.echo(_as_json(chosen))
        return
    if chosen:
        console().print(entries_table(chosen))
    else:
        typer.echo("No claim is of that kind.")
    _conclude(found)
    if chosen:
        typer.echo(f"Everything about one: mixability claims show {chosen[0].id}")


@claims.command("show")
def claims_show(
    claim: Annotated[str, typer.Argument(metavar="CLAIM", help="One of those that claims list shows, such as 002-9.")],
    ledger: LedgerFolder = None,
    json: AsJson = False,
    debug: Debug = False,  # noqa: ARG001 - read in explain()
) -> None:
    """One claim in full: verdict, numbers with intervals, controls, what was published, the command that redoes it.

    Examples:

    - `mixability claims show 000-7`
    """
    from analysis.ledger.printing import in_full

    found = _opened(ledger)
    entry = found.entry(claim)
    if json:
        typer.echo(_as_json([entry]))
        return
    out = console()
    for line in in_full(entry):
        out.print(line)


@claims.command("run")
def claims_run(
    claim: Annotated[
        list[str] | None, typer.Argument(metavar="[CLAIM]...", help="Claims to decide, such as 002-9.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All of them.", rich_help_panel=RUN)] = False,
    scale: Annotated[
        str,
        typer.Option(
            metavar="smoke|standard|paper",
            help="How much is run: minutes that show that it works; an hour and a half on two cores; as published.",
            rich_help_panel=RUN,
        ),
    ] = "standard",
    seed: Annotated[int, typer.Option(min=0, help="Root seed.", rich_help_panel=RUN)] = 1,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the ledger (default: runs/ledger/SCALE).", rich_help_panel=KEEP)
    ] = None,
    store: StoreFolder = None,
    jobs: Jobs = None,
    cluster: Cluster = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would be run, and do nothing.", rich_help_panel=SHOW)
    ] = False,
    json: AsJson = False,
    quiet: Quiet = False,
    debug: Debug = False,  # noqa: ARG001 - read in explain()
) -> None:
    """Run what claims ask, judge them, and write the ledger: table, `ledger.json`, `ledger.csv`, a page with pictures.

    What is finished is kept: run the same command again and it goes on where it stopped.

    Examples:

    - `mixability claims run --all --scale smoke`

    - `mixability claims run 002-9 002-10`
    """
    import shlex

    import joblib

    from analysis.experiments.cells import run_of
    from analysis.ledger.finding import folder_of
    from analysis.ledger.report import write_ledger
    from analysis.ledger.running import cells_for, gathered, run, scenes_of
    from analysis.ledger.statements import LedgerError, one_of, statements
    from analysis.runs.cluster import check_address
    from analysis.runs.store import Store, located
    from analysis.scenes.base import SCALES

    if bool(claim) == every:
        raise LedgerError("say which claims to run, such as 002-9, or --all; mixability claims list shows them")
    size = one_of(scale, SCALES, "scale")
    check_address(cluster)
    asked = list(statements().claims) if every else list(claim or [])
    scenes = scenes_of(asked)
    folder = out or folder_of(size, seed)
    cells = cells_for(scenes, size, seed)
    kept = Store(located(store))
    if dry_run:
        _print_plan(scenes, size, cells, kept)
        return
    words = ["mixability", "claims", "run", *(["--all"] if every else asked), "--scale", size, "--seed", str(seed)]
    again = shlex.join([*words, "--out", str(folder), *(["--store", str(store)] if store else [])])
    name = f"claims-{size}" + ("" if every else f"-{'-'.join(asked)[:40]}")
    kept.note(run_of(name, again, folder, {"claims": asked, "scale": size, "seed": seed}, cells))
    workers = jobs or joblib.cpu_count()
    done = computed(
        lambda stop: run(cells, kept, workers, cluster=cluster, stop=stop),
        cells,
        kept,
        again,
        {"scene": f"{len(asked)} claims, {len(scenes)} scenes, {size}"},
        show=not quiet,
    )
    found = gathered(size, seed, kept)
    if not quiet:
        typer.echo(f"drawing {len(found.scenes)} scenes", err=True)
    write_ledger(found, folder)
    _report(found, asked, folder, done, json=json)


def _print_plan(scenes: "Sequence[str]", scale: "Scale", cells: "Sequence[Cell]", store: "Store") -> None:
    """What would be run, and how long that took on the machine where the project's own ledger was made."""
    from analysis.ledger.running import plan

    total = 0.0
    for line in plan(scenes, scale, cells, store):
        cost = f", {line.seconds / 60:.1f} min of one core" if line.seconds else ""
        typer.echo(f"{line.scene:<16} {line.replicates:>3} replicates, {line.kept} kept{cost}")
        total += line.seconds
    typer.echo(
        f"\n{len(scenes)} scenes, {len(cells)} cells" + (f", {total / 60:.0f} min of one core in all" if total else "")
    )


def _report(ledger: "Ledger", asked: "Sequence[str]", folder: Path, done: "Sequence[Done]", *, json: bool) -> None:
    """Print what was asked for, and say what failed."""
    from analysis.ledger.printing import entries_table

    entries = [ledger.entry(name) for name in asked]
    if json:
        typer.echo(_as_json(entries))
    else:
        console().print(entries_table(entries))
        _conclude(ledger)
        typer.echo(f"Page: {folder / 'index.html'}; tables: {folder / 'ledger.json'}, {folder / 'ledger.csv'}")
        typer.echo(f"Everything about one: mixability claims show {asked[0]} --ledger {folder}")
    failed = [item for item in done if item.state == "failed"]
    if failed:
        typer.echo(f"{len(failed)} of {len(done)} cells failed; the same command tries them again:", err=True)
        for error in dict.fromkeys(item.error for item in failed[:20]):
            typer.echo(f"  {error}", err=True)
        raise SystemExit(EXIT_PART)


def _conclude(ledger: "Ledger") -> None:
    from analysis.ledger.report import headline

    typer.echo(f"\n{headline(ledger)} Scale: {ledger.scale}.")
    if not ledger.scenes:
        typer.echo("Nothing was run yet: mixability claims run --all --scale smoke takes minutes.")


def _opened(folder: Path | None) -> "Ledger":
    """The ledger that is asked about; an empty one where there is none yet."""
    from analysis.ledger.finding import latest
    from analysis.ledger.ledger import Ledger

    if folder is None and (folder := latest()) is None:
        return Ledger("standard", {})
    typer.echo(f"ledger: {folder}", err=True)
    return Ledger.read(folder)


def _as_json(entries: "Sequence[Entry]") -> str:
    from json import dumps

    from analysis.runs.record import strict

    return dumps([strict(entry.as_dict()) for entry in entries], indent=2, ensure_ascii=False)
