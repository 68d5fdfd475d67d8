"""Synergy and redundancy mass: what noise does not add, what weak interactions do not lose."""

import numpy as np
import pytest

from analysis import interaction_spectrum, sample, spectrum
from analysis.measures.masses import deconvolved_masses, exact_masses
from tests.strategies import Masks, Values


@pytest.mark.oracle
def test_masses_without_error_are_sums() -> None:
    found = deconvolved_masses(np.array([2.0, -1.0, 0.5, 0.0]), 0.0)
    assert found.values.tolist() == [2.5, 1.0]
    assert deconvolved_masses(np.empty(0), 0.0).values.tolist() == [0.0, 0.0]


@pytest.mark.parametrize("spread", [1.0, 1.5, 3.0])
def test_masses_of_normal_interactions_are_found_again(spread: float) -> None:
    """Interactions N(0, spread**2) seen with error 1: at spread 1 a naive sum is 40 % too large."""
    rng = np.random.default_rng(1)
    truth = spread * rng.standard_normal(8128)
    seen = truth + rng.standard_normal(truth.size)
    found = deconvolved_masses(seen, 1.0).values
    assert found == pytest.approx(exact_masses(truth), rel=0.2)
    assert exact_masses(seen)[0] > 1.04 * exact_masses(truth)[0]


def test_noise_adds_nearly_no_mass() -> None:
    """Of pairs that do not interact, less than a twentieth of what a naive sum would count is left."""
    found, naive = np.zeros(2), np.zeros(2)
    for seed in range(20):
        noise = np.random.default_rng(seed).standard_normal(2000)
        found += deconvolved_masses(noise, 1.0).values
        naive += exact_masses(noise)
    assert np.all(found < 0.05 * naive)


def test_a_few_strong_pairs_among_many_that_do_not_interact() -> None:
    rng = np.random.default_rng(2)
    truth = np.zeros(5000)
    truth[:40], truth[40:60] = 6.0, -20.0
    found = deconvolved_masses(truth + rng.standard_normal(truth.size), 1.0).values
    assert found == pytest.approx([240, 400], rel=0.15)


def test_more_masks_do_not_move_the_masses_as_they_move_a_naive_sum() -> None:
    n = 64
    pairs = np.triu(np.random.default_rng(0).standard_normal((n, n)), 1)

    def game(masks: Masks) -> Values:
        values: Values = np.einsum("mi,ij,mj->m", masks, pairs, masks, optimize=True)
        return values

    truth = exact_masses(pairs[np.triu_indices(n, 1)])
    few, many = (interaction_spectrum(game, n, samples=samples, seed=1) for samples in (4096, 32768))
    assert many.masses == pytest.approx(truth, rel=0.1)
    assert few.masses == pytest.approx(many.masses, rel=0.3)
    naive = exact_masses(few.interaction[np.triu_indices(n, 1)])
    assert np.all(naive > 1.3 * truth)


def test_masses_carry_an_error_of_the_right_size() -> None:
    def game(masks: Masks) -> Values:
        values: Values = masks.reshape(len(masks), 8, 3).all(2).sum(1).astype(float)
        return values

    found = [interaction_spectrum(game, 24, samples=4096, seed=seed) for seed in range(40)]
    spread = np.std([f.masses for f in found], axis=0, ddof=1)
    claimed = np.mean([f.masses_error for f in found], axis=0)
    assert np.all((claimed > 0.6 * spread) & (claimed < 1.7 * spread))
    assert np.mean([f.synergy for f in found]) == pytest.approx(12, rel=0.1)
    assert np.mean([f.redundancy for f in found]) < 0.1 * 12


def test_masses_of_pairs_that_are_all_clear_are_their_sums() -> None:
    """None is left to be deconvolved; once NaN."""
    assert deconvolved_masses(np.array([100.0, -50.0]), 1.0).values.tolist() == [100.0, 50.0]
    some = deconvolved_masses(np.array([100.0, -50.0, 0.3]), 1.0, deconvolved_masses(np.array([100.0, -50.0]), 1.0))
    assert np.isfinite(some.values).all()
    design = sample(3, 1024, np.random.default_rng(0))
    found = spectrum(design, np.all(design.masks, axis=1).astype(np.float64))
    assert found.masses == pytest.approx([1.5, 0.0], abs=0.2)
    assert np.isfinite(found.masses_error).all()
