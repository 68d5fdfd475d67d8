"""Whether what looks like interaction is the curvature of the scale on which the phenotype is given."""

from dataclasses import dataclass

import numpy as np
from scipy.special import fdtrc

from analysis.arrays import Bools, Floats
from analysis.genotypes.regression import additive_prediction

_SUSPICIOUS_SPAN = 10.0
_GOOD_PART = 0.25
"""Share of what additivity leaves that the square must explain."""
_REMOVED = 0.5
"""Share of that which another scale must remove."""
_LEAST_LEFT = 0.01
"""Share of the variance that additivity must leave for its curvature to matter."""
_LEVEL = 0.01
_ROUNDING = 1e-12
_LARGEST_EXPONENT = 30.0


@dataclass(frozen=True, kw_only=True)
class Curvature:
    """What the square of the additive prediction explains."""

    left: float
    """Share of the variance that additivity leaves."""
    explained: float
    """Share of `left` that the square explains."""
    p_value: float
    """F test of the square."""
    convex: bool


def curvature(genotypes: Bools, values: Floats) -> Curvature:
    """Regress values (rows,) on the additive prediction and on its square (Tukey 1949: one degree of freedom).

    >>> genotypes = np.array([[a, b] for a in (False, True) for b in (False, True)])
    >>> found = curvature(genotypes, np.array([1.0, 10.0, 10.0, 100.0]))
    >>> round(found.left, 2), round(found.explained, 2), found.convex
    (0.25, 1.0, True)
    """
    spread = float(np.std(values))
    standard = (values - values.mean()) / (spread or 1.0)
    prediction = additive_prediction(genotypes, standard)
    residual = standard - prediction
    left = float(residual @ residual)
    line = np.column_stack([np.ones(len(values)), prediction])
    square = prediction**2
    square -= line @ np.linalg.lstsq(line, square, rcond=None)[0]
    size = float(square @ square)
    if min(left, size) <= _ROUNDING * len(values):
        return Curvature(left=left / len(values), explained=0.0, p_value=1.0, convex=False)
    explained = float(square @ residual) ** 2 / size / left
    freedom = len(values) - genotypes.shape[1] - 2
    ratio = explained / max(1.0 - explained, 1e-300) * freedom
    return Curvature(
        left=left / len(values),
        explained=explained,
        p_value=float(fdtrc(1.0, freedom, ratio)) if freedom > 0 else 1.0,
        convex=bool(square @ residual > 0.0),
    )


def doubtful_scale(genotypes: Bools, values: Floats, *, log: bool) -> tuple[str, str] | None:
    """A kind and a sentence where another scale would leave much less interaction; None where nothing is doubtful.

    ``log``: the values are logarithms already.
    """
    found = curvature(genotypes, values)
    bent = found.left >= _LEAST_LEFT and found.explained >= _GOOD_PART and found.p_value < _LEVEL
    positive = bool(values.min() > 0.0)
    if bent and found.convex and positive and not log and _straightens(found, genotypes, np.log(values)):
        return "curvature", "part of the epistasis on this scale is curvature of the scale: try --log"
    exponents = values - values.max()
    if bent and not found.convex and exponents.min() > -_LARGEST_EXPONENT:
        if log and _straightens(found, genotypes, np.exp(exponents)):
            return "curvature", "part of the epistasis on this scale comes from the logarithm: leave --log away"
        if not log and _straightens(found, genotypes, np.exp(exponents)):
            mend = "if these are logarithms, their exponentials would be more nearly additive"
            return "curvature", f"part of the epistasis on this scale is curvature of the scale: {mend}"
    span = float(values.max() / values.min()) if positive and not log else 1.0
    if span > _SUSPICIOUS_SPAN:
        return "span", f"the phenotype spans {span:,.0f}-fold, so epistasis depends on the scale: compare with --log"
    return None


def _straightens(found: Curvature, genotypes: Bools, values: Floats) -> bool:
    """Whether these values leave less to interactions, by most of what the curvature explained."""
    return found.left - curvature(genotypes, values).left >= _REMOVED * found.explained * found.left
