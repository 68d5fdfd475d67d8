"""Standard errors of what one game's masks say: a grouped jackknife."""

import numpy as np

from analysis.arrays import Floats

GROUPS = 16
"""Groups of masks that are left out one at a time."""
T_GROUPS = 2.131
"""Reach of a 95 % interval in standard errors: Student's t with 15 degrees of freedom."""


def jackknife_error(left_out: Floats) -> Floats:
    """Standard error (...) from estimates (groups, ...) that each leave one group out (Efron & Stein 1981)."""
    groups = len(left_out)
    error: Floats = np.sqrt((groups - 1) / groups * np.sum((left_out - left_out.mean(0)) ** 2, axis=0))
    return error
