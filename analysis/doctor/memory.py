"""Memory that is free to this process, where a container or a queue gives it only a part as well."""

from pathlib import Path

import psutil

_CONTROL = Path("/sys/fs/cgroup")
_OWN = Path("/proc/self/cgroup")


def free_memory() -> float:
    """Bytes."""
    free = float(psutil.virtual_memory().available)
    return min([free, *_left_by_groups()])


def _left_by_groups() -> list[float]:
    """What each control group (version 2) that this process is in has left; files kept in memory can be dropped."""
    try:
        own = next(line[3:].strip() for line in _OWN.read_text().splitlines() if line.startswith("0::"))
    except (OSError, StopIteration):
        return []
    left = []
    for parts in range(len(Path(own).parts), 0, -1):
        folder = _CONTROL.joinpath(*Path(own).parts[1:parts])
        try:
            most = float((folder / "memory.max").read_text())
            used = float((folder / "memory.current").read_text())
            files = next(float(x[5:]) for x in (folder / "memory.stat").read_text().splitlines() if x[:5] == "file ")
        except (OSError, ValueError, StopIteration):
            continue  # no limit here: the file is missing, or says "max"
        left.append(most - used + files)
    return left
