"""Least squares on elements, alone and in pairs: what an additive model predicts, in and out of sample."""

from collections.abc import Callable, Iterator

import numpy as np

from analysis.arrays import Bools, Floats
from analysis.streams import generator_for

MOST_TERMS = 1000
"""Terms up to which a model is fitted."""
_FOLDS = 10
_BLOCK = 65_536
_ROWS_PER_TERM = 2
_RIDGE = 1e-10

Features = Callable[[Bools], Floats]
"""Genotypes (rows, n) to features (rows, terms)."""


def singles(genotypes: Bools) -> Floats:
    """A constant and each element as -1 or 1: (rows, 1 + n)."""
    features: Floats = np.column_stack([np.ones(len(genotypes)), 2.0 * genotypes - 1.0])
    return features


def pairs(genotypes: Bools) -> Floats:
    """`singles` and their products: (rows, 1 + n + n (n - 1) / 2)."""
    x = singles(genotypes)
    i, j = np.triu_indices(genotypes.shape[1], 1)
    features: Floats = np.column_stack([x, x[:, 1 + i] * x[:, 1 + j]])
    return features


def additive_prediction(genotypes: Bools, values: Floats) -> Floats:
    """(rows,): the values that elements on their own explain, by least squares."""
    gram, moment = np.zeros((genotypes.shape[1] + 1,) * 2), np.zeros(genotypes.shape[1] + 1)
    for x, block in _blocks(genotypes, singles):
        gram += x.T @ x
        moment += values[block] @ x
    weights = _solve(gram, moment)
    return np.concatenate([x @ weights for x, _ in _blocks(genotypes, singles)])


def out_of_sample(genotypes: Bools, values: Floats, features: Features, terms: int) -> tuple[float, str]:
    """Cross-validated R squared of a least-squares model, in ten folds, and why it is undefined (NaN) or nothing.

    1 less the squared error over that of the mean of the other folds: at most 1, below 0 for a model worse than the
    mean. The folds depend on the number of rows and on their order alone.
    """
    rows = len(values)
    if terms > MOST_TERMS:
        return np.nan, f"{terms:,} terms are more than the {MOST_TERMS:,} that are fitted"
    if rows < _ROWS_PER_TERM * terms or rows < _FOLDS:
        return np.nan, f"{rows:,} rows are too few for {terms:,} terms"
    fold = generator_for(0, "genotypes", "folds", rows).permutation(np.arange(rows) % _FOLDS)
    grams, moments = np.zeros((_FOLDS, terms, terms)), np.zeros((_FOLDS, terms))
    for k in range(_FOLDS):
        for x, block in _blocks(genotypes[fold == k], features):
            grams[k] += x.T @ x
            moments[k] += values[fold == k][block] @ x
    error = baseline = 0.0
    gram, moment = grams.sum(0), moments.sum(0)
    for k in range(_FOLDS):
        weights = _solve(gram - grams[k], moment - moments[k])
        held, mean = values[fold == k], values[fold != k].mean()
        for x, block in _blocks(genotypes[fold == k], features):
            error += float(np.sum((held[block] - x @ weights) ** 2))
        baseline += float(np.sum((held - mean) ** 2))
    return (1.0 - error / baseline, "") if baseline > 0.0 else (np.nan, "the phenotype does not vary")


def _blocks(genotypes: Bools, features: Features) -> Iterator[tuple[Floats, slice]]:
    """Features of a block of rows at a time, so that they need not all be in memory."""
    for start in range(0, len(genotypes), _BLOCK):
        block = slice(start, start + _BLOCK)
        yield features(genotypes[block]), block


def _solve(gram: Floats, moment: Floats) -> Floats:
    """Weights from the normal equations, with a ridge of rounding's size for terms that always go together."""
    ridge = _RIDGE * float(np.trace(gram)) / len(gram)
    return np.asarray(np.linalg.solve(gram + ridge * np.eye(len(gram)), moment), dtype=np.float64)
