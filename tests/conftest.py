"""Settings of the test suite: the same random cases every time, one thread a process, no figure left open."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before BLAS is loaded; its threads wait for each other longer than work

import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import cli
from tests.door import Door

os.environ.setdefault("MPLBACKEND", "agg")
settings.register_profile(
    "same-every-time", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("same-every-time")


@pytest.fixture
def mixability(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Door:
    """Run a command in a folder of its own: exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["mixability", *arguments])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        code = stopped.value.code
        return (code if isinstance(code, int) else 0, *capfd.readouterr())

    return run
