"""A run's folder: its spec and what was drawn and written from its records."""

import os
import tempfile
import tomllib
from pathlib import Path


class FolderError(Exception):
    """A folder cannot serve for this run; the message says why and what to do."""


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
    """The folder of one run: ``spec.toml`` and the products."""

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


def _identity(spec_toml: str) -> str:
    """A spec without its number of replicates: more replicates go on in the same folder."""
    try:
        spec = tomllib.loads(spec_toml)
    except tomllib.TOMLDecodeError:
        return spec_toml
    spec.pop("replicates", None)
    return repr(sorted(spec.items(), key=str))
