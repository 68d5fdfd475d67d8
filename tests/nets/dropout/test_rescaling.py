"""Inverted and classic dropout walk the same way, once the weights behind them are rescaled."""

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from nets.dropout import ClassicDropout, Dropout, DropoutLayer, Rescaling, inverted_to_classic

STEPS, DROP_PROB = 50, 0.4
RESCALING = inverted_to_classic(DROP_PROB)
UNCHANGED = Rescaling(weights=1.0, learning_rate=1.0, weight_decay=1.0)


def numbers(seed: int, *shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


class Network:
    """One hidden layer of rectified units behind which something is dropped."""

    def __init__(self, dropout: DropoutLayer, scale: float = 1.0) -> None:
        self.dropout = dropout
        sizes = [(5, 12), (12,), (12, 3), (3,)]
        scales = [0.5, 0.5, 0.5 * scale, 0.5]
        self.parameters = [(numbers(i, *size) * scales[i]).requires_grad_() for i, size in enumerate(sizes)]

    @property
    def behind(self) -> Tensor:
        """The weights that read the dropped layer."""
        return self.parameters[2]

    def __call__(self, inputs: Tensor) -> Tensor:
        weight, bias, behind, last = self.parameters
        dropped: Tensor = self.dropout(torch.relu(inputs @ weight + bias))
        return dropped @ behind + last

    def optimiser(self, rescaling: Rescaling, momentum: float) -> torch.optim.SGD:
        rate, decay = 0.05, 0.01
        others = [p for p in self.parameters if p is not self.behind]
        own_rate, own_decay = rate * rescaling.learning_rate, decay * rescaling.weight_decay
        behind = {"params": [self.behind], "lr": own_rate, "weight_decay": own_decay}
        groups: list[dict[str, Any]] = [{"params": others}, behind]
        return torch.optim.SGD(groups, lr=rate, weight_decay=decay, momentum=momentum)

    def learn(self, optimiser: torch.optim.SGD, inputs: Tensor, targets: Tensor) -> None:
        optimiser.zero_grad()
        torch.autograd.backward((self(inputs) - targets).square().mean())
        optimiser.step()

    def deployed(self) -> Tensor:
        """Outputs of the network as it would be used."""
        self.dropout.eval()
        outputs = self(numbers(9, 20, 5)).detach()
        self.dropout.train()
        return outputs


def distance(rescaling: Rescaling, momentum: float) -> float:
    """Largest difference between the outputs of both networks, as deployed, after training on the same masks."""
    inverted = Network(Dropout(DROP_PROB, seed=1))
    classic = Network(ClassicDropout(DROP_PROB, seed=2), rescaling.weights)
    ours, theirs = inverted.optimiser(UNCHANGED, momentum), classic.optimiser(rescaling, momentum)
    start = inverted.deployed()
    for step in range(STEPS):
        inputs, targets = numbers(100 + step, 20, 5), numbers(200 + step, 20, 3)
        inverted.learn(ours, inputs, targets)
        mask = inverted.dropout.last_mask
        assert mask is not None
        with classic.dropout.replay((mask > 0).double()):
            classic.learn(theirs, inputs, targets)
    assert float((inverted.deployed() - start).abs().max()) > 0.1
    return float((inverted.deployed() - classic.deployed()).abs().max())


@pytest.mark.oracle
@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_trajectories_are_the_same(momentum: float) -> None:
    assert distance(RESCALING, momentum) < 1e-12


@pytest.mark.oracle
def test_factors_are_the_powers_of_the_probability_to_be_kept() -> None:
    assert inverted_to_classic(0.5) == Rescaling(weights=2.0, learning_rate=4.0, weight_decay=0.25)
    assert inverted_to_classic(0.0) == UNCHANGED


@pytest.mark.parametrize(
    "wrong",
    [
        UNCHANGED,
        replace(RESCALING, weights=1.0),
        replace(RESCALING, learning_rate=1.0),
        replace(RESCALING, learning_rate=RESCALING.weights),
        replace(RESCALING, weight_decay=1.0),
        Rescaling(
            weights=1.0 / RESCALING.weights,
            learning_rate=1.0 / RESCALING.learning_rate,
            weight_decay=1.0 / RESCALING.weight_decay,
        ),
    ],
)
def test_other_rescalings_lead_elsewhere(wrong: Rescaling) -> None:
    assert distance(wrong, 0.9) > 1e-4


def test_both_layers_of_one_seed_drop_the_same() -> None:
    inputs = numbers(0, 30, 10)
    inverted, classic = Dropout(DROP_PROB, seed=3), ClassicDropout(DROP_PROB, seed=3)
    keep = 1 - round(DROP_PROB * 65536) / 65536
    torch.testing.assert_close(inverted(inputs) * keep, classic(inputs), rtol=1e-15, atol=0.0)
