"""Networks, whoever made them, as a subject of the panel."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch

from analysis.arrays import Floats
from analysis.sides.base import Subject
from nets.data import Dataset, Split
from nets.games import SCALES, AblationGame, CrossGame
from nets.matching import match
from nets.mlp import Mlp
from nets.threads import single_thread


def subject_of(
    pair: tuple[Mlp, Mlp],
    data: Split,
    probe_images: int,
    *,
    sibling: Mlp | None = None,
    times: Floats | None = None,
    curves: Mapping[str, Floats] | None = None,
) -> Subject:
    """Two networks that were made independently, of one shape, as they are measured on test images.

    Units are taken away on the first ``probe_images`` of them, at most, and the networks crossed with each other on
    all, as they come and with units matched on the training images; the first with a ``sibling``, where there is one.
    Of networks without a history, ``curves`` (times,) at ``times``, there is the end alone.
    """
    a, b = pair
    test = data.test
    probe = test.take(np.arange(min(probe_images, len(test))))
    crosses: dict[str, Sequence[CrossGame]] = {
        "apart": [CrossGame(a, b, test.inputs, test.labels)],
        "matched": [CrossGame(a, match(a, b, data.train.inputs), test.inputs, test.labels)],
    }
    if sibling is not None:
        crosses["siblings"] = [CrossGame(a, sibling, test.inputs, test.labels)]
    tested, trained = (np.mean([_performance(net, part) for net in pair], axis=0) for part in (test, data.train))
    return Subject(
        times=np.zeros(1) if times is None else times,
        curves=curves or {"performance": np.array([tested[0]])},
        performance={
            "performance:natural": float(tested[0]),
            "performance:log": float(tested[1]),
            "training_performance": float(trained[0]),
        },
        wholes=[AblationGame(net, probe.inputs, probe.labels) for net in pair],
        crosses=crosses,
        baseline=dict(zip(SCALES, _guessing(data), strict=True)),
        floor=dict(zip(SCALES, (1.5 / np.sqrt(len(probe)), 3.0 / np.sqrt(len(probe))), strict=True)),
        observations=[_activations(net, test) for net in pair],
        pictures={"filters": a.weights[0].T.double().numpy()},
    )


def _guessing(data: Split) -> tuple[float, float]:
    """Accuracy and mean log-probability of knowing nothing but how frequent each class is in training."""
    frequency = np.bincount(data.train.labels, minlength=data.train.classes) + 1.0
    return data.guessing, float(np.log(frequency / frequency.sum())[data.test.labels].mean())


def _performance(network: Mlp, data: Dataset) -> tuple[float, float]:
    """Accuracy, and mean log-probability of the right class."""
    with single_thread(), torch.no_grad():
        scores, labels = network.logits(torch.from_numpy(data.inputs)), torch.from_numpy(data.labels)
        accuracy = float((scores.argmax(1) == labels).double().mean())
        return accuracy, -float(torch.nn.functional.cross_entropy(scores.double(), labels))


def _activations(network: Mlp, data: Dataset) -> Floats:
    """Hidden activations (images, units) of all layers."""
    with single_thread(), torch.no_grad():
        return torch.cat(network.hidden(torch.from_numpy(data.inputs)), dim=1).double().numpy()
