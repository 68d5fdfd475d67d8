"""What is asked of perceptrons, inputs and labels before they become a game."""

import numpy as np
import torch
from torch import Tensor

from nets.arrays import Inputs, Labels
from nets.mlp import Mlp


def examples_for(network: Mlp, inputs: Inputs) -> Tensor:
    """Inputs (examples, features) as float32 on the network's device.

    Raises ValueError for another shape, no examples, or an input that is not finite.
    """
    features = network.weights[0].shape[0]
    given = np.ascontiguousarray(inputs, dtype=np.float32)
    if given.ndim != 2 or given.shape[1] != features or len(given) == 0:
        raise ValueError(
            f"inputs must have shape (examples, {features}), the network's features, with at least one example; "
            f"got {given.shape}: flatten images"
        )
    if not np.isfinite(given).all():
        example, feature = np.argwhere(~np.isfinite(given))[0]
        raise ValueError(
            f"inputs must be finite; feature {feature} of example {example} is {given[example, feature]}: "
            "clean the data"
        )
    return torch.from_numpy(given).to(network.weights[0].device)


def labels_for(network: Mlp, labels: Labels, examples: int) -> Tensor:
    """Labels (examples,) as int64 on the network's device.

    Raises ValueError for another shape or type, or a label that is none of the network's classes.
    """
    classes, given = network.weights[-1].shape[1], np.asarray(labels)
    if given.shape != (examples,) or not np.issubdtype(given.dtype, np.integer):
        raise ValueError(
            f"labels must be {examples} whole numbers, one an example; got {given.dtype} of shape {given.shape}"
        )
    if not 0 <= given.min() <= given.max() < classes:
        raise ValueError(
            f"labels must lie in 0 to {classes - 1}, the network's classes; got {given.min()} to {given.max()}: "
            "number the classes from 0"
        )
    return torch.from_numpy(given.astype(np.int64)).to(network.weights[0].device)


def hidden_of(network: Mlp, examples: Tensor, called: str = "the network") -> list[Tensor]:
    """Activations (examples, units) of each hidden layer.

    Raises ValueError, with the first place, where activations or weights are not finite.
    """
    activations = network.hidden(examples)
    for layer, found in enumerate(activations):
        finite = found.isfinite()
        if not finite.all():
            example, unit = (~finite).nonzero()[0].tolist()
            raise ValueError(
                f"activations of {called} must be finite; unit {unit} of hidden layer {layer} is "
                f"{float(found[example, unit])} on example {example}: it may have diverged in training"
            )
    outgoing = torch.cat([network.weights[-1], network.biases[-1][None]]).isfinite().all(1)
    if not outgoing.all():
        unit = int((~outgoing).nonzero()[0])
        source = f"weights from unit {unit} of the last hidden layer" if unit < len(network.weights[-1]) else "biases"
        raise ValueError(f"the output {source} of {called} must be finite: it may have diverged in training")
    return activations
