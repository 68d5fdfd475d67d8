"""What a network learns from: inputs with their classes, or with numbers to be predicted."""

import math
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nets.arrays import Inputs

Image = tuple[int, int] | tuple[int, int, int]
"""Height and width of an example, and its channels where it has several."""


class DataError(Exception):
    """A data set is missing, damaged or not what was asked for; the message says which and what to do."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Dataset:
    """Inputs and what is to be said of them.

    Raises DataError for shapes or dtypes that do not fit each other. Values are not looked at: `from_arrays` does.
    """

    inputs: Inputs = field(repr=False)
    """(examples, features), float32. Pixels are in [0, 1]."""
    labels: NDArray[Any] = field(repr=False)
    """Classes: (examples,), int64, 0 .. classes - 1. With ``classes`` 0, targets: (examples, outputs), float32."""
    classes: int
    """Number of classes; 0 where ``labels`` are targets of a regression."""
    image: Image | None = None
    """Height, width and perhaps channels of an example whose features are pixels, in the order of `images`."""
    name: str = ""
    """What `load` calls it."""

    def __post_init__(self) -> None:
        if self.inputs.ndim != 2 or self.inputs.dtype != np.float32:
            raise DataError(f"inputs must be float32 (examples, features); got {_kind(self.inputs)}")
        dimensions, dtype = (1, np.int64) if self.classes else (2, np.float32)
        if self.labels.ndim != dimensions or self.labels.dtype != dtype:
            wanted = "int64 (examples,)" if self.classes else "float32 (examples, outputs), there being no classes"
            raise DataError(f"labels must be {wanted}; got {_kind(self.labels)}")
        if len(self.inputs) != len(self.labels):
            raise DataError(f"there are {len(self.inputs)} inputs but {len(self.labels)} labels; give each input one")
        if self.image is not None and math.prod(self.image) != self.features:
            raise DataError(
                f"an image of {self.image} has {math.prod(self.image)} pixels, not {self.features} features"
            )

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def features(self) -> int:
        """Number of inputs of a network."""
        return int(self.inputs.shape[1])

    @property
    def outputs(self) -> int:
        """Number of outputs of a network: one for each class or each target."""
        return self.classes or int(self.labels.shape[1])

    @property
    def images(self) -> Inputs:
        """The inputs as images (examples, channels, height, width). Raises DataError where they are none."""
        if self.image is None:
            raise DataError(f"{self.name or 'this data set'} has no images; give `image`, the height and width of one")
        height, width, *channels = self.image
        return self.inputs.reshape(len(self), *(channels or [1]), height, width)

    def take(self, which: NDArray[np.int64]) -> "Dataset":
        """The examples of the given indices, in that order."""
        return replace(self, inputs=self.inputs[which], labels=self.labels[which])


def _kind(array: NDArray[Any]) -> str:
    return f"{array.dtype} of shape {array.shape}"
