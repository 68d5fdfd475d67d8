"""Timing, peak memory, and the lines of the table."""

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable


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

    Both must be functions that can be sent to another process.
    """
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_growth, (work, small))


def row(what: str, ours: float, peer: str, theirs: float) -> None:
    """One line: the time of ours, of the peer, and how many times ours is faster."""
    print(f"{what:<52} {ours * 1e3:>10.2f} ms   {peer:<38} {theirs * 1e3:>11.2f} ms   x {theirs / ours:.1f}")


def memory_row(what: str, ours: float, peer: str, theirs: float) -> None:
    """The same of memory."""
    print(f"{what:<52} {ours:>10.1f} MB   {peer:<38} {theirs:>11.1f} MB")


def _growth(work: Callable[[], object], small: Callable[[], object]) -> float:
    small()
    before = _most()
    work()
    return _most() - before


def _most() -> float:
    """The most megabytes this process ever had."""
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
