"""Any map-style data set of torch as a data set of this engine."""

from collections.abc import Sized
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import DataLoader, IterableDataset

from nets.data.checked import from_arrays
from nets.data.dataset import DataError, Dataset, Image


def from_torch(
    dataset: torch.utils.data.Dataset[Any],
    *,
    classes: int | None = None,
    image: Image | None = None,
    name: str = "torch",
) -> Dataset:
    """Every item ``(input, label)`` of a map-style data set, in its order, held in memory.

    Inputs and labels may be tensors on any device, arrays or plain numbers; they are judged as by `from_arrays`, which
    also says what ``classes`` and ``image`` are. Each item is asked for once: random transforms are frozen as they
    fall, and should be left out.

    Raises DataError for a loader or a stream, for items that are no such pairs or differ in shape, and as
    `from_arrays` does.
    """
    if isinstance(dataset, DataLoader):
        raise DataError("a DataLoader has an order and batches of its own; give the data set in it, loader.dataset")
    if isinstance(dataset, IterableDataset) or not isinstance(dataset, Sized):
        raise DataError(
            "a data set with a length is needed; collect the items of a stream and give them to from_arrays"
        )
    count = len(dataset)
    if count == 0:
        raise DataError("the data set is empty; give at least one example")
    first = _pair(dataset[0], 0)
    inputs, labels = (np.empty((count, *part.shape), dtype=part.dtype) for part in first)
    for i in range(count):
        for whole, part, what in zip((inputs, labels), _pair(dataset[i], i) if i else first, _PARTS, strict=True):
            if part.shape != whole.shape[1:] or part.dtype != whole.dtype:
                raise DataError(
                    f"all items must be alike; the {what} of item {i} is {part.dtype} of shape {part.shape}, "
                    f"that of item 0 {whole.dtype} of shape {whole.shape[1:]}: resize or cast them in a transform"
                )
            whole[i] = part
    return from_arrays(inputs, labels, classes=classes, image=image, name=name)


_PARTS = ("input", "label")


def _pair(item: Any, i: int) -> tuple[NDArray[Any], NDArray[Any]]:
    if not isinstance(item, tuple | list) or len(item) != len(_PARTS):
        kind = f"{len(item)} things" if isinstance(item, tuple | list) else type(item).__name__
        raise DataError(f"each item must be a pair (input, label); item {i} is {kind}: wrap the data set")
    return _array(item[0]), _array(item[1])


def _array(value: Any) -> NDArray[Any]:
    if not isinstance(value, torch.Tensor):
        return np.asarray(value)
    narrow = value.is_floating_point() and value.dtype not in {torch.float32, torch.float64}
    tensor = value.detach().cpu()
    return np.asarray((tensor.float() if narrow else tensor).numpy())
