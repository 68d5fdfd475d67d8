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
    covariance: Floats
    """(n, n): ``D_ij``, sample covariance; of alleles coded 0 and 1, the coefficient of linkage disequilibrium."""
    mean_squared: float
    """Mean of ``r**2`` off the diagonal, less ``1 / (observations - 1)``, which independence would give."""
    effective_number: float
    """Participation ratio ``(sum l)**2 / sum l**2`` of the covariance's eigenvalues: from 1, all vary as one, to n."""
    effective_rank: float
    """``exp(H)``, H the entropy of the covariance's eigenvalues as shares (Roy & Vetterli 2007): from 1 to n; small
    eigenvalues count for more than in the participation ratio."""
    reason: str
    """Why the three numbers are undefined (NaN), or empty."""


def association(observations: Floats) -> Association:
    """Measure a matrix (observations, n): individuals by loci, or inputs by units.

    Raises ValueError for fewer than 3 observations, and where one is not finite.
    """
    count, n = observations.shape
    if count < 3:
        raise ValueError(f"association needs at least 3 observations; got {count}")
    centred = observations - observations.mean(0)
    covariance = centred.T @ centred / (count - 1)
    spread = np.sqrt(np.diag(covariance))
    largest = np.abs(observations).max(0)
    if not np.all(np.isfinite(largest)):
        raise ValueError(f"observations must be finite; element {int(np.argmax(~np.isfinite(largest)))} is not")
    varying = spread > 8.0 * np.finfo(centred.dtype).eps * np.sqrt(count) * largest
    correlation = np.full((n, n), np.nan)
    kept = np.ix_(varying, varying)
    correlation[kept] = covariance[kept] / np.outer(spread[varying], spread[varying])
    if varying.sum() < 2:
        return Association(
            correlation=correlation,
            covariance=covariance,
            varying=varying,
            mean_squared=float("nan"),
            effective_number=float("nan"),
            effective_rank=float("nan"),
            reason=f"only {varying.sum()} of {n} elements vary",
        )
    eigenvalues = np.maximum(np.linalg.eigvalsh(covariance[kept]), 0.0)
    shares = eigenvalues[eigenvalues > 0.0] / eigenvalues.sum()
    squares = correlation[kept][~np.eye(varying.sum(), dtype=np.bool_)] ** 2
    return Association(
        correlation=correlation,
        covariance=covariance,
        varying=varying,
        mean_squared=float(squares.mean() - 1.0 / (count - 1)),
        effective_number=float(1.0 / np.sum(shares**2)),
        effective_rank=float(np.exp(-np.sum(shares * np.log(shares)))),
        reason="",
    )


def linkage(alleles: Bools) -> Floats:
    """Lewontin's ``D'`` (n, n) of loci with two alleles, from individuals by loci (individuals, n).

    ``D' = D / D_max``, where ``D_max`` is the largest ``|D|`` that the allele frequencies allow, given its sign
    (Lewontin 1964): from -1 to 1, where at least one of four gametes is missing. NaN for fixed loci.
    """
    frequency = alleles.mean(0)
    disequilibrium = alleles.T @ alleles.astype(np.float64) / len(alleles) - np.outer(frequency, frequency)
    both, neither = np.outer(frequency, 1.0 - frequency), np.outer(1.0 - frequency, frequency)
    against = np.outer(frequency, frequency), np.outer(1.0 - frequency, 1.0 - frequency)
    most = np.where(disequilibrium > 0.0, np.minimum(both, neither), np.minimum(*against))
    fixed = (frequency == 0.0) | (frequency == 1.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        relative: Floats = disequilibrium / most
    relative[fixed] = relative[:, fixed] = np.nan
    return relative
