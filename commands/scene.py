"""`scene`: experiments that end in one picture each."""

from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.errors import EXIT_FAILED
from commands.interruption import computed
from commands.options import RUN, SHOW, Cluster, Debug, Jobs, Out, Quiet, Settings, StoreFolder
from commands.places import named, places
from commands.printing import console

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.experiments.cells import Done
    from analysis.runs.store import Store
    from analysis.scenes.base import Size
    from analysis.scenes.play import Performance

scene = typer.Typer(help="The essays' scenes: experiments that end in one picture each.")


@scene.command("list")
def scene_list() -> None:
    """Every scene: its question, what is claimed, and where the idea comes from."""
    from rich.padding import Padding
    from rich.text import Text

    from analysis.scenes.registry import SCENES

    out = console(110)
    for name, found in SCENES.items():
        out.print(Text.assemble((name, "bold"), f"  {found.title}"))
        lines = [f"claimed: {claim.says}; {claim.bar}" for claim in found.claims]
        for line in [*lines, f"source: {found.source}"]:
            out.print(Padding(Text(line, style="dim"), (0, 0, 0, 2)))


@scene.command("run")
def scene_run(
    name: Annotated[str, typer.Argument(metavar="NAME", help="One of those that scene list shows.")],
    scale: Annotated[
        str,
        typer.Option(
            metavar="smoke|standard|paper",
            help="How much of it: seconds' worth, what gives an answer, or as published.",
            rich_help_panel=RUN,
        ),
    ] = "standard",
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
    debug: Debug = False,  # noqa: ARG001 - read in explain()
) -> None:
    """Run a scene: its replicates, one picture, and an answer with its interval, also where it is no.

    Examples:

    - `mixability scene run conspiracies`

    - `mixability scene run race --replicates 20 --set population=500`

    - `mixability scene run race --scale smoke`
    """
    import shlex

    import joblib

    from analysis.experiments.cells import run_of
    from analysis.runs.spec import apply_settings, build, dump_toml
    from analysis.scenes.play import Performance, cells, play
    from analysis.scenes.registry import SCENES

    size = _size(name, scale)
    values = deepcopy(dict(size.settings))
    apply_settings(values, set_ or [])
    settings = build(SCENES[name].settings, values)
    if dry_run:
        typer.echo(dump_toml(settings, "Change any of these with --set key=value."), nl=False)
        for key, field in type(settings).model_fields.items():
            if field.description:
                typer.echo(f"# {key}: {field.description}")
        typer.echo(f"# replicates: {replicates or size.replicates}, with --replicates")
        return
    performance = Performance(scene=name, settings=values, seed=seed, replicates=replicates or size.replicates)
    run_name = named(name, performance.identity)
    toml = f'scene = "{name}"\nseed = {seed}\n' + dump_toml(settings, "Change any of these with --set key=value.")
    folder, kept = places(out, run_name, store, toml)
    given = "" if scale == "standard" else f"--scale {scale} "
    given += " ".join(f"--set {shlex.quote(setting)}" for setting in set_ or [])
    where = f" --store {shlex.quote(str(store))}" if store else ""
    again = f"mixability scene run {name} {given} --seed {seed} --out {folder}{where}".replace("  ", " ")
    all_cells = cells(performance)
    kept.note(run_of(run_name, again, folder, performance.identity, all_cells))
    workers = jobs or joblib.cpu_count()
    done = computed(
        lambda stop: play(performance, kept, workers, cluster=cluster, stop=stop),
        all_cells,
        kept,
        again,
        {"scene": name},
        show=not quiet,
    )
    _show_scene(performance, kept, folder, done, again, json=json)


def _size(name: str, scale: str) -> "Size":
    """How much of a scene is run. Raises SpecError for a name or a scale that there is not."""
    from analysis.names import nearest
    from analysis.runs.spec import SpecError
    from analysis.scenes.base import SCALES
    from analysis.scenes.registry import SCENES

    if name not in SCENES:
        raise SpecError([f"no scene is called {name!r}; {nearest(name, SCENES)}"])
    if scale not in SCALES:
        raise SpecError([f"scale must be {', '.join(SCALES[:-1])} or {SCALES[-1]}; got {scale!r}"])
    return SCENES[name].size(scale)


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
