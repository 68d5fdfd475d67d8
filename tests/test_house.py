"""The house holds: who imports whom, what is public, how quickly the door opens."""

import ast
import importlib
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOOR = {"cli", "commands"}
SCIENCE = {"matplotlib", "networkx", "numba", "numpy", "scipy", "sklearn", "torch"}
FORBIDDEN = {
    "sim": {"nets", "analysis", *DOOR},
    "nets": {"sim", "analysis", *DOOR},
    "analysis": DOOR,
    "commands": {"cli", *SCIENCE},
}
SHARED = {"errors", "interruption", "options", "places", "printing", "progress"}


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


def test_a_command_knows_what_commands_share_and_no_other_command() -> None:
    for file in (ROOT / "commands").glob("*.py"):
        nodes = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.ImportFrom)]
        modules = [node.module.split(".") for node in nodes if node.module]
        assert {names[-1] for names in modules if names[0] == "commands"} <= SHARED, file


def test_a_wheel_has_everything_behind_the_door() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    files = [ROOT / "cli.py", *(ROOT / "commands").glob("*.py")]
    ours = {name for file in files for name in imported(file) if (ROOT / name).is_dir()}
    assert {"analysis", "commands", "nets", "sim"} <= ours
    packed = settings["packages"]["find"]["include"]
    assert all(any(fnmatch(name, pattern) for pattern in packed) for name in ours)
    assert settings["py-modules"] == ["cli"]


@pytest.mark.parametrize("room", ["sim", "nets", "analysis"])
def test_public_names_are_sorted_and_all_there(room: str) -> None:
    module = importlib.import_module(room)
    public = [name for name in dir(module) if not name.startswith("_") and type(getattr(module, name)) is not type(sys)]
    assert sorted(module.__all__) == sorted(public)
    assert all(getattr(module, name).__doc__ for name in public if callable(getattr(module, name)))


def modules_after(code: str) -> set[str]:
    listing = f"import sys\n{code}\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines())


def test_help_loads_nothing_heavy() -> None:
    code = "sys.argv = ['mixability', 'compare', '--help']\nimport cli\ntry:\n cli.main()\nexcept SystemExit: pass"
    assert not modules_after(code) & {*SCIENCE, "sim", "nets", "analysis"}


def test_a_list_of_runs_loads_no_kernels() -> None:
    commands = "import analysis, analysis.inventory.listing, analysis.inventory.checking, analysis.inventory.printing"
    assert not modules_after(commands) & {"torch", "numba", "matplotlib", "scipy", "sklearn"}


def test_the_simulator_and_the_measures_do_not_load_torch() -> None:
    commands = "import analysis.report.simulation, analysis.experiments.simulate, analysis.scenes.play"
    assert "torch" not in modules_after(f"import sim, analysis\n{commands}")
