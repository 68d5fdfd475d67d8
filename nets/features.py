"""What the units of a layer look at, and how sparsely they answer: numbers of filters and of activations.

A filter is the row of incoming weights of one unit. All results are in float64. NumPy arrays on the host, or what
NumPy can read as such; every number of a unit or example depends on its own row or column alone.
"""

import numpy as np
from numpy.typing import ArrayLike

from nets.arrays import Bools, Floats, Indices

_ROUNDING = 8.0 * float(np.finfo(np.float64).eps)


def spread(filters: ArrayLike, shape: tuple[int, int]) -> Floats:
    """How far each filter reaches, (units,), in pixels: the root of the second moment of its squared weights.

    ``filters``: (units, height * width), rows of pixels one after another; ``shape``: (height, width). With masses
    ``m = w**2 / sum(w**2)`` at places ``r`` and their centre ``c = sum(m r)`` it is ``sqrt(sum(m |r - c|**2))``: 0 for
    a single pixel, ``sqrt((n**2 - 1) / 6)`` for an even square of n x n, at most half of the image's diagonal. NaN
    where all weights are 0.

    Raises ValueError for filters that do not fit ``shape`` or are not finite.
    """
    weights = _images(filters, shape).reshape(-1, shape[0] * shape[1])
    mass = _shares((weights / _largest(weights)) ** 2)
    places = np.indices(shape).reshape(2, -1).astype(np.float64)
    centres = (mass[:, None] * places).sum(2)
    distances = ((places[None] - centres[:, :, None]) ** 2).sum(1)
    reach: Floats = np.sqrt((mass * distances).sum(1))
    return reach


def kurtosis(filters: ArrayLike) -> Floats:
    """Excess kurtosis of each filter's weights, (units,): 0 for normal ones, high where few weights stand out.

    ``filters``: (units, features). From -2, two values equally often, to ``features - 5 + 1 / (features - 1)``, one
    weight that differs from all others. NaN where all weights are equal.

    Raises ValueError for fewer than 2 features, and for filters that are not finite.
    """
    centred = _centred(_matrix(filters, "filters"))
    second = (centred**2).mean(1)
    excess: Floats = (centred**4).mean(1) / second**2 - 3.0
    return excess


def moran(filters: ArrayLike, shape: tuple[int, int], where: Bools | None = None) -> Floats:
    """Moran's I of each filter, (units,): how alike weights of neighbouring pixels are (Moran 1950).

    ``filters`` and ``shape`` as for `spread`; neighbours share an edge. With ``z`` the weights less their mean, it is
    the mean of ``z z'`` over pairs of neighbours in units of the mean of ``z**2``: -1 for a chequerboard, near
    ``-1 / (pixels - 1)`` for noise, near 1 for smooth fields. ``where``: (features,), the pixels that count; by default
    all. NaN where all weights are equal.

    Raises ValueError for filters that do not fit ``shape`` or are not finite, and where no neighbours count.
    """
    images = _images(filters, shape)
    counts = np.ones(shape, dtype=np.bool_) if where is None else np.asarray(where, dtype=np.bool_).reshape(shape)
    down, right = counts[1:] & counts[:-1], counts[:, 1:] & counts[:, :-1]
    pairs = int(down.sum() + right.sum())
    if pairs == 0:
        raise ValueError(f"shape and where must leave two neighbouring pixels; got {shape} with {int(counts.sum())}")
    centred = np.zeros_like(images)
    centred[:, counts] = _centred(np.ascontiguousarray(images[:, counts]))
    vertical = (centred[:, 1:] * centred[:, :-1] * down).sum((1, 2))
    horizontal = (centred[:, :, 1:] * centred[:, :, :-1] * right).sum((1, 2))
    likeness: Floats = (vertical + horizontal) / pairs / ((centred**2).sum((1, 2)) / counts.sum())
    return likeness


def hoyer(filters: ArrayLike) -> Floats:
    """Sparsity of each row of ``filters`` (units, features), (units,) (Hoyer 2004).

    ``(sqrt(n) - L1 / L2) / (sqrt(n) - 1)``: 0 where all weights are equally large, 1 where only one is not 0. NaN where
    all are 0.

    Raises ValueError for fewer than 2 features, and for filters that are not finite.
    """
    weights = _matrix(filters, "filters")
    weights = np.abs(weights / _largest(weights))
    root = np.sqrt(weights.shape[1])
    ratio = weights.sum(1) / np.sqrt((weights**2).sum(1))
    sparsity: Floats = np.clip((root - ratio) / (root - 1.0), 0.0, 1.0)
    return sparsity


def localisation_order(filters: ArrayLike, shape: tuple[int, int] | None = None) -> Indices:
    """Units from the most localised filter to the least, (units,): by `spread`, then by number.

    Without a ``shape`` inputs have no places, and the sparsest by `hoyer` come first. Filters of zeros are last.
    """
    keys = -hoyer(filters) if shape is None else spread(filters, shape)
    return np.argsort(keys, kind="stable").astype(np.int64, copy=False)


def zero_share(activations: ArrayLike) -> Floats:
    """Share of examples on which each unit is exactly 0, (units,), of activations (examples, units)."""
    return np.asarray((_matrix(activations, "activations") == 0.0).mean(0))


def dead(activations: ArrayLike) -> Bools:
    """Units, (units,), that are 0 on every example of activations (examples, units)."""
    return np.asarray((_matrix(activations, "activations") == 0.0).all(0))


def lifetime_sparseness(activations: ArrayLike) -> Floats:
    """How selective each unit is, (units,): 0 where all examples move it alike, 1 where only one does.

    ``(1 - a) / (1 - 1 / n)`` with ``a = mean(|r|)**2 / mean(r**2)`` over the n examples of activations (examples,
    units): Treves & Rolls (1991), turned and scaled by Vinje & Gallant (2000). NaN for dead units.

    Raises ValueError for fewer than 2 examples, and for activations that are not finite.
    """
    return _sparseness(_matrix(np.asarray(activations).T, "activations"))


def population_sparseness(activations: ArrayLike) -> Floats:
    """How few units answer to each example, (examples,): 0 where all answer alike, 1 where only one does.

    As `lifetime_sparseness`, over the units of activations (examples, units). NaN for examples that nothing answers to.

    Raises ValueError for fewer than 2 units, and for activations that are not finite.
    """
    return _sparseness(_matrix(activations, "activations"))


def gini(values: ArrayLike) -> float:
    """How unequally units share the work: the Gini coefficient of ``values`` (n,), none negative.

    Half of the mean difference of two values, in units of their mean: 0 for equal ones, ``1 - 1 / n`` where one has
    all. NaN where all are 0.

    Raises ValueError where a value is negative or not finite.
    """
    sizes = np.sort(np.asarray(values, dtype=np.float64))
    if sizes.ndim != 1 or len(sizes) == 0 or not np.all(np.isfinite(sizes)) or sizes[0] < 0.0:
        raise ValueError("values must be one row of finite numbers, none negative; take their magnitudes")
    if sizes[-1] == 0.0:
        return float("nan")
    n = len(sizes)
    weights = 2.0 * np.arange(1, n + 1) - n - 1
    return float(weights @ sizes / (n * sizes.sum()))


def histogram(values: ArrayLike, edges: Floats) -> Floats:
    """Shares of ``values`` (any shape) between neighbouring ``edges`` (bins + 1,), (bins,); they add up to 1.

    What lies beyond the edges counts in the first or last bin.
    """
    inside = np.clip(np.asarray(values, dtype=np.float64).ravel(), edges[0], edges[-1])
    counts: Floats = np.histogram(inside, edges)[0].astype(np.float64)
    return counts / max(1, inside.size)


def _sparseness(responses: Floats) -> Floats:
    """Of each row."""
    sizes = np.abs(responses / _largest(responses))
    treves_rolls = sizes.mean(1) ** 2 / (sizes**2).mean(1)
    sparseness: Floats = np.clip((1.0 - treves_rolls) / (1.0 - 1.0 / sizes.shape[1]), 0.0, 1.0)
    return sparseness


def _matrix(values: ArrayLike, name: str) -> Floats:
    """``values`` as finite float64 in two dimensions, the last of at least 2."""
    matrix = np.ascontiguousarray(values, dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[1] < 2 or len(matrix) == 0:
        raise ValueError(f"{name} must be a matrix with at least 2 numbers a row; got shape {matrix.shape}")
    if not np.all(np.isfinite(matrix)):
        raise ValueError(f"{name} must be finite; leave out networks that diverged")
    return matrix


def _images(filters: ArrayLike, shape: tuple[int, int]) -> Floats:
    """(units, height, width)."""
    matrix = _matrix(filters, "filters")
    if matrix.shape[1] != shape[0] * shape[1]:
        raise ValueError(
            f"filters of {matrix.shape[1]} inputs make no image of {shape[0]} x {shape[1]}; "
            "give the (height, width) of the inputs"
        )
    return matrix.reshape(-1, *shape)


def _largest(rows: Floats) -> Floats:
    """The largest magnitude of each row, (rows, 1), by which squares neither overflow nor vanish; NaN for zeros."""
    largest = np.abs(rows).max(1, keepdims=True)
    return np.where(largest > 0.0, largest, np.nan)


def _shares(masses: Floats) -> Floats:
    """Each row in units of its sum."""
    total: Floats = masses.sum(1, keepdims=True)
    return masses / total


def _centred(rows: Floats) -> Floats:
    """Each row less its mean, in units of its largest magnitude; NaN for rows that are constant but for rounding."""
    scaled = rows / _largest(rows)
    centred = scaled - scaled.mean(1, keepdims=True)
    varies = np.abs(centred).max(1, keepdims=True) > _ROUNDING * np.sqrt(rows.shape[1])
    return np.where(varies, centred, np.nan)
