"""What is asked of two networks of one kind: how right they are, what half of one is worth, and what a cross is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from analysis.sides.networks import subject_of
from analysis.sides.panel import PanelSpec, take_panel
from nets.threads import single_thread

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nets.data import Split
    from nets.mlp import Mlp

_MEASURES = {
    "accuracy": "performance:natural",
    "crossing": "hybrid_viability:apart",
    "matched": "hybrid_viability:matched",
    "half": "retention_at_half:natural",
}


def measured(pair: tuple[Mlp, Mlp], data: Split, probe_images: int, seed: int) -> Mapping[str, float]:
    """What the panel and the weights say of two networks.

    ``accuracy``: on test images; ``crossing`` and ``matched``: viability of their children, units as they come and
    matched; ``half``: share of accuracy that a random half of the units keeps; ``norm``: Euclidean norm of all weights;
    ``activation``: mean over units and training images. ``seed`` names the masks.
    """
    spec = PanelSpec(masks=256, measures=("performance", "hybrid_viability", "retention_at_half"))
    readings = take_panel(subject_of(pair, data, probe_images), spec, seed)
    found = {name: readings.values[key] for name, key in _MEASURES.items()}
    inputs = torch.from_numpy(data.train.inputs)
    with single_thread(), torch.no_grad():
        activations = [torch.cat(network.hidden(inputs), dim=1).double().mean() for network in pair]
    return found | {"activation": float(torch.stack(activations).mean()), "norm": norm(pair)}


def norm(pair: tuple[Mlp, Mlp]) -> float:
    """Euclidean norm of all weights of a network, biases apart; the mean of two."""
    with single_thread():
        return float(sum(torch.cat([w.double().flatten() for w in network.weights]).norm() for network in pair)) / 2.0
