"""Gradients and optima under dropout, summed over all masks, beside what formulas say of them."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from analysis.scenes.base import Grown
from analysis.streams import generator_for
from nets.theory import Noise, bernoulli, dropout_minimiser, dropout_risk, gaussian, gradient_over, penalty_strength

if TYPE_CHECKING:
    from analysis.scenes.gradient import Settings

Network = Callable[[Tensor, Tensor], Tensor]
"""Outputs (..., examples) of inputs (..., examples, features) and the weights whose gradient is asked for."""
_DECIMALS = 12  # rounding of sums is no deviation
KEEPS = np.arange(0.05, 0.96, 0.05).round(2)


def grow(settings: "Settings", seed: int, replicate: int) -> Grown:
    """Of one random regression and of random units and networks on the same examples."""
    rng = generator_for(seed, "gradient", replicate)
    n, examples = settings.inputs, settings.examples
    inputs = torch.from_numpy(rng.standard_normal((examples, n)))
    right = torch.from_numpy(rng.standard_normal((n, 1)))
    targets = inputs @ right + torch.from_numpy(rng.standard_normal((examples, 1)))
    weight = torch.from_numpy(rng.standard_normal((n, 1)) / np.sqrt(n))
    found: Grown = {}
    for keep in (0.5, 0.8):
        found |= {
            f"{name}:{keep:g}": number for name, number in of_a_linear_unit(inputs, targets, weight, keep).items()
        }
    found |= of_all_strengths(inputs, targets, weight)
    return found | of_other_units(inputs, targets[:, 0], rng, 0.5)


def of_a_linear_unit(inputs: Tensor, targets: Tensor, weight: Tensor, keep: float) -> Grown:
    """Mean gradients of half the squared error under noise of three kinds, less what formulas say."""
    n, drop = len(weight), 1.0 - keep
    squares = inputs.square().sum(0)[:, None]

    def gradient(noise: Noise) -> Tensor:
        return gradient_over(noise, inputs, targets, weight) / 2.0

    def without(scale: float) -> Tensor:
        return -scale * inputs.T @ (targets - scale * inputs @ weight)

    classic = gradient(bernoulli(n, drop, inverted=False))
    decay = keep * drop * weight * squares
    normal = gaussian(n, drop)
    of_noise = {"bernoulli": gradient(bernoulli(n, drop)), "gaussian": gradient(normal)}
    predicted = drop / keep * weight * squares
    minimiser, ridge = minimiser_over(bernoulli(n, drop), inputs, targets), ridge_of(inputs, targets, drop / keep)
    activation = normal.expectation(normal.factors[:, None] * inputs @ weight) - inputs @ weight
    return {
        "off:scaled": largest(classic - without(keep) - decay),
        "off:whole": largest(classic - without(1.0) - decay),
        "off:activation": largest(activation),
        "off:unchanged": largest(of_noise["gaussian"] - without(1.0)),
        "off:decay": max(largest(each - without(1.0) - predicted) for each in of_noise.values()),
        "off:ridge": largest(minimiser - ridge),
        "unlike": round(float((minimiser - ridge).norm() / ridge.norm()), _DECIMALS),
        "predicted": predicted[:, 0].numpy(),
        **{f"change:{name}": (each - without(1.0))[:, 0].numpy() for name, each in of_noise.items()},
    }


def minimiser_over(noise: Noise, inputs: Tensor, targets: Tensor) -> Tensor:
    """The weights of least mean squared error over all masks, by the normal equations of all of them."""
    masked = noise.factors[:, None] * inputs
    second = noise.expectation(masked.mT @ masked)
    found: Tensor = torch.linalg.solve(second, noise.expectation(masked.mT @ targets))
    return found


def ridge_of(inputs: Tensor, targets: Tensor, strength: float) -> Tensor:
    """Weights of ridge regression, without any dropout, each penalised by ``strength`` times its input's squares."""
    x, y = inputs.numpy(), targets.numpy()
    second = x.T @ x
    return torch.from_numpy(np.linalg.solve(second + strength * np.diag(np.diag(second)), x.T @ y))


def of_all_strengths(inputs: Tensor, targets: Tensor, weight: Tensor) -> Grown:
    """How strong the penalty is, and how much weight it takes, at each keep probability."""
    unit = float(inputs.square().sum(0) @ weight.square().sum(1))
    clean = float(dropout_risk(inputs, targets, weight, 0.0))
    full = float(dropout_minimiser(inputs, targets, 0.0).norm())
    strengths, taken = np.empty(len(KEEPS)), np.empty(len(KEEPS))
    for i, keep in enumerate(KEEPS):
        noise = bernoulli(len(weight), 1.0 - keep)
        errors = (targets - noise.factors[:, None] * inputs @ weight).square().sum((1, 2))
        strengths[i] = (float(noise.expectation(errors)) - clean) / unit
        taken[i] = 1.0 - float(dropout_minimiser(inputs, targets, 1.0 - keep).norm()) / full
    expected = [penalty_strength(1.0 - keep) for keep in KEEPS]
    return {
        "keeps": KEEPS,
        "strength": strengths,
        "taken": taken,
        "off:strength": np.abs(strengths / expected - 1.0).max(),
        "off:half": taken.max() - taken[KEEPS == 0.5][0],
    }


def of_other_units(inputs: Tensor, targets: Tensor, rng: np.random.Generator, keep: float) -> Grown:
    """How far the formula is off for others than linear units: as a share of the mean gradient over all masks."""
    n = inputs.shape[1]
    single = torch.from_numpy(rng.standard_normal(n) / np.sqrt(n))
    first = torch.from_numpy(rng.standard_normal((n, n)) * np.sqrt(2.0 / n))
    last = torch.from_numpy(rng.standard_normal(n) * np.sqrt(2.0 / n))
    hidden = torch.relu(inputs @ first)
    networks: dict[str, tuple[Network, Tensor, Tensor]] = {
        "linear": (lambda x, w: x @ w, inputs, single),
        "output": (lambda x, w: x @ w, hidden, last),
        "rectified": (lambda x, w: torch.relu(x @ w), inputs, single),
        "sigmoid": (lambda x, w: torch.sigmoid(x @ w), inputs, single),
        "deep": (lambda x, w: torch.relu(x @ w) @ last, inputs, first),
    }
    noise = bernoulli(n, 1.0 - keep, inverted=False)
    found: Grown = {}
    for name, (network, dropped, weight) in networks.items():
        wanted = torch.sigmoid(targets) if name == "sigmoid" else targets
        parameters = weight.clone().requires_grad_()
        seen = noise.factors[:, None] * dropped
        errors = (wanted - network(seen, parameters)).square().sum(1) / 2.0
        (mean,) = torch.autograd.grad(noise.expectation(errors), parameters)
        expected = formula(network, dropped, wanted, weight, keep)
        found[f"relative:{name}"] = round(float((mean - expected).norm() / mean.norm()), _DECIMALS)
    return found


def formula(network: Network, inputs: Tensor, targets: Tensor, weight: Tensor, keep: float) -> Tensor:
    """The gradient of half the squared error of the scaled network and of its penalty, summed over examples.

    ``keep (1 - keep) / 2`` times the squares of inputs and of the network's own slopes in them: of a linear unit, whose
    slopes are its weights, the gradient of this is ``keep (1 - keep) w I^2``.
    """
    weight = weight.clone().requires_grad_()
    scaled = (keep * inputs).requires_grad_()
    outputs = network(scaled, weight)
    (slopes,) = torch.autograd.grad(outputs.sum(), scaled, create_graph=True)
    penalty = keep * (1.0 - keep) * (inputs * slopes).square().sum()
    (gradient,) = torch.autograd.grad(((targets - outputs).square().sum() + penalty) / 2.0, weight)
    return gradient


def largest(numbers: Tensor) -> float:
    """By size."""
    return float(numbers.abs().max())
