"""Run the oracle tests and the coverage study: ``make verify``.

``python -m verification.run --data-sets 100 spectrum context`` runs the studies named, without tests, and prints them.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from verification.coverage import DATA_SETS, Row, cover, registry
from verification.report import files, table

REPORT = Path(__file__).resolve().parents[1] / "docs" / "verification"
OUTSIDE = 3
"""Exit status where a row lies outside its band."""


def main() -> int:
    """The exit status: 0 where all holds, that of the tests where they fail, 3 where a row lies outside."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-sets", type=int, default=DATA_SETS, help="data sets for each row")
    parser.add_argument("studies", nargs="*", help="studies to run, all of them if none is named")
    options = parser.parse_args()
    whole = not options.studies and options.data_sets == DATA_SETS
    if whole:
        tests = subprocess.run([sys.executable, "-m", "pytest", "-q", "-m", "oracle", "tests"], check=False)
        if tests.returncode:
            return tests.returncode
    known = registry()
    unknown = set(options.studies) - {study.name for study in known}
    if unknown:
        parser.error(f"no study {', '.join(sorted(unknown))}; there are {', '.join(sorted({s.name for s in known}))}")
    rows = cover([s for s in known if not options.studies or s.name in options.studies], options.data_sets)
    if whole:
        for ending, content in files(rows).items():
            REPORT.with_suffix(ending).write_bytes(content)
    else:
        print(table(rows), end="")
    return _judge(rows)


def _judge(rows: list[Row]) -> int:
    outside = [row for row in rows if row.faults]
    for row in outside:
        print(
            f"outside: {' and '.join(row.faults)} of {row.label}, {row.n} elements, {row.effort}: "
            f"coverage {100 * row.coverage:.1f} %, bias {row.bias:+.3f} SE"
        )
    print(f"{sum(row.judged for row in rows) - len(outside)} of {sum(row.judged for row in rows)} rows hold")
    return OUTSIDE if outside else 0


if __name__ == "__main__":
    sys.exit(main())
