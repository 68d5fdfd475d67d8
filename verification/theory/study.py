"""The study: every family on its own, the longest first, over the cores there are."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import joblib

from verification.theory.check import Check, Family, Findings


@dataclass(frozen=True, kw_only=True)
class Result:
    """A family and what it found."""

    family: Family
    findings: Findings


def run(families: Sequence[Family], *, effort: float = 1.0, jobs: int = -1) -> list[Result]:
    """Results in the order of the families; ``effort`` is the share of replicates. Progress goes to stderr."""
    order = sorted(families, key=lambda family: -family.seconds)
    tasks = [joblib.delayed(_measured)(family, effort) for family in order]
    found: dict[str, Result] = {}
    with joblib.parallel_config(backend="loky", n_jobs=jobs, inner_max_num_threads=1):
        for result in joblib.Parallel(return_as="generator_unordered")(tasks):
            found[result.family.name] = result
            print(f"\rtheory: {len(found)} of {len(families)} families", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return [found[family.name] for family in families]


def checks(results: Sequence[Result]) -> list[Check]:
    """Of all families."""
    return [check for result in results for check in result.findings.checks]


def _measured(family: Family, effort: float) -> Result:
    return Result(family=family, findings=family.measure(effort))
