"""Training with inverted and with classic dropout, mask by mask, and how fast each moves the deployed network."""

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from analysis.scenes.base import Grown
from analysis.scenes.growing.networks import part_of
from analysis.streams import generator_for, seed_for
from nets.dropout import ClassicDropout, Dropout, DropoutLayer, inverted_to_classic

if TYPE_CHECKING:
    from analysis.scenes.inverted import Settings

LOOKS = 20
_PASSES = 50


@dataclass(frozen=True)
class Net:
    """One hidden layer of rectified units, in float64, with dropout between it and the output."""

    parameters: list[Tensor]
    """Weights and biases into the hidden layer, then out of it."""
    layer: DropoutLayer

    def scores(self, inputs: Tensor, *, training: bool = False) -> Tensor:
        """(examples, classes)."""
        w_in, b_in, w_out, b_out = self.parameters
        hidden: Tensor = self.layer.train(training)(torch.relu(inputs @ w_in + b_in))
        return hidden @ w_out + b_out

    def gradients(self, inputs: Tensor, labels: Tensor, *, training: bool = False) -> list[Tensor]:
        """Of the mean cross-entropy by each of the parameters."""
        return list(torch.autograd.grad(cross_entropy(self.scores(inputs, training=training), labels), self.parameters))


def grow(settings: "Settings", seed: int, replicate: int) -> Grown:
    """Losses of all arms, how far their predictions are apart, and effective learning rates."""
    key = ("inverted", replicate)
    data = part_of(settings.data, settings.train_images, seed, *key)
    inputs, labels = torch.from_numpy(data.train.inputs).double(), torch.from_numpy(data.train.labels)
    rng = generator_for(seed, *key, "training")
    sizes = (inputs.shape[1], settings.width, int(labels.max()) + 1)
    first = [
        torch.from_numpy(part)
        for a, b in pairwise(sizes)
        for part in (rng.standard_normal((a, b)) * np.sqrt(2.0 / a), np.zeros(b))
    ]
    order = [rng.integers(len(labels), size=settings.batch) for _ in range(settings.steps)]
    looks = np.linspace(0, settings.steps, LOOKS + 1).astype(int)
    found: Grown = {"steps": looks}
    for keep in (0.5, 0.8):
        masks = seed_for(seed, *key, "masks", str(keep))
        predictions: dict[str, list[Tensor]] = {}
        for arm in ("none", "inverted", "rescaled", "as_is"):
            net, rates = made(arm, first, keep, masks, settings.learning_rate)
            predictions[arm] = []
            for step in range(settings.steps + 1):
                if step in looks:
                    predictions[arm].append(net.scores(inputs).detach())
                if step == settings.steps // 2 and arm == "inverted":
                    found[f"rate:halfway:{keep:g}"] = beside_none(net, inputs, labels)
                if step < settings.steps:
                    batch = torch.from_numpy(order[step])
                    descend(net, net.gradients(inputs[batch], labels[batch], training=True), rates)
            found[f"loss:{arm}:{keep:g}"] = [float(cross_entropy(scores, labels)) for scores in predictions[arm]]
        for arm in ("rescaled", "as_is"):
            pairs = zip(predictions[arm], predictions["inverted"], strict=True)
            apart = np.array([float((one - two).abs().max()) for one, two in pairs])
            found |= {f"apart:{arm}:{keep:g}": apart, f"off:{arm}:{keep:g}": apart.max()}
        found[f"rate:first:{keep:g}"] = beside_none(made("inverted", first, keep, masks, 0.0)[0], inputs, labels)
        found[f"rate:classic:{keep:g}"] = beside_classic(first, keep, masks, inputs, labels)
    return found


def made(arm: str, first: list[Tensor], keep: float, seed: int, learning_rate: float) -> tuple[Net, list[float]]:
    """A network at its start and the learning rates of its parameters. All deploy to one and the same, but ``as_is``.

    ``as_is`` starts with the weights of inverted dropout, of which classic dropout deploys only ``keep``.
    """
    drop = 1.0 - keep
    rescaling = inverted_to_classic(drop)
    by, faster = (rescaling.weights, rescaling.learning_rate) if arm == "rescaled" else (1.0, 1.0)
    layer: DropoutLayer = ClassicDropout(drop, seed=seed) if arm in ("rescaled", "as_is") else Dropout(drop, seed=seed)
    if arm == "none":
        layer = Dropout(0.0, seed=seed)
    scales = (1.0, 1.0, by, 1.0)
    parameters = [(part * scale).requires_grad_() for part, scale in zip(first, scales, strict=True)]
    return Net(parameters, layer), [learning_rate * scale for scale in (1.0, 1.0, faster, 1.0)]


def descend(net: Net, gradients: list[Tensor], rates: list[float]) -> None:
    """One step."""
    with torch.no_grad():
        for parameter, gradient, rate in zip(net.parameters, gradients, rates, strict=True):
            parameter.sub_(rate * gradient)


def beside_none(net: Net, inputs: Tensor, labels: Tensor) -> float:
    """How fast dropout's mean step lowers the deployed network's loss, as a multiple of the step without dropout."""
    without = torch.cat([part.flatten() for part in net.gradients(inputs, labels)])
    layer = type(net.layer)(net.layer.drop_prob, seed=net.layer.seed + 1)
    many = [Net(net.parameters, layer).gradients(inputs, labels, training=True) for _ in range(_PASSES)]
    mean = torch.stack([torch.cat([part.flatten() for part in one]) for one in many]).mean(0)
    return float((mean @ without) / (without @ without))


def beside_classic(first: list[Tensor], keep: float, seed: int, inputs: Tensor, labels: Tensor) -> float:
    """The first step of the deployed output weights with inverted dropout, over that with classic dropout.

    Both start from the same deployed network and have the same learning rate.
    """
    inverted, classic = (made(arm, first, keep, seed, 1.0)[0] for arm in ("inverted", "rescaled"))
    one, two = (net.gradients(inputs, labels, training=True)[2] for net in (inverted, classic))
    return float(one.norm() / (keep * two).norm())
