"""Whether a run fits into the memory there is, asked before it starts."""

import sys

import psutil

from analysis.runs.spec import SpecError


def within_memory(needed: float, mend: str) -> None:
    """Raises SpecError where ``needed`` bytes are not free; ``mend`` says what to lower."""
    free = float(psutil.virtual_memory().available)
    if needed > free:
        raise SpecError(
            [f"this needs about {needed / 1e9:.1f} GB of memory and {free / 1e9:.1f} GB are free; lower {mend}"]
        )


def peak_bytes() -> int:
    """Memory that this process has had at most so far, in bytes; where that is not known, what it has now."""
    if sys.platform == "win32":
        return int(psutil.Process().memory_info().rss)
    import resource  # noqa: PLC0415 - not there on every system

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
