"""What dropout layers draw, pass back, and leave alone: ours and torch's own."""

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from analysis.arrays import Bools
from analysis.scenes.base import Grown
from analysis.streams import seed_for
from nets.dropout import ClassicDropout, Dropout, FixedCountDropout

if TYPE_CHECKING:
    from analysis.scenes.masks import Settings

_ASKED = 0.2


def grow(settings: "Settings", seed: int, replicate: int) -> Grown:
    """Statistics of many masks of each layer, and largest deviations of what should hold without exception."""
    key = ("masks", replicate)
    found: Grown = {}
    for name in LAYERS:
        layer = made(name, 0.5, seed_for(seed, *key, name))
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed_for(seed, *key, "torch", name))
            first, second = (masks(layer, settings.examples, settings.units) for _ in range(2))
            asked = masks(made(name, _ASKED, seed_for(seed, *key, name, "asked")), settings.examples, settings.units)
            found |= {
                f"off:{what}:{name}": off for what, off in exactness(layer, seed_for(seed, *key, "inputs")).items()
            }
        found |= {f"{what}:{name}": value for what, value in statistics(first, second).items()}
        found[f"dropped:{name}"] = np.mean(~asked)
    shown = made("ours", 0.5, seed_for(seed, *key, "shown"))
    found["shown"] = np.array([masks(shown, settings.shown_examples, settings.shown_units) for _ in range(2)])
    return found


LAYERS = ("ours", "torch", "classic", "fixed", "batch")


def made(name: str, drop_prob: float, seed: int) -> nn.Module:
    """A layer in training mode."""
    layers: dict[str, nn.Module] = {
        "ours": Dropout(drop_prob, seed=seed),
        "torch": nn.Dropout(drop_prob),
        "classic": ClassicDropout(drop_prob, seed=seed),
        "fixed": FixedCountDropout(drop_prob, seed=seed),
        "batch": Dropout(drop_prob, seed=seed, per="batch"),
    }
    return layers[name].train()


def masks(layer: nn.Module, examples: int, units: int) -> Bools:
    """Which units, (examples, units), one pass keeps."""
    kept: Bools = layer(torch.ones(examples, units)).numpy() != 0.0
    return kept


def statistics(first: Bools, second: Bools) -> Grown:
    """Of the masks (examples, units) of two passes, each unit kept with probability 1/2."""
    signs, later = (np.where(kept, 1.0, -1.0) for kept in (first, second))
    units = signs.shape[1]
    count = first.sum(1)
    numbers = first @ (1 << np.arange(units))
    frequencies = np.bincount(numbers, minlength=2**units)
    expected = len(first) / 2.0**units
    return {
        "alike:examples": np.mean(signs[1:] * signs[:-1]),
        "alike:passes": np.mean(signs * later),
        "alike:units": (np.mean(signs.sum(1) ** 2) - units) / (units * (units - 1.0)),
        "spread": count.var() / (units / 4.0),
        "unequal": np.sum((frequencies - expected) ** 2) / expected / (2.0**units - 1.0),
        "missing": np.sum(frequencies == 0),
        "kept": np.bincount(count, minlength=units + 1) / len(first),
        "frequencies": frequencies / expected,
    }


def exactness(layer: nn.Module, seed: int) -> dict[str, float]:
    """How far a layer is from passing gradients through its own mask alone, and from doing nothing in evaluation."""
    rng = np.random.default_rng(seed)
    inputs = torch.from_numpy(rng.uniform(0.5, 1.5, (64, 32))).requires_grad_()
    onward = torch.from_numpy(rng.standard_normal((64, 32)))
    outputs: Tensor = layer.train()(inputs)
    (gradient,) = torch.autograd.grad(outputs, inputs, onward)
    factors, dropped = (outputs / inputs).detach(), outputs.detach() == 0.0
    evaluated = layer.eval()(inputs.detach())
    layer.train()
    return {
        "gradient": float(gradient[dropped].abs().max()),
        "backward": float((gradient - onward * factors).abs().max()),
        "evaluation": float((evaluated == 0.0).double().mean()),
        "form": float(sum(p.numel() for p in layer.parameters()) + (outputs.shape != inputs.shape)),
    }
