"""MNIST-1D: ten patterns on a line, stretched, moved and noisy (Greydanus & Kobak 2024, arXiv 2011.14439).

Each digit is a pattern of 12 points, followed by 36 to 60 empty ones and then resampled to 72 points. It is scaled by
0.8 to 1.2 and turned round the line's end by 0 to 47 points. The empty points get smooth noise, all points get a little
white noise and a slope, and 40 points are read off. The data set as a whole has mean 0 and variance 1.
"""

from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel, ConfigDict, Field
from scipy.ndimage import gaussian_filter1d

from nets import draws
from nets.arrays import Floats, Indices
from nets.data.dataset import Dataset

FEATURES, LENGTH, PATTERN = 40, 72, 12
"""Points of an example, of the line that it is read off, and of a pattern."""
_HEIGHTS = (
    (5, 6, 6.5, 6.75, 7, 7, 7, 7, 6.75, 6.5, 6, 5),
    (5, 3, 3, 3.4, 3.8, 4.2, 4.6, 5, 5.4, 5.8, 5, 5),
    (5, 6, 6.5, 6.5, 6, 5.25, 4.75, 4, 3.5, 3.5, 4, 5),
    (5, 6, 6.5, 6.5, 6, 5, 5, 6, 6.5, 6.5, 6, 5),
    (5, 4.4, 3.8, 3.2, 2.6, 2.6, 5, 5, 5, 5, 5, 5),
    (5, 3, 3, 3, 3, 5, 6, 6.5, 6.5, 6, 4.5, 5),
    (5, 4, 3.5, 3.25, 3, 3, 3, 3, 3.25, 3.5, 4, 5),
    (5, 7, 7, 6.6, 6.2, 5.8, 5.4, 5, 4.6, 4.2, 5, 5),
    (5, 4, 3.5, 3.5, 4, 5, 5, 4, 3.5, 3.5, 4, 5),
    (5, 4, 3.5, 3.5, 4, 5, 5, 5, 5, 4.7, 4.3, 5),
)
"""The authors' patterns of the digits 0 to 9 (github.com/greydanus/mnist1d, Apache-2.0)."""
_LEAST_EMPTY, _MOST_EMPTY, _SHIFTS = 36, 60, 48
_SCALES, _SLOPES, _SMOOTH_NOISE, _SMOOTHING, _WHITE_NOISE = 0.4, 0.75, 0.25, 2.0, 0.02
_STREAM = 0x6D6E_3164
"""Stream of the seed that examples are drawn from."""


class Mnist1d(BaseModel):
    """How many examples of MNIST-1D, and which of the possible ones."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    examples: int = Field(default=5000, ge=10, le=1_000_000, description="examples")
    seed: int = Field(default=0, ge=0, description="which examples")

    @property
    def name(self) -> str:
        """What `load` calls it."""
        others = self.model_dump(exclude_defaults=True)
        return "mnist1d" + (":" if others else "") + ",".join(f"{field}={value}" for field, value in others.items())

    def dataset(self) -> Dataset:
        """The examples: by default 5,000, 40 features, 10 classes in turn, so that all are equally frequent.

        Features are float32 with mean 0 and variance 1 over the data set, about -4 to 4: **not in [0, 1]**. Before
        this standardisation an example depends on the seed and its number alone.
        """
        digits = np.arange(self.examples) % len(_HEIGHTS)
        lines = deformed(patterns()[digits], drawn(self))
        inputs = (lines - lines.mean()) / lines.std()
        return Dataset(inputs=inputs.astype(np.float32), labels=digits.astype(np.int64), classes=10, name=self.name)


@dataclass(frozen=True, kw_only=True)
class Deformations:
    """What is done to a pattern to make an example; the first axis of each is (examples,)."""

    empty: Indices
    """(examples,): empty points behind the pattern."""
    scale: Floats
    """(examples,): what heights are multiplied by."""
    shift: Indices
    """(examples,): points by which the line is turned round its end."""
    smooth: Floats
    """(examples, 72): noise to be smoothed."""
    white: Floats
    """(examples, 72): noise to be left as it is."""
    slope: Floats
    """(examples,): fall of the line from its first point to its last."""


def patterns() -> Floats:
    """The ten patterns (10, 12): standard deviation 1/6, first point 0."""
    heights = np.array(_HEIGHTS)
    heights -= heights[:, :1].copy()
    heights /= 6.0 * heights.std(axis=1, keepdims=True)
    return heights


def drawn(spec: Mnist1d) -> Deformations:
    """The deformations of the examples, each from a key of its own."""
    keys = draws.words(draws.keys_of([spec.seed], _STREAM), 0, spec.examples)[0]
    empty, scale, shift, slope = draws.uniform(keys, 0, (4,)).numpy().T
    smooth, white = (draws.normal(keys, step, (LENGTH,)).double().numpy() for step in (1, 2))
    return Deformations(
        empty=_LEAST_EMPTY + (empty * (_MOST_EMPTY - _LEAST_EMPTY + 1)).astype(np.int64),
        scale=1.0 + _SCALES * (scale - 0.5),
        shift=(shift * _SHIFTS).astype(np.int64),
        smooth=_SMOOTH_NOISE * smooth,
        white=_WHITE_NOISE * white,
        slope=_SLOPES * (slope - 0.5),
    )


def deformed(pattern: Floats, by: Deformations) -> Floats:
    """Examples (examples, 40) from patterns (examples, 12)."""
    place = np.linspace(0.0, 1.0, LENGTH) * (PATTERN + by.empty[:, None] - 1)
    turned = np.take_along_axis(place, (np.arange(LENGTH) - by.shift[:, None]) % LENGTH, axis=1)
    shape = by.scale[:, None] * _between(np.pad(pattern, ((0, 0), (0, 2))), np.minimum(turned, PATTERN))
    line = np.where(turned < PATTERN, shape, gaussian_filter1d(by.smooth, _SMOOTHING, axis=1)) + by.white
    line -= by.slope[:, None] * np.linspace(-0.5, 0.5, LENGTH)
    return _between(line, np.broadcast_to(np.linspace(0.0, LENGTH - 1.0, FEATURES), (len(line), FEATURES)))


def _between(lines: Floats, places: Floats) -> Floats:
    """Values (lines, places) read off lines (lines, points) at places (lines, places), linearly between points."""
    left = np.minimum(places.astype(np.int64), lines.shape[1] - 2)
    values = np.take_along_axis(lines, left, axis=1)
    values += (places - left) * (np.take_along_axis(lines, left + 1, axis=1) - values)
    return values
