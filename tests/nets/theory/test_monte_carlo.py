import pytest
import torch

from nets.mlp import Mlp
from nets.theory import MonteCarlo, exact_ensemble
from tests.nets.theory.near import normal

DROP = 0.25
"""A multiple of 1 / 65,536, so that masks are dropped with exactly this probability."""
LABELS = torch.arange(40) % 3


def network() -> Mlp:
    return Mlp(weights=[normal(1, 5, 6), normal(2, 6, 3)], biases=[normal(3, 6), normal(4, 3)])


@pytest.mark.oracle
def test_expected_brier_scores_are_those_of_the_exact_ensemble() -> None:
    inputs = normal(5, 40, 5)
    found = MonteCarlo(network=network(), drop_prob=DROP, seed=1).trade_off(
        inputs, LABELS, counts=(1, 2, 10), repeats=100
    )
    exact = exact_ensemble(network(), inputs, DROP)
    for at, count in enumerate(found.counts):
        z = (found.mean("brier")[at] - exact.brier(LABELS, count)) / found.standard_error("brier")[at]
        assert abs(float(z)) < 4
    assert float(found.mean("brier")[0] - exact.brier(LABELS, 2)) > 5 * float(found.standard_error("brier")[0])
    expected = exact.losses(LABELS)
    assert found.weight_scaled["cross-entropy"] == pytest.approx(expected["weight_scaled"], rel=1e-12)
    z = (found.mean("cross-entropy")[0] - expected["member"]) / found.standard_error("cross-entropy")[0]
    assert abs(float(z)) < 4


@pytest.mark.oracle
def test_many_networks_predict_what_all_do() -> None:
    inputs = normal(5, 40, 5)
    exact = exact_ensemble(network(), inputs, DROP)
    averaged = MonteCarlo(network=network(), drop_prob=DROP, seed=2).predict(inputs, 1000)
    due = exact.spread.sum() / 1000
    assert 0.5 < float((averaged - exact.arithmetic.exp()).square().sum() / due) < 2.0
    assert float((averaged - exact.weight_scaled.exp()).square().sum() / due) > 20.0


def test_repeats_are_streams_and_counts_are_nested() -> None:
    inputs, drawn = normal(5, 40, 5), MonteCarlo(network=network(), drop_prob=DROP, seed=3)
    one, two = (drawn.predict(inputs, 7, repeat=repeat) for repeat in (0, 1))
    assert torch.equal(one, MonteCarlo(network=network(), drop_prob=DROP, seed=3).predict(inputs, 7))
    assert not torch.equal(one, two)
    assert not torch.equal(one, MonteCarlo(network=network(), drop_prob=DROP, seed=4).predict(inputs, 7))
    few = drawn.trade_off(inputs, LABELS, counts=(2, 7), repeats=2).averaged["brier"]
    more = drawn.trade_off(inputs, LABELS, counts=(1, 2, 3, 7), repeats=3).averaged["brier"]
    assert torch.equal(few, more[:2, [1, 3]])


def test_it_reads_as_a_table() -> None:
    found = MonteCarlo(network=network(), drop_prob=DROP, seed=1).trade_off(
        normal(5, 40, 5), LABELS, counts=(1, 5), repeats=3
    )
    lines = str(found).splitlines()
    assert [line.split()[0] for line in lines] == ["networks", "1", "5", "weight-scaled"]
    assert f"{found.weight_scaled['error']:.4f}" in lines[-1]
    assert f"{float(found.mean()[1]):.4f} ±" in lines[2]


def test_impossible_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match=r"drop_prob must lie in \[0, 1\); got 1.5"):
        MonteCarlo(network=network(), drop_prob=1.5, seed=1)
    drawn = MonteCarlo(network=network(), drop_prob=DROP, seed=1)
    with pytest.raises(ValueError, match=r"positive and increasing; got \[2, 2\]"):
        drawn.trade_off(normal(5, 40, 5), LABELS, counts=(2, 2))
    with pytest.raises(ValueError, match=r"positive and increasing; got \[0\]"):
        drawn.predict(normal(5, 40, 5), 0)
    with pytest.raises(ValueError, match="repeats must be at least 1"):
        drawn.trade_off(normal(5, 40, 5), LABELS, repeats=0)
