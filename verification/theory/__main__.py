"""Hold the simulator to theory: ``python -m verification.theory``.

``python -m verification.theory drift linkage --effort 0.1`` runs the families named with a tenth of the replicates, and
prints them; nothing is written then.
"""

import argparse
import sys
from pathlib import Path

from verification.theory.registry import FAMILIES
from verification.theory.report import files, table
from verification.theory.study import checks, run

REPORT = Path(__file__).resolve().parents[2] / "docs" / "theory"
FAILED = 3
"""Exit status where a check fails."""


def main(arguments: list[str] | None = None) -> int:
    """The exit status: 0 where theory and simulator agree, 3 where they do not."""
    parser = argparse.ArgumentParser(
        prog="python -m verification.theory", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--effort", type=float, default=1.0, help="share of the replicates that are run")
    parser.add_argument("--jobs", type=int, default=-1, help="processes; all cores by default")
    parser.add_argument("families", nargs="*", help="families to run, all of them if none is named")
    options = parser.parse_args(arguments)
    names = [family.name for family in FAMILIES]
    unknown = set(options.families) - set(names)
    if unknown:
        parser.error(f"no family {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    if not options.effort > 0.0:
        parser.error(f"--effort must be positive; got {options.effort}")
    chosen = [family for family in FAMILIES if not options.families or family.name in options.families]
    results = run(chosen, effort=options.effort, jobs=options.jobs)
    if len(chosen) == len(FAMILIES) and options.effort == 1.0:
        for ending, content in files(results).items():
            REPORT.with_suffix(ending).write_bytes(content)
    else:
        print(table(results), end="")
    found = checks(results)
    for check in found:
        if not check.holds:
            print(f"fails: {check.what}: {check.measured:g} instead of {check.expected:g}, score {check.score:+.3g}")
    print(f"{sum(check.holds for check in found)} of {len(found)} checks hold")
    return 0 if all(check.holds for check in found) else FAILED


if __name__ == "__main__":
    sys.exit(main())
