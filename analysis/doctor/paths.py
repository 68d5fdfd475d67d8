"""Paths: where they stand, whether they can be written, and how they are shown in public."""

import getpass
import re
import socket
import tempfile
from pathlib import Path


def standing(path: Path) -> Path:
    """The path itself, or the nearest folder above it that there is."""
    return next(place for place in (path, *path.absolute().parents) if place.exists())


def writable(folder: Path) -> bool:
    """Whether a file can be made in a folder; permissions alone do not tell."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"0")
    except OSError:
        return False
    return True


def discreet(text: str) -> str:
    """The text without the home folder, the user or the host: paths start from here or from ``~``."""
    here, home = Path.cwd(), Path.home()
    folders = {str(here): ".", str(here.resolve()): ".", str(home): "~", str(home.resolve()): "~"}
    for folder in sorted(folders, key=len, reverse=True):
        if folder == here.anchor:
            continue
        known = rf"(?<![\w.-]){re.escape(folder)}(?![\w.-])"
        if folders[folder] == ".":
            text = re.sub(known + "/", "", text)
        text = re.sub(known, folders[folder], text)
    for name, stands_for in _names().items():
        text = re.sub(rf"(?<=/){re.escape(name)}(?![\w.-])|(?<![\w.-]){re.escape(name)}(?=/)", stands_for, text)
    return text


def _names() -> dict[str, str]:
    """What must not be part of a path."""
    host = socket.gethostname()
    names = {host: "HOST", host.partition(".")[0]: "HOST", Path.home().name: "USER", _user(): "USER"}
    return {name: stands_for for name, stands_for in names.items() if name}


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""  # a container need not know who runs it
