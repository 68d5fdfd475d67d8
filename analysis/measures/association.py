"""Association of elements over observations: linkage disequilibrium of loci, correlation of activations."""

from dataclasses import dataclass

import numpy as np

from analysis.arrays import Bools, Floats


@dataclass(frozen=True, kw_only=True)
class Association:
    """How elements vary together."""

    correlation: Floats
    """(n, n): ``r_ij``; NaN in the rows and columns of constant elements."""
    varying: Bools
    """(n,): False where an element is constant (a fixed locus, a dead unit); such elements are left out below."""
    mean_squared: float
    """Mean of ``r**2`` off the diagonal, less ``1 / (observations - 1)``, which independence would give."""
    effective_number: float
    """Participation ratio ``(sum l)**2 / sum l**2`` of the covariance's eigenvalues: from 1, all vary as one, to n."""
    reason: str
    """Why the two numbers are undefined (NaN), or empty."""


def association(observations: Floats) -> Association:
    """Measure a matrix (observations, n): individuals by loci, or inputs by units.

    Raises ValueError for fewer than 3 observations.
    """
    count, n = observations.shape
    if count < 3:
        raise ValueError(f"association needs at least 3 observations; got {count}")
    centred = observations - observations.mean(0)
    covariance = centred.T @ centred / (count - 1)
    spread = np.sqrt(np.diag(covariance))
    varying = spread > 1e-9 * np.maximum(1.0, np.abs(observations).max(0))
    correlation = np.full((n, n), np.nan)
    kept = np.ix_(varying, varying)
    correlation[kept] = covariance[kept] / np.outer(spread[varying], spread[varying])
    if varying.sum() < 2:
        return Association(
            correlation=correlation,
            varying=varying,
            mean_squared=float("nan"),
            effective_number=float("nan"),
            reason=f"only {varying.sum()} of {n} elements vary",
        )
    squares = correlation[kept][~np.eye(varying.sum(), dtype=np.bool_)] ** 2
    # sum l = trace and sum l**2 = squared Frobenius norm, so no eigenvalue need be computed
    trace, frobenius = np.trace(covariance[kept]), np.sum(covariance[kept] ** 2)
    return Association(
        correlation=correlation,
        varying=varying,
        mean_squared=float(squares.mean() - 1.0 / (count - 1)),
        effective_number=float(trace**2 / frobenius),
        reason="",
    )
