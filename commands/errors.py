"""How the program ends: exit codes, and every foreseeable error in one sentence with its mend."""

import sys

import typer

EXIT_FAILED, EXIT_USAGE, EXIT_CHECK, EXIT_PART, EXIT_INTERRUPTED = 1, 2, 3, 4, 130


def explain(error: Exception) -> int:
    """Print an error for a person and give its exit code."""
    from analysis.essay.errors import EssayError
    from analysis.essay.pdf import PdfError
    from analysis.genotypes.cells import TableError
    from analysis.ledger.statements import LedgerError
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
    if isinstance(error, FolderError | LedgerError | EssayError | PdfError | ClusterError):
        typer.echo(str(error), err=True)
        return EXIT_FAILED if isinstance(error, ClusterError) and not isinstance(error, AddressError) else EXIT_USAGE
    typer.echo(f"{type(error).__name__}: {error}; the same command with --debug shows where", err=True)
    return EXIT_FAILED
