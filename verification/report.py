"""The study as a page, a table and a figure."""

import csv
import io
from collections.abc import Sequence

from verification.coverage import LEAST, MOST, MOST_BIAS, ROOT, Row
from verification.figure import TITLES, draw

_COLUMNS = (
    "level", "study", "quantity", "interval", "elements", "data set", "data sets", "undefined", "coverage",
    "coverage error", "bias in SE", "bias error", "relative bias", "verdict",
)  # fmt: skip


def files(rows: Sequence[Row]) -> dict[str, bytes]:
    """The report by the ends of its files' names."""
    return {".md": page(rows).encode(), ".csv": table(rows).encode(), **draw(rows)}


def verdict(row: Row) -> str:
    """What a row comes to, in a word or two."""
    if not row.judged:
        return "stress" if row.level == "stress" else "no interval"
    return "outside: " + " and ".join(row.faults) if row.faults else "holds"


def table(rows: Sequence[Row]) -> str:
    """CSV text with a header."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in rows:
        writer.writerow(
            [
                row.level, row.study, row.label, row.quantity.interval, row.n, row.effort, row.data_sets,
                row.undefined, *map(_cell, (row.coverage, row.coverage_error, row.bias, row.bias_error)),
                _cell(row.relative_bias) if not row.quantity.interval else "", verdict(row),
            ]
        )  # fmt: skip
    return text.getvalue()


def page(rows: Sequence[Row]) -> str:
    """The page in Markdown."""
    return f"""# Do the intervals cover?

Written by `make verify`, which first runs every test that holds a measure to a closed form, an identity or an
independent library, and then this study. It takes about a quarter of an hour on two cores. To run a part of it again:
`python -m verification.run --data-sets 100 spectrum context` (nothing is written then).

Each row stands for {rows[0].data_sets:,} synthetic data sets with fresh coefficients, root seed {ROOT}. A 95 % interval
should hold the truth in {100 * LEAST:.0f} to {100 * MOST:.0f} % of them, and the mean error of the estimate, its bias,
should be at most {MOST_BIAS} of its standard deviation over data sets (SE). With so many data sets, chance alone (one
standard error) moves coverage by {100 * (0.95 * 0.05 / rows[0].data_sets) ** 0.5:.1f} % and bias by
{rows[0].data_sets ** -0.5:.2f} SE.

![Coverage and bias of every row](verification.png)

{reading(rows)}

## What was measured

- **One game, intervals over masks.** Disjoint blocks of eight elements with random coefficients of all orders 1 to 8,
  and beyond one block a web of pairs that joins every element to every other; the shares of order 1, 2, and 3 and up
  are drawn from a Dirichlet distribution (6, 4, 3). In the -1/+1 basis the coefficients are the answers, so all truths
  are sums over them (`verification/games.py`). At 8 elements masks are sampled as well, though the program would take
  all 256. Elements and pairs are drawn at random, a pair within its block. Directional epistasis has a game of its own,
  whose mean after k hits is `exp(-a k^beta)` exactly.
- **Comparisons, intervals over replicates.** Every replicate of each arm is a game of its own, measured with masks of
  its own, so that their noise lies within replicates; the arms are paired by a part of their variation. True
  first-order shares are sums of Beta variables; true half-swap loads are normal, and under stress log-normal or with
  Student's t of 3 degrees of freedom. Hedges' g is held against the effect size of the populations, the noise of
  masks included in their spread. First-order shares at 512 elements are left out: 20,000 spectra would take an hour.
- **Few masks.** How much of the jackknife's excess is taken off an interval of a share of pairs or more
  (`analysis/measures/products.py`) was chosen on other draws of the same games. With fewer masks than here those
  intervals are a little narrow: 400 to 1,000 draws were covered in 92 % (16 elements, 256 masks), 94 % (24 and 512) and
  95 % (64 and 512) for the share of order 2.
- **Masses** come without an interval that could be held to anything; their bias is given as a share of the truth. It
  goes the other way where few pairs are strong and the others nothing, each of which leaves a trace of its error: of
  ten AND pairs and five OR pairs half as strong among 435, 8,192 masks give 4 % too much synergy and 17 % too much
  redundancy (40 seeds).

{_tables(rows)}"""


def reading(rows: Sequence[Row]) -> str:
    """One paragraph on what came out."""
    judged = [row for row in rows if row.judged]
    outside = [row for row in judged if row.faults]
    wide = [row for row in outside if row.coverage > MOST]
    narrow = [row for row in outside if row.coverage < LEAST]
    biased = [row for row in outside if "bias" in row.faults]
    covered, stressed = [100 * r.coverage for r in judged], [r for r in rows if r.level == "stress"]
    parts = [
        f"**{len(judged) - len(outside)} of {len(judged)} rows hold.** Coverage lies between {min(covered):.1f} and "
        f"{max(covered):.1f} %, and the largest bias is {max(abs(r.bias) for r in judged):.2f} SE."
    ]
    for found, words in ((narrow, "Too narrow"), (wide, "Wider than they need be"), (biased, "Biased")):
        if found:
            parts.append(f"{words}: {'; '.join(_named(row) for row in found)}.")
    if stressed:
        worst = min(stressed, key=lambda row: row.coverage)
        parts.append(
            f"Under stress coverage falls to {100 * worst.coverage:.1f} % ({worst.label}, {worst.n} elements): no "
            "interval for a mean can keep its level for every population with so few replicates (Bahadur & Savage "
            "1956), which is why every replicate is also drawn."
        )
    masses = [row for row in rows if not row.quantity.interval]
    if masses:
        each = ", ".join(
            f"{100 * min(r.relative_bias for r in own):+.0f} to {100 * max(r.relative_bias for r in own):+.0f} % at {n}"
            for n in sorted({r.n for r in masses})
            for own in ([r for r in masses if r.n == n],)
        )
        parts.append(
            f"Masses are too small where single pairs drown in noise: {each} elements. Compare them between arms whose "
            "interactions are alike beside their errors."
        )
    return " ".join(parts)


def _named(row: Row) -> str:
    undefined = f", undefined in {row.undefined}" if row.undefined else ""
    return (
        f"{row.label}, {row.n} elements, {row.effort} ({100 * row.coverage:.1f} %, bias {row.bias:+.2f} SE{undefined})"
    )


def _tables(rows: Sequence[Row]) -> str:
    text = []
    for level, title in TITLES.items():
        own = [row for row in rows if row.level == level]
        if not own:
            continue
        text += [
            f"## {title[0].upper()}{title[1:]}\n",
            "| quantity | interval | elements | each data set | undefined | coverage | bias | |",
            "|---|---|---:|---|---:|---:|---:|---|",
            *(_line(row) for row in own),
            "",
        ]
    return "\n".join(text)


def _line(row: Row) -> str:
    if row.quantity.interval:
        coverage = f"{100 * row.coverage:.1f} ± {100 * row.coverage_error:.1f} %"
        bias, interval = f"{row.bias:+.2f} SE", row.quantity.interval
        interval = f"`{interval}`" if "." in interval.split()[0] else interval
    else:
        coverage, bias, interval = "", f"{100 * row.relative_bias:+.0f} %", "none"
    mark = f"**{verdict(row)}**" if row.faults else verdict(row)
    return (
        f"| {row.label} | {interval} | {row.n} | {row.effort} | {row.undefined or ''} | {coverage} | {bias} | {mark} |"
    )


def _cell(value: float) -> str:
    return "" if value != value else f"{value:.4f}"  # noqa: PLR0124 - NaN
