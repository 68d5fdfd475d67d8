"""Anybody's arrays as a data set, after every check."""

import math
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nets.data.dataset import DataError, Dataset, Image

MOST_CHANNELS = 4
"""A last axis no longer than this, behind a longer one, is taken for channels in the wrong place."""


def from_arrays(
    inputs: ArrayLike,
    labels: ArrayLike,
    *,
    classes: int | None = None,
    image: Image | None = None,
    name: str = "arrays",
) -> Dataset:
    """A data set of the given numbers.

    ``inputs``: (examples, features), or images (examples, height, width) or (examples, channels, height, width).
    uint8 is taken for pixels and divided by 255; everything else becomes float32 as it is.

    ``labels``: integers (examples,) are classes, counted from 0; without ``classes``, each up to the largest must
    occur. Floating-point numbers (examples,) or (examples, outputs) are targets of a regression.

    ``image``: height, width and perhaps channels of examples that are flat.

    Arrays that need no conversion are not copied. Raises DataError for shapes that do not fit each other, for no
    examples, for numbers that are not finite, with the place of the first, and for labels that are no classes.
    """
    raw, said = np.asarray(inputs), np.asarray(labels)
    if raw.ndim not in {2, 3, 4}:
        raise DataError(
            "inputs must be (examples, features), (examples, height, width) or (examples, channels, height, width); "
            f"got shape {raw.shape}"
        )
    if raw.size == 0:
        raise DataError(f"inputs are empty: shape {raw.shape}; give at least one example with one feature")
    if raw.shape[:1] != said.shape[:1]:
        raise DataError(f"inputs have {len(raw)} examples but labels have shape {said.shape}; give each example one")
    flat = _finite(_numbers(raw, "inputs").reshape(len(raw), -1), raw, "inputs")
    pixels = _image(raw) or image
    if np.issubdtype(said.dtype, np.floating):
        if classes:
            raise DataError(
                f"labels of {classes} classes must be integers; got {said.dtype}: cast them, or leave out classes"
            )
        return Dataset(inputs=flat, labels=_targets(said), classes=0, image=pixels, name=name)
    known = _classes(said, classes)
    return Dataset(inputs=flat, labels=_owned(said, np.int64), classes=known, image=pixels, name=name)


def load_npz(path: Path) -> Dataset:
    """The arrays ``inputs``, ``labels`` and perhaps ``classes``, a number, of a NumPy .npz file, as by `from_arrays`.

    Raises DataError where the file is missing, damaged or lacks an array, and as `from_arrays` does.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = dict(archive)
    except FileNotFoundError as error:
        raise DataError(f"{path} is not there; name a .npz file with the arrays inputs and labels") from error
    except (OSError, EOFError, ValueError, TypeError, AttributeError, zipfile.BadZipFile, zlib.error) as error:
        raise DataError(
            f"{path} cannot be read as a .npz file of plain numbers ({type(error).__name__}); write it with numpy.savez"
        ) from error
    missing = [key for key in ("inputs", "labels") if key not in arrays]
    if missing:
        raise DataError(f"{path} lacks {' and '.join(missing)}; it holds {', '.join(arrays) or 'nothing'}")
    classes = int(arrays["classes"]) if "classes" in arrays else None
    return from_arrays(arrays["inputs"], arrays["labels"], classes=classes, name=f"arrays:{path.stem}")


def _numbers(array: NDArray[Any], what: str) -> NDArray[np.float32]:
    """As float32. Raises DataError for what is no real number."""
    if array.dtype == np.uint8:
        pixels: NDArray[np.float32] = np.divide(array, np.float32(255.0), dtype=np.float32)
        return pixels
    if array.dtype.kind not in "biuf":
        raise DataError(f"{what} must be real numbers; got {array.dtype}")
    with np.errstate(over="ignore"):
        return _owned(array, np.float32)


def _owned(array: NDArray[Any], dtype: type) -> NDArray[Any]:
    """In one piece, native and writable, as torch wants it; copied only where it is not so."""
    return np.require(array, dtype=dtype, requirements=["C", "W"])


def _finite(numbers: NDArray[np.float32], given: NDArray[Any], what: str) -> NDArray[np.float32]:
    """The same numbers (examples, ...). Raises DataError with the first that is infinite, in float32, or NaN."""
    good = np.isfinite(numbers)
    if not good.all():
        example, feature = (int(i) for i in np.argwhere(~good)[0])
        first = given.reshape(len(given), -1)[example, feature]
        raise DataError(
            f"{what} must be finite in float32; {np.sum(~good)} are not, the first is {first} at example {example}, "
            f"number {feature} of it: repair it or leave the example out"
        )
    return numbers


def _image(raw: NDArray[Any]) -> Image | None:
    """Height, width and perhaps channels of the inputs, where their shape says it."""
    if raw.ndim == 2:
        return None
    if raw.ndim == 3:
        return raw.shape[1], raw.shape[2]
    _, channels, height, width = raw.shape
    if width <= MOST_CHANNELS < channels:
        raise DataError(
            f"images must be (examples, channels, height, width); shape {raw.shape} has its channels last: "
            "give numpy.moveaxis(inputs, 3, 1)"
        )
    return (height, width) if channels == 1 else (height, width, channels)


def _targets(said: NDArray[Any]) -> NDArray[np.float32]:
    if said.ndim > 2 or said.size == 0:
        raise DataError(f"targets must be (examples,) or (examples, outputs); got shape {said.shape}")
    return _finite(_numbers(said, "targets").reshape(len(said), -1), said, "targets")


def _classes(said: NDArray[Any], classes: int | None) -> int:
    """How many classes there are. Raises DataError for labels that are none of them."""
    if said.dtype.kind not in "biu":
        raise DataError(f"labels must be integers (classes) or floating-point numbers (targets); got {said.dtype}")
    if said.ndim != 1:
        raise DataError(
            f"labels of classes must be (examples,); got shape {said.shape}: "
            "flatten them, take the argmax of one-hot rows, or cast targets to float32"
        )
    if classes is not None and classes < 2:
        raise DataError(
            f"classes must be at least 2; got {classes}: for targets of a regression give labels as float32"
        )
    lowest, highest = int(said.min()), int(said.max())
    if lowest < 0 or (classes is not None and highest >= classes):
        outside = said < 0 if lowest < 0 else said >= (classes or math.inf)
        first = int(np.argmax(outside))
        allowed = "0 and up" if classes is None else f"0 to {classes - 1}"
        raise DataError(
            f"labels must be {allowed}; got {int(said[first])} at example {first}: count classes from 0, "
            "or leave out examples of none"
        )
    if classes is not None:
        return classes
    return _all_there(said, lowest, highest)


def _all_there(said: NDArray[Any], lowest: int, highest: int) -> int:
    """The number of classes, each of which occurs. Raises DataError where one does not, or there is only one."""
    if lowest == highest:
        raise DataError(f"all labels are {lowest}; there must be at least two classes to tell apart")
    if lowest > 0:
        raise DataError(f"labels run from {lowest} to {highest}; classes are counted from 0: subtract {lowest}")
    there = np.unique(said)
    if len(there) <= highest:
        missing = int(np.argmax(there != np.arange(len(there))))
        raise DataError(
            f"labels go up to {highest} but class {missing} does not occur; give classes={highest + 1} if so it is, "
            "or number them with numpy.unique(labels, return_inverse=True)[1]"
        )
    return highest + 1
