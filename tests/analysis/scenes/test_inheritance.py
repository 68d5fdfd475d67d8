"""What the scene on inheritance expects, beside plain sums."""

from itertools import product

import numpy as np
import pytest

from analysis.scenes.growing.inheritance import children, disequilibria, variance_of_share
from sim import Recombination

RATES = np.array([0.1, 0.5, 0.03])


@pytest.mark.oracle
def test_the_variance_of_a_share_is_that_over_all_ways_to_recombine() -> None:
    shares, chances = [], []
    for switched in product((0, 1), repeat=3):
        mothers_own = np.cumsum([0, *switched]) % 2
        chance = np.prod(np.where(switched, RATES, 1.0 - RATES)) / 2.0
        for alleles in (mothers_own, 1 - mothers_own):
            shares.append(alleles.mean())
            chances.append(chance)
    expected = np.dot(chances, np.square(shares)) - np.dot(chances, shares) ** 2
    assert variance_of_share(Recombination(RATES)) == pytest.approx(expected)


def test_a_clone_has_all_of_its_mothers_alleles() -> None:
    assert children(None, 70, 3, seed=1).all()


@pytest.mark.oracle
def test_disequilibrium_is_a_covariance() -> None:
    frequencies = np.random.default_rng(1).dirichlet(np.ones(8))
    alleles = np.array(list(product((0, 1), repeat=3)))[:, ::-1]
    assert disequilibria(frequencies) == pytest.approx(np.cov(alleles.T, aweights=frequencies, ddof=0))
