"""Relatives and predictors of the scene on the noise operator, beside plain enumeration."""

import numpy as np
import pytest

from analysis.scenes.growing.operator import crossed, deployed, expected_relatives

N = 3
GENOTYPES = np.arange(2**N)
VALUES = np.random.default_rng(1).standard_normal(2**N)


def child(mother: int) -> float:
    """Over all masks and all mates."""
    return float(np.mean([VALUES[(mother & mask) | (GENOTYPES & ~mask)] for mask in GENOTYPES]))


@pytest.mark.oracle
def test_children_are_worth_what_all_masks_and_mates_say() -> None:
    expected = [child(genotype) for genotype in range(2**N)]
    assert expected_relatives(VALUES)["1/2"] == pytest.approx(expected)


@pytest.mark.oracle
def test_two_kinds_of_parents_mix_half_and_half() -> None:
    ones, zeros = np.eye(4)[3], np.eye(4)[0]
    assert crossed(ones, zeros) == pytest.approx([0.25] * 4)
    assert crossed(ones, ones) == pytest.approx(ones.tolist())


@pytest.mark.oracle
def test_a_predictor_of_one_input_shrinks_its_weight() -> None:
    assert deployed(np.array([1.0, 3.0]), 0.8) == pytest.approx([2.0 - 0.8, 2.0 + 0.8])
    assert deployed(np.array([1.0, 3.0]), 0.8, absent=-1.0) == pytest.approx([1.0 + 2.0 / 6.0, 3.0])
