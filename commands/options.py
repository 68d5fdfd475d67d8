"""Options that commands share, and what a spec is built from."""

from pathlib import Path
from typing import Annotated, Any

import typer

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
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.", rich_help_panel=SHOW)]
DataName = Annotated[
    str | None, typer.Option(help="Data set (default digits); nets data lists them.", rich_help_panel=RUN)
]
Layers = Annotated[int | None, typer.Option(help="Hidden layers (default 1).", rich_help_panel=RUN)]
Width = Annotated[int | None, typer.Option(help="Units in each (default 128).", rich_help_panel=RUN)]
DropProb = Annotated[
    float | None, typer.Option(help="Probability that a unit is dropped (default 0.5).", rich_help_panel=RUN)
]
RootSeed = Annotated[int | None, typer.Option(help="Root seed (default 1).", rich_help_panel=RUN)]


def spec_values(
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
