"""Array types of the simulator, each with its meaning."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
"""Bit-packed genomes, shape ``(individuals, words)``: locus ``i`` is bit ``i % 64`` of word ``i // 64``."""

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Indices = NDArray[np.int64]

Individuals = NDArray[Any]
"""Individuals of any landscape along the first axis: packed genomes (uint64) or gene networks (float64)."""
