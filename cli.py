"""The door: assembles the commands and runs the one that is asked for."""

import signal
from typing import Annotated

import typer

from commands.claims import claims
from commands.compare import compare
from commands.doctor import doctor
from commands.errors import explain
from commands.essay import essay, explore
from commands.measures import measure, measures
from commands.nets import nets
from commands.runs import runs
from commands.scene import scene
from commands.sim import sim
from commands.sweep import plot, sweep

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


app.command()(compare)
app.command()(sweep)
app.command()(plot)
app.command()(doctor)
app.command()(measures)
app.command()(measure)
app.add_typer(sim, name="sim")
app.add_typer(scene, name="scene")
app.add_typer(claims, name="claims")
app.add_typer(essay, name="essay")
app.command()(explore)
app.add_typer(nets, name="nets")
app.add_typer(runs, name="runs")


def main() -> None:
    """Run the program; every foreseeable error is one sentence and the mend."""
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        app()
    except Exception as error:  # noqa: BLE001 - the last resort of a program
        raise SystemExit(explain(error)) from None


if __name__ == "__main__":
    main()
