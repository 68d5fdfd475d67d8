"""The torch layers against plain NumPy, element by element."""

from typing import get_args

import numpy as np
import pytest
import torch

from nets import draws
from nets.dropout import DROPOUTS, DropoutLayer
from nets.dropout.reference import Floats, Kind, ReferenceDropout

NAMES: dict[Kind, str] = {"inverted": "bernoulli", "classic": "classic", "gaussian": "gaussian"}
TOLERANCE = {"inverted": 0.0, "classic": 0.0, "gaussian": 2e-6}
every = pytest.mark.parametrize("kind", get_args(Kind))


def pair(kind: Kind) -> tuple[DropoutLayer, ReferenceDropout]:
    return DROPOUTS[NAMES[kind]](0.3, seed=11), ReferenceDropout(kind, 0.3, draws.key_of(11))


def numbers(seed: int) -> Floats:
    return np.random.default_rng(seed).normal(size=(13, 7))


@every
@pytest.mark.oracle
def test_forward_and_backward_agree(kind: Kind) -> None:
    layer, reference = pair(kind)
    for call in range(3):
        inputs = torch.from_numpy(numbers(call)).requires_grad_()
        outputs = layer(inputs)
        expected = reference.forward(inputs.detach().numpy(), training=True)
        np.testing.assert_allclose(outputs.detach().numpy(), expected, rtol=1e-15, atol=TOLERANCE[kind] * 10)
        upstream = numbers(10 + call)
        outputs.backward(torch.from_numpy(upstream))
        assert inputs.grad is not None
        np.testing.assert_allclose(
            inputs.grad.numpy(), reference.backward(upstream), rtol=1e-15, atol=TOLERANCE[kind] * 10
        )


@every
@pytest.mark.oracle
def test_evaluation_agrees(kind: Kind) -> None:
    layer, reference = pair(kind)
    inputs = torch.from_numpy(numbers(0)).requires_grad_()
    outputs = layer.eval()(inputs)
    np.testing.assert_array_equal(outputs.detach().numpy(), reference.forward(numbers(0), training=False))
    upstream = numbers(1)
    outputs.backward(torch.from_numpy(upstream))
    assert inputs.grad is not None
    np.testing.assert_array_equal(inputs.grad.numpy(), reference.backward(upstream))


@every
@pytest.mark.oracle
def test_the_gradient_is_that_of_finite_differences(kind: Kind) -> None:
    _, reference = pair(kind)
    inputs, direction, upstream = numbers(0), numbers(1), numbers(2)
    losses = []
    for side in (1.0, -1.0):
        reference.calls = 0
        losses.append(np.sum(reference.forward(inputs + side * direction, training=True) ** 3 * upstream) / 3.0)
    reference.calls = 0
    outputs = reference.forward(inputs, training=True)
    cubic = np.sum((reference.factors * direction) ** 3 * upstream) / 3.0
    slope = np.sum(reference.backward(outputs**2 * upstream) * direction)
    assert (losses[0] - losses[1]) / 2.0 - cubic == pytest.approx(slope, rel=1e-12)
