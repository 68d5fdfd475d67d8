"""Multinomial counts from Poisson numbers: their sum, means and covariances, and the distribution of one kind."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, chisquare, poisson

from sim.engines.multinomial import _poisson, multinomial


@given(st.integers(0, 3000), st.lists(st.floats(1e-9, 1e9), min_size=1, max_size=40), st.integers(0, 2**64 - 1))
def test_the_draws_add_up(size: int, weights: list[float], stream: int) -> None:
    counts = multinomial(size, np.array(weights), np.uint64(stream))
    assert counts.sum() == size
    assert counts.min() >= 0


@pytest.mark.oracle
def test_means_and_covariances_are_multinomial() -> None:
    """``n p`` and ``n (diag(p) - p p')``, also where the sum of Poisson numbers is often beyond the size."""
    weights, size, many = np.array([1.0, 2.0, 40.0, 0.0, 7.0]), 30, 40_000
    drawn = np.array([multinomial(size, weights, np.uint64(i)) for i in range(many)])
    p = weights / weights.sum()
    assert np.all(np.abs(drawn.mean(0) - size * p) <= 4 * np.sqrt(size * p * (1 - p) / many))
    covariance = size * (np.diag(p) - np.outer(p, p))
    assert np.abs(np.cov(drawn.T) - covariance).max() < 5 * covariance.max() * np.sqrt(2 / many)
    assert np.all(drawn[:, 3] == 0)


@pytest.mark.oracle
@pytest.mark.parametrize("share", [0.001, 0.05, 0.6])
def test_one_kind_is_binomial(share: float) -> None:
    size, many = 2000, 20_000
    drawn = np.array([multinomial(size, np.array([share, 1 - share]), np.uint64(i))[0] for i in range(many)])
    agrees(drawn, binom(size, share))


@pytest.mark.oracle
@pytest.mark.parametrize("mean", [0.01, 1.0, 11.9, 12.1, 40.0, 1e5])
def test_poisson_numbers_are_poisson(mean: float) -> None:
    agrees(_poisson(np.full(100_000, mean), np.uint64(3)), poisson(mean))


def agrees(drawn: np.ndarray, distribution: object) -> None:
    """A chi-square test over classes of equal chance, p > 1e-4."""
    edges = np.unique(distribution.ppf(np.linspace(0, 1, 31)[1:-1]))  # type: ignore[attr-defined]
    cumulative = np.concatenate([[0.0], distribution.cdf(edges), [1.0]])  # type: ignore[attr-defined]
    found = np.bincount(np.searchsorted(edges, drawn), minlength=len(edges) + 1)
    expected = np.diff(cumulative) * len(drawn)
    used = expected > 0
    assert found[~used].sum() == 0
    assert chisquare(found[used], expected[used]).pvalue > 1e-4
