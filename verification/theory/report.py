"""The study as a page, a table and a figure."""

import csv
import io
from collections.abc import Sequence
from math import isfinite, isnan, log10

import numpy as np

from verification.theory.check import ALARM, LIMIT, ROOT, Check
from verification.theory.figure import draw
from verification.theory.study import Result, checks

_COLUMNS = (
    "family",
    "check",
    "kind",
    "simulated",
    "root seed",
    "measured",
    "low",
    "high",
    "expected",
    "score",
    "tolerance",
    "would see an error of",
    "verdict",
)


def files(results: Sequence[Result]) -> dict[str, bytes]:
    """The report by the ends of its files' names."""
    return {".md": page(results).encode(), ".csv": table(results).encode(), **draw(results)}


def table(results: Sequence[Result]) -> str:
    """CSV text with a header; errors that would be seen are shares of what is expected."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for result in results:
        for check in result.findings.checks:
            numbers = (
                check.measured,
                check.measured - check.reach,
                check.measured + check.reach,
                check.expected,
                check.score,
                check.tolerance,
                check.sees,
            )
            writer.writerow(
                [
                    result.family.name,
                    check.what,
                    check.kind,
                    check.simulated,
                    ROOT,
                    *map(_cell, numbers),
                    verdict(check),
                ]
            )
    return text.getvalue()


def verdict(check: Check) -> str:
    """In a word."""
    return "holds" if check.holds else "fails"


def page(results: Sequence[Result]) -> str:
    """The page in Markdown."""
    minutes = round(sum(result.family.seconds for result in results) / 120.0)
    first, last = results[0].family.name, results[-1].family.name
    return f"""# Does the simulator do what theory says?

Written by `make verify`, about {minutes} minutes on two cores. To run it again alone: `python -m verification.theory`;
a part of it: `python -m verification.theory {first} {last}`; with a tenth of the replicates: `--effort 0.1` (nothing is
written then). The exit status is 3 where a check fails.

Each row of the table is a number, measured in the simulator, beside the one that a law expects. Sampled numbers have
95 % intervals and may lie {LIMIT:g} standard errors off. Sums of squares, told as a multiple of what is expected of
them, and the largest of many deviations, in standard errors, are judged by their probability, as one z. Exact laws may
be off by rounding; of many numbers the one furthest off is shown. A law that is a leading order is allowed a deviation
that is its own. Seeds are fixed: every stream is named after its check, under root seed {ROOT}. *Would see* is the
smallest relative error that fails: a sampled one of that size in half of all runs, half as large again in 98 of 100.

{reading(results)}

![Every law beside what was measured](theory.png)

{_table(results)}
"""


def reading(results: Sequence[Result]) -> str:
    """One paragraph on what came out."""
    found = checks(results)
    failed = [check for check in found if not check.holds]
    parts = [f"**{len(found) - len(failed)} of {len(found)} checks hold.**"]
    if failed:
        parts.append(f"Failed: {'; '.join(f'{c.what} ({_score(c)})' for c in failed)}.")
    chancy = [check for check in found if check.chancy]
    if chancy:
        scores = np.array([check.score for check in chancy])
        furthest = max(chancy, key=lambda check: abs(check.score))
        blind = max(chancy, key=lambda check: check.sees)
        one_or_more = -float(np.expm1(len(chancy) * np.log1p(-ALARM)))
        parts.append(
            f"{len(chancy)} of them are left to chance: their z have a standard deviation of {np.std(scores):.2f} "
            f"(1 is due), {np.sum(np.abs(scores) > 1.96)} lie beyond 1.96 ({0.05 * len(chancy):.0f} are due), and the "
            f"furthest is {furthest.score:+.2f} ({furthest.what}). Each fails a faultless simulator with probability "
            f"{ALARM:.0e}, one or more of them in {100 * one_or_more:.1f} % of studies with other seeds. Half of them "
            f"would see an error of {100 * np.median([check.sees for check in chancy]):.1f} %, the bluntest one of "
            f"{100 * blind.sees:.1f} % ({blind.what})."
        )
    exactly = [check for check in found if check.kind == "exact"]
    if exactly:
        parts.append(
            f"The {len(exactly)} exact laws hold to {max(abs(c.score) for c in exactly):.0e} of their size at worst."
        )
    leading = [check for check in found if check.kind == "limit"]
    if leading:
        far = max(leading, key=lambda check: abs(check.score))
        parts.append(
            f"Of the {len(leading)} leading orders the furthest off is {far.what}, by {100 * far.score:+.1f} % of "
            f"{100 * far.tolerance:g} % allowed."
        )
    return " ".join(parts)


def _table(results: Sequence[Result]) -> str:
    lines = ["| check | simulated | measured | expected | off by | would see | |", "|---|---|---:|---:|---:|---:|---|"]
    for result in results:
        family = result.family
        lines.append(f"| **{family.title}** (`{family.name}`): {family.law}. *{family.source}* | | | | | | |")
        lines += [_line(check) for check in result.findings.checks]
    return "\n".join(lines)


def _line(check: Check) -> str:
    mark = verdict(check) if check.holds else f"**{verdict(check)}**"
    return (
        f"| {check.what} | {check.simulated} | {_measured(check)} | {_expected(check)} | {_score(check)} | "
        f"{'' if check.kind == 'order' else _share(check.sees)} | {mark} |"
    )


def _measured(check: Check) -> str:
    if isnan(check.reach):
        return f"{check.measured:.6g}" if check.kind in {"exact", "limit"} else f"{check.measured:.3g}"
    digits = _digits(check.reach)
    return f"{check.measured:.{digits}f} ± {check.reach:.{digits}f}"


def _expected(check: Check) -> str:
    if check.kind == "order":
        return f"> {check.expected:g}"
    if check.kind == "joint":
        return f"{check.expected:.3g}"
    return f"{check.expected:.6g}" if isnan(check.reach) else f"{check.expected:.{_digits(check.reach) + 1}f}"


def _digits(reach: float) -> int:
    """Decimals that show two digits of an error."""
    return max(0, 1 - int(np.floor(log10(reach)))) if isfinite(reach) and reach > 0.0 else 6


def _score(check: Check) -> str:
    if check.kind == "exact":
        return "0" if check.score == 0.0 else f"{check.score:.0e}"
    if check.kind == "limit":
        return f"{100 * check.score:+.2g} %" if abs(check.score) >= 1e-6 else "0 %"
    return f"z = {check.score:+.2f}"


def _share(value: float) -> str:
    return "rounding" if value < 1e-6 else f"{100 * value:.2g} %"


def _cell(value: float) -> str:
    return "" if isnan(value) else f"{value:.10g}"
