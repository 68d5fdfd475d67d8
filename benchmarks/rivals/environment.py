"""The rivals' own environment: ``python -m benchmarks.rivals.environment`` makes it.

FFPopSim was built against numpy 1 and for Python 3.11, so that it cannot live in the project's. ``--simupop`` also
compiles simuPOP, which takes a C++ compiler, zlib's headers and about half an hour. No benchmark needs any of them:
what is not there is skipped.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.rivals.timing import Measurement

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = ROOT / ".venv-rivals"
PYTHON = ENVIRONMENT / "bin" / "python"


@dataclass(frozen=True)
class Rival:
    """A simulator in the environment."""

    module: str
    """The package that must be there."""
    requirements: tuple[str, ...]
    """What pip is asked for."""
    script: str
    """Our module that times it."""
    command: str
    """What installs it."""


_MAKE = "python -m benchmarks.rivals.environment"
RIVALS = {
    "FFPopSim": Rival(
        "FFPopSim", ("--only-binary=:all:", "numpy<2", "FFPopSim==3.1.2"), "benchmarks.rivals.ffpopsim", _MAKE
    ),
    "simuPOP": Rival("simuPOP", ("numpy<2", "simuPOP==1.1.18"), "benchmarks.rivals.simupop", f"{_MAKE} --simupop"),
}


def missing(rival: str) -> str | None:
    """Why a rival cannot be timed and how to install it, in a sentence; None where it can."""
    wanted = RIVALS[rival]
    there = PYTHON.exists() and _run("-c", f"import {wanted.module}").returncode == 0
    return None if there else f"{rival} is not installed: {wanted.command}"


def measure(rival: str, workload: str, *, individuals: int | None = None, loci: int | None = None) -> Measurement:
    """Time an installed rival on one of `WORKLOADS` in a process of its own, at the workload's size if none is given.

    Raises RuntimeError with what the process said if it fails.
    """
    sizes = {"--individuals": individuals, "--loci": loci}
    given = [word for option, size in sizes.items() if size is not None for word in (option, str(size))]
    done = _run("-m", RIVALS[rival].script, workload, *given)
    if done.returncode:
        raise RuntimeError(f"{rival} failed on {workload}: {done.stderr.strip()}")
    return Measurement(**json.loads(done.stdout.splitlines()[-1]))


def install(rival: str) -> None:
    """Add a rival to the environment, which is made if there is none yet; `missing` tells whether that worked."""
    if not PYTHON.exists():
        python = sys.executable if sys.version_info[:2] == (3, 11) else shutil.which("python3.11") or sys.executable
        subprocess.run([python, "-m", "venv", str(ENVIRONMENT)], check=True)  # noqa: S603 - our own interpreter
    _run("-m", "pip", "install", *RIVALS[rival].requirements, quiet=False)


def _run(*arguments: str, quiet: bool = True) -> subprocess.CompletedProcess[str]:
    """The environment's Python at the root of the project, on one thread."""
    return subprocess.run(  # noqa: S603 - as above
        [str(PYTHON), *arguments],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        capture_output=quiet,
        text=True,
        check=False,
    )


def main() -> None:
    """Install what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--simupop", action="store_true", help="compile simuPOP too")
    wanted = ["FFPopSim", "simuPOP"] if parser.parse_args().simupop else ["FFPopSim"]
    for rival in wanted:
        if missing(rival):
            install(rival)
    for rival in RIVALS:
        print(missing(rival) or f"{rival} is installed")


if __name__ == "__main__":
    main()
