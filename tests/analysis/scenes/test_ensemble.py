"""Thinned networks trained alone or as an average: what must be the same."""

import pytest
import torch

from analysis.scenes.growing.ensemble import Descent, descended
from analysis.scenes.growing.networks import part_of
from nets.data import Split


@pytest.fixture(scope="module")
def data() -> Split:
    return part_of("digits", 60, 1, "test")


def trained(data: Split, members: int, *, together: bool, drop_prob: float = 0.5) -> list[torch.Tensor]:
    how = Descent(width=7, drop_prob=drop_prob, members=members, together=together, epochs=3, seed=5)
    network = descended(how, data)
    return [*network.weights, *network.biases]


@pytest.mark.oracle
def test_an_average_of_one_is_that_one(data: Split) -> None:
    one, same = trained(data, 1, together=True), trained(data, 1, together=False)
    assert all(torch.allclose(a, b, atol=1e-6) for a, b in zip(one, same, strict=True))


@pytest.mark.oracle
@pytest.mark.parametrize("together", [True, False])
def test_members_without_dropout_are_the_network_itself(data: Split, together: bool) -> None:
    plain = trained(data, 0, together=False)
    many = trained(data, 4, together=together, drop_prob=1e-9)
    assert all(torch.allclose(a, b, atol=1e-5) for a, b in zip(plain, many, strict=True))


def test_averages_and_members_are_trained_otherwise(data: Split) -> None:
    average, members = trained(data, 4, together=True), trained(data, 4, together=False)
    assert not torch.allclose(average[0], members[0], atol=1e-4)
