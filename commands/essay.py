"""`essay` and `explore`: texts whose numbers are those of the last run, and a piece to play with."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.errors import EXIT_CHECK
from commands.options import KEEP, RUN, SHOW, Debug

if TYPE_CHECKING:
    from analysis.ledger.ledger import Ledger

essay = typer.Typer(help="Essays whose numbers, verdicts and figures are those of the last run.")

Text = Annotated[
    Path | None, typer.Argument(metavar="[ESSAY.md]", help="An essay in Markdown (default: the project's own).")
]
LedgerFolder = Annotated[
    Path | None,
    typer.Option(
        "--ledger",
        help="Where numbers come from (default: the largest whole ledger that was run here, or the project's own).",
        rich_help_panel=RUN,
    ),
]
RawHtml = Annotated[
    bool, typer.Option("--raw-html", help="Let HTML in the Markdown through; otherwise it is shown as text.",
                       rich_help_panel=RUN)
]  # fmt: skip


@essay.command("build")
def essay_build(
    text: Text = None,
    ledger: LedgerFolder = None,
    raw_html: RawHtml = False,
    pdf: Annotated[
        bool, typer.Option("--pdf", help="A PDF as well (pip install 'mixability[pdf]').", rich_help_panel=KEEP)
    ] = False,
    accept: Annotated[
        bool,
        typer.Option(
            "--accept", help="Note what is shown as read and approved, for essay check.", rich_help_panel=KEEP
        ),
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Folder (default: runs/essay/NAME).", rich_help_panel=KEEP)] = None,
    debug: Debug = False,  # noqa: ARG001 - read in explain()
) -> None:
    """Put the numbers, verdicts and figures of a ledger into an essay.

    Writes `index.html`, one file that needs no network; the same as plain Markdown with images, for a blog; and, if
    asked, a PDF.

    Examples:

    - `mixability essay build`

    - `mixability essay build my-essay.md --ledger runs/ledger/standard --pdf`
    """
    from analysis.essay.build import build
    from analysis.ledger.finding import OWN_ESSAY
    from analysis.numbers import counted

    text = text or OWN_ESSAY
    built = build(
        text, _ledger(ledger), out or Path("runs") / "essay" / text.stem, raw_html=raw_html, pdf=pdf, accept=accept
    )
    typer.echo(f"{counted(built.shown, 'number, verdict or figure', 'numbers, verdicts and figures')} from the ledger.")
    if built.stale:
        typer.echo(built.stale)
    if built.changed and not built.accepted:
        many = counted(len(built.changed), "is", "are")
        typer.echo(f"{many} not as accepted: mixability essay check lists them, essay build --accept accepts them.")
    typer.echo(f"Page: {built.files[0]}; Markdown: {built.files[1]}")
    for file in built.files:
        if file.suffix == ".pdf":
            typer.echo(f"PDF: {file}")


@essay.command("check")
def essay_check(
    text: Text = None,
    ledger: LedgerFolder = None,
    raw_html: RawHtml = False,
    debug: Debug = False,  # noqa: ARG001 - read in explain()
) -> None:
    """Which numbers have changed since the words around them were written, and which claims are decided otherwise now.

    Ends with exit code 3 where anything has changed.

    Examples:

    - `mixability essay check my-essay.md`
    """
    from analysis.essay.check import check
    from analysis.ledger.finding import OWN_ESSAY

    found = check(text or OWN_ESSAY, _ledger(ledger), raw_html=raw_html)
    for line in found.lines:
        typer.echo(line)
    if found.exit_code:
        raise SystemExit(EXIT_CHECK)


@essay.command("new")
def essay_new(
    text: Annotated[Path, typer.Argument(metavar="ESSAY.md", help="The file to write.")],
    ledger: LedgerFolder = None,
    debug: Debug = False,  # noqa: ARG001 - read in explain()
) -> None:
    """Start an essay of your own from a short one that shows all that can be done.

    Examples:

    - `mixability essay new my-essay.md`
    """
    from analysis.essay.new import new

    for file in new(text, _ledger(ledger)):
        typer.echo(f"Written: {file}")
    typer.echo(f"See it: mixability essay build {text}")


def explore(
    out: Annotated[Path, typer.Option(help="The file to write; it needs nothing else.", rich_help_panel=KEEP)] = Path(
        "runs"
    )
    / "explore.html",
    show: Annotated[
        bool, typer.Option("--open/--no-open", help="Open it in the browser.", rich_help_panel=SHOW)
    ] = True,
    debug: Debug = False,  # noqa: ARG001 - read in explain()
) -> None:
    """Two populations side by side, clonal and sexual, to play with in a browser: a single file, no network.

    Examples:

    - `mixability explore`
    """
    import webbrowser

    from analysis.essay.explorable import write

    file = write(out)
    typer.echo(f"Page: {file}")
    if show and not webbrowser.open(file.resolve().as_uri()):
        typer.echo("No browser could be opened; open the file in one.")


def _ledger(folder: Path | None) -> "Ledger":
    """The ledger that is asked for. Raises LedgerError where there is none."""
    from analysis.ledger.finding import latest
    from analysis.ledger.ledger import Ledger
    from analysis.ledger.statements import LedgerError

    if folder is None and (folder := latest()) is None:
        raise LedgerError("there is no ledger yet; mixability claims run --all --scale smoke makes one within minutes")
    typer.echo(f"ledger: {folder}", err=True)
    return Ledger.read(folder)
