"""What one core of this machine could do at most: bytes copied, and random words made."""

import time
from collections.abc import Callable
from functools import partial

import numpy as np
from numba import njit
from numpy.typing import NDArray

SIZES = (2**19, 2**23, 2**28)
"""Bytes in play: about the second cache, the third, and memory."""
WORDS = 2**13
"""Random words at a time, 64 KiB."""


def copy_bandwidth(size: int) -> float:
    """Bytes read and written per second by copying one half of ``size`` bytes to the other."""
    source, target = np.ones((2, size // 16))  # of one block: pages that alias by chance copy ten times slower
    return size / _seconds(partial(np.copyto, target, source))


def random_words() -> float:
    """Random 64-bit words per second: SplitMix64 (Steele, Lea & Flood 2014) of a counter, compiled into vectors."""
    words = np.empty(WORDS, dtype=np.uint64)
    return WORDS / _seconds(partial(_compiled, words, np.uint64(1)))


def _fill(words: NDArray[np.uint64], counter: np.uint64) -> None:
    for i in range(words.size):
        counter += np.uint64(0x9E3779B97F4A7C15)
        z = (counter ^ (counter >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        words[i] = z ^ (z >> np.uint64(31))


_compiled = njit(cache=True, nogil=True)(_fill)


def _seconds(work: Callable[[], object], repeats: int = 10, least: float = 0.05) -> float:
    """The shortest of a few timings, each of as many calls as take ``least`` seconds, after one that does not count."""
    work()
    calls, elapsed = 1, 0.0
    while (elapsed := _elapsed(work, calls)) < least:
        calls *= 2
    return min(elapsed, *(_elapsed(work, calls) for _ in range(repeats))) / calls


def _elapsed(work: Callable[[], object], calls: int) -> float:
    start = time.perf_counter()
    for _ in range(calls):
        work()
    return time.perf_counter() - start


def main() -> None:
    """Both, printed."""
    for size in SIZES:
        print(f"copying within {size / 2**20:g} MiB: {copy_bandwidth(size) / 1e9:.1f} GB/s")
    print(f"random words: {random_words() / 1e9:.2f} G/s")


if __name__ == "__main__":
    main()
