"""Timing, peak memory, and the lines of the table."""

import multiprocessing
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path


def seconds(work: Callable[[], object], repeats: int = 3) -> float:
    """The shortest of a few timings, after one that does not count."""
    work()
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def peak(work: Callable[[], object], small: Callable[[], object]) -> float:
    """Megabytes that ``work`` adds to a fresh process, which has done the same with little data before.

    Both must be functions that can be sent to another process. NaN where the system cannot tell.
    """
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_growth, work, small).result()


def row(what: str, ours: float, peer: str, theirs: float) -> None:
    """One line: the time of ours, of the peer, and how many times ours is faster."""
    print(f"{what:<52} {ours * 1e3:>10.2f} ms   {peer:<38} {theirs * 1e3:>11.2f} ms   x {theirs / ours:.1f}")


def memory_row(what: str, ours: float, peer: str, theirs: float) -> None:
    """The same of memory."""
    print(f"{what:<52} {ours:>10.1f} MB   {peer:<38} {theirs:>11.1f} MB")


def _growth(work: Callable[[], object], small: Callable[[], object]) -> float:
    small()
    process = Path("/proc/self")
    if not process.exists():  # only Linux can forget a peak
        return float("nan")
    (process / "clear_refs").write_text("5")
    before = _megabytes(process, "VmRSS")
    work()
    return _megabytes(process, "VmHWM") - before


def _megabytes(process: Path, what: str) -> float:
    line = next(line for line in (process / "status").read_text().splitlines() if line.startswith(what))
    return int(line.split()[1]) / 2**10
