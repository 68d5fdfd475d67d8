"""A run's folder: finished cells in it survive anything, half-written ones do not exist."""

import os
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from analysis.arrays import Matrix
from analysis.runs.record import Record

_DIGEST_SIZE = 16


Portrait = Mapping[str, Matrix]
"""``association``, ``interaction`` and ``interaction_error`` (n, n), ``mixability`` and ``context_dependence`` (n,) of
one whole, and what the engine adds, such as ``filters`` (units, inputs)."""


class FolderError(Exception):
    """A folder cannot serve for this run; the message says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """What one replicate of one side gave: a record and a portrait for each arm."""

    records: tuple[Record, Record]
    portraits: tuple[Portrait, Portrait]
    """Arrays by name, in single precision: they are for drawing."""


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that at any moment it is either absent, the old one or the new one.

    Raises FolderError where the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(0o644)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise FolderError(
            f"cannot write {path}: {error.strerror or error}; choose another folder with --out"
        ) from error


class RunFolder:
    """The folder of one run: ``spec.toml``, ``cells/`` and the products."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def claim(self, spec_toml: str, describe: str) -> None:
        """Take the folder for a spec, given as the text of its ``spec.toml``.

        Raises FolderError where it holds another spec's results, or things that are no results at all.
        """
        mine = self.path / "spec.toml"
        if self.path.exists() and not self.path.is_dir():
            raise FolderError(f"{self.path} is a file; choose another folder with --out")
        if mine.exists():
            alone = len(list(self.path.iterdir())) == 1
            if not alone and _identity(mine.read_text()) != _identity(spec_toml):
                raise FolderError(
                    f"{self.path} holds the results of another spec; choose another folder with --out, "
                    f"or leave --out away for {describe}"
                )
        elif self.path.is_dir() and any(self.path.iterdir()):
            raise FolderError(f"{self.path} is not empty and holds no run; choose another folder with --out")
        write_whole(mine, spec_toml.encode())

    def cell_path(self, key: str) -> Path:
        """Where the cell with a content hash is kept: a digest, then the bytes of an ``.npz`` archive."""
        return self.path / "cells" / f"{key}.cell"

    def save(self, key: str, cell: Cell) -> None:
        """Keep a finished cell."""
        buffer = BytesIO()
        lines = "\n".join(record.to_json() for record in cell.records)
        arrays: dict[str, Any] = {
            f"{arm}/{name}": array for arm in (0, 1) for name, array in cell.portraits[arm].items()
        }
        np.savez_compressed(buffer, records=np.frombuffer(lines.encode(), dtype=np.uint8), **arrays)
        archive = buffer.getvalue()
        write_whole(self.cell_path(key), _digest(archive) + archive)

    def load(self, key: str) -> Cell | None:
        """A finished cell, or None where there is none or it is damaged."""
        try:
            content = self.cell_path(key).read_bytes()
        except FileNotFoundError:
            return None
        digest, archive = content[:_DIGEST_SIZE], content[_DIGEST_SIZE:]
        if digest != _digest(archive):
            return None
        with np.load(BytesIO(archive), allow_pickle=False) as arrays:
            lines = arrays["records"].tobytes().decode().split("\n")
            without, with_mixing = (
                {name[2:]: arrays[name] for name in arrays.files if name.startswith(f"{arm}/")} for arm in (0, 1)
            )
        first, second = (Record.from_json(line) for line in lines)
        return Cell(records=(first, second), portraits=(without, with_mixing))


def _digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=_DIGEST_SIZE).digest()


def _identity(spec_toml: str) -> str:
    """A spec without its number of replicates: more replicates go on in the same folder."""
    try:
        spec = tomllib.loads(spec_toml)
    except tomllib.TOMLDecodeError:
        return spec_toml
    spec.pop("replicates", None)
    return repr(sorted(spec.items(), key=str))
