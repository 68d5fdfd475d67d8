"""The growing of the scene about regularisers: each tuned on validation images, on one split, from the same weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.scenes.growing.networks import networks, part_of
from analysis.scenes.growing.pairs import measured, norm
from analysis.streams import seed_for
from nets.recipe import Recipe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.scenes.base import Grown
    from analysis.scenes.regularisers import Settings
    from nets.data import Split
    from nets.mlp import Mlp
    from nets.training import Trained

_KEY = "regularisers"
_NEVER = 1000
"""Looks without a smaller loss after which a training stops: none has so many, so all that it does is to go back."""


def grow(settings: Settings, seed: int, replicate: int) -> Grown:
    """``measure:arm`` of the two networks of every arm, the strength chosen for it, and its norm over that of none."""
    key = (_KEY, replicate)
    data = part_of(
        settings.data, settings.train_images, seed, *key,
        test_size=settings.test_images, validation=settings.validation_images,
    )  # fmt: skip
    plain = Recipe(
        width=settings.width, epochs=settings.epochs, learning_rate=settings.learning_rate, drop_prob=0.0, batch_size=50
    )
    decays = [{"weight_decay": strength} for strength in settings.weight_decays]
    norms = [{"max_norm": strength} for strength in settings.max_norms]
    drops = [{"drop_prob": strength} for strength in settings.drop_probs]
    chosen: dict[str, tuple[Recipe, Trained]] = {}

    def tune(arm: str, base: Recipe, changes: Sequence[dict[str, Any]]) -> None:
        chosen[arm] = _best([base.model_copy(update=change) for change in changes], data, seed, *key)

    tune("none", plain, [{}])
    tune("stop", plain, [{"patience": _NEVER}])
    tune("decay", plain, decays)
    tune("norm", plain, norms)
    tune("dropout", plain, drops)
    # What is added to dropout is added at the rate that is best without it.
    tune("dropout+decay", chosen["dropout"][0], decays)
    tune("dropout+norm", chosen["dropout"][0], norms)

    found: Grown = {}
    for arm, (recipe, trained) in chosen.items():
        readings = measured(_pair(trained), data, settings.probe_images, seed_for(seed, *key, "masks"))
        found |= {f"{measure}:{arm}": value for measure, value in readings.items()}
        found[f"growth:{arm}"] = norm(_pair(trained)) / norm(_pair(chosen["none"][1]))
        found[f"training:{arm}"] = trained.train_accuracy[:, -1].mean()
        found[f"drop_prob:{arm}"] = recipe.drop_prob
        found[f"weight_decay:{arm}"] = recipe.weight_decay
        found[f"max_norm:{arm}"] = recipe.max_norm or float("nan")
    for name, times in (("half", 1), ("longer", settings.longer)):
        without, dropped = (
            networks(plain.model_copy(update={"drop_prob": drop, "epochs": times * settings.epochs}), data, seed, *key,
                     count=2)
            for drop in (0.0, 0.5)
        )  # fmt: skip
        found[f"growth:{name}"] = norm(_pair(dropped)) / norm(_pair(without))
    return found


def _best(recipes: Sequence[Recipe], data: Split, seed: int, *key: str | int) -> tuple[Recipe, Trained]:
    """The one whose networks are right on most validation images; of equals, the one of least validation loss."""
    trained = [(recipe, networks(recipe, data, seed, *key, count=2, may_diverge=True)) for recipe in recipes]
    return max(
        trained, key=lambda one: (one[1].validation_accuracy[:, -1].mean(), -one[1].validation_loss[:, -1].mean())
    )


def _pair(trained: Trained) -> tuple[Mlp, Mlp]:
    return trained.networks[0], trained.networks[1]
