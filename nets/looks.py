"""How networks do on examples, looked at now and then in training."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from nets.arrays import Floats
from nets.ensemble import Ensemble

LOOKS = 41
"""Times, at most, at which networks are looked at."""
_CHUNK = 250
"""Examples at a time; a fixed number, since the rounding of a product may depend on it."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """Mean loss and accuracy, (networks,) each; accuracy is NaN where there are no classes."""

    loss: Floats
    accuracy: Floats


def look(networks: Ensemble, inputs: Tensor, targets: Tensor) -> Look:
    """Every deployed network on all examples.

    ``inputs``: (networks or 1, examples, features); ``targets``: classes (networks or 1, examples) or numbers
    (networks or 1, examples, outputs).
    """
    losses, right, examples = [], [], inputs.shape[1]
    with torch.no_grad():
        for first in range(0, examples, _CHUNK):
            part = inputs[:, first : first + _CHUNK]
            scores = networks.scores(part.expand(len(networks), -1, -1))
            wanted = targets[:, first : first + _CHUNK]
            if targets.dtype == torch.int64:
                chosen = scores.gather(2, wanted.expand(len(networks), -1)[:, :, None])[:, :, 0]
                losses.append(scores.double().logsumexp(2) - chosen.double())
                right.append((scores.argmax(2) == wanted).double())
            else:
                losses.append((scores.double() - wanted.double()).square().mean(2))
    nothing = np.full(len(networks), np.nan)
    return Look(loss=_means(losses), accuracy=_means(right) if right else nothing)


def _means(parts: list[Tensor]) -> Floats:
    """Over all examples, network by network, so that the order of a sum does not depend on company."""
    return np.array([row.mean() for row in torch.cat(parts, dim=1).cpu().numpy()])
