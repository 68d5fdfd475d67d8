"""What processes that were killed left behind."""

import re
from collections.abc import Iterator
from pathlib import Path

from analysis.runs.store import Store


def temporary(store: Store) -> Iterator[Path]:
    """Files that were being written, under the name that they have until they are whole."""
    return (file for file in sorted(store.path.rglob(".*")) if file.is_file())


def halves(store: Store) -> Iterator[str]:
    """Keys of cells that have arrays but no record, which is written after them."""
    arrays = (file for file in store.path.glob("cells/*/*.npz") if not file.name.startswith("."))
    return (file.stem for file in sorted(arrays) if not file.with_suffix(".jsonl").exists())


def key_of(path: Path) -> str:
    """The cell that a file belongs to; empty where it belongs to none."""
    found = re.findall(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])", path.as_posix())
    return found[-1] if found else ""


def files_of(store: Store, key: str) -> list[Path]:
    """The files of a cell that are there, its record first: without that it is none."""
    folder = store.path / "cells" / key[:2]
    files = (folder / f"{key}.jsonl", folder / f"{key}.npz", store.failure(key))
    return [file for file in files if file.exists()]


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files in a folder."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())
