"""Array types of the network side."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Indices = NDArray[np.int64]

Inputs = NDArray[np.float32]
"""Examples (examples, features)."""
Labels = NDArray[np.int64]
"""Classes (examples,), from 0."""
