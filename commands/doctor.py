"""`doctor`: what is wrong here, and what to do about it."""

from typing import Annotated

import typer

from commands.errors import EXIT_CHECK
from commands.options import RUN, AsJson, Debug, StoreFolder
from commands.printing import console


def doctor(
    store: StoreFolder = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Without the self-test and the digests of the store.", rich_help_panel=RUN)
    ] = False,
    json: AsJson = False,
    debug: Debug = False,  # noqa: ARG001 - read in explain()
) -> None:
    """Is everything in order here? Versions, machine, data, store, a self-test; and what to do where it is not.

    Examples:

    - `mixability doctor`

    - `mixability doctor --quick --json`
    """
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
        print_findings(findings, console())
    if any(finding.state == "wrong" for finding in findings):
        raise SystemExit(EXIT_CHECK)
