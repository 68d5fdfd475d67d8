"""The growing of the scene about conspiracies of inputs: who is believed, and what is left when members fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from analysis.scenes.growing.networks import networks
from analysis.streams import generator_for
from nets.data import Dataset, Split
from nets.recipe import Recipe
from nets.threads import single_thread

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.arrays import Bools, Floats
    from analysis.scenes.base import Grown
    from analysis.scenes.blocks import Settings
    from nets.arrays import Labels
    from nets.mlp import Mlp

KEY = "blocks"
FAILING = np.array([0.0, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.15, 0.2])
"""Shares of the members that fail."""


def grow(settings: Settings, seed: int, replicate: int) -> Grown:
    """Who is believed by pay, ``small:arm``; accuracy by share that fails, for one design alone and for both."""
    arms = _recipes(settings)
    pays = settings.pays
    found: Grown = {"pays": np.array(pays), "failing": FAILING}
    for arm, recipe in arms.items():
        believed = []
        for pay in pays:
            world = _World(settings, seed, replicate, pay, ("large", "small"))
            network = world.trained(recipe)
            believed.append(world.believed(network))
            if pay in settings.named.values() and arm in ("none", "inputs"):
                found[f"both:{_name(settings, pay)}:{arm}"] = curve = world.failing(network)
                found[f"changed:{_name(settings, pay)}:{arm}"] = _at(curve, settings.failing)
        found[f"small:{arm}"] = np.array(believed)
        found |= {f"small:{name}:{arm}": believed[pays.index(pay)] for name, pay in settings.named.items()}
    for arm, design in ((arm, design) for arm in ("none", "inputs") for design in ("large", "small")):
        world = _World(settings, seed, replicate, 1.0, (design,))
        curve = world.failing(world.trained(arms[arm]))
        found[f"alone:{design}:{arm}"] = curve
        found[f"static:{design}:{arm}"], found[f"changing:{design}:{arm}"] = curve[0], _at(curve, settings.failing)
    return found


def _name(settings: Settings, pay: float) -> str:
    return next(name for name, each in settings.named.items() if each == pay)


def _at(curve: Floats, failing: float) -> float:
    return float(np.interp(failing, FAILING, curve))


def _recipes(settings: Settings) -> Mapping[str, Recipe]:
    plain = Recipe(width=settings.width, drop_prob=0.0, epochs=settings.epochs, learning_rate=settings.learning_rate)
    others = {
        "inputs": {"input_drop_prob": settings.drop_prob},
        "hidden": {"drop_prob": settings.drop_prob},
        "decay": {"weight_decay": settings.weight_decay},
    }
    return {"none": plain} | {arm: plain.model_copy(update=update) for arm, update in others.items()}


class _World:
    """Examples whose class some designs of conspiracies tell: all members are in place, or one of each is not."""

    def __init__(self, settings: Settings, seed: int, replicate: int, pay: float, telling: tuple[str, ...]) -> None:
        self._settings, self._key, self._telling = settings, (seed, KEY, replicate), telling
        self._places = _amplitudes(settings, pay), _means(settings)

    def trained(self, recipe: Recipe) -> Mlp:
        """The same first weights and examples in every arm, and in every world with as much pay."""
        s = self._settings
        rng = generator_for(*self._key, "examples")
        train, test = (self._dataset(*self._drawn(count, rng)) for count in (s.examples, s.judged))
        (network,) = networks(recipe, Split(train=train, test=test), *self._key).networks
        return network

    def believed(self, network: Mlp) -> float:
        """Share of the conflicts that are decided for the small conspiracies, over both kinds alike."""
        count = self._settings.judged
        rng = generator_for(*self._key, "conflicts")
        large, small = (members(self._settings, truth, rng) for truth in (np.zeros(count), np.ones(count)))
        shares = [float((self._said(network, conflict) == says).mean()) for conflict, says in (
            (np.concatenate([large[0], small[1]], axis=1), 1), (np.concatenate([small[0], large[1]], axis=1), 0)
        )]  # fmt: skip
        return float(np.mean(shares))

    def failing(self, network: Mlp) -> Floats:
        """Accuracy (shares,) when a share of all members is out of place, whatever is asked of them."""
        rng = generator_for(*self._key, "failing")
        there, labels = self._drawn(self._settings.judged, rng)
        lots = rng.random(there.shape)
        return np.array([(self._said(network, there & (lots >= share)) == labels).mean() for share in FAILING])

    def _drawn(self, count: int, rng: np.random.Generator) -> tuple[Bools, Labels]:
        """Members in place (examples, inputs), and classes (examples,), both as often."""
        labels = rng.permutation(np.arange(count) % 2)
        truths = {
            design: labels if design in self._telling else rng.permutation(labels) for design in ("large", "small")
        }
        parts = [members(self._settings, truths[design], rng)[which] for which, design in enumerate(truths)]
        return np.concatenate(parts, axis=1), labels.astype(np.int64)

    def _dataset(self, there: Bools, labels: Labels) -> Dataset:
        amplitudes, means = self._places
        return Dataset(inputs=((there - means) * amplitudes).astype(np.float32), labels=labels, classes=2)

    def _said(self, network: Mlp, there: Bools) -> Labels:
        with single_thread(), torch.no_grad():
            inputs = self._dataset(there, np.zeros(len(there), dtype=np.int64)).inputs
            found: Labels = network.logits(torch.from_numpy(inputs)).argmax(1).numpy()
            return found


def members(settings: Settings, truth: Labels | Floats, rng: np.random.Generator) -> tuple[Bools, Bools]:
    """Members in place, (examples, members) of the large conspiracy and of all small ones.

    Where ``truth`` (examples,) is 0, one member of every conspiracy, drawn anew, is not in place.
    """
    found = []
    for size in (settings.members, settings.size):
        blocks = settings.members // size
        there = np.ones((len(truth), blocks, size), dtype=np.bool_)
        out = rng.integers(0, size, (len(truth), blocks))
        np.put_along_axis(there, out[:, :, None], (np.asarray(truth) == 1)[:, None, None], axis=2)
        found.append(there.reshape(len(truth), -1))
    return found[0], found[1]


def _means(settings: Settings) -> Floats:
    """How often a member is in place, by which inputs are centred."""
    return 1.0 - 0.5 / np.repeat([settings.members, settings.size], settings.members)


def _amplitudes(settings: Settings, pay: float) -> Floats:
    """Of the inputs: one member out of the large one says ``pay`` times as much as one out of each small one."""
    ratio = pay * (settings.members // settings.size)
    return np.repeat([ratio**0.5, ratio**-0.5], settings.members)
