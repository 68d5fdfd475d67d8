"""Where runs are: their names, folders and stores, and the command that goes on with one."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.runs.store import Store


def named(what: str, identity: dict[str, Any]) -> str:
    """A folder name that differs for different specs, but not for more replicates."""
    from hashlib import blake2b
    from json import dumps

    return f"{what}-{blake2b(dumps(identity, sort_keys=True).encode(), digest_size=4).hexdigest()}"


def places(out: Path | None, name: str, store: Path | None, toml: str) -> "tuple[Path, Store]":
    """The folder of what is drawn and written, taken for a spec, and the store of what it comes from."""
    from analysis.runs.folder import RunFolder
    from analysis.runs.store import Store, located

    folder = RunFolder(out or Path("runs") / name)
    folder.claim(toml, "a folder of its own")
    return folder.path, Store(located(store))


def opened(store: Path | None) -> "Store":
    """The store that is asked about; none is made."""
    import os

    from analysis.runs.store import Store, located

    path = located(store)
    return Store(path, readonly=not os.access(path, os.W_OK))


def going_on(command: str, folder: Path, store: Path | None) -> str:
    """The command that goes on with a run."""
    import shlex

    words = ["mixability", *command.split(), "--config", str(folder / "spec.toml"), "--out", str(folder)]
    return shlex.join([*words, *(["--store", str(store)] if store else [])])
