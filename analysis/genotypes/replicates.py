"""Rows of the same genotype put together."""

import numpy as np
from numpy.typing import NDArray

from analysis.arrays import Bools, Floats

_LEAST_FREEDOM = 8
"""Degrees of freedom below which replicate rows do not tell the error."""


def in_genotype_order(genotypes: Bools) -> NDArray[np.intp]:
    """(rows,): the order of rows (rows, n) read as binary numbers, bit ``i`` being element ``i``; ties as they come."""
    order: NDArray[np.intp] = np.lexsort(np.packbits(genotypes, axis=1, bitorder="little").T)
    return order


def first_of_each(genotypes: Bools) -> Bools:
    """(rows,): whether a row (rows, n), in genotype order, differs from the row before."""
    return np.append(True, (genotypes[1:] != genotypes[:-1]).any(axis=1))


def average(genotypes: Bools, phenotype: Floats, error: Floats | None) -> tuple[Bools, Floats, Floats | None, str]:
    """One row a genotype, in genotype order: genotypes, means, standard errors of the means, and what was done.

    Errors of ``m`` rows combine as ``sqrt(sum error**2) / m``. Without errors, the standard deviation is pooled over
    all genotypes with several rows, and the error is it over ``sqrt(m)``; None where 8 degrees of freedom are missing.
    """
    # Equal genotypes are ordered by their values, so that sums do not depend on the order of the file.
    by_value = np.lexsort((phenotype,) if error is None else (error, phenotype))
    order = by_value[in_genotype_order(genotypes[by_value])]
    first = first_of_each(genotypes[order])
    group = np.cumsum(first) - 1
    count = np.bincount(group).astype(np.float64)
    mean = np.bincount(group, phenotype[order]) / count
    freedom = len(order) - len(count)
    said = f"{len(order):,} rows averaged to {len(count):,} genotypes"
    if error is not None:
        combined: Floats | None = np.sqrt(np.bincount(group, error[order] ** 2)) / count
        said += ", their errors combined"
    elif freedom >= _LEAST_FREEDOM:
        pooled = np.sqrt(np.sum((phenotype[order] - mean[group]) ** 2) / freedom)
        combined = pooled / np.sqrt(count)
        said += f"; errors from the standard deviation between rows of one genotype, {freedom:,} degrees of freedom"
    else:
        combined = None
    return genotypes[order][first], mean, combined, said
