from collections.abc import Sequence
from itertools import product

import pytest
import torch
from torch import Tensor

from nets.mlp import Mlp
from nets.penalties import QuadraticPenalty
from nets.theory import bernoulli, ensemble_gradients, exact_ensemble, exact_penalty
from tests.nets.theory.near import ROUNDING, normal, off

DROP = 0.3
INPUTS, LABELS = normal(1, 7, 5), torch.tensor([0, 2, 1, 1, 0, 2, 0])

pytestmark = pytest.mark.oracle


def perceptron(*sizes: int) -> Mlp:
    weights = [normal(layer, *sizes[layer : layer + 2]) for layer in range(len(sizes) - 1)]
    return Mlp(weights=weights, biases=[0.3 * normal(99 + layer, size) for layer, size in enumerate(sizes[1:])])


def thin(network: Mlp, layer: int, factors: Tensor) -> Mlp:
    """The network whose hidden units' outgoing weights are multiplied by factors (units,)."""
    weights = list(network.weights)
    weights[layer + 1] = factors[:, None] * weights[layer + 1]
    return Mlp(weights=weights, biases=network.biases)


NETWORK, DEEP = perceptron(5, 8, 3), perceptron(5, 6, 4, 3)


@pytest.mark.parametrize(("network", "layer"), [(NETWORK, 0), (DEEP, 1), (DEEP, 0)])
def test_averages_are_those_of_thinned_networks_run_one_by_one(network: Mlp, layer: int) -> None:
    units = network.widths[layer]
    arithmetic, geometric = torch.zeros(7, 3, dtype=torch.float64), torch.ones(7, 3, dtype=torch.float64)
    square = torch.zeros(7, dtype=torch.float64)
    for mask in product((0.0, 1.0), repeat=units):
        chance = DROP ** mask.count(0.0) * (1.0 - DROP) ** mask.count(1.0)
        factors = torch.tensor(mask, dtype=torch.float64) / (1.0 - DROP)
        thinned = torch.softmax(thin(network, layer, factors).logits(INPUTS), 1)
        arithmetic += chance * thinned
        geometric *= thinned**chance
        square += chance * thinned.square().sum(1)
    found = exact_ensemble(network, INPUTS, DROP, layer=layer)
    assert off(found.arithmetic.exp(), arithmetic) < ROUNDING
    assert off(found.geometric.exp(), geometric / geometric.sum(1, keepdim=True)) < ROUNDING
    assert off(found.member, geometric.log()) < ROUNDING
    assert off(found.spread, square - arithmetic.square().sum(1)) < ROUNDING


@pytest.mark.parametrize("network", [NETWORK, DEEP])
def test_weight_scaling_is_the_geometric_mean_over_the_last_hidden_layer(network: Mlp) -> None:
    found = exact_ensemble(network, INPUTS, DROP)
    assert off(found.weight_scaled.exp(), found.geometric.exp()) < ROUNDING
    assert off(found.weight_scaled.exp(), found.arithmetic.exp()) > 1e-2
    earlier = exact_ensemble(DEEP, INPUTS, DROP, layer=0)
    assert off(earlier.weight_scaled.exp(), earlier.geometric.exp()) > 1e-3


@pytest.mark.parametrize(("network", "layer"), [(NETWORK, 0), (DEEP, 0), (DEEP, 1)])
def test_members_lose_more_than_either_ensemble(network: Mlp, layer: int) -> None:
    losses = exact_ensemble(network, INPUTS, DROP, layer=layer).losses(LABELS)
    assert losses["member"] > losses["arithmetic"]
    assert losses["member"] > losses["geometric"]


def test_the_expected_brier_score_of_a_few_members_is_that_over_all_pairs_of_masks() -> None:
    network, noise = perceptron(5, 4, 3), bernoulli(4, DROP)
    members = [torch.softmax(thin(network, 0, factors).logits(INPUTS), 1) for factors in noise.factors]
    right = torch.nn.functional.one_hot(LABELS, 3)
    expected = sum(
        float(p * q * ((first + second) / 2.0 - right).square().sum(1).mean())
        for (p, first), (q, second) in product(zip(noise.probabilities, members, strict=True), repeat=2)
    )
    found = exact_ensemble(network, INPUTS, DROP)
    assert off(found.brier(LABELS, 2), expected) < ROUNDING
    assert off(found.brier(LABELS, 3), expected) > 1e-3


def test_examples_are_predicted_alike_in_any_company() -> None:
    wide, many = perceptron(5, 12, 3), normal(2, 300, 5)
    whole, alone = exact_ensemble(wide, many, DROP), exact_ensemble(wide, many[150:151], DROP)
    assert off(whole.arithmetic[150:151], alone.arithmetic) < ROUNDING
    assert len(whole.spread) == 300


def gradient_of(network: Mlp, loss: Tensor) -> Sequence[Tensor]:
    return torch.autograd.grad(loss, [*network.weights, *network.biases])


def leaves(network: Mlp) -> Mlp:
    return Mlp(
        weights=[w.clone().requires_grad_() for w in network.weights],
        biases=[b.clone().requires_grad_() for b in network.biases],
    )


def test_boosting_the_last_layer_is_training_without_dropout_and_dropout_adds_its_penalty() -> None:
    found, network = ensemble_gradients(DEEP, INPUTS, LABELS, DROP), leaves(DEEP)
    plain = gradient_of(network, torch.nn.functional.cross_entropy(network.logits(INPUTS), LABELS))
    hidden = network.hidden(INPUTS)[-1]
    noise = bernoulli(4, DROP)
    penalty = gradient_of(
        network, exact_penalty(noise, hidden, network.weights[-1].T, network.biases[-1], family="softmax")
    )
    for boosted, dropped, without, added in zip(found.geometric, found.dropout, plain, penalty, strict=True):
        assert off(boosted, without) < ROUNDING
        assert off(dropped, without + added) < ROUNDING
        assert off(boosted, dropped) > 1e-2


def test_gradients_are_those_of_finite_differences() -> None:
    found = ensemble_gradients(DEEP, INPUTS, LABELS, DROP, layer=0)
    step = 1e-5

    def losses(change: float) -> dict[str, float]:
        weights = [w.clone() for w in DEEP.weights]
        weights[0][2, 1] += change
        moved = exact_ensemble(Mlp(weights=weights, biases=DEEP.biases), INPUTS, DROP, layer=0)
        return dict(moved.losses(LABELS))

    up, down = losses(step), losses(-step)
    for name, gradient in (("member", found.dropout), ("geometric", found.geometric), ("arithmetic", found.arithmetic)):
        assert float(gradient[0][2, 1]) == pytest.approx((up[name] - down[name]) / (2.0 * step), abs=1e-8)


def test_the_quadratic_penalty_is_near_what_dropout_adds_to_the_last_layer() -> None:
    hidden, weight, bias = NETWORK.hidden(INPUTS)[0], NETWORK.weights[1].T * 0.2, NETWORK.biases[1]
    exact = exact_penalty(bernoulli(8, 0.1), hidden, weight, bias, family="softmax")
    assert float(QuadraticPenalty(0.1, family="softmax")(hidden, weight, bias) / exact) == pytest.approx(1.0, abs=0.1)


def test_layers_that_are_not_there_or_too_wide_are_refused() -> None:
    with pytest.raises(ValueError, match="layer must name one of 2 hidden layers, from 0; got 2"):
        exact_ensemble(DEEP, INPUTS, DROP, layer=2)
    with pytest.raises(ValueError, match="elements must be 1 to 16"):
        exact_ensemble(perceptron(5, 17, 3), INPUTS, DROP)
