"""The machine: cores, memory, disk, and the folders that libraries keep things in."""

import locale
import os
import platform
import shutil
import sys
import tempfile
import warnings
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from pathlib import Path

import joblib

from analysis.doctor.finding import Check, Verdict, note, ok, wrong
from analysis.doctor.memory import free_memory
from analysis.doctor.paths import standing, writable
from analysis.doctor.settings import threads

SCARCE, LITTLE = 2e8, 2e9
"""Free bytes below which something will fail, and below which it soon may."""
_NVIDIA = Path("/proc/driver/nvidia/version")
_FEW_FILES, _FILES = 1024, 4096
_THIS_PROGRAM = 2026


def checks(store: Path) -> Mapping[str, Check]:
    """What is said of the machine; disk is that of the store."""
    return {
        "cores": cores,
        "threads": threads,
        "processor": processor,
        "GPU": gpu,
        "memory": memory,
        "disk": partial(disk, store),
        "kernels": kernels,
        "figures": figures,
        "clock": clock,
        "open files": open_files,
        "text": text,
    }


def cores() -> Verdict:
    """Those of the machine that this process may use: affinity and containers may keep some back."""
    usable, there = joblib.cpu_count(), os.cpu_count() or 1
    rest = "" if usable >= there else "; affinity, a container or a queue keeps the others back"
    return ok(f"{usable} of {there} usable{rest}")


def processor() -> Verdict:
    """What kernels are compiled for."""
    here = import_module("llvmlite.binding").get_host_cpu_name()
    wanted = os.environ.get("NUMBA_CPU_NAME") or here
    if wanted != here:
        return note(f"NUMBA_CPU_NAME has kernels compiled for {wanted}; this is {here}", "unset NUMBA_CPU_NAME")
    return ok(f"{here}, {platform.machine()}")


def gpu() -> Verdict:
    """Whether torch finds one. None is needed."""
    import torch  # noqa: PLC0415 - seconds

    built = torch.version.cuda or torch.version.hip
    kind = f"{'CUDA' if torch.version.cuda else 'ROCm'} {built}" if built else "processors alone"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        there = torch.cuda.is_available()
    if there:
        devices = [torch.cuda.get_device_properties(which) for which in range(torch.cuda.device_count())]
        names = ", ".join(f"{one.name} ({one.total_memory / 1e9:.0f} GB)" for one in devices)
        return ok(f"{names}; torch is built for {kind}")
    if not _NVIDIA.exists():
        return ok(f"none, and none is needed; torch is built for {kind}")
    if built:
        return note(
            f"one is there, but torch, built for {kind}, cannot use it",
            "see whether nvidia-smi runs and CUDA_VISIBLE_DEVICES is empty; renew the driver, or go on without",
        )
    return note(
        "one is there, but torch is built for processors alone",
        "install torch for CUDA, as pytorch.org says, or go on without",
    )


def memory() -> Verdict:
    """What is free of it."""
    return _enough(free_memory(), "free", "close other programs, or run with --jobs 1")


def disk(store: Path) -> Verdict:
    """What is free of it where the store is, or will be."""
    free = float(shutil.disk_usage(standing(store)).free)
    mend = "delete what is not needed there, or name a store on another disk with --store"
    return _enough(free, f"free for {store}", mend)


def _enough(free: float, says: str, mend: str) -> Verdict:
    if free >= LITTLE:
        return ok(f"{free / 1e9:.1f} GB {says}")
    if free >= SCARCE:
        return note(f"only {free / 1e9:.1f} GB {says}", mend)
    return wrong(f"only {free / 1e6:.0f} MB {says}", mend)


def kernels() -> Verdict | None:
    """Whether compiled kernels can be kept."""
    if import_module("numba").config.DISABLE_JIT:
        return None
    mend = f"export NUMBA_CACHE_DIR={tempfile.gettempdir()}/kernels, or another folder that can be written"
    folder = kernel_folder()
    if folder is None or not writable(standing(folder)):
        where = "no folder for them can" if folder is None else f"{folder} cannot"
        return wrong(f"{where} be written, so they would be compiled at every start", mend)
    wanted = os.environ.get("NUMBA_CACHE_DIR")
    if wanted and not folder.resolve().is_relative_to(Path(wanted).resolve()):
        return note(f"NUMBA_CACHE_DIR={wanted} cannot be written; kernels are kept in {folder}", mend)
    return ok(f"kept in {wanted or folder}")


def kernel_folder() -> Path | None:
    """Where numba keeps compiled kernels; None where it found no place."""
    try:
        from nets.compiled import fill_words  # noqa: PLC0415 - imports torch
    except RuntimeError as error:
        if "locator" in str(error):
            return None
        raise
    kept = fill_words.stats.cache_path
    return Path(kept) if kept else None


def figures() -> Verdict:
    """Whether matplotlib can keep what it finds out about fonts."""
    import matplotlib as mpl  # noqa: PLC0415 - half a second

    folder = Path(mpl.get_cachedir() or tempfile.gettempdir())
    made_up = folder.parent == Path(tempfile.gettempdir()) and folder.name.startswith("matplotlib-")
    if made_up or not writable(standing(folder)):
        return note(
            "matplotlib has no folder of its own that can be written and looks for fonts again at every start",
            f"export MPLCONFIGDIR={tempfile.gettempdir()}/matplotlib, or another folder that can be written",
        )
    return ok(f"fonts are kept in {folder}")


def clock() -> Verdict:
    """Records tell when they were made."""
    now = datetime.now(UTC)
    if now.year < _THIS_PROGRAM:
        return wrong(f"says {now:%Y-%m-%d}, before this program was written", "sudo timedatectl set-ntp true")
    return ok(f"{now:%Y-%m-%d %H:%M} UTC")


def open_files() -> Verdict | None:
    """Each worker takes some."""
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415 - not everywhere

    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit == resource.RLIM_INFINITY:
        return ok("without limit")
    if limit < _FEW_FILES:
        return note(f"at most {limit:,}, which many workers may exceed", f"ulimit -n {_FILES}")
    return ok(f"at most {limit:,}")


def text() -> Verdict:
    """What files and the terminal are written in."""
    encoding = locale.getpreferredencoding(do_setlocale=False)
    if encoding.lower().replace("-", "") != "utf8":
        return note(f"is read and written as {encoding}, which lacks many signs", "export PYTHONUTF8=1")
    return ok("UTF-8")
