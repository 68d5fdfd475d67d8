"""`measures`: the glossary; `measure`: a table of genotypes from elsewhere."""

from pathlib import Path
from typing import Annotated

import typer

from commands.errors import EXIT_USAGE
from commands.options import SHOW, AsJson, Debug
from commands.printing import console, print_entry

READ = "How to read the table"


def measures(
    words: Annotated[list[str] | None, typer.Argument(help="Part of a measure's name; all by default.")] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown.", rich_help_panel=SHOW)] = False,
    json: AsJson = False,
) -> None:
    """The glossary: every measure's formula, range, meaning, estimator, cost and source.

    Examples:

    - `mixability measures`

    - `mixability measures synergy`
    """
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
    out = console()
    for key, measure in found.items():
        title = Text.assemble((measure.label, "bold"), (f"  {key}", "dim"))
        print_entry(out, title, ((Text(heading, style="dim"), Text(text)) for heading, text in entry(measure)))


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
    debug: Debug = False,  # noqa: ARG001 - read in explain()
) -> None:
    """A table of genotypes and phenotypes: shares of variance by order, elements, pairs, and what noise explains.

    One row a genotype: a column of 0/1 or of states (with --wild-type) for each element, or one column called genotype
    with strings such as 0101 or AKGT; one column of numbers, the phenotype; possibly one of its errors.

    Examples:

    - `mixability measure fitness.csv --log`

    - `mixability measure growth.tsv --wild-type first --phenotype rate --error rate_se`
    """
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
        print_measures(measures, console(), pairs)
