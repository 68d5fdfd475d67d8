"""Environment variables that would make the program slow, or round otherwise."""

import os
from collections.abc import Iterator

import joblib

from analysis.doctor.finding import Verdict, note, ok

_COUNTS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "NUMBA_NUM_THREADS")
_PINS = {"OMP_PROC_BIND": "false", "GOMP_CPU_AFFINITY": "", "KMP_AFFINITY": "disabled"}
"""What may put all workers on one core, and the value with which it does not."""


def threads() -> Verdict:
    """Whether one of those variables is set to something that hurts."""
    hurting = dict(_hurting())
    if hurting:
        return note("; ".join(hurting.values()), f"unset {' '.join(hurting)}")
    given = [f"{name}={os.environ[name]}" for name in _COUNTS if name in os.environ]
    return ok(f"{', '.join(given)}; workers compute with one each" if given else "workers compute with one each")


def _hurting() -> Iterator[tuple[str, str]]:
    """Variables with what is wrong with each."""
    cores = joblib.cpu_count()
    for name in _COUNTS:
        value = os.environ.get(name, "1").strip()
        if not value.isdecimal() or int(value) == 0:
            yield name, f"{name}={value} is no number of threads"
        elif int(value) > cores:
            yield name, f"{name}={value} is more than the cores there are, {cores}"
    for name, harmless in _PINS.items():
        value = os.environ.get(name, "").strip()
        if value and value.lower() != harmless:
            yield name, f"{name}={value} may put all workers on one core"
    if os.environ.get("NUMBA_DISABLE_JIT", "0").strip() not in {"", "0"}:
        yield "NUMBA_DISABLE_JIT", "NUMBA_DISABLE_JIT leaves kernels uncompiled, some hundred times slower"
    rounding = os.environ.get("MKL_CBWR", "STRICT").upper()
    if "STRICT" not in rounding and rounding != "COMPATIBLE":
        yield "MKL_CBWR", f"MKL_CBWR={rounding} lets a network's bits depend on what is computed beside it"
