"""Whether a run fits into the memory there is, asked before it starts."""

import psutil

from analysis.runs.spec import SpecError


def within_memory(needed: float, mend: str) -> None:
    """Raises SpecError where ``needed`` bytes are not free; ``mend`` says what to lower."""
    free = float(psutil.virtual_memory().available)
    if needed > free:
        raise SpecError(
            [f"this needs about {needed / 1e9:.1f} GB of memory and {free / 1e9:.1f} GB are free; lower {mend}"]
        )
