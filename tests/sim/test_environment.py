"""Environments: what changes when, as a function of the seed and the generation alone."""

import numpy as np
import pytest

from sim import Alternation, BlockLandscape, MovingTarget, Shifted, Static
from sim.landscape import GenomeLandscape

BASE = BlockLandscape.conspiracies([5] * 4)


def flips(environment: MovingTarget, generation: int) -> int:
    landscape = environment.at(generation)
    return int(np.bitwise_count(landscape.flips).sum()) if isinstance(landscape, Shifted) else 0


def test_a_static_environment_never_changes() -> None:
    assert all(Static(BASE).at(t) is BASE for t in (0, 5, 1000))


@pytest.mark.parametrize("movement", ["abrupt", "walk"])
def test_the_way_there_does_not_matter(movement: str) -> None:
    """Asked in any order, from any generation on, the landscape of a generation is the same."""
    first, second = (
        MovingTarget(landscape=BASE, every=3, loci=2, movement=movement, seed=7)  # type: ignore[arg-type]
        for _ in range(2)
    )
    genomes = BASE.random_individuals(30, 1)
    straight = [first.at(t).log_fitness(genomes) for t in range(30)]
    for t in (29, 3, 17, 17, 0, 28):
        assert np.array_equal(second.at(t).log_fitness(genomes), straight[t])


def test_an_abrupt_target_turns_so_many_loci_every_so_often() -> None:
    environment = MovingTarget(landscape=BASE, every=10, loci=3, seed=1)
    assert [flips(environment, t) for t in (0, 9, 10, 19)] == [0, 0, 3, 3]
    assert environment.at(12) is environment.at(19)
    assert environment.at(19) is not environment.at(20)


@pytest.mark.oracle
def test_a_walking_target_has_the_same_mean_pace() -> None:
    """Each of k chances of 1/T a generation: k/T turned loci a generation on average."""
    base = BlockLandscape.count(5000)
    turned = [
        flips(MovingTarget(landscape=base, every=5, loci=2, movement="walk", seed=seed), 50) for seed in range(200)
    ]
    assert abs(np.mean(turned) - 20) < 4 * np.sqrt(2 * 50 * 0.2 * 0.8 / 200) + 0.1


def test_alternation_takes_turns() -> None:
    other: GenomeLandscape = Shifted.of(BASE, np.ones(20, dtype=np.bool_))
    environment = Alternation(first=BASE, second=other, every=4)
    assert [environment.at(t) is BASE for t in (0, 3, 4, 7, 8)] == [True, True, False, False, True]
