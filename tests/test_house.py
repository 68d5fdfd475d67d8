"""The house holds: who imports whom, what is public, how quickly the door opens."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FORBIDDEN = {"sim": {"nets", "analysis", "cli"}, "nets": {"sim", "analysis", "cli"}, "analysis": {"cli"}}


def imported(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("room", FORBIDDEN)
def test_rooms_import_only_what_is_below_them(room: str) -> None:
    files = list((ROOT / room).rglob("*.py"))
    assert files
    for file in files:
        assert not imported(file) & FORBIDDEN[room], file


@pytest.mark.parametrize("room", ["sim", "nets", "analysis"])
def test_public_names_are_sorted_and_all_there(room: str) -> None:
    module = importlib.import_module(room)
    public = [name for name in dir(module) if not name.startswith("_") and type(getattr(module, name)) is not type(sys)]
    assert sorted(module.__all__) == sorted(public)
    assert all(getattr(module, name).__doc__ for name in public if callable(getattr(module, name)))


def modules_after(code: str) -> set[str]:
    listing = f"import sys\n{code}\nprint('\\n'.join(sys.modules))"
    return set(
        subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True).stdout.split()
    )


def test_help_loads_nothing_heavy() -> None:
    code = "sys.argv = ['mixability', 'compare', '--help']\nimport cli\ntry:\n cli.main()\nexcept SystemExit: pass"
    assert not modules_after(code) & {"torch", "numba", "matplotlib", "scipy", "numpy", "sklearn"}


def test_a_list_of_runs_loads_no_kernels() -> None:
    commands = "import analysis, analysis.inventory.listing, analysis.inventory.checking, analysis.inventory.printing"
    assert not modules_after(commands) & {"torch", "numba", "matplotlib", "scipy", "sklearn"}


def test_the_simulator_and_the_measures_do_not_load_torch() -> None:
    commands = "import analysis.report.simulation, analysis.experiments.simulate, analysis.scenes.play"
    assert "torch" not in modules_after(f"import sim, analysis\n{commands}")
