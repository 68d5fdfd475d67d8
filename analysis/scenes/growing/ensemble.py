"""The growing of the scene about ensembles: thinned networks averaged, listed in full, and trained as one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from analysis.scenes.growing.networks import networks, part_of
from analysis.streams import seed_for
from nets.draws import keep, key_of, order, rounded
from nets.mlp import Mlp
from nets.recipe import Recipe
from nets.theory import ExactEnsemble, MonteCarlo, ensemble_gradients, exact_ensemble
from nets.threads import single_thread

if TYPE_CHECKING:
    from analysis.scenes.base import Grown
    from analysis.scenes.ensemble import Settings
    from nets.data import Split

KEY = "ensemble"
COUNTS = (1, 2, 5, 10, 20, 50, 100)
"""Thinned networks that are averaged."""
TOGETHER = (1, 4, 16)
"""Thinned networks that are trained at a time."""
_REPEATS = 3
_SECOND = 48
"""Units of the second hidden layer, where there is one."""
_SLOPED = 10
"""Training images on which gradients are compared."""
_LEARNING_RATE, _MOMENTUM, _BATCH = 0.05, 0.9, 50


def grow(settings: Settings, seed: int, replicate: int) -> Grown:
    """Test errors of averages, distances of the scaled network from them, and what training does to it."""
    key = (KEY, replicate)
    data = part_of(settings.data, settings.train_images, seed, *key, test_size=settings.test_images)
    return {
        **_averaged(settings, data, seed, replicate),
        **_listed(settings, data, seed, replicate),
        **_trained_together(settings, data, seed, replicate),
    }


def _averaged(settings: Settings, data: Split, seed: int, replicate: int) -> Grown:
    """One dropout network's thinned ones, and full networks that were trained as long in all as it."""
    inputs, labels = _tensors(data)
    recipe = Recipe(width=settings.width, drop_prob=settings.drop_prob, epochs=settings.epochs * settings.networks)
    (network,) = networks(recipe, data, seed, KEY, replicate, "long").networks
    sampled = MonteCarlo(network=network, drop_prob=settings.drop_prob, seed=seed_for(seed, KEY, replicate, "masks"))
    found = sampled.trade_off(inputs, labels, counts=COUNTS, repeats=_REPEATS)
    short = recipe.without_dropout().model_copy(update={"epochs": settings.epochs})
    full = networks(short, data, seed, KEY, replicate, "short", count=settings.networks).networks
    with single_thread():
        summed = torch.stack([torch.softmax(each.logits(inputs).double(), 1) for each in full]).cumsum(0)
    numbers = torch.arange(1, settings.networks + 1)
    course = [_error(total, labels) for total in summed]
    means = found.mean()
    return {
        "counts": np.array(COUNTS),
        "error:thinned": means.numpy(),
        **{f"error:thinned:{count}": float(means[COUNTS.index(count)]) for count in (1, 50)},
        "error:scaled": found.weight_scaled["error"],
        "loss:thinned:50": float(found.mean("cross-entropy")[COUNTS.index(50)]),
        "loss:scaled": found.weight_scaled["cross-entropy"],
        "numbers": numbers.numpy(),
        "error:full": np.array(course),
        "error:full:1": np.mean([_error(torch.softmax(each.logits(inputs), 1), labels) for each in full]),
        "error:full:all": course[-1],
        "loss:full:all": _loss((summed[-1] / settings.networks).log(), labels),
    }


def _listed(settings: Settings, data: Split, seed: int, replicate: int) -> Grown:
    """All thinned networks of a narrow first hidden layer, next to the output or with a layer between."""
    inputs, labels = (part[: settings.listed_images] for part in _tensors(data))
    found: Grown = {}
    for name, widths in (("one", (settings.narrow,)), ("two", (settings.narrow, _SECOND))):
        recipe = Recipe(widths=widths, drop_prob=settings.drop_prob, epochs=settings.epochs)
        (network,) = networks(recipe, data, seed, KEY, replicate, "narrow", name).networks
        exact = exact_ensemble(network, inputs, settings.drop_prob, layer=0)
        errors = exact.errors(labels)
        found |= {f"listed:{name}:{how}": error for how, error in errors.items()}
        found |= {f"distance:{name}:{how}": value for how, value in _distances(exact).items()}
        found[f"deviation:{name}"] = float((exact.geometric - exact.weight_scaled).abs().max())
        found[f"boosted:{name}"] = _boosted(network, data, settings.drop_prob)
    return found


def _boosted(network: Mlp, data: Split, drop_prob: float) -> float:
    """How far the gradient of the geometric mean's cross-entropy is from that of the network without dropout."""
    inputs, labels = (torch.from_numpy(part[:_SLOPED]) for part in (data.train.inputs, data.train.labels))
    boosted = ensemble_gradients(network, inputs, labels, drop_prob, layer=0).geometric
    plain = ensemble_gradients(network, inputs, labels, 0.0, layer=0).geometric
    return max(float((one - two).abs().max()) for one, two in zip(boosted, plain, strict=True))


def _distances(exact: ExactEnsemble) -> dict[str, float]:
    """Of the scaled network's probabilities from those of averages, in total variation, the mean over images."""
    scaled = exact.weight_scaled.exp()
    return {
        how: float((getattr(exact, how).exp() - scaled).abs().sum(1).mean() / 2.0)
        for how in ("geometric", "arithmetic")
    }


def _trained_together(settings: Settings, data: Split, seed: int, replicate: int) -> Grown:
    """Without dropout, with thinned networks that are each to be right by itself, and with an average that is to be."""
    inputs, labels = _tensors(data)
    most = TOGETHER[-1]
    arms = {"plain": (0, False), "alone": (1, False), f"alone:{most}": (most, False)}
    arms |= {f"together:{count}": (count, True) for count in TOGETHER[1:]}
    found: Grown = {}
    for name, (members, together) in arms.items():
        how = Descent(
            width=settings.width,
            drop_prob=settings.drop_prob,
            members=members,
            together=together,
            epochs=settings.epochs,
            seed=seed_for(seed, KEY, replicate, "together"),
        )
        scores = descended(how, data).logits(inputs).double()
        found[f"error:{name}"] = _error(scores, labels)
        found[f"loss:{name}"] = _loss(torch.log_softmax(scores, 1), labels)
    return found


@dataclass(frozen=True, kw_only=True)
class Descent:
    """Gradient descent on ``members`` thinned networks for each image of a batch."""

    width: int
    drop_prob: float
    members: int
    """0: nothing is dropped."""
    together: bool
    """Whether their mean probability is to be right (dropout boosting, Warde-Farley et al. 2014), or each by itself
    (dropout). For one member they are the same."""
    epochs: int
    seed: int
    """The same gives the same initial weights and order of images."""


def descended(how: Descent, data: Split) -> Mlp:
    """A network of one hidden layer, by SGD with momentum 0.9 and a rate that falls from 0.05 to 0."""
    inputs, labels = torch.from_numpy(data.train.inputs), torch.from_numpy(data.train.labels)
    rng = np.random.default_rng(how.seed)
    sizes = ((inputs.shape[1], how.width), (how.width, data.train.classes))
    weights = [torch.from_numpy(rng.normal(0.0, (2.0 / n) ** 0.5, (n, m)).astype(np.float32)) for n, m in sizes]
    network = Mlp(weights=weights, biases=[torch.zeros(m) for _, m in sizes])
    parameters = [p.requires_grad_() for p in (*network.weights, *network.biases)]
    optimiser = torch.optim.SGD(parameters, lr=_LEARNING_RATE, momentum=_MOMENTUM)
    keys = torch.tensor([key_of(how.seed, 0), key_of(how.seed, 1)])
    batch = min(_BATCH, len(inputs))
    per_epoch = len(inputs) // batch
    with single_thread():
        for step in range(how.epochs * per_epoch):
            epoch, place = divmod(step, per_epoch)
            which = order(keys[:1], epoch, len(inputs))[0, place * batch : (place + 1) * batch]
            optimiser.param_groups[0]["lr"] = _LEARNING_RATE * (1.0 - step / (how.epochs * per_epoch))
            optimiser.zero_grad()
            torch.autograd.backward(_objective(how, network, inputs[which], labels[which], keys[1:], step))
            optimiser.step()
    return Mlp(weights=[w.detach() for w in network.weights], biases=[b.detach() for b in network.biases])


def _objective(how: Descent, network: Mlp, inputs: Tensor, labels: Tensor, key: Tensor, step: int) -> Tensor:
    """Minus the log of the mean of the members' probabilities of the right class, or minus the mean of their logs."""
    (hidden,) = network.hidden(inputs)
    if how.members:
        kept = keep(key, step, (how.members, *hidden.shape), how.drop_prob)[0]
        hidden = hidden * kept / (1.0 - rounded(how.drop_prob))
    logs = torch.log_softmax(hidden @ network.weights[1] + network.biases[1], -1)
    right = logs[..., torch.arange(len(labels)), labels].view(-1, len(labels))
    return -(right.logsumexp(0) - np.log(len(right)) if how.together else right.mean(0)).mean()


def _tensors(data: Split) -> tuple[Tensor, Tensor]:
    return torch.from_numpy(data.test.inputs), torch.from_numpy(data.test.labels)


def _error(scores: Tensor, labels: Tensor) -> float:
    return float((scores.argmax(1) != labels).double().mean())


def _loss(log_probabilities: Tensor, labels: Tensor) -> float:
    """Mean cross-entropy, nats."""
    return float(torch.nn.functional.nll_loss(log_probabilities, labels))
