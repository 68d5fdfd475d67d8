"""Claims: which process is computing which cell, so that two that share a store do not do the same thing twice."""

import os
import sys
from hashlib import blake2b
from pathlib import Path
from threading import Lock

if sys.platform != "win32":
    import fcntl


class Claims:
    """Locks on single bytes of one empty file, a byte a cell.

    The system gives them back when their process ends, however it ends, so there is nothing to clean up and no clock to
    trust. They hold between processes, not between threads of one; a process opens a store's claims once.
    """

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        self._mine: set[str] = set()
        self._lock = Lock()

    def take(self, key: str) -> bool:
        """Whether a cell is ours now; False where another process has it."""
        with self._lock:
            if sys.platform != "win32":  # without such locks, two may do one cell, to the same bits
                try:
                    fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _place(key))
                except OSError:
                    return False
            self._mine.add(key)
            return True

    def holds(self, key: str) -> bool:
        """Whether this process has a cell."""
        with self._lock:
            return key in self._mine

    def release(self, key: str) -> None:
        """Give a cell back."""
        with self._lock:
            if sys.platform != "win32" and key in self._mine:
                fcntl.lockf(self._file, fcntl.LOCK_UN, 1, _place(key))
            self._mine.discard(key)

    def close(self) -> None:
        """Give all of them back."""
        os.close(self._file)


def _place(key: str) -> int:
    """A byte of its own for each key, all but surely: files may be 2^62 bytes long."""
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest()) >> 2
