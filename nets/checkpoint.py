"""A training that can be killed at any moment: one file, written whole or not at all."""

import os
import time
from pathlib import Path
from typing import Any

import torch


class Checkpoint:
    """Where a training is written to, and how often.

    ``identity`` says of what; it is stored beside the rest, and a file of another one is refused.
    """

    def __init__(self, path: Path, identity: dict[str, Any], every: float) -> None:
        self._path, self._identity, self._every = path, identity, every
        self._last = time.monotonic()

    def due(self) -> bool:
        """Whether it is time to write."""
        return time.monotonic() - self._last >= self._every

    def load(self) -> dict[str, Any] | None:
        """What was saved last; None where nothing was.

        Raises ValueError for a file that is damaged or of another training.
        """
        if not self._path.exists():
            return None
        try:
            saved = torch.load(self._path, map_location="cpu", weights_only=True)
            identity = saved.pop("identity")
        except Exception as error:
            raise ValueError(
                f"{self._path} cannot be read as a checkpoint ({error}); delete it to start anew"
            ) from error
        if different := [name for name, value in self._identity.items() if identity.get(name) != value]:
            what = f"{' and '.join(different)} {'differs' if len(different) == 1 else 'differ'}"
            raise ValueError(f"{self._path} is of another training: its {what}; name another file, or delete it")
        return dict(saved)

    def save(self, state: dict[str, Any]) -> None:
        """Replace the file by a new one, in one step."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        try:
            with temporary.open("wb") as file:
                torch.save({"identity": self._identity, **state}, file)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self._path)
        finally:
            temporary.unlink(missing_ok=True)
        self._last = time.monotonic()
