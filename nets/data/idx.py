"""MNIST's file format (LeCun, Cortes & Burges 1998): folders of four files, plain or gzipped."""

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nets.data.dataset import DataError, Dataset

IDX_IMAGES, IDX_LABELS = 2051, 2049
"""Magic numbers: bytes in three dimensions, bytes in one."""
LARGEST = 2**31
"""Bytes that a file may hold once it is unpacked; MNIST's largest holds 47 million."""
FASHION_FOLDERS = (Path("/usr/share/datasets/fashion-mnist"),)
"""Where Debian's package puts its files."""
_PIECE = 2**22
_PARTS = ("train", "t10k")


def fashion_mnist() -> Dataset:
    """Fashion-MNIST: 70,000 pictures of clothes, 7,000 a class, 28 x 28 (Xiao, Rasul & Vollgraf 2017).

    Raises DataError where Debian's package of it is not installed.
    """
    for folder in FASHION_FOLDERS:
        if folder.is_dir():
            return idx_folder(folder, name="fashion-mnist")
    raise DataError(
        f"fashion-mnist is not in {FASHION_FOLDERS[0]}; apt install dataset-fashion-mnist, "
        "or say idx:FOLDER for a folder with its four files"
    )


def idx_folder(folder: Path, *, name: str | None = None) -> Dataset:
    """Images and labels in MNIST's file format, 256 grey levels in [0, 1]; training and test files are pooled.

    There are as many classes as the largest label says. ``name`` of the data set, else that of the folder.
    Raises DataError for files that are missing, damaged or do not belong together.
    """
    images, labels = zip(*(_part(folder, part) for part in _PARTS), strict=True)
    shapes = [part.shape[1:] for part in images]
    if shapes[0] != shapes[1]:
        raise DataError(
            f"{folder}: {' and '.join(_PARTS)} have images of {shapes[0]} and {shapes[1]}; put like with like"
        )
    classes = np.concatenate(labels).astype(np.int64)
    if not classes.size:
        raise DataError(f"{folder} holds no images; fetch the files again")
    pixels = np.concatenate([part.reshape(len(part), -1) for part in images])
    return Dataset(
        inputs=np.divide(pixels, np.float32(255.0), dtype=np.float32),
        labels=classes,
        classes=int(classes.max()) + 1,
        image=shapes[0],
        name=name or f"idx:{folder.absolute().name}",
    )


def read_idx(path: Path, magic: int) -> NDArray[np.uint8]:
    """Read one IDX file of bytes, checking its magic number, its size and its compression.

    Raises DataError for a damaged file and for one of more than `LARGEST` bytes.
    """
    raw = bytearray()
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            while len(raw) <= LARGEST and (piece := file.read(_PIECE)):
                raw += piece
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path} cannot be read ({error}); fetch it again") from error
    if len(raw) > LARGEST:
        raise DataError(f"{path} holds more than {LARGEST / 1e9:.1f} GB; take a part of its examples")
    dimensions = magic % 256
    header = 4 + 4 * dimensions
    if len(raw) < header or struct.unpack(">I", raw[:4])[0] != magic:
        raise DataError(f"{path} is not an IDX file with magic number {magic}; fetch it again")
    shape = struct.unpack(f">{dimensions}I", raw[4:header])
    if len(raw) - header != math.prod(shape):
        raise DataError(f"{path} says {shape} but holds {len(raw) - header} bytes; fetch it again")
    return np.frombuffer(raw, dtype=np.uint8, offset=header).reshape(shape)


def _part(folder: Path, part: str) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Images (examples, height, width) and labels (examples,) of the training or the test files."""
    images = read_idx(_file(folder, f"{part}-images-idx3-ubyte"), IDX_IMAGES)
    labels = read_idx(_file(folder, f"{part}-labels-idx1-ubyte"), IDX_LABELS)
    if len(images) != len(labels):
        raise DataError(f"{folder}: {part} has {len(images)} images but {len(labels)} labels; fetch the files again")
    return images, labels


def _file(folder: Path, stem: str) -> Path:
    if not folder.is_dir():
        raise DataError(f"idx:{folder} is not a folder; name the one that holds {_PARTS[0]}-images-idx3-ubyte(.gz)")
    for path in (folder / stem, folder / f"{stem}.gz"):
        if path.is_file():
            return path
    raise DataError(f"idx:{folder} lacks {stem} or {stem}.gz; put the four MNIST-style files there")
