"""The ensemble of all ``2**n`` networks that dropout can make of one by thinning a hidden layer."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from nets.mlp import Mlp
from nets.theory.averaging import arithmetic_mean, geometric_mean
from nets.theory.noise import Noise, bernoulli
from nets.threads import single_thread

_CHUNK_FLOATS = 2**18


@dataclass(frozen=True, kw_only=True)
class ExactEnsemble:
    """What all thinned networks predict together. Log-probabilities, float64."""

    arithmetic: Tensor
    """(examples, classes): of the mean probability."""
    geometric: Tensor
    """(examples, classes): of the normalised geometric mean."""
    weight_scaled: Tensor
    """(examples, classes): of the network as it is deployed, with nothing dropped."""
    member: Tensor
    """(examples, classes): mean over members of the log-probability. Its negative is the loss that dropout trains."""
    spread: Tensor
    """(examples,): variance over members of the probabilities, summed over classes."""

    def losses(self, labels: Tensor) -> Mapping[str, float]:
        """Mean cross-entropy, natural, of each prediction on classes (examples,).

        ``member`` is at least ``arithmetic`` (Jensen) and at least ``geometric``, whose normalisation only gains.
        """
        names = ("arithmetic", "geometric", "weight_scaled", "member")
        return {name: float(cross_entropy(getattr(self, name), labels)) for name in names}

    def errors(self, labels: Tensor) -> Mapping[str, float]:
        """The share of examples whose most probable class is not their own."""
        names = ("arithmetic", "geometric", "weight_scaled")
        return {name: float((getattr(self, name).argmax(1) != labels).double().mean()) for name in names}

    def brier(self, labels: Tensor, members: float = float("inf")) -> float:
        """Expected squared error of the probabilities when ``members`` networks, drawn at random, are averaged.

        ``B(k) = B(all) + V / k`` with ``V`` the mean `spread`: exact for independent masks.
        """
        return float(squared_error(self.arithmetic, labels) + self.spread.mean() / members)


def exact_ensemble(network: Mlp, inputs: Tensor, drop_prob: float, *, layer: int = -1) -> ExactEnsemble:
    """Average over all masks of hidden layer ``layer``, the last one by default, with inverted dropout.

    ``inputs``: (examples, features), on the network's device. On the last hidden layer the geometric mean is the
    weight-scaled network, exactly (Baldi & Sadowski 2013); on an earlier one weight scaling approximates it
    (Warde-Farley et al. 2014). Raises ValueError for a layer that is not there, of more than 16 units, or a
    probability outside [0, 1).
    """
    with single_thread(), torch.no_grad():
        return _exact_ensemble(in_double(network), inputs.double(), drop_prob, layer)


def _exact_ensemble(network: Mlp, inputs: Tensor, drop_prob: float, layer: int) -> ExactEnsemble:
    noise = layer_noise(network, drop_prob, layer)
    size = max(1, _CHUNK_FLOATS // (len(noise) * max(w.shape[1] for w in network.weights)))
    parts = []
    for examples in torch.split(inputs, size):
        members = members_of(network, examples, noise, layer)
        arithmetic = arithmetic_mean(members, noise.probabilities)
        parts.append(
            (
                arithmetic,
                geometric_mean(members, noise.probabilities),
                torch.log_softmax(network.logits(examples), 1),
                noise.expectation(members),
                noise.expectation((members.exp() - arithmetic.exp()).square().sum(-1)),
            )
        )
    arithmetic, geometric, scaled, member, spread = (torch.cat(part) for part in zip(*parts, strict=True))
    return ExactEnsemble(arithmetic=arithmetic, geometric=geometric, weight_scaled=scaled, member=member, spread=spread)


@dataclass(frozen=True, kw_only=True)
class EnsembleGradients:
    """Gradients of three mean cross-entropies by all weights, then all biases, shaped as the network's. float64."""

    dropout: list[Tensor]
    """Of the members' own, which dropout descends in expectation: each thinned network is to be right by itself."""
    geometric: list[Tensor]
    """Of the geometric ensemble's: dropout boosting, where the networks are to be right together."""
    arithmetic: list[Tensor]
    """The same of the arithmetic ensemble's."""


def ensemble_gradients(
    network: Mlp, inputs: Tensor, labels: Tensor, drop_prob: float, *, layer: int = -1
) -> EnsembleGradients:
    """The gradient of dropout beside those of dropout boosting (Warde-Farley et al. 2014), over all masks.

    On the last hidden layer the geometric ensemble is the network without dropout, so boosting it regularises nothing;
    what dropout adds to it is the gradient of `exact_penalty`. Arguments and errors are those of `exact_ensemble`.
    """
    with single_thread():
        trained = in_double(network, requires_grad=True)
        noise = layer_noise(trained, drop_prob, layer)
        members = members_of(trained, inputs.double(), noise, layer)
        predictions = (
            noise.expectation(members),
            geometric_mean(members, noise.probabilities),
            arithmetic_mean(members, noise.probabilities),
        )
        parameters = [*trained.weights, *trained.biases]
        dropout, geometric, arithmetic = (
            list(torch.autograd.grad(cross_entropy(prediction, labels), parameters, retain_graph=True))
            for prediction in predictions
        )
    return EnsembleGradients(dropout=dropout, geometric=geometric, arithmetic=arithmetic)


def layer_noise(network: Mlp, drop_prob: float, layer: int) -> Noise:
    """All masks of one hidden layer. Raises ValueError for a layer that is not there or too wide."""
    widths = network.widths
    if not -len(widths) <= layer < len(widths):
        raise ValueError(f"layer must name one of {len(widths)} hidden layers, from 0; got {layer}")
    return bernoulli(widths[layer], drop_prob, device=network.weights[0].device)


def members_of(network: Mlp, inputs: Tensor, noise: Noise, layer: int) -> Tensor:
    """Log-probabilities (points, examples, classes) of the thinned networks."""
    activations = noise.factors[:, None] * network.hidden(inputs)[layer]
    first = layer % len(network.widths) + 1
    scores = activations @ network.weights[first] + network.biases[first]
    for weight, bias in zip(network.weights[first + 1 :], network.biases[first + 1 :], strict=True):
        scores = torch.relu(scores) @ weight + bias
    return torch.log_softmax(scores, -1)


def cross_entropy(log_probabilities: Tensor, labels: Tensor) -> Tensor:
    """Mean over examples: of log-probabilities (examples, classes), a scalar."""
    return -log_probabilities.gather(1, labels[:, None]).mean()


def squared_error(log_probabilities: Tensor, labels: Tensor) -> Tensor:
    """Brier's score, summed over classes: the mean over examples, a scalar."""
    right = torch.nn.functional.one_hot(labels, log_probabilities.shape[1])
    return (log_probabilities.exp() - right).square().sum(1).mean()


def in_double(network: Mlp, *, requires_grad: bool = False) -> Mlp:
    """A copy in float64."""
    weights, biases = (
        [parameter.detach().double().clone().requires_grad_(requires_grad) for parameter in parameters]
        for parameters in (network.weights, network.biases)
    )
    return Mlp(weights=weights, biases=biases)
